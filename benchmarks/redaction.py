"""Prints what redaction finds and what it takes wrongly, kind by kind, on invented rows or on a file of marked ones.

    python benchmarks/redaction.py                                             2,400 rows from seed 7
    python benchmarks/redaction.py --rows 10000 --seed 1
    python benchmarks/redaction.py --file tests/files/redaction/held_out.jsonl --misses

A find counts when kind, beginning and end are right. Hidden is the share of the personal characters that no longer
stand in the text, whatever they were taken for.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from redaction_rows import MarkedText, roster, rows

from verbatim.text.redaction.redactor import Redactor

FILES = Path(__file__).resolve().parents[1] / "tests" / "files" / "redaction"
ALL = "all"

Span = tuple[str, int, int]


@dataclass(slots=True)
class Tally:
    """Of one kind: how many were wanted, found, and both; and the characters wanted and hidden."""

    wanted: int = 0
    found: int = 0
    right: int = 0
    letters: int = 0
    hidden: int = 0

    @property
    def recall(self) -> float:
        """The share of what was wanted that was found."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that was wanted."""
        return self.right / self.found if self.found else 1.0


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--misses", action="store_true")
    wish = parser.parse_args()
    texts = read_rows(wish.file) if wish.file else list(rows(wish.rows, wish.seed))
    redactor = Redactor(roster=file_roster() if wish.file else roster())
    print(table(tallies(redactor, texts)))
    if wish.misses:
        print(*misses(redactor, texts), sep="\n")


def read_rows(path: Path) -> list[MarkedText]:
    """The rows of a file in JSON lines: language, text, and spans with kind, start and end."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        MarkedText(row["language"], row["text"], frozenset((s["kind"], s["start"], s["end"]) for s in row["spans"]))
        for row in records
    ]


def file_roster() -> list[str]:
    """The names that the files of marked rows were written with."""
    return (FILES / "roster.txt").read_text(encoding="utf-8").splitlines()


def found_in(redactor: Redactor, text: str) -> frozenset[Span]:
    """What a redactor finds, as the rows mark it."""
    return frozenset((span.kind, span.start, span.end) for span in redactor.redact(text).spans)


def tallies(redactor: Redactor, texts: Iterable[MarkedText]) -> dict[str, Tally]:
    """The figures by kind, and those of all kinds together as "all"."""
    counted: dict[str, Tally] = {ALL: Tally()}
    for row in texts:
        found = found_in(redactor, row.text)
        hidden = {at for _, start, end in found for at in range(start, end)}
        for span in found | row.spans:
            for tally in (counted.setdefault(span[0], Tally()), counted[ALL]):
                _count(tally, span, span in row.spans, span in found, hidden)
    return counted


def misses(redactor: Redactor, texts: Iterable[MarkedText]) -> list[str]:
    """A line for each row that is not as it was marked: missed parts with -, wrong ones with +, then the text."""
    lines = []
    for row in texts:
        found = found_in(redactor, row.text)
        told = [*_told("-", row.spans - found, row.text), *_told("+", found - row.spans, row.text)]
        if told:
            lines.append(f"{' '.join(told)}   in   {row.text}")
    return lines


def table(counted: dict[str, Tally]) -> str:
    """The figures as lines of text."""
    lines = [f"{'kind':10}{'wanted':>8}{'found':>8}{'recall':>9}{'precision':>11}{'hidden':>9}"]
    for kind in sorted(counted, key=lambda kind: (kind == ALL, kind)):
        one = counted[kind]
        share = one.hidden / one.letters if one.letters else 1.0
        lines.append(f"{kind:10}{one.wanted:8}{one.found:8}{one.recall:9.3f}{one.precision:11.3f}{share:9.3f}")
    return "\n".join(lines)


def _count(tally: Tally, span: Span, wanted: bool, found: bool, hidden: set[int]) -> None:
    tally.wanted += wanted
    tally.found += found
    tally.right += wanted and found
    if wanted:
        tally.letters += span[2] - span[1]
        tally.hidden += sum(at in hidden for at in range(span[1], span[2]))


def _told(sign: str, spans: Iterable[Span], text: str) -> Sequence[str]:
    return [f"{sign}{kind}:{text[start:end]}" for kind, start, end in sorted(spans)]


if __name__ == "__main__":
    main()
