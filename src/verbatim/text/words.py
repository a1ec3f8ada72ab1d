"""The words of a text for counting and comparing: runs of letters, and Han characters one by one."""

import re

from verbatim.text.script import HAN

_APOSTROPHE = re.compile("['\u2019]")
_WORD = re.compile(rf"(?:(?![{HAN}_])\w)+")
_NOT_HAN = re.compile(f"[^{HAN}]+")


def words(text: str) -> list[str]:
    """Return the words of a text in order, Han characters left out; apostrophes are dropped: "don't" is "dont"."""
    return _WORD.findall(_APOSTROPHE.sub("", text))


def han(text: str) -> str:
    """Return the Han characters of a text, one after the other."""
    return "" if text.isascii() else _NOT_HAN.sub("", text)


def size(text: str) -> int:
    """Return how long a text is: words plus Han characters."""
    return len(words(text)) + len(han(text))
