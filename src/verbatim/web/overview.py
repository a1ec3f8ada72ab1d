"""The page of the section *overview*: what comes first, who is served badly, which accounts and teams press."""

from collections.abc import Sequence

from starlette.responses import Response

from verbatim.actions.codebooks import codebook
from verbatim.actions.office import Office, teams_now, what_comes_first, who_is_served
from verbatim.actions.trends import Looked, TrendsWanted, trends_of
from verbatim.domain import NpsInterval
from verbatim.facts import Attribute, Narrowed
from verbatim.ratings import Voices
from verbatim.red_flags import Flagged
from verbatim.trends import Change, Question, Series, Span
from verbatim.web.models import name_of
from verbatim.web.narrowing import filters, link, narrowed_of
from verbatim.web.visit import Visit, page

FIRST = 5
"""So many of each list are shown."""

RECENT = 4
"""So many quarters back a change is news."""

_LEADING: tuple[Attribute, ...] = ("customer_type", "role")


def show(visit: Visit) -> Response:
    """The page; every number leads to what stands behind it."""
    office = Office.of(visit.site.desk, visit.holder)
    narrowed = narrowed_of(visit.query)
    facts = office.facts(narrowed)
    first = what_comes_first(office, narrowed)
    frame = codebook(office.desk, office.organisation)
    by: tuple[Attribute, ...] = tuple(name for name in _LEADING if facts.labels(name).names) or ("source",)
    served = who_is_served(office, by, narrowed, excerpts=0)
    view = teams_now(office, narrowed)
    accounts = view.of
    return page(
        visit,
        "overview.html",
        "overview",
        "office",
        first=first,
        concerns=[one for one in first.found.of("concern") if one.rank][:FIRST],
        opportunities=[one for one in first.found.of("opportunity") if one.rank][:FIRST],
        changes=_changes(visit, narrowed),
        served=served.found,
        by=by,
        groups={
            verdict: [one for one in served.found.cells if one.verdict == verdict][:FIRST]
            for verdict in ("under-served", "over-served")
        },
        flagged=[one for one in accounts.items if one.level == "red"],
        amber=sum(one.level == "amber" for one in accounts.items),
        accounts=accounts,
        size=FIRST,
        needy=[one for one in view.found.items if one.verdict == "needs help"],
        net=_net(accounts.items),
        filters=filters(visit, office.facts(), narrowed),
        name_of=lambda id: name_of(visit.say, frame, id),
        link=lambda path, **more: link(path, narrowed, **more),
        inside=lambda cell: link("/said", narrowed, **dict(zip(by, cell.values, strict=True))),
    )


def _changes(visit: Visit, narrowed: Narrowed) -> list[tuple[Series, Change, str]]:
    """What rose or fell of late beside everything looked at, what held first; and where its course is drawn."""
    desk, office = visit.site.desk, Office.of(visit.site.desk, visit.holder)
    looked = Looked(codes=("all",), nps=True, polarity="negative")
    question = Question((), span=Span("quarter"))
    wanted = TrendsWanted(office.organisation, looked, narrowed, question, office.accounts)
    found = trends_of(desk, desk.manifest, wanted).trends
    recent = {one.name for one in found.periods[-RECENT:]}
    told = []
    for series in found.series:
        kept = [one for one in series.changes if one.versus == "previous" and one.period.name in recent]
        news = [one for one in kept if one.verdict in ("rose", "fell") and one.durable in ("yes", "not yet")]
        told += [(series, change, _course(narrowed, series)) for change in news[-1:]]
    return sorted(told, key=_weight)[:FIRST]


def _weight(told: tuple[Series, Change, str]) -> tuple[bool, float]:
    """What held first, then what is largest; a score has a hundred points where a share has one."""
    series, change, _ = told
    return change.durable != "yes", -abs(change.difference or 0.0) / (100 if series.measure.score else 1)


def _course(narrowed: Narrowed, series: Series) -> str:
    measure = series.measure
    look = "nps:" if measure.score else f"{measure.kind}:{measure.id}"
    return link("/trends", narrowed, look=look, polarity=measure.polarity, period="quarter")


def _net(accounts: Sequence[Flagged]) -> NpsInterval | None:
    voices = [one.rating.voices for one in accounts]
    whole = Voices(*(sum(getattr(one, name) for one in voices) for name in ("critics", "passives", "promoters")))
    return whole.net()
