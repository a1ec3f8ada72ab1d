"""Work that outlives whoever asked for it: queued with the data, leased to one worker at a time, never lost with it.

    queued ──claim──► running ──finish──► done
      ▲                 │ │ └────fail────► failed
      │                 │ └────cancel────► cancelled   (from queued too)
      └────put_back─────┘
      a running job whose lease is over is claimed by another worker

A worker that has lost its lease is told by LeaseLostError inside the very block in which it works, so that nothing of
that block is kept: a step counts once, with its progress, or not at all. Payload, result and error hold numbers, never
a customer's words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, case, delete, func, literal, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from verbatim.domain import Rejection
from verbatim.errors import ConflictError, LeaseLostError, NotFoundError
from verbatim.store.columns import Moment, in_utc
from verbatim.store.records import Values
from verbatim.store.schema import job_errors, job_files, jobs
from verbatim.store.statements import BATCH, NUMBERS, insert_into, require_organisation

LEASE = timedelta(seconds=30)
"""How long a worker has a job without a sign of life."""

TRIES = 8
"""How often a job may be started in a row without getting on: it takes its workers down, and is failed."""

PIECE = 1 << 20
"""Bytes of a file that are kept in one row."""

_UNLEASED: Values = {"worker": None, "leased_until": None}


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as it stands. `done` of `total` steps are done; `attempts` counts its starts since it last got on."""

    id: int
    organisation: str
    kind: str
    state: str
    payload: Values
    result: Values | None
    error: str | None
    done: int
    total: int | None
    attempts: int
    actor: str | None
    created: datetime
    started: datetime | None
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class RowError:
    """A row of a job's file that was left out, as a spreadsheet counts it, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Lease:
    """What a worker holds while it works on a job; `stopping` is set when it is to leave off."""

    engine: Engine
    job: StoredJob
    worker: str
    length: timedelta = LEASE
    stopping: Event | None = None

    def progress(
        self, connection: Connection, done: int, total: int | None = None, result: Values | None = None
    ) -> None:
        """Note in the block of the work itself how far it has come, and renew the lease.

        `done` goes up as the job gets on; work that is taken up again goes on from where it was. Raises LeaseLostError
        where the job was cancelled, where another worker has it, or where this one is to stop.
        """
        if self.stopping and self.stopping.is_set():
            raise LeaseLostError(f"job {self.job.id}: its worker is to stop; expected another one to go on with it")
        got_on = case((jobs.c.done < done, 0), else_=jobs.c.attempts)
        known = {name: value for name, value in (("total", total), ("result", result)) if value is not None}
        _change(connection, self, {"done": done, "attempts": got_on, **self._renewed(), **known})

    def renew(self, connection: Connection) -> None:
        """Hold the job for another while. Raises LeaseLostError where it was cancelled or another worker has it."""
        _change(connection, self, self._renewed())

    def note_errors(self, connection: Connection, rejections: Sequence[Rejection]) -> None:
        """Keep which rows were left out, each reason once, in the block of the work itself."""
        note_errors(connection, self.job, rejections)

    def _renewed(self) -> Values:
        return {"leased_until": datetime.now(UTC) + self.length}


def enqueue(
    connection: Connection, organisation: str, kind: str, payload: Values, actor: str | None, total: int | None = None
) -> int:
    """The number of a new job, which is there when the block of the data ends well. Raises NotFoundError."""
    require_organisation(connection, organisation)
    row = {"organisation": organisation, "kind": kind, "payload": payload, "actor": actor, "total": total}
    number: int = connection.execute(insert_into(connection, jobs).returning(jobs.c.id), row).scalar_one()
    return number


def require_none(connection: Connection, organisation: str, kind: str) -> None:
    """Raise ConflictError, naming the job, while one of this kind is waiting or running; hold the organisation first.

    One whose worker has given no sign of life in the time of its lease is failed instead.
    """
    going = jobs.c.organisation == organisation, jobs.c.kind == kind, jobs.c.state.in_(("queued", "running"))
    now = datetime.now(UTC)
    for row in connection.execute(select(jobs).where(*going).order_by(jobs.c.id)).all():
        if row.state == "running" and row.leased_until and row.leased_until <= now:
            reason = f"its worker went away, and another {kind} was asked for"
            _end(connection, organisation, row.id, {"state": "failed", "error": reason, "finished": now})
            continue
        raise ConflictError(f"job {row.id}: a {kind} is {row.state}; expected to be asked again when it is done")


def begin(connection: Connection, number: int, worker: str, lease: timedelta = LEASE) -> StoredJob:
    """A job that was queued in this very block, leased to whoever queued it."""
    taken = connection.execute(_take(number, worker, datetime.now(UTC), lease)).one()
    return _stored(taken)


def job(connection: Connection, organisation: str, number: int) -> StoredJob:
    """One job. Raises NotFoundError."""
    chosen = select(jobs).where(jobs.c.organisation == organisation, jobs.c.id == number)
    row = connection.execute(chosen).one_or_none() if number in NUMBERS else None
    if row is None:
        raise NotFoundError(f"job {number}: not in organisation {organisation!r}; expected the id of one that is")
    return _stored(row)


def going(connection: Connection, organisation: str, kind: str) -> StoredJob | None:
    """The first job of a kind that waits or runs; None where there is none."""
    waits = jobs.c.organisation == organisation, jobs.c.kind == kind, jobs.c.state.in_(("queued", "running"))
    row = connection.execute(select(jobs).where(*waits).order_by(jobs.c.id).limit(1)).one_or_none()
    return None if row is None else _stored(row)


def latest(connection: Connection, organisation: str, kind: str) -> StoredJob | None:
    """The latest job of a kind that is done; None where there is none."""
    done = jobs.c.organisation == organisation, jobs.c.kind == kind, jobs.c.state == "done"
    row = connection.execute(select(jobs).where(*done).order_by(jobs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _stored(row)


def list_jobs(
    connection: Connection, organisation: str, actor: str | None = None, limit: int = 50
) -> tuple[StoredJob, ...]:
    """The latest jobs of an organisation, of one actor where it is named, the newest first."""
    chosen = select(jobs).where(jobs.c.organisation == organisation).order_by(jobs.c.id.desc()).limit(limit)
    if actor is not None:
        chosen = chosen.where(jobs.c.actor == actor)
    return tuple(_stored(row) for row in connection.execute(chosen))


def claim(connection: Connection, worker: str, now: datetime, lease: timedelta = LEASE) -> StoredJob | None:
    """The oldest job that nobody works on, now leased to this worker; None where there is none.

    `worker` must be a name that no two workers ever have. A job that was started too often without getting on is failed
    instead. The connection must see the jobs of every organisation.
    """
    while row := connection.execute(_free(now)).first():
        if row.attempts < TRIES:
            return _stored(connection.execute(_take(row.id, worker, now, lease)).one())
        reason = f"it was started {row.attempts} times and its worker ended each time before it got on; given up"
        _end(connection, row.organisation, row.id, {"state": "failed", "error": reason, "finished": now})
    return None


def put_back(connection: Connection, worker: str) -> int:
    """How many jobs were put back: those that a worker of that name, or of that name with a mark after a /, had.

    For a worker that starts anew and knows that its former self is gone.
    """
    whose = or_(jobs.c.worker == worker, jobs.c.worker.startswith(f"{worker}/", autoescape=True))
    left = update(jobs).where(jobs.c.state == "running", whose)
    return connection.execute(left.values(state="queued", **_UNLEASED)).rowcount


def give_up(connection: Connection, lease: Lease) -> None:
    """Put a job back for another worker; this start does not count. Raises LeaseLostError where it is lost already."""
    counted = case((jobs.c.attempts > 0, jobs.c.attempts - 1), else_=0)
    _change(connection, lease, {"state": "queued", "attempts": counted, **_UNLEASED})


def finish(connection: Connection, lease: Lease, result: Values | None = None) -> None:
    """Note that a job is done; its result as noted last, where none is given. Raises LeaseLostError."""
    known = {} if result is None else {"result": result}
    _change(connection, lease, {"state": "done", "finished": datetime.now(UTC), **_UNLEASED, **known})


def fail(connection: Connection, lease: Lease, reason: str) -> None:
    """Note why a job cannot be done, and drop its file. Raises LeaseLostError."""
    values = {"state": "failed", "finished": datetime.now(UTC), "error": _storable(reason), **_UNLEASED}
    _change(connection, lease, values)
    drop_file(connection, lease.job.organisation, lease.job.id)


def cancel(connection: Connection, organisation: str, number: int, now: datetime) -> StoredJob:
    """The job as it stands then: cancelled, and its file dropped, unless it had ended before. Raises NotFoundError.

    A worker that has it is told when it notes its progress; what it has kept by then stays.
    """
    _end(connection, organisation, number, {"state": "cancelled", "finished": now})
    return job(connection, organisation, number)


def note_errors(connection: Connection, job: StoredJob, rejections: Sequence[Rejection]) -> None:
    """Keep which rows were left out, each reason once, though the step that says so is repeated."""
    owner = {"organisation": job.organisation, "job_id": job.id}
    rows = [{**owner, "row": one.row, "reason": _storable(one.reason)} for one in rejections]
    for start in range(0, len(rows), BATCH):
        connection.execute(insert_into(connection, job_errors).on_conflict_do_nothing(), rows[start : start + BATCH])


def errors_of(connection: Connection, organisation: str, number: int, limit: int = 100) -> tuple[RowError, ...]:
    """The first rows of a job's file that were left out, in the order of the file."""
    mine = (job_errors.c.organisation == organisation, job_errors.c.job_id == number)
    chosen = select(job_errors.c.row, job_errors.c.reason).where(*mine)
    rows = connection.execute(chosen.order_by(job_errors.c.row, job_errors.c.id).limit(limit))
    return tuple(RowError(row.row, row.reason) for row in rows)


