"""A form of a text that rules read: wide digits, letters, marks, blanks and dashes made plain, one for one."""

import re
from collections.abc import Sequence

_WIDE = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), ord(" "))
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), ord("-"))
_DOTS = dict.fromkeys(map(ord, "・•‧⋅"), ord("·"))
_TABLE = {**_WIDE, **_BLANKS, **_DASHES, **_DOTS}


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]")


def plain(text: str) -> str:
    """A text in plain digits, letters, blanks, dashes and dots, as long as it was, so that offsets hold in both."""
    return text if text.isascii() else text.translate(_TABLE)


def visible(text: str) -> tuple[str, Sequence[int]]:
    """A text without the marks that nobody sees, and where each of its characters stood, the end of the text included.

    Copied numbers and hidden ones carry such marks between their digits.
    """
    if text.isascii() or not _INVISIBLE.search(text):
        return text, range(len(text) + 1)
    places = [at for at, letter in enumerate(text) if not _INVISIBLE.match(letter)]
    return "".join(text[at] for at in places), [*places, len(text)]
