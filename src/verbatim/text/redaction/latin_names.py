"""Names of a roster in Latin letters, found in text word by word: each word is looked up once, so time is linear."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from verbatim.text.redaction.name_words import COMMON_WORDS, HONORIFICS, PARTICLES
from verbatim.text.redaction.spans import Found
from verbatim.text.script import HAN

MOST_WORDS = 8
"""How many words of a name count; what a longer one goes on with is left out."""

_LETTERS = rf"[^\W\d_{HAN}]"
_WORD = re.compile(rf"(?<!\d){_LETTERS}++(?:['’ʼ‘`]{_LETTERS}++)*+(?!\d)")
_POSSESSIVE = re.compile(r"['’ʼ‘`][sS]\Z")
_APOSTROPHES = str.maketrans("", "", "'’ʼ‘`")
_GAP = re.compile(r"[ \t]{1,2}|\. ?|, ?|-|_|\n")
_LONGEST_GAP = 2
_SHORTEST_ALONE, _SHORTEST_IN_SMALL = 3, 4
_AMBIGUOUS_INITIALS = ("a", "i")

Form = tuple[str, ...]
"""Words of a name in the way that somebody may write it."""


class _When(IntEnum):
    """When a form counts: however it is written, with capital letters only, or after Mr and the like only."""

    ANYHOW = 0
    CAPITAL = 1
    TITLED = 2


class _Word(NamedTuple):
    """A word of a text in the form that names are kept in; `capital` where it begins with a capital letter."""

    key: str
    start: int
    end: int
    capital: bool


class LatinNames:
    """The forms that names of a roster are written in: in full, turned round, with an initial, the given name alone.

    A family name alone counts after Mr, Ms, Dr and the like. Names that are ordinary words (Will, Grace, Mark) count in
    full only, or after such a title.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._forms: dict[str, _When] = {}
        for name in names:
            for form, when in _forms_of(name):
                key = " ".join(form)
                self._forms[key] = min(when, self._forms.get(key, when))
        lengths: dict[str, set[int]] = {}
        for key in self._forms:
            first, *rest = key.split(" ")
            lengths.setdefault(first, set()).add(1 + len(rest))
        self._lengths = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}

    def find(self, text: str) -> Iterator[Found]:
        """The names that stand in a plain text, the longest form of each."""
        words = [_word(match) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            size = next(
                (size for size in self._lengths.get(words[at].key, ()) if self._counts(text, words, at, size)), 0
            )
            if size:
                yield Found("name", words[at].start, words[at + size - 1].end)
            at += size or 1

    def _counts(self, text: str, words: list[_Word], at: int, size: int) -> bool:
        """Whether `size` words from number `at` on are a form of a name, written as it must be to count."""
        run = words[at : at + size]
        when = self._forms.get(" ".join(word.key for word in run))
        if when is None or len(run) < size or not all(_is_gap(text, one, two) for one, two in pairwise(run)):
            return False
        capital = all(word.capital or word.key in PARTICLES for word in run)
        return (
            when == _When.ANYHOW
            or (when == _When.CAPITAL and capital)
            or (_is_titled(text, words, at) and (capital or run[0].key not in COMMON_WORDS))
        )


def _forms_of(name: str) -> Iterator[tuple[Form, _When]]:
    """Every way in which a name may be written, and when each counts."""
    given, middle, family = _parts_of(name)
    whole = given + middle + family
    if not whole:
        return
    ordinary = [word for word in whole if word in COMMON_WORDS and word not in PARTICLES]
    full = _When.CAPITAL if len(whole) == 1 or len(ordinary) == len(whole) else _When.ANYHOW
    yield from ((form, full) for form in (whole, given + family, family + given))
    yield from ((form, _When.TITLED) for form in (given, family, family[-1:]) if form)
    if not COMMON_WORDS.issuperset(given) and len(given[0]) >= _SHORTEST_ALONE:
        yield given, _When.ANYHOW if len(" ".join(given)) >= _SHORTEST_IN_SMALL else _When.CAPITAL
    if family and not COMMON_WORDS.issuperset(family):
        yield (given[0][0], *family), _When.CAPITAL
    if family and not COMMON_WORDS.issuperset(given) and family[0][0] not in _AMBIGUOUS_INITIALS:
        yield (*given, family[0][0]), _When.CAPITAL


def _parts_of(name: str) -> tuple[Form, Form, Form]:
    """Given name, middle names, family name with its particles; `Lopez, Maria` is turned round."""
    last, _, first = name.partition("(")[0].partition(",")
    words = f"{first} {last}".split()
    forms = [form for word in words if (form := tuple(_word(match).key for match in _WORD.finditer(word)))][:MOST_WORDS]
    if len(forms) < 2:
        return (forms[0] if forms else ()), (), ()
    start = next((at for at, form in enumerate(forms[1:-1], 1) if form[0] in PARTICLES), len(forms) - 1)
    middle, family = forms[1:start], forms[start:]
    return forms[0], sum(middle, ()), sum(family, ())


def _word(match: re.Match[str]) -> _Word:
    letters = _POSSESSIVE.sub("", match.group())
    return _Word(_key(letters), match.start(), match.start() + len(letters), letters[0].isupper())


def _key(letters: str) -> str:
    """Letters in lower case, without accents and apostrophes."""
    if letters.isascii():
        return letters.translate(_APOSTROPHES).lower()
    parts = unicodedata.normalize("NFKD", letters.translate(_APOSTROPHES))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def _is_gap(text: str, one: _Word, two: _Word) -> bool:
    return two.start - one.end <= _LONGEST_GAP and _GAP.fullmatch(text, one.end, two.start) is not None


def _is_titled(text: str, words: list[_Word], at: int) -> bool:
    return at > 0 and words[at - 1].key in HONORIFICS and _is_gap(text, words[at - 1], words[at])
