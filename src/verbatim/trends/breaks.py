"""Where the code frame changed so that what was coded before cannot be counted with what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from verbatim.crosswalk import Kind
from verbatim.facts import UNDATED, Facts, Flags, number_of
from verbatim.trends.periods import Period

ENOUGH = 0.99
"""A break is healed where so much of what was said before it is coded by the version that made it, or a later one."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the frame, by number and label, that split, retired or added a code on a day."""

    number: int
    label: str
    day: date
    kind: Kind
    old: str | None
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seam:
    """A break in a series: before the period at this place nothing is joined; see `seams`.

    `recoded` is the share of what was said before that is coded by the version of the break or a later one.
    """

    at: int
    edition: Edition
    recoded: float


def seams(
    facts: Facts, base: Flags, had: Flags, editions: Sequence[Edition], periods: Sequence[Period]
) -> tuple[Seam, ...]:
    """The breaks of a code within the periods; `base` and `had` (n,) say what is counted, and what has the code.

    A break is healed where all that was said before was coded again by the new version, the code was found among it,
    and nothing is left of a code that was split.
    """
    found = []
    for one in editions:
        at = next((place for place, period in enumerate(periods) if period.end > one.day), len(periods))
        if not 0 < at < len(periods):
            continue
        before = base & (facts.day != UNDATED) & (facts.day < number_of(one.day))
        recoded = float((facts.book[before] >= one.number).mean()) if before.any() else 0.0
        if not _healed(facts, one, recoded, before & had):
            found.append(Seam(at, one, recoded))
    return tuple(found)


def _healed(facts: Facts, edition: Edition, recoded: float, had: Flags) -> bool:
    if recoded < ENOUGH or not had.any():
        return False
    if edition.kind != "split" or edition.old not in facts.codes:
        return edition.kind != "retired"
    return not np.isin(
        facts.mention_row[facts.mention_code == facts.codes.index(edition.old)], np.flatnonzero(had)
    ).any()
