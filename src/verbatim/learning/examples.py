"""Examples to learn from or to measure on: JSON lines of coded verbatims, read and checked against the codebook.

{"id", "text", "segments": [{"text", "codes": [{"id", "polarity"}]}], "stance", "score", …}     training
{"id", "text", "codes": [{"id", "polarity"}], "stance", "codes_second", "stance_second", …}     gold
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

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


@dataclass(frozen=True, slots=True)
class Row:
    """A row of training data or gold as it was found: its place, and its fields or what is wrong with all of it."""

    place: str
    fields: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""


def read_corpus(folder: Path, codebook: Codebook, leave_out: Collection[str] = ()) -> list[Example]:
    """Return every example of the folder's JSON lines files, in the order of file names, but for those left out.

    Raises CorpusError naming file and line for an unknown id, an excerpt that is not in the text, an id used twice,
    naming a file that is to be left out and is not there, and naming the folder where there is no example at all.
    """
    found = examples_of(corpus_rows(folder, leave_out), codebook)
    if not found:
        raise CorpusError(f"{folder}: its *.jsonl files are empty; expected coded verbatims")
    return found


def frame_examples(codebook: Codebook) -> list[Example]:
    """Return the examples that a frame itself gives of its codes, in all its languages, each with that one code."""
    return [
        Example(f"{code.id}:{language}:{number}", text, (), ((code.id, "neutral"),), None, None, language)
        for code in codebook.codes
        for language in codebook.languages
        for number, text in enumerate(code.examples[language], start=1)
    ]


def corpus_rows(folder: Path, leave_out: Collection[str] = ()) -> Iterator[Row]:
    """Yield every row of the folder's JSON lines files but those left out, in the order of file names, unchecked."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorpusError(f"{folder}: no *.jsonl file; expected a folder of coded verbatims")
    for name in leave_out:
        if folder / name not in files:
            raise CorpusError(f"leave_out names {name!r}; expected the name of a *.jsonl file in {folder}")
    for file in files:
        if file.name not in leave_out:
            yield from _rows(file)


def read_gold(file: Path, codebook: Codebook) -> list[Example]:
    """Return the examples of one gold file; CorpusError names the line that does not hold together."""
    return examples_of(_rows(file), codebook, segmented=False)


def read_gold_rows(file: Path, codebook: Codebook) -> list[GoldRow]:
    """Return the lines of one gold file with what a second coder said; CorpusError names a line that does not hold."""
    rows = list(_rows(file))
    examples = examples_of(rows, codebook, segmented=False)
    for row in rows:
        for problem in _second_problems(row.fields, codebook):
            raise CorpusError(f"{row.place}: {problem}")
    return [_gold_row(example, row.fields) for example, row in zip(examples, rows, strict=True)]


def examples_of(rows: Iterable[Row], codebook: Codebook, segmented: bool = True) -> list[Example]:
    """Return the rows as examples; CorpusError with the first problem and its place."""
    places: dict[str, str] = {}
    kept = []
    for row in rows:
        for problem in problems_of(row, codebook, places, segmented):
            raise CorpusError(f"{row.place}: {problem}")
        kept.append(example_of(row, segmented))
    return kept


def problems_of(row: Row, codebook: Codebook, places: dict[str, str], segmented: bool = True) -> Iterator[str]:
    """Yield everything that is wrong with a row; `places` holds the ids used before and takes the row's own."""
    if row.problem:
        yield row.problem
        return
    fields = row.fields
    yield from _score_problems(fields, segmented)
    yield from _segment_problems(fields, codebook) if segmented else _code_problems(fields.get("codes"), codebook)
    id = str(fields["id"])
    if id in places:
        yield f"id {id!r} was used before, at {places[id]}"
    places.setdefault(id, row.place)


def example_of(row: Row, segmented: bool = True) -> Example:
    """Return a row without problems as an example."""
    fields, text = row.fields, str(row.fields["text"])
    found = tuple(_segments(fields, text)) if segmented else ()
    codes = _merged(found) if segmented else _codes(fields["codes"])
    score = cast("float | None", fields.get("score"))
    stance = cast("StanceLabel | None", fields.get("stance"))
    if segmented and score is not None:
        stance = band(score)
    language = str(fields.get("lang", "und"))
    return Example(str(fields["id"]), text, found, codes, stance, None if score is None else float(score), language)


