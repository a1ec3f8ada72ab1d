"""What a corpus consists of, counted: verbatims by script, id, length and stance, words, files."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from verbatim.domain import POLARITIES, STANCES
from verbatim.learning.examples import Example
from verbatim.taxonomy import Codebook
from verbatim.text.language import language_of
from verbatim.text.words import han, size, words

BANDS = ((5, "1-5"), (15, "6-15"), (40, "16-40"), (80, "41-80"))
LONGEST = "over 80"
"""Length bands in words plus Han characters: the greatest size of each, and its name."""

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class IdCount:
    """How many verbatims have an id, with which polarity, and in which script; mentions of one verbatim are merged."""

    n: int
    polarities: Mapping[str, int]
    scripts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of a corpus; `words` leaves Han characters out, which `characters` counts."""

    verbatims: int
    segments: int
    words: int
    characters: int
    codes_a_verbatim: float
    scripts: Mapping[str, int]
    lengths: Mapping[str, int]
    stances: Mapping[str, int]
    ids: Mapping[str, IdCount]
    files: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """Return the counts as JSON takes them."""
        return asdict(self)


def statistics(examples: Sequence[Example], files: Iterable[str], codebook: Codebook) -> Statistics:
    """Return the counts of some examples, and of the file that each of them stands in."""
    scripts = [script_of(example) for example in examples]
    return Statistics(
        verbatims=len(examples),
        segments=sum(len(example.segments) for example in examples),
        words=sum(len(words(example.text)) for example in examples),
        characters=sum(len(han(example.text)) for example in examples),
        codes_a_verbatim=round(sum(len(example.codes) for example in examples) / max(1, len(examples)), 2),
        scripts=dict(Counter(scripts).most_common()),
        lengths=_counted((band_of(example.text) for example in examples), [*(name for _, name in BANDS), LONGEST]),
        stances=_counted((example.stance or "none" for example in examples), [*STANCES, "none"]),
        ids=_ids(examples, scripts, codebook),
        files=dict(sorted(Counter(files).items())),
    )


def script_of(example: Example) -> str:
    """Return the script an example is written in: the language it states, or for "mixed" that of its characters."""
    return language_of(example.text) if example.language == MIXED else example.language


def band_of(text: str) -> str:
    """Return the length band of a text."""
    length = size(text)
    return next((name for greatest, name in BANDS if length <= greatest), LONGEST)


def _ids(examples: Sequence[Example], scripts: Sequence[str], codebook: Codebook) -> dict[str, IdCount]:
    found = {id: (Counter[str](), Counter[str]()) for id in codebook.ids}
    for example, script in zip(examples, scripts, strict=True):
        for id, polarity in example.codes:
            polarities, written = found[id]
            polarities[polarity] += 1
            written[script] += 1
    return {
        id: IdCount(polarities.total(), {side: polarities[side] for side in POLARITIES}, dict(written))
        for id, (polarities, written) in found.items()
    }


def _counted(values: Iterable[str], order: Sequence[str]) -> dict[str, int]:
    counts = Counter(values)
    return {value: counts[value] for value in order}
