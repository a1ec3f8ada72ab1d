"""The shapes of what persons judge: how it comes in, and what is told of it.

What is told holds ids, numbers and places of excerpts, no words: it is kept for a request that is sent again.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, model_validator

from verbatim.actions.bulk_corrections import LARGEST_SELECTION, Result, Seen
from verbatim.actions.corrections import LONGEST_REASON, ChosenCode, Correction
from verbatim.api.feedback import Wanted
from verbatim.api.given import WHOLE, Moment, Name, Number, Shape, Text
from verbatim.api.shown import Shown, ShownCode, ShownStance, shown_codes, shown_stance
from verbatim.domain import Excerpt, Polarity, StanceLabel
from verbatim.store.listing import Filters
from verbatim.store.records import StoredCoding

Place = Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE]
CodeId = Annotated[str, Field(max_length=200, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)?$")]

EXCERPT: dict[str, JsonValue] = {"start": 38, "end": 70}
CODE: dict[str, JsonValue] = {"id": "price.level", "polarity": "negative", "excerpts": [EXCERPT]}
JUDGED: dict[str, JsonValue] = {
    "codes": [CODE],
    "stance": "critic",
    "reason": "It is the amount, not the worth.",
}


class GivenExcerpt(Shape):
    """Where the evidence stands: characters of the text, from 0, or of the text of turn number `turn`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXCERPT]})

    start: Place
    end: Place
    turn: Place | None = None

    def excerpt(self) -> Excerpt:
        """The same as a value of the domain."""
        return Excerpt(self.start, self.end, self.turn)


class GivenCode(Shape):
    """A code that a person gives, and where the evidence stands, if that is told."""

    model_config = ConfigDict(json_schema_extra={"examples": [CODE]})

    id: CodeId
    polarity: Polarity
    excerpts: Annotated[list[GivenExcerpt], Field(max_length=100)] = Field(default_factory=list)

    def chosen(self) -> ChosenCode:
        """The same as an action has it."""
        return ChosenCode(self.id, self.polarity, tuple(one.excerpt() for one in self.excerpts))


class GivenJudgement(Shape):
    """All that a person judges: every code, none where there is nothing to code, and the stance of the words.

    The stance null says that the words do not say; that of the score stands then, where there is one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [JUDGED]})

    codes: Annotated[list[GivenCode], Field(max_length=100)]
    stance: StanceLabel | None = None
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] | None = None

    def correction(self) -> Correction:
        """The same as an action has it."""
        return Correction(tuple(one.chosen() for one in self.codes), self.stance, self.reason)


class GivenCorrection(GivenJudgement):
    """The same, and the coding that was looked at; null where there was none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**JUDGED, "based_on": 31}]})

    based_on: Number | None


class GivenAccepted(Shape):
    """The coding that is found right."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"based_on": 31}]})

    based_on: Number


class GivenUndo(Shape):
    """The coding, one's own, that is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"coding": 47}]})

    coding: Number


class GivenSeen(Shape):
    """A verbatim that is chosen, and the coding of it that was looked at; null for whichever is in effect."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatim": 12, "coding": 31}]})

    verbatim: Number
    coding: Number | None = None

    def seen(self) -> Seen:
        """The same as an action has it."""
        return Seen(self.verbatim, self.coding)


class GivenTwins(Shape):
    """The twins to code alike; null for all that no person has coded."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [{"verbatim": 14, "coding": 33}]}]})

    items: Annotated[list[GivenSeen], Field(max_length=LARGEST_SELECTION)] | None


class GivenFilters(Shape):
    """Which verbatims are meant, as in the list of verbatims."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"category": "price", "polarity": "negative"}]})

    since: Moment | None = None
    until: Moment | None = None
    account: Name | None = None
    role: Name | None = None
    code: Name | None = None
    category: Name | None = None
    polarity: Polarity | None = None
    stance: StanceLabel | None = None
    review: bool | None = None
    model: Name | None = None
    q: Name | None = None

    def filters(self) -> Filters:
        """The same as the store has them."""
        return Wanted.model_construct(**self.model_dump()).filters()


def _one_of(name: str) -> list[JsonValue]:
    """That either these or filters are given."""
    ways = (name, "array", "filters"), ("filters", "object", name)
    return [
        {"required": [one], "properties": {one: {"type": kind}, other: {"type": "null"}}} for one, kind, other in ways
    ]


def _needs(actions: dict[str, dict[str, str]]) -> list[JsonValue]:
    """What else each action needs, by the type it has."""
    return [
        {
            "required": ["action", *needed],
            "properties": {"action": {"const": action}, **{name: {"type": kind} for name, kind in needed.items()}},
        }
        for action, needed in actions.items()
    ]


class GivenBulk(Shape):
    """What is done with many: accepted, or changed in one way; those of `items`, or all that pass `filters`.

    `add` needs code and polarity, `remove` a code, `replace` a code and another one, `to`; `polarity` needs code and
    polarity. `stance` sets the stance, which may be null.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "accept", "items": [{"verbatim": 12, "coding": 31}, {"verbatim": 13, "coding": 32}]},
                {"action": "replace", "code": "price", "to": "price.level", "filters": {"code": "price"}},
            ],
            "anyOf": _one_of("items"),
            "oneOf": _needs(
                {
                    "accept": {},
                    "add": {"code": "string", "polarity": "string"},
                    "remove": {"code": "string"},
                    "replace": {"code": "string", "to": "string"},
                    "polarity": {"code": "string", "polarity": "string"},
                    "stance": {},
                }
            ),
        }
    )

    action: Literal["accept", "add", "remove", "replace", "polarity", "stance"]
    code: Annotated[Name, Field(description="The code that is given, taken away, or changed.")] | None = None
    to: CodeId | None = None
    polarity: Polarity | None = None
    stance: StanceLabel | None = None
    items: Annotated[list[GivenSeen], Field(min_length=1, max_length=LARGEST_SELECTION)] | None = None
    filters: GivenFilters | None = None

    @model_validator(mode="after")
    def _chooses(self) -> "GivenBulk":
        if (self.items is None) == (self.filters is None):
            raise ValueError("either items or filters")
        return self


