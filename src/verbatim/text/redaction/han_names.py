"""Names of a roster in Han characters: in full, a family name before a title, a given name before 先生 and the like.

A title stays, because it says whom a customer talks to without saying who that is. Chinese is written without blanks,
so a short name is held against tables of words that its characters form with their neighbours: 张伟 in 主张伟大 is
none.
"""

import re
from collections.abc import Iterable, Iterator

from verbatim.text.redaction.name_words import (
    COMMON_GIVEN,
    COMMON_HAN,
    DOUBLE_SURNAMES,
    FAMILIAR_SURNAMES,
    NEVER_TITLED,
    PERSONAL_TITLES,
    TITLES,
    WORD_AFTER,
    WORD_BEFORE,
)
from verbatim.text.redaction.spans import Found
from verbatim.text.script import HAN, fold_in_place

LONGEST = 12
"""How many characters of a name count: Chinese names have 2 to 4, foreign ones more, whose parts also count alone."""

_HAN_RUN = re.compile(f"[{HAN}]++")
_OTHER = re.compile(f"[^{HAN}]++")
_TITLE = re.compile("|".join(TITLES))
_PERSONAL_TITLE = re.compile("|".join(PERSONAL_TITLES))
_SHORT, _LONGEST_CHINESE = 2, 4


class HanNames:
    """The forms that names of a roster are written in; one look-up a character and length, so time is linear."""

    def __init__(self, names: Iterable[str]) -> None:
        self._full: set[str] = set()
        self._surnames: set[str] = set()
        self._given: set[str] = set()
        for name in names:
            parts = [part[:LONGEST] for part in _OTHER.split(fold_in_place(name).partition("(")[0]) if part]
            self._learn("".join(parts)[:LONGEST])
            self._full.update(part for part in parts if len(part) > _SHORT)
        lengths: dict[str, set[int]] = {}
        for each in self._full:
            lengths.setdefault(each[:_SHORT], set()).add(len(each))
        self._lengths = {start: tuple(sorted(sizes, reverse=True)) for start, sizes in lengths.items()}

    def find(self, text: str) -> Iterator[Found]:
        """The names that stand in a plain text, the longest form of each."""
        if text.isascii() or not self._full:
            return
        folded = fold_in_place(text)
        for run in _HAN_RUN.finditer(folded):
            at = run.start()
            while at < run.end():
                size = self._size_at(folded, at)
                if size:
                    yield Found("name", at, at + size)
                at += size or 1

    def _size_at(self, folded: str, at: int) -> int:
        """How many characters the longest name has that begins at `at`; 0 for none."""
        for size in self._lengths.get(folded[at : at + _SHORT], ()):
            if folded[at : at + size] in self._full and _stands_alone(folded, at, at + size):
                return size
        return self._titled_size(folded, at)

    def _titled_size(self, folded: str, at: int) -> int:
        for size in (2, 1):
            name, end = folded[at : at + size], at + size
            if name in self._surnames and _TITLE.match(folded, end) and _is_surname_here(folded, at, name):
                return size
            if name in self._given and _PERSONAL_TITLE.match(folded, end):
                return size
        return 2 if self._is_familiar(folded, at) else 0

    def _is_familiar(self, folded: str, at: int) -> bool:
        """Whether 小 or 老 stands there with a family name: 小王, but neither 大小 before it nor 老董事 after it."""
        if folded[at : at + 1] not in ("小", "老") or folded[at + 1 : at + 2] not in self._surnames & FAMILIAR_SURNAMES:
            return False
        return not _joins_before(folded, at) and not _joins_after(folded, at + 1, at + 2)

    def _learn(self, name: str) -> None:
        if len(name) < _SHORT:
            return
        self._full.add(name)
        if len(name) > _LONGEST_CHINESE:
            return
        size = 2 if name[:2] in DOUBLE_SURNAMES else 1
        self._surnames.add(name[:size])
        if len(name) - size == _SHORT and name[size:] not in COMMON_GIVEN:
            self._given.add(name[size:])


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether a name found there is one: short names must not share a character with a word around them."""
    if end - start > _SHORT:
        return True
    if folded[start:end] in COMMON_HAN and not _TITLE.match(folded, end):
        return False
    return not _joins_before(folded, start) and not _joins_after(folded, end - 1, end)


def _is_surname_here(folded: str, at: int, surname: str) -> bool:
    return surname not in NEVER_TITLED and not _joins_before(folded, at)


def _joins_before(folded: str, at: int) -> bool:
    """Whether the character at `at` goes with the one before it: they form a word, or it is said twice (林林总总)."""
    return at > 0 and (folded[at - 1] == folded[at] or folded[at - 1] in WORD_BEFORE.get(folded[at], ""))


def _joins_after(folded: str, last: int, end: int) -> bool:
    """Whether the character at `last` goes with the one at `end`: they form a word."""
    return end < len(folded) and folded[end] in WORD_AFTER.get(folded[last], "")
