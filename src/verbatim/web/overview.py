"""The page of the section *overview*: what comes first, who is served badly, which accounts and teams press."""

from collections.abc import Sequence

from starlette.responses import Response

from verbatim.actions.codebooks import codebook
from verbatim.actions.office import Office, teams_now, what_comes_first, who_is_served
from verbatim.domain import NpsInterval
from verbatim.facts import Attribute
from verbatim.ratings import Voices
from verbatim.red_flags import Flagged
from verbatim.web.models import name_of
from verbatim.web.narrowing import filters, link, narrowed_of
from verbatim.web.visit import Visit, page

FIRST = 5
"""So many of each list are shown."""

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


def _net(accounts: Sequence[Flagged]) -> NpsInterval | None:
    voices = [one.rating.voices for one in accounts]
    whole = Voices(*(sum(getattr(one, name) for one in voices) for name in ("critics", "passives", "promoters")))
    return whole.net()
