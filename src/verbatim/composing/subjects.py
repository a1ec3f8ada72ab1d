"""What customers talk about: complaints and praise by code, the most frequent ones with words that show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from verbatim.briefing import LEAST, Chart, Cited, CodeName, Grid, Mark, Part, Phrase, Statement, Value
from verbatim.composing.view import base, mentions, said, share
from verbatim.domain import Interval, Polarity
from verbatim.estimates import Corrected
from verbatim.facts import Facts

TOP = 3
CHARTED = 12
BESIDE = frozenset({"other", "none", "no_content"})
"""Ids that name no subject."""

COLUMNS = (
    "briefing.column_code",
    "briefing.column_share",
    "briefing.column_corrected",
    "briefing.column_blamed",
    "briefing.column_praised",
    "briefing.column_people",
    "briefing.column_accounts",
)
SENTENCES: Mapping[Polarity, str] = {"negative": "briefing.complaint", "positive": "briefing.praised"}

Wanted = tuple[str, Polarity]
"""A code and a polarity for which excerpts are looked for."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A code: its share of what said something, in all and by polarity, and who is behind it."""

    id: str
    whole: Interval
    negative: Interval
    positive: Interval
    people: int
    accounts: int

    def part(self, polarity: Polarity) -> Interval:
        """The share of one polarity."""
        return self.negative if polarity == "negative" else self.positive


def subjects(facts: Facts, *, categories: bool = False) -> tuple[Subject, ...]:
    """Every code that is mentioned, the most frequent first, or every category."""
    whole = mentions(facts, categories=categories)
    blamed, praised = (mentions(facts, side, categories=categories) for side in ("negative", "positive"))
    none: NDArray[np.intp] = np.empty(0, np.intp)
    found = [
        _subject(facts, id, (rows, blamed.get(id, none), praised.get(id, none)))
        for id, rows in whole.items()
        if id.partition(".")[0] not in BESIDE
    ]
    return tuple(sorted(found, key=lambda one: (-one.whole.k, one.id)))


def top(found: tuple[Subject, ...], polarity: Polarity, most: int = TOP) -> tuple[Subject, ...]:
    """The subjects with most mentions of a polarity, and some at all."""
    some = [one for one in found if one.part(polarity).k]
    return tuple(sorted(some, key=lambda one: (-one.part(polarity).k, one.id))[:most])


def wanted(found: tuple[Subject, ...]) -> tuple[Wanted, ...]:
    """Of what excerpts should be shown."""
    sides: tuple[Polarity, ...] = ("negative", "positive")
    return tuple((one.id, side) for side in sides for one in top(found, side))


def sentences(
    found: tuple[Subject, ...], polarity: Polarity, cited: Mapping[Wanted, tuple[Cited, ...]]
) -> tuple[Statement, ...]:
    """The most frequent complaints, or praise, each as a sentence with words that show it."""
    return tuple(
        Statement(
            Phrase(
                SENTENCES[polarity],
                {
                    "name": CodeName(one.id),
                    "share": one.part(polarity),
                    "k": one.part(polarity).k,
                    "n": one.part(polarity).n,
                    "people": one.people,
                    "accounts": one.accounts,
                },
            ),
            "bad" if polarity == "negative" else "good",
            cited.get((one.id, polarity), ()),
        )
        for one in top(found, polarity)
        if one.part(polarity).k >= LEAST
    )


def subjects_part(
    facts: Facts, cited: Mapping[Wanted, tuple[Cited, ...]], corrected: Mapping[str, Corrected] = MappingProxyType({})
) -> Part:
    """The part on what they talk about; `corrected` are shares without the coder's error."""
    every = subjects(facts)
    found = tuple(one for one in every if one.people >= LEAST)
    below = base(facts, said(facts))
    note = Phrase("briefing.subjects_base", {"n": below.verbatims, "people": below.respondents})
    rows = tuple(_row(one, corrected.get(one.id)) for one in found)
    notes = (note, Phrase("briefing.corrected_rule"), *_few(len(every) - len(found)))
    return Part(
        "subjects",
        charts=(_chart(found),) if found else (),
        grids=(Grid("briefing.subjects_table", COLUMNS, rows, notes),) if rows else (),
        cited=(*sentences(found, "negative", cited), *sentences(found, "positive", cited)),
        notes=(note,) if not rows else (),
    )


def _few(n: int) -> tuple[Phrase, ...]:
    return (Phrase("briefing.subjects_few", {"n": n, "least": LEAST}),) if n else ()


def _row(one: Subject, corrected: Corrected | None) -> tuple[Value, ...]:
    counts = one.negative.k, one.positive.k, one.people, one.accounts
    return CodeName(one.id), one.whole, _without_error(one, corrected), *counts


def _without_error(one: Subject, corrected: Corrected | None) -> Interval | None:
    """The corrected share; None where it is too uncertain."""
    if corrected is None or corrected.share is None or corrected.low is None or corrected.high is None:
        return None
    return Interval(corrected.share, corrected.low, corrected.high, one.whole.k, one.whole.n)


def _chart(found: tuple[Subject, ...]) -> Chart:
    marks = [
        Mark(CodeName(one.id), float(one.part(side).k), series=f"briefing.{side}")
        for one in found[:CHARTED]
        for side in ("negative", "positive")
    ]
    return Chart("balance", "briefing.balance_chart", tuple(marks), "count")


def _subject(facts: Facts, id: str, rows: tuple[NDArray[np.intp], ...]) -> Subject:
    kept = np.zeros(facts.n, np.bool_)
    kept[rows[0]] = True
    behind = base(facts, kept)
    whole, blamed, praised = (share(facts, each, said(facts)) for each in rows)
    return Subject(id, whole, blamed, praised, behind.respondents, behind.accounts)
