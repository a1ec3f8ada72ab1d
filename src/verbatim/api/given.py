"""The shapes of what comes in: strict types, no unknown fields.

How long a text may be, and what a store cannot keep, the actions say too: they see what comes in by files.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from verbatim.access import Role
from verbatim.api.problems import Fault, Problem, ProblemError, faults, invalid
from verbatim.domain import Side, Turn, Verbatim
from verbatim.store.people import Contact, Permission
from verbatim.store.verbatims import Received
from verbatim.text.redaction import KINDS

ISO_DATE = "a date and time with a zone, as ISO 8601 writes it: 2026-03-25T09:30:00+01:00"


def _moment(value: object) -> datetime:
    """A date with its zone, read from text only: numbers are no dates."""
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        date = None
    if date is None or date.tzinfo is None:
        raise ValueError(ISO_DATE)
    return date


Moment = Annotated[
    datetime, BeforeValidator(_moment, json_schema_input_type=str), Field(json_schema_extra={"format": "date-time"})
]


def _storable(value: str) -> str:
    """The text itself where an engine can keep it; half of a surrogate pair is no text to pydantic."""
    if "\0" in value:
        raise ValueError("text without U+0000")
    return value


_PATTERN = Field(json_schema_extra={"pattern": "^[^\\u0000]*$"})
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable), _PATTERN]
ExternalId = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_storable), _PATTERN]
Text = Annotated[str, Field(max_length=100_000), AfterValidator(_storable), _PATTERN]
Score = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


def whole(value: object) -> object:
    """A whole number however it is written: 12.0 is one to JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(whole)
"""Stands last, so that the limits of a number are in the document too."""
Number = Annotated[int, Field(ge=1, le=2**63 - 1), WHOLE]


def _kind(value: str) -> str:
    """A kind of personal data that can be taken out."""
    if value not in KINDS:
        raise ValueError(f"one of {', '.join(KINDS)}")
    return value


Kind = Annotated[str, AfterValidator(_kind), Field(json_schema_extra={"enum": [*KINDS]})]


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, protected_namespaces=())


Shaped = TypeVar("Shaped", bound=Shape)


class GivenTurn(Shape):
    """What one speaker said without a break; turns of side "us" are not coded."""

    text: Text
    speaker: Annotated[str, Field(max_length=200), AfterValidator(_storable), _PATTERN] = ""
    side: Side = "unknown"
    time: Annotated[float, Field(ge=0, allow_inf_nan=False, description="Seconds from the start.")] | None = None

    def turn(self) -> Turn:
        """The same as a value of the domain."""
        return Turn(self.speaker, self.side, self.time, self.text)


REPLY: dict[str, JsonValue] = {
    "external_id": "r-1001",
    "text": "Support answers within the hour, but the price went up twice this year.",
    "question": "What is the main reason for your score?",
    "score": 6,
    "date": "2026-03-25T09:30:00+01:00",
    "account": "Larkhill Foods",
    "role": "buyer",
}


_EITHER: list[JsonValue] = [
    {"required": [one], "properties": {one: {"type": kind}, other: {"type": "null"}}}
    for one, kind, other in (("text", "string", "turns"), ("turns", "array", "text"))
]


class GivenVerbatim(Shape):
    """What a customer said: a reply in `text`, or a talk in `turns`; `external_id` is its id in its source."""

    model_config = ConfigDict(json_schema_extra={"examples": [REPLY], "anyOf": _EITHER})

    external_id: ExternalId
    text: Text | None = None
    turns: Annotated[list[GivenTurn], Field(min_length=1, max_length=20_000)] | None = None
    question: Text | None = None
    score: Annotated[Score, Field(description="Would recommend, 0 to 10.")] | None = None
    date: Moment | None = None
    account: Name | None = None
    contact: Name | None = None
    role: Name | None = None
    channel: Name | None = None
    language: Name | None = None
    fields: Annotated[dict[str, JsonValue], Field(max_length=200, description="Anything else.")] | None = None

    @model_validator(mode="after")
    def _has_words(self) -> "GivenVerbatim":
        if (self.text is None) == (self.turns is None):
            raise ValueError("either text or turns")
        return self

    def received(self) -> Received:
        """The same as it goes to the store."""
        verbatim = Verbatim(
            id=self.external_id,
            text=self.text or "",
            turns=tuple(one.turn() for one in self.turns or ()),
            question=self.question,
            score=self.score,
            date=self.date,
            account=self.account,
            contact=self.contact,
            role=self.role,
            fields=self.fields or {},
        )
        return Received(verbatim, self.channel, self.language)


class GivenBatch(Shape):
    """Verbatims of one source."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "nps-2026", "items": [REPLY]}]})

    source: Annotated[Name, Field(description="Where they come from, such as nps-2026.")]
    items: Annotated[list[GivenVerbatim], Field(min_length=1)]


class GivenFrame(Shape):
    """A batch whose rows have not been looked at: a bad one never sinks the rest."""

    source: Name
    items: Any


class GivenAlone(GivenVerbatim):
    """One verbatim with its source."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "nps-2026", **REPLY}], "anyOf": _EITHER})

    source: Name


