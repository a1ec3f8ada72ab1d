"""Codings against gold in full: every figure with its interval, ids, calibration, coverage, slices, the ceiling."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import Coding
from verbatim.estimates import wilson
from verbatim.learning.confusions import confusions
from verbatim.learning.examples import GoldRow
from verbatim.learning.measures import Values, share, wholes
from verbatim.learning.slices import sliced
from verbatim.learning.tallies import (
    STEPS,
    Tallies,
    estimate,
    estimates,
    figures,
    of_codes,
    of_coding,
    of_example,
    tally,
)
from verbatim.quality import Assessment, Ceiling, CodeQuality, Estimate, Figures, Kept, Step
from verbatim.taxonomy import Codebook

SHARES = tuple(number / 20 for number in range(1, 21))
"""Where the coverage curve is measured: shares of the verbatims that are kept without review."""

ASKED_OF_A_PERSON = ("review_share", "l2_weighted_unreviewed")
"""Figures that a person's coding has not."""


def assess(
    rows: Sequence[GoldRow], codings: Sequence[Coding], codebook: Codebook, fields: Sequence[str], gold: str
) -> Assessment:
    """Return what the codings of the rows, in the same order, come to against gold.

    `fields` are those to slice by, `gold` is the name that is told of the file.
    """
    want, got = [of_example(row.example) for row in rows], [of_coding(coding) for coding in codings]
    tallies = tally(want, got, codebook)
    found = estimates(tallies)
    return Assessment(
        gold=gold,
        model=codings[0].author if codings else "",
        codebook=codebook.label,
        n=len(rows),
        figures=found,
        per_code=per_code(tallies),
        calibration_error=float(np.nan_to_num(figures(tallies.total())["calibration_error"])),
        reliability=reliability(tallies),
        coverage=coverage(tallies, np.array([trust_in(coding) for coding in codings])),
        own=_own(codings, found),
        confusions=confusions(want, got, [row.example for row in rows]),
        slices=sliced(rows, tallies, fields),
        ceiling=ceiling(rows, tallies, codebook),
    )


def per_code(tallies: Tallies) -> tuple[CodeQuality, ...]:
    """Return the precision, recall and F1 of each id that gold or the coder has, in the order of the codebook."""
    counts = tallies.total()["codes"]
    drawn = np.concatenate([sums["codes"] for sums in tallies.resampled()] or [counts[None]])
    seen = np.flatnonzero(counts.sum(axis=0))
    return tuple(_quality(tallies.ids[id], counts[:, id], drawn[:, :, id]) for id in seen)


def reliability(tallies: Tallies) -> tuple[Step, ...]:
    """Return each step of confidence that codes were given with: what they state, and how many are right."""
    steps = tallies.total()["steps"]
    return tuple(
        Step(step / STEPS, (step + 1) / STEPS, float(stated / n), wilson(round(right), round(n)))
        for step, (n, stated, right) in enumerate(steps)
        if n
    )


def trust_in(coding: Coding) -> float:
    """Return how far a coding may stand without a person: its trust; not at all where no code was found."""
    return coding.trust if coding.codes else 0.0


def coverage(tallies: Tallies, trust: NDArray[np.float64]) -> tuple[Kept, ...]:
    """Return how well the most trusted verbatims are coded, for rising shares; equally trusted ones stay together."""
    if not len(trust):
        return ()
    ranked = np.sort(trust)[::-1]
    leasts = dict.fromkeys(float(ranked[max(1, round(share * len(trust))) - 1]) for share in SHARES)
    return tuple(_kept(tallies, trust >= least, least) for least in leasts)


def ceiling(rows: Sequence[GoldRow], tallies: Tallies, codebook: Codebook) -> Ceiling | None:
    """Return how well the second coder agrees with gold where there is one, and the model on the same rows."""
    again = [number for number, row in enumerate(rows) if row.second is not None]
    if not again:
        return None
    chosen = [rows[number] for number in again]
    second = [of_codes(row.second or (), row.second_stance) for row in chosen]
    coder = estimates(tally([of_example(row.example) for row in chosen], second, codebook))
    kept = {name: figure for name, figure in coder.items() if name not in ASKED_OF_A_PERSON}
    return Ceiling(len(again), kept, estimates(tallies.of(np.array(again))))


def _own(codings: Sequence[Coding], found: Figures) -> Kept | None:
    """Return where the model's own review flag stands; None where it keeps nothing."""
    kept = [trust_in(coding) for coding in codings if not coding.review]
    right = found.get("l2_weighted_unreviewed")
    return Kept(min(kept), len(kept) / len(codings), right) if kept and right else None


def _kept(tallies: Tallies, chosen: NDArray[np.bool_], least: float) -> Kept:
    """Return how well the chosen verbatims are coded; 0 where gold has no id in them."""
    some = tallies.of(chosen, "n", "codes")
    drawn = np.concatenate([wholes(sums["codes"])[1] for sums in some.resampled()])
    whole = np.nan_to_num(wholes(some.total()["codes"])[1])
    return Kept(least, float(chosen.mean()), estimate(whole, np.nan_to_num(drawn)))


def _quality(id: str, counts: Values, drawn: Values) -> CodeQuality:
    """Return the figures of one id: counts (3,) of hits, false alarms and misses, and those of resampled files."""
    hits, false, missed = counts
    precision, recall, f1 = (
        None if np.isnan(point[0]) else estimate(point[0], values)
        for point, values in zip(_three(counts[None]), _three(drawn), strict=True)
    )
    return CodeQuality(id, round(hits + missed), round(hits + false), precision, recall, f1 or Estimate(0, 0, 0))


def _three(counts: Values) -> tuple[Values, Values, Values]:
    """Return precision, recall and F1 (r,) of counts (r, 3); not a number where they stand on nothing."""
    hits, false, missed = counts.T
    return share(hits, hits + false), share(hits, hits + missed), share(2 * hits, 2 * hits + false + missed)
