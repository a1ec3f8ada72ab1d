"""The roster: accounts, invitations, and how many of the right people on it were heard."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from verbatim.access import RULES
from verbatim.actions.roster import keep_accounts, keep_invitations
from verbatim.actions.stored_coverage import CoverageOrder, stored_coverage
from verbatim.api.answers import answered, takes
from verbatim.api.books import ShownRowError
from verbatim.api.call import Asked, asked
from verbatim.api.given import Name, Shape, read
from verbatim.api.narrowing import WantedFacts
from verbatim.api.paging import Cursor, after
from verbatim.api.problems import Fault, ProblemError, faults, invalid
from verbatim.api.roster_shapes import (
    MOST_ROWS,
    GivenAccount,
    GivenAccounts,
    GivenInvitation,
    GivenInvitations,
    GivenRows,
    ShownAccount,
    ShownAccounts,
    ShownCoverage,
    ShownInvitation,
    ShownInvited,
    shown_coverage,
)
from verbatim.api.shown import Page
from verbatim.coverage import Division, Sought
from verbatim.store import audit
from verbatim.store.opening import reading, writing
from verbatim.store.roster import StoredAccount, list_accounts, list_invitations

router = APIRouter(tags=["people"])

Given = TypeVar("Given", bound=Shape)


class WantedCoverage(WantedFacts):
    """What of the roster is looked at, who the right people are, and how they are told apart."""

    by: Annotated[
        list[Division],
        Field(
            min_length=1,
            max_length=3,
            description="How cells are made: one to three of these.",
            examples=[["account", "role"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ] = ["account", "role"]  # noqa: RUF012 - pydantic copies it
    right: Annotated[
        list[Name], Field(max_length=20, description="The influences of the right people.", examples=[["decider"]])
    ] = ["decider", "influencer"]  # noqa: RUF012 - pydantic copies it
    right_role: Annotated[
        list[Name], Field(max_length=20, description="Roles that are right whatever their influence.")
    ] = []  # noqa: RUF012 - pydantic copies it
    times: Annotated[int, Field(ge=1, le=1000, description="Asked so often without an answer: silent.")] = 2
    quiet: Annotated[int, Field(ge=1, le=3660, description="Days after which somebody who was heard is silent.")] = 180
    limit: Annotated[int, Field(ge=1, le=5000, description="How many cells, and how many people.")] = 200

    def sought(self) -> Sought:
        """Who the right people are."""
        return Sought(tuple(self.right), tuple(self.right_role), times=self.times, quiet=self.quiet)


@router.get("/v1/accounts", operation_id="list_accounts", summary="Accounts", response_model=Page[ShownAccount])
def show_accounts(request: Request) -> Response:
    """All of the organisation, in the order in which they came; a manager's own."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = list_accounts(connection, ask.organisation)
    own = ask.holder.accounts
    mine = [one for one in found if own is None or one.account.name in own]
    return answered(Page[ShownAccount](items=[_shown(one) for one in mine]))


@router.put(
    "/v1/accounts",
    operation_id="put_accounts",
    summary="Add accounts, or change those that are known",
    response_model=ShownAccounts,
    openapi_extra=takes(GivenAccounts),
)
def put_accounts(request: Request) -> Response:
    """An account is known by its name. Each row is kept by itself; `rejected` tells of those that are not.

    200: at least one row is kept. 422: none is.
    """
    ask = asked(request)
    sound, rejected = _rows(ask, GivenAccount)
    given = [one.account() for one in sound.values()]
    found = keep_accounts(ask.desk.engine, ask.organisation, given, ask.actor)
    return answered(ShownAccounts(items=[_shown(one) for one in found], rejected=rejected))


