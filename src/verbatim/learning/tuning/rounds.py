"""The loop of fine-tuning: batches of rows, the loss, one step of AdamW (Loshchilov and Hutter 2019)."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

from verbatim.features import Floats
from verbatim.learning.tuning.questions import Questions, loss
from verbatim.learning.tuning.rows import Row

WARM_UP = 0.08
LEAST_RATE = 0.02
LONGEST_STEP = 1.0
DECAY = 0.01
POOL = 50
"""So many batches are drawn at once and sorted by length, so that little is padded."""

THREADS = 2
"""Of the arithmetic, whatever the machine has: another number would add in another order, and end elsewhere."""

Say = Callable[[str], None]
Text = TypeVar("Text")


@dataclass(frozen=True, slots=True)
class Rounds:
    """How long and how fast is learnt: so many `steps` of a batch, learning rates of the body and of the heads."""

    steps: int
    rate: float
    head_rate: float
    batch: int
    dropout: float
    seed: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The heads that were learnt: coefficients (d, 4k + c + 4) and intercepts, of clauses and of wholes."""

    clauses: tuple[Floats, Floats]
    wholes: tuple[Floats, Floats]


class Network(Protocol[Text]):
    """An encoder that can be tuned."""

    @property
    def dimension(self) -> int:
        """The number of components of its vectors."""

    def prepare(self, rows: Sequence[Row]) -> list[Text]:
        """Return the rows as the network takes them."""

    def lengths(self, texts: Sequence[Text]) -> list[int]:
        """Return how many pieces each text has."""

    def __call__(self, texts: Sequence[Text]) -> tuple[Tensor, Tensor]:
        """Return the vectors of all clauses in order, and of each whole."""


def tune(network: nn.Module, rows: Sequence[Row], frame: tuple[int, int], rounds: Rounds, say: Say) -> Columns:
    """Tune a network of the protocol on rows, with heads for (ids, categories); return the heads.

    Seeded, and on as many threads everywhere: the same rows give the same weights on the same machine.
    """
    torch.set_num_threads(THREADS)
    torch.manual_seed(rounds.seed)
    draw = random.Random(rounds.seed)
    texts = network.prepare(rows)
    heads = [Questions(network.dimension, *frame, rounds.dropout) for _ in range(2)]
    steps = rounds.steps
    optimizer = _optimizer(network, heads, rounds)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    network.train()
    for step, chosen in zip(range(steps), _batches(network.lengths(texts), rounds.batch, draw), strict=False):
        clauses, wholes = network([texts[number] for number in chosen])
        wrong = loss(heads[0](clauses), heads[1](wholes), [rows[number] for number in chosen])
        optimizer.zero_grad(set_to_none=True)
        wrong.backward()
        nn.utils.clip_grad_norm_([own for group in optimizer.param_groups for own in group["params"]], LONGEST_STEP)
        optimizer.step()
        schedule.step()
        if (step + 1) % max(1, steps // 10) == 0:
            say(f"step {step + 1} of {steps}: loss {wrong.item():.2f}")
    network.eval()
    return Columns(heads[0].columns(), heads[1].columns())


def _optimizer(network: nn.Module, heads: Sequence[Questions], rounds: Rounds) -> torch.optim.Optimizer:
    body = [parameter for parameter in network.parameters() if parameter.requires_grad]
    asked = [parameter for head in heads for parameter in head.parameters()]
    groups = [{"params": body, "lr": rounds.rate}, {"params": asked, "lr": rounds.head_rate}]
    return torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)


def _rate(step: int, steps: int) -> float:
    """Return the part of the learning rate: rising at first, then falling in a straight line."""
    return min(1.0, (step + 1) / (WARM_UP * steps)) * max(LEAST_RATE, 1 - step / steps)


def _batches(lengths: Sequence[int], size: int, draw: random.Random) -> Iterator[list[int]]:
    """Yield batches of row numbers without end: every row once in each epoch, rows of like length together."""
    while True:
        order = list(range(len(lengths)))
        draw.shuffle(order)
        pools = [
            sorted(order[at : at + size * POOL], key=lengths.__getitem__) for at in range(0, len(order), size * POOL)
        ]
        found = [pool[at : at + size] for pool in pools for at in range(0, len(pool), size)]
        draw.shuffle(found)
        yield from found
