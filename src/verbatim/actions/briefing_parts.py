"""The parts of a report that count what was said: each asks the action that answers it, within the report's scope."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from verbatim.actions.citations import Permissions
from verbatim.actions.desk import Desk
from verbatim.actions.office import Office, accounts_now, teams_now, what_comes_first, who_is_served
from verbatim.actions.stored_coverage import CoverageOrder, stored_coverage
from verbatim.actions.theme_shelf import Reader, SeenExcerpt, SeenTheme, excerpts, shelf
from verbatim.actions.trends import EVERY, DriversWanted, Looked, TrendsWanted, drivers_of, trends_of
from verbatim.briefing import EVERYBODY, Cited, Part, Phrase, Scope
from verbatim.composing.changes import Course, changes_part, courses
from verbatim.composing.drivers import drivers_part
from verbatim.composing.emerging import Emerging, shown, themes_part
from verbatim.composing.groups import grid
from verbatim.composing.pressing import accounts_part, open_part, priorities_part, signs, teams_part
from verbatim.composing.served import served_part
from verbatim.composing.stance import COURSE, stance_part
from verbatim.composing.subjects import Wanted, subjects_part
from verbatim.composing.view import View, said
from verbatim.coverage import Coverage
from verbatim.domain import Polarity
from verbatim.drivers import DriverQuestion
from verbatim.estimates import Corrected
from verbatim.facts import Attribute, Narrowed
from verbatim.periods import Period, holding
from verbatim.trends import Question, Span

SIDE_BY_SIDE: tuple[Attribute, ...] = ("account", "team", "customer_type", "role", "source")
KINDS_OF_CUSTOMERS: tuple[Attribute, Attribute] = ("customer_type", "role")
THEME_EXCERPTS = 2
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report is wanted; `accounts` are the only ones that whoever asks may see, None for all."""

    organisation: str
    period: Period
    scope: Scope = EVERYBODY
    accounts: tuple[str, ...] | None = None
    language: str = "en"

    def narrowed(self, periods: int = 1) -> Narrowed:
        """What the scope leaves, dated within the period and so many less one before it."""
        since = self.period.first
        for _ in range(periods - 1):
            since = holding(self.period.size, since).former.first
        name = (self.scope.name,) if self.scope.name is not None else ()
        account, team = (name if self.scope.reach == reach else () for reach in ("account", "team"))
        return Narrowed(since, self.period.end, account=account, team=team)


def coverage_of(desk: Desk, wish: Wish) -> Coverage:
    """Who answered in the period, by account, or by role in one."""
    by = ("role",) if wish.scope.reach == "account" else ("account",)
    return stored_coverage(desk, CoverageOrder(wish.organisation, wish.narrowed(), by=by, accounts=wish.accounts)).found


def counted(
    desk: Desk, wish: Wish, view: View, cited: Mapping[Wanted, tuple[Cited, ...]], allowed: Permissions
) -> list[Part]:
    """The parts that count what was said, in their order; those with nothing to tell are empty."""
    office = Office(desk, wish.organisation, wish.accounts)
    return [
        _changes(desk, wish),
        stance_part(view),
        subjects_part(view.now, cited, _corrected(desk, wish)),
        _drivers(desk, wish),
        _served(office, wish),
        _priorities(office, wish),
        *_pressing(office, wish, view, allowed),
        _themes(desk, wish, view),
        _groups(view),
    ]


def _changes(desk: Desk, wish: Wish) -> Part:
    """What changed, code by code, as complained of and as praised."""
    found: list[Course] = []
    looked = 0
    sides: tuple[Polarity, ...] = ("negative", "positive")
    for side in sides:
        wanted = _asked(wish, Looked(codes=(EVERY,), polarity=side), COURSE)
        answer = trends_of(desk, desk.manifest, wanted).trends
        found += courses(side, answer)
        looked += answer.looked
    return changes_part(wish.period, found, looked)


def _corrected(desk: Desk, wish: Wish) -> dict[str, Corrected]:
    """The share of each code in the period without the coder's measured error, or why there is none."""
    answer = trends_of(desk, desk.manifest, _asked(wish, Looked(codes=(EVERY,)), 1)).trends
    return {
        str(one.measure.id): point.corrected
        for one in answer.series
        for point in one.points
        if point.corrected is not None and point.period.start == wish.period.first
    }


