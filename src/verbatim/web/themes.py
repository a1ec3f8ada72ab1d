"""The page of the section *themes*: what emerges, how it fares, excerpts, and what is to be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.codebooks import codebook
from verbatim.actions.stores import THEMES
from verbatim.actions.theme_shelf import Reader, SeenTheme, Shelf, excerpts, shelf
from verbatim.store.access_keys import scope
from verbatim.store.jobs import going
from verbatim.store.opening import reading
from verbatim.store.themes import RESIDUAL
from verbatim.taxonomy import Codebook
from verbatim.themes import Point, State
from verbatim.themes.states import WINDOW
from verbatim.web.models import name_of
from verbatim.web.visit import Visit, page

TAGS: dict[State, str] = {
    "new": "accent",
    "growing": "warn",
    "stable": "",
    "fading": "",
    "merged": "",
    "promoted": "good",
    "dismissed": "",
}
"""How the tag of a state looks."""

OPEN: frozenset[State] = frozenset({"new", "growing", "stable", "fading"})
"""The states of themes that nobody has decided on."""

CODERS = frozenset({"analyst", "admin"})
"""The roles that read what is to be shown in counts only."""

SMALL = (120.0, 28.0)
LARGE = (640.0, 180.0)
LEFT, BOTTOM, TOP = 44.0, 24.0, 10.0
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Picture:
    """A series as a drawing: the line through the shares, the band between their limits, and what the axes say."""

    line: str
    band: str
    last: tuple[float, float]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    told: str


def show(visit: Visit) -> Response:
    """The page, for the scope and the theme that its query names."""
    desk, holder = visit.site.desk, visit.holder
    reader = Reader(holder.organisation, scope(holder).accounts, holder.role in CODERS)
    found = shelf(desk, reader, visit.query.get("scope", RESIDUAL)[:200])
    chosen = _chosen(found, visit.query.get("id", ""))
    frame = codebook(desk, holder.organisation)
    with reading(desk.engine, holder.organisation) as connection:
        running = going(connection, holder.organisation, THEMES)
    open_ = [one for one in found.themes if one.stored.state in OPEN]
    return page(
        visit,
        "themes.html",
        "themes",
        found=found,
        open=open_,
        decided=[one for one in found.themes if one.stored.state not in OPEN],
        chosen=chosen,
        excerpts=excerpts(desk, reader, chosen.stored.id) if chosen else (),
        until=_until(chosen),
        window=WINDOW,
        others=[one for one in open_ if chosen and one.stored.id != chosen.stored.id],
        running=running,
        may=holder.role in RULES["POST", "/v1/themes"],
        tags=TAGS,
        residual=RESIDUAL,
        called=lambda one: one.name(visit.say.language) or visit.say("themes.unnamed", number=one.stored.id),
        scope_name=lambda scope: _scope_name(visit, frame, scope),
        codes=[(code.id, name_of(visit.say, frame, code.id)) for code in frame.codes if not code.role],
        categories=[(id, name_of(visit.say, frame, id)) for id in frame.categories],
        small=lambda one: picture(one.series, SMALL, axes=False),
        large=lambda one: picture(one.series, LARGE, axes=True),
    )


def _chosen(found: Shelf, id: str) -> SeenTheme | None:
    return next((one for one in found.themes if str(one.stored.id) == id), None)


def _until(chosen: SeenTheme | None) -> date | None:
    """The last day of the latest period that was compared."""
    if chosen is None or chosen.stored.change is None:
        return None
    return date(1970, 1, 1) + timedelta(days=chosen.stored.change["until"] - 1)


def _scope_name(visit: Visit, frame: Codebook, scope: str) -> str:
    return visit.say("themes.residual") if scope == RESIDUAL else name_of(visit.say, frame, scope)


def picture(series: Sequence[Point], size: tuple[float, float], *, axes: bool) -> Picture | None:
    """The drawing of the latest months of a series; None of less than two."""
    shown = series[-MOST_MONTHS:]
    if len(shown) < 2:
        return None
    wide, high = size
    left, bottom, top = (LEFT, BOTTOM, TOP) if axes else (3.0, 3.0, 3.0)
    most = max(one.high if axes else one.share for one in shown if one.base) or 1.0
    most = min(1.0, max(most, 2 * max(one.share for one in shown))) if axes else most

    def x(place: int) -> float:
        return round(left + place / (len(shown) - 1) * (wide - left - 8), 1)

    def y(share: float) -> float:
        return round(top + (1 - min(share, most) / most) * (high - top - bottom), 1)

    line = [(x(place), y(one.share)) for place, one in enumerate(shown) if one.base]
    upper = [(x(place), y(one.high)) for place, one in enumerate(shown) if one.base]
    lower = [(x(place), y(one.low)) for place, one in enumerate(shown) if one.base]
    marks = sorted({0, (len(shown) - 1) // 2, len(shown) - 1})
    return Picture(
        line=_points(line),
        band=_points([*upper, *reversed(lower)]),
        last=line[-1],
        across=tuple((x(place), shown[place].month) for place in marks),
        up=tuple((y(share), f"{100 * share:.1f} %") for share in (0.0, most / 2, most)),
        told=f"{shown[0].month}: {100 * shown[0].share:.1f} % … {shown[-1].month}: {100 * shown[-1].share:.1f} %",
    )


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)
