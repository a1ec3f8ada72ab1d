"""The page of the section *coverage*: how many of the right people were heard, cell by cell, and who is missing."""

from collections.abc import Mapping
from typing import cast

from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.figures import figures_of
from verbatim.actions.stored_coverage import CoverageOrder, stored_coverage
from verbatim.coverage import RIGHT, Sought
from verbatim.domain import Interval
from verbatim.facts import Facts, Narrowed, OfAccount
from verbatim.web.narrowing import day_of
from verbatim.web.visit import Visit, page

MOST = 100
"""So many cells, and so many people, are listed."""

DIVIDED: Mapping[str, tuple[str, ...]] = {
    "account_role": ("account", "role"),
    "account": ("account",),
    "tier_role": ("tier", "role"),
    "customer_type_role": ("customer_type", "role"),
    "team": ("team",),
    "region": ("region",),
    "influence": ("influence",),
}
"""How cells may be made, by the name in the query."""

NARROWING = ("tier", "team", "region", "customer_type")
"""What the form narrows by."""

RIGHTS: Mapping[str, tuple[str, ...]] = {"both": RIGHT.right, "decider": ("decider",)}


def show(visit: Visit) -> Response:
    """The page, by the filters in its query; what these cannot be is left out."""
    holder, given = visit.holder, visit.query
    facts = figures_of(visit.site.desk, holder.organisation, holder.accounts).facts
    choices = {name: _names(facts, name) for name in NARROWING}
    divided = given["by"] if given.get("by") in DIVIDED else "account_role"
    right = given["right"] if given.get("right") in RIGHTS else "both"
    names = holder.role in RULES["GET", "/v1/contacts"]
    order = CoverageOrder(
        organisation=holder.organisation,
        narrowed=_narrowed(given, choices),
        sought=Sought(RIGHTS[right]),
        by=DIVIDED[divided],
        accounts=holder.accounts,
        reader=holder.actor if names else None,
        most=MOST,
    )
    told = stored_coverage(visit.site.desk, order)
    return page(
        visit,
        "coverage.html",
        "coverage",
        told=told,
        found=told.found,
        names=names,
        choices=choices,
        wanted=order.narrowed,
        divided=divided,
        divisions=tuple(DIVIDED),
        right=right,
        rights=tuple(RIGHTS),
        most=MOST,
        place=_place,
    )


def _names(facts: Facts, name: str) -> tuple[str, ...]:
    return tuple(sorted(facts.accounts.attributes[cast("OfAccount", name)].names))


def _narrowed(given: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> Narrowed:
    chosen = {name: (given[name],) for name in NARROWING if given.get(name) in choices[name]}
    return Narrowed(since=day_of(given.get("since", "")), until=day_of(given.get("until", "")), **chosen)


def _place(rate: Interval) -> Mapping[str, float]:
    """Where a share and its limits stand on a line from 0 to 200."""
    return {name: round(200 * getattr(rate, name), 1) for name in ("low", "share", "high")}
