"""What moves the score: how much goes with each code. Association it is, and no cause.

    impact   metric(all) − metric(all without the verbatims that have the code): how much the score would be another
    gap      metric(all) − metric(verbatims with the code)
    weight   Johnson's relative weight: the code's share of what all codes together explain of the score (R²), shared
             out fairly where codes come together: J. W. Johnson (2000), Multivariate Behavioral Research 35, 1–19

Limits are percentiles of a bootstrap in which accounts are drawn with all their answers. The p-value is that of the
test by accounts of verbatims with the code against those without; q of Benjamini and Hochberg over all codes.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from verbatim.domain import POLARITIES, STANCES, Polarity
from verbatim.estimates import Cells, Pairs, benjamini_hochberg
from verbatim.estimates.clusters import SEED, Integers
from verbatim.estimates.shares import CONFIDENCE, Floats
from verbatim.facts import NOBODY, Facts

Metric = Literal["nps", "score"]
METRICS: tuple[Metric, ...] = get_args(Metric)
"""The Net Promoter Score, or the mean of the scores from 0 to 10."""

MOST = 40
"""So many codes are weighed at most, the most frequent ones."""

DRAWS = 500

MOST_DRAWN = 4000
"""So many accounts are drawn one by one; of more, so many groups of accounts are drawn (random groups)."""

FORMULAS = {
    "impact": "metric(all) - metric(all without the verbatims that have the code)",
    "gap": "metric(all) - metric(verbatims with the code)",
    "weight": "Johnson's relative weights (2000): share of R2 of the regression of the score on all codes",
    "limits": "percentiles of the bootstrap of accounts",
    "p": "Student's t of the accounts' influences, with the code against without; CR2",
    "q": "Benjamini and Hochberg 1995 over all codes",
}
"""How every number is made."""


@dataclass(frozen=True, slots=True)
class DriverQuestion:
    """Which score is explained, by codes or by categories, with a polarity or any; how much is enough to say."""

    metric: Metric = "nps"
    level: Literal["code", "category"] = "code"
    polarity: Polarity | None = None
    least: int = 30
    least_accounts: int = 5
    confidence: float = CONFIDENCE
    draws: int = DRAWS


@dataclass(frozen=True, slots=True)
class Estimated:
    """A figure with its limits; None where they cannot be told."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Driver:
    """What goes with a code: the metric of the n verbatims with it and of those without, impact, gap and weight.

    `p` and `q` are None where there is not `enough`.
    """

    code: str
    n: int
    accounts: int
    with_it: float
    without: float | None
    impact: Estimated
    gap: Estimated
    weight: Estimated
    p: float | None
    q: float | None
    enough: bool


