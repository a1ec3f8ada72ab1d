"""The nouns of the trade, as frozen values: verbatim, turn, code mention, stance, coding, judgement.

Offsets count Unicode code points of the stored original, the end excluded, so that `text[start:end]` is the excerpt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Polarity = Literal["negative", "neutral", "positive"]
StanceLabel = Literal["critic", "passive", "promoter"]
StanceSource = Literal["score", "estimated"]
Side = Literal["customer", "us", "unknown"]

IntentId = Literal[
    "complaint",
    "praise",
    "wish",
    "question",
    "renewal",
    "leaving",
    "urgency",
    "competitor",
    "quotable",
    "unaware",
]
Relation = Literal["switching_to", "switching_from", "compared", "praised", "mentioned"]

POLARITIES: tuple[Polarity, ...] = ("negative", "neutral", "positive")
STANCES: tuple[StanceLabel, ...] = ("critic", "passive", "promoter")
INTENTS: tuple[IntentId, ...] = get_args(IntentId)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
"""How a competitor comes in, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said without a break; `time` in seconds from the start of the call, or None."""

    speaker: str
    side: Side
    time: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One answer to one question, or one transcript, as the customer gave it.

    A reply has `text`; a transcript has `turns` and an empty `text`. `row` is the row of the file it came from, counted
    from 1 as a spreadsheet shows it. `score` is the recommendation score, 0 to 10. `fields` holds every other
    column of the input, under its own name.
    """

    id: str
    text: str = ""
    turns: tuple[Turn, ...] = ()
    row: int = 0
    question: str | None = None
    score: float | None = None
    date: datetime | None = None
    account: str | None = None
    contact: str | None = None
    role: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was read but not coded: its number as a spreadsheet shows it, and why, naming the value."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A clause of a text: its offsets, and the language of its own words (en, zh-Hans, zh-Hant, zh, und)."""

    start: int
    end: int
    language: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where the evidence stands: offsets into the text, or into the text of turn number `turn` (from 0)."""

    start: int
    end: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class CodeMention:
    """One code of a coding: the polarity of the mention, a calibrated confidence, its evidence, strongest first."""

    id: str
    polarity: Polarity
    confidence: float
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class Competitor:
    """A rival that a company looks for: the name to report, and the other names that customers use."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a verbatim is up to beside its reasons, with its evidence in the order of the text.

    `conditional` where all of it hangs on an if, or is only being considered. A competitor has its `name`, and the
    weightiest relation that the words show.
    """

    id: IntentId
    excerpts: tuple[Excerpt, ...]
    conditional: bool = False
    name: str | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Stance:
    """Critic, passive or promoter; label None when the words do not say. `conflict`: score and words disagree."""

    label: StanceLabel | None
    source: StanceSource
    confidence: float
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """What one author (a model@version or a person) judged about one verbatim.

    `trust` is the F1 that the author's codes are expected to have, 0 to 1; what falls below the author's own limit is
    for `review`. `frames` holds the codes that further models gave the same words, by the label of each model.
    """

    verbatim_id: str
    language: str
    codes: tuple[CodeMention, ...]
    stance: Stance
    review: bool
    author: str
    trust: float = 1.0
    intents: tuple[Intent, ...] = ()
    frames: Mapping[str, tuple[CodeMention, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one coder, a person or a model, said of one verbatim, as far as coders are compared.

    A code has None where its polarity was not told; `when` it was coded is None where nobody noted it.
    """

    verbatim_id: str
    coder: str
    codes: Mapping[str, Polarity | None]
    stance: StanceLabel | None = None
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A share k/n with its confidence limits, all between 0 and 1."""

    share: float
    low: float
    high: float
    k: int
    n: int


@dataclass(frozen=True, slots=True)
class NpsInterval:
    """A Net Promoter Score of n scores with its confidence limits, all between −100 and 100."""

    value: float
    low: float
    high: float
    n: int


def merged_polarity(polarities: Iterable[Polarity]) -> Polarity:
    """The polarity of several mentions taken together: the one side that is there, else "neutral".

    Neutral mentions add nothing beside praise or blame; praise beside blame is neutral.
    """
    sides = {polarity for polarity in polarities if polarity != "neutral"}
    return sides.pop() if len(sides) == 1 else "neutral"