class GivenBack(Shape):
    """What is put back; null for everything."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatims": [12, 13]}]})

    verbatims: Annotated[list[Number], Field(max_length=1000)] | None


class GivenAssignment(Shape):
    """What somebody is asked to look at; `assignee` is who codes, as key:NUMBER or user:LOGIN."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"assignee": "key:3", "verbatims": [12, 13]},
                {"assignee": "key:3", "filters": {"account": "Larkhill Foods"}},
            ],
            "anyOf": _one_of("verbatims"),
        }
    )

    assignee: Name
    verbatims: Annotated[list[Number], Field(min_length=1, max_length=LARGEST_SELECTION)] | None = None
    filters: GivenFilters | None = None

    @model_validator(mode="after")
    def _chooses(self) -> "GivenAssignment":
        if (self.verbatims is None) == (self.filters is None):
            raise ValueError("either verbatims or filters")
        return self


class GivenSecond(Shape):
    """The share that is coded again, blind: above 0 and below 1; by `coder`, else by anybody but the first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"share": 0.1, "seed": 0, "coder": "key:3"}]})

    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    seed: Annotated[int, Field(ge=-(2**31), lt=2**31), WHOLE] = 0
    coder: Name | None = None


VERSION: dict[str, Any] = {
    "id": 47,
    "by": "key:3",
    "person": True,
    "codes": [{"id": "price.level", "polarity": "negative", "confidence": 1.0, "excerpts": [EXCERPT]}],
    "stance": {"label": "critic", "source": "score", "confidence": 1.0, "conflict": False},
    "created": "2026-03-25T09:02:11Z",
}


class ShownVersion(Shown):
    """What one coder says of a verbatim; excerpts by their places. `id` is null for what was not kept."""

    id: int | None
    by: str
    person: bool
    codes: list[ShownCode]
    stance: ShownStance
    created: datetime | None


class ShownCorrected(Shown):
    """What is in effect now, null where nobody has coded it, and the number of what was before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatim": 12, "coding": VERSION, "before": 31}]})

    verbatim: int
    coding: ShownVersion | None
    before: int | None


class ShownStale(Shown):
    """A problem whose three versions stand side by side: what was sent, what it was based on, and what is in effect.

    `yours` is null where nothing was sent but an id; `seen` and `current` are null where there is no such coding.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, Any]] = Field(default_factory=list)
    yours: ShownVersion | None = None
    seen: ShownVersion | None = None
    current: ShownVersion | None = None


class ShownOutcome(Shown):
    """What became of one verbatim: 200 changed or unchanged, with the coding in effect; 4xx left as it was.

    `stale` (409): another coding than the one seen is in effect. `uncoded`, `refused` (422): there is nothing to
    change; the code stands alone and others are there. `missing` (404): there is no such verbatim.
    """

    verbatim: int
    status: Literal[200, 404, 409, 422]
    result: Result
    coding: int | None


class ShownOutcomes(Shown):
    """What became of each verbatim, in order, and how many were changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "results": [
                        {"verbatim": 12, "status": 200, "result": "changed", "coding": 47},
                        {"verbatim": 13, "status": 409, "result": "stale", "coding": 46},
                    ],
                    "changed": 1,
                }
            ]
        }
    )

    results: list[ShownOutcome]
    changed: int


class ShownBlind(Shown):
    """The number of the second coding; whether it says the same as the first is not told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatim": 12, "coding": 48}]})

    verbatim: int
    coding: int


class ShownCount(Shown):
    """How many verbatims that were."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatims": 8}]})

    verbatims: int


def shown_version(stored: StoredCoding) -> ShownVersion:
    """A coding of the store."""
    coding = stored.coding
    return ShownVersion(
        id=stored.id,
        by=coding.author,
        person=stored.person,
        codes=shown_codes(coding.codes),
        stance=shown_stance(coding),
        created=stored.created,
    )
