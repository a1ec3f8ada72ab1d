"""The page of the section *served*: cells as a heat map that reads without colour, and what is behind one of them."""

from dataclasses import dataclass, replace
from typing import Any, cast

from starlette.responses import Response

from verbatim.actions.office import Office, ServedView, who_is_served
from verbatim.contrasts import Contrast
from verbatim.facts import ATTRIBUTES, Attribute, Narrowed
from verbatim.served import APART, GOOD, MEASURES, Cell
from verbatim.web.drawings import Line, line_of
from verbatim.web.narrowing import filters, link, narrowed_of
from verbatim.web.visit import Visit, page

SHOWN = ("verdict", *MEASURES)
SIGNS = {"under-served": "▼", "over-served": "▲", "as expected": "=", "not enough data": "·"}
STRONG = 0.15
"""How far apart from the rest a value is for the deeper of two tints."""


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as the map shows it: its sign, its tint, the values in it, and where its own story is told."""

    cell: Cell
    key: str
    sign: str
    tint: str
    contrast: Contrast
    counts: bool
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """A measure of a cell: its picture, whether it counts and which way, and the verbatims behind it."""

    name: str
    contrast: Contrast
    line: Line
    signed: bool
    reason: str
    href: str | None


def show(visit: Visit) -> Response:
    """The map, by the attributes, filters and cell in its query; what these cannot be is left out."""
    office = Office.of(visit.site.desk, visit.holder)
    narrowed, by = narrowed_of(visit.query), _by(visit)
    shown = visit.query.get("show") if visit.query.get("show") in SHOWN else "verdict"
    view = who_is_served(office, by, narrowed)
    squares = _squares(view, narrowed, str(shown))
    chosen = next((one for one in squares.values() if one.key == visit.query.get("cell")), None)
    first, second = (_names(view, place) for place in (0, 1))
    return page(
        visit,
        "served.html",
        "served",
        "office",
        view=view,
        found=view.found,
        by=by,
        attributes=ATTRIBUTES,
        shown=shown,
        choices=SHOWN,
        first=first,
        second=second,
        squares=squares,
        chosen=chosen,
        rows=_rows(chosen.cell, narrowed, by) if chosen else [],
        words=view.excerpts.get(chosen.cell.values, ()) if chosen else (),
        everything=link("/said", _inside(narrowed, by, chosen.cell)) if chosen else "",
        filters=filters(visit, office.facts(), narrowed),
        link=lambda **more: link("/served", narrowed, by=by[0], and_by=by[1] if len(by) > 1 else None, **more),
        signs=SIGNS,
    )


def _by(visit: Visit) -> tuple[Attribute, ...]:
    given = visit.query.get("by"), visit.query.get("and_by")
    if given[0] not in ATTRIBUTES:
        return "customer_type", "role"
    pair = [one for one in given if one in ATTRIBUTES]
    return cast("tuple[Attribute, ...]", tuple(dict.fromkeys(pair)))


def _names(view: ServedView, place: int) -> tuple[str, ...]:
    if place >= len(view.found.by):
        return ("",)
    return tuple(sorted({one.values[place] for one in view.found.cells}))


def _squares(view: ServedView, narrowed: Narrowed, shown: str) -> dict[tuple[str, str], Square]:
    found = {}
    ordered = sorted(view.found.cells, key=lambda cell: cell.values)
    for number, cell in enumerate(ordered, 1):
        measure = shown if shown in cell.measures else "complaint"
        contrast, key = cell.measures[measure], str(number)
        fields: dict[str, Any] = dict(zip(("by", "and_by"), view.found.by, strict=False))
        square = Square(
            cell=cell,
            key=key,
            sign=SIGNS[cell.verdict],
            tint=_tint(cell, shown, contrast),
            contrast=contrast,
            counts=any(one.measure == measure for one in cell.reasons),
            href=link("/served", narrowed, **fields, show=shown, cell=key) + "#cell",
        )
        found[cell.values[0], cell.values[1] if len(cell.values) > 1 else ""] = square
    return found


def _tint(cell: Cell, shown: str, one: Contrast) -> str:
    """The class of a tint: by the verdict, or by how far a measure is from the rest."""
    if cell.verdict == "not enough data":
        return "thin"
    if shown == "verdict":
        return {"under-served": "bad", "over-served": "over", "as expected": "plain"}[cell.verdict]
    apart = (one.drawn - one.rest) * GOOD[shown]
    if abs(apart) < APART[shown]:
        return "plain"
    return ("good" if apart > 0 else "bad") + ("-strong" if abs(apart) >= STRONG else "")


def _rows(cell: Cell, narrowed: Narrowed, by: tuple[Attribute, ...]) -> list[Row]:
    inside = _inside(narrowed, by, cell)
    behind: dict[str, dict[str, str]] = {
        "complaint": {"polarity": "negative"},
        "praise": {"polarity": "positive"},
        "effort": {"effort": "1"},
        "stance": {"stance": "critic"},
    }
    reasons = {one.measure: "good" if one.good else "bad" for one in cell.reasons}
    return [
        Row(
            name=name,
            contrast=one,
            line=line_of(one, signed=name == "stance"),
            signed=name == "stance",
            reason=reasons.get(name, ""),  # type: ignore[call-overload]
            href=link("/said", inside, **behind[name]),
        )
        for name, one in cell.measures.items()
    ]


def _inside(narrowed: Narrowed, by: tuple[Attribute, ...], cell: Cell) -> Narrowed:
    inside: dict[str, Any] = {name: (value,) for name, value in zip(by, cell.values, strict=True)}
    return replace(narrowed, **inside)
