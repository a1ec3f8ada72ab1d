"""What the commands of findings print: series as tables, the changes that hold up, what goes with the score."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verbatim.actions.trends import DriversFound, TrendsFound
from verbatim.drivers import Driver, Estimated
from verbatim.trends import FORMULAS, Change, Point, Series, Step

TOLD = ("rose", "fell", "higher", "lower")
"""The verdicts of changes that hold up."""

SHOWN = 13
"""So many periods are shown of each series, the latest ones."""


def show_trends(found: TrendsFound) -> None:
    """Print every series by period, then what changed, and what all of that was looked at for."""
    console, answer = _console(), found.trends
    base = "verbatims that say something" if answer.question.base == "meaningful" else "coded verbatims"
    console.print(f"shares of {base}; frame {found.frame.label}; 95 % limits with accounts as clusters")
    for series in answer.series:
        _show_series(console, series)
    told = [(series, one) for series in answer.series for one in series.changes if one.verdict in TOLD]
    steps = [(series, one) for series in answer.series for one in series.steps if one.verdict in TOLD]
    console.print(f"\nchanges that hold up, of {answer.looked:,} looked at (q at most {answer.question.level}):")
    for series, change in told:
        console.print(f"  {_change(series, change)}", markup=False)
    for series, step in steps:
        console.print(f"  {_step(series, step)}", markup=False)
    if not told and not steps:
        console.print("  none")
    for series in answer.series:
        for seam in series.seams:
            about = f"{seam.edition.label} ({seam.edition.kind}) of {seam.edition.day}"
            console.print(
                f"  {_name(series)}: counts before {series.points[seam.at].period.name} are of another code, {about}"
            )
    console.print(f"coder's error: {_coder(found)}; undated verbatims, in no period: {answer.undated:,}", markup=False)
    console.print(f"q: {FORMULAS['q']}; difference: {FORMULAS['difference']}", markup=False, style="dim")


def show_drivers(found: DriversFound) -> None:
    """Print the score, what all codes together go with, and each code, the weightiest first."""
    console, answer = _console(), found.drivers
    if answer.value is None:
        console.print("no verbatim has both a score and codes")
        return
    name = "NPS" if answer.question.metric == "nps" else "mean score"
    console.print(
        f"{name} {answer.value:.1f} of {answer.n:,} verbatims, {answer.respondents:,} persons, "
        f"{answer.accounts:,} accounts; all codes together go with {answer.explained or 0:.0%} of its variance",
        markup=False,
    )
    table = _table("code", "n", "accounts", "with it", "without", "impact", "gap", "weight", "q")
    for one in answer.drivers:
        table.add_row(*_driver(one))
    console.print(table)
    console.print("impact: metric(all) - metric(all without the code); gap: metric(all) - metric(with it)", style="dim")
    console.print("weight: Johnson's relative weights. Association, no cause.", style="dim")


def _show_series(console: Console, series: Series) -> None:
    console.print(f"\n{escape(_name(series))}")
    table = _table("period", "n", "persons", "accounts", "k", "value", "95 %", "corrected", "right people")
    for point in series.points[-SHOWN:]:
        table.add_row(*_point(series, point))
    console.print(table)


def _point(series: Series, point: Point) -> Iterable[str]:
    score = series.measure.score
    fixed = point.corrected
    if fixed is None:
        corrected = ""
    elif fixed.share is None or fixed.low is None or fixed.high is None:
        corrected = str(fixed.refusal)
    else:
        corrected = f"{fixed.share:.1%} ({fixed.low:.1%} to {fixed.high:.1%})"
    heard = "" if point.heard is None or not point.right else f"{point.heard} of {point.right}"
    limits = (
        "" if point.low is None or point.high is None else f"{_value(point.low, score)} to {_value(point.high, score)}"
    )
    counts = [f"{point.n:,}", f"{point.respondents:,}", f"{point.accounts:,}", f"{point.k:,}"]
    mark = "" if point.joined or point is series.points[0] else " |"
    value = _value(point.value, score) if point.value is not None else ""
    return [
        point.period.name + mark,
        *counts,
        f"{value}{' *' if point.few and point.n else ''}",
        limits,
        corrected,
        heard,
    ]


def _change(series: Series, change: Change) -> str:
    score = series.measure.score
    before, value = _value(change.before or 0, score), _value(change.value or 0, score)
    limits = f"{_gain(change.low or 0, score)} to {_gain(change.high or 0, score)}"
    against = f"against {change.other.name}" if change.other else "than the others"
    durable = {"yes": "; durable", "no": "; it did not last", "not yet": "; too early to call durable", None: ""}
    what = f"{change.verdict} {against}: {before} -> {value} ({_gain(change.difference or 0, score)}, {limits})"
    return f"{_name(series)}, {change.period.name}: {what}; q = {change.q:.3f}{durable[change.durable]}"


def _step(series: Series, step: Step) -> str:
    score = series.measure.score
    what = f"{step.verdict} to another level: {_value(step.before, score)} -> {_value(step.value, score)}"
    return f"{_name(series)}, from {step.period.name} on: {what}; q = {step.q or 0:.3f}"


def _coder(found: TrendsFound) -> str:
    error = found.coder
    if error.source == "nothing":
        return f"not measured for {error.model}"
    where = "gold" if error.source == "gold" else "texts of the model's card"
    return f"measured for {error.model} on {error.n:,} {where}"


def _driver(one: Driver) -> Iterable[str]:
    without = "" if one.without is None else f"{one.without:.1f}"
    q = f"{one.q:.3f}" if one.q is not None else "not enough data"
    figures = (f"{one.n:,}", f"{one.accounts:,}", f"{one.with_it:.1f}", without)
    return [one.code, *figures, _estimated(one.impact, 2), _estimated(one.gap, 1), _estimated(one.weight, 2), q]


def _estimated(one: Estimated, digits: int) -> str:
    limits = "" if one.low is None or one.high is None else f" ({one.low:+.{digits}f} to {one.high:+.{digits}f})"
    return f"{one.value:+.{digits}f}{limits}"


def _name(series: Series) -> str:
    polarity = f", {series.measure.polarity}" if series.measure.polarity else ""
    return f"{series.measure.name}{polarity}{f' · {series.part}' if series.part else ''}"


def _value(value: float, score: bool) -> str:
    return f"{value:.0f}" if score else f"{value:.1%}"


def _gain(value: float, score: bool) -> str:
    return f"{value:+.0f}" if score else f"{100 * value:+.1f} points"


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in names:
        left = name in ("period", "code", "corrected")
        table.add_column(name, justify="left" if left else "right", no_wrap=True, overflow="ignore")
    return table


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
