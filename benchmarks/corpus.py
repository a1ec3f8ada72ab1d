"""Survey rows in any number, made from the clauses of the training corpus, so that a benchmark needs no other data."""

import csv
import json
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from random import Random

from verbatim.coder import batches, parts_of
from verbatim.domain import Verbatim
from verbatim.text.segments import segments

CORPUS = Path(__file__).resolve().parents[1] / "training" / "seed"
SEED = 20260
JOINTS = {"en": ". ", "zh-Hans": "。", "zh-Hant": "。"}
"""What stands between the clauses of a row; clauses in any other language, or in none, are left out."""


def clause_pool(folder: Path) -> dict[str, list[str]]:
    """Return the distinct clauses of every text in the folder's JSON lines, by language, in order of appearance."""
    pool: dict[str, dict[str, None]] = {language: {} for language in JOINTS}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            for clause in segments(text):
                pool.get(clause.language, {})[text[clause.start : clause.end]] = None
    return {language: list(clauses) for language, clauses in pool.items()}


def row_sizes(folder: Path) -> list[int]:
    """Return how many clauses each text of the folder has, at most twelve, so that rows are as long as real answers."""
    files = sorted(folder.glob("*.jsonl"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    sizes = (len(segments(json.loads(line)["text"])) for line in lines)
    return [min(size, 12) for size in sizes if size]


def compose(pool: dict[str, list[str]], sizes: Sequence[int]) -> Iterator[str]:
    """Yield rows without end: clauses of one language, each used once before any is used again, seeded."""
    random = Random(SEED)
    endless = {
        language: _shuffled(clauses, Random(SEED + place)) for place, (language, clauses) in enumerate(pool.items())
    }
    languages, shares = list(pool), [len(clauses) for clauses in pool.values()]
    while True:
        language = random.choices(languages, shares)[0]
        yield JOINTS[language].join(islice(endless[language], random.choice(sizes)))


def _shuffled(clauses: Sequence[str], random: Random) -> Iterator[str]:
    for _ in count():
        yield from random.sample(clauses, len(clauses))


def survey_texts(rows: int) -> list[str]:
    """Return the texts of that many rows."""
    return list(islice(compose(clause_pool(CORPUS), row_sizes(CORPUS)), rows))


def clause_batches(texts: Sequence[str]) -> list[list[str]]:
    """Return the clauses that the coder hands to its encoder, a list for each of its batches."""
    verbatims = (Verbatim(id=str(number), text=text) for number, text in enumerate(texts))
    return [
        [part.text[start:end] for verbatim in batch for part in parts_of(verbatim) for start, end in part.spans()]
        for batch in batches(verbatims)
    ]


def write_survey(file: Path, texts: Sequence[str]) -> Path:
    """Write a survey export with an id, a score in every third row, and the text; return its path."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Response ID", "Score", "Comment"])
        writer.writerows(
            [f"r{number:06d}", number % 11 if number % 3 == 0 else "", text] for number, text in enumerate(texts)
        )
    return file
