"""How far coders agree."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.codebooks import codebook
from verbatim.actions.stored_agreement import stored_agreement
from verbatim.agreement import PeriodSize
from verbatim.api.answers import answered
from verbatim.api.call import asked
from verbatim.api.feedback import When
from verbatim.api.given import Name
from verbatim.api.shown_agreement import ShownAgreement, shown_agreement
from verbatim.store.access_keys import scope
from verbatim.store.compared_codings import Basis, Compared

router = APIRouter(tags=["agreement"])


class WantedAgreement(BaseModel):
    """Which codings are compared; what is left out leaves nothing out."""

    model_config = ConfigDict(protected_namespaces=())

    codings: Annotated[
        Basis,
        Field(
            description="blind: pairs of which the second was made without sight of the first. all: the latest by each "
            "person of the same verbatim. random: the same, of the share that was drawn at random and kept apart."
        ),
    ] = "blind"
    coder: Annotated[
        list[Name], Field(max_length=50, description="By these persons only.", examples=[["user:ann"]])
    ] = []
    model: Annotated[
        list[Name], Field(max_length=10, description="These models are coders too.", examples=[["b2b@7"]])
    ] = []
    since: Annotated[When | None, Field(description="Coded by a person at this moment or later.")] = None
    until: Annotated[When | None, Field(description="Coded by a person before this moment.")] = None
    level: Annotated[Literal["1", "2"] | None, Field(description="1: categories, 2: ids; both if left out.")] = None
    period: Annotated[PeriodSize, Field(description="How long a period is when coders drift.")] = "month"


@router.get(
    "/v1/agreement",
    operation_id="show_agreement",
    summary="How far coders agree",
    response_model=ShownAgreement,
)
def show_agreement(request: Request, wanted: Annotated[WantedAgreement, Query()]) -> Response:
    """Krippendorff's alpha, Cohen's kappa, Gwet's AC1 and percent, with 95% limits, by level and code; drift by coder.

    Only codings made blind are independent: whoever corrects a coding has seen it. A model is best compared on the
    random share: the others were chosen because it doubted. At most 5,000 verbatims, the latest. A manager's stands on
    its own accounts.
    """
    ask = asked(request)
    compared = Compared(
        basis=wanted.codings,
        persons=tuple(wanted.coder),
        models=tuple(wanted.model),
        since=wanted.since,
        until=wanted.until,
        filters=scope(ask.holder),
    )
    frame = codebook(ask.desk, ask.organisation)
    found = stored_agreement(ask.desk.engine, ask.organisation, frame, compared, wanted.period)
    return answered(shown_agreement(found, int(wanted.level) if wanted.level else None))