def put_file(connection: Connection, organisation: str, number: int, chunks: Iterable[bytes]) -> int:
    """How many bytes are kept as the file of a job, instead of the one that it had."""
    drop_file(connection, organisation, number)
    size = 0
    for position, piece in enumerate(_pieces(chunks)):
        row = {"organisation": organisation, "job_id": number, "position": position, "content": piece}
        connection.execute(insert_into(connection, job_files), row)
        size += len(piece)
    return size


def file_chunks(connection: Connection, organisation: str, number: int) -> Iterator[bytes]:
    """Yield the file of a job in pieces. Raises NotFoundError where it has none."""
    position = 0
    while (piece := file_piece(connection, organisation, number, position)) is not None:
        yield piece
        position += 1
    if not position:
        raise NotFoundError(f"file of job {number}: not in organisation {organisation!r}; expected one not dropped yet")


def file_piece(connection: Connection, organisation: str, number: int, position: int) -> bytes | None:
    """One piece of the file of a job, counted from 0; None after the last."""
    files = job_files.c
    mine = files.organisation == organisation, files.job_id == number, files.position == position
    return connection.scalar(select(files.content).where(*mine))


def drop_file(connection: Connection, organisation: str, number: int) -> None:
    """Delete the file of a job, if it has one."""
    files = job_files.c
    connection.execute(delete(job_files).where(files.organisation == organisation, files.job_id == number))