@dataclass(frozen=True, slots=True)
class Drivers:
    """The metric over n scored and coded verbatims, what all codes explain of it (R²), and each code, by impact."""

    question: DriverQuestion
    value: float | None
    n: int
    respondents: int
    accounts: int
    explained: float | None
    looked: int
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Scores y (n,), the account of each row counted from 0; which row has which code, once each and by row."""

    y: Floats
    cluster: Integers
    row: Integers
    code: Integers
    codes: tuple[str, ...]

    @property
    def clusters(self) -> int:
        return int(self.cluster.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class _Crossed:
    """What is drawn: of each one the sums of `_sums`, and the products of score and codes (…, 1 + codes, 1 + codes)."""

    sums: Floats
    products: Floats
    codes: int

    def covariances(self, weights: Floats) -> Floats:
        """Those of score and codes, (draws, 1 + codes, 1 + codes), when each one counts so often (draws, …)."""
        n = (weights @ self.sums[:, 0])[:, None]
        means = np.column_stack([weights @ self.sums[:, 1], weights @ _of(self.sums, 2, self.codes)]) / n
        width = self.products.shape[1]
        products = (weights @ self.products.reshape(len(self.products), -1)).reshape(-1, width, width)
        found: Floats = products / n[:, :, None] - means[:, :, None] * means[:, None, :]
        return found


def drivers(facts: Facts, question: DriverQuestion) -> Drivers:
    """What goes with each code of verbatims that have a score and were coded as more than empty."""
    scored = np.isfinite(facts.score) & (facts.stance != NOBODY) & facts.coded & ~facts.empty
    kept = facts.of(scored)
    if not kept.n:
        return Drivers(question, None, 0, 0, 0, None, 0, ())
    rows = _rows(kept, question)
    accounts = len(np.unique(kept.account[kept.account != NOBODY]))
    people = len(np.unique(kept.respondent))
    sums = _sums(rows)
    drawn = _crossed(rows, sums)
    own, of_score = _correlated(drawn.covariances(np.ones((1, len(drawn.sums)))))
    weights = relative_weights(own[0], of_score[0])
    explained = float(weights.sum())
    found = _drivers(rows, question, weights, (sums, drawn))
    looked = sum(one.p is not None for one in found)
    ordered = sorted(found, key=lambda one: (not one.enough, -abs(one.impact.value), one.code))
    value = float(rows.y.mean())
    return Drivers(question, value, kept.n, people, accounts, explained, looked, tuple(ordered))


def relative_weights(correlations: Floats, of_score: Floats) -> Floats:
    """The raw relative weights of predictors with these correlations (…, p, p) and with the score (…, p).

    Λ = R^½ joins the predictors to the closest uncorrelated ones, β = Λ⁻¹r are those ones' coefficients, and the
    weights are Λ²β², squares by element; they sum to R². One that never varies has weight 0.
    """
    values, vectors = np.linalg.eigh(correlations)
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.where(root > 1e-6, 1 / np.maximum(root, 1e-6), 0.0)
    turned = np.swapaxes(vectors, -1, -2)
    half = (vectors * root[..., None, :]) @ turned
    back = (vectors * inverse[..., None, :]) @ turned
    beta = (back @ of_score[..., None])[..., 0]
    weights: Floats = (half**2 @ (beta**2)[..., None])[..., 0]
    return weights


def _rows(kept: Facts, question: DriverQuestion) -> _Rows:
    names = [code.partition(".")[0] if question.level == "category" else code for code in kept.codes]
    codes = tuple(dict.fromkeys(names))
    of = np.array([codes.index(name) for name in names], np.intp)
    said = np.ones(len(kept.mention_row), np.bool_)
    if question.polarity is not None:
        said = kept.mention_polarity == POLARITIES.index(question.polarity)
    there = np.zeros(kept.n * len(codes), np.bool_)
    there[kept.mention_row[said].astype(np.intp) * len(codes) + of[kept.mention_code[said]]] = True
    row, code = np.divmod(np.flatnonzero(there), max(1, len(codes)))
    counts = np.bincount(code, minlength=len(codes))
    order = np.argsort(-counts, kind="stable")[:MOST]
    order = order[counts[order] > 0]
    place = np.full(len(codes), NOBODY)
    place[order] = np.arange(len(order))
    weighed = place[code] != NOBODY
    alone = len(kept.accounts.names) + np.maximum(kept.respondent, 0)
    _, cluster = np.unique(np.where(kept.account != NOBODY, kept.account, alone), return_inverse=True)
    names_of = tuple(codes[at] for at in order)
    return _Rows(_scores(kept, question), cluster, row[weighed], place[code[weighed]], names_of)


def _scores(kept: Facts, question: DriverQuestion) -> Floats:
    if question.metric == "score":
        return kept.score.astype(np.float64)
    promoter, critic = (kept.stance == STANCES.index(label) for label in ("promoter", "critic"))
    found: Floats = 100.0 * (promoter.astype(np.float64) - critic)
    return found


def _drivers(rows: _Rows, question: DriverQuestion, weights: Floats, known: tuple[Floats, _Crossed]) -> list[Driver]:
    sums, crossed = known
    plain = _figures(sums.sum(axis=0)[None, :], len(rows.codes))
    drawn, drawn_weights = _drawn(crossed, question)
    tests = [_tested(sums, at, len(rows.codes)) for at in range(len(rows.codes))]
    accounts = (_of(sums, 2, len(rows.codes)) > 0).sum(axis=0)
    n = _of(sums, 2, len(rows.codes)).sum(axis=0)
    enough = (n >= question.least) & (accounts >= question.least_accounts) & (len(rows.y) - n >= question.least)
    p = np.where(enough, tests, np.nan)
    q = benjamini_hochberg(p)
    impact, gap, own, without = (part[0] for part in plain)
    total = float(weights.sum())
    shares, drawn_shares = weights / total if total > 0 else weights, drawn_weights
    return [
        Driver(
            code=code,
            n=int(n[at]),
            accounts=int(accounts[at]),
            with_it=float(own[at]),
            without=float(without[at]) if np.isfinite(without[at]) else None,
            impact=_estimated(impact[at], drawn[0][:, at], question),
            gap=_estimated(gap[at], drawn[1][:, at], question),
            weight=_estimated(shares[at], drawn_shares[:, at], question),
            p=float(p[at]) if np.isfinite(p[at]) else None,
            q=float(q[at]) if np.isfinite(q[at]) else None,
            enough=bool(enough[at]),
        )
        for at, code in enumerate(rows.codes)
    ]


def _sums(rows: _Rows) -> Floats:
    """Return by account: n, Σy, then n and Σy of the verbatims with each code (accounts, 2 + 2·codes)."""
    codes, count = len(rows.codes), rows.clusters
    keys = rows.cluster[rows.row] * codes + rows.code
    n, y = np.bincount(rows.cluster, minlength=count), np.bincount(rows.cluster, rows.y, count)
    own = [np.bincount(keys, weights, count * codes).reshape(count, codes) for weights in (None, rows.y[rows.row])]
    return np.column_stack([n, y, *own]).astype(np.float64)


def _of(sums: Floats, first: int, codes: int) -> Floats:
    return sums[..., first : first + codes]


def _figures(sums: Floats, codes: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return impact, gap, and the metric with and without each code, of sums (draws, 2 + 2·codes)."""
    n, y = sums[:, :1], sums[:, 1:2]
    own_n, own_y = _of(sums, 2, codes), _of(sums, 2 + codes, codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole, own, without = y / n, own_y / own_n, (y - own_y) / (n - own_n)
        return whole - without, whole - own, own, without


def _drawn(drawn: _Crossed, question: DriverQuestion) -> tuple[tuple[Floats, Floats], Floats]:
    """Return impact and gap, and each code's share of the relative weights, over accounts drawn with replacement."""
    chance, count = np.random.default_rng(SEED), len(drawn.sums)
    weights = chance.multinomial(count, np.full(count, 1 / count), question.draws).astype(np.float64)
    impact, gap, _, _ = _figures(weights @ drawn.sums, drawn.codes)
    raw = relative_weights(*_correlated(drawn.covariances(weights)))
    total = raw.sum(axis=1, keepdims=True)
    return (impact, gap), np.where(total > 0, raw / np.maximum(total, 1e-12), 0.0)


def _crossed(rows: _Rows, sums: Floats) -> _Crossed:
    """Return what is drawn: accounts, or groups of accounts by turns where there are very many."""
    count = min(rows.clusters, MOST_DRAWN)
    own = np.zeros((count, sums.shape[1]))
    np.add.at(own, np.arange(rows.clusters) % count, sums)
    width, bins = 1 + len(rows.codes), rows.cluster % count
    products = np.zeros((count, width, width))
    products[:, 0, 0] = np.bincount(bins, rows.y**2, count)
    products[:, 0, 1:] = products[:, 1:, 0] = own[:, 2 + len(rows.codes) :]
    codes = len(rows.codes)
    one, other = _together(rows.row)
    keys = (bins[rows.row[one]] * codes + rows.code[one]) * codes + rows.code[other]
    both = np.bincount(keys, minlength=count * codes**2).reshape(count, codes, codes)
    products[:, 1:, 1:] = both + both.swapaxes(1, 2)
    at = np.arange(codes)
    products[:, 1 + at, 1 + at] = _of(own, 2, codes)
    return _Crossed(own, products, codes)


def _together(row: Integers) -> tuple[Integers, Integers]:
    """Return every two places that have the same row, the former first; rows ascend."""
    found = [(np.zeros(0, np.intp), 0)]
    while not found[1:] or len(found[-1][0]):
        apart = len(found)
        found.append((np.flatnonzero(row[apart:] == row[:-apart]), apart))
    return np.concatenate([one for one, _ in found]), np.concatenate([one + apart for one, apart in found])


def _correlated(covariances: Floats) -> tuple[Floats, Floats]:
    """Return the correlations of the predictors and those with the score, which comes first (…, 1 + p)."""
    spread = np.sqrt(np.maximum(np.diagonal(covariances, axis1=-2, axis2=-1), 0.0))
    safe = np.where(spread > 1e-9, spread, np.inf)
    correlations = covariances / safe[..., :, None] / safe[..., None, :]
    own = correlations[..., 1:, 1:].copy()
    at = np.arange(own.shape[-1])
    own[..., at, at] = 1.0
    return own, correlations[..., 1:, 0]


def _tested(sums: Floats, at: int, codes: int) -> float:
    """Return the p-value of verbatims with a code against those without it, by accounts."""
    n, y = sums[:, 2 + at], sums[:, 2 + codes + at]
    rest_n, rest_y = sums[:, 0] - n, sums[:, 1] - y
    pairs = Pairs.of(Cells.of_one(n), Cells.of_one(rest_n))
    return float(pairs.differences(y, rest_y).p[0])


def _estimated(value: float, drawn: Floats, question: DriverQuestion) -> Estimated:
    told = drawn[np.isfinite(drawn)]
    if len(told) < len(drawn) / 2:
        return Estimated(float(value), None, None)
    tail = 50 * (1 - question.confidence)
    low, high = np.percentile(told, (tail, 100 - tail))
    return Estimated(float(value), float(low), float(high))
