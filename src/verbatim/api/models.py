"""Models: listed, explained, compared, retrained, promoted, rolled back."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.model_life import (
    Keeper,
    compare,
    curve,
    explain,
    known_models,
    past,
    promote_model,
    rival,
    roll_back_model,
)
from verbatim.actions.retrain_jobs import request_retrain
from verbatim.api.answers import answered, takes
from verbatim.api.call import Asked, asked
from verbatim.api.given import read
from verbatim.api.once import once
from verbatim.api.problems import Fault, ProblemError
from verbatim.api.shown import Page, ShownStart
from verbatim.api.shown_models import (
    GivenReason,
    GivenRetrain,
    ShownComparison,
    ShownExplained,
    ShownModel,
    ShownMoved,
    ShownPoint,
    ShownPromotion,
    shown_comparison,
    shown_explained,
    shown_moved,
    shown_promotion,
)
from verbatim.api.work import started
from verbatim.store.keys import Answer

router = APIRouter(tags=["models"])

_LABEL: dict[str, Any] = {"max_length": 100, "pattern": r"^[\w.\-]+@[0-9]+$"}
Version = Annotated[str, Path(description="The label of a model.", examples=["b2b-own@1"], **_LABEL)]
Other = Annotated[
    str | None,
    Query(
        alias="with",
        description="The model to compare with; the current one if left out, or of that the one before it.",
        examples=["b2b@7"],
        **_LABEL,
    ),
]


@router.get("/v1/models", operation_id="list_models", summary="Models", response_model=Page[ShownModel])
def show_models(request: Request) -> Response:
    """Those that have coded for the organisation, those made of its corrections, and the one that codes now."""
    items = [ShownModel.model_validate(one) for one in known_models(keeper(asked(request)))]
    return answered(Page[ShownModel](items=items))


@router.get(
    "/v1/models/history",
    operation_id="list_promotions",
    summary="Which models coded, one after the other",
    response_model=Page[ShownPromotion],
)
def show_history(request: Request) -> Response:
    """Promotions and roll-backs, from the first to the latest; by whom, when, and why."""
    ask = asked(request)
    return answered(Page[ShownPromotion](items=[shown_promotion(one, ask.role) for one in past(keeper(ask))]))


@router.get(
    "/v1/models/curve",
    operation_id="show_curve",
    summary="The learning curve: quality against the number of corrections",
    response_model=Page[ShownPoint],
)
def show_curve(request: Request) -> Response:
    """Each retraining that was measured, from the first to the latest."""
    return answered(Page[ShownPoint](items=[ShownPoint.model_validate(one) for one in curve(keeper(asked(request)))]))


@router.post(
    "/v1/models/retrain",
    operation_id="retrain",
    summary="Learn from what persons have corrected",
    status_code=202,
    response_model=ShownStart,
    openapi_extra=takes(GivenRetrain, once=True),
)
def retrain(request: Request) -> Response:
    """A job makes a challenger, measures it on the share kept apart, and promotes it if it is better by the policy.

    One at a time: 409 names the job of the one that waits or runs. The job's `result` has the verdict and its reasons.
    """
    ask = asked(request)
    given = read(GivenRetrain, ask.body.json())
    if given.policy is not None and ask.role != "admin":
        detail = f"policy: a key with the role {ask.role} may not set one; expected none, or an admin"
        raise ProblemError(403, detail, Fault("policy", "an object", "none, or an admin"))

    def start() -> int:
        policy = given.policy.table() if given.policy else None
        return request_retrain(ask.desk.engine, ask.organisation, ask.actor, given.override, policy)

    return once(ask, lambda: started(ask, start()))


@router.post(
    "/v1/models/rollback",
    operation_id="roll_back",
    summary="Bring back the model that the current one took the place of",
    response_model=ShownMoved,
    openapi_extra=takes(GivenReason, once=True),
)
def roll_back(request: Request) -> Response:
    """Its codings are in effect at once where it has some; a job codes the rest. Those by persons stay in effect."""
    ask = asked(request)
    reason = read(GivenReason, ask.body.json()).reason
    return once(ask, lambda: _moved(ask, shown_moved(roll_back_model(keeper(ask), reason))))


@router.get(
    "/v1/models/{version}",
    operation_id="explain_model",
    summary="How a model was made and measured",
    response_model=ShownExplained,
)
def show_model(request: Request, version: Version) -> Response:
    """Data hash, recipe, version of the code, figures, parent, report; its arrays are checked by their hash."""
    ask = asked(request)
    own = keeper(ask)
    return answered(shown_explained(explain(own, own.require(version)), ask.role))


@router.get(
    "/v1/models/{version}/compare",
    operation_id="compare_models",
    summary="Two models on the share that is kept apart",
    response_model=ShownComparison,
)
def show_comparison(request: Request, version: Version, other: Other = None) -> Response:
    """Every figure and code by both, and the change with limits: from the other model, `first`, to this one.

    What either of them has learnt from is left out.
    """
    own = keeper(asked(request))
    second = own.require(version)
    first = own.require(other) if other is not None else rival(own, second)
    return answered(shown_comparison(first, second, compare(own, first, second)))


@router.post(
    "/v1/models/{version}/promote",
    operation_id="promote_model",
    summary="Let a model code from now on",
    response_model=ShownMoved,
    openapi_extra=takes(GivenReason, once=True),
)
def promote(request: Request, version: Version) -> Response:
    """Whatever its verdict was, for a reason, which is kept. A job codes all history by it; persons' codings stay."""
    ask = asked(request)
    reason = read(GivenReason, ask.body.json()).reason
    own = keeper(ask)
    label = own.require(version)
    return once(ask, lambda: _moved(ask, shown_moved(promote_model(own, label, reason))))


def keeper(ask: Asked) -> Keeper:
    """Whoever asks, as the one who keeps the models of the organisation."""
    return Keeper(ask.desk.engine, ask.organisation, ask.actor, ask.desk.manifest.folder)


def _moved(ask: Asked, shown: ShownMoved) -> Answer:
    ask.wake()
    return Answer(200, shown.model_dump(mode="json"))
