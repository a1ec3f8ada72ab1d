"""Champion and challenger on the same gold: what the change comes to, and how far chance may have made it.

The paired bootstrap: respondents are drawn with replacement, and both models are measured on the same draw, so that
what makes a draw easy or hard for both is no part of the difference (Efron and Tibshirani 1993, chapter 8; Koehn 2004).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.learning.measures import Values, f1_of, share
from verbatim.learning.tallies import Opinion, Tallies, figures, tally
from verbatim.quality import Estimate
from verbatim.taxonomy import Codebook

SIDED = "l2_sided"
"""The micro F1 of codes with their polarity. Agreement on polarity alone is that on the ids which both have, and
these are other ones for each model, and more for one that finds more."""

DRAWS = 2000
SEED = 7
BLOCK = 100
"""How many files are drawn at a time."""

FIGURES = ("l2_weighted", "l2_micro", "l1_weighted", SIDED, "polarity")

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the champion and of the challenger, and the difference with its limits; `n` stand behind it.

    `n` counts verbatims, or for a code those that gold has it in; `limits` are those of the challenger's figure alone.
    """

    before: float
    after: float
    gain: Estimate
    n: int
    limits: tuple[float, float] | None = None

    @property
    def better(self) -> bool:
        """Whether it rose by more than chance explains."""
        return self.gain.low > 0

    @property
    def worse(self) -> bool:
        """Whether it fell by more than chance explains."""
        return self.gain.high < 0


@dataclass(frozen=True, slots=True)
class Contest:
    """What `n` gold verbatims of so many respondents say: figures by their usual names, and the F1 of each code."""

    n: int
    respondents: int
    figures: Mapping[str, Change]
    codes: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Round:
    """Gold and what both models say of it, in one order; `owners` counts the respondents from 0."""

    gold: Sequence[Opinion]
    champion: Sequence[Opinion]
    challenger: Sequence[Opinion]
    owners: Sequence[int]


def contest(round: Round, codebook: Codebook, confidence: float = 0.95) -> Contest:
    """Return the differences between both models with limits of that confidence; nothing of no gold.

    A figure that nothing stands behind is left out, as is a code that gold never has.
    """
    count = len(set(round.owners))
    if not count:
        return Contest(0, 0, {}, {})
    sides = [tally(round.gold, found, codebook) for found in (round.champion, round.challenger)]
    before, after = (_measured(side, side.total()) for side in sides)
    drawn = _drawn(sides, np.asarray(round.owners), count)
    support = dict(zip(sides[0].ids, sides[0].rows["codes"][:, (0, 2)].sum(axis=(0, 1)), strict=True))

    def change(name: str) -> Change:
        tail = 50 * (1 - confidence)
        (low, high), limits = (np.nanpercentile(found[name], (tail, 100 - tail)) for found in drawn)
        gain = Estimate(float(after[name] - before[name]), float(low), float(high))
        n = int(support.get(name, len(round.gold)))
        return Change(float(before[name]), float(after[name]), gain, n, (float(limits[0]), float(limits[1])))

    told = [name for name in FIGURES if not np.isnan(before[name] + after[name])]
    return Contest(
        n=len(round.gold),
        respondents=count,
        figures={name: change(name) for name in told},
        codes={id: change(id) for id, n in support.items() if n},
    )


def _drawn(both: Sequence[Tallies], owners: NDArray[np.int64], count: int) -> tuple[dict[str, Values], ...]:
    """Return over files drawn respondent by respondent the difference of every figure, and the later model's figure."""
    blocks = []
    for weights in _draws(owners, count):
        before, after = (_measured(each, each.sums(weights)) for each in both)
        blocks.append(({name: after[name] - before[name] for name in before}, after))
    sides = zip(*blocks, strict=True)
    return tuple({name: np.concatenate([block[name] for block in side]) for name in side[0]} for side in sides)


def _draws(owners: NDArray[np.int64], count: int) -> Iterator[Weights]:
    """Yield how often each verbatim counts in files drawn with replacement, (draws, n), always the same ones."""
    chance = np.random.default_rng(SEED)
    for _ in range(0, DRAWS, BLOCK):
        yield chance.multinomial(count, np.full(count, 1 / count), BLOCK).astype(np.float32)[:, owners]


def _measured(tallies: Tallies, sums: Mapping[str, Values]) -> dict[str, Values]:
    """Return figures by their names, and the F1 of each code by its id."""
    whole, codes = figures(sums), f1_of(sums["codes"])
    hits, false, missed = (sums["codes"][..., row, :].sum(-1) for row in range(3))
    whole[SIDED] = share(2 * sums["polarity"][..., 0], 2 * hits + false + missed)
    return {name: whole[name] for name in FIGURES} | {id: codes[..., at] for at, id in enumerate(tallies.ids)}
