"""Files that come in: a transcript, or a survey export."""

import re
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.importing import CALL, Recognised, recognise, start_import
from verbatim.actions.transcripts_in import turns_of
from verbatim.api.answers import ANY_FILE, answered, takes_bytes
from verbatim.api.books import ShownRecognised, ShownRowError
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import When
from verbatim.api.given import ExternalId, GivenTalk, Name, read
from verbatim.api.once import once
from verbatim.api.receipts import answer, hand_in
from verbatim.api.shown import ShownReceipt, ShownStart
from verbatim.api.work import started
from verbatim.domain import Turn, Verbatim
from verbatim.formats.reading import DateOrder, ReadOptions
from verbatim.store.verbatims import Received

router = APIRouter(tags=["files"])

FILE_NAME = "file.csv"
_DISPOSITION = re.compile(r"""filename\*?=(?:UTF-8'')?"?([^";]+)""", re.IGNORECASE)

Speakers = Annotated[list[Name] | None, Field(description="May be repeated; a name, or @domain.")]


class Told(BaseModel):
    """Which source a file belongs to, and what it is called; else Content-Disposition says the latter."""

    model_config = ConfigDict(protected_namespaces=())

    source: Annotated[Name, Field(description="Where it comes from, such as calls.")]
    name: Annotated[Name | None, Field(description="The name of the file; its ending says what it is.")] = None


class TalkTold(Told):
    """What is known of a talk beside its words."""

    external_id: Annotated[
        ExternalId | None, Field(description="Its id in its source; made from the bytes if left out.")
    ] = None
    date: When | None = None
    account: Name | None = None
    contact: Name | None = None
    role: Name | None = None
    score: Annotated[float, Field(ge=0, le=10)] | None = None
    customer: Speakers = None
    ours: Speakers = None


class ExportTold(Told):
    """How a survey export is to be read; what is left out is recognised from the file."""

    dry_run: Annotated[bool, Field(description="Only say what the file was recognised as; nothing is kept.")] = False
    text: Annotated[list[Name] | None, Field(description="Columns of free text.")] = None
    id: Annotated[Name | None, Field(description="Column of the answer's id.")] = None
    score: Annotated[Name | None, Field(description="Column of the score, 0 to 10.")] = None
    date: Annotated[Name | None, Field(description="Column of the date.")] = None
    account: Annotated[Name | None, Field(description="Column of the customer's company.")] = None
    contact: Annotated[Name | None, Field(description="Column of the person who answered.")] = None
    role: Annotated[Name | None, Field(description="Column of that person's role.")] = None
    date_order: Annotated[DateOrder | None, Field(description="How 03/04/2026 is meant.")] = None
    sheet: Annotated[Name | None, Field(description="Sheet of a workbook.")] = None
    encoding: Annotated[Name | None, Field(description="Encoding of a text file.")] = None
    customer: Speakers = None
    ours: Speakers = None

    def options(self) -> ReadOptions:
        """The same as readers have them."""
        given = self.model_dump(exclude={"source", "name", "dry_run", "text", "customer", "ours"})
        lists = {"text": self.text, "customers": self.customer, "ours": self.ours}
        return ReadOptions(**given, **{name: tuple(values or ()) for name, values in lists.items()})  # type: ignore[arg-type]


@router.post(
    "/v1/transcripts",
    operation_id="add_transcript",
    summary="Hand in a transcript: a file in any known form, or turns as JSON",
    response_model=ShownReceipt,
    responses={202: {"model": ShownReceipt}},
    openapi_extra=takes_bytes(
        {
            "application/json": {"schema": {"$ref": "#/components/schemas/GivenTalk"}},
            "application/octet-stream": ANY_FILE,
        },
        once=True,
    ),
)
def add_transcript(request: Request, told: Annotated[TalkTold, Query()]) -> Response:
    """VTT, SRT, text with speakers, a recorded call as JSON; or `{"turns": […]}` as application/json.

    The bytes of the file are the body, as `curl --data-binary @call.vtt` sends them. A short talk is coded at once
    (200), a long one by a job (202).
    """
    ask = asked(request)
    name = told.name or _sent_name(ask) or "transcript"
    id = told.external_id or f"file-{ask.body.digest[:16]}"
    talk = Verbatim(
        id=id,
        turns=_turns(ask, name, told),
        date=told.date,
        account=told.account,
        contact=told.contact,
        role=told.role,
        score=told.score,
    )
    return once(ask, lambda: answer(ask, hand_in(ask, told.source, [Received(talk, CALL)])))


@router.post(
    "/v1/imports",
    operation_id="add_import",
    summary="Import a survey export by a job",
    status_code=202,
    response_model=ShownStart,
    responses={200: {"model": ShownRecognised}},
    openapi_extra=takes_bytes({"application/octet-stream": ANY_FILE}, once=True),
)
def add_import(request: Request, told: Annotated[ExportTold, Query()]) -> Response:
    """CSV, TSV, XLSX, XLS, ODS or JSONL; the bytes of the file are the body, as `curl --data-binary @FILE` sends them.

    With `dry_run=true` nothing is kept: the answer says which layout was recognised, and which column is taken as what.
    """
    ask = asked(request)
    name = told.name or _sent_name(ask) or FILE_NAME
    options, path = told.options(), ask.body.path()
    if told.dry_run:
        return answered(_recognised(recognise(path, name, options)))

    def start() -> int:
        return start_import(ask.desk.engine, ask.organisation, told.source, path, name, options, ask.actor)

    return once(ask, lambda: started(ask, start()))


def _recognised(found: Recognised) -> ShownRecognised:
    left_out = [ShownRowError(row=one.row, reason=one.reason) for one in found.rejections]
    return ShownRecognised(
        file=found.file,
        layout=found.layout,
        columns=found.columns,
        names=list(found.names),
        text=list(found.text),
        notes=list(found.notes),
        verbatims=found.verbatims,
        rejected=found.rejected,
        rejections=left_out,
        more=found.more,
    )


def _turns(ask: Asked, name: str, told: TalkTold) -> tuple[Turn, ...]:
    kind = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = ask.body.json() if kind == "application/json" else None
    if isinstance(body, dict) and "turns" in body:
        return tuple(one.turn() for one in read(GivenTalk, body).turns)
    options = ReadOptions(customers=tuple(told.customer or ()), ours=tuple(told.ours or ()))
    return turns_of(name, ask.body.bytes(), options)


def _sent_name(ask: Asked) -> str | None:
    """The name that Content-Disposition gives, without any folder."""
    found = _DISPOSITION.search(ask.headers.get("content-disposition", ""))
    return PurePath(found[1].replace("\\", "/")).name[:200] or None if found else None
