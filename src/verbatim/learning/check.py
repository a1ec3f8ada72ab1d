"""Whether a corpus is fit to learn from: each row by itself, rows against each other, and every id by its numbers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from verbatim.encoders import Encoder
from verbatim.learning.duplicates import Duplicate, duplicates
from verbatim.learning.examples import Example, Row, example_of, problems_of
from verbatim.learning.limits import Limits
from verbatim.learning.statistics import IdCount, Statistics, statistics
from verbatim.taxonomy import Codebook

QUOTED = 60
"""How many characters of a text are quoted."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """The counts of the rows that hold together, and every problem in one line: file, line, and what is wrong."""

    statistics: Statistics
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demands:
    """What a corpus is checked against: the frame, the limits, and the encoder whose vectors are compared."""

    codebook: Codebook
    limits: Limits
    encoder: Encoder


def check(rows: Iterable[Row], corpus: str, demands: Demands, say: Say) -> Checked:
    """Return the statistics and the problems of the rows of a corpus, which is named in what concerns it all."""
    codebook = demands.codebook
    places: list[str] = []
    examples: list[Example] = []
    problems: list[str] = []
    used: dict[str, str] = {}
    for row in rows:
        found = list(problems_of(row, codebook, used))
        if not found:
            examples.append(example_of(row))
            places.append(row.place)
            found = list(_alone_problems(examples[-1], codebook))
        problems += [f"{row.place}: {problem}" for problem in found]
    say(f"{len(examples):,} verbatims: comparing each with all before it")
    alike = duplicates([example.text for example in examples], demands.encoder, demands.limits)
    problems += [_told(pair, places, examples) for pair in alike]
    counts = statistics(examples, [place.rpartition(", ")[0] for place in places], codebook)
    problems += [f"{corpus}: {problem}" for problem in lopsided(counts, codebook, demands.limits)]
    return Checked(counts, tuple(problems))


def lopsided(counts: Statistics, codebook: Codebook, limits: Limits) -> Iterator[str]:
    """Yield what there is too little of: floors of an id or a category first, then scripts."""
    known = {*codebook.ids, *Limits().floors}
    yield from (f"[check.floors] {id!r} is not in codebook {codebook.label}" for id in limits.floors if id not in known)
    for id, count in counts.ids.items():
        yield from _id_problems(id, count, codebook, limits)
    for script in limits.scripts:
        share = counts.scripts.get(script, 0) / max(1, counts.verbatims)
        if share < limits.script_share:
            yield f"{script} is {share:.1%} of the corpus; expected at least {limits.script_share:.0%}"


def _id_problems(id: str, count: IdCount, codebook: Codebook, limits: Limits) -> Iterator[str]:
    if count.n < limits.floor_of(id):
        yield f"{id} stands in {count.n} verbatims; expected at least {limits.floor_of(id)}"
    side, most = max(count.polarities.items(), key=lambda pair: pair[1])
    if codebook[id].role != "no_content" and most > limits.polarity_share * count.n:
        share = f"{most / count.n:.0%}"
        yield f"{id} is {side} in {share} of its verbatims; expected at most {limits.polarity_share:.0%}"
    if count.n and (missing := [script for script in limits.scripts if script not in count.scripts]):
        yield f"{id} stands in no verbatim in {' and none in '.join(missing)}"


def _alone_problems(example: Example, codebook: Codebook) -> Iterator[str]:
    """Yield the ids that stand beside others although nothing can stand beside them, and ids twice in one segment."""
    empty = codebook.id_with_role("no_content")
    if empty in example.ids and len(example.ids) > 1:
        yield f"{empty} stands beside {', '.join(sorted(example.ids - {empty}))}; expected it alone"
    for segment in example.segments:
        twice = [id for id, times in Counter(id for id, _ in segment.codes).items() if times > 1]
        yield from (f"{id} stands twice at one segment" for id in twice)


def _told(pair: Duplicate, places: Sequence[str], examples: Sequence[Example]) -> str:
    own, other = (_quoted(examples[number].text) for number in (pair.later, pair.earlier))
    here, there = places[pair.later], places[pair.earlier]
    if pair.run:
        return f"{here}: shares a run with {there}: {_quoted(pair.run)}"
    how = f"reads like {there} (cosine {pair.cosine:.2f})" if pair.cosine else f"is the same text as {there}"
    return f"{here}: {how}: {own} and {other}"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= QUOTED else f"{text[:QUOTED]}…")
