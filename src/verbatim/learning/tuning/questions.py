"""The heads of a network that is being tuned, and how wrong their answers are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from verbatim.codes import Flags
from verbatim.features import Floats
from verbatim.heads import SIDES, STANCE_HEADS
from verbatim.learning.tuning.rows import Row, Wanted

CODED_WEIGHT, SIDES_WEIGHT, WHOLE_SIDES_WEIGHT, STANCE_WEIGHT, SCORE_WEIGHT = 20.0, 1.0, 0.5, 0.5, 0.02
"""What each kind of answer counts; the first is high because nearly all of its entries are easy zeros."""

SMOOTHING = 0.05
MIDDLE, SPREAD = 6.5, 3.0
"""The score head answers in threes of points around 6.5."""

RARE = -3.5
"""Where the heads of ids begin: one text in thirty has a given id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The logits of n readings: `coded` (n, k + c), `sides` (n, k, 3), and `sound` (n, 4), stances and score."""

    coded: Tensor
    sides: Tensor
    sound: Tensor


class Questions(nn.Module):
    """One set of linear heads, of clauses or of wholes."""

    def __init__(self, dimension: int, ids: int, categories: int, dropout: float) -> None:
        super().__init__()
        self.ids = ids
        self.dropout = nn.Dropout(dropout)
        self.coded = nn.Linear(dimension, ids + categories)
        self.side = nn.Linear(dimension, SIDES)
        self.id_side = nn.Linear(dimension, SIDES * ids)
        self.sound = nn.Linear(dimension, STANCE_HEADS + 1)
        nn.init.normal_(self.coded.weight, std=0.02)
        nn.init.constant_(self.coded.bias, RARE)
        nn.init.zeros_(self.id_side.weight)
        nn.init.zeros_(self.id_side.bias)

    def forward(self, vectors: Tensor) -> Asked:
        """Return the answers for vectors (n, d)."""
        read = self.dropout(vectors)
        sides = self.side(read)[:, None] + self.id_side(read).view(-1, self.ids, SIDES)
        return Asked(self.coded(read), sides, self.sound(read))

    def columns(self) -> tuple[Floats, Floats]:
        """Return the coefficients (d, k + c + 3k + 4) and intercepts of all heads, as `heads.Heads` keeps them."""
        shared = self.side.weight.repeat(self.ids, 1), self.side.bias.repeat(self.ids)
        # The score head answers in its own unit.
        scale = torch.tensor([1.0] * STANCE_HEADS + [SPREAD])
        shift = torch.tensor([0.0] * STANCE_HEADS + [MIDDLE])
        weights = [self.coded.weight, self.id_side.weight + shared[0], self.sound.weight * scale[:, None]]
        bias = [self.coded.bias, self.id_side.bias + shared[1], self.sound.bias * scale + shift]
        return torch.cat(weights).T.detach().numpy().copy(), torch.cat(bias).detach().numpy().copy()


def loss(clauses: Asked, wholes: Asked, rows: Sequence[Row]) -> Tensor:
    """Return how wrong the answers are, for the clauses of the rows in order, and for each row as a whole."""
    written = np.array([row.written for row in rows], dtype=bool)
    return (
        _coded_loss(clauses, [row.clauses for row in rows], np.repeat(written, [len(row.spans) for row in rows]))
        + _coded_loss(wholes, [row.whole for row in rows], written)
        + SIDES_WEIGHT * _side_loss(clauses, [row.clauses for row in rows])
        + WHOLE_SIDES_WEIGHT * _side_loss(wholes, [row.whole for row in rows])
        + _sound_loss(wholes.sound, rows)
    )


def _coded_loss(asked: Asked, answers: Sequence[Wanted], counted: Flags) -> Tensor:
    if not counted.any():
        return asked.coded.sum() * 0
    target = torch.from_numpy(np.concatenate([answer.coded for answer in answers])[counted])
    told = asked.coded[torch.from_numpy(np.flatnonzero(counted))]
    return CODED_WEIGHT * functional.binary_cross_entropy_with_logits(told, target)


def _side_loss(asked: Asked, answers: Sequence[Wanted]) -> Tensor:
    target = torch.from_numpy(np.concatenate([answer.sides for answer in answers]))
    asked_for = target >= 0
    if not asked_for.any():
        return asked.sides.sum() * 0
    return functional.cross_entropy(asked.sides[asked_for], target[asked_for])


def _sound_loss(sound: Tensor, rows: Sequence[Row]) -> Tensor:
    stances = torch.tensor([row.stance for row in rows])
    scores = torch.tensor([row.score for row in rows], dtype=torch.float32)
    told = functional.cross_entropy(sound[:, :STANCE_HEADS], stances, label_smoothing=SMOOTHING)
    return STANCE_WEIGHT * told + SCORE_WEIGHT * functional.smooth_l1_loss(
        sound[:, STANCE_HEADS] * SPREAD + MIDDLE, scores
    )
