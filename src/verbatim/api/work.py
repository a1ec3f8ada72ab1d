"""Jobs: how far they are, what was left out, and leaving off; coding everything anew."""

from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from verbatim.api.answers import answered, keyed
from verbatim.api.books import JobState, ShownJob, ShownRowError
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.once import once
from verbatim.api.receipts import job_href
from verbatim.api.shown import Page, ShownJobRef, ShownStart
from verbatim.errors import NotFoundError
from verbatim.store import jobs
from verbatim.store.access_keys import jobs_of
from verbatim.store.jobs import RowError, StoredJob
from verbatim.store.keys import Answer
from verbatim.store.opening import reading, writing

router = APIRouter(tags=["jobs"])

FIRST_ERRORS = 20
"""How many rows that were left out are told with the job itself."""


@router.get("/v1/jobs", operation_id="list_jobs", summary="The latest jobs", response_model=Page[ShownJob])
def list_jobs(request: Request, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """The newest first; a submitter sees its own. Their row errors stand at each job."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = jobs.list_jobs(connection, ask.organisation, jobs_of(ask.holder), limit)
    return answered(Page[ShownJob](items=[shown_job(one) for one in found]))


@router.get("/v1/jobs/{id}", operation_id="show_job", summary="How far a job is", response_model=ShownJob)
def show_job(request: Request, id: Number) -> Response:
    """Progress, rate, result, and the first rows that were left out."""
    ask = asked(request)
    one = own_job(ask, id)
    with reading(ask.desk.engine, ask.organisation) as connection:
        left_out = jobs.errors_of(connection, ask.organisation, id, FIRST_ERRORS)
    return answered(shown_job(one, left_out))


@router.get(
    "/v1/jobs/{id}/errors",
    operation_id="list_job_errors",
    summary="The rows that a job left out",
    response_model=Page[ShownRowError],
)
def list_errors(request: Request, id: Number, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> Response:
    """In the order of the file, as a spreadsheet counts its rows."""
    ask = asked(request)
    own_job(ask, id)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = jobs.errors_of(connection, ask.organisation, id, limit)
    return answered(Page[ShownRowError](items=[ShownRowError(row=one.row, reason=one.reason) for one in found]))


@router.delete("/v1/jobs/{id}", operation_id="cancel_job", summary="Leave off a job", response_model=ShownJob)
def cancel_job(request: Request, id: Number) -> Response:
    """What it has kept by then stays; a job that has ended stays as it is."""
    ask = asked(request)
    own_job(ask, id)
    with writing(ask.desk.engine, ask.organisation) as connection:
        one = jobs.cancel(connection, ask.organisation, id, datetime.now(UTC))
    return answered(shown_job(one))


@router.post(
    "/v1/recodings",
    operation_id="recode",
    summary="Code everything anew by the current model",
    status_code=202,
    response_model=ShownStart,
    openapi_extra=keyed(),
)
def recode(request: Request) -> Response:
    """A job codes what the current model has not coded yet; what persons judged stays in effect."""
    ask = asked(request)
    return once(ask, lambda: started(ask, _enqueue(ask)))


def started(ask: Asked, job: int) -> Answer:
    """The answer that a job was queued; workers are told."""
    ask.wake()
    shown = ShownStart(job=ShownJobRef(id=job, href=job_href(job)))
    return Answer(202, shown.model_dump(mode="json"))


def own_job(ask: Asked, number: int) -> StoredJob:
    """A job that the key may see. Raises NotFoundError, the same whether it may not or there is none."""
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = jobs.job(connection, ask.organisation, number)
    actor = jobs_of(ask.holder)
    if actor is not None and found.actor != actor:
        where = f"not in organisation {ask.organisation!r}; expected the id of one that is"
        raise NotFoundError(f"job {number}: {where}")
    return found


def shown_job(one: StoredJob, left_out: tuple[RowError, ...] = ()) -> ShownJob:
    """A job as it goes out."""
    is_file = one.kind == "export" and one.state == "done"
    return ShownJob(
        id=one.id,
        kind=one.kind,
        state=cast("JobState", one.state),
        done=one.done,
        total=one.total,
        rate=_rate(one),
        attempts=one.attempts,
        result=one.result,
        error=one.error,
        errors=[ShownRowError(row=error.row, reason=error.reason) for error in left_out],
        created=one.created,
        started=one.started,
        finished=one.finished,
        href=job_href(one.id),
        file=f"/v1/exports/{one.id}" if is_file else None,
    )


def _enqueue(ask: Asked) -> int:
    with writing(ask.desk.engine, ask.organisation) as connection:
        return jobs.enqueue(connection, ask.organisation, "recode", {}, ask.actor)


def _rate(one: StoredJob) -> float | None:
    """Steps a second since the start, to the end or to this moment."""
    if one.started is None:
        return None
    seconds = ((one.finished or datetime.now(UTC)) - one.started).total_seconds()
    return round(one.done / seconds, 1) if seconds > 0 else None
