"""Coding beside the bare encoder on the same clauses, in turns, in one run; as a command, coding beside the peers.

    python benchmarks/speed.py                  our current model and every peer, on 2,000 and on 50,000 rows
    python benchmarks/speed.py --only fasttext  our current model and one peer

The command keeps the figures of a run in speed.json and puts their table into docs/peers.md.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from corpus import clause_batches, survey_texts, write_survey

from verbatim.actions.coding import CodingOrder, code_files
from verbatim.encoders import UseEncoder


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long something took by the clock, and of the processor, all cores together."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of each repetition on `rows` with `segments` clauses: of coding, and of the bare encoder.

    `one_core` is the encoder as the coder calls it, `all_cores` the same with its matrix products on every core.
    `distinct` is the share of different clauses inside a batch, where equal ones are encoded once by all of them.
    """

    rows: int
    segments: int
    distinct: float
    coding: tuple[Seconds, ...]
    one_core: tuple[Seconds, ...]
    all_cores: tuple[Seconds, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """The seconds of the faster bare encoder for each second of coding, a repetition at a time."""
        turns = zip(self.coding, self.one_core, self.all_cores, strict=True)
        return tuple(min(one.wall, every.wall) / coding.wall for coding, one, every in turns)

    @property
    def cpu_ratios(self) -> tuple[float, ...]:
        """The same in processor time, with the encoder on one core: what other work on the machine changes least."""
        return tuple(one.cpu / coding.cpu for coding, one in zip(self.coding, self.one_core, strict=True))

    @property
    def rows_a_second(self) -> float:
        """Rows coded in a second, by the median repetition."""
        return self.rows / median(turn.wall for turn in self.coding)

    @property
    def segments_a_second(self) -> float:
        """Clauses coded in a second, by the median repetition."""
        return self.segments / median(turn.wall for turn in self.coding)


def measure_speed(folder: Path, rows: int, repetitions: int) -> Speed:
    """Return the seconds of all three; the time to load the encoder is not counted, but the command's is."""
    texts = survey_texts(rows)
    file = write_survey(folder / "speed.csv", texts)
    clauses = clause_batches(texts)
    encoders = UseEncoder(threads=1), UseEncoder(threads=os.cpu_count() or 1)
    turns = [
        (_seconds_of_coding(file, folder / "speed"), *(_seconds_of_encoding(encoder, clauses) for encoder in encoders))
        for _ in range(repetitions)
    ]
    return Speed(rows, sum(map(len, clauses)), share_of_distinct(clauses), *zip(*turns, strict=True))


def share_of_distinct(clauses: Sequence[Sequence[str]]) -> float:
    """Return the share of clauses that are different from the others of their batch."""
    return sum(len(set(batch)) for batch in clauses) / sum(map(len, clauses))


def _seconds_of_coding(file: Path, out: Path) -> Seconds:
    start = _now()
    code_files(CodingOrder(inputs=(str(file),), out=out), seen=lambda _count: None)
    return _since(start)


def _seconds_of_encoding(encoder: UseEncoder, clauses: Sequence[Sequence[str]]) -> Seconds:
    start = _now()
    for batch in clauses:
        encoder.encode(batch)
    return _since(start)


def _now() -> Seconds:
    """Return the clock, and what this process and those of its children that have ended used of the processor."""
    return Seconds(perf_counter(), sum(os.times()[:4]))


def _since(start: Seconds) -> Seconds:
    end = _now()
    return Seconds(end.wall - start.wall, end.cpu - start.cpu)


if __name__ == "__main__":
    from side_by_side import main

    main()
