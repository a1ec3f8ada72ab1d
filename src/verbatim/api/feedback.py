"""What customers said: coded, handed in, listed, looked at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions import intake
from verbatim.api.answers import answered, takes
from verbatim.api.call import Asked, asked
from verbatim.api.given import GivenAlone, GivenBatch, GivenFrame, GivenTexts, Name, few, id_of, read, row, rows
from verbatim.api.once import once
from verbatim.api.problems import Problem
from verbatim.api.receipts import answer, hand_in
from verbatim.api.shown import (
    Page,
    ShownCodings,
    ShownHistory,
    ShownJudgement,
    ShownReceipt,
    ShownVerbatim,
    shown_coding,
)
from verbatim.api.sight import (
    hidden_codings,
    judgements,
    narrowed,
    note_reading,
    shown_history,
    shown_verbatim,
    without_hidden,
)
from verbatim.domain import Polarity, StanceLabel, Verbatim
from verbatim.store.access_keys import scope
from verbatim.store.listing import Filters, list_verbatims, require_listed
from verbatim.store.opening import reading
from verbatim.store.statements import NUMBERS
from verbatim.store.verbatims import History, Received
from verbatim.store.verbatims import verbatim as stored_verbatim

router = APIRouter(tags=["feedback"])

Number = Annotated[int, Path(ge=1, le=NUMBERS[-1], description="Our number of it.", examples=[12])]


def moment(value: object) -> datetime:
    """A date in a query: with its zone, or a day alone, which begins at midnight UTC."""
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        date = None
    if date is None or (date.tzinfo is None and len(str(value)) > len("2026-03-25")):
        raise ValueError("a day such as 2026-03-25, or a date and time with a zone, such as 2026-03-25T09:30:00Z")
    return date if date.tzinfo else date.replace(tzinfo=UTC)


_DAY_OR_MOMENT: dict[str, JsonValue] = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]
}

When = Annotated[datetime, BeforeValidator(moment, json_schema_input_type=str), Field(json_schema_extra=_DAY_OR_MOMENT)]


class Wanted(BaseModel):
    """Which verbatims are meant; what is left out leaves nothing out."""

    model_config = ConfigDict(protected_namespaces=())

    since: Annotated[When | None, Field(description="Dated at this moment or later.", examples=["2026-01-01"])] = None
    until: Annotated[When | None, Field(description="Dated before this moment.", examples=["2026-04-01"])] = None
    account: Annotated[Name | None, Field(description="Of this account, by its name.")] = None
    role: Annotated[Name | None, Field(description="Of contacts in this role.")] = None
    code: Annotated[
        Name | None, Field(description="With this code; a category stands for all its codes.", examples=["price.level"])
    ] = None
    category: Annotated[Name | None, Field(description="With a code of this category.", examples=["price"])] = None
    polarity: Annotated[Polarity | None, Field(description="Of the code or category, else of any.")] = None
    stance: StanceLabel | None = None
    review: Annotated[bool | None, Field(description="For review by a person, or not.")] = None
    model: Annotated[Name | None, Field(description="Coded in effect by this model.", examples=["b2b@7"])] = None
    q: Annotated[
        Name | None, Field(description="With all of these words, one at least; Chinese ones as short as 价.")
    ] = None

    def filters(self) -> Filters:
        """The same as the store has them."""
        given = self.model_dump(include=set(Wanted.model_fields) - {"q"})
        if self.code and "." not in self.code and self.category in (None, self.code):
            given |= {"code": None, "category": self.code}
        return Filters(**given, search=self.q)


class WantedPage(Wanted):
    """Which verbatims are meant, how many of them, and after which."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Field(max_length=200, description="What the page before gave as `next`.")] = None


