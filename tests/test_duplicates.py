"""Texts that are too much alike: the same, with a run in common, or of nearly the same vector."""

import pytest

from verbatim.encoders import HashEncoder, UseEncoder
from verbatim.learning.duplicates import Duplicate, duplicates, encoded, plain, same_texts, shared_runs
from verbatim.learning.limits import Limits

LIMITS = Limits()
FAR = Limits(cosine=1, cosine_short=1)


@pytest.mark.parametrize(
    ("one", "other"), [("无", "無。"), ("N/A", "n.a."), ("Never  again!", "never again"), ("ＯＫ", "ok"), ("－", "-")]
)
def test_the_same_words_are_the_same_text_in_any_dress(one: str, other: str) -> None:
    assert same_texts(["before", one, "between", other]) == [Duplicate(3, 1)]


@pytest.mark.parametrize(("one", "other"), [("👍", "👎"), ("1", "+1"), ("。。。", "？"), ("不贵", "贵")])
def test_other_signs_are_another_text(one: str, other: str) -> None:
    assert plain(one) != plain(other)
    assert same_texts([one, other]) == []


def test_six_words_in_a_row_are_shared_whatever_stands_between_them() -> None:
    texts = ["We wait for hours on the phone, always.", "I said: wait for hours -- on THE phone!", "wait on the phone"]
    assert shared_runs(texts, LIMITS) == [Duplicate(1, 0, "wait for hours on the phone")]


def test_five_words_in_a_row_are_not_a_run() -> None:
    assert shared_runs(["they wait for hours on it", "we wait for hours on them"], LIMITS) == []


def test_ten_han_characters_are_shared_across_scripts_and_marks() -> None:
    texts = ["送货的师傅每次都晚到半天", "送貨的師傅，每次都晚到了", "师傅每次都晚到"]
    assert shared_runs(texts, LIMITS) == [Duplicate(1, 0, "送货的师傅每次都晚到")]


def test_a_run_is_told_with_each_text_that_had_a_part_of_it_first() -> None:
    texts = ["one two three four five six", "two three four five six seven", "one two three four five six seven"]
    assert [(pair.later, pair.earlier) for pair in shared_runs(texts, LIMITS)] == [(2, 0), (2, 1)]


def test_texts_that_read_alike_are_told_with_their_cosine() -> None:
    texts = ["The parts arrived much too late", "Prices are fair", "the parts arrived far too late", "Prices were fair"]
    [pair] = [pair for pair in duplicates(texts, UseEncoder(), Limits(short=5)) if pair.later == 2]
    assert (pair.earlier, pair.run) == (0, "")
    assert 0.85 < pair.cosine < 1


def test_short_texts_have_their_own_limit() -> None:
    texts = ["不干净", "干净"]
    assert duplicates(texts, UseEncoder(), LIMITS) == []
    assert [pair.later for pair in duplicates(texts, UseEncoder(), Limits(short=0))] == [1]


def test_each_pair_is_told_once_and_in_order() -> None:
    text = "the same seven words stand here twice"
    found = duplicates(["other", text, f"{text} again", text, "Other."], HashEncoder(), FAR)
    assert [(pair.later, pair.earlier) for pair in found] == [(2, 1), (3, 1), (4, 0)]
    assert (found[1].run, found[0].run) == ("", text)


def test_more_texts_than_a_block_are_all_compared() -> None:
    texts = [f"{number:b} {number:o} {number:x}" for number in range(1_100)]
    texts += ["abcdefgh", "abcdefgh!"]
    found = duplicates(texts, HashEncoder(256), Limits(words=50, cosine_short=0.9999))
    assert [(pair.later, pair.earlier) for pair in found] == [(1_101, 1_100)]


def test_no_texts_have_no_duplicates() -> None:
    assert duplicates([], HashEncoder(), LIMITS) == []
    assert encoded([], HashEncoder(8)).shape == (0, 8)