def _asked(wish: Wish, looked: Looked, periods: int) -> TrendsWanted:
    question = Question((), span=Span(wish.period.size))
    return TrendsWanted(
        organisation=wish.organisation,
        looked=looked,
        narrowed=wish.narrowed(periods),
        question=question,
        accounts=wish.accounts,
    )


def _drivers(desk: Desk, wish: Wish) -> Part:
    wanted = DriversWanted(wish.organisation, DriverQuestion(), wish.narrowed(), wish.accounts)
    return drivers_part(drivers_of(desk, wanted).drivers)


def _served(office: Office, wish: Wish) -> Part:
    """Kinds of customers by role; of one account there is nothing to compare."""
    if wish.scope.reach == "account":
        return Part("served")
    return served_part(who_is_served(office, KINDS_OF_CUSTOMERS, wish.narrowed(), excerpts=0).found)


def _priorities(office: Office, wish: Wish) -> Part:
    return priorities_part(what_comes_first(office, wish.narrowed(COURSE), wish.period.size, excerpts=0).found)


def _pressing(office: Office, wish: Wish, view: View, allowed: Permissions) -> list[Part]:
    """Accounts with red flags, teams, open matters, as of the end of the period."""
    whole = replace(wish.narrowed(), since=None)
    last = min(wish.period.end - timedelta(days=1), _latest(view))
    found = accounts_now(office, whole, last, wish.period.size)
    own = _in_scope(wish, view)
    items = [one for one in found.items if one.rating.name in own]
    tiers = [found.attribute("tier", one.rating.place) for one in items]
    parts = [accounts_part(*signs(items, tiers, allowed.counted_only))]
    if wish.scope.reach == "all":
        parts.append(teams_part(teams_now(office, whole, last).found))
    parts.append(open_part(items, int(np.count_nonzero(said(view.now) & view.now.review))))
    note = Phrase("briefing.as_of", {"day": last})
    return [one if one.empty else replace(one, notes=(*one.notes, note)) for one in parts]


def _latest(view: View) -> date:
    """The day of the latest answer of the period; the flags look back from it."""
    day = int(view.now.day.max(initial=view.period.days.start))
    return view.period.first + timedelta(days=day - view.period.days.start)


def _in_scope(wish: Wish, view: View) -> frozenset[str]:
    """The names of the accounts that the report is of."""
    accounts = view.ever.accounts
    if wish.scope.reach == "all":
        return frozenset(accounts.names)
    labels = accounts.attributes[wish.scope.reach]
    place = labels.names.index(str(wish.scope.name))
    return frozenset(name for name, at in zip(accounts.names, labels.places, strict=True) if at == place)


def _themes(desk: Desk, wish: Wish, view: View) -> Part:
    """What emerges at the accounts of the report, as of the latest run."""
    own = wish.accounts if wish.scope.reach == "all" else tuple(sorted(_in_scope(wish, view)))
    reader = Reader(wish.organisation, own, sees_all=False)
    found = shelf(desk, reader)
    if found.run is None:
        return Part("themes")
    told = shown([_emerging(one, wish.language) for one in found.themes])
    with_words = [
        replace(one, cited=tuple(_cited(each) for each in excerpts(desk, reader, one.id, THEME_EXCERPTS)))
        for one in told
    ]
    return themes_part(with_words, found.run.created.date())


def _emerging(one: SeenTheme, language: str) -> Emerging:
    size = one.size
    about = size.verbatims, size.respondents, size.accounts, size.share
    return Emerging(one.stored.id, one.name(language), one.stored.state, *about)


def _cited(one: SeenExcerpt) -> Cited:
    return Cited(
        text=one.text,
        number=one.verbatim,
        start=one.start,
        end=one.end,
        turn=one.turn,
        day=one.date.date() if one.date else None,
        account=one.account,
        role=one.role,
        anonymous=one.permission == ANONYMOUS,
    )


def _groups(view: View) -> Part:
    """Accounts, teams, roles and sources side by side, as far as there are several and this is not one account's."""
    own = {"account": ("role", "source"), "team": ("account", "role", "source")}.get(view.scope.reach, SIDE_BY_SIDE)
    tables = [grid(view.now, one) for one in SIDE_BY_SIDE if one in own]
    return Part("groups", grids=tuple(one for one in tables if one is not None))