@router.get(
    "/v1/invitations",
    operation_id="list_invitations",
    summary="Who was asked, and when",
    response_model=Page[ShownInvitation],
)
def show_invitations(
    request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200, cursor: Cursor = None
) -> Response:
    """From the first to the latest; that they were read is kept."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = list_invitations(connection, ask.organisation, after(cursor) or 0, limit + 1)
    event = audit.Event(ask.actor, "read", "invitations", {"invitations": min(limit, len(found))})
    with writing(ask.desk.engine, ask.organisation) as connection:
        audit.record(connection, ask.organisation, event)
    shown = [
        ShownInvitation(
            id=one.id,
            account=one.invitation.account,
            contact=one.invitation.contact,
            date=one.invitation.date,
            survey=one.invitation.survey or None,
        )
        for one in found[:limit]
    ]
    return answered(Page[ShownInvitation](items=shown, next=str(shown[-1].id) if len(found) > limit else None))


@router.put(
    "/v1/invitations",
    operation_id="put_invitations",
    summary="Note who was asked",
    response_model=ShownInvited,
    openapi_extra=takes(GivenInvitations),
)
def put_invitations(request: Request) -> Response:
    """A contact must be on the roster. The same invitation again changes nothing; `rejected` tells of bad rows.

    200: at least one row was good. 422: none was.
    """
    ask = asked(request)
    sound, rejected = _rows(ask, GivenInvitation)
    given = [one.invitation() for one in sound.values()]
    added, wrong = keep_invitations(ask.desk.engine, ask.organisation, given, ask.actor)
    places = list(sound)
    rejected += [ShownRowError(row=places[at] + 1, reason=reason) for at, reason in wrong.items()]
    if len(wrong) == len(given):
        raise _none_kept(rejected)
    told = {"added": added, "known": len(given) - len(wrong) - added}
    return answered(ShownInvited(**told, rejected=sorted(rejected, key=lambda one: one.row)))


@router.get(
    "/v1/coverage",
    operation_id="show_coverage",
    summary="How many of the right people were heard",
    response_model=ShownCoverage,
)
def show_coverage(request: Request, wanted: Annotated[WantedCoverage, Query()]) -> Response:
    """The roster held against who answered: rates by cell with limits, flagged under 60 %; who is missing or silent.

    The right people are contacts who decide or influence, unless the query says otherwise. A manager's stands on its
    own accounts; names are told to those who may read contacts, which is kept.
    """
    ask = asked(request)
    order = CoverageOrder(
        organisation=ask.organisation,
        narrowed=wanted.narrowed(),
        sought=wanted.sought(),
        by=tuple(wanted.by),
        accounts=ask.holder.accounts,
        reader=ask.actor if ask.role in RULES["GET", "/v1/contacts"] else None,
        most=wanted.limit,
    )
    return answered(shown_coverage(stored_coverage(ask.desk, order), wanted.limit))


def _rows(ask: Asked, shape: type[Given]) -> tuple[dict[int, Given], list[ShownRowError]]:
    """The rows of a request by their places, and those that are none. Raises ProblemError where none is left."""
    values = read(GivenRows, ask.body.json()).items
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_ROWS:
        expected = f"a list of 1 to {MOST_ROWS} rows"
        found = f"a list of {len(values)}" if isinstance(values, list) else None
        raise ProblemError(422, f"items: expected {expected}", Fault("items", found, expected))
    sound: dict[int, Given] = {}
    wrong: dict[int, Sequence[Fault]] = {}
    for place, value in enumerate(values):
        try:
            sound[place] = shape.model_validate(value)
        except ValidationError as error:
            wrong[place] = faults(error.errors(), f"items.{place}")
    if not sound:
        problem = invalid([one for found in wrong.values() for one in found])
        raise ProblemError(problem.status, problem.detail, *problem.errors)
    return sound, [ShownRowError(row=place + 1, reason=_told(found)) for place, found in wrong.items()]


def _told(found: Sequence[Fault]) -> str:
    return "; ".join(f"{one.field}: expected {one.expected}" for one in found)


def _none_kept(rejected: Sequence[ShownRowError]) -> ProblemError:
    found = [Fault(f"items.{one.row - 1}", None, one.reason) for one in rejected]
    return ProblemError(422, f"{found[0].field}: {found[0].expected}", *found)


def _shown(one: StoredAccount) -> ShownAccount:
    names: dict[str, Any] = {name: getattr(one.account, name) for name in GivenAccount.model_fields}
    return ShownAccount(id=one.id, **names)
