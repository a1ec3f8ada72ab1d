"""An encoder of two networks: one reads every language, the other reads English only and knows more of it.

A text without a Han character is English here. A vector holds the components of the first network, then those of the
second, then 1 for a text that the second has read: heads are linear, so that each network has coefficients of its own,
and the last component carries the intercepts of the second where they differ from the first's. The components of
the network that has not read a text are 0.
"""

from collections.abc import Sequence

import numpy as np

from verbatim.encoders import tuned_transformer
from verbatim.encoders.protocol import Read, Span, Vectors
from verbatim.encoders.tuned_transformer import GRAPH, TOKENIZER, TunedTransformer, Weights
from verbatim.text.words import han

KIND = "tuned-transformer-pair"
ENGLISH = "english."
"""What the names of the second network's arrays begin with."""


class EncoderPair:
    """The two networks that a model keeps; `common` is the one that reads every language, for what is compared."""

    def __init__(self, weights: Weights) -> None:
        first, second = parted(weights)
        self.common = TunedTransformer(first)
        self._english = TunedTransformer(second)
        self.fingerprint = fingerprint(weights)
        self.dimension = self.common.dimension + self._english.dimension + 1

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, read as a whole, (n, dimension) float32."""
        return self.read(texts, [()] * len(texts)).wholes

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause in its place, and one for each whole text, (·, dimension) float32."""
        english = np.array([is_english(text) for text in texts], dtype=bool)
        owners = np.repeat(english, [len(own) for own in spans])
        clauses = np.zeros((len(owners), self.dimension), dtype=np.float32)
        wholes = np.zeros((len(texts), self.dimension), dtype=np.float32)
        both = (
            (self.common, False, slice(self.common.dimension)),
            (self._english, True, slice(self.common.dimension, self.dimension - 1)),
        )
        for encoder, reads, place in both:
            chosen = np.flatnonzero(english == reads).tolist()
            found = encoder.read([texts[row] for row in chosen], [spans[row] for row in chosen])
            clauses[owners == reads, place] = found.clauses
            wholes[english == reads, place] = found.wholes
        clauses[owners, -1] = wholes[english, -1] = 1
        return Read(clauses, wholes)


def is_english(text: str) -> bool:
    """Say whether the second network reads a text: one without a Han character."""
    return not han(text)


def parted(weights: Weights) -> tuple[Weights, Weights]:
    """Return the arrays of the first network and of the second, each under the names that it has alone."""
    names = (GRAPH, TOKENIZER)
    return {name: weights[name] for name in names}, {name: weights[f"{ENGLISH}{name}"] for name in names}


def fingerprint(weights: Weights) -> str:
    """Return the name of a pair with these arrays: its kind, and those of both networks."""
    return f"{KIND}:{'+'.join(tuned_transformer.fingerprint(own).partition(':')[2] for own in parted(weights))}"
