"""The page of the section *trends*: what is said over time, which changes hold up, and what goes with the score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from verbatim.actions.codebooks import codebook
from verbatim.actions.desk import Desk
from verbatim.actions.figures import facts_of
from verbatim.actions.trends import DriversWanted, Looked, TrendsFound, TrendsWanted, drivers_of, trends_of
from verbatim.domain import POLARITIES, STANCES, Polarity
from verbatim.drivers import DriverQuestion, Estimated
from verbatim.errors import InputError
from verbatim.facts import ATTRIBUTES, Attribute, Facts, Narrowed
from verbatim.store.access_keys import scope
from verbatim.store.opening import reading
from verbatim.store.themes import list_themes
from verbatim.taxonomy import Codebook
from verbatim.trends import Change, Point, Question, Series, Span, Step, Unit
from verbatim.web.models import name_of
from verbatim.web.narrowing import filters, link, narrowed_of
from verbatim.web.trend_pictures import Chart, Telling, chart_of
from verbatim.web.visit import Visit, page

View = Literal["time", "score"]
PERIODS: tuple[Unit, ...] = ("week", "month", "quarter", "year", "rolling", "day")
TOLD = ("rose", "fell", "higher", "lower")

CHARTS = 8
"""So many drawings are shown at most; tables hold the rest."""

SAID = {"nps": ("scored", "1"), "conflict": ("conflict", "1")}
"""What of the list behind a point means a measure without an id; others are meant by kind and id."""

ROWS = 24
"""So many periods of each series stand in the table, the latest ones."""

MOST_CHOSEN = 12
"""So many choices are named where the form is closed."""

REACH = 100.0
"""Half the width of a bar."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Something that can be looked at, as the form names it, what it is called, and whether it was chosen."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a figure and its limits stand on a line from 0 to 200, with nothing at 100."""

    low: float | None
    value: float
    high: float | None


def show(visit: Visit) -> Response:
    """The page, by the choices in its query; what these cannot be is left out."""
    desk, holder = visit.site.desk, visit.holder
    frame = codebook(desk, holder.organisation)
    accounts = scope(holder).accounts
    facts = facts_of(desk, holder.organisation, accounts)
    narrowed = narrowed_of(visit.query)
    view: View = "score" if visit.query.get("view") == "score" else "time"
    shared = {
        "view": view,
        "filters": filters(visit, facts, narrowed),
        "name_of": lambda id: name_of(visit.say, frame, id),
        "tabs": {one: _tab(visit, one) for one in get_args(View)},
    }
    if view == "score":
        return _score(visit, narrowed, accounts, shared)
    return _time(visit, (frame, facts), narrowed, accounts, shared)


def _time(
    visit: Visit,
    known: tuple[Codebook, Facts],
    narrowed: Narrowed,
    accounts: tuple[str, ...] | None,
    shared: Mapping[str, Any],
) -> Response:
    frame, facts = known
    desk, organisation = visit.site.desk, visit.holder.organisation
    question = _question(visit, facts)
    looked = _looked(visit, frame)
    found, problem = _found(desk, TrendsWanted(organisation, looked, narrowed, question, accounts))
    picks = _picks(visit, frame, looked)
    speaker = _Speaker(visit, found, frame)
    series = found.trends.series
    return page(
        visit,
        "trends.html",
        "trends",
        "office",
        found=found,
        answer=found.trends,
        question=question,
        problem=problem,
        picks=picks,
        chosen=[_told(head, one) for head, group in picks for one in group if one.chosen][:MOST_CHOSEN],
        looked=looked,
        unknown=_unknown(visit, looked),
        polarities=POLARITIES,
        periods=PERIODS,
        attributes=[one for one in ATTRIBUTES if len(facts.labels(one).names) > 1],
        values=_values(facts, question),
        charts=_charts(found, speaker),
        tables=[(speaker.name(one), one, [*reversed(one.points[-ROWS:])]) for one in series],
        told=[(speaker.change(one, each), each) for one in series for each in one.changes if each.verdict in TOLD],
        steps=[speaker.step(one, each) for one in series for each in one.steps if each.verdict in TOLD],
        speaker=speaker,
        export=_export(visit),
        **shared,
    )


def _found(desk: Desk, wanted: TrendsWanted) -> tuple[TrendsFound, str | None]:
    """Return what is asked for; or what is shown where nothing is chosen, and why that which was chosen cannot be."""
    try:
        return trends_of(desk, desk.manifest, wanted), None
    except InputError as error:
        return trends_of(desk, desk.manifest, replace(wanted, question=Question(()), looked=Looked())), str(error)


def _score(visit: Visit, narrowed: Narrowed, accounts: tuple[str, ...] | None, shared: Mapping[str, Any]) -> Response:
    desk, query = visit.site.desk, visit.query
    question = DriverQuestion(
        metric="score" if query.get("metric") == "score" else "nps",
        level="category" if query.get("by") == "category" else "code",
        polarity=_polarity(visit),
    )
    found = drivers_of(desk, DriversWanted(visit.holder.organisation, question, narrowed, accounts)).drivers
    reach = max((abs(limit) for one in found.drivers for limit in _ends(one.impact)), default=1.0) or 1.0
    return page(
        visit,
        "drivers.html",
        "trends",
        "office",
        found=found,
        question=question,
        polarities=POLARITIES,
        bar=lambda one: _bar(one, reach),
        href=lambda code: link("/said", narrowed, code=code, polarity=question.polarity),
        **shared,
    )


class _Speaker:
    """Puts series, points and changes into words of the reader's language, and points into links."""

    def __init__(self, visit: Visit, found: TrendsFound, frame: Codebook) -> None:
        self._visit, self._found, self._frame = visit, found, frame
        self._say = visit.say

    def measure(self, series: Series) -> str:
        """What is measured."""
        kind, id, polarity = series.measure.kind, series.measure.id or "", series.measure.polarity
        if kind in ("nps", "conflict"):
            return self._say(f"trends.{kind}")
        if kind == "stance":
            name = self._say(f"trends.stance_{id}")
        else:
            name = self._found.themes.get(id, id) if kind == "theme" else name_of(self._say, self._frame, id)
        return (
            self._say("trends.with_polarity", name=name, polarity=self._say(f"trends.{polarity}")) if polarity else name
        )

    def name(self, series: Series) -> str:
        """What a series is called: the measure, and the part where there is a split."""
        return f"{self.measure(series)} · {series.part}" if series.part else self.measure(series)

    def value(self, series: Series, value: float | None) -> str:
        """A share in percent, or a score."""
        if value is None:
            return "–"
        return f"{value:+.0f}" if series.measure.score else f"{100 * value:.1f} %"

    def gain(self, series: Series, value: float | None) -> str:
        """A difference in points."""
        if value is None:
            return "–"
        return f"{value:+.0f}" if series.measure.score else f"{100 * value:+.1f}"

    def first(self, series: Series, point: Point) -> str:
        """The first line that a point tells."""
        return f"{self.name(series)}, {point.period.name}: {self.value(series, point.value)}"

    def second(self, series: Series, point: Point) -> str:
        """The second line that a point tells."""
        low, high = self.value(series, point.low), self.value(series, point.high)
        few = self._say("trends.few") if point.few else ""
        told = self._say(
            "trends.point", low=low, high=high, n=point.n, respondents=point.respondents, accounts=point.accounts
        )
        return f"{told} {few}".strip()

    def href(self, series: Series, point: Point) -> str:
        """Where the verbatims behind a point are listed."""
        measure, split = series.measure, self._found.trends.question.split
        narrowed = replace(self._found.wanted.narrowed, since=point.period.start, until=point.period.end)
        if series.part is not None and split is not None:
            part: dict[str, Any] = {split: (series.part,)}
            narrowed = replace(narrowed, **part)
        field, told = SAID.get(measure.kind, ("code" if measure.kind == "category" else measure.kind, measure.id))
        return link("/said", narrowed, **{field: told}, polarity=measure.polarity)

    def change(self, series: Series, change: Change) -> str:
        """A change as a sentence with its numbers."""
        told = self._say(
            f"trends.change_{change.verdict}",
            name=self.name(series),
            period=change.period.name,
            other=change.other.name if change.other else self.others(),
            before=self.value(series, change.before),
            value=self.value(series, change.value),
            gain=self.gain(series, change.difference),
            low=self.gain(series, change.low),
            high=self.gain(series, change.high),
            q=f"{change.q:.3f}" if change.q is not None and change.q >= 0.001 else "< 0.001",
        )
        durable = self._say(f"trends.durable_{(change.durable or 'not yet').replace(' ', '_')}")
        return f"{told} {durable}"

    def others(self) -> str:
        """What parts are compared with."""
        against = self._found.trends.question.against or "rest"
        return self._say(f"trends.against_{against}") if against in ("all", "rest") else against

    def shares(self) -> str:
        """What a drawing of several shares is called."""
        return self._say(f"trends.shares_{self._found.trends.question.base}")

    def step(self, series: Series, step: Step) -> str:
        """A change point as a sentence."""
        return self._say(
            f"trends.step_{step.verdict}",
            name=self.name(series),
            period=step.period.name,
            before=self.value(series, step.before),
            value=self.value(series, step.value),
        )


