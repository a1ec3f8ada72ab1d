"""Codings against gold, briefly: both levels, each id, polarity, stance, and what was left for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from verbatim.domain import Coding
from verbatim.learning.examples import Example
from verbatim.learning.measures import Score
from verbatim.learning.tallies import figures, of_coding, of_example, tally
from verbatim.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well codings agree with gold: `values` by the usual names of the figures, and the counts of each id.

    Polarity is the agreement on ids that both found; stance figures stand on the verbatims where both have one. A
    figure that nothing stands behind is 0.
    """

    n: int
    values: Mapping[str, float]
    scores: Mapping[str, Score]

    def figures(self) -> dict[str, float]:
        """The figures under their usual names, rounded to a thousandth."""
        return {name: round(value, 3) for name, value in self.values.items()}

    def per_code(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and n of each id that gold or the coder has."""
        return {id: score.figures() for id, score in self.scores.items()}


def evaluate(gold: Sequence[Example], codings: Sequence[Coding], codebook: Codebook) -> Evaluation:
    """Return the agreement of codings with gold, both in the same order."""
    tallies = tally([*map(of_example, gold)], [*map(of_coding, codings)], codebook)
    sums = tallies.total()
    counts = sums["codes"].astype(int)
    return Evaluation(
        n=len(gold),
        values={name: float(np.nan_to_num(value)) for name, value in figures(sums).items()},
        scores={
            id: Score(*map(int, counts[:, column])) for column, id in enumerate(tallies.ids) if counts[:, column].any()
        },
    )
