"""The shapes of how accounts and teams stand, as they go out: ratings over time, red flags, teams.

Stances lie between −1 and 1, net stances between −100 and 100; limits are of 95 %.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from verbatim import contrasts, ratings, red_flags, teams
from verbatim.actions.office import AccountView, FlaggedAccounts, TeamView
from verbatim.api.roster_shapes import ShownBeside, shown_beside
from verbatim.api.shown import Shown
from verbatim.api.shown_office import ShownCited, ShownContrast, ShownMethod, rounded, shown_cited, shown_contrast, told
from verbatim.domain import NpsInterval
from verbatim.periods import Size
from verbatim.ratings import RatedSpan, Standing, Voices
from verbatim.red_flags import Flag, Flagged, FlagKind, Level


class ShownScore(Shown):
    """A net score from −100 to 100 with its limits, of n respondents."""

    value: float
    low: float
    high: float
    n: int


class ShownVoices(Shown):
    """Respondents by their latest stance, how many of these are estimated, and the net of them."""

    critics: int
    passives: int
    promoters: int
    estimated: int
    net: ShownScore | None


class ShownRatedSpan(Shown):
    """A span of time: what was said, net stance, the Net Promoter Score of those with a score, and net polarity."""

    name: str
    begin: date
    verbatims: int
    respondents: int
    stance: ShownVoices
    nps: ShownScore | None
    polarity: float | None


class ShownFlag(Shown):
    """A red flag: how many it is about, and the verbatims, or contacts by number, that show it."""

    kind: FlagKind
    n: int
    verbatims: list[int]
    contacts: list[int]
    before: float | None
    after: float | None
    spans: list[str] | None
    sure: bool | None


class ShownRating(Shown):
    """An account: where it stands by the answers of the last year, its tier and revenue, its red flags."""

    id: int
    name: str
    tier: str | None
    strategic: bool
    revenue: float | None
    cost_to_serve: float | None
    team: str | None
    customer_type: str | None
    standing: Standing
    stance: ShownVoices
    verbatims: int
    respondents: int
    latest: date | None
    contacts: int | None
    invited: int | None
    answered: int | None
    level: Level
    flags: list[ShownFlag]
    trend: Annotated[list[float | None], Field(description="Net stance by span, null where nobody had one.")]


class ShownRatings(Shown):
    """Accounts, those that press most first: by level, tier and revenue."""

    items: list[ShownRating]
    total: int
    as_of: date | None
    span: Size
    coverage: ShownBeside
    method: ShownMethod


class ShownAccountRating(Shown):
    """One account with its history and words of it that may be quoted."""

    account: ShownRating
    spans: list[ShownRatedSpan]
    complaints: list[ShownCited]
    praise: list[ShownCited]
    as_of: date | None
    span: Size
    method: ShownMethod


class ShownTeamReason(Shown):
    """A measure that counts for the verdict, and whether it is worse than that of the others."""

    measure: str
    worse: bool


class ShownTeam(Shown):
    """A team: its accounts, how many of them are red and amber, its measures against the others, the verdict."""

    name: str
    accounts: int
    red: int
    amber: int
    verbatims: int
    respondents: int
    verdict: teams.TeamVerdict
    reasons: list[ShownTeamReason]
    measures: dict[str, ShownContrast]


class ShownTeams(Shown):
    """All teams, those that need help first; `without` counts accounts of no team."""

    items: list[ShownTeam]
    without: int
    looked_at: int
    as_of: date | None
    coverage: ShownBeside
    method: ShownMethod


def shown_ratings(view: FlaggedAccounts, items: Sequence[Flagged]) -> ShownRatings:
    """Some of the accounts, as they stand."""
    return ShownRatings(
        items=[_rating(one, view) for one in items],
        total=len(view.items),
        as_of=view.as_of,
        span=view.span,
        coverage=shown_beside(view.beside),
        method=told(red_flags, _rating_parameters()),
    )


def shown_account(view: AccountView) -> ShownAccountRating:
    """One account."""
    return ShownAccountRating(
        account=_rating(view.flagged, view.of),
        spans=[_span(one) for one in view.flagged.rating.spans],
        complaints=shown_cited(view.complaints),
        praise=shown_cited(view.praise),
        as_of=view.of.as_of,
        span=view.of.span,
        method=told(red_flags, _rating_parameters()),
    )


def _rating_parameters() -> dict[str, Any]:
    return {
        "days": ratings.YEAR,
        "least_respondents": ratings.LEAST,
        "mixed_from": ratings.MIXED,
        "promoting_from": ratings.PROMOTING,
        "fall": red_flags.FALL,
        "patience_days": red_flags.PATIENCE,
        "standing": " ".join((ratings.__doc__ or "").split()),
    }


def _rating(one: Flagged, view: FlaggedAccounts) -> ShownRating:
    rating = one.rating
    facts, place, circle = view.facts.accounts, rating.place, rating.circle
    named = {name: view.attribute(name, place) for name in ("tier", "team", "customer_type")}
    revenue, cost = float(facts.revenue[place]), float(facts.cost_to_serve[place])
    return ShownRating(
        id=rating.number,
        name=rating.name,
        strategic=bool(facts.strategic[place]),
        revenue=None if revenue != revenue else revenue,  # noqa: PLR0124 - not a number
        cost_to_serve=None if cost != cost else cost,  # noqa: PLR0124
        standing=rating.standing,
        stance=_voices(rating.voices, rating.net),
        verbatims=rating.verbatims,
        respondents=rating.respondents,
        latest=rating.latest,
        contacts=circle.contacts if circle else None,
        invited=circle.invited if circle else None,
        answered=circle.answered if circle else None,
        level=one.level,
        flags=[_flag(each) for each in one.flags],
        trend=[_net(each.voices) for each in rating.spans],
        **named,
    )


def _net(voices: Voices) -> float | None:
    return round(100 * (voices.promoters - voices.critics) / voices.n, 1) if voices.n else None


def _flag(one: Flag) -> ShownFlag:
    return ShownFlag(
        kind=one.kind,
        n=one.n,
        verbatims=list(one.verbatims),
        contacts=list(one.contacts),
        before=one.before,
        after=one.after,
        spans=list(one.spans) if one.spans else None,
        sure=one.sure,
    )


def _span(one: RatedSpan) -> ShownRatedSpan:
    return ShownRatedSpan(
        name=one.name,
        begin=one.begin,
        verbatims=one.verbatims,
        respondents=one.respondents,
        stance=_voices(one.voices, one.voices.net()),
        nps=_score(one.scored.net()),
        polarity=None if one.polarity is None else rounded(one.polarity),
    )


def _voices(one: Voices, net: NpsInterval | None) -> ShownVoices:
    counts = {name: getattr(one, name) for name in ("critics", "passives", "promoters", "estimated")}
    return ShownVoices(**counts, net=_score(net))


def _score(one: NpsInterval | None) -> ShownScore | None:
    if one is None:
        return None
    return ShownScore(value=round(one.value, 1), low=round(one.low, 1), high=round(one.high, 1), n=one.n)


def shown_teams(view: TeamView) -> ShownTeams:
    """Teams, those that need help first."""
    items = [
        ShownTeam(
            name=one.name,
            accounts=one.accounts,
            red=one.red,
            amber=one.amber,
            verbatims=one.verbatims,
            respondents=one.respondents,
            verdict=one.verdict,
            reasons=[ShownTeamReason.model_validate(each) for each in one.reasons],
            measures={name: shown_contrast(each) for name, each in one.measures.items()},
        )
        for one in view.found.items
    ]
    parameters = {
        "false_discovery": teams.FALSE_DISCOVERY,
        "apart": dict(teams.APART),
        "least_answers": contrasts.LEAST,
        "least_accounts": teams.LEAST_ACCOUNTS,
    }
    return ShownTeams(
        items=items,
        without=view.found.without,
        looked_at=view.found.looked_at,
        as_of=view.of.as_of,
        coverage=shown_beside(view.of.beside),
        method=told(teams, parameters),
    )
