"""The shapes of the roster and of how much of it was heard: accounts, invitations, coverage."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue

from verbatim.actions.stored_coverage import Told
from verbatim.api.books import ShownRowError
from verbatim.api.feedback import When
from verbatim.api.given import Name, Shape
from verbatim.api.shown import Shown
from verbatim.coverage import Absent, Beside, Cell, Division, Silence
from verbatim.domain import Interval
from verbatim.store.roster import Account, Invitation

DIGITS = 4
MOST_ROWS = 1000

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]

ACCOUNT: dict[str, JsonValue] = {
    "name": "Larkhill Foods",
    "customer_type": "retail chain",
    "region": "north",
    "team": "Team East",
    "product": "dispatch",
    "revenue": 1200000,
    "cost_to_serve": 85000,
    "tier": None,
    "strategic": True,
}
INVITATION: dict[str, JsonValue] = {
    "account": "Larkhill Foods",
    "contact": "Ann Lee",
    "date": "2026-03-02",
    "survey": "nps-2026",
}


class GivenAccount(Shape):
    """What is known of an account, by its name; what is left out or null stays as it was known.

    Revenue and cost to serve are of a year. `tier` is one that was decided; without one it follows from the revenue:
    tier 1 are the accounts that bring 80 % of it, tier 2 those that bring 80 % of the rest, or are `strategic`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ACCOUNT]})

    name: Name
    customer_type: Name | None = None
    region: Name | None = None
    team: Annotated[Name | None, Field(description="The team of ours that answers for it.")] = None
    product: Annotated[Name | None, Field(description="What it bought.")] = None
    revenue: Amount | None = None
    cost_to_serve: Amount | None = None
    tier: Name | None = None
    strategic: bool | None = None

    def account(self) -> Account:
        """The same as a value of the store."""
        return Account(**self.model_dump())


class GivenAccounts(Shape):
    """Accounts to add, or to change where the name is known; a bad row never sinks the rest."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [ACCOUNT]}]})

    items: Annotated[list[GivenAccount], Field(min_length=1, max_length=MOST_ROWS)]


class GivenInvitation(Shape):
    """That somebody on the roster was asked, on a day, in a round of questions."""

    model_config = ConfigDict(json_schema_extra={"examples": [INVITATION]})

    contact: Name
    account: Annotated[Name | None, Field(description="Of the contact; null for one of no account.")] = None
    date: When
    survey: Annotated[Name | None, Field(description="The source that answers come from, such as nps-2026.")] = None

    def invitation(self) -> Invitation:
        """The same as a value of the store."""
        return Invitation(self.account, self.contact, self.date, self.survey or "")


class GivenInvitations(Shape):
    """Invitations to add; what is known changes nothing, and a bad row never sinks the rest."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [INVITATION]}]})

    items: Annotated[list[GivenInvitation], Field(min_length=1, max_length=MOST_ROWS)]


class GivenRows(Shape):
    """Rows that have not been looked at."""

    items: Any


class ShownAccount(Shown):
    """What is known of an account; `tier` is the one that was decided, null where it follows from the revenue."""

    id: int
    name: str
    customer_type: str | None
    region: str | None
    team: str | None
    product: str | None
    revenue: float | None
    cost_to_serve: float | None
    tier: str | None
    strategic: bool


class ShownAccounts(Shown):
    """The accounts that were kept, and the rows that were not, counted from 1."""

    items: list[ShownAccount]
    rejected: list[ShownRowError]


class ShownInvitation(Shown):
    """That somebody was asked."""

    id: int
    account: str | None
    contact: str
    date: datetime
    survey: str | None


class ShownInvited(Shown):
    """How many invitations are new, how many were known, and the rows that were not kept, counted from 1."""

    added: int
    known: int
    rejected: list[ShownRowError]


class ShownShare(Shown):
    """A share k/n with its limits at 95 %."""

    share: float
    low: float
    high: float
    k: int
    n: int


class ShownBeside(Shown):
    """How many of the right people stand behind a figure: `answered` of `right`; `below` the goal.

    `rate` is null where the roster knows nobody who is right. `left` is the finite population correction
    (N − n)/(N − 1) of `answered` among `right`.
    """

    right: int
    answered: int
    rate: ShownShare | None
    goal: float
    below: bool
    left: float


class ShownCell(Shown):
    """A part of the roster, by the values of `by`: people, right ones, right ones asked, right ones heard."""

    names: list[str | None]
    people: int
    right: int
    invited: int
    answered: int
    rate: ShownShare | None
    below: bool