def drop_old_files(connection: Connection, before: datetime) -> int:
    """How many jobs lost their file: those that ended before that moment, of every organisation."""
    over = select(jobs.c.id).where(jobs.c.finished < in_utc(before))
    counted = select(func.count(job_files.c.job_id.distinct())).where(job_files.c.job_id.in_(over))
    count = connection.execute(counted).scalar_one()
    connection.execute(delete(job_files).where(job_files.c.job_id.in_(over)))
    return count


def _free(now: datetime) -> Select[int, str, int]:
    """The oldest job that nobody works on; one that another worker is taking at this moment is passed over."""
    over = (jobs.c.state == "running") & (jobs.c.leased_until <= in_utc(now))
    chosen = select(jobs.c.id, jobs.c.organisation, jobs.c.attempts).where(or_(jobs.c.state == "queued", over))
    return chosen.order_by(jobs.c.id).limit(1).with_for_update(skip_locked=True)


def _take(number: int, worker: str, now: datetime, lease: timedelta) -> ReturningUpdate[Any]:
    held = {"state": "running", "worker": worker, "leased_until": in_utc(now) + lease}
    started = func.coalesce(jobs.c.started, literal(now, Moment))
    counted = update(jobs).where(jobs.c.id == number).values(**held, started=started, attempts=jobs.c.attempts + 1)
    return counted.returning(jobs)


def _change(connection: Connection, lease: Lease, values: Values) -> None:
    """Change a job that its worker still has. Raises LeaseLostError where it has it no longer."""
    mine = (jobs.c.id == lease.job.id, jobs.c.state == "running", jobs.c.worker == lease.worker)
    if connection.execute(update(jobs).where(*mine).values(**values)).rowcount:
        return
    row = connection.execute(select(jobs.c.state, jobs.c.worker).where(jobs.c.id == lease.job.id)).one_or_none()
    stands = f"{row.state!r}, with worker {row.worker!r}" if row else "gone"
    raise LeaseLostError(f"job {lease.job.id}: is {stands}; expected 'running', with worker {lease.worker!r}")


def _end(connection: Connection, organisation: str, number: int, values: Values) -> None:
    """End a job that is queued or running, whoever has it, and drop its file."""
    going = (jobs.c.organisation == organisation, jobs.c.id == number, jobs.c.state.in_(("queued", "running")))
    if number in NUMBERS and connection.execute(update(jobs).where(*going).values(**values, **_UNLEASED)).rowcount:
        drop_file(connection, organisation, number)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size, the last one shorter; one empty piece for an empty file."""
    held = bytearray()
    full = False
    for chunk in chunks:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
            full = True
    if held or not full:
        yield bytes(held)


def _storable(reason: str) -> str:
    """The reason with what no engine keeps written as an escape."""
    return reason.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _stored(row: Row[Any]) -> StoredJob:
    values = {field.name: getattr(row, field.name) for field in fields(StoredJob)}
    return StoredJob(**values | {"payload": row.payload or {}})
