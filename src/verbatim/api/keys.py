"""Keys, sources, and who did what."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.api.answers import answered, nothing, takes
from verbatim.api.books import ShownEvent, ShownKey, ShownMe, ShownNewKey, ShownSource
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.given import GivenKey, GivenSource, read
from verbatim.api.once import once
from verbatim.api.paging import Cursor, after, paged
from verbatim.api.shown import Page
from verbatim.store import access_keys, audit, sources
from verbatim.store.access_keys import StoredKey
from verbatim.store.keys import Answer
from verbatim.store.opening import reading, writing

router = APIRouter(tags=["keys"])

SourceName = Annotated[str, Path(min_length=1, max_length=200, examples=["nps-2026"])]


@router.get("/v1/me", operation_id="show_me", summary="Who holds this key", response_model=ShownMe)
def show_me(request: Request) -> Response:
    """Name, role and organisation."""
    holder = asked(request).holder
    own = list(holder.accounts) if holder.accounts is not None else None
    about = {name: getattr(holder, name) for name in ("id", "actor", "name", "organisation", "role")}
    return answered(ShownMe(**about, accounts=own))


@router.get("/v1/keys", operation_id="list_keys", summary="All keys, revoked ones too", response_model=Page[ShownKey])
def list_keys(request: Request) -> Response:
    """What is kept of them; the keys themselves are not."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = access_keys.list_keys(connection, ask.organisation)
    return answered(Page[ShownKey](items=[_shown(one) for one in found]))


@router.post(
    "/v1/keys",
    operation_id="add_key",
    summary="Make a key, which is shown this once",
    status_code=201,
    response_model=ShownNewKey,
    openapi_extra=takes(GivenKey, once=True),
)
def add_key(request: Request) -> Response:
    """`accounts` go with the role manager, and with no other."""
    ask = asked(request)
    given = read(GivenKey, ask.body.json())

    def make() -> Answer:
        with writing(ask.desk.engine, ask.organisation) as connection:
            holder, secret = access_keys.create_key(
                connection, ask.organisation, given.name, given.role, given.accounts, ask.actor
            )
        own = list(holder.accounts) if holder.accounts is not None else None
        made = ShownNewKey(id=holder.id, name=holder.name, role=holder.role, accounts=own, secret=secret)
        return Answer(201, made.model_dump(mode="json"))

    return once(ask, make, secret=("secret",))


@router.delete("/v1/keys/{id}", operation_id="revoke_key", summary="Let a key open nothing any more", status_code=204)
def revoke_key(request: Request, id: Number) -> Response:
    """It opens nothing a few seconds later at most, and stays in the list."""
    ask = asked(request)
    with writing(ask.desk.engine, ask.organisation) as connection:
        access_keys.revoke_key(connection, ask.organisation, id, datetime.now(UTC), ask.actor)
    return nothing()


@router.get(
    "/v1/sources", operation_id="list_sources", summary="Sources with a setting", response_model=Page[ShownSource]
)
def list_sources(request: Request) -> Response:
    """All kinds of personal data are taken out of a source that is not listed."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = sources.list_sources(connection, ask.organisation)
    return answered(Page[ShownSource](items=[_shown_source(one) for one in found]))


@router.get(
    "/v1/sources/{name}",
    operation_id="show_source",
    summary="What is taken out of a source",
    response_model=ShownSource,
)
def show_source(request: Request, name: SourceName) -> Response:
    """All kinds, null, where nothing was set."""
    ask = asked(request)
    return answered(_shown_source(_source(ask, name)))


@router.put(
    "/v1/sources/{name}",
    operation_id="put_source",
    summary="Set what is taken out of a source",
    response_model=ShownSource,
    openapi_extra=takes(GivenSource),
)
def put_source(request: Request, name: SourceName) -> Response:
    """It holds for what comes from now on; what was kept before stays as it is."""
    ask = asked(request)
    kinds = read(GivenSource, ask.body.json()).redaction
    wanted = sources.Source(name, None if kinds is None else frozenset(kinds))
    with writing(ask.desk.engine, ask.organisation) as connection:
        sources.put_source(connection, ask.organisation, wanted, ask.actor)
    return answered(_shown_source(_source(ask, name)))


@router.get("/v1/audit", operation_id="list_audit", summary="Who did what", response_model=Page[ShownEvent])
def list_audit(
    request: Request,
    subject: Annotated[str | None, Query(max_length=300, examples=["verbatim:12"])] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Cursor = None,
) -> Response:
    """The latest first: named feedback that was read, changes of keys and sources, erasures."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = audit.latest(connection, ask.organisation, subject, limit + 1, after(cursor))
    items = [
        ShownEvent(
            id=one.id,
            actor=one.event.actor,
            action=one.event.action,
            subject=one.event.subject,
            details=one.event.details,
            created=one.created,
        )
        for one in found
    ]
    return answered(Page[ShownEvent](**paged(items, limit)))


def _source(ask: Asked, name: str) -> sources.Source:
    with reading(ask.desk.engine, ask.organisation) as connection:
        return sources.source(connection, ask.organisation, name)


def _shown_source(one: sources.Source) -> ShownSource:
    return ShownSource(name=one.name, redaction=None if one.redaction is None else sorted(one.redaction))


def _shown(one: StoredKey) -> ShownKey:
    own = list(one.accounts) if one.accounts is not None else None
    return ShownKey(
        id=one.id,
        name=one.name,
        role=one.role,
        accounts=own,
        created=one.created,
        last_used=one.last_used,
        revoked=one.revoked,
    )
