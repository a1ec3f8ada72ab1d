"""Seconds that a person waits before the command has done anything."""

from dataclasses import dataclass
from pathlib import Path

from command import wall_seconds
from corpus import write_survey

ROW = "The tickets come back within the hour, but the invoices are wrong every month."


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds of `verbatim code` on one row and of `verbatim --help`, all repetitions.

    The first counts from the shell to the report: more than to the first coded verbatim.
    """

    first_row: tuple[float, ...]
    help: tuple[float, ...]


def measure_start(folder: Path, repetitions: int) -> Start:
    """Return how long the command takes on one row, and to show its help, with the files already in the cache."""
    file = write_survey(folder / "one_row.csv", [ROW])
    code = ["code", str(file), "-o", str(folder / "one_row"), "--quiet"]
    wall_seconds(code)
    rows = tuple(wall_seconds(code) for _ in range(repetitions))
    return Start(rows, tuple(wall_seconds(["--help"]) for _ in range(repetitions)))
