"""Codings of the same verbatims side by side: how far coders agree on each code, on sets, polarity and stance."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from verbatim.agreement.coefficients import (
    MISSING,
    Coefficient,
    Given,
    Measure,
    Ratings,
    Verdict,
    coefficients,
    observed_agreement,
    ratings_of,
    verdict,
)
from verbatim.agreement.drift import Drift, PeriodSize, drift, firsts
from verbatim.agreement.sets import Ids, alpha_of_sets
from verbatim.domain import POLARITIES, STANCES, Judgement
from verbatim.taxonomy import Codebook

MEASURES: tuple[Measure, ...] = ("observed", "alpha", "kappa", "ac1")

Coefficients = Mapping[str, Coefficient]


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """One id: how many codings it was `given` in, the share that is of all, and how far coders agree that it fits.

    Kappa is Cohen's, or of more than two coders the mean of each pair's; where an id is rare, AC1 is the steadier one.
    """

    id: str
    given: int
    share: float
    observed: Coefficient
    alpha: Coefficient
    kappa: Coefficient
    ac1: Coefficient
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class LevelAgreement:
    """One level of the frame: `sets` has observed (the very same set), and alpha with the distances masi and jaccard.

    `codes` are those that somebody gave, in the order of the frame.
    """

    sets: Coefficients
    verdict: Verdict | None
    codes: tuple[CodeAgreement, ...]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two coders: the share of the very same sets of ids, and alpha of those sets with the distance MASI."""

    first: str
    second: str
    observed: Coefficient
    masi: Coefficient


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far coders agree, by one frame, on the `shared` verbatims that two of them or more have coded.

    `coders` tells how many verbatims each has coded of all `verbatims`. On the first level an id stands for its
    category. Polarity is compared on the ids that coders have in common, stance where two told it; either is empty
    where there is none. `pairs` are told of more than two coders.
    """

    codebook: str
    coders: Mapping[str, int]
    verbatims: int
    shared: int
    categories: LevelAgreement
    ids: LevelAgreement
    polarity: Coefficients
    stance: Coefficients
    pairs: tuple[PairAgreement, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Codings as a sheet: a row for each verbatim that several coded, a column for each coder, None for a gap."""

    coders: tuple[str, ...]
    rows: tuple[tuple[Judgement | None, ...], ...]


def compare(judgements: Sequence[Judgement], codebook: Codebook, period: PeriodSize = "month") -> Comparison:
    """Return how far coders agree. Of a verbatim that one of them coded again, the first coding counts.

    Later ones tell how far coders agree with themselves (`drift`, by periods of this size).
    """
    sheet = _sheet(judgements)
    ids, categories = (_sets(sheet, codebook, level) for level in (2, 1))
    return Comparison(
        codebook=codebook.label,
        coders={coder: len({one.verbatim_id for one in judgements if one.coder == coder}) for coder in sheet.coders},
        verbatims=len({one.verbatim_id for one in judgements}),
        shared=len(sheet.rows),
        categories=_level(categories, tuple(dict.fromkeys(map(codebook.category_of, codebook.ids)))),
        ids=_level(ids, codebook.ids),
        polarity=_polarity(sheet),
        stance=_nominal([[one and one.stance for one in row] for row in sheet.rows], STANCES),
        pairs=_pairs(ids, sheet.coders) if len(sheet.coders) > 2 else (),
        drift=drift(judgements, period),
    )


def _sheet(judgements: Sequence[Judgement]) -> _Sheet:
    coders = tuple(dict.fromkeys(one.coder for one in judgements))
    rows = (tuple(map(row.get, coders)) for row in firsts(judgements).values() if len(row) > 1)
    return _Sheet(coders, tuple(rows))


def _sets(sheet: _Sheet, codebook: Codebook, level: int) -> Ratings:
    def ids(one: Judgement | None) -> Ids | None:
        if one is None:
            return None
        return frozenset(one.codes if level == 2 else map(codebook.category_of, one.codes))

    return ratings_of([list(map(ids, row)) for row in sheet.rows])


def _level(sets: Ratings, ids: Sequence[str]) -> LevelAgreement:
    alphas = {kind: alpha_of_sets(sets, kind) for kind in ("masi", "jaccard")}
    seen = {id for value in sets.values if isinstance(value, frozenset) for id in value}
    codes = tuple(_code(sets, id) for id in ids if id in seen)
    return LevelAgreement({"observed": observed_agreement(sets), **alphas}, verdict(alphas["masi"]), codes)


def _code(sets: Ratings, id: str) -> CodeAgreement:
    has = np.array([isinstance(value, frozenset) and id in value for value in sets.values])
    given = np.where(sets.given == MISSING, MISSING, has[sets.given])
    found = coefficients(Ratings(given, (False, True)), MEASURES)
    count = int((given == 1).sum())
    return CodeAgreement(
        id=id,
        given=count,
        share=count / int((given != MISSING).sum()),
        observed=found["observed"],
        alpha=found["alpha"],
        kappa=found["kappa"],
        ac1=found["ac1"],
        verdict=verdict(found["alpha"]),
    )


def _polarity(sheet: _Sheet) -> Coefficients:
    """Return agreement on the polarity of ids that several gave: a unit each, drawn verbatim by verbatim."""
    rows, groups = [], []
    for number, row in enumerate(sheet.rows):
        codes = [one.codes if one else {} for one in row]
        for id in dict.fromkeys(id for each in codes for id in each):
            told = [each.get(id) for each in codes]
            if len([side for side in told if side]) > 1:
                rows.append(told)
                groups.append(number)
    return _nominal(rows, POLARITIES, np.unique(groups, return_inverse=True)[1] if groups else None)


def _nominal(
    rows: Sequence[Sequence[Hashable | None]], values: Sequence[Hashable], groups: Given | None = None
) -> Coefficients:
    """Return every measure of one value for each unit; nothing where no unit has two of them."""
    ratings = ratings_of(rows, values)
    if not (ratings.said > 1).any():
        return {}
    return {str(name): one for name, one in coefficients(ratings, MEASURES, groups).items()}


def _pairs(sets: Ratings, coders: Sequence[str]) -> tuple[PairAgreement, ...]:
    found = []
    for a, b in combinations(range(len(coders)), 2):
        both = replace(sets, given=sets.given[:, [a, b]])
        found.append(PairAgreement(coders[a], coders[b], observed_agreement(both), alpha_of_sets(both)))
    return tuple(found)
