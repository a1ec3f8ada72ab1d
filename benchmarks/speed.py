"""Coding beside the bare encoder on the same clauses, in turns, in one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from corpus import survey_texts, write_survey

from verbatim.actions.coding import CodingOrder, code_files
from verbatim.coder import batches, parts_of
from verbatim.domain import Verbatim
from verbatim.encoders import UseEncoder


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of each repetition, of the command's coding and of the bare encoder, on `rows` with `segments` clauses.

    `distinct` is the share of clauses that differ from all others; equal ones in a batch are encoded once by both.
    """

    rows: int
    segments: int
    distinct: float
    coding: tuple[float, ...]
    encoding: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """The bare encoder's seconds for each second of coding, a repetition at a time."""
        return tuple(bare / whole for bare, whole in zip(self.encoding, self.coding, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the ratios: 1 would be coding as fast as the encoder alone."""
        return median(self.ratios)

    @property
    def rows_a_second(self) -> float:
        """Rows coded in a second, by the median repetition."""
        return self.rows / median(self.coding)

    @property
    def segments_a_second(self) -> float:
        """Clauses coded in a second, by the median repetition."""
        return self.segments / median(self.coding)


def measure_speed(folder: Path, rows: int, repetitions: int) -> Speed:
    """Return the seconds of both; the encoder's own loading is not counted, the command's is."""
    texts = survey_texts(rows)
    file = write_survey(folder / "speed.csv", texts)
    clauses = clause_batches(texts)
    encoder = UseEncoder()
    encoder.encode(["ready"])
    coding, encoding = [], []
    for _ in range(repetitions):
        coding.append(_seconds_of_coding(file, folder / "speed"))
        encoding.append(_seconds_of_encoding(encoder, clauses))
    flat = [clause for batch in clauses for clause in batch]
    return Speed(rows, len(flat), len(set(flat)) / len(flat), tuple(coding), tuple(encoding))


def clause_batches(texts: Sequence[str]) -> list[list[str]]:
    """Return the clauses that the coder hands to its encoder, a list for each of its batches."""
    verbatims = (Verbatim(id=str(number), text=text) for number, text in enumerate(texts))
    return [
        [clause for verbatim in batch for part in parts_of(verbatim) for clause in part.clause_texts()]
        for batch in batches(verbatims)
    ]


def _seconds_of_coding(file: Path, out: Path) -> float:
    start = perf_counter()
    code_files(CodingOrder(inputs=(str(file),), out=out), seen=lambda _count: None)
    return perf_counter() - start


def _seconds_of_encoding(encoder: UseEncoder, clauses: Sequence[Sequence[str]]) -> float:
    start = perf_counter()
    for batch in clauses:
        encoder.encode(batch)
    return perf_counter() - start
