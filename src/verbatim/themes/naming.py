"""How themes are called: the words that tell each from all others, by c-TF-IDF.

    weight of a word in a theme = share of its segments that hold it × ln(1 + A / f)

f is in how many segments of all the word stands, A how many segments a theme has on average (M. Grootendorst 2022,
BERTopic, with segments in place of occurrences, so that nobody's repetitions count). What belongs to no theme is
counted as one more. A phrase of two words takes the place of its words where most of them stand in it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.text.terms import Term

Labels = NDArray[np.int64]

WORDS = 8
"""So many words of a theme are kept in each language, the most telling first."""

LEAST = 2
"""In so many segments a word of a theme stands at least: one person's word is no name."""

LEAST_SHARE = 0.1
"""Words of a language are kept where at least this share of the segments of a theme speaks it."""

PHRASE = 0.5
"""The share of a word's segments in which a phrase must stand to take its place."""


@dataclass(frozen=True, slots=True)
class Named:
    """The words of a theme, the most telling first: English ones, and Chinese ones in simplified characters."""

    english: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counted:
    """In how many segments each term stands, of each theme and of all; how the terms read; how many segments speak."""

    of: list[Counter[str]]
    all: Counter[str]
    texts: list[dict[str, Counter[str]]]
    speaking: list[Counter[bool]]


def named(segments: Iterable[Sequence[Term]], labels: Labels, count: int) -> tuple[Named, ...]:
    """The words of each of `count` themes, from the terms of every segment and its theme (n,), -1 for none."""
    sizes = np.bincount(labels[labels >= 0], minlength=count)
    counted = _counted(segments, labels, count)
    average = len(labels) / (count + 1)
    return tuple(
        Named(
            *(
                tuple(_best(counted, place, average, han=han)) if _speaks(counted, place, int(size), han=han) else ()
                for han in (False, True)
            )
        )
        for place, size in enumerate(sizes)
    )


def _counted(segments: Iterable[Sequence[Term]], labels: Labels, count: int) -> _Counted:
    found = _Counted([Counter() for _ in range(count)], Counter(), [{} for _ in range(count)], [])
    found.speaking = [Counter() for _ in range(count)]
    for terms, label in zip(segments, labels.tolist(), strict=True):
        keys = {term.key: term for term in terms}
        found.all.update(keys.keys())
        if label < 0:
            continue
        found.of[label].update(keys.keys())
        found.speaking[label].update({term.han for term in terms})
        for key, term in keys.items():
            found.texts[label].setdefault(key, Counter())[term.text] += 1
    return found


def _speaks(counted: _Counted, place: int, size: int, *, han: bool) -> bool:
    return counted.speaking[place][han] >= max(LEAST, LEAST_SHARE * size)


def _best(counted: _Counted, place: int, average: float, *, han: bool) -> list[str]:
    own, size = counted.of[place], sum(counted.speaking[place].values()) or 1
    keys = [key for key, n in own.items() if n >= LEAST and (ord(key[0]) >= 0x2E80) == han]
    weights = {key: own[key] / size * np.log(1 + average / counted.all[key]) for key in keys}
    ranked = sorted(keys, key=lambda key: (-weights[key], key))
    phrases = [key for key in ranked if " " in key]
    chosen: list[str] = []
    taken: set[str] = set()
    for key in ranked:
        phrase = _phrase_of(key, phrases, own)
        best = phrase if taken.isdisjoint(phrase.split(" ")) else key
        if taken.isdisjoint(best.split(" ")):
            chosen.append(_read(counted.texts[place][best]))
            taken.update(best.split(" "))
        if len(chosen) == WORDS:
            break
    return chosen


def _phrase_of(key: str, phrases: Sequence[str], own: Counter[str]) -> str:
    """The most telling phrase in which a word mostly stands; the word itself where there is none."""
    if " " in key:
        return key
    return next((one for one in phrases if key in one.split(" ") and own[one] >= PHRASE * own[key]), key)


def _read(texts: Counter[str]) -> str:
    """How a term reads mostly."""
    return min(texts, key=lambda text: (-texts[text], text))
