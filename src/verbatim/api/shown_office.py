"""The shapes of who is served how, of priorities, ratings, red flags and teams, as they go out.

Shares lie between 0 and 1, stances between −1 and 1; limits are of 95 %.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from verbatim import contrasts, priorities, red_flags, served, teams
from verbatim.actions.excerpts import Cited
from verbatim.actions.office import AccountView, FlaggedAccounts, PriorityView, ServedView, TeamView
from verbatim.api.shown import Shown
from verbatim.domain import NpsInterval, Polarity
from verbatim.facts import Attribute
from verbatim.ratings import AccountRating, RatedSpan, Standing, Voices
from verbatim.red_flags import Flag, Flagged, FlagKind, Level
from verbatim.spans import Span

DIGITS = 4


class ShownCited(Shown):
    """Words of a customer who may be quoted, exactly as they stand between two offsets of the verbatim, or of a turn.

    Account and role are null where the contact stays anonymous; `cut` where the words go on in the text.
    """

    verbatim: int
    start: int
    end: int
    turn: int | None
    text: str
    account: str | None
    role: str | None
    date: datetime | None
    code: str | None
    polarity: Polarity | None
    cut: bool


class ShownMethod(Shown):
    """How it was reckoned: in words, and with which numbers."""

    formula: str
    parameters: dict[str, Any]


class ShownDifference(Shown):
    """The group less the rest, with its limits."""

    value: float
    low: float
    high: float


class ShownContrast(Shown):
    """A measure of a group and of the rest. `drawn`: the value drawn towards the whole; `q`: the adjusted p-value.

    Difference, p and q are null where too little was said to compare.
    """

    n: int
    accounts: int
    value: float
    low: float
    high: float
    drawn: float
    rest: float
    rest_n: int
    rest_accounts: int
    difference: ShownDifference | None
    p: float | None
    q: float | None


class ShownReason(Shown):
    """A measure that counts for the verdict: higher or lower than in the rest, and whether customers are better off."""

    measure: str
    higher: bool
    good: bool


class ShownCost(Shown):
    """What the accounts of a cell cost beside those outside it; by revenue, by tier, or the share in tiers 1 and 2."""

    by: served.CostBy
    own: float
    others: float
    ratio: float | None
    costly: bool
    accounts: int
    others_accounts: int


class ShownCell(Shown):
    """A cell: its values in the order of `by`, who is behind it, its measures, the verdict with its reasons."""

    values: list[str]
    verbatims: int
    respondents: int
    accounts: int
    verdict: served.Verdict
    reasons: list[ShownReason]
    measures: dict[str, ShownContrast]
    cost: ShownCost | None
    tiers: dict[str, int]
    excerpts: list[ShownCited]


class ShownServed(Shown):
    """All cells, the most telling verdicts first. `left_out` answers have no value of an attribute."""

    by: list[Attribute]
    cells: list[ShownCell]
    verbatims: int
    respondents: int
    accounts: int
    left_out: int
    looked_at: int
    more: Annotated[int, Field(description="Cells that were not looked at, the smallest.")]
    asked: dict[str, Any]
    method: ShownMethod


class ShownFactor(Shown):
    """A factor of a score: its value, and the parts it is made of; not `known` where a value stands in for a fact."""

    value: float
    part: float
    whole: float
    known: bool


class ShownPriority(Shown):
    """A code that is blamed (concern) or praised (opportunity), with the arithmetic of its score.

    `rank` is null with too few behind it; `durable` where it held in the two latest periods, null where nobody knows.
    """

    kind: priorities.Kind
    code: str
    rank: int | None
    score: float
    arithmetic: str
    size: ShownFactor
    low: float
    high: float
    severity: ShownFactor
    durability: ShownFactor
    revenue: ShownFactor
    verbatims: int
    respondents: int
    accounts: int
    durable: bool | None
    periods: dict[str, bool]
    excerpts: list[ShownCited]


class ShownPriorities(Shown):
    """Concerns and opportunities, each kind by rank, then those that are too small for one."""

    concerns: list[ShownPriority]
    opportunities: list[ShownPriority]
    verbatims: int
    respondents: int
    accounts: int
    revenue_known: int
    undated: int
    asked: dict[str, Any]
    method: ShownMethod


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
    span: Span
    method: ShownMethod


class ShownAccountRating(Shown):
    """One account with its history and words of it that may be quoted."""

    account: ShownRating
    spans: list[ShownRatedSpan]
    complaints: list[ShownCited]
    praise: list[ShownCited]
    as_of: date | None
    span: Span
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
    method: ShownMethod


def shown_served(view: ServedView) -> ShownServed:
    """Who is served how."""
    found = view.found
    cells = [
        ShownCell(
            values=list(one.values),
            verbatims=one.verbatims,
            respondents=one.respondents,
            accounts=one.accounts,
            verdict=one.verdict,
            reasons=[
                ShownReason(measure=each.measure, higher=each.direction > 0, good=each.good) for each in one.reasons
            ],
            measures={name: shown_contrast(each) for name, each in one.measures.items()},
            cost=ShownCost.model_validate(one.cost) if one.cost else None,
            tiers=dict(one.tiers),
            excerpts=_cited(view.excerpts.get(one.values, ())),
        )
        for one in found.cells
    ]
    parameters = {
        "false_discovery": served.FALSE_DISCOVERY,
        "apart": dict(served.APART),
        "costly": served.COSTLY,
        "lower_tier": served.LOWER_TIER,
        "least_answers": contrasts.LEAST,
        "least_accounts": contrasts.LEAST_CLUSTERS,
    }
    return ShownServed(
        by=list(found.by),
        cells=cells,
        verbatims=found.verbatims,
        respondents=found.respondents,
        accounts=found.accounts,
        left_out=found.left_out,
        looked_at=found.looked_at,
        more=found.more,
        asked=view.asked,
        method=_method(served, parameters),
    )


def shown_contrast(one: contrasts.Contrast) -> ShownContrast:
    """A measure of a group and of the rest."""
    apart = one.difference
    return ShownContrast(
        n=one.n,
        accounts=one.accounts,
        value=_round(one.value),
        low=_round(one.low),
        high=_round(one.high),
        drawn=_round(one.drawn),
        rest=_round(one.rest),
        rest_n=one.rest_n,
        rest_accounts=one.rest_accounts,
        difference=apart
        and ShownDifference(value=_round(apart.value), low=_round(apart.low), high=_round(apart.high)),
        p=one.p,
        q=one.q,
    )


def shown_priorities(view: PriorityView) -> ShownPriorities:
    """What to see to first."""
    found = view.found
    parameters = {
        "span": found.span,
        "level": found.level,
        "prior": priorities.PRIOR,
        "holds": priorities.HOLDS,
        "unknown_durability": priorities.UNKNOWN,
        "least_respondents": priorities.LEAST_RESPONDENTS,
        "least_accounts": priorities.LEAST_ACCOUNTS,
        "least_of_period": priorities.LEAST_OF_PERIOD,
    }
    return ShownPriorities(
        concerns=[_priority(one, view) for one in found.of("concern")],
        opportunities=[_priority(one, view) for one in found.of("opportunity")],
        verbatims=found.verbatims,
        respondents=found.respondents,
        accounts=found.accounts,
        revenue_known=found.revenue_known,
        undated=found.undated,
        asked=view.asked,
        method=_method(priorities, parameters),
    )


def _priority(one: priorities.Priority, view: PriorityView) -> ShownPriority:
    factors = {name: _factor(getattr(one, name)) for name in ("size", "severity", "durability", "revenue")}
    return ShownPriority(
        kind=one.kind,
        code=one.code,
        rank=one.rank,
        score=_round(one.score),
        arithmetic=one.arithmetic,
        low=_round(one.limits.low),
        high=_round(one.limits.high),
        verbatims=one.verbatims,
        respondents=one.respondents,
        accounts=one.accounts,
        durable=one.durable,
        periods=dict(one.periods),
        excerpts=_cited(view.excerpts.get((one.kind, one.code), ())),
        **factors,
    )


def _factor(one: priorities.Factor) -> ShownFactor:
    return ShownFactor(value=_round(one.value), part=_round(one.part), whole=_round(one.whole), known=one.known)


def shown_ratings(view: FlaggedAccounts, items: Sequence[Flagged]) -> ShownRatings:
    """Some of the accounts, as they stand."""
    return ShownRatings(
        items=[_rating(one, view) for one in items],
        total=len(view.items),
        as_of=view.as_of,
        span=view.span,
        method=_method(red_flags, _rating_parameters()),
    )


def shown_account(view: AccountView) -> ShownAccountRating:
    """One account."""
    return ShownAccountRating(
        account=_rating(view.flagged, view.of),
        spans=[_span(one) for one in view.flagged.rating.spans],
        complaints=_cited(view.complaints),
        praise=_cited(view.praise),
        as_of=view.of.as_of,
        span=view.of.span,
        method=_method(red_flags, _rating_parameters()),
    )


def _rating_parameters() -> dict[str, Any]:
    from verbatim import ratings  # noqa: PLC0415 - its name is that of a field here

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
    rating: AccountRating = one.rating
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
        polarity=None if one.polarity is None else _round(one.polarity),
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
        method=_method(teams, parameters),
    )


def _method(module: Any, parameters: Mapping[str, Any]) -> ShownMethod:
    return ShownMethod(formula=" ".join((module.__doc__ or "").split()), parameters=dict(parameters))


def _cited(found: Sequence[Cited]) -> list[ShownCited]:
    return [ShownCited.model_validate(one) for one in found]


def _round(value: float) -> float:
    return round(value, DIGITS)
