"""Labels that are likely wrong: persons' codings, codes that blur, seed examples that persons contradict."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.label_jobs import LabelReview, label_review, request_labels
from verbatim.api.answers import answered, keyed
from verbatim.api.call import asked
from verbatim.api.once import once
from verbatim.api.receipts import job_href
from verbatim.api.shown import Shown, ShownJobRef, ShownStart
from verbatim.api.work import started

router = APIRouter(tags=["agreement"])


class ShownLabelProblem(Shown):
    """A code that a person gave to a verbatim and likely should not have, or the other way about.

    `probability` is that of the code by what was learnt from all other codings; `margin`, from -1 to 0, how far it
    speaks against the person.
    """

    verbatim: int
    code: str
    given: bool
    probability: float
    margin: float


class ShownNoise(Shown):
    """A code: how many verbatims have it, how many of them likely should not, and how many others likely should."""

    code: str
    n: int
    wrong: int
    missing: int


class ShownBlur(Shown):
    """Two codes of which one was likely given for the other, in so many of the verbatims that have one of them."""

    first: str
    second: str
    swaps: int
    share: float


class ShownContradiction(Shown):
    """A code of a seed example that corrections contradict: `given` though it should not be, or the other way about.

    `shift` is how far the corrections moved it, in log-odds.
    """

    example: str
    code: str
    given: bool
    shift: float
    nearest: Annotated[list[int], Field(description="The nearest verbatims by persons that say otherwise.")]
    likeness: Annotated[float | None, Field(description="The cosine of the first of them.")]


class ShownSeed(Shown):
    """What was looked through of the seed: so many `examples`, of which so many are contradicted."""

    examples: int
    contradicted: int
    found: list[ShownContradiction]
    sha256: str


class ShownLabels(Shown):
    """What the latest look at the labels found; null where there was none yet.

    `likely` errors were found in so many `examples`, the likeliest are told. `settled` of them were coded anew since,
    and are left out.
    """

    job: ShownJobRef | None
    at: datetime | None
    model: str | None
    examples: int
    likely: int
    settled: int
    problems: list[ShownLabelProblem]
    noise: list[ShownNoise]
    blurred: list[ShownBlur]
    seed: ShownSeed | None


@router.get(
    "/v1/labels", operation_id="list_labels", summary="Labels that are likely wrong", response_model=ShownLabels
)
def show_labels(request: Request) -> Response:
    """What the latest job found: codings by persons that the others speak against, codes that blur, seed examples.

    A likely error is not an error: look at the verbatim.
    """
    ask = asked(request)
    return answered(_shown(label_review(ask.desk.engine, ask.organisation)))


@router.post(
    "/v1/labels",
    operation_id="look_at_labels",
    summary="Look through the labels",
    status_code=202,
    response_model=ShownStart,
    openapi_extra=keyed(),
)
def look(request: Request) -> Response:
    """A job, one at a time: 409 names the one that waits or runs."""
    ask = asked(request)
    return once(ask, lambda: started(ask, request_labels(ask.desk.engine, ask.organisation, ask.actor)))


def _shown(found: LabelReview | None) -> ShownLabels:
    if found is None:
        empty = {"job": None, "at": None, "model": None, "seed": None, "examples": 0, "likely": 0, "settled": 0}
        return ShownLabels.model_validate({**empty, "problems": [], "noise": [], "blurred": []})
    job = ShownJobRef(id=found.job.id, href=job_href(found.job.id))
    about = {"job": job, "at": found.job.finished, "settled": found.settled}
    return ShownLabels.model_validate({**found.result, **about})
