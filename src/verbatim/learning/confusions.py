"""Which id was given where which gold id was missed, with the words of a few of the verbatims."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

from verbatim.learning.examples import Example
from verbatim.learning.tallies import Opinion
from verbatim.quality import Confusion, Sample
from verbatim.text.script import columns

SAMPLES = 3
MOST = 20
"""Pairs that are told of each kind: one id for another, missed with nothing instead, given beside what is right."""

LONGEST = 320
READABLE = (14, 200)
"""Columns of a text that is easy to take in: such ones are shown first."""

Pair = tuple[str | None, str | None]


def confusions(gold: Sequence[Opinion], found: Sequence[Opinion], texts: Sequence[Example]) -> tuple[Confusion, ...]:
    """Return the most frequent pairs of a missed and a given id, most first.

    A verbatim with several of both counts once for each pair of them.
    """
    places: dict[Pair, list[int]] = defaultdict(list)
    for number, (want, got) in enumerate(zip(gold, found, strict=True)):
        for pair in _pairs(want, got):
            places[pair].append(number)
    wanted, told = (Counter(id for opinion in side for id in opinion.codes) for side in (gold, found))
    ranked = sorted(places, key=lambda pair: (-len(places[pair]), str(pair)))
    kept = [pair for kind in _KINDS for pair in [pair for pair in ranked if _kind(pair) == kind][:MOST]]
    return tuple(
        Confusion(missed, given, len(places[missed, given]), of, _samples(places[missed, given], texts))
        for missed, given in kept
        for of in [wanted[missed] if missed else told[given or ""]]
    )


_KINDS = ((True, True), (True, False), (False, True))


def _kind(pair: Pair) -> tuple[bool, bool]:
    return pair[0] is not None, pair[1] is not None


def _pairs(want: Opinion, got: Opinion) -> Iterator[Pair]:
    missed: list[str | None] = [id for id in want.codes if id not in got.codes]
    given: list[str | None] = [id for id in got.codes if id not in want.codes]
    if missed or given:
        yield from product(missed or [None], given or [None])


def _samples(numbers: Sequence[int], texts: Sequence[Example]) -> tuple[Sample, ...]:
    """Return a few of the verbatims, those that are easy to take in first, otherwise in their order."""
    least, most = READABLE
    easy = sorted(numbers, key=lambda number: not least <= columns(texts[number].text) <= most)
    shown = [texts[number] for number in easy[:SAMPLES]]
    return tuple(Sample(each.id, _cut(each.text), each.language) for each in shown)


def _cut(text: str) -> str:
    words = text.strip()
    return words if len(words) <= LONGEST else words[:LONGEST].rstrip() + " …"
