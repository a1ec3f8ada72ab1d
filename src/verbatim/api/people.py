"""Contacts, and their erasure."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.erasure import ErasureOrder, erase_person
from verbatim.api.answers import answered, takes
from verbatim.api.books import ShownContact, ShownErased, ShownErasure
from verbatim.api.call import Asked, asked
from verbatim.api.given import GivenContacts, GivenErasure, Name, read
from verbatim.api.once import once
from verbatim.api.shown import Page
from verbatim.errors import NotFoundError
from verbatim.store import audit, erasure, people
from verbatim.store.keys import Answer
from verbatim.store.opening import reading, writing

router = APIRouter(tags=["people"])


@router.get("/v1/contacts", operation_id="list_contacts", summary="Contacts", response_model=Page[ShownContact])
def list_contacts(request: Request, account: Annotated[Name | None, Query()] = None) -> Response:
    """All of the organisation, or those of one account; that they were read is kept."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = people.list_contacts(connection, ask.organisation, account)
    event = audit.Event(ask.actor, "read", "contacts", {"contacts": len(found)})
    with writing(ask.desk.engine, ask.organisation) as connection:
        audit.record(connection, ask.organisation, event)
    return answered(Page[ShownContact](items=[_shown(one) for one in found]))


@router.put(
    "/v1/contacts",
    operation_id="put_contacts",
    summary="Add contacts, or change those that are known",
    response_model=Page[ShownContact],
    openapi_extra=takes(GivenContacts),
)
def put_contacts(request: Request) -> Response:
    """One is known by account and name. Names of contacts are taken out of what comes from now on."""
    ask = asked(request)
    given = [one.contact() for one in read(GivenContacts, ask.body.json()).items]
    with writing(ask.desk.engine, ask.organisation) as connection:
        numbers = people.add_contacts(connection, ask.organisation, given)
        event = audit.Event(ask.actor, "contacts changed", "contacts", {"contacts": len(numbers)})
        audit.record(connection, ask.organisation, event)
    stored = [people.StoredContact(number, one) for number, one in zip(numbers, given, strict=True)]
    return answered(Page[ShownContact](items=[_shown(one) for one in stored]))


@router.get(
    "/v1/erasures", operation_id="list_erasures", summary="Receipts of erasures", response_model=Page[ShownErasure]
)
def list_erasures(request: Request) -> Response:
    """From the first to the latest; they name nobody."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = erasure.receipts(connection, ask.organisation)
    return answered(Page[ShownErasure](items=[ShownErasure(**_members(one)) for one in found]))


@router.post(
    "/v1/erasures",
    operation_id="erase",
    summary="Take out a contact's words and name everywhere",
    status_code=201,
    response_model=ShownErased,
    openapi_extra=takes(GivenErasure, once=True),
)
def erase(request: Request) -> Response:
    """What stays is a receipt with counts; kept exports are dropped. 409 while an import is waiting or running.

    `complete` is false where somebody read on, so that deleted bytes stay on the disk until the next erasure.
    """
    ask = asked(request)
    contact = read(GivenErasure, ask.body.json()).contact

    return once(ask, lambda: _erased(ask, contact))


def _erased(ask: Asked, number: int) -> Answer:
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = next((one for one in people.list_contacts(connection, ask.organisation) if one.id == number), None)
    if found is None:
        where = f"not in organisation {ask.organisation!r}; expected the id of one that is"
        raise NotFoundError(f"contact {number}: {where}")
    who = found.contact
    order = ErasureOrder(who.name, who.account or "", organisation=ask.organisation, actor=ask.actor)
    done = erase_person(ask.desk.engine, order)
    shown = ShownErased(
        receipts=list(done.receipts),
        contacts=list(done.contacts),
        verbatims=done.verbatims,
        codings=done.codings,
        masked=done.masked,
        exports=done.exports,
        complete=done.complete,
    )
    return Answer(201, shown.model_dump(mode="json"))


def _members(receipt: erasure.Receipt) -> dict[str, Any]:
    names = ("id", "contact", "actor", "verbatims", "codings", "masked", "created")
    return {name: getattr(receipt, name) for name in names}


def _shown(one: people.StoredContact) -> ShownContact:
    names = ("name", "account", "role", "influence", "tier", "permission")
    return ShownContact(id=one.id, **{name: getattr(one.contact, name) for name in names})
