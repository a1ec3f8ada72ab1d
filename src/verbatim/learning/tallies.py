"""What each verbatim adds to the measures: sums over verbatims are all that any figure stands on.

So a figure of the file, of a slice, of what is kept without review and of a resampled file are the same function of
different sums.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import STANCES, Coding, Polarity, StanceLabel
from verbatim.learning.examples import Codes, Example
from verbatim.learning.measures import Values, calibration_error, kappa_of, share, wholes
from verbatim.quality import Estimate
from verbatim.taxonomy import Codebook

STEPS = 10
"""Confidence is looked at in so many steps of equal width."""

REPLICATES = 1000
SEED = 7
LIMITS = (2.5, 97.5)

_CELLS = 4_000_000
"""Weights that are held at a time."""

Weights = NDArray[np.float32]
Sums = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one coder, a person or a model, says of one verbatim; `confidence` by id where it states one."""

    codes: Mapping[str, Polarity]
    stance: StanceLabel | None
    confidence: Mapping[str, float] = field(default_factory=dict)
    review: bool = False


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts of n verbatims: `ids` and `categories` name the columns, `rows` holds arrays (n, …) by name."""

    ids: tuple[str, ...]
    categories: tuple[str, ...]
    rows: Mapping[str, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.rows["n"])

    def of(self, chosen: NDArray[np.generic], *names: str) -> "Tallies":
        """Return the tallies of some verbatims, chosen by number or by a mark for each; only of these names if any."""
        rows = {name: self.rows[name][chosen] for name in names or self.rows}
        return Tallies(self.ids, self.categories, rows)

    def sums(self, weights: Weights) -> dict[str, Values]:
        """Return the sums (r, …) for weights (r, n): how often each verbatim counts."""
        return {
            name: (weights @ rows.reshape(len(rows), prod(rows.shape[1:])))
            .reshape(len(weights), *rows.shape[1:])
            .astype(np.float64)
            for name, rows in self.rows.items()
        }

    def total(self) -> dict[str, Values]:
        """Return the sums (…) over every verbatim once."""
        return {name: sums[0] for name, sums in self.sums(np.ones((1, len(self)), dtype=np.float32)).items()}

    def resampled(self) -> Iterator[dict[str, Values]]:
        """Yield the sums (r, …) of files drawn from this one with replacement, a thousand in all, always the same."""
        n, chance = len(self), np.random.default_rng(SEED)
        block = max(1, min(REPLICATES, _CELLS // max(1, n)))
        for start in range(0, REPLICATES if n else 0, block):
            size = min(block, REPLICATES - start)
            yield self.sums(chance.multinomial(n, np.full(n, 1 / n), size).astype(np.float32))


def of_example(example: Example) -> Opinion:
    """Return what the coder of a gold file says."""
    return of_codes(example.codes, example.stance)


def of_codes(codes: Codes, stance: StanceLabel | None) -> Opinion:
    """Return what a person says with these codes and this stance."""
    return Opinion(dict(codes), stance)


def of_coding(coding: Coding) -> Opinion:
    """Return what a model says."""
    return Opinion(
        codes={code.id: code.polarity for code in coding.codes},
        stance=coding.stance.label,
        confidence={code.id: code.confidence for code in coding.codes},
        review=coding.review,
    )


def tally(gold: Sequence[Opinion], found: Sequence[Opinion], codebook: Codebook) -> Tallies:
    """Return the counts of `found` against `gold`, both in the same order."""
    pairs = list(zip(gold, found, strict=True))
    ids, categories = codebook.ids, tuple(dict.fromkeys(map(codebook.category_of, codebook.ids)))
    parents = np.array([[codebook.category_of(id) == category for category in categories] for id in ids])
    want, got = (_marks([pair[side] for pair in pairs], ids) for side in (0, 1))
    codes, first = _hits(want, got), _hits(want @ parents, got @ parents)
    kept = np.array([not b.review for _, b in pairs], dtype=bool)
    both = [[polarity == b.codes[id] for id, polarity in a.codes.items() if id in b.codes] for a, b in pairs]
    return Tallies(
        ids,
        categories,
        {
            "n": np.ones(len(pairs), dtype=np.float32),
            "codes": codes,
            "categories": first,
            "exact": _floats([(a == b).all(axis=1) for a, b in ((want @ parents, got @ parents), (want, got))]).T,
            "polarity": _floats([(sum(same), len(same)) for same in both]).reshape(-1, 2),
            "stances": np.array([_stances(a, b) for a, b in pairs], dtype=np.float32).reshape(-1, 3, 3),
            "asked": _floats([a.stance is not None for a, _ in pairs]),
            "kept": kept.astype(np.float32),
            "kept_codes": codes * kept[:, None, None],
            "steps": _steps([b for _, b in pairs], want & got, ids),
        },
    )


def figures(sums: Sums) -> dict[str, Values]:
    """Return every figure (…,) of sums (…), under its usual name; not a number where nothing stands behind it."""
    found: dict[str, Values] = {}
    for number, (level, name) in enumerate((("l1", "categories"), ("l2", "codes"))):
        whole = dict(zip(("micro", "weighted", "macro"), wholes(sums[name]), strict=True))
        whole["exact"] = share(sums["exact"][..., number], sums["n"])
        found |= {f"{level}_{kind}": values for kind, values in whole.items()}
    stances = sums["stances"]
    answered = stances.sum((-1, -2))
    critics = stances[..., 0, 0]
    found["polarity"] = share(sums["polarity"][..., 0], sums["polarity"][..., 1])
    found["stance_answered"] = share(answered, sums["asked"])
    found["stance_accuracy"] = share(np.trace(stances, axis1=-2, axis2=-1), answered)
    found["stance_kappa"] = kappa_of(stances)
    found["critic_f1"] = share(2 * critics, stances[..., 0, :].sum(-1) + stances[..., :, 0].sum(-1))
    found["review_share"] = share(sums["n"] - sums["kept"], sums["n"])
    found["l2_weighted_unreviewed"] = wholes(sums["kept_codes"])[1]
    found["calibration_error"] = calibration_error(sums["steps"])
    return found


def estimates(tallies: Tallies) -> dict[str, Estimate]:
    """Return every figure that something stands behind, with its 95% percentile interval over resampled files.

    The bootstrap of verbatims: Efron and Tibshirani 1993, chapter 13. The calibration error is left out: resampling
    adds to it, and its interval would not hold it.
    """
    if not len(tallies):
        return {}
    found = figures(tallies.total())
    names = [name for name, value in found.items() if not np.isnan(value) and name != "calibration_error"]
    drawn = [figures(sums) for sums in tallies.resampled()]
    return {name: estimate(found[name], np.concatenate([each[name] for each in drawn])) for name in names}


def estimate(value: float | Values, drawn: Values) -> Estimate:
    """Return a figure with the limits between which 95% of the drawn ones lie; those without a value do not count."""
    low, high = np.nanpercentile(drawn, LIMITS)
    return Estimate(float(value), float(low), float(high))


def _marks(opinions: Sequence[Opinion], ids: Sequence[str]) -> NDArray[np.bool_]:
    marks = np.array([[id in opinion.codes for id in ids] for opinion in opinions], dtype=bool)
    return marks.reshape(-1, len(ids))


def _hits(want: NDArray[np.bool_], got: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.stack([want & got, got & ~want, want & ~got], axis=1).astype(np.float32)


def _floats(rows: Sequence[object]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def _stances(gold: Opinion, found: Opinion) -> NDArray[np.bool_]:
    """Return the cell (3, 3) of a pair of stances; nothing where one of them is missing."""
    rows, columns = ([stance == opinion.stance for stance in STANCES] for opinion in (gold, found))
    return np.outer(rows, columns)


def _steps(found: Sequence[Opinion], right: NDArray[np.bool_], ids: Sequence[str]) -> NDArray[np.float32]:
    """Return what the codes given add to each step of confidence, (n, s, 3): codes, the sum stated, those right."""
    steps = np.zeros((len(found), STEPS, 3), dtype=np.float32)
    column = {id: number for number, id in enumerate(ids)}
    for number, opinion in enumerate(found):
        for id, confidence in opinion.confidence.items():
            step = min(STEPS - 1, int(confidence * STEPS))
            steps[number, step] += (1, confidence, right[number, column[id]])
    return steps