@router.post(
    "/v1/code",
    operation_id="code_texts",
    summary="Code texts; nothing is kept",
    response_model=ShownCodings,
    openapi_extra=takes(GivenTexts),
)
def code_texts(request: Request) -> Response:
    """Each text is coded as a reply without a score. The words are neither stored nor logged."""
    ask = asked(request)
    texts = read(GivenTexts, ask.body.json()).texts
    few(texts, ask.limits.texts, "texts")
    verbatims = [Verbatim(id=str(place), text=text) for place, text in enumerate(texts)]
    codings = intake.code_texts(ask.desk, verbatims, ask.organisation)
    found = zip(codings, verbatims, strict=True)
    return answered(ShownCodings(items=[shown_coding(coding, verbatim) for coding, verbatim in found]))


@router.post(
    "/v1/verbatims",
    operation_id="add_verbatims",
    summary="Hand in what customers said, one or many",
    response_model=ShownReceipt,
    responses={202: {"model": ShownReceipt}, 207: {"model": ShownReceipt}},
    openapi_extra=takes(GivenBatch, GivenAlone, once=True),
)
def add_verbatims(request: Request) -> Response:
    """Each row is kept by itself, under its `external_id` in its `source`; the same id again changes what is there.

    200: all rows are kept, and coded. 202: all are kept, and a job codes them. 207: some rows are not kept. 422: none
    is. `results` tells of each row, in order. Personal data is taken out before anything is kept.
    """
    ask = asked(request)
    source, given, ids = _batch(ask)
    return once(ask, lambda: answer(ask, hand_in(ask, source, given, ids)))


@router.get(
    "/v1/verbatims",
    operation_id="list_verbatims",
    summary="List, filter and search verbatims, newest first",
    response_model=Page[ShownVerbatim],
)
def list_all(request: Request, wanted: Annotated[WantedPage, Query()]) -> Response:
    """A verbatim without a date is listed by its arrival. A manager's search leaves out words that it may not see.

    What the holder of the key is to code without sight of other codings comes without them.
    """
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        filters = narrowed(ask, wanted.filters())
        page = list_verbatims(connection, ask.organisation, filters, wanted.limit, wanted.cursor)
        found = without_hidden(ask, connection, page.items)
    note_reading(ask, [one.stored for one in found])
    items = [shown_verbatim(one, ask.role) for one in found]
    return answered(Page[ShownVerbatim](items=items, next=page.cursor))


@router.get(
    "/v1/verbatims/{id}",
    operation_id="show_verbatim",
    summary="One verbatim with everything that was judged about it",
    response_model=ShownHistory,
)
def show(request: Request, id: Number) -> Response:
    """A number that the key may not see is answered as one that there is not."""
    ask = asked(request)
    history = _history(ask, id)
    note_reading(ask, [history.stored], f"verbatim:{id}")
    return answered(shown_history(history, ask.role))


@router.get(
    "/v1/verbatims/{id}/codings",
    operation_id="list_codings",
    summary="All codings of one verbatim, from the first to the latest",
    response_model=Page[ShownJudgement],
)
def list_codings(request: Request, id: Number) -> Response:
    """Excerpts of words that have changed since have their places only."""
    ask = asked(request)
    return answered(Page[ShownJudgement](items=judgements(_history(ask, id), ask.role)))


def _batch(ask: Asked) -> tuple[str, list[Received | Problem], list[str | None] | None]:
    """The source, its rows, and the ids that these came with; None for one row that stands alone."""
    body = ask.body.json()
    if not isinstance(body, dict) or "items" not in body:
        one = read(GivenAlone, body)
        return one.source, [one.received()], None
    frame = read(GivenFrame, body)
    items = rows(frame.items, ask.limits.rows)
    found = [row(one, place) for place, one in enumerate(items)]
    received = [one if isinstance(one, Problem) else one.received() for one in found]
    return frame.source, received, [id_of(one) for one in items]


def _history(ask: Asked, number: int) -> History:
    """One verbatim of those that the key may see; a NotFoundError that is the same whatever it may not see."""
    with reading(ask.desk.engine, ask.organisation) as connection:
        require_listed(connection, ask.organisation, number, scope(ask.holder))
        found = stored_verbatim(connection, ask.organisation, number)
        hidden = hidden_codings(ask, connection, [number])
        return replace(found, effective=None, codings=()) if hidden else found
