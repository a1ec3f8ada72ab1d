"""The shapes of models as they go out: listed, explained, compared, promoted; and what is asked of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from verbatim.access import Role
from verbatim.actions.model_life import Explained, Moved, State
from verbatim.api.given import WHOLE, Name, Shape, Text
from verbatim.api.receipts import job_href
from verbatim.api.shown import Shown, ShownJobRef
from verbatim.learning.contest import Change, Contest
from verbatim.store.promotions import LONGEST_REASON, Act, Promotion

REASONS_ARE_FOR: frozenset[Role] = frozenset({"analyst", "admin"})
"""Who may read why a model was promoted: an analyst may have quoted a customer there."""

Reason = Annotated[Text, Field(min_length=1, max_length=LONGEST_REASON, description="Why; it is kept.")]


class GivenWeights(Shape):
    """How much a correction counts: one that changed codes, one that let them stand; half after so many days."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"half_life": 180}]})

    changed: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    agreed: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    half_life: Annotated[float, Field(ge=0, le=100_000)] = 0.0


class GivenPolicy(Shape):
    """When a challenger takes the champion's place, as a recipe has it; what is left out is as by default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"min_gold": 200}]})

    min_gold: Annotated[int, Field(ge=10, le=1_000_000), WHOLE] | None = None
    min_gain: Annotated[float, Field(ge=0, le=1)] | None = None
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] | None = None
    protected: Annotated[list[Name], Field(max_length=1000)] | None = None
    min_coherence: Annotated[float, Field(ge=0, le=100)] | None = None
    worse: Annotated[float, Field(ge=0, le=1)] | None = None
    weights: GivenWeights | None = None

    def table(self) -> dict[str, Any]:
        """The same as a recipe's table."""
        return self.model_dump(exclude_none=True)


class GivenRetrain(Shape):
    """How to retrain; by the installation's policy where nothing is said."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{}, {"override": "The auditors asked for it."}, {"policy": {"min_gold": 200}}]}
    )

    override: Annotated[
        Reason | None, Field(description="Promote whatever the figures say, for this reason; it is kept.")
    ] = None
    policy: Annotated[
        GivenPolicy | None,
        Field(description="When a challenger is promoted, in place of the installation's policy: admins."),
    ] = None


class GivenReason(Shape):
    """Why another model is to code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Fewer complaints about prices are missed."}]})

    reason: Reason


class ShownModel(Shown):
    """A model that an organisation knows; `current` codes what arrives now.

    A champion codes now, a challenger was retrained and never did, what is retired did once. `passed` and `reasons` are
    the verdict on a challenger, `corrections` what it learnt from; null for a model that was not retrained.
    """

    label: str
    codebook: str | None
    current: bool
    state: State
    parent: Annotated[str | None, Field(description="The champion that it was measured against.")]
    corrections: int | None
    l2_weighted: Annotated[float | None, Field(description="F1 at level 2, weighted by gold, as it was measured.")]
    quality: dict[str, Any] | None
    passed: bool | None
    reasons: list[str]
    created: datetime | None


class ShownPromotion(Shown):
    """That a model became the current one in place of `former`. The reason is told to analysts and admins."""

    id: int
    model: str
    former: str
    act: Act
    actor: str
    reason: str | None
    created: datetime


class ShownExplained(Shown):
    """Everything that is told of a model: how it was made and measured.

    `training` has the hash of the data, the recipe, the version of this software, parent and origin; `report` the
    verdict, its reasons, and the change of every figure and code with limits, null for a model that was not retrained.
    """

    label: str
    current: bool
    codebook: str
    sha256: str
    quality: dict[str, Any]
    training: dict[str, Any]
    report: dict[str, Any] | None
    promotions: list[ShownPromotion]


class ShownChange(Shown):
    """A figure, or the F1 of a code, by both models; the gain with its 95% limits; `n` verbatims stand behind it.

    `better` and `worse`: by more than chance in the choice of respondents explains.
    """

    id: str
    n: int
    before: float
    after: float
    gain: float
    low: float
    high: float
    better: bool
    worse: bool


class ShownComparison(Shown):
    """How `second` differs from `first` on what persons coded of the share that is kept apart."""

    first: str
    second: str
    n: int
    respondents: int
    figures: list[ShownChange]
    codes: list[ShownChange]


class ShownPoint(Shown):
    """A retraining: the F1 at level 2 of its champion and of its challenger, with limits where they were kept.

    Each was measured on the gold that there was at the time.
    """

    label: str
    parent: str | None
    corrections: int
    gold: int
    before: float
    after: float
    low: float | None
    high: float | None
    passed: bool
    created: datetime


class ShownMoved(Shown):
    """That another model is the current one, and the job that codes all history anew."""

    id: int
    model: str
    former: str
    act: Act
    actor: str
    created: datetime
    job: ShownJobRef


def shown_promotion(one: Promotion, role: Role) -> ShownPromotion:
    """A promotion, as this role sees it."""
    told = ShownPromotion.model_validate(one)
    return told if role in REASONS_ARE_FOR else told.model_copy(update={"reason": None})


def shown_explained(one: Explained, role: Role) -> ShownExplained:
    """Everything that is told of a model, as this role sees it."""
    told = {name: getattr(one, name) for name in ShownExplained.model_fields}
    return ShownExplained(**{**told, "promotions": [shown_promotion(move, role) for move in one.promotions]})


def shown_comparison(first: str, second: str, found: Contest) -> ShownComparison:
    """Two models side by side."""
    return ShownComparison(
        first=first,
        second=second,
        n=found.n,
        respondents=found.respondents,
        figures=_changes(found.figures),
        codes=_changes(found.codes),
    )


def shown_moved(one: Moved) -> ShownMoved:
    """That another model is the current one."""
    move = one.promotion
    return ShownMoved(
        id=move.id,
        model=move.model,
        former=move.former,
        act=move.act,
        actor=move.actor,
        created=move.created,
        job=ShownJobRef(id=one.job, href=job_href(one.job)),
    )


def _changes(found: Mapping[str, Change]) -> list[ShownChange]:
    return [
        ShownChange(
            id=id,
            n=one.n,
            before=round(one.before, 4),
            after=round(one.after, 4),
            gain=round(one.gain.value, 4),
            low=round(one.gain.low, 4),
            high=round(one.gain.high, 4),
            better=one.better,
            worse=one.worse,
        )
        for id, one in found.items()
    ]
