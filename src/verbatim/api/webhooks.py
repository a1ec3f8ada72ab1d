"""Webhooks: who is told of what, and what was told."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.api.answers import answered, keyed, nothing, takes
from verbatim.api.books import ShownDelivery, ShownNewWebhook, ShownWebhook
from verbatim.api.call import asked
from verbatim.api.feedback import Number
from verbatim.api.given import GivenWebhook, read
from verbatim.api.once import once
from verbatim.api.paging import Cursor, after, paged
from verbatim.api.shown import Page
from verbatim.store import audit
from verbatim.store import webhooks as kept
from verbatim.store.keys import Answer
from verbatim.store.opening import reading, writing

router = APIRouter(tags=["webhooks"])


@router.get("/v1/webhooks", operation_id="list_webhooks", summary="Webhooks", response_model=Page[ShownWebhook])
def list_webhooks(request: Request) -> Response:
    """By number."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = kept.list_webhooks(connection, ask.organisation)
    items = [ShownWebhook(id=one.id, url=one.url, events=list(one.events), active=one.active) for one in found]
    return answered(Page[ShownWebhook](items=items))


@router.post(
    "/v1/webhooks",
    operation_id="add_webhook",
    summary="Add an address that is told of events",
    status_code=201,
    response_model=ShownNewWebhook,
    openapi_extra=takes(GivenWebhook, once=True),
)
def add_webhook(request: Request) -> Response:
    """The secret, which signs what is told, is shown this once."""
    ask = asked(request)
    given = read(GivenWebhook, ask.body.json())

    def add() -> Answer:
        with writing(ask.desk.engine, ask.organisation) as connection:
            one, secret = kept.add_webhook(connection, ask.organisation, given.url, given.events)
            event = audit.Event(ask.actor, "webhook added", f"webhook:{one.id}")
            audit.record(connection, ask.organisation, event)
        shown = ShownNewWebhook(id=one.id, url=one.url, events=list(one.events), active=one.active, secret=secret)
        return Answer(201, shown.model_dump(mode="json"))

    return once(ask, add, secret=("secret",))


@router.delete("/v1/webhooks/{id}", operation_id="remove_webhook", summary="Tell an address no more", status_code=204)
def remove_webhook(request: Request, id: Number) -> Response:
    """What was still to be told it is gone as well."""
    ask = asked(request)
    with writing(ask.desk.engine, ask.organisation) as connection:
        kept.remove_webhook(connection, ask.organisation, id)
        audit.record(connection, ask.organisation, audit.Event(ask.actor, "webhook removed", f"webhook:{id}"))
    return nothing()


@router.get(
    "/v1/webhooks/{id}/deliveries",
    operation_id="list_deliveries",
    summary="What a webhook was told, and what is still to be told it",
    response_model=Page[ShownDelivery],
)
def list_deliveries(
    request: Request,
    id: Number,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Cursor = None,
) -> Response:
    """The latest first."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = kept.deliveries_of(connection, ask.organisation, id, limit + 1, after(cursor))
    names = set(ShownDelivery.model_fields)
    items = [ShownDelivery(**{name: getattr(one, name) for name in names}) for one in found]
    return answered(Page[ShownDelivery](**paged(items, limit)))


@router.post(
    "/v1/webhooks/{id}/deliveries/{delivery}/replay",
    operation_id="replay",
    summary="Tell a webhook once more what it was told",
    status_code=202,
    response_model=ShownDelivery,
    openapi_extra=keyed(),
)
def replay(request: Request, id: Number, delivery: Number) -> Response:
    """It is the same message, with the same id."""
    ask = asked(request)

    def again() -> Answer:
        with writing(ask.desk.engine, ask.organisation) as connection:
            kept.replay(connection, ask.organisation, id, delivery, datetime.now(UTC))
            found = kept.deliveries_of(connection, ask.organisation, id, 1, delivery + 1)[0]
        shown = ShownDelivery(**{name: getattr(found, name) for name in ShownDelivery.model_fields})
        return Answer(202, shown.model_dump(mode="json"))

    return once(ask, again)
