"""The shapes of who is served how and of what comes first, as they go out.

Shares lie between 0 and 1, stances between −1 and 1; limits are of 95 %.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from verbatim import contrasts, priorities, served
from verbatim.actions.office import PriorityView, ServedView
from verbatim.api.roster_shapes import ShownBeside, shown_beside
from verbatim.api.shown import Shown
from verbatim.briefing import Cited
from verbatim.domain import Polarity
from verbatim.facts import Attribute

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
    date: date | None
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


class ShownServedCell(Shown):
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
    cells: list[ShownServedCell]
    verbatims: int
    respondents: int
    accounts: int
    left_out: int
    looked_at: int
    more: Annotated[int, Field(description="Cells that were not looked at, the smallest.")]
    asked: dict[str, Any]
    coverage: ShownBeside
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
    coverage: ShownBeside
    method: ShownMethod


def shown_served(view: ServedView) -> ShownServed:
    """Who is served how."""
    found = view.found
    cells = [
        ShownServedCell(
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
            excerpts=shown_cited(view.excerpts.get(one.values, ())),
        )
        for one in found.cells
    ]
    parameters = {
        "false_discovery": contrasts.FALSE_DISCOVERY,
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
        coverage=shown_beside(view.beside),
        method=told(served, parameters),
    )


def shown_contrast(one: contrasts.Contrast) -> ShownContrast:
    """A measure of a group and of the rest."""
    apart = one.difference
    return ShownContrast(
        n=one.n,
        accounts=one.accounts,
        value=rounded(one.value),
        low=rounded(one.low),
        high=rounded(one.high),
        drawn=rounded(one.drawn),
        rest=rounded(one.rest),
        rest_n=one.rest_n,
        rest_accounts=one.rest_accounts,
        difference=ShownDifference(value=rounded(apart.value), low=rounded(apart.low), high=rounded(apart.high))
        if apart
        else None,
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
        coverage=shown_beside(view.beside),
        method=told(priorities, parameters),
    )


def _priority(one: priorities.Priority, view: PriorityView) -> ShownPriority:
    factors = {name: _factor(getattr(one, name)) for name in ("size", "severity", "durability", "revenue")}
    return ShownPriority(
        kind=one.kind,
        code=one.code,
        rank=one.rank,
        score=rounded(one.score),
        arithmetic=one.arithmetic,
        low=rounded(one.limits.low),
        high=rounded(one.limits.high),
        verbatims=one.verbatims,
        respondents=one.respondents,
        accounts=one.accounts,
        durable=one.durable,
        periods=dict(one.periods),
        excerpts=shown_cited(view.excerpts.get((one.kind, one.code), ())),
        **factors,
    )


def _factor(one: priorities.Factor) -> ShownFactor:
    return ShownFactor(value=rounded(one.value), part=rounded(one.part), whole=rounded(one.whole), known=one.known)


def told(module: Any, parameters: Mapping[str, Any]) -> ShownMethod:
    """How a module reckons, with these numbers."""
    return ShownMethod(formula=" ".join((module.__doc__ or "").split()), parameters=dict(parameters))


def shown_cited(found: Sequence[Cited]) -> list[ShownCited]:
    """Words that may be quoted."""
    names = ("start", "end", "turn", "text", "account", "role", "code", "polarity", "cut")
    return [
        ShownCited(verbatim=one.number, date=one.day, **{name: getattr(one, name) for name in names}) for one in found
    ]


def rounded(value: float) -> float:
    """The same to four digits."""
    return round(value, DIGITS)
