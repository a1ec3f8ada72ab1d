"""Examples to learn from or to measure on: JSON lines of coded verbatims, read and checked against the codebook.

{"id", "text", "segments": [{"text", "codes": [{"id", "polarity"}]}], "stance", "score", …}     training
{"id", "text", "codes": [{"id", "polarity"}], "stance", "codes_second", "stance_second", …}     gold
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verbatim.domain import POLARITIES, STANCES, Polarity, StanceLabel, merged_polarity
from verbatim.errors import CorpusError
from verbatim.stance import band
from verbatim.taxonomy import Codebook

Codes = tuple[tuple[str, Polarity], ...]


@dataclass(frozen=True, slots=True)
class LabelledSegment:
    """A clause of an example that gives a reason: offsets into its text, and its codes with their polarity."""

    start: int
    end: int
    codes: Codes


@dataclass(frozen=True, slots=True)
class Example:
    """A verbatim coded by a person or for this project; gold for measuring has codes but no segments."""

    id: str
    text: str
    segments: tuple[LabelledSegment, ...]
    codes: Codes
    stance: StanceLabel | None
    score: float | None
    language: str

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its codes."""
        return frozenset(id for id, _ in self.codes)


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A line of a gold file: the first coder's example, the second coder's codes and stance, and the other fields.

    `second` is None where nobody coded the text again.
    """

    example: Example
    second: Codes | None
    second_stance: StanceLabel | None
    fields: Mapping[str, object]


CODED = frozenset({"id", "text", "codes", "stance", "codes_second", "stance_second"})
"""The keys of a gold line that hold what was coded; any other is a field of the verbatim."""


def read_corpus(folder: Path, codebook: Codebook) -> list[Example]:
    """Return every example of the folder's JSON lines files, in the order of file names.

    Raises CorpusError naming file and line for an unknown id, an excerpt that is not in the text, an id used twice,
    and naming the folder where there is no example at all.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorpusError(f"{folder}: no *.jsonl file; expected a folder of coded verbatims")
    found = _distinct(example for file in files for example in _read(file, codebook, segmented=True))
    if not found:
        raise CorpusError(f"{folder}: its *.jsonl files are empty; expected coded verbatims")
    return found


def read_gold(file: Path, codebook: Codebook) -> list[Example]:
    """Return the examples of one gold file; CorpusError names the line that does not hold together."""
    return _distinct(_read(file, codebook, segmented=False))


def read_gold_rows(file: Path, codebook: Codebook) -> list[GoldRow]:
    """Return the lines of one gold file with what a second coder said; CorpusError names a line that does not hold."""
    found = [(place, _gold_row(row, codebook, place)) for place, row in _rows(file)]
    _distinct((place, row.example) for place, row in found)
    return [row for _, row in found]


def corpus_hash(examples: list[Example]) -> str:
    """Return the SHA-256 (hex) of what was learnt from, whatever files it lay in."""
    digest = hashlib.sha256()
    for example in sorted(examples, key=lambda example: example.id):
        digest.update(repr(example).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _distinct(examples: Iterator[tuple[str, Example]]) -> list[Example]:
    seen: dict[str, str] = {}
    kept = []
    for place, example in examples:
        if example.id in seen:
            raise CorpusError(f"{place}: id {example.id!r} was used before, at {seen[example.id]}")
        seen[example.id] = place
        kept.append(example)
    return kept


def _read(file: Path, codebook: Codebook, segmented: bool) -> Iterator[tuple[str, Example]]:
    for place, row in _rows(file):
        yield place, _example(row, codebook, place, segmented)


def _rows(file: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the objects of a file of JSON lines, each with its place."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CorpusError(f"{file}: cannot be read as UTF-8 text ({problem})") from problem
    for number, line in enumerate(lines, start=1):
        if line.strip():
            place = f"{file}, line {number}"
            yield place, _parsed(line, place)


def _parsed(line: str, place: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except ValueError as problem:
        raise CorpusError(f"{place}: not JSON ({problem})") from problem
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        raise CorpusError(f"{place}: expected an object with id and text")
    return row


def _example(row: Mapping[str, object], codebook: Codebook, place: str, segmented: bool) -> Example:
    text, score = str(row["text"]), _number(row.get("score"), place)
    found = tuple(_segments(row, text, codebook, place)) if segmented else ()
    codes = _merged(found) if segmented else _codes(row.get("codes"), codebook, place)
    stance = _stance(row.get("stance"), place)
    if segmented and score is not None and (stance := stance or band(score)) != band(score):
        raise CorpusError(f"{place}: score {score:g} is a {band(score)}, but the stance is {stance!r}")
    language = str(row.get("lang", "und"))
    return Example(str(row["id"]), text, found, codes, stance, score, language)


def _gold_row(row: Mapping[str, object], codebook: Codebook, place: str) -> GoldRow:
    example = _example(row, codebook, place, segmented=False)
    again = row.get("codes_second")
    second = None if again is None else _codes(again, codebook, place)
    fields = {name: value for name, value in row.items() if name not in CODED}
    return GoldRow(example, second, _stance(row.get("stance_second"), place), fields)


def _stance(stance: object, place: str) -> StanceLabel | None:
    """Return the stance; None where there is none."""
    for known in STANCES:
        if stance == known:
            return known
    if stance is None:
        return None
    raise CorpusError(f"{place}: stance {stance!r}; expected one of {', '.join(STANCES)}")


def _segments(row: Mapping[str, object], text: str, codebook: Codebook, place: str) -> Iterator[LabelledSegment]:
    rows = row.get("segments")
    if not isinstance(rows, list) or not rows:
        raise CorpusError(f"{place}: expected segments with codes")
    searched = 0
    for segment in rows:
        if not isinstance(segment, dict):
            raise CorpusError(f"{place}: segment {segment!r}; expected an object with text and codes")
        words = str(segment.get("text", ""))
        start = text.find(words, searched)
        if start < 0 or not words:
            raise CorpusError(f"{place}: segment {words[:40]!r} does not stand in the text after the one before it")
        searched = start + len(words)
        yield LabelledSegment(start, searched, _codes(segment.get("codes"), codebook, place))


def _codes(rows: object, codebook: Codebook, place: str) -> Codes:
    if not isinstance(rows, list):
        raise CorpusError(f"{place}: expected a list of codes, found {rows!r}")
    for row in rows:
        if not isinstance(row, dict):
            raise CorpusError(f"{place}: code {row!r}; expected an object with id and polarity")
        if str(row.get("id")) not in codebook:
            raise CorpusError(f"{place}: code {row.get('id')!r} is not in codebook {codebook.label}")
        if row.get("polarity") not in POLARITIES:
            raise CorpusError(f"{place}: polarity {row.get('polarity')!r}; expected one of {', '.join(POLARITIES)}")
    return tuple((str(row["id"]), row["polarity"]) for row in rows)


def _number(score: object, place: str) -> float | None:
    """Return the score, 0 to 10; None where there is none."""
    if score is None:
        return None
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 10:
        raise CorpusError(f"{place}: score {score!r}; expected a number from 0 to 10")
    return float(score)


def _merged(segments: tuple[LabelledSegment, ...]) -> Codes:
    """Return the codes of the whole: each id once, with neutral polarity for praise beside blame."""
    found: dict[str, set[Polarity]] = {}
    for segment in segments:
        for id, polarity in segment.codes:
            found.setdefault(id, set()).add(polarity)
    return tuple((id, merged_polarity(polarities)) for id, polarities in found.items())
