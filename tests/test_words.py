"""The words and Han characters of a text."""

import pytest

from verbatim.text.words import han, size, words


@pytest.mark.parametrize(
    ("text", "spoken", "written"),
    [
        ("Don’t call, it's 24/7!", ["Dont", "call", "its", "24", "7"], ""),
        ("个 CSM 很 nice，CP值高", ["CSM", "nice", "CP"], "个很值高"),
        ("café_bar", ["café", "bar"], ""),
        ("。。。", [], ""),
    ],
)
def test_words_and_han_characters_are_told_apart(text: str, spoken: list[str], written: str) -> None:
    assert (words(text), han(text), size(text)) == (spoken, written, len(spoken) + len(written))
