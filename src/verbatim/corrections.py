"""What the reviewed verbatims of one customer add to what a model says: a linear correction of its log-odds."""

from dataclasses import dataclass

from verbatim.codes import log_odds
from verbatim.features import Floats
from verbatim.heads import sigmoid


@dataclass(frozen=True, slots=True)
class Correction:
    """Coefficients of h ids and categories: over the model's log-odds (h, h), over vectors (d, h), intercepts (h,)."""

    scores: Floats
    vectors: Floats
    bias: Floats

    def applied(self, scores: Floats, vectors: Floats) -> Floats:
        """Return corrected scores (parts, h) of blended ones (parts, h) and vectors (parts, d)."""
        odds = log_odds(scores)
        return sigmoid(odds + odds @ self.scores + vectors @ self.vectors + self.bias)
