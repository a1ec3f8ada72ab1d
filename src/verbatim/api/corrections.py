"""Corrections over HTTP: one verbatim judged, accepted, taken back; its twins coded alike; many changed at once."""

from collections.abc import Callable, Iterable
from functools import partial

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.bulk_corrections import Change, Outcome, Result, accept_many, change_many
from verbatim.actions.codebooks import codebook
from verbatim.actions.corrections import Analyst, Corrected, accepted, corrected, taken_back
from verbatim.actions.twins import apply_to_twins
from verbatim.api.answers import takes
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.given import read
from verbatim.api.once import once, once_within
from verbatim.api.problems import Fault, ProblemError
from verbatim.api.shown import ShownStance, shown_codes
from verbatim.api.verdicts import (
    GivenAccepted,
    GivenBulk,
    GivenCorrection,
    GivenJudgement,
    GivenTwins,
    GivenUndo,
    ShownCorrected,
    ShownOutcome,
    ShownOutcomes,
    ShownStale,
    ShownVersion,
    shown_version,
)
from verbatim.domain import CodeMention
from verbatim.errors import CodebookError, StaleError
from verbatim.store.keys import Answer

router = APIRouter(tags=["review"])

_STATUSES: dict[Result, int] = {
    "changed": 200,
    "unchanged": 200,
    "stale": 409,
    "uncoded": 422,
    "refused": 422,
    "missing": 404,
}


@router.put(
    "/v1/verbatims/{id}/codings",
    operation_id="correct",
    summary="Code a verbatim as a person",
    response_model=ShownCorrected,
    responses={409: {"model": ShownStale}},
    openapi_extra=takes(GivenCorrection, once=True),
)
def correct(request: Request, id: Number) -> Response:
    """In effect at once, in lists, search and exports; what was there before stays in the history.

    `based_on` is the coding that was looked at. Where another one is in effect by now nothing is kept: 409 tells
    `yours`, what was `seen`, and what is `current`, side by side. The same once more changes nothing.
    """
    ask = asked(request)
    given, analyst = read(GivenCorrection, ask.body.json()), analyst_of(ask)
    require_codes(analyst, given)

    def work(connection: Connection) -> Answer:
        save = partial(corrected, connection, analyst, id, given.correction(), given.based_on)
        return told(save, _seen(given.based_on), version(analyst, given))

    return once_within(ask, work)


@router.post(
    "/v1/verbatims/{id}/accept",
    operation_id="accept",
    summary="Find a coding right",
    response_model=ShownCorrected,
    responses={409: {"model": ShownStale}},
    openapi_extra=takes(GivenAccepted, once=True),
)
def accept(request: Request, id: Number) -> Response:
    """The coding that was looked at becomes one of the person who asks, saying the same; 409 as for a correction."""
    ask = asked(request)
    given, analyst = read(GivenAccepted, ask.body.json()), analyst_of(ask)

    def work(connection: Connection) -> Answer:
        return told(partial(accepted, connection, analyst, id, given.based_on), _seen(given.based_on))

    return once_within(ask, work)


@router.post(
    "/v1/verbatims/{id}/undo",
    operation_id="undo",
    summary="Take back a coding of one's own",
    response_model=ShownCorrected,
    responses={409: {"model": ShownStale}},
    openapi_extra=takes(GivenUndo, once=True),
)
def undo(request: Request, id: Number) -> Response:
    """What stood before is in effect again, or what a newer model has said since; 409 where anybody has coded since."""
    ask = asked(request)
    given, analyst = read(GivenUndo, ask.body.json()), analyst_of(ask)

    def work(connection: Connection) -> Answer:
        return told(partial(taken_back, connection, analyst, id, given.coding), _seen(given.coding, "coding"))

    return once_within(ask, work)


@router.post(
    "/v1/verbatims/{id}/twins",
    operation_id="code_twins",
    summary="Code the twins of a verbatim as it is coded itself",
    response_model=ShownOutcomes,
    responses={207: {"model": ShownOutcomes}},
    openapi_extra=takes(GivenTwins, once=True),
)
def code_twins(request: Request, id: Number) -> Response:
    """Twins are the same words in answer to the same question. A person must have coded the verbatim.

    A stance stays that of the twin's own score. `results` and statuses as for many verbatims at once.
    """
    ask = asked(request)
    given, analyst = read(GivenTwins, ask.body.json()), analyst_of(ask)
    chosen = None if given.items is None else [one.seen() for one in given.items]
    return once(ask, lambda: outcomes(apply_to_twins(analyst, id, chosen)))


