"""A form of a text that rules read: wide digits, letters, marks, blanks and dashes made plain, one for one."""

_WIDE = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), ord(" "))
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), ord("-"))
_DOTS = dict.fromkeys(map(ord, "・•‧⋅"), ord("·"))
_TABLE = {**_WIDE, **_BLANKS, **_DASHES, **_DOTS}


def plain(text: str) -> str:
    """A text in plain digits, letters, blanks, dashes and dots, as long as it was, so that offsets hold in both."""
    return text if text.isascii() else text.translate(_TABLE)
