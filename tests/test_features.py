"""The n-grams of many texts at once, against a plain reading of one text at a time."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.features import LONGEST_CHARACTERS, Vocabulary, learn_vocabulary, ngram_matrix, ngrams
from verbatim.text.script import fold

LAST = 1 << 64
BASE = 0x9E3779B97F4A7C15
WORD_SALT = 0xD6E8FEB86659FD93
WORD = re.compile("[a-z0-9\u00c0-\u1fff\u3040-\ufeff]+")
TEXTS = ["The delivery was late, again!", "Delivery on time.", "交期又慢了", "報價太慢", "", "a"]

letters = st.text(alphabet=st.sampled_from("ab Zé9价價慢，。!\n\0\ud800😀Ａ"), max_size=12)


def plain_hash(characters: str) -> int:
    """The polynomial hash of a few characters, one at a time, in Python's own integers."""
    total = 0
    for place, character in enumerate(characters):
        mixed = (ord(character) + 1) * BASE % LAST
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % LAST
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % LAST
        total += (mixed ^ mixed >> 31) * pow(BASE, place, LAST)
    return total % LAST


def plain_ngrams(text: str) -> list[int]:
    """Every n-gram of one text: single East Asian characters, 2 to 5 of any, words, and pairs of words."""
    padded = f" {' '.join(fold(text).split())} "
    spans = [padded[i : i + n] for n in range(2, LONGEST_CHARACTERS + 1) for i in range(len(padded) - n + 1)]
    singles = [character for character in padded if ord(character) >= 0x2E80]
    words = [plain_hash(word) ^ WORD_SALT for word in WORD.findall(padded)]
    pairs = [(left * BASE + right) % LAST for left, right in pairwise(words)]
    return [*map(plain_hash, singles + spans), *words, *pairs]


def hashes_of(text: str) -> set[int]:
    return set(ngrams([text])[1].tolist())


@given(st.lists(letters, max_size=5))
def test_all_texts_together_give_the_ngrams_of_each_alone(texts: list[str]) -> None:
    rows, hashes = ngrams(texts)
    found = sorted(zip(rows.tolist(), hashes.tolist(), strict=True))
    assert found == sorted((row, each) for row, text in enumerate(texts) for each in plain_ngrams(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("價格漲了兩次", "价格涨了两次"),
        ("這個軟體很難用", "这个软件很难用"),
        ("GREAT Support", "great support"),
        ("ＡＢＣ１２３", "abc123"),
        ("two  words\nhere", " two words here "),
    ],
)
def test_another_spelling_gives_the_same_ngrams(one: str, other: str) -> None:
    assert sorted(ngrams([one])[1]) == sorted(ngrams([other])[1])


def test_no_ngram_crosses_from_one_text_into_the_next() -> None:
    together = set(ngrams(["ab", "cd"])[1].tolist())
    assert together == hashes_of("ab") | hashes_of("cd")
    assert plain_hash("bc") not in together


def test_single_characters_count_for_chinese_only() -> None:
    assert plain_hash("贵") in hashes_of("太贵")
    assert plain_hash("a") not in hashes_of("a b")


def test_a_word_is_told_from_the_same_characters() -> None:
    assert plain_hash("late") ^ WORD_SALT in hashes_of("too late")
    assert plain_hash("late") ^ WORD_SALT not in hashes_of("lately")


def test_words_in_another_order_make_other_pairs() -> None:
    first, second = (plain_hash(word) ^ WORD_SALT for word in ("not", "good"))
    pair = (first * BASE + second) % LAST
    assert pair in hashes_of("not good")
    assert pair not in hashes_of("good not")


@pytest.mark.parametrize("text", ["\ud800", "快\ud800慢", "\0\0", "a\0b", "\n", "line\nline", "", "\u2028"])
def test_strange_characters_pass_through(text: str) -> None:
    rows, hashes = ngrams(["before", text, "after"])
    assert set(rows.tolist()) == {0, 1, 2}
    assert len(rows) == len(hashes)


def test_no_texts_have_no_ngrams() -> None:
    rows, hashes = ngrams([])
    assert (len(rows), len(hashes)) == (0, 0)


def test_document_frequency_counts_a_text_once() -> None:
    vocabulary = learn_vocabulary(["慢慢慢慢", "慢", "快"], least=1)
    weight = vocabulary.idf[vocabulary.hashes.tolist().index(plain_hash("慢"))]
    assert weight == pytest.approx(math.log(4 / 3) + 1)


def test_the_vocabulary_holds_what_enough_texts_hold_in_ascending_order() -> None:
    vocabulary = learn_vocabulary(TEXTS, least=2)
    known = [set(plain_ngrams(text)) for text in TEXTS]
    expected = {each for text in known for each in text if sum(each in other for other in known) >= 2}
    assert vocabulary.hashes.tolist() == sorted(expected)


def test_a_vocabulary_may_be_empty() -> None:
    vocabulary = learn_vocabulary(["one", "two"], least=3)
    assert len(vocabulary) == 0
    assert ngram_matrix(["one", ""], vocabulary).shape == (2, 0)


def test_nothing_can_be_learnt_from_no_texts() -> None:
    assert len(learn_vocabulary([], least=1)) == 0


@given(st.lists(letters, max_size=5))
def test_rows_have_unit_length_or_are_empty(texts: list[str]) -> None:
    matrix = ngram_matrix(texts, learn_vocabulary(TEXTS, least=1))
    lengths = np.linalg.norm(matrix.toarray(), axis=1)
    assert [length == pytest.approx(1, abs=1e-5) or length == 0 for length in lengths] == [True] * len(texts)


def test_a_row_weighs_presence_by_rarity() -> None:
    common, rare = plain_hash("慢"), plain_hash("快")
    hashes = sorted([common, rare])
    idf = np.array([3.0 if each == rare else 4.0 for each in hashes], dtype=np.float32)
    row = ngram_matrix(["快慢慢"], Vocabulary(np.array(hashes, dtype=np.uint64), idf)).toarray()[0]
    assert dict(zip(hashes, row.tolist(), strict=True)) == {rare: pytest.approx(0.6), common: pytest.approx(0.8)}


def test_a_text_of_unknown_ngrams_gives_zeros() -> None:
    assert ngram_matrix(["zzz"], Vocabulary(np.array([1], dtype=np.uint64), np.ones(1, np.float32))).nnz == 0


@given(st.lists(letters, min_size=1, max_size=5))
def test_the_texts_beside_a_text_do_not_change_its_row(texts: list[str]) -> None:
    vocabulary = learn_vocabulary([*TEXTS, *texts], least=1)
    together = ngram_matrix(texts, vocabulary).toarray()
    alone = [ngram_matrix([text], vocabulary).toarray()[0] for text in texts]
    assert np.abs(together - np.array(alone)).max() < 1e-6
