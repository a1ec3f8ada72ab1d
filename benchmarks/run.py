"""Measures speed, memory and start of the command; prints a table and writes results.json beside this file.

    python benchmarks/run.py                 everything, about twenty minutes on two cores
    python benchmarks/run.py --rows 20000    the same with fewer rows in the larger memory run

How each figure is taken, and what it was on one machine, stands in docs/benchmarks.md.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from machine import this_machine
from memory import Memory, measure_memory
from speed import Speed, measure_speed
from start import Start, measure_start

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was measured, how much it was, between which values, and what it should be."""

    what: str
    value: str
    spread: str = ""
    target: str = ""


def main() -> None:
    """Measure, print and write."""
    wanted = _arguments()
    before = this_machine()
    with TemporaryDirectory(prefix="verbatim-bench-") as name:
        folder = Path(name)
        start = measure_start(folder, wanted.starts)
        speed = measure_speed(folder, wanted.speed_rows, wanted.repetitions)
        memory = measure_memory(folder, wanted.rows)
    lines = [*start_lines(start), *speed_lines(speed), *memory_lines(memory)]
    print(as_table(lines))
    facts = {"machine": asdict(before), "load_after": this_machine().load}
    results = {**facts, "start": asdict(start), "speed": asdict(speed), "memory": asdict(memory)}
    results["table"] = [asdict(line) for line in lines]
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def start_lines(start: Start) -> list[Line]:
    """Return the lines about starting."""
    return [
        Line("shell to one coded row and report, s", *_spread(start.first_row), "≤ 2"),
        Line("verbatim --help, s", *_spread(start.help), "≤ 0.5"),
    ]


def speed_lines(speed: Speed) -> list[Line]:
    """Return the lines about speed."""
    return [
        Line("bare encoder's seconds per second of coding", *_spread(speed.ratios), "≥ 0.7"),
        Line("the same in processor time, encoder on one core", *_spread(speed.cpu_ratios)),
        Line("coding, s", *_spread([turn.wall for turn in speed.coding])),
        Line("bare encoder on one core, s", *_spread([turn.wall for turn in speed.one_core])),
        Line("bare encoder on all cores, s", *_spread([turn.wall for turn in speed.all_cores])),
        Line(f"rows a second, of {speed.rows:,}", f"{speed.rows_a_second:,.0f}"),
        Line(f"clauses a second, of {speed.segments:,}", f"{speed.segments_a_second:,.0f}"),
        Line("share of distinct clauses in a batch", f"{speed.distinct:.1%}"),
    ]


def memory_lines(memory: Memory) -> list[Line]:
    """Return the lines about memory."""
    return [
        Line(f"peak memory, {memory.few:,} rows, MiB", f"{memory.of_few:,.0f}"),
        Line(f"peak memory, {memory.many:,} rows, MiB", f"{memory.of_many:,.0f}"),
        Line("peak memory, many to few", f"{memory.ratio:.2f}", target="≤ 1.2"),
    ]


def as_table(lines: list[Line]) -> str:
    """Return the lines as a Markdown table."""
    rows = [f"| {line.what} | {line.value} | {line.spread} | {line.target} |" for line in lines]
    return "\n".join(["| Measured | Median | Spread | Target |", "| --- | --- | --- | --- |", *rows])


def _spread(repetitions: Sequence[float]) -> tuple[str, str]:
    return f"{median(repetitions):.2f}", f"{min(repetitions):.2f} to {max(repetitions):.2f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure speed, memory and start of verbatim.")
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the larger memory run")
    parser.add_argument("--speed-rows", type=int, default=20_000, help="rows that are coded and encoded for speed")
    parser.add_argument("--repetitions", type=int, default=3, help="repetitions of coding and encoding, in turns")
    parser.add_argument("--starts", type=int, default=5, help="starts of the command")
    return parser.parse_args()


if __name__ == "__main__":
    main()