class GivenTexts(Shape):
    """Texts to code; nothing is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"texts": ["太贵了，而且客服不回复。", "Easy to set up, and it just works."]}]}
    )

    texts: Annotated[list[Text], Field(min_length=1)]


class GivenTalk(Shape):
    """A talk as turns, in place of a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "turns": [
                        {"speaker": "Eve", "side": "us", "text": "How was the first month?", "time": 0},
                        {"speaker": "Ann", "side": "customer", "text": "Setting it up took far too long.", "time": 4.2},
                    ]
                }
            ]
        }
    )

    turns: Annotated[list[GivenTurn], Field(min_length=1, max_length=20_000)]


class GivenContact(Shape):
    """A person at a customer, and how that person's words may be shown."""

    name: Name
    account: Name | None = None
    role: Name | None = None
    influence: Name | None = None
    tier: Name | None = None
    permission: Permission = "aggregate"

    def contact(self) -> Contact:
        """The same as a value of the store."""
        return Contact(**self.model_dump())


class GivenContacts(Shape):
    """Contacts to add, or to change where the same name is known at the same account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"name": "Ann Lee", "account": "Larkhill Foods", "permission": "anonymous"}]}]
        }
    )

    items: Annotated[list[GivenContact], Field(min_length=1, max_length=1000)]


class GivenSource(Shape):
    """The kinds of personal data that are taken out before anything is kept; null for all kinds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"redaction": ["name", "email", "phone"]}]})

    redaction: Annotated[list[Kind], Field(max_length=50)] | None


class GivenKey(Shape):
    """A new key; `accounts` are the only ones that a manager sees."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "CRM", "role": "submitter"}],
            "if": {"properties": {"role": {"const": "manager"}}},
            "then": {"required": ["accounts"], "properties": {"accounts": {"type": "array"}}},
            "else": {"properties": {"accounts": {"type": "null"}}},
        }
    )

    name: Name
    role: Role
    accounts: Annotated[list[Name], Field(min_length=1, max_length=1000)] | None = None


class GivenErasure(Shape):
    """The contact, by number, whose words and name are taken out everywhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": 12}]})

    contact: Number


class GivenWebhook(Shape):
    """An address that is told of events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://crm.example.com/hooks/verbatim", "events": ["verbatim.coded"]}]
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    events: Annotated[
        list[Literal["verbatim.coded", "verbatim.corrected", "report.ready"]], Field(min_length=1, max_length=10)
    ]


class GivenExport(Shape):
    """Which verbatims to write into a file, and in which form."""

    model_config = ConfigDict(
        protected_namespaces=(),
        json_schema_extra={"examples": [{"format": "xlsx", "category": "price", "polarity": "negative"}]},
    )

    format: Literal["jsonl", "csv", "onehot", "xlsx"] = "jsonl"
    since: Moment | None = None
    until: Moment | None = None
    account: Name | None = None
    role: Name | None = None
    code: Name | None = None
    category: Name | None = None
    polarity: Literal["negative", "neutral", "positive"] | None = None
    stance: Literal["critic", "passive", "promoter"] | None = None
    review: bool | None = None
    model: Name | None = None


def read(shape: type[Shaped], value: object) -> Shaped:
    """A value in its shape. Raises pydantic's ValidationError, which the door tells as a problem."""
    return shape.model_validate(value)


def rows(values: object, most: int) -> list[Any]:
    """The rows of a batch, not yet looked at. Raises ProblemError where they are none, or too many."""
    if not isinstance(values, list) or not values:
        raise _refused(Fault("items", None, "a list of verbatims, one at least"))
    if len(values) > most:
        raise _refused(Fault("items", f"a list of {len(values)}", f"at most {most}"))
    return values


def row(value: object, place: int) -> GivenVerbatim | Problem:
    """One row in its shape, or what is wrong with it."""
    try:
        return GivenVerbatim.model_validate(value)
    except ValidationError as error:
        return invalid(faults(error.errors(), f"items.{place}"))


class _Named(BaseModel):
    external_id: ExternalId


def id_of(value: object) -> str | None:
    """The id of a row, whatever else may be wrong with it, where it has one that can be an id."""
    try:
        return _Named.model_validate(value).external_id
    except ValidationError:
        return None


def few(values: Sequence[object], most: int, field: str) -> None:
    """Raise ProblemError for a list that is too long."""
    if len(values) > most:
        raise _refused(Fault(field, f"a list of {len(values)}", f"at most {most}"))


def _refused(fault: Fault) -> ProblemError:
    return ProblemError(422, f"{fault.field}: expected {fault.expected}", fault)
