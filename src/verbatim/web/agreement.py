"""The page of the section *agreement*: how far coders agree, on what that stands, what is to be decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.codebooks import codebook
from verbatim.actions.double_coding import Disagreement, disagreements
from verbatim.actions.label_jobs import LABELS, label_review
from verbatim.actions.stored_agreement import stored_agreement
from verbatim.agreement import CodeAgreement, Coefficient, Drift, LevelAgreement, PeriodSize
from verbatim.store.access_keys import scope
from verbatim.store.codings import list_models
from verbatim.store.compared_codings import BASES, Basis, Compared
from verbatim.store.jobs import going
from verbatim.store.opening import reading
from verbatim.taxonomy import Codebook
from verbatim.web.models import name_of
from verbatim.web.visit import Visit, page

PERIODS: tuple[PeriodSize, ...] = ("week", "month", "quarter", "year")
WORST = 20
"""So many differences to decide, and so many likely errors, are listed."""


@dataclass(frozen=True, slots=True)
class Range:
    """A coefficient with its limits on a line from 0 to 200: chance at 0 and below, all alike at 200."""

    low: float | None
    value: float
    high: float | None


@dataclass(frozen=True, slots=True)
class CodeRow:
    """An id of the frame by its name, and how far coders agree that it fits."""

    name: str
    found: CodeAgreement
    range: Range | None


def show(visit: Visit) -> Response:
    """The page, by the filters in its query; what these cannot be is left out."""
    desk, holder = visit.site.desk, visit.holder
    frame = codebook(desk, holder.organisation)
    with reading(desk.engine, holder.organisation) as connection:
        models = [one.label for one in list_models(connection, holder.organisation)]
        running = going(connection, holder.organisation, LABELS)
    wanted, period = _wanted(visit, models)
    stored = stored_agreement(desk.engine, holder.organisation, frame, wanted, period)
    decides = holder.role in RULES["POST", "/v1/labels"]
    open_: tuple[Disagreement, ...] = ()
    if decides:
        open_ = disagreements(desk.engine, holder.organisation, WORST)
    levels = {2: stored.found.ids, 1: stored.found.categories}
    return page(
        visit,
        "agreement.html",
        "agreement",
        stored=stored,
        found=stored.found,
        levels={number: (one, range_of(one.sets["masi"]), _rows(visit, frame, one)) for number, one in levels.items()},
        drift=[(one, _points(one)) for one in stored.found.drift],
        wanted=wanted,
        period=period,
        bases=BASES,
        periods=PERIODS,
        models=models,
        open=open_,
        decides=decides,
        looked=label_review(desk.engine, holder.organisation) if decides else None,
        running=running,
        worst=WORST,
        name_of=lambda id: name_of(visit.say, frame, id),
        range_of=range_of,
    )


def _wanted(visit: Visit, models: list[str]) -> tuple[Compared, PeriodSize]:
    given: Mapping[str, str] = visit.query
    basis = given.get("codings") if given.get("codings") in BASES else "blind"
    period = given.get("period") if given.get("period") in PERIODS else "month"
    until = _day(given.get("until", ""))
    wanted = Compared(
        basis=cast("Basis", basis),
        persons=tuple(filter(None, (name.strip() for name in given.get("coder", "").split(",")))),
        models=(given["model"],) if given.get("model") in models else (),
        since=_day(given.get("since", "")),
        until=until and until + timedelta(days=1),
        filters=scope(visit.holder),
    )
    return wanted, cast("PeriodSize", period)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def range_of(one: Coefficient) -> Range | None:
    """Where a coefficient stands; None where it has no value."""
    if one.value is None:
        return None
    return Range(_place(one.low), _place(one.value) or 0.0, _place(one.high))


def _place(value: float | None) -> float | None:
    return None if value is None else round(200 * max(0.0, value), 1)


def _rows(visit: Visit, frame: Codebook, level: LevelAgreement) -> list[CodeRow]:
    rows = [CodeRow(name_of(visit.say, frame, one.id), one, range_of(one.alpha)) for one in level.codes]
    return sorted(rows, key=lambda row: (row.found.alpha.value is None, row.found.alpha.value or 0.0, row.name))


def _points(one: Drift) -> str:
    """The likeness of each period as the points of a line, 120 wide and 32 high."""
    step = 112 / max(1, len(one.periods) - 1)
    return " ".join(f"{4 + place * step:.1f},{28 - 24 * period.alike:.1f}" for place, period in enumerate(one.periods))
