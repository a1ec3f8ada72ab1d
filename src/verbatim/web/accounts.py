"""The pages of the section *accounts*: all with tier, standing, course and red flags; one with its history."""

from typing import Any

from starlette.responses import Response

from verbatim.actions.codebooks import codebook
from verbatim.actions.office import FlaggedAccounts, Office, account_now, teams_now
from verbatim.facts import Attribute
from verbatim.red_flags import LEVELS, Flagged
from verbatim.web.drawings import big_course, line_of, small_course
from verbatim.web.models import name_of
from verbatim.web.narrowing import filters, link, narrowed_of
from verbatim.web.visit import Visit, page

SHOWN = 50


def show(visit: Visit) -> Response:
    """One account where the query names it, else all of them."""
    office = Office.of(visit.site.desk, visit.holder)
    number = visit.query.get("id", "")
    if number.isdecimal() and len(number) < 19:
        return _one(visit, office, int(number))
    return _all(visit, office)


def _all(visit: Visit, office: Office) -> Response:
    narrowed, level = narrowed_of(visit.query), visit.query.get("level", "")
    view = teams_now(office, narrowed)
    everything = view.of
    items = [one for one in everything.items if level not in LEVELS or one.level == level]
    wanted = visit.query.get("q", "").strip().casefold()
    items = [one for one in items if wanted in one.rating.name.casefold()]
    number = visit.query.get("page", "")
    start = SHOWN * max(0, int(number) - 1) if number.isdecimal() and len(number) < 7 else 0
    counts = {name: sum(one.level == name for one in everything.items) for name in LEVELS}
    return page(
        visit,
        "accounts.html",
        "accounts",
        "office",
        view=everything,
        teams=view.found,
        items=[(one, small_course(one.rating.spans), _about(everything, one)) for one in items[start : start + SHOWN]],
        count=len(items),
        start=start,
        size=SHOWN,
        counts=counts,
        level=level if level in LEVELS else "",
        filters=filters(visit, office.facts(), narrowed),
        link=lambda **more: link("/accounts", narrowed, **{"level": level, "q": visit.query.get("q")} | more),
        behind=lambda ids: link("/said", narrowed, ids=",".join(map(str, ids))),
        line_of=line_of,
        quiet=visit.query.get("q", ""),
    )


def _one(visit: Visit, office: Office, number: int) -> Response:
    view = account_now(office, number)
    frame = codebook(office.desk, office.organisation)
    rating = view.flagged.rating
    return page(
        visit,
        "account.html",
        "accounts",
        "office",
        view=view,
        one=view.flagged,
        rating=rating,
        about=_about(view.of, view.flagged),
        course=big_course(rating.spans),
        name_of=lambda id: name_of(visit.say, frame, id),
        behind=lambda **more: link("/said", narrowed_of({"account": rating.name}), **more),
    )


def _about(view: FlaggedAccounts, one: Flagged) -> dict[str, Any]:
    """What is known of an account beside what it said."""
    place, facts = one.rating.place, view.facts.accounts
    names: tuple[Attribute, ...] = ("tier", "customer_type", "region", "team")
    found: dict[str, Any] = {name: view.attribute(name, place) for name in names}  # type: ignore[arg-type]
    for name, values in (("revenue", facts.revenue), ("cost_to_serve", facts.cost_to_serve)):
        amount = float(values[place])
        found[name] = amount if amount == amount else None  # noqa: PLR0124 - not a number
    return {**found, "strategic": bool(facts.strategic[place])}
