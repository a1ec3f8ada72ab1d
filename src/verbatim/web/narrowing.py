"""Which verbatims the figures of a page count: read from its query, offered in its filters, put into its links."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from verbatim.facts import Attribute, Facts, Narrowed
from verbatim.web.visit import Visit

OFFERED: tuple[Attribute, ...] = ("tier", "customer_type", "region", "team", "role", "source", "product", "channel")
"""The attributes that filters offer, where there are values to choose from."""

LONGEST = 200
MOST_OFFERED = 60


def narrowed_of(query: Mapping[str, str]) -> Narrowed:
    """What a query asks for; what cannot be is left out."""
    days = {name: day_of(query.get(name, "")) for name in ("since", "until")}
    names = [one.name for one in fields(Narrowed) if one.name not in days]
    given = {name: (query[name][:LONGEST],) for name in names if query.get(name)}
    return Narrowed(**days, **given)  # type: ignore[arg-type]


def day_of(text: str) -> date | None:
    """The day that a field of a form holds; None where it holds none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def link(path: str, narrowed: Narrowed, **more: object) -> str:
    """The address of a page for the same verbatims; `more` are further fields of its query, None leaves one out."""
    given: dict[str, Any] = {
        name: value[0] if isinstance(value, list) else value for name, value in narrowed.told().items()
    }
    given |= {name: value for name, value in more.items() if value is not None}
    given = {name: value for name, value in given.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def filters(visit: Visit, facts: Facts, narrowed: Narrowed) -> dict[str, Any]:
    """What the filters of a page show: days, and of each attribute its values and which one is chosen."""
    offered = {name: facts.labels(name).names for name in OFFERED}
    chosen = {name: next(iter(narrowed.of(name)), "") for name in OFFERED}
    return {
        "since": narrowed.since.isoformat() if narrowed.since else "",
        "until": narrowed.until.isoformat() if narrowed.until else "",
        "choices": {
            name: (sorted(values)[:MOST_OFFERED], chosen[name])
            for name, values in offered.items()
            if len(values) > 1 or chosen[name]
        },
        "path": visit.path,
    }
