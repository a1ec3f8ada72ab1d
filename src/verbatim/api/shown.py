"""The shapes of what was said and judged, as it goes out, and how values of the store are put into them.

A number such as `id` is ours; `external_id` is that of the source. Excerpts count characters of `text`, or of the text
of turn number `turn`, from 0.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from verbatim.domain import (
    CodeMention,
    Coding,
    Excerpt,
    Intent,
    IntentId,
    Polarity,
    Side,
    StanceLabel,
    StanceSource,
    Verbatim,
)
from verbatim.formats.cells import source_text

Item = TypeVar("Item")


class Shown(BaseModel):
    """What all shapes have in common; `model_validate` takes a value that has the same fields."""

    model_config = ConfigDict(frozen=True, from_attributes=True, protected_namespaces=(), ser_json_inf_nan="null")


RESULT: dict[str, Any] = {
    "external_id": "r-1001",
    "status": 201,
    "id": 12,
    "change": "added",
    "codes": [
        {"id": "price.level", "polarity": "negative", "confidence": 0.885, "excerpts": [{"start": 38, "end": 70}]}
    ],
    "stance": {"label": "critic", "source": "score", "confidence": 1.0, "conflict": False},
    "review": False,
    "model": "b2b@7",
}
SHOWN: dict[str, Any] = {
    "id": 12,
    "external_id": "r-1001",
    "source": "nps-2026",
    "text": "Support answers within the hour, but the price went up twice this year.",
    "turns": None,
    "question": "What is the main reason for your score?",
    "score": 6,
    "date": "2026-03-25T08:30:00Z",
    "account": "Larkhill Foods",
    "contact": None,
    "role": "buyer",
    "channel": None,
    "language": None,
    "codes": RESULT["codes"],
    "stance": RESULT["stance"],
    "intents": [],
    "review": False,
    "trust": 0.83,
    "model": "b2b@7",
    "coding": 31,
    "person": False,
    "created": "2026-03-25T08:31:07Z",
}


class ShownExcerpt(Shown):
    """Where the evidence stands, and its words where they may be shown."""

    start: int
    end: int
    turn: int | None = None
    text: str | None = None


class ShownCode(Shown):
    """One code: its polarity, a calibrated confidence, the evidence, strongest first."""

    id: str
    polarity: Polarity
    confidence: float
    excerpts: list[ShownExcerpt]


class ShownStance(Shown):
    """Critic, passive or promoter; null where the words do not say. `conflict`: score and words disagree."""

    label: StanceLabel | None
    source: StanceSource
    confidence: float
    conflict: bool


class ShownIntent(Shown):
    """What a verbatim is up to beside its reasons."""

    id: IntentId
    conditional: bool
    competitor: str | None = None
    relation: str | None = None
    excerpts: list[ShownExcerpt]


class ShownCoding(Shown):
    """What was judged about one verbatim."""

    language: str
    codes: list[ShownCode]
    stance: ShownStance
    intents: list[ShownIntent]
    review: bool
    trust: float
    model: Annotated[str, Field(description="The model, or the person, that judged.")]


class ShownTurn(Shown):
    """What one speaker said without a break; the speaker is null where the name may not be shown."""

    speaker: str | None
    side: Side
    time: float | None
    text: str


class ShownVerbatim(Shown):
    """A verbatim with the coding in effect. What may not be shown to the role of the key is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    id: int
    external_id: str
    source: str
    text: str | None
    turns: list[ShownTurn] | None
    question: str | None
    score: float | None
    date: datetime | None
    account: str | None
    contact: str | None
    role: str | None
    channel: str | None
    language: str | None
    codes: list[ShownCode]
    stance: ShownStance | None
    intents: list[ShownIntent]
    review: bool | None
    trust: float | None
    model: str | None
    coding: Annotated[int | None, Field(description="The number of the coding in effect.")]
    person: Annotated[bool | None, Field(description="Whether a person gave it.")]
    created: datetime


class ShownJudgement(ShownCoding):
    """One coding of the history; `revision` counts the changes of the words that it judged.

    One that was made `blind`, beside another person's, or was `withdrawn` by its author, is not in effect.
    """

    id: int
    revision: int
    person: bool
    reason: str | None
    blind: bool
    withdrawn: bool
    created: datetime
    codebook: Annotated[str | None, Field(description="The version of the code frame that its ids are of.")] = None
    based_on: Annotated[int | None, Field(description="The coding that a crosswalk made this one of.")] = None


class ShownHistory(ShownVerbatim):
    """A verbatim with everything that was judged about it, from the first to the latest."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**SHOWN, "revision": 1, "history": []}]})

    revision: int
    history: list[ShownJudgement]


class Page(Shown, Generic[Item]):
    """Some of a list; `next` is the cursor that asks for those after them, null on the last page."""

    items: list[Item]
    next: str | None = None


class ShownProblem(Shown):
    """What was wrong with a row."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = Field(default_factory=list)


class ShownJobRef(Shown):
    """A job, and where to look how far it is."""

    id: int
    href: str


class ShownResult(Shown):
    """What became of one row: 201 added, 200 changed or unchanged, 4xx with its problem.

    Codes are null where a job will find them.
    """

    external_id: str | None
    status: Literal[201, 200, 409, 422]
    id: int | None = None
    change: Literal["added", "changed", "unchanged"] | None = None
    codes: list[ShownCode] | None = None
    stance: ShownStance | None = None
    review: bool | None = None
    model: str | None = None
    problem: ShownProblem | None = None


class ShownReceipt(Shown):
    """What became of each row, in order, and the job that codes them, if they were not coded at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"results": [RESULT], "job": None}]})

    results: list[ShownResult]
    job: ShownJobRef | None


class ShownStart(Shown):
    """The job that was started."""

    job: ShownJobRef


class ShownCodings(Shown):
    """The coding of each text, in order."""

    items: list[ShownCoding]


def shown_coding(coding: Coding, words: Verbatim | None = None) -> ShownCoding:
    """A coding; its excerpts with their words where a verbatim is given."""
    return ShownCoding(
        language=coding.language,
        codes=shown_codes(coding.codes, words),
        stance=shown_stance(coding),
        intents=shown_intents(coding.intents, words),
        review=coding.review,
        trust=coding.trust,
        model=coding.author,
    )


def shown_codes(codes: Sequence[CodeMention], words: Verbatim | None = None) -> list[ShownCode]:
    """Codes; their excerpts with their words where a verbatim is given."""
    return [
        ShownCode(
            id=one.id,
            polarity=one.polarity,
            confidence=round(one.confidence, 3),
            excerpts=[_excerpt(excerpt, words) for excerpt in one.excerpts],
        )
        for one in codes
    ]


def shown_stance(coding: Coding) -> ShownStance:
    """The stance of a coding."""
    stance = coding.stance
    confidence = round(stance.confidence, 3)
    return ShownStance(label=stance.label, source=stance.source, confidence=confidence, conflict=stance.conflict)


def shown_intents(intents: Sequence[Intent], words: Verbatim | None = None) -> list[ShownIntent]:
    """Intents; their excerpts with their words where a verbatim is given."""
    return [
        ShownIntent(
            id=one.id,
            conditional=one.conditional,
            competitor=one.name,
            relation=one.relation,
            excerpts=[_excerpt(excerpt, words) for excerpt in one.excerpts],
        )
        for one in intents
    ]


def _excerpt(excerpt: Excerpt, words: Verbatim | None) -> ShownExcerpt:
    text = source_text(words, excerpt)[excerpt.start : excerpt.end] if words else None
    return ShownExcerpt(start=excerpt.start, end=excerpt.end, turn=excerpt.turn, text=text)
