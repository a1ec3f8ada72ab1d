"""The two Chinese scripts: which characters belong to one of them only, and one folded form for features."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""The ranges of Han characters, for use inside a regular expression's brackets."""

_HAN_CHARACTER = re.compile(f"[{HAN}]")
_NOT_CONVERTIBLE = re.compile("[\0\ud800-\udfff]")
_FREQUENT_BIG5 = range(0xA4, 0xC7)
_FIRST_WIDE = "\u2e80"

# Characters that the character sets of both sides contain, but that everyday writing uses on one side only.
_SIMPLIFIED_IN_USE = frozenset("么于丰云儿几凶听后咨咸坏夸并帘愿挂松荐虫")
_TRADITIONAL_IN_USE = frozenset("乾夥後徵於菸")


def fold(text: str) -> str:
    """A form of `text` for features: simplified, mainland wording (軟體 → 软件), NFKC, lower case; not for showing."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text)
    if _HAN_CHARACTER.search(plain):
        plain = str(_converter("tw2sp").convert(_NOT_CONVERTIBLE.sub(" ", plain)))
    return plain.lower()


def fold_in_place(text: str) -> str:
    """A form of `text` for looking words up, as long as the text itself, so that offsets hold in both.

    Simplified characters, narrow letters, lower case, straight apostrophes; one character for one, so that mainland
    wording (软件 for 軟體) is not put in.
    """
    if text.isascii():
        return text.lower()
    return text.translate(_table())


def simplified(text: str) -> str:
    """Return `text` in simplified characters, as long as it was, so that offsets stay; unchanged where it cannot."""
    if text.isascii():
        return text
    converted = str(_converter("t2s").convert(_NOT_CONVERTIBLE.sub(" ", text)))
    return converted if len(converted) == len(text) else text


def traditional(text: str) -> str:
    """Return `text` in traditional characters as Taiwan writes them; what is neither stays."""
    return text if text.isascii() else str(_converter("s2tw").convert(_NOT_CONVERTIBLE.sub(" ", text)))


def columns(text: str) -> int:
    """Return how much room a text takes: a Chinese, Japanese or Korean character counts two, any other one."""
    return len(text) if text.isascii() else len(text) + sum(letter >= _FIRST_WIDE for letter in text)


@cache
def script_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters of simplified writing only, and of traditional writing only.

    A pair that OpenCC converts tells the scripts apart when the other side's character set (GB 2312, the frequent
    plane of Big5) does not contain it: 台 and 里 are written on both sides, 价 and 價 are not.
    """
    han = [chr(point) for point in range(0x3400, 0xA000)]
    simplified = str(_converter("t2s").convert("\n".join(han))).split("\n")
    pairs = [(old, new) for old, new in zip(han, simplified, strict=True) if old != new]
    traditional_only = {old for old, _ in pairs if not _in_gb2312(old)} | _TRADITIONAL_IN_USE
    simplified_only = {new for _, new in pairs if not _in_frequent_big5(new)} | _SIMPLIFIED_IN_USE
    return frozenset(simplified_only - traditional_only), frozenset(traditional_only)


@cache
def _table() -> dict[int, str]:
    """What each character becomes in `fold_in_place`: Han, wide forms, capital letters and apostrophes."""
    han = [chr(point) for point in range(0x3400, 0xA000)]
    table = dict(zip(map(ord, han), str(_converter("t2s").convert("\n".join(han))).split("\n"), strict=True))
    for point in (*range(0x3400), *range(0xF900, 0x10000)):
        if not 0xD800 <= point < 0xE000:
            table[point] = unicodedata.normalize("NFKC", chr(point)).lower()
    table.update(dict.fromkeys(map(ord, "’‘`´＇"), "'"))
    return {point: new for point, new in table.items() if len(new) == 1 and new != chr(point)}


@cache
def _converter(config: str) -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415  (loads its dictionaries)

    return OpenCC(config)


def _in_gb2312(character: str) -> bool:
    return _encoded(character, "gb2312") != b""


def _in_frequent_big5(character: str) -> bool:
    code = _encoded(character, "big5")
    return code != b"" and code[0] in _FREQUENT_BIG5


def _encoded(character: str, encoding: str) -> bytes:
    return character.encode(encoding, errors="ignore")