def corpus_hash(examples: list[Example]) -> str:
    """Return the SHA-256 (hex) of what was learnt from, whatever files it lay in."""
    digest = hashlib.sha256()
    for example in sorted(examples, key=lambda example: example.id):
        digest.update(repr(example).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _rows(file: Path) -> Iterator[Row]:
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CorpusError(f"{file}: cannot be read as UTF-8 text ({problem})") from problem
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parsed(line, f"{file}, line {number}")


def _parsed(line: str, place: str) -> Row:
    try:
        fields = json.loads(line)
    except ValueError as problem:
        return Row(place, problem=f"not JSON ({problem})")
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str) or "id" not in fields:
        return Row(place, problem="expected an object with id and text")
    return Row(place, fields)


def _gold_row(example: Example, fields: Mapping[str, object]) -> GoldRow:
    again, stance = fields.get("codes_second"), fields.get("stance_second")
    rest = {name: value for name, value in fields.items() if name not in CODED}
    return GoldRow(example, None if again is None else _codes(again), cast("StanceLabel | None", stance), rest)


def _second_problems(fields: Mapping[str, object], codebook: Codebook) -> Iterator[str]:
    if fields.get("codes_second") is not None:
        yield from _code_problems(fields["codes_second"], codebook)
    yield from _stance_problems(fields.get("stance_second"))


def _stance_problems(stance: object) -> Iterator[str]:
    if stance is not None and stance not in STANCES:
        yield f"stance {stance!r}; expected one of {', '.join(STANCES)}"


def _score_problems(fields: Mapping[str, object], segmented: bool) -> Iterator[str]:
    score, stance = fields.get("score"), fields.get("stance")
    yield from _stance_problems(stance)
    if score is None:
        return
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 10:
        yield f"score {score!r}; expected a number from 0 to 10"
    elif segmented and stance in STANCES and stance != band(score):
        yield f"score {score:g} is a {band(score)}, but the stance is {stance!r}"


def _segment_problems(fields: Mapping[str, object], codebook: Codebook) -> Iterator[str]:
    rows, text = fields.get("segments"), str(fields["text"])
    if not isinstance(rows, list) or not rows:
        yield "expected segments with codes"
        return
    searched = 0
    for segment in rows:
        if not isinstance(segment, dict):
            yield f"segment {segment!r}; expected an object with text and codes"
            continue
        words = str(segment.get("text", ""))
        start = text.find(words, searched)
        if start < 0 or not words:
            yield f"segment {words[:40]!r} does not stand in the text after the one before it"
        searched = max(searched, start + len(words))
        yield from _code_problems(segment.get("codes"), codebook)


def _code_problems(rows: object, codebook: Codebook) -> Iterator[str]:
    if not isinstance(rows, list):
        yield f"expected a list of codes, found {rows!r}"
        return
    for row in rows:
        if not isinstance(row, dict):
            yield f"code {row!r}; expected an object with id and polarity"
            continue
        if str(row.get("id")) not in codebook:
            yield f"code {row.get('id')!r} is not in codebook {codebook.label}"
        if row.get("polarity") not in POLARITIES:
            yield f"polarity {row.get('polarity')!r}; expected one of {', '.join(POLARITIES)}"


def _segments(fields: Mapping[str, object], text: str) -> Iterator[LabelledSegment]:
    searched = 0
    for segment in cast("list[Mapping[str, object]]", fields["segments"]):
        words = str(segment["text"])
        start = text.find(words, searched)
        searched = start + len(words)
        yield LabelledSegment(start, searched, _codes(segment["codes"]))


def _codes(rows: object) -> Codes:
    return tuple((str(row["id"]), row["polarity"]) for row in cast("list[Mapping[str, Polarity]]", rows))


def _merged(segments: tuple[LabelledSegment, ...]) -> Codes:
    """Return the codes of the whole: each id once, with neutral polarity for praise beside blame."""
    found: dict[str, set[Polarity]] = {}
    for segment in segments:
        for id, polarity in segment.codes:
            found.setdefault(id, set()).add(polarity)
    return tuple((id, merged_polarity(polarities)) for id, polarities in found.items())
