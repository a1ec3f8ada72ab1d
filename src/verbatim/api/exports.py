"""Files that go out: coded data, at once or by a job."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, count
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from verbatim.actions.exporting import export, start_export
from verbatim.actions.frame_in_use import codebook
from verbatim.api.answers import takes
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number, Wanted
from verbatim.api.given import GivenExport, read
from verbatim.api.once import once
from verbatim.api.problems import ProblemError
from verbatim.api.shown import ShownStart
from verbatim.api.sight import narrowed
from verbatim.api.work import own_job, started
from verbatim.errors import NotFoundError
from verbatim.store import audit
from verbatim.store.jobs import file_piece
from verbatim.store.listing import Filters
from verbatim.store.opening import reading, writing

router = APIRouter(tags=["files"])

Form = Literal["jsonl", "csv", "onehot", "xlsx"]
TYPES = {
    "jsonl": ("coded.jsonl", "application/jsonl"),
    "csv": ("coded.csv", "text/csv; charset=utf-8"),
    "onehot": ("coded_onehot.csv", "text/csv; charset=utf-8"),
    "xlsx": ("coded.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_FILES = {kind.partition(";")[0]: {"schema": {"type": "string"}} for _, kind in TYPES.values()}


class WantedFile(Wanted):
    """Which verbatims, and in which form."""

    format: Form = "jsonl"


@router.get(
    "/v1/exports",
    operation_id="export",
    summary="Coded data as one file, at once",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def send_export(request: Request, wanted: Annotated[WantedFile, Query()]) -> Response:
    """JSON lines, CSV with a row for each code or a column for each id, or a workbook; streamed as it is made."""
    ask = asked(request)
    filters = _exported(ask, wanted.filters())
    note(ask, wanted.format)
    frame = codebook(ask.desk, ask.organisation)
    return _file(export(ask.desk.engine, frame, ask.organisation, filters, wanted.format), wanted.format)


@router.post(
    "/v1/exports",
    operation_id="start_export",
    summary="Coded data as a file that a job makes",
    status_code=202,
    response_model=ShownStart,
    openapi_extra=takes(GivenExport, once=True),
)
def add_export(request: Request) -> Response:
    """For many verbatims. The job's `file` says where it is to be fetched, for some days."""
    ask = asked(request)
    given = read(GivenExport, ask.body.json())
    filters = _exported(ask, Filters(**given.model_dump(exclude={"format"})))

    def start() -> int:
        return start_export(ask.desk.engine, ask.organisation, filters, given.format, ask.actor)

    return once(ask, lambda: started(ask, start()))


@router.get(
    "/v1/exports/{id}",
    operation_id="fetch_export",
    summary="The file that a job made",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def fetch_export(request: Request, id: Number) -> Response:
    """`id` is that of the job; 409 while it is not done. Who asked for it may fetch it, and analysts and admins."""
    ask = asked(request)
    job = own_job(ask, id)
    if job.kind == "export" and job.state in ("queued", "running"):
        detail = f"export {id}: {job.state}; expected to be asked again when it is done"
        raise ProblemError(409, detail, headers={"Retry-After": "1"})
    if job.kind != "export" or job.state != "done":
        raise NotFoundError(f"export {id}: no file; expected the id of an export that is done")
    form, size = str(job.payload["format"]), (job.result or {})["bytes"]
    pieces = _kept(ask, id)
    first = next(pieces, None)
    if first is None:
        raise NotFoundError(f"export {id}: dropped; expected one that was made some days ago at most")
    note(ask, form)
    return _file(chain((first,), pieces), form, {"Content-Length": str(size)})


def note(ask: Asked, form: str) -> None:
    """Keep that a file went out."""
    with writing(ask.desk.engine, ask.organisation) as connection:
        audit.record(connection, ask.organisation, audit.Event(ask.actor, "export", "verbatims", {"format": form}))


def _exported(ask: Asked, filters: Filters) -> Filters:
    """What the file may hold: a manager's leaves out the words that it may not see."""
    return narrowed(ask, replace(filters, quotable=ask.role == "manager"))


def _file(pieces: Iterator[bytes], form: str, more: Mapping[str, str] | None = None) -> Response:
    """The file as an answer; what cannot be made is told before the first byte."""
    name, kind = TYPES[form]
    first = next(pieces, b"")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": kind, **(more or {})}
    return StreamingResponse(chain((first,), pieces), headers=headers)


def _kept(ask: Asked, job: int) -> Iterator[bytes]:
    """Yield the file of a job, each piece read by itself: a slow reader holds up nobody in the store."""
    for position in count():
        with reading(ask.desk.engine, ask.organisation) as connection:
            piece = file_piece(connection, ask.organisation, job, position)
        if piece is None:
            return
        yield piece