class ShownAbsent(Shown):
    """One of the right people who is missing, or silent; the name only for those who may read contacts."""

    contact: int
    name: str | None
    account: str | None
    role: str | None
    influence: str | None
    invited: int
    last_invited: date | None
    last_answered: date | None
    silence: Silence | None


SHARE: dict[str, Any] = {"share": 0.5, "low": 0.2366, "high": 0.7634, "k": 5, "n": 10}
COVERAGE: dict[str, Any] = {
    "formula": {"rate": "right people who answered / right people on the roster"},
    "asked": {"since": "2026-01-01"},
    "right": ["decider", "influencer"],
    "roles": [],
    "whole": {"right": 10, "answered": 5, "rate": SHARE, "goal": 0.6, "below": True, "left": 0.5556},
    "response": SHARE,
    "people": 24,
    "unknown": 4,
    "accounts": 6,
    "heard": 4,
    "revenue": 0.81,
    "by": ["account", "role"],
    "cells": [
        {
            "names": ["Larkhill Foods", "buyer"],
            "people": 3,
            "right": 2,
            "invited": 1,
            "answered": 0,
            "rate": {"share": 0.0, "low": 0.0, "high": 0.6576, "k": 0, "n": 2},
            "below": True,
        }
    ],
    "cells_n": 1,
    "missing": [
        {
            "contact": 12,
            "name": "Ann Lee",
            "account": "Larkhill Foods",
            "role": "buyer",
            "influence": "decider",
            "invited": 2,
            "last_invited": "2026-03-02",
            "last_answered": None,
            "silence": None,
        }
    ],
    "missing_n": 1,
    "silent": [],
    "silent_n": 0,
}


class ShownCoverage(Shown):
    """How many of the right people were heard, in all and by cell, the lowest rates first; who is missing or silent.

    `formula` says how each figure is made, `asked` what was asked for, `right` and `roles` who the right people are.
    `unknown` are people whose influence nobody noted. `accounts` have right people, `heard` are those of them that one
    of these answered for; `revenue` is the share of revenue that they bring, null where none is known.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [COVERAGE]})

    formula: dict[str, str]
    asked: dict[str, str | list[str]]
    right: list[str]
    roles: list[str]
    whole: ShownBeside
    response: ShownShare | None
    people: int
    unknown: int
    accounts: int
    heard: int
    revenue: float | None
    by: list[Division]
    cells: list[ShownCell]
    cells_n: int
    missing: list[ShownAbsent]
    missing_n: int
    silent: list[ShownAbsent]
    silent_n: int


def shown_share(one: Interval | None) -> ShownShare | None:
    """A share with its limits."""
    if one is None:
        return None
    share, low, high = (round(value, DIGITS) for value in (one.share, one.low, one.high))
    return ShownShare(share=share, low=low, high=high, k=one.k, n=one.n)


def shown_beside(one: Beside) -> ShownBeside:
    """The coverage that is told beside a figure."""
    return ShownBeside(
        right=one.right,
        answered=one.answered,
        rate=shown_share(one.rate),
        goal=one.goal,
        below=one.below,
        left=round(one.left, DIGITS),
    )


def shown_coverage(told: Told, limit: int) -> ShownCoverage:
    """Coverage as it goes out, at most `limit` cells of it."""
    found = told.found
    return ShownCoverage(
        formula=dict(told.formula),
        asked=told.narrowed.told(),
        right=list(told.sought.right),
        roles=list(told.sought.roles),
        whole=shown_beside(found.whole),
        response=shown_share(found.response),
        people=found.people,
        unknown=found.unknown,
        accounts=found.accounts,
        heard=found.heard,
        revenue=None if found.revenue is None else round(found.revenue, DIGITS),
        by=list(found.by),
        cells=[_cell(one) for one in found.cells[:limit]],
        cells_n=len(found.cells),
        missing=[_absent(one, told.names) for one in found.missing],
        missing_n=found.missing_n,
        silent=[_absent(one, told.names) for one in found.silent],
        silent_n=found.silent_n,
    )


def _cell(one: Cell) -> ShownCell:
    counts = {name: getattr(one, name) for name in ("people", "right", "invited", "answered", "below")}
    return ShownCell(names=list(one.names), rate=shown_share(one.rate), **counts)


def _absent(one: Absent, names: Mapping[int, str]) -> ShownAbsent:
    return ShownAbsent(
        contact=one.contact,
        name=names.get(one.contact),
        account=one.account,
        role=one.role,
        influence=one.influence,
        invited=one.invited,
        last_invited=one.last_invited,
        last_answered=one.last_answered,
        silence=one.silence,
    )
