"""Review over HTTP: the queue, who is to look at what, second codings, and what was coded in two ways."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions import double_coding, review_queue
from verbatim.actions.review_queue import Item
from verbatim.actions.twins import Twin, inconsistent_twins
from verbatim.api.answers import answered, takes
from verbatim.api.call import Asked, asked
from verbatim.api.corrections import analyst_of, require_codes, shown
from verbatim.api.feedback import Number
from verbatim.api.given import read
from verbatim.api.once import once, once_within
from verbatim.api.paging import Cursor, after, paged
from verbatim.api.problems import Fault, ProblemError, told
from verbatim.api.queued import (
    CUT,
    ShownDisagreement,
    ShownEarlier,
    ShownMember,
    ShownQueued,
    ShownTwinCode,
    ShownTwins,
    ShownVariant,
    WantedBatch,
)
from verbatim.api.shown import Page, ShownVerbatim, shown_codes
from verbatim.api.sight import note_reading, shown_judgement, shown_verbatim
from verbatim.api.verdicts import (
    GivenAssignment,
    GivenBack,
    GivenJudgement,
    GivenSecond,
    ShownBlind,
    ShownCorrected,
    ShownCount,
)
from verbatim.store.access_keys import list_keys, scope
from verbatim.store.codings import effective
from verbatim.store.keys import Answer
from verbatim.store.listing import Listed, require_listed
from verbatim.store.opening import reading
from verbatim.store.records import StoredVerbatim, words_of
from verbatim.store.twins import twins_of
from verbatim.store.users import list_users
from verbatim.store.verbatims import stored_verbatims

router = APIRouter(tags=["review"])

MEMBERS = 50
"""So many twins that were coded in one way are named."""

CODERS = frozenset({"analyst", "admin"})
"""The roles of those who code."""

Size = Annotated[int, Query(ge=1, le=100, description="How many.")]
Some = Annotated[int, Query(ge=1, le=200)]


@router.get(
    "/v1/review/queue",
    operation_id="take_batch",
    summary="What to look at next, most worth first",
    response_model=Page[ShownQueued],
)
def queue(request: Request, wanted: Annotated[WantedBatch, Query()]) -> Response:
    """What comes lies on the desk of whoever asks, for ten minutes from the last sign of life: nobody else gets it.

    To ask again gives what was not done yet. A batch holds what lies on the desk, second codings, the share drawn at
    random, what was assigned, and the rest by worth.
    """
    ask = asked(request)
    return _batch(ask, review_queue.next_batch(analyst_of(ask), wanted.order()))


@router.post(
    "/v1/review/queue/stay",
    operation_id="stay",
    summary="Hold what lies on the desk for ten minutes more",
    response_model=ShownCount,
)
def stay(request: Request) -> Response:
    """A sign of life; a save is one too. What was due is no longer there."""
    return answered(ShownCount(verbatims=review_queue.stay(analyst_of(asked(request)))))


@router.post(
    "/v1/review/queue/put-back",
    operation_id="put_back",
    summary="Put back what lies on the desk, for anybody to take",
    response_model=ShownCount,
    openapi_extra=takes(GivenBack),
)
def put_back(request: Request) -> Response:
    """These, or everything; what does not lie there is left as it is."""
    ask = asked(request)
    given = read(GivenBack, ask.body.json())
    return answered(ShownCount(verbatims=review_queue.put_back(analyst_of(ask), given.verbatims)))


@router.post(
    "/v1/review/assignments",
    operation_id="assign",
    summary="Ask somebody to look at these",
    response_model=ShownCount,
    openapi_extra=takes(GivenAssignment, once=True),
)
def assign(request: Request) -> Response:
    """They come into that queue and no other, whosever they were before; what a person has coded is left out."""
    ask = asked(request)
    given = read(GivenAssignment, ask.body.json())
    _require_coder(ask, "assignee", given.assignee)
    chosen = given.filters.filters() if given.filters else given.verbatims or ()

    def work() -> Answer:
        return _counted(review_queue.assign(analyst_of(ask), given.assignee, chosen))

    return once(ask, work)


@router.post(
    "/v1/review/second",
    operation_id="want_second",
    summary="Have a share coded again, blind",
    response_model=ShownCount,
    openapi_extra=takes(GivenSecond, once=True),
)
def want_second(request: Request) -> Response:
    """A share, drawn at random, of what one person has coded; to ask again adds those that were coded since."""
    ask = asked(request)
    given = read(GivenSecond, ask.body.json())
    if given.coder is not None:
        _require_coder(ask, "coder", given.coder)

    def work() -> Answer:
        return _counted(double_coding.want_second(analyst_of(ask), given.share, given.seed, given.coder))

    return once(ask, work)


@router.get(
    "/v1/review/blind",
    operation_id="take_blind",
    summary="What to code a second time, without sight of the first coding",
    response_model=Page[ShownQueued],
)
def blind(request: Request, size: Size = 10) -> Response:
    """They lie on the desk as those of the queue do, in which they come too. Nothing that was judged is shown."""
    ask = asked(request)
    return _batch(ask, review_queue.blind_batch(analyst_of(ask), size))


@router.put(
    "/v1/verbatims/{id}/blind",
    operation_id="code_blind",
    summary="Code a verbatim a second time, blind",
    response_model=ShownBlind,
    openapi_extra=takes(GivenJudgement, once=True),
)
def code_blind(request: Request, id: Number) -> Response:
    """Never in effect by itself: where it differs from the first coding, somebody decides. 409 where none is wanted."""
    ask = asked(request)
    given, analyst = read(GivenJudgement, ask.body.json()), analyst_of(ask)
    require_codes(analyst, given)

    def work(connection: Connection) -> Answer:
        number = double_coding.coded_blind(connection, analyst, id, given.correction())
        return Answer(200, ShownBlind(verbatim=id, coding=number).model_dump(mode="json"))

    return once_within(ask, work)


@router.get(
    "/v1/review/disagreements",
    operation_id="list_disagreements",
    summary="What two persons coded differently",
    response_model=Page[ShownDisagreement],
)
def disagreements(request: Request, limit: Some = 50, cursor: Cursor = None) -> Response:
    """What nobody has decided yet, with both codings, the first one first."""
    ask = asked(request)
    found = double_coding.disagreements(ask.desk.engine, ask.organisation, limit + 1, after(cursor) or 0)
    note_reading(ask, [one.verbatim for one in found[:limit]])
    items = [
        ShownDisagreement(
            id=one.id,
            verbatim=shown_verbatim(Listed(one.verbatim, None), ask.role),
            first=shown_judgement(one.verbatim, one.first, ask.role),
            second=shown_judgement(one.verbatim, one.second, ask.role),
        )
        for one in found
    ]
    return answered(Page[ShownDisagreement](**paged(items, limit)))


@router.post(
    "/v1/review/disagreements/{id}",
    operation_id="decide",
    summary="Decide what two persons coded differently",
    response_model=ShownCorrected,
    openapi_extra=takes(GivenJudgement, once=True),
)
def decide(request: Request, id: Number) -> Response:
    """The decision is in effect at once. 409 where it was settled before, or the words have changed since."""
    ask = asked(request)
    given, analyst = read(GivenJudgement, ask.body.json()), analyst_of(ask)
    require_codes(analyst, given)

    def work(connection: Connection) -> Answer:
        return shown(double_coding.decided(connection, analyst, id, given.correction()))

    return once_within(ask, work)


@router.get(
    "/v1/verbatims/{id}/twins",
    operation_id="list_twins",
    summary="The same words in answer to the same question",
    response_model=Page[ShownVerbatim],
)
def twins(request: Request, id: Number, limit: Some = 100, cursor: Cursor = None) -> Response:
    """Whatever their script, case and spaces; those that the key may see, by number, without the verbatim itself."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        own = scope(ask.holder)
        require_listed(connection, ask.organisation, id, own)
        numbers = twins_of(connection, ask.organisation, id, own, limit + 1, after(cursor) or 0)
        stored = stored_verbatims(connection, ask.organisation, numbers)
        codings = effective(connection, ask.organisation, numbers)
    note_reading(ask, [stored[number] for number in numbers[:limit]])
    items = [shown_verbatim(Listed(stored[number], codings.get(number)), ask.role) for number in numbers]
    return answered(Page[ShownVerbatim](**paged(items, limit)))


