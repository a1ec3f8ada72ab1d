"""Phrases as people write them: what each sign of the small language finds, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.phrases import NAME, Finder, phrase
from verbatim.text.script import fold_in_place

WORDS = {"stay": ["renew*", "(come|be) back"], "again": ["{stay} again"]}


def finds(source: str, text: str) -> bool:
    return phrase(source, WORDS).pattern.search(fold_in_place(text)) is not None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("will renew", "We WILL  renew in May"),
        ("won't renew", "we won’t renew"),
        ("won't renew", "we wont renew"),
        ("cancel*", "Cancelling today"),
        ("(won't|will not) stay", "I will not stay"),
        ("very (much |)better", "very better"),
        ("very (much |) better", "very much better"),
        ("will … renew", "will most certainly of course renew"),
        ("会…续约", "明年会继续跟你们续约"),
        ("续约", "明年續約"),
        ("will {stay}", "we will be back"),
        ("{again}", "renewing again"),
        ("^never again$", "“Never again!”"),
        ("不(!错)", "不好"),
        ("than {name}", f"cheaper than {NAME}'s"),
        ("asap", "请ASAP处理"),
    ],
)
def test_a_phrase_finds_what_it_says(source: str, text: str) -> None:
    assert finds(source, text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("arc", "the archive"),
        ("cancel", "cancelled"),
        ("will … renew", "will one two three four five renew"),
        ("会…续约", "会一二三四五六七八九续约"),
        ("^never again$", "never again in May"),
        ("不(!错)", "不错"),
        ("is land", "island"),
    ],
)
def test_a_phrase_finds_nothing_else(source: str, text: str) -> None:
    assert not finds(source, text)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("(a|b", "a bracket is not closed"),
        ("a)", "a bracket is closed that was not opened"),
        ("[ab]", r"'\[' stands for nothing here"),
        ("{go}", "no word list 'go'; expected one of stay, again"),
        ("(a|)", "expected at least one word"),
        ("'ll stay", "a word cannot begin with an apostrophe"),
    ],
)
def test_a_phrase_that_is_written_wrong_is_refused(source: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        phrase(source, WORDS)


def test_a_list_that_stands_in_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="word list 'loop' stands in itself"):
        phrase("{loop}", {"loop": ["a {loop}"]})


PHRASES = [
    phrase(source, WORDS) for source in ("won't … {stay}", "(续约|继续合作)", "asap", "会…再来", "(very |)good value")
]
PIECES = [
    "we won't",
    "wont",
    "ever",
    "renew",
    "come back",
    "续约",
    "繼續合作",
    "会",
    "再來",
    "ASAP",
    "good value",
    "很",
]


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from(["", " ", "，"]))
def test_whatever_a_phrase_finds_the_finder_holds_possible(pieces: list[str], between: str) -> None:
    folded = fold_in_place(between.join(pieces))
    possible = Finder(PHRASES).possible(folded)
    assert [each for each in PHRASES if each.pattern.search(folded) and each not in possible] == []
