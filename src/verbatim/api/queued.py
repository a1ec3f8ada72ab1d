"""The shapes of what is to be looked at: what lies on a desk, what two persons or twins were coded apart."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from verbatim.actions.review_queue import Order
from verbatim.api.feedback import Wanted
from verbatim.api.shown import SHOWN, Shown, ShownCode, ShownJudgement, ShownVerbatim
from verbatim.api.verdicts import VERSION
from verbatim.domain import Polarity, StanceLabel
from verbatim.review import Reason

CUT = 500
"""So many characters of what was said before are shown."""

_WEIGHED = r"^\S[^\u0000]*:[0-9]{1,9}(\.[0-9]{1,9})?$"


def _weight(value: str) -> str:
    """An account and what it weighs."""
    name, colon, weight = value.rpartition(":")
    try:
        found = float(weight)
    except ValueError:
        found = -1.0
    if not (colon and name.strip() and 0 <= found < float("inf")):
        raise ValueError("ACCOUNT:NUMBER, the number 0 or more")
    return value


class WantedBatch(Wanted):
    """What a batch of the queue should hold; filters as in the list of verbatims."""

    size: Annotated[int, Field(ge=1, le=100, description="How many.")] = 10
    gold: Annotated[
        float, Field(ge=0, lt=1, description="The share drawn at random, apart from doubt, to measure by.")
    ] = 0.1
    seed: Annotated[
        int, Field(ge=-(2**31), lt=2**31, description="Names that share: always the same one in an organisation.")
    ] = 0
    second: Annotated[float, Field(ge=0, lt=1, description="The greatest share of second, blind codings.")] = 0.5
    weight: Annotated[
        list[Annotated[str, Field(max_length=300, json_schema_extra={"pattern": _WEIGHED}), AfterValidator(_weight)]],
        Field(max_length=1000, description="What an account weighs, 1 if left out: ACCOUNT:NUMBER; may be repeated."),
    ] = Field(default_factory=list)

    def order(self) -> Order:
        """The same as an action has it."""
        pairs = (one.rpartition(":") for one in self.weight)
        weights = {name: float(weight) for name, _, weight in pairs}
        return Order(self.size, self.filters(), self.gold, self.seed, weights, self.second)


BEFORE: dict[str, Any] = {
    "id": 7,
    "date": "2025-11-02T10:00:00Z",
    "source": "nps-2025",
    "question": "What is the main reason for your score?",
    "score": 8,
    "contact": None,
    "text": "Quick answers.",
    "codes": [{"id": "service.speed", "polarity": "positive", "confidence": 0.93, "excerpts": []}],
    "stance": "passive",
}


class ShownEarlier(Shown):
    """What the same contact, or the account, said before: its beginning, and what it was coded with."""

    id: int
    date: datetime | None
    source: str
    question: str | None
    score: float | None
    contact: str | None
    text: str
    codes: list[ShownCode]
    stance: StanceLabel | None


class ShownQueued(ShownVerbatim):
    """A verbatim to look at. It lies on the desk until a moment, unless there is a sign of life.

    `coding` is what to base a correction on. A `blind` one is to be coded with no sight of what others said: nothing
    that was judged is shown. `gold`: drawn at random. `reasons`: why it is there, nothing where it only comes next;
    `worth`: doubt × rarity × dispute × weight. `note`: which of its codes was split or retired since, where it is
    `unmapped`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **SHOWN,
                    "gold": False,
                    "blind": False,
                    "until": "2026-03-25T09:10:00Z",
                    "reasons": ["doubt", "rare"],
                    "worth": 0.312,
                    "earlier": [BEFORE],
                }
            ]
        }
    )

    gold: bool
    blind: bool
    until: datetime
    reasons: list[Reason]
    worth: float | None
    earlier: list[ShownEarlier]
    note: str | None = None


_SAID: dict[str, Any] = {name: value for name, value in VERSION.items() if name != "by"} | {
    "language": "en",
    "intents": [],
    "review": False,
    "trust": 1.0,
    "model": "key:3",
    "revision": 1,
    "reason": None,
    "blind": False,
    "withdrawn": False,
}


class ShownDisagreement(Shown):
    """A verbatim that two persons coded differently, with both codings, side by side."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 5,
                    "verbatim": SHOWN,
                    "first": _SAID,
                    "second": {**_SAID, "id": 48, "model": "key:4", "blind": True},
                }
            ]
        }
    )

    id: int
    verbatim: ShownVerbatim
    first: ShownJudgement
    second: ShownJudgement


class ShownMember(Shown):
    """One of several twins: the coding in effect, and whether a person gave it."""

    verbatim: int
    coding: int | None
    person: bool


class ShownTwinCode(Shown):
    """A code and its polarity."""

    id: str
    polarity: Polarity


class ShownVariant(Shown):
    """One way in which the words were coded: how often, and the first of those that were."""

    codes: list[ShownTwinCode]
    verbatims: int
    items: list[ShownMember]


class ShownTwins(Shown):
    """Words that were coded in several ways, in answer to one question; `id` is the first verbatim of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "text": "Too dear",
                    "question": None,
                    "variants": [
                        {
                            "codes": [{"id": "price.level", "polarity": "negative"}],
                            "verbatims": 1,
                            "items": [{"verbatim": 12, "coding": 47, "person": True}],
                        },
                        {
                            "codes": [{"id": "price", "polarity": "negative"}],
                            "verbatims": 1,
                            "items": [{"verbatim": 14, "coding": 33, "person": False}],
                        },
                    ],
                }
            ]
        }
    )

    id: int
    text: str
    question: str | None
    variants: list[ShownVariant]