@router.get(
    "/v1/review/twins",
    operation_id="list_inconsistent_twins",
    summary="The same words, coded in several ways",
    response_model=Page[ShownTwins],
)
def inconsistent(request: Request, limit: Some = 20, cursor: Cursor = None) -> Response:
    """What is in effect of them, stance aside: each way in which they were coded, the most frequent first."""
    ask = asked(request)
    groups = inconsistent_twins(ask.desk.engine, ask.organisation, limit + 1, after(cursor) or 0)
    with reading(ask.desk.engine, ask.organisation) as connection:
        stored = stored_verbatims(connection, ask.organisation, [group[0].verbatim for group in groups])
    note_reading(ask, list(stored.values()))
    items = [_group(stored[group[0].verbatim], group) for group in groups if group[0].verbatim in stored]
    return answered(Page[ShownTwins](**paged(items, limit)))


def _batch(ask: Asked, items: tuple[Item, ...]) -> Response:
    note_reading(ask, [one.verbatim for one in items] + [said.stored for one in items for said in one.earlier])
    return answered(Page[ShownQueued](items=[_queued(ask, one) for one in items]))


def _queued(ask: Asked, item: Item) -> ShownQueued:
    return ShownQueued(
        **dict(shown_verbatim(Listed(item.verbatim, item.coding), ask.role)),
        gold=item.gold,
        blind=item.blind,
        until=item.until,
        reasons=list(item.reasons),
        note=item.coding.reason if item.coding and "unmapped" in item.reasons else None,
        worth=None if item.worth is None else round(item.worth, 3),
        earlier=[_earlier(one) for one in item.earlier],
    )


