"""The default encoder as a PyTorch network: the same arithmetic as `encoders.tuned_use`, with gradients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from verbatim.encoders.tuned_use import (
    FEATURES,
    FILTERS,
    LEFT,
    ORDERS,
    SCALE,
    SENTENCE,
    TOGETHER,
    WIDTH,
    Pieces,
    Table,
    Weights,
    window,
)
from verbatim.learning.tuning.rows import Row

LONGEST = 600
"""Pieces of a text that are learnt from; the corpus has hardly a longer one."""

INPUT_DROPOUT = 0.1
FORGOTTEN = 0.05
"""Which share of pieces is hidden from the network in each round."""

SPREAD = 0.02
"""Of the first weights of the hidden units that see a clause and its text."""

_UNKNOWN, _FIRST_WORD = 0, 3


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts: piece numbers (n,), the pieces each piece sees (n, 5), and the runs of clauses and wholes (·, 2).

    `owners` names the text of each clause.
    """

    numbers: Tensor
    seen: Tensor
    clauses: NDArray[np.int64]
    wholes: NDArray[np.int64]
    owners: Tensor


class UseNetwork(nn.Module):
    """Everything above the table of pieces, which stays as it is.

    Rows are taken by `embedding`, whose gradient is summed in one order on any number of threads; an index's is not.
    """

    def __init__(self, table: Table, start: Weights | None = None) -> None:
        super().__init__()
        self._table = table
        begin = start or {**table.weights, **_fresh()}
        self._names = tuple(begin)
        self.dimension = SENTENCE + FEATURES + len(begin.get("together_b", ()))
        self.weights = nn.ParameterDict(
            {
                name.replace(".", "_"): nn.Parameter(torch.from_numpy(np.array(array, dtype=np.float32)))
                for name, array in begin.items()
            }
        )

    def arrays(self) -> Mapping[str, NDArray[np.float16]]:
        """Return the weights in half precision, as a model keeps them."""
        return {name: self.weights[name.replace(".", "_")].detach().numpy().astype(np.float16) for name in self._names}

    def prepare(self, rows: Sequence[Row]) -> list[Pieces]:
        """Return the rows cut into pieces."""
        cut = [self._table.pieces(row.text, row.spans) for row in rows]
        return [
            Pieces(text.numbers[:LONGEST], [(min(a, LONGEST - 1), min(b, LONGEST)) for a, b in text.clauses])
            for text in cut
        ]

    def lengths(self, texts: Sequence[Pieces]) -> list[int]:
        """Return how many pieces each text has."""
        return [len(text.numbers) for text in texts]

    def forward(self, texts: Sequence[Pieces]) -> tuple[Tensor, Tensor]:
        """Return the vectors of all clauses in order, and of each whole, (·, dimension)."""
        batch = _batch(texts)
        numbers = batch.numbers
        if self.training:
            hidden = (torch.rand(len(numbers)) < FORGOTTEN) & (numbers >= _FIRST_WORD)
            numbers = numbers.masked_fill(hidden, _UNKNOWN)
        features = self._features(numbers, batch.seen)
        clauses, wholes = self._pooled(features, batch.clauses), self._pooled(features, batch.wholes)
        return self._together(clauses, wholes, batch.owners), self._together(wholes, wholes, torch.arange(len(wholes)))

    def _features(self, numbers: Tensor, seen: Tensor) -> Tensor:
        weights = self.weights
        words = torch.from_numpy(self._table.embeddings(numbers.numpy()))
        words = functional.dropout(words, INPUT_DROPOUT, self.training)
        entry = words @ weights["proj_W"] + weights["proj_b"]
        entry = functional.layer_norm(entry, entry.shape[1:], weights["g"], weights["b"], self._table.epsilon)
        zero = words.new_zeros(1, FILTERS)
        parts = [words]
        for branch, (order, left) in enumerate(ORDERS):
            layer = entry[:, branch * FILTERS : (branch + 1) * FILTERS]
            columns = seen[:, LEFT - left : LEFT - left + order]
            for number in (1, 2):
                heard = functional.embedding(columns, torch.cat([layer, zero])).reshape(len(numbers), -1)
                heard = heard @ weights[f"w{number}_{branch}"] + weights[f"b{number}_{branch}"]
                layer = torch.relu(heard) + layer
            parts.append(layer)
        joined = torch.cat(parts, dim=1)
        return functional.layer_norm(
            joined, (WIDTH + FILTERS * len(ORDERS),), weights["ln_g"], weights["ln_b"], self._table.epsilon
        )

    def _together(self, own: Tensor, wholes: Tensor, owners: Tensor) -> Tensor:
        if "together_b" not in self.weights:
            return own
        first, second = self.weights["together_W"].chunk(2)
        heard = own @ first + functional.embedding(owners, wholes @ second) + self.weights["together_b"]
        return torch.cat([own, torch.relu(heard)], dim=1)

    def _pooled(self, features: Tensor, runs: NDArray[np.int64]) -> Tensor:
        lengths = runs[:, 1] - runs[:, 0]
        owners = torch.from_numpy(np.repeat(np.arange(len(runs)), lengths))
        firsts = np.cumsum(lengths) - lengths
        places = torch.from_numpy(np.repeat(runs[:, 0] - firsts, lengths) + np.arange(lengths.sum()))
        own = functional.embedding(places, features)
        sums = own.new_zeros(len(runs), FEATURES).index_add(0, owners, own)
        lowest = own.new_full((len(runs), FEATURES), -1e4)
        greatest = lowest.scatter_reduce(0, owners[:, None].expand(-1, FEATURES), own, "amax")
        return torch.cat([self._sentence(sums, torch.from_numpy(lengths).float()), greatest], dim=1)

    def _sentence(self, sums: Tensor, lengths: Tensor) -> Tensor:
        weights = self.weights
        mean = (sums @ weights["cnn_W"] + lengths[:, None] * weights["cnn_b"]) * lengths.rsqrt()[:, None]
        first = torch.relu(mean @ weights["d0"])
        second = torch.relu(mean @ weights["p1"] + first @ weights["d1"])
        third = torch.relu(second @ weights["d2"])
        last = torch.tanh(second @ weights["p3"] + third @ weights["d3"])
        return SCALE * last / last.norm(dim=1, keepdim=True).clamp(min=1e-4)


def _batch(texts: Sequence[Pieces]) -> Batch:
    sizes = np.array([len(text.numbers) for text in texts])
    starts = np.cumsum(sizes) - sizes
    numbers = np.concatenate([text.numbers for text in texts]).astype(np.int64)
    runs = [(start + a, start + b) for text, start in zip(texts, starts, strict=True) for a, b in text.clauses]
    return Batch(
        torch.from_numpy(numbers),
        torch.from_numpy(window(starts, sizes)),
        np.array(runs, dtype=np.int64),
        np.stack([starts, starts + sizes], axis=1),
        torch.from_numpy(np.repeat(np.arange(len(texts)), [len(text.clauses) for text in texts])),
    )


def _fresh() -> Weights:
    """Return where the hidden units begin that see a clause and its text: at random, always alike."""
    drawn = np.random.default_rng(0).normal(0.0, SPREAD, (2 * (SENTENCE + FEATURES), TOGETHER))
    return {"together_W": drawn.astype(np.float32), "together_b": np.zeros(TOGETHER, dtype=np.float32)}