def _charts(found: TrendsFound, speaker: _Speaker) -> list[Chart]:
    """Return a drawing for each measure where there is a split, else one of all shares and one of the score."""
    groups: dict[object, list[Series]] = {}
    for one in found.trends.series:
        split = found.trends.question.split is not None
        key = one.measure.name + str(one.measure.polarity) if split or one.measure.score else one.measure.kind == "nps"
        groups.setdefault(key, []).append(one)
    telling = Telling(speaker.name, speaker.first, speaker.second, speaker.href)
    charts = []
    for group in groups.values():
        alike = found.trends.question.split is not None or group[0].measure.score
        title = speaker.measure(group[0]) if alike else speaker.shares()
        charts += [chart_of(title, group[at : at + 8], telling) for at in range(0, len(group), 8)]
    return [chart for chart in charts if chart is not None][:CHARTS]


def _question(visit: Visit, facts: Facts) -> Question:
    query = visit.query
    split = cast("Attribute", query["split"]) if query.get("split") in ATTRIBUTES else None
    against = query.get("against") or None
    if against not in (None, "all", "rest") and (split is None or against not in facts.labels(split).names):
        against = None
    unit = cast("Unit", query["period"]) if query.get("period") in PERIODS else "month"
    return Question(
        (), span=Span(unit), split=split, against=against if split else None, year_ago=query.get("year_ago") == "1"
    )


