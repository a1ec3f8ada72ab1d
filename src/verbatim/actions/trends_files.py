"""Trends and drivers without a server: asked of a store, and written as plain values, JSON and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from verbatim.actions.figures import Narrowed, bench
from verbatim.actions.stores import opened
from verbatim.actions.trends import DriversFound, DriversWanted, TrendsFound, TrendsWanted, drivers_of, trends_of
from verbatim.domain import STANCES
from verbatim.drivers import FORMULAS as DRIVER_FORMULAS
from verbatim.errors import InputError, OutputError
from verbatim.facts import ATTRIBUTES, Attribute
from verbatim.formats.cells import as_cell, safe
from verbatim.registry import find, read_manifest
from verbatim.settings import preset
from verbatim.trends import FORMULAS, Point, Series

COLUMNS = (
    "measure", "id", "polarity", "part", "period", "start", "end", "n", "respondents", "accounts", "k", "value", "low",
    "high", "effect", "corrected", "corrected_low", "corrected_high", "refusal", "few", "joined", "right", "heard",
)  # fmt: skip


def trends_at(data: Path | None, database: str | None, model: str | None, wanted: TrendsWanted) -> TrendsFound:
    """The trends of a store. Raises as `actions.stores.opened` and `trends_of`."""
    label = model or preset().model
    with opened(data, database) as engine:
        return trends_of(bench(engine, label), read_manifest(find(label)), wanted)


def drivers_at(data: Path | None, database: str | None, model: str | None, wanted: DriversWanted) -> DriversFound:
    """What goes with the score in a store. Raises as `actions.stores.opened`."""
    with opened(data, database) as engine:
        return drivers_of(bench(engine, model or preset().model), wanted)


def attribute_of(name: str | None) -> Attribute | None:
    """An attribute by its name; None of none. Raises InputError."""
    if name is None:
        return None
    found = next((one for one in ATTRIBUTES if one == name), None)
    if found is None:
        raise InputError(f"split {name[:60]!r}: expected one of {', '.join(ATTRIBUTES)}")
    return found


def stances_of(given: Iterable[str]) -> tuple[str, ...]:
    """Stances by their names. Raises InputError."""
    for one in (names := tuple(given)):
        if one not in STANCES:
            raise InputError(f"stance {one[:60]!r}: expected one of {', '.join(STANCES)}")
    return names


def narrowed_of(only: Sequence[str], since: date | None, until: date | None) -> Narrowed:
    """The filters of ATTRIBUTE=VALUE and two days. Raises InputError."""
    found: dict[str, tuple[str, ...]] = {}
    for one in only:
        name, equals, value = one.partition("=")
        if not equals or name not in ATTRIBUTES or not value:
            raise InputError(f"--only {one[:60]!r}: expected ATTRIBUTE=VALUE, with one of {', '.join(ATTRIBUTES)}")
        found[name] = (*found.get(name, ()), value)
    return Narrowed(since=since, until=until, **found)


def trends_json(found: TrendsFound) -> dict[str, Any]:
    """Everything of an answer as plain values."""
    answer, question = found.trends, found.trends.question
    return {
        "frame": found.frame.label,
        "base": question.base,
        "period": question.span.unit,
        "split": question.split,
        "against": question.against,
        "filters": found.wanted.narrowed.told(),
        "confidence": question.confidence,
        "level": question.level,
        "least": asdict(question.least),
        "looked": answer.looked,
        "undated": answer.undated,
        "coder": asdict(found.coder),
        "series": [_series(one) for one in answer.series],
        "formulas": dict(FORMULAS),
    }


def drivers_json(found: DriversFound) -> dict[str, Any]:
    """Everything of an answer as plain values."""
    told = asdict(found.drivers)
    return {"frame": found.frame.label, "filters": found.wanted.narrowed.told(), **told, "formulas": DRIVER_FORMULAS}


def trends_csv(found: TrendsFound) -> str:
    """Every point as a line of CSV, with a head."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for series in found.trends.series:
        for point in series.points:
            writer.writerow(_row(series, point))
    return out.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a file. Raises OutputError where it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}; expected a place that can be written") from error


def _series(one: Series) -> dict[str, Any]:
    measure = {"measure": one.measure.kind, "id": one.measure.id, "polarity": one.measure.polarity, "part": one.part}
    parts = {name: [_plain(asdict(each)) for each in getattr(one, name)] for name in ("points", "changes", "steps")}
    return {**measure, **parts, "breaks": [_plain(asdict(each)) for each in one.seams]}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value["name"] if isinstance(value, dict) and "start" in value and "name" in value else value
        for name, value in values.items()
    }


def _row(series: Series, point: Point) -> list[Any]:
    fixed = point.corrected
    cells = [fixed.share, fixed.low, fixed.high, fixed.refusal] if fixed else [None] * 4
    about = [series.measure.kind, series.measure.id, series.measure.polarity, series.part]
    period = [point.period.name, point.period.start, point.period.end]
    counts = [point.n, point.respondents, point.accounts, point.k, point.value, point.low, point.high, point.effect]
    rest = [point.few, point.joined, point.right, point.heard]
    return [safe(as_cell(one)) for one in (*about, *period, *counts, *cells, *rest)]
