"""Who is under-served and who is over-served: types of customers and roles in them, each cell against all others.

Of each cell of one or two attributes, over coded answers with content:

    complaint   the share of answers that blame anything
    praise      the share that praise anything
    effort      the share whose words tell of effort (`verbatim.effort`)
    stance      promoters less critics, of answers with a stance

each against the rest of the cells, drawn towards the whole, with accounts as clusters, adjusted over all cells and
measures. A difference counts where its q-value is at most 0.05 and the drawn value is apart from the rest by 5 points
at least, 10 of stance. The verdict:

    not enough data  fewer than 20 answers, or answers of fewer than 5 accounts, in the cell or beside it
    under-served     complaint or effort is higher, or stance lower, and nothing speaks against it
    over-served      praise or stance is higher, nothing speaks against it, and the cell costs more than it brings:
                     its cost to serve over its revenue is 1.25 times that of the accounts outside it or more; without
                     revenue its cost over that of accounts of the same tiers; without cost the share of its accounts
                     in tier 1 or 2 is 20 points lower
    as expected      everything else, also what is praised more where no cost and no tier was supplied
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.contrasts import (
    LEAST_CLUSTERS,
    Contrast,
    Measure,
    adjusted,
    clusters_of,
    contrasts,
    direction,
    stances_of,
)
from verbatim.errors import InputError
from verbatim.facts import NOBODY, AccountFacts, Attribute, Facts, Flags, saying

MeasureName = Literal["complaint", "praise", "effort", "stance"]
MEASURES: tuple[MeasureName, ...] = get_args(MeasureName)
Verdict = Literal["under-served", "as expected", "over-served", "not enough data"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
CostBy = Literal["revenue", "tier", "tier alone"]

APART: Mapping[str, float] = {"complaint": 0.05, "praise": 0.05, "effort": 0.05, "stance": 0.10}
"""How far from the rest a drawn value is at least where it counts."""

GOOD: Mapping[str, int] = {"complaint": -1, "praise": 1, "effort": -1, "stance": 1}
"""Which way is good."""

COSTLY = 1.25
LOWER_TIER = 0.20
LEAST_PRICED = 3
"""With the cost of fewer accounts known, inside or outside, nothing is said of cost."""

MOST_CELLS = 60
TIERS = ("1", "2")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a cell costs beside others: `ratio` to them, told by cost over revenue, over that of the tiers, or by tier.

    By tier alone `own` and `others` are shares of accounts in tier 1 or 2, and there is no ratio.
    """

    by: CostBy
    own: float
    others: float
    ratio: float | None
    costly: bool
    accounts: int
    others_accounts: int