def _polarity(visit: Visit) -> Polarity | None:
    given = visit.query.get("polarity")
    return given if given in POLARITIES else None


def _looked(visit: Visit, frame: Codebook) -> Looked:
    """What was chosen, each as `kind:id`; what there is not is left out."""
    chosen: dict[str, list[str]] = {}
    for one in visit.many.get("look", ())[:200]:
        kind, _, id = one.partition(":")
        chosen.setdefault(kind, []).append(id)
    return Looked(
        codes=tuple(id for id in chosen.get("code", ()) if id in frame or id == "all"),
        categories=tuple(id for id in chosen.get("category", ()) if id in frame.categories or id == "all"),
        stances=tuple(id for id in chosen.get("stance", ()) if id in STANCES),
        nps="nps" in chosen,
        conflict="conflict" in chosen,
        polarity=_polarity(visit),
        themes=tuple(int(id) for id in chosen.get("theme", ()) if id.isdecimal() and len(id) < 18),
    )


def _unknown(visit: Visit, looked: Looked) -> list[str]:
    """What was chosen and there is not, as it was written."""
    known = {f"{kind}:{id}" for kind in ("code", "category", "stance", "theme") for id in _ids(looked, kind)}
    known |= {"nps", "conflict", "nps:", "conflict:"}
    return [one[:60] for one in visit.many.get("look", ()) if one not in known][:5]


