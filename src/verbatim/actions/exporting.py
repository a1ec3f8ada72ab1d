"""Coded verbatims go out: as JSON lines, page by page, or as tables, which are made on disk first.

JSON lines and the long table hold every verbatim that passes, those that nobody has coded too, and say which these are.
In a table with a column for each code, and in the counts of a workbook, nothing stands for "not judged yet": a zero
there says that somebody read the words and did not find the code. So these two hold what is coded, and no more.

A contact is named only where its permission is to be named.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine

from verbatim.actions.desk import Desk
from verbatim.actions.frame_in_use import codebook
from verbatim.actions.lenient_frame import LenientFrame
from verbatim.domain import Coding, Stance, Verbatim
from verbatim.errors import OutputError
from verbatim.formats.cells import as_json
from verbatim.formats.coded import FORMATS, open_writer, record
from verbatim.store.columns import in_utc
from verbatim.store.jobs import Lease, enqueue, put_file
from verbatim.store.listing import Filters, Listed, count, list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.taxonomy import Codebook

EXPORT = "export"
PAGE = 200
PIECE = 1 << 16
LINES = "jsonl"
JUDGED_ONLY = frozenset({"onehot", "xlsx"})
"""Formats that hold what is coded only."""

NAMED = "named"
_ABOUT = ("question", "account", "contact", "role", "score")

Pages = Iterator[tuple[Listed, ...]]


def export(engine: Engine, frame: Codebook, organisation: str, filters: Filters, format: str) -> Iterator[bytes]:
    """Yield the verbatims that pass as a file of this format, newest first, in pieces; memory does not grow with them.

    What comes or goes meanwhile may be in it or not. Raises OutputError for a format that is not in
    `formats.coded.FORMATS`, StoreError for filters that cannot be; both before the first piece.
    """
    _require_format(format)
    yield from _file(frame, format, _pages(engine, organisation, filters))


def start_export(engine: Engine, organisation: str, filters: Filters, format: str, actor: str) -> int:
    """The number of the job that makes the file. Raises OutputError, StoreError, NotFoundError."""
    _require_format(format)
    with writing(engine, organisation) as connection:
        list_verbatims(connection, organisation, filters, limit=1)
        return enqueue(connection, organisation, EXPORT, {"format": format, "filters": _plain(filters)}, actor)


def run_export(desk: Desk, lease: Lease) -> None:
    """Make the file of the job, which is kept with it; a worker that takes the job up again begins anew."""
    job = lease.job
    filters, format = _filters(job.payload["filters"]), job.payload["format"]
    with reading(desk.engine, job.organisation) as connection:
        total = count(connection, job.organisation, filters).verbatims
    pages = _noted(_pages(desk.engine, job.organisation, filters), lease, total)
    with tempfile.TemporaryFile(prefix="verbatim-") as file:
        for piece in _file(codebook(desk, job.organisation), format, pages):
            file.write(piece)
        size = file.tell()
        file.seek(0)
        with writing(desk.engine, job.organisation) as connection:
            put_file(connection, job.organisation, job.id, _pieces(file))
            lease.progress(connection, total, total, {"verbatims": total, "bytes": size})


def _require_format(format: str) -> None:
    if format not in FORMATS:
        raise OutputError(f"format {format[:40]!r}: expected one of {', '.join(FORMATS)}")


def _pages(engine: Engine, organisation: str, filters: Filters) -> Pages:
    """Yield the verbatims by page, each read by itself: a slow reader of the file holds up nobody in the store."""
    cursor: str | None = None
    while True:
        with reading(engine, organisation) as connection:
            page = list_verbatims(connection, organisation, filters, PAGE, cursor)
        yield page.items
        cursor = page.cursor
        if cursor is None:
            return


def _noted(pages: Pages, lease: Lease, total: int) -> Pages:
    """Yield the pages, and note before each how far the job is."""
    done = 0
    for page in pages:
        with writing(lease.engine, lease.job.organisation) as connection:
            lease.progress(connection, done, max(total, done))
        yield page
        done += len(page)


def _file(frame: Codebook, format: str, pages: Pages) -> Iterator[bytes]:
    if format == LINES:
        for page in pages:
            yield "".join(f"{as_json(_line(one))}\n" for one in page).encode("utf-8", "backslashreplace")
        return
    with tempfile.TemporaryDirectory(prefix="verbatim-") as folder:
        with open_writer(format, Path(folder), LenientFrame(frame)) as writer:
            for page in pages:
                for one in page:
                    if one.coding or format not in JUDGED_ONLY:
                        writer.write(_in_table(one), _coding(one))
        with (Path(folder) / FORMATS[format][0]).open("rb") as file:
            yield from _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _line(listed: Listed) -> dict[str, object]:
    """What a line of the file says: as `coded.jsonl` says it, with the number and the source in the store."""
    verbatim = _shown(listed)
    about = {name: getattr(verbatim, name) for name in _ABOUT if getattr(verbatim, name) is not None}
    if verbatim.date:
        about["date"] = verbatim.date.isoformat()
    said = record(replace(verbatim, fields={**about, **verbatim.fields}), _coding(listed))
    kept: dict[str, object] = {
        "store_id": listed.stored.id,
        "source": listed.stored.source,
        "coded": listed.coding is not None,
    }
    first: dict[str, object] = {"id": said.pop("id")}
    return {**first, **kept, **said}


def _in_table(listed: Listed) -> Verbatim:
    """The verbatim with its number and its source in the store before the columns of its own."""
    verbatim = _shown(listed)
    kept = {
        "store:id": listed.stored.id,
        "store:source": listed.stored.source,
        "store:coded": listed.coding is not None,
    }
    return replace(verbatim, fields=kept | dict(verbatim.fields))


def _shown(listed: Listed) -> Verbatim:
    verbatim = listed.stored.verbatim
    return verbatim if listed.stored.permission == NAMED else replace(verbatim, contact=None)


def _coding(listed: Listed) -> Coding:
    """The coding in effect; one that says nothing, by nobody, where there is none."""
    if listed.coding:
        return listed.coding.coding
    return Coding(listed.stored.verbatim.id, "", (), Stance(None, "estimated", 0.0), False, "", 0.0)


def _plain(filters: Filters) -> dict[str, Any]:
    """The filters as JSON keeps them."""
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    return {name: in_utc(value).isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def _filters(values: dict[str, Any]) -> Filters:
    moments = {name: datetime.fromisoformat(values[name]) for name in ("since", "until") if name in values}
    lists = {name: tuple(values[name]) for name in ("accounts",) if name in values}
    known: dict[str, Any] = values | moments | lists
    return Filters(**known)