@router.post(
    "/v1/review/bulk",
    operation_id="change_many",
    summary="Accept or change many codings at once",
    response_model=ShownOutcomes,
    responses={207: {"model": ShownOutcomes}},
    openapi_extra=takes(GivenBulk, once=True),
)
def change_all(request: Request) -> Response:
    """Each by itself: one that cannot be changed holds up no other. Twice the same changes nothing twice.

    200: all are as was asked for. 207: some are left as they were. `results` tells of each verbatim, in order.
    """
    ask = asked(request)
    given, analyst = read(GivenBulk, ask.body.json()), analyst_of(ask)
    for name in ("code", "to"):
        # What is taken away may be of an earlier frame; what is put there may not.
        if getattr(given, name) is not None and (name == "to" or given.action == "add"):
            require_code(analyst, name, getattr(given, name))
    chosen = given.filters.filters() if given.filters else [one.seen() for one in given.items or ()]
    if given.action == "accept":
        return once(ask, lambda: outcomes(accept_many(analyst, chosen)))
    change = Change(given.action, given.code, given.to, given.polarity, given.stance)
    return once(ask, lambda: outcomes(change_many(analyst, chosen, change)))


def analyst_of(ask: Asked) -> Analyst:
    """Whoever asks, as somebody who codes by the frame of the organisation."""
    return Analyst(ask.desk.engine, codebook(ask.desk, ask.organisation), ask.organisation, ask.actor)


def require_codes(analyst: Analyst, given: GivenJudgement) -> None:
    """Raise ProblemError (422), by field, for a code that the frame lacks."""
    for place, one in enumerate(given.codes):
        require_code(analyst, f"codes.{place}.id", one.id)


def require_code(analyst: Analyst, field: str, code: str) -> None:
    """Raise ProblemError (422) for a code that the frame lacks; its name is no words."""
    try:
        _ = analyst.codebook[code]
    except CodebookError as error:
        plain = code.isascii() and " " not in code
        detail = str(error) if plain else f"{field}: no id of codebook {analyst.codebook.label}"
        value = code if plain else f"a text of {len(code)} characters"
        raise ProblemError(422, detail, Fault(field, value, f"an id of codebook {analyst.codebook.label}")) from None


def shown(done: Corrected) -> Answer:
    """The answer that tells what is in effect now."""
    coding = shown_version(done.coding) if done.coding else None
    told = ShownCorrected(verbatim=done.verbatim, coding=coding, before=done.before.id if done.before else None)
    return Answer(200, told.model_dump(mode="json"))


def outcomes(found: Iterable[Outcome]) -> Answer:
    """The answer that tells what became of each verbatim: 200 all as was asked for, 207 some left as they were."""
    results = [
        ShownOutcome.model_validate(
            {"verbatim": one.verbatim, "status": _STATUSES[one.result], "result": one.result, "coding": one.coding}
        )
        for one in found
    ]
    told = ShownOutcomes(results=results, changed=sum(one.result == "changed" for one in results))
    left = any(one.status >= 400 for one in results)
    return Answer(207 if left else 200, told.model_dump(mode="json"))


def told(work: Callable[[], Corrected], based_on: Fault, yours: ShownVersion | None = None) -> Answer:
    """What is in effect once the work is done.

    Raises ProblemError (409) where it comes too late, with what was sent, what was seen, and what is in effect.
    """
    try:
        return shown(work())
    except StaleError as error:
        found = {"yours": yours}
        for name in ("seen", "current"):
            one = getattr(error, name)
            found[name] = shown_version(one) if one else None
        versions = {name: one.model_dump(mode="json") if one else None for name, one in found.items()}
        raise ProblemError(409, str(error), based_on, more=versions) from error


def version(analyst: Analyst, given: GivenJudgement) -> ShownVersion:
    """What was sent, as it would have been kept."""
    correction = given.correction()
    codes = [CodeMention(one.id, one.polarity, 1.0, one.excerpts) for one in correction.codes]
    stance = ShownStance(label=correction.stance, source="estimated", confidence=1.0, conflict=False)
    return ShownVersion(id=None, by=analyst.actor, person=True, codes=shown_codes(codes), stance=stance, created=None)


def _seen(based_on: int | None, field: str = "based_on") -> Fault:
    return Fault(field, based_on, "the coding in effect")
