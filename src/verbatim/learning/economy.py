"""The learning curve: how much better a model codes one customer's verbatims once some of them were reviewed."""

from collections.abc import Callable, Sequence

import numpy as np

from verbatim.coder import Coder, Model
from verbatim.domain import Verbatim
from verbatim.encoders import Encoder, Read, Span, Vectors
from verbatim.errors import CorpusError
from verbatim.learning.adapt import adapt
from verbatim.learning.evaluate import evaluate
from verbatim.learning.examples import Example
from verbatim.quality import Economy, Estimate, Learnt
from verbatim.taxonomy import Codebook

SIZES = (0, 50, 200, 1000)
"""How many verbatims are reviewed at the points of the curve."""

SPLITS = 5
SEED = 7

LEFT, MEASURED = 50, 2000
"""So many verbatims at least are left to measure on, and so many at most are measured."""

Say = Callable[[str], None]
Place = tuple[str, tuple[Span, ...]]


class Remembered:
    """An encoder that keeps the vectors it has given: the same clauses come again in every split."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[Place, Read] = {}
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, (n, dimension), as the encoder itself gives it."""
        return self._encoder.encode(texts)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return the rows of clauses and of whole texts, as the encoder itself gives them."""
        asked = {(text, tuple(own)): None for text, own in zip(texts, spans, strict=True)}
        new = [place for place in asked if place not in self._known]
        if new:
            self._remember(new, self._encoder.read([text for text, _ in new], [own for _, own in new]))
        found = [self._known[text, tuple(own)] for text, own in zip(texts, spans, strict=True)]
        nothing = np.zeros((0, self.dimension), dtype=np.float32)
        clauses, wholes = [one.clauses for one in found], [one.wholes for one in found]
        return Read(np.concatenate([nothing, *clauses]), np.concatenate([nothing, *wholes]))

    def _remember(self, places: Sequence[Place], read: Read) -> None:
        ends = np.cumsum([len(own) for _, own in places])
        for number, (place, end) in enumerate(zip(places, ends, strict=True)):
            self._known[place] = Read(read.clauses[end - len(place[1]) : end], read.wholes[number : number + 1])


def sizes_for(count: int) -> tuple[int, ...]:
    """Return the points of the curve that so many verbatims are enough for, with some left to measure on."""
    return tuple(size for size in SIZES if count - size >= LEFT)


def check_size(count: int) -> None:
    """Raise CorpusError where so many verbatims are not enough for the first step of the curve."""
    if len(sizes_for(count)) < 2:
        raise CorpusError(f"{count} verbatims: too few for a learning curve; expected at least {SIZES[1] + LEFT}")


def economy(gold: Sequence[Example], model: Model, encoder: Encoder, codebook: Codebook, say: Say) -> Economy:
    """Return the learning curve over five random splits; in each of them all points are measured on the same verbatims.

    Those left over by the largest number of reviewed ones are measured on, at most two thousand; smaller numbers of
    reviewed ones are parts of it. Raises CorpusError where not even the first step of the curve can be made.
    """
    check_size(len(gold))
    sizes = sizes_for(len(gold))
    remembered, measured = Remembered(encoder), min(MEASURED, len(gold) - sizes[-1])
    found: list[list[dict[str, float]]] = []
    for split in range(SPLITS):
        say(f"split {split + 1} of {SPLITS}")
        order = np.random.default_rng([SEED, split]).permutation(len(gold))
        rest = [gold[number] for number in order[sizes[-1] :][:measured]]
        reviewed = [[gold[number] for number in order[:size]] for size in sizes]
        found.append([_measured(adapt(model, remembered, some), remembered, rest, codebook) for some in reviewed])
    return Economy(SPLITS, measured, tuple(_learnt(size, found, place) for place, size in enumerate(sizes)))


def mean_of(values: Sequence[float]) -> Estimate:
    """Return the mean with its 95% limits by Student's t; as splits share verbatims, these are a little narrow."""
    from scipy.stats import t  # noqa: PLC0415 - slow to import

    mean, count = float(np.mean(values)), len(values)
    half = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Estimate(mean, mean - half, mean + half)


def _measured(model: Model, encoder: Encoder, rest: Sequence[Example], codebook: Codebook) -> dict[str, float]:
    verbatims = (Verbatim(example.id, example.text) for example in rest)
    codings = [coding for _, coding in Coder(model, encoder).code(verbatims)]
    return dict(evaluate(rest, codings, codebook).values)


def _learnt(size: int, found: Sequence[Sequence[dict[str, float]]], place: int) -> Learnt:
    """Return one point of the curve from the figures of each split at each point."""
    figures = {name: mean_of([split[place][name] for split in found]) for name in found[0][place]}
    return Learnt(size, figures, mean_of([split[place]["l2_weighted"] - split[0]["l2_weighted"] for split in found]))
