"""The language of a text, from its script: never from its length, never one language for a whole file."""

import re
from collections.abc import Iterable

from verbatim.text.script import HAN, script_characters

_OTHER_THAN_HAN = re.compile(f"[^{HAN}]+")
_WORD = re.compile(rf"[^\W\d_{HAN}]+")
_HAN_LANGUAGES = ("zh-Hans", "zh-Hant", "zh")


def language_of(text: str) -> str:
    """The language of `text`: "en", "zh-Hans", "zh-Hant", "zh" (Han, but nothing tells the scripts apart) or "und".

    The model knows English and Chinese, so every other script with letters counts as "en". Han wins when the text has
    at least as many Han characters as other words: product names inside Chinese leave it Chinese, one Chinese word
    inside English leaves it English. Text without a letter is "und".
    """
    if text.isascii():
        return "en" if _WORD.search(text) else "und"
    han = _OTHER_THAN_HAN.sub("", text)
    words = len(_WORD.findall(text))
    if not han:
        return "en" if words else "und"
    return "en" if len(han) < words else _script_of(han)


def dominant(languages: Iterable[tuple[str, int]]) -> str:
    """The language of a whole from (language, length) of its parts; "und" when no part has letters.

    "zh" counts for the script that the other parts are written in, and stays "zh" when they show none.
    """
    lengths: dict[str, int] = {}
    for language, length in languages:
        lengths[language] = lengths.get(language, 0) + length
    han = {language: lengths[language] for language in _HAN_LANGUAGES if language in lengths}
    if sum(han.values()) > lengths.get("en", 0) or (han and "en" not in lengths):
        return max(han, key=lambda language: (language != "zh", han[language]))
    return "en" if "en" in lengths else "und"


def _script_of(han: str) -> str:
    simplified, traditional = script_characters()
    if traditional.isdisjoint(han):
        return "zh" if simplified.isdisjoint(han) else "zh-Hans"
    if simplified.isdisjoint(han):
        return "zh-Hant"
    surplus = sum((character in simplified) - (character in traditional) for character in han)
    return "zh-Hans" if surplus >= 0 else "zh-Hant"