@dataclass(frozen=True, slots=True)
class Reason:
    """What a verdict stands on: a measure that is higher (1) or lower (−1) than in the rest, for good or for bad."""

    measure: MeasureName
    direction: int

    @property
    def good(self) -> bool:
        """Whether customers are better off so."""
        return GOOD[self.measure] == self.direction


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its values in the order of the attributes, what is behind it, its measures, and the verdict.

    `tiers` counts its accounts by tier where these are known.
    """

    values: tuple[str, ...]
    verbatims: int
    respondents: int
    accounts: int
    measures: Mapping[str, Contrast]
    verdict: Verdict
    reasons: tuple[Reason, ...]
    cost: Cost | None
    tiers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Served:
    """All cells, the most telling verdicts first; `left_out` answers have no value of an attribute.

    `looked_at` differences were adjusted together; `more` cells, the smallest, were not looked at.
    """

    by: tuple[Attribute, ...]
    cells: tuple[Cell, ...]
    verbatims: int
    respondents: int
    accounts: int
    left_out: int
    looked_at: int
    more: int


def served(facts: Facts, by: Sequence[Attribute], effort: Flags | None = None) -> Served:
    """The cells of one or two attributes. `effort` tells of each answer whether its words do; None leaves it out.

    Raises InputError for no attribute, the same twice, or more than two.
    """
    if not 1 <= len(by) <= 2 or len(set(by)) != len(by):
        raise InputError(f"{len(by)} attributes: expected one, or two that differ")
    kept = facts.coded & ~facts.empty
    heard = facts.of(kept)
    groups, names, more = _groups(heard, by)
    measures = _measures(heard, effort[kept] if effort is not None else None)
    found = adjusted(contrasts(measures, groups, len(names), clusters_of(heard)))
    cells = [_cell(heard, groups == place, name, found[place]) for place, name in enumerate(names)]
    whole = heard.of(groups != NOBODY)
    return Served(
        by=tuple(by),
        cells=tuple(sorted(cells, key=_order)),
        verbatims=whole.n,
        respondents=len(np.unique(whole.respondent)),
        accounts=_count(whole.account),
        left_out=heard.n - whole.n,
        looked_at=sum(one.p is not None for each in found for one in each.values()),
        more=more,
    )


def cell_rows(facts: Facts, by: Sequence[Attribute], values: Sequence[str]) -> Flags:
    """Which answers with content are in a cell."""
    kept = facts.coded & ~facts.empty
    for attribute, value in zip(by, values, strict=True):
        labels = facts.labels(attribute)
        kept = kept & (labels.places == (labels.names.index(value) if value in labels.names else NOBODY - 1))
    return kept


def _groups(heard: Facts, by: Sequence[Attribute]) -> tuple[NDArray[np.int32], list[tuple[str, ...]], int]:
    """The cell of each answer, what the cells are called, and how many were left out, the smallest."""
    sides = [heard.labels(attribute) for attribute in by]
    width = max(1, len(sides[-1].names))
    known = np.all([side.places != NOBODY for side in sides], axis=0)
    keys = sides[0].places.astype(np.int64)
    keys = keys * width + sides[1].places if len(sides) > 1 else keys
    numbers, counts = np.unique(keys[known], return_counts=True)
    largest = numbers[np.argsort(-counts, kind="stable")][:MOST_CELLS]
    groups = np.full(heard.n, NOBODY, np.int32)
    for place, key in enumerate(largest):
        groups[known & (keys == key)] = place
    pairs = [divmod(int(key), width) if len(sides) > 1 else (int(key),) for key in largest]
    names = [tuple(side.names[place] for side, place in zip(sides, pair, strict=True)) for pair in pairs]
    return groups, names, len(numbers) - len(largest)


def _measures(heard: Facts, effort: Flags | None) -> dict[str, Measure]:
    everybody = np.ones(heard.n, np.bool_)
    found = {"complaint": saying(heard, "negative"), "praise": saying(heard, "positive")}
    if effort is not None:
        found["effort"] = effort
    measures = {name: Measure(flags.astype(np.float64), everybody) for name, flags in found.items()}
    return {**measures, "stance": stances_of(heard)}


def _cell(heard: Facts, inside: Flags, values: tuple[str, ...], found: Mapping[str, Contrast]) -> Cell:
    own = np.unique(heard.account[inside & (heard.account != NOBODY)])
    others = np.setdiff1d(np.unique(heard.account[heard.account != NOBODY]), own)
    cost = cost_of(heard.accounts, own, others)
    reasons = tuple(filter(None, (_reason(name, found[name]) for name in MEASURES if name in found)))
    return Cell(
        values=values,
        verbatims=int(inside.sum()),
        respondents=len(np.unique(heard.respondent[inside])),
        accounts=len(own),
        measures={name: found[name] for name in MEASURES if name in found},
        verdict=verdict_of(found["complaint"], reasons, cost),
        reasons=reasons,
        cost=cost,
        tiers=_tiers(heard.accounts, own),
    )


def _reason(name: MeasureName, one: Contrast) -> Reason | None:
    """Which way a measure counts; None where it does not."""
    which = direction(one, APART[name])
    return Reason(name, which) if which else None


def verdict_of(complaint: Contrast, reasons: Sequence[Reason], cost: Cost | None) -> Verdict:
    """The verdict by the rule at the head of this module."""
    if complaint.difference is None:
        return "not enough data"
    bad = {one.measure for one in reasons if not one.good}
    good = {one.measure for one in reasons if one.good}
    if bad & {"complaint", "effort", "stance"} and not good:
        return "under-served"
    if good & {"praise", "stance"} and not bad and cost is not None and cost.costly:
        return "over-served"
    return "as expected"


def cost_of(accounts: AccountFacts, own: NDArray[np.int32], others: NDArray[np.int32]) -> Cost | None:
    """What the accounts of a cell cost beside those that have nothing in it; None where nobody can tell."""
    return (
        _by_revenue(accounts, own, others) or _by_tier(accounts, own, others) or _by_tier_alone(accounts, own, others)
    )


def _by_revenue(accounts: AccountFacts, own: NDArray[np.int32], others: NDArray[np.int32]) -> Cost | None:
    priced = ~np.isnan(accounts.cost_to_serve) & (np.nan_to_num(accounts.revenue) > 0)
    inside, outside = own[priced[own]], others[priced[others]]
    if min(len(inside), len(outside)) < LEAST_PRICED:
        return None
    rates = [float(accounts.cost_to_serve[side].sum() / accounts.revenue[side].sum()) for side in (inside, outside)]
    return _cost("revenue", rates[0], rates[1], (len(inside), len(outside)))


def _by_tier(accounts: AccountFacts, own: NDArray[np.int32], others: NDArray[np.int32]) -> Cost | None:
    tier = accounts.attributes["tier"].places
    usable = ~np.isnan(accounts.cost_to_serve) & (tier != NOBODY)
    outside = others[usable[others]]
    usual = {}
    for one in set(tier[outside].tolist()):
        usual[one] = float(accounts.cost_to_serve[outside[tier[outside] == one]].mean())
    inside = np.array([one for one in own if usable[one] and int(tier[one]) in usual], np.intp)
    if min(len(inside), len(outside)) < LEAST_PRICED:
        return None
    expected = float(np.mean([usual[int(tier[one])] for one in inside]))
    mean = float(accounts.cost_to_serve[inside].mean())
    return _cost("tier", mean, expected, (len(inside), len(outside)))


def _cost(by: CostBy, own: float, others: float, counts: tuple[int, int]) -> Cost | None:
    if others <= 0:
        return None
    ratio = own / others
    return Cost(by, own, others, ratio, ratio >= COSTLY, *counts)


def _by_tier_alone(accounts: AccountFacts, own: NDArray[np.int32], others: NDArray[np.int32]) -> Cost | None:
    labels = accounts.attributes["tier"]
    upper = np.isin(labels.places, [labels.names.index(one) for one in TIERS if one in labels.names])
    known = labels.places != NOBODY
    inside, outside = own[known[own]], others[known[others]]
    if min(len(inside), len(outside)) < LEAST_CLUSTERS:
        return None
    shares = [float(upper[side].mean()) for side in (inside, outside)]
    lower = shares[0] <= shares[1] - LOWER_TIER
    return Cost("tier alone", shares[0], shares[1], None, lower, len(inside), len(outside))


def _tiers(accounts: AccountFacts, own: NDArray[np.int32]) -> dict[str, int]:
    labels = accounts.attributes["tier"]
    places, counts = np.unique(labels.places[own], return_counts=True)
    return {labels.names[place]: int(n) for place, n in zip(places, counts, strict=True) if place != NOBODY}


def _order(cell: Cell) -> tuple[int, float, tuple[str, ...]]:
    first: dict[Verdict, int] = {"under-served": 0, "over-served": 1, "as expected": 2, "not enough data": 3}
    complaint = cell.measures["complaint"]
    return first[cell.verdict], complaint.rest - complaint.drawn, cell.values


def _count(accounts: NDArray[np.int32]) -> int:
    return len(np.unique(accounts[accounts != NOBODY]))
