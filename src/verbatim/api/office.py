"""What the central office asks: who is served how, what comes first, how accounts stand, which teams need help."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.office import Office, account_now, accounts_now, teams_now, what_comes_first, who_is_served
from verbatim.api.answers import answered
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.narrowing import Day, WantedFacts
from verbatim.api.shown_accounts import (
    ShownAccountRating,
    ShownRatings,
    ShownTeams,
    shown_account,
    shown_ratings,
    shown_teams,
)
from verbatim.api.shown_office import ShownPriorities, ShownServed, shown_priorities, shown_served
from verbatim.facts import Attribute
from verbatim.periods import Size
from verbatim.red_flags import Level

router = APIRouter(tags=["office"])

MOST = 1000

USUAL: list[Attribute] = ["customer_type", "role"]


class WantedServed(WantedFacts):
    """Which cells are compared, of which verbatims."""

    by: Annotated[
        list[Attribute], Field(min_length=1, max_length=2, description="One attribute, or two that differ.")
    ] = USUAL
    excerpts: Annotated[int, Field(ge=0, le=5, description="So many for each cell that is told apart.")] = 2


class WantedPriorities(WantedFacts):
    """Of which verbatims, by which periods, on which level."""

    period: Annotated[Size, Field(description="The periods in which a code must hold to be durable.")] = "quarter"
    level: Annotated[Literal["1", "2"], Field(description="1: categories, 2: ids.")] = "2"
    excerpts: Annotated[int, Field(ge=0, le=5, description="So many for each of the first ten.")] = 1


class WantedDay(BaseModel):
    """On which day, and by which spans of time."""

    model_config = ConfigDict(protected_namespaces=())

    as_of: Annotated[Day | None, Field(description="As of this day; that of the latest answer if left out.")] = None
    period: Annotated[Size, Field(description="How long a span of the history is.")] = "quarter"


class WantedRatings(WantedFacts, WantedDay):
    """Which accounts, on which day."""

    level: Annotated[list[Level], Field(max_length=3, description="Of these levels only.")] = []
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100


class WantedTeams(WantedFacts):
    """Of which verbatims, on which day."""

    as_of: Annotated[Day | None, Field(description="As of this day; that of the latest answer if left out.")] = None


@router.get(
    "/v1/served",
    operation_id="show_served",
    summary="Who is under-served and who is over-served",
    response_model=ShownServed,
)
def show_served(request: Request, wanted: Annotated[WantedServed, Query()]) -> Response:
    """Each cell of one or two attributes against all others: complaint, praise, words of effort, stance, and a verdict.

    A manager's cells are those of its own accounts, against the rest of these.
    """
    ask = asked(request)
    return answered(shown_served(who_is_served(_office(ask), wanted.by, wanted.narrowed(), wanted.excerpts)))


@router.get(
    "/v1/priorities",
    operation_id="show_priorities",
    summary="Which concerns and opportunities come first",
    response_model=ShownPriorities,
)
def show_priorities(request: Request, wanted: Annotated[WantedPriorities, Query()]) -> Response:
    """Ranked by size × severity × durability × revenue, each factor with its parts, and the arithmetic in words.

    A manager's stand on its own accounts.
    """
    ask = asked(request)
    how = (wanted.narrowed(), wanted.period, int(wanted.level), wanted.excerpts)
    return answered(shown_priorities(what_comes_first(_office(ask), *how)))


@router.get("/v1/ratings", operation_id="list_ratings", summary="How accounts stand", response_model=ShownRatings)
def list_ratings(request: Request, wanted: Annotated[WantedRatings, Query()]) -> Response:
    """Every account with its standing, its trend and its red flags, those that press most first."""
    view = accounts_now(_office(asked(request)), wanted.narrowed(), wanted.as_of, wanted.period)
    levels = wanted.level or ["red", "amber", "none"]
    items = [one for one in view.items if one.level in levels]
    return answered(shown_ratings(view, items[: wanted.limit]))


@router.get(
    "/v1/red-flags", operation_id="list_red_flags", summary="Accounts with red flags", response_model=ShownRatings
)
def list_red_flags(request: Request, wanted: Annotated[WantedRatings, Query()]) -> Response:
    """The same as the ratings, of accounts with a flag only: critics among deciders, falls, silence, what waits."""
    view = accounts_now(_office(asked(request)), wanted.narrowed(), wanted.as_of, wanted.period)
    levels = wanted.level or ["red", "amber"]
    items = [one for one in view.red() if one.level in levels]
    return answered(shown_ratings(view, items[: wanted.limit]))


@router.get(
    "/v1/accounts/{id}/rating",
    operation_id="show_rating",
    summary="How one account stands, over time",
    response_model=ShownAccountRating,
)
def show_rating(request: Request, id: Number, wanted: Annotated[WantedDay, Query()]) -> Response:
    """Its history by spans of time, its red flags, and words of it that may be quoted."""
    return answered(shown_account(account_now(_office(asked(request)), id, wanted.as_of, wanted.period)))


@router.get("/v1/teams", operation_id="list_teams", summary="Which account teams need help", response_model=ShownTeams)
def list_teams(request: Request, wanted: Annotated[WantedTeams, Query()]) -> Response:
    """Each team against the others: red accounts, complaints, stance, and a verdict.

    A manager is told of the teams of its own accounts, compared by these alone.
    """
    return answered(shown_teams(teams_now(_office(asked(request)), wanted.narrowed(), wanted.as_of)))


def _office(ask: Asked) -> Office:
    return Office.of(ask.desk, ask.holder)
