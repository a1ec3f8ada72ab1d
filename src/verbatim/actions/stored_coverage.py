"""How many of the right people were heard, from what is stored, with the names of those who were not."""

from collections.abc import Mapping
from dataclasses import dataclass

from verbatim.actions.figures import Counting, figures_of
from verbatim.coverage import RIGHT, Absent, Coverage, Sought, coverage
from verbatim.facts import ALL, Narrowed
from verbatim.store import audit
from verbatim.store.opening import writing
from verbatim.store.people import names_of

FORMULA: Mapping[str, str] = {
    "rate": "right people who answered / right people on the roster",
    "response": "right people who were asked and answered / right people who were asked",
    "limits": "Wilson, 95 %; over several accounts at the effective size, with accounts as clusters",
    "right": "contacts with one of these influences, or in one of these roles",
    "answered": "at least one verbatim that passes what was asked for",
    "below": "rate under the goal",
    "never answered": "asked as often as `times` says or more, and never heard",
    "fell silent": "heard once, asked since then, and silent for the days of `quiet`",
}
"""How each figure is made."""


@dataclass(frozen=True, slots=True)
class CoverageOrder:
    """Whose coverage, of what, how divided; of these accounts only.

    `reader`: who is told the names of contacts, which is kept; None for whoever may not read them.
    """

    organisation: str
    narrowed: Narrowed = ALL
    sought: Sought = RIGHT
    by: tuple[str, ...] = ("account", "role")
    accounts: tuple[str, ...] | None = None
    reader: str | None = None
    most: int = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What was found, what was asked for, how it is made, and the names of contacts by their numbers."""

    found: Coverage
    narrowed: Narrowed
    sought: Sought
    names: Mapping[int, str]
    formula: Mapping[str, str]


def stored_coverage(desk: Counting, order: CoverageOrder) -> Told:
    """How many of the right people were heard. Raises InputError for a division that there is not."""
    figures = figures_of(desk, order.organisation, order.accounts)
    found = coverage(figures.facts, figures.roster, order.narrowed, order.sought, order.by, order.most)
    names = _names(desk, order, (*found.missing, *found.silent))
    parameters = {"times": str(order.sought.times), "quiet": str(order.sought.quiet), "goal": f"{order.sought.goal:g}"}
    return Told(found, order.narrowed, order.sought, names, {**FORMULA, **parameters})


def _names(desk: Counting, order: CoverageOrder, people: tuple[Absent, ...]) -> dict[int, str]:
    """What these people are called, for a reader who may know; that it was read is kept."""
    wanted = sorted({one.contact for one in people})
    if order.reader is None or not wanted:
        return {}
    with writing(desk.engine, order.organisation) as connection:
        found = names_of(connection, order.organisation, wanted)
        event = audit.Event(order.reader, "read", "coverage", {"contacts": len(found)})
        audit.record(connection, order.organisation, event)
    return found