def _earlier(one: Listed) -> ShownEarlier:
    said, coding = one.stored.verbatim, one.coding.coding if one.coding else None
    return ShownEarlier(
        id=one.stored.id,
        date=said.date,
        source=one.stored.source,
        question=said.question,
        score=said.score,
        contact=said.contact,
        text=words_of(said)[:CUT],
        codes=shown_codes(coding.codes) if coding else [],
        stance=coding.stance.label if coding else None,
    )


def _group(first: StoredVerbatim, members: tuple[Twin, ...]) -> ShownTwins:
    ways: dict[tuple[tuple[str, str], ...], list[Twin]] = {}
    for one in members:
        ways.setdefault(one.codes, []).append(one)
    variants = [
        ShownVariant(
            codes=[ShownTwinCode.model_validate({"id": id, "polarity": polarity}) for id, polarity in codes],
            verbatims=len(those),
            items=[ShownMember(verbatim=one.verbatim, coding=one.coding, person=one.person) for one in those[:MEMBERS]],
        )
        for codes, those in sorted(ways.items(), key=lambda way: -len(way[1]))
    ]
    said = first.verbatim
    return ShownTwins(id=first.id, text=words_of(said), question=said.question, variants=variants)


def _require_coder(ask: Asked, field: str, actor: str) -> None:
    """Raise ProblemError (422) for whoever does not code in this organisation: what is theirs comes to nobody else."""
    with reading(ask.desk.engine, ask.organisation) as connection:
        keys, users = list_keys(connection, ask.organisation), list_users(connection, ask.organisation)
    coders = {f"key:{one.id}" for one in keys if one.role in CODERS and one.revoked is None}
    coders |= {f"user:{one.login}" for one in users if one.role in CODERS and one.active}
    if actor not in coders:
        expected = "somebody who codes, as key:NUMBER or user:LOGIN"
        raise ProblemError(422, f"{field}: expected {expected}", Fault(field, told(field, actor), expected))


def _counted(count: int) -> Answer:
    return Answer(200, ShownCount(verbatims=count).model_dump(mode="json"))
