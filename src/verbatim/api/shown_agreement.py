"""The shapes of agreement as it goes out: coefficients with their limits, levels, codes, pairs, drift."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from verbatim.actions.stored_agreement import StoredAgreement
from verbatim.agreement import CodeAgreement, Coefficient, Drift, LevelAgreement, PairAgreement, Verdict
from verbatim.agreement.drift import Against
from verbatim.api.shown import Shown
from verbatim.store.compared_codings import Basis

DIGITS = 4


class ShownCoefficient(Shown):
    """Agreement by one measure with its 95% limits; null with the reason why it has no value.

    `units` were coded by somebody, `pairable` ones by two of the `coders` or more.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    pairable: int
    coders: int
    reason: str


class ShownCodeAgreement(Shown):
    """One id: in how many codings it was given, the share that is, and how far coders agree that it fits.

    `verdict` is Krippendorff's of alpha: from 0.8 to rely on, below 0.667 to discard; null where there is no alpha.
    """

    id: str
    given: int
    share: float
    observed: ShownCoefficient
    alpha: ShownCoefficient
    kappa: ShownCoefficient
    ac1: ShownCoefficient
    verdict: Verdict | None


class ShownLevel(Shown):
    """One level: agreement on whole sets (`observed`: the very same; alpha by `masi` and `jaccard`), and by id."""

    level: Literal[1, 2]
    sets: dict[str, ShownCoefficient]
    verdict: Verdict | None
    codes: list[ShownCodeAgreement]


class ShownPair(Shown):
    """Two coders: the share of the very same sets of ids, and alpha of those sets with the distance MASI."""

    first: str
    second: str
    observed: ShownCoefficient
    masi: ShownCoefficient


class ShownPeriod(Shown):
    """The mean likeness (1 - MASI) of `n` verbatims with its 95% limits."""

    name: str
    n: int
    alike: float
    low: float | None
    high: float | None


class ShownDrift(Shown):
    """One coder over time. `change` is the last period less the first; `drifts` where chance does not explain it."""

    coder: str
    against: Against
    periods: list[ShownPeriod]
    change: float | None
    low: float | None
    high: float | None
    drifts: bool


class ShownCoder(Shown):
    """A coder, and how many of the verbatims that are compared it has coded."""

    name: str
    person: bool
    verbatims: int


class ShownAgreement(Shown):
    """How far coders agree on the `shared` verbatims that two of them or more have coded.

    `blind` tells whether coders saw nothing of each other's codings; `left_out` counts codings by the reason why, and
    `open` the differences that nobody has decided yet. Polarity is compared on the ids that coders have in common,
    stance where it was told and no score decided it; both are empty where there is nothing to compare.
    """

    basis: Basis
    blind: bool
    codebook: str
    shared: int
    coders: list[ShownCoder]
    levels: list[ShownLevel]
    polarity: dict[str, ShownCoefficient]
    stance: dict[str, ShownCoefficient]
    pairs: list[ShownPair]
    drift: list[ShownDrift]
    left_out: dict[str, int]
    open: Annotated[int, Field(description="Differences to decide: see the review.")]


def shown_agreement(stored: StoredAgreement, level: int | None = None) -> ShownAgreement:
    """How far coders agree, on both levels or on one."""
    found = stored.found
    coders = [
        ShownCoder(name=name, person=name in stored.persons, verbatims=count) for name, count in found.coders.items()
    ]
    levels = {1: found.categories, 2: found.ids}
    return ShownAgreement(
        basis=stored.basis,
        blind=stored.blind,
        codebook=found.codebook,
        shared=found.shared,
        coders=coders,
        levels=[_level(number, one) for number, one in levels.items() if level in (None, number)],
        polarity=_coefficients(found.polarity),
        stance=_coefficients(found.stance),
        pairs=[_pair(one) for one in found.pairs],
        drift=[_drift(one) for one in found.drift],
        left_out=dict(stored.left_out),
        open=stored.open,
    )


def _level(number: int, one: LevelAgreement) -> ShownLevel:
    codes = [_code(code) for code in one.codes]
    return ShownLevel(level=1 if number == 1 else 2, sets=_coefficients(one.sets), verdict=one.verdict, codes=codes)


def _code(one: CodeAgreement) -> ShownCodeAgreement:
    return ShownCodeAgreement(
        id=one.id,
        given=one.given,
        share=round(one.share, DIGITS),
        observed=_coefficient(one.observed),
        alpha=_coefficient(one.alpha),
        kappa=_coefficient(one.kappa),
        ac1=_coefficient(one.ac1),
        verdict=one.verdict,
    )


def _pair(one: PairAgreement) -> ShownPair:
    observed, masi = _coefficient(one.observed), _coefficient(one.masi)
    return ShownPair(first=one.first, second=one.second, observed=observed, masi=masi)


def _drift(one: Drift) -> ShownDrift:
    periods = [
        ShownPeriod(
            name=period.name,
            n=period.n,
            alike=round(period.alike, DIGITS),
            low=_rounded(period.low),
            high=_rounded(period.high),
        )
        for period in one.periods
    ]
    return ShownDrift(
        coder=one.coder,
        against=one.against,
        periods=periods,
        change=_rounded(one.change),
        low=_rounded(one.low),
        high=_rounded(one.high),
        drifts=one.drifts,
    )


def _coefficients(found: Mapping[str, Coefficient]) -> dict[str, ShownCoefficient]:
    return {name: _coefficient(one) for name, one in found.items()}


def _coefficient(one: Coefficient) -> ShownCoefficient:
    return ShownCoefficient(
        value=_rounded(one.value),
        low=_rounded(one.low),
        high=_rounded(one.high),
        units=one.units,
        pairable=one.pairable,
        coders=one.coders,
        reason=one.reason,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