def _ids(looked: Looked, kind: str) -> Iterable[str]:
    of = {"code": looked.codes, "category": looked.categories, "stance": looked.stances, "theme": looked.themes}
    return map(str, of[kind])


def _picks(visit: Visit, frame: Codebook, looked: Looked) -> list[tuple[str, list[Pick]]]:
    """What can be looked at, in groups with a heading."""
    say = visit.say
    nothing = looked.nothing

    def pick(kind: str, id: str, name: str, chosen: bool) -> Pick:
        return Pick(f"{kind}:{id}" if id else kind, name, chosen)

    whole = [
        pick("nps", "", say("trends.nps"), looked.nps or nothing),
        *(pick("stance", one, say(f"trends.stance_{one}"), one in looked.stances) for one in STANCES),
        pick("conflict", "", say("trends.conflict"), looked.conflict),
        pick("code", "all", say("trends.every_code"), "all" in looked.codes),
    ]
    groups = [(say("trends.whole"), whole)]
    for category in frame.categories:
        name = name_of(say, frame, category)
        codes = [pick("code", id, name_of(say, frame, id), id in looked.codes) for id in frame.children(category)]
        chosen = category in looked.categories or "all" in looked.categories or nothing
        groups.append((name, [pick("category", category, say("trends.whole_category"), chosen), *codes]))
    themes = _themes(visit)
    if themes:
        own = [pick("theme", str(number), name, number in looked.themes) for number, name in themes]
        groups.append((say("trends.themes"), own))
    return groups


def _told(head: str, one: Pick) -> str:
    """Return what a choice is called where its group is not seen: a category by the heading."""
    return head if one.value.startswith("category:") else one.name


def _themes(visit: Visit) -> list[tuple[int, str]]:
    """Return the themes that were not dismissed or merged, for whoever sees all accounts."""
    holder = visit.holder
    if scope(holder).accounts is not None:
        return []
    with reading(visit.site.desk.engine, holder.organisation) as connection:
        found = list_themes(connection, holder.organisation)
    left = ("dismissed", "merged")
    return [
        (one.id, one.name or visit.say("trends.theme", number=str(one.id))) for one in found if one.state not in left
    ]


def _values(facts: Facts, question: Question) -> tuple[str, ...]:
    return facts.labels(question.split).names[:60] if question.split else ()


def _tab(visit: Visit, view: View) -> str:
    given = [(name, value) for name, values in visit.many.items() if name != "view" for value in values if value]
    return f"/trends?{urlencode([*given, ('view', view)])}"


def _export(visit: Visit) -> str:
    """Where a program finds the same answer."""
    found: list[tuple[str, str]] = []
    for name, values in visit.many.items():
        for value in filter(None, values):
            if name == "look":
                kind, _, id = value.partition(":")
                found.append((kind, id or "true"))
            elif name == "year_ago":
                found.append((name, "true"))
            elif name != "view":
                found.append((name, value))
    return f"/v1/trends?{urlencode(found)}" if found else "/v1/trends"


def _ends(one: Estimated) -> Iterable[float]:
    return (value for value in (one.value, one.low, one.high) if value is not None)


def _bar(one: Estimated, reach: float) -> Bar:
    def place(value: float | None) -> float | None:
        return None if value is None else round(REACH + REACH * max(-1.0, min(1.0, value / reach)), 1)

    return Bar(place(one.low), place(one.value) or REACH, place(one.high))
