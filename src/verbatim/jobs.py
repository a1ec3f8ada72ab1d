"""Work that goes on behind the doors: the only place that knows actions by the kind of a job.

A worker takes one job at a time, does what its kind names, and shows a sign of life while a long step runs. A job whose
worker is gone is taken over when its lease is over; a worker that starts anew under the name of a former one takes back
at once what that one had. Two that run under one name do no harm: each run has a mark of its own, so that the later one
takes over once, at its start, and the former is told so and goes on with other jobs.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread
from time import monotonic

import structlog

from verbatim.actions.crosswalked import run_crosswalk
from verbatim.actions.exporting import run_export
from verbatim.actions.importing import run_import
from verbatim.actions.intake import Desk
from verbatim.actions.label_jobs import LABELS, run_labels
from verbatim.actions.reasons import without_sentences
from verbatim.actions.retrain_jobs import run_retrain
from verbatim.actions.stored_coding import run_coding, run_recoding
from verbatim.actions.stores import THEMES
from verbatim.actions.theming import run_themes
from verbatim.errors import InternalError, LeaseLostError, StoreError, UnavailableError, VerbatimError
from verbatim.store.changes import cut_all
from verbatim.store.jobs import Lease, claim, drop_old_files, fail, finish, give_up, put_back
from verbatim.store.opening import writing

Work = Callable[[Desk, Lease], None]

KINDS: Mapping[str, Work] = {
    "import": run_import,
    "code": run_coding,
    "recode": run_recoding,
    "crosswalk": run_crosswalk,
    "export": run_export,
    "retrain": run_retrain,
    LABELS: run_labels,
    THEMES: run_themes,
}
"""What a worker does with a job, by its kind."""

IDLE = 1.0
"""Seconds until a worker without work looks for some again."""

SIGNS = 3
"""How many signs of life a worker gives in the time of a lease."""

FILES_KEPT = timedelta(days=7)
"""How long what came out of a job can be fetched."""

TIDIED = 3600.0
"""Seconds between two looks for files whose time is over."""

PAUSES = (0.2, 15.0)
"""Seconds that a worker waits for a store that does not answer: the first pause, doubled each time, and the longest."""

PACKAGE = Path(__file__).parent

log = structlog.get_logger()


class Patience:
    """Waits for a store that does not answer, longer each time, and says so once."""

    def __init__(self) -> None:
        self._pause = 0.0

    def wait(self, error: UnavailableError, stop: Event) -> None:
        """Wait, unless `stop` is set."""
        if not self._pause:
            log.warning("store_unavailable", reason=str(error))
        first, longest = PAUSES
        self._pause = min(max(first, 2 * self._pause), longest)
        stop.wait(self._pause)

    def over(self) -> None:
        """Note that the store has answered."""
        if self._pause:
            log.info("store_available")
        self._pause = 0.0


class Worker:
    """Does jobs, one after the other.

    `name` is the worker's for good, such as "host:1". `wake` is set by whoever has queued a job and does not want to
    wait until the worker looks by itself.
    """

    def __init__(self, desk: Desk, name: str, kinds: Mapping[str, Work] = KINDS, wake: Event | None = None) -> None:
        self._desk = desk
        self._name = name
        self._kinds = kinds
        self._wake = wake
        self._tidied = -TIDIED

    def run(self, stop: Event) -> None:
        """Work until `stop` is set: the step that runs then is given up, and the job put back for another worker."""
        mark = f"{self._name}/{token_hex(4)}"
        former: str | None = self._name
        patience = Patience()
        while not stop.is_set():
            try:
                self._put_back(former)
                former = None
                busy = self._next(mark, stop)
                patience.over()
            except UnavailableError as error:
                former = mark
                patience.wait(error, stop)
                continue
            if not busy:
                self._rest(stop)

    def _put_back(self, former: str | None) -> None:
        if former is None:
            return
        with writing(self._desk.engine) as connection:
            count = put_back(connection, former)
        if count:
            log.info("jobs_put_back", worker=former, jobs=count)

    def _next(self, mark: str, stop: Event) -> bool:
        """Do the next job; whether there was one."""
        now = datetime.now(UTC)
        with writing(self._desk.engine) as connection:
            job = claim(connection, mark, now)
        if job is None:
            self._tidy(now)
            return False
        lease = Lease(self._desk.engine, job, mark, stopping=stop)
        told = log.bind(job=job.id, kind=job.kind, worker=mark, attempt=job.attempts)
        told.info("job_started")
        told.info("job_ended", outcome=self._outcome(lease))
        return True

    def _outcome(self, lease: Lease) -> str:
        """Do a job, and note what came of it: done, failed, given up, or lost."""
        try:
            with _held(lease):
                self._work(lease.job.kind)(self._desk, lease)
            return _noted(lease, finish)
        except UnavailableError:
            raise
        except LeaseLostError as error:
            log.info("lease_lost", reason=str(error))
            return _noted(lease, give_up) if lease.stopping and lease.stopping.is_set() else "lost"
        except VerbatimError as error:
            reason = without_sentences(str(error))
        except Exception as error:  # noqa: BLE001 - one job's mistake must not end the worker; its message may hold words
            reason = f"a mistake of ours: {place_of(error)}"
            log.error("job_failed", job=lease.job.id, kind=lease.job.kind, mistake=place_of(error))
        return _noted(lease, fail, reason)

    def _work(self, kind: str) -> Work:
        if kind not in self._kinds:
            raise InternalError(f"job of kind {kind!r}: expected one of {', '.join(self._kinds)}")
        return self._kinds[kind]

    def _tidy(self, now: datetime) -> None:
        if monotonic() - self._tidied < TIDIED:
            return
        self._tidied = monotonic()
        with writing(self._desk.engine) as connection:
            drop_old_files(connection, now - FILES_KEPT)
            cut_all(connection)

    def _rest(self, stop: Event) -> None:
        (self._wake or stop).wait(IDLE)
        if self._wake:
            self._wake.clear()


def place_of(error: BaseException) -> str:
    """The type of an error and the last line of ours that it passed, without its message."""
    *_, last = frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if Path(one.filename).is_relative_to(PACKAGE) and one.filename != __file__]
    frame = ours[-1] if ours else last
    return f"{type(error).__name__} in {frame.name}, {Path(frame.filename).name}:{frame.lineno}"


def _noted(lease: Lease, end: Callable[..., None], *reason: str) -> str:
    """Note how a job ended, and return that; "lost" where it was cancelled or taken over meanwhile."""
    try:
        with writing(lease.engine, lease.job.organisation) as connection:
            end(connection, lease, *reason)
    except LeaseLostError:
        return "lost"
    return ENDS[end]


ENDS: Mapping[Callable[..., None], str] = {finish: "done", fail: "failed", give_up: "given up"}


@contextmanager
def _held(lease: Lease) -> Iterator[None]:
    """A block during which the lease is renewed, on a connection of its own, however long a step takes."""
    over = Event()
    thread = Thread(target=_renew, args=(lease, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(lease: Lease, over: Event) -> None:
    while not over.wait(lease.length.total_seconds() / SIGNS):
        try:
            with writing(lease.engine, lease.job.organisation) as connection:
                lease.renew(connection)
        except LeaseLostError:
            return
        except StoreError:  # the work itself meets it too, and tells
            continue
