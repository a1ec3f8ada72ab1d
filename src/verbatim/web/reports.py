"""The page of the section *reports*: choose period and scope, read the report, take it along, let it go out."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from markupsafe import Markup
from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.briefing_parts import Wish
from verbatim.actions.briefings import KINDS, brief, period_asked, scope_of, seen_by
from verbatim.actions.figures import facts_of
from verbatim.actions.frame_in_use import codebook
from verbatim.actions.lenient_frame import LenientFrame
from verbatim.actions.schedules import known, mail_is_set
from verbatim.briefing import Scope
from verbatim.errors import InputError
from verbatim.facts import NOBODY, UNDATED, Facts, day_of
from verbatim.formats.briefing_page import body
from verbatim.periods import Period, Size, holding
from verbatim.store.opening import reading
from verbatim.store.webhooks import list_webhooks
from verbatim.web.visit import Visit, page

MOST = 24
"""So many periods of each size can be chosen, the latest ones."""

SIZES: tuple[Size, ...] = ("quarter", "month", "year")


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen, and what was."""

    periods: dict[Size, tuple[str, ...]]
    accounts: tuple[str, ...]
    teams: tuple[str, ...]
    period: str
    scope: Scope
    problem: bool = False


def show(visit: Visit) -> Response:
    """The page, by the period and scope in its query."""
    holder, desk = visit.holder, visit.site.desk
    own = seen_by(holder)
    facts = facts_of(desk, holder.organisation, own)
    chosen = _choice(visit, facts)
    preview = Markup("")
    if chosen.period and not chosen.problem:
        wish = Wish(holder.organisation, period_asked(chosen.period), chosen.scope, own, visit.say.language)
        frame = LenientFrame(codebook(desk, holder.organisation))
        preview = Markup(body(brief(desk, wish), frame, visit.say.language))  # noqa: S704 - escaped where it is made
    return page(
        visit,
        "reports.html",
        "reports",
        chosen=chosen,
        preview=preview,
        forms=tuple(KINDS),
        schedules=known(desk.engine, holder.organisation) if holder.role in RULES["GET", "/v1/schedules"] else None,
        plans=holder.role in RULES["POST", "/v1/schedules"],
        webhooks=_webhooks(visit),
        mails=mail_is_set(),
    )


def _choice(visit: Visit, facts: Facts) -> Choice:
    query = visit.query
    days = facts.day[facts.day != UNDATED]
    periods = {size: _periods(days, size) for size in SIZES}
    wanted = query.get("period", "").strip() or _first(periods)
    account, team = query.get("account", "").strip() or None, query.get("team", "").strip() or None
    accounts, teams = _names(facts, "account"), _names(facts, "team")
    problem, scope = False, Scope()
    try:
        scope = scope_of(account, team)
        if wanted:
            period_asked(wanted)
    except InputError:
        problem = True
    if scope.name is not None and scope.name not in (accounts if scope.reach == "account" else teams):
        problem = True
    return Choice(periods, accounts, teams, wanted, scope, problem)


def _periods(days: "np.ndarray[tuple[int], np.dtype[np.int32]]", size: Size) -> tuple[str, ...]:
    """The names of the periods that something was said in, the latest first."""
    found: dict[str, Period] = {}
    for day in np.unique(days)[::-1]:
        period = holding(size, day_of(day))
        found.setdefault(period.label, period)
        if len(found) == MOST:
            break
    return tuple(found)


def _first(periods: dict[Size, tuple[str, ...]]) -> str:
    """The latest quarter that is over and that something was said in, else the latest one."""
    current = holding("quarter", datetime.now(UTC).date()).label
    over = [one for one in periods["quarter"] if one != current]
    return next(iter(over or periods["quarter"]), "")


def _names(facts: Facts, reach: str) -> tuple[str, ...]:
    """The accounts, or the teams, that there are."""
    labels = facts.accounts.attributes["team" if reach == "team" else "account"]
    return tuple(sorted({labels.names[place] for place in labels.places if place != NOBODY}))


def _webhooks(visit: Visit) -> tuple[tuple[int, str], ...]:
    """The webhooks that a report may go to, by number and host, for whoever may choose one."""
    if visit.holder.role not in RULES["GET", "/v1/webhooks"]:
        return ()
    with reading(visit.site.desk.engine, visit.holder.organisation) as connection:
        found = list_webhooks(connection, visit.holder.organisation)
    return tuple((one.id, one.url.partition("://")[2].partition("/")[0]) for one in found)
