"""Groups side by side, such as accounts or roles; those of fewer people than may be shown are one group together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from verbatim.briefing import LEAST, Grid, Phrase, Value
from verbatim.composing.view import Base, base, mentions, said, score, share
from verbatim.domain import Interval, Polarity
from verbatim.facts import NOBODY, Attribute, Facts, Flags

MOST = 20
"""So many groups have a line of their own."""

COLUMNS: tuple[str, ...] = (
    "briefing.column_group",
    "briefing.column_verbatims",
    "briefing.column_people",
    "briefing.column_accounts",
    "briefing.column_nps",
    "briefing.column_complaints",
    "briefing.column_praise",
)

AT, SCORE = COLUMNS.index("briefing.column_accounts"), COLUMNS.index("briefing.column_nps")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that have something in common; `folded`: how many groups they are, where too few people were behind each."""

    name: str | None
    rows: Flags
    base: Base
    folded: int = 0


def grouped(facts: Facts, attribute: Attribute) -> tuple[Group, ...]:
    """The groups by this attribute, that of most people first; small ones folded into the last.

    Where the folded are fewer people than may be shown themselves, the smallest of the others is folded with them: else
    the whole less the groups shown would tell of them.
    """
    labels = facts.labels(attribute)
    places = [place for place in np.unique(labels.places[said(facts)]) if place != NOBODY]
    found = [_group(labels.names[place], facts, said(facts) & (labels.places == place)) for place in places]
    found.sort(key=lambda one: (-one.base.respondents, -one.base.verbatims, str(one.name)))
    shown = [one for one in found if one.base.enough][:MOST]
    rest = found[len(shown) :]
    while rest and shown and _together(facts, rest).base.respondents < LEAST:
        rest.insert(0, shown.pop())
    return (*shown, _together(facts, rest)) if rest else tuple(shown)


def grid(facts: Facts, attribute: Attribute) -> Grid | None:
    """The groups as a table; None where there are not two to compare."""
    found = grouped(facts, attribute)
    if len([one for one in found if not one.folded]) < 2:
        return None
    rows = [_row(facts, one) for one in found if one.base.enough]
    columns = COLUMNS
    idle = [AT] if all(one.base.accounts <= 1 for one in found) else []
    if all(row[SCORE] is None for row in rows):
        idle.insert(0, SCORE)
    for place in idle:
        columns, rows = _without(columns, place), [_without(row, place) for row in rows]
    folded = found[-1] if found[-1].folded else None
    notes = [Phrase("briefing.folded", {"n": folded.folded, "least": LEAST, "most": MOST})] if folded else []
    return Grid(f"briefing.by_{attribute}", columns, tuple(rows), tuple(notes))


def _without(row: tuple[T, ...], place: int) -> tuple[T, ...]:
    return row[:place] + row[place + 1 :]


def _group(name: str, facts: Facts, rows: Flags) -> Group:
    return Group(name, rows, base(facts, rows))


def _together(facts: Facts, groups: Sequence[Group]) -> Group:
    rows = np.logical_or.reduce([one.rows for one in groups])
    return Group(None, rows, base(facts, rows), len(groups))


def _row(facts: Facts, group: Group) -> tuple[Value, ...]:
    own = facts.of(group.rows)
    name: Value = Phrase("briefing.the_others", {"n": group.folded}) if group.folded else group.name
    blamed, praised = (_share_with(own, side) for side in ("negative", "positive"))
    counts = group.base
    return name, counts.verbatims, counts.respondents, counts.accounts, score(own), blamed, praised


def _share_with(facts: Facts, polarity: Polarity) -> Interval:
    """The share of rows with a mention of this polarity."""
    found = mentions(facts, polarity)
    rows = np.unique(np.concatenate([*found.values()])) if found else np.empty(0, np.intp)
    return share(facts, rows, said(facts))
