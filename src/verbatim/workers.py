"""Processes that work on jobs, so that coding takes nothing from the process that answers requests.

    Crew        in the server: starts worker processes, again where one dies, and ends them with itself
    work        in a worker process: opens the desk and works until told to stop

A child is told its order in the first line of its standard input; each further line wakes it; when the input ends, so
does the child, at once: a server that was killed leaves no worker behind.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from socket import gethostname
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from verbatim import logs
from verbatim.errors import UnavailableError, VerbatimError
from verbatim.scratch import scratch

PAUSES = (0.2, 30.0)
"""Seconds until a worker that died is started again: the first pause, doubled each time, and the longest."""

STEADY = 10.0
"""A worker that lived so many seconds did not die of its start."""

GRACE = 10.0
"""Seconds that workers have to leave off before they are killed."""

NICENESS = 10
"""How far a worker beside a server steps back where both want the processor."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to work on, with what, under which name, and how far it steps back for others."""

    url: str
    name: str
    model: str | None = None
    codebook: str | None = None
    niceness: int = 0


def machine() -> str:
    """The name of this machine, which the workers on it have too."""
    return gethostname()


class Crew:
    """Worker processes of one store, named after the order and counted from 1."""

    def __init__(self, order: Order, count: int) -> None:
        orders = [replace(order, name=f"{order.name}:{slot}", niceness=NICENESS) for slot in range(1, count + 1)]
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._threads = [Thread(target=self._keep, args=(one,), daemon=True) for one in orders]
        self._lock = Lock()
        self._stop = Event()

    def start(self) -> None:
        """Start the workers; one that dies is started again."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Tell the workers that there is a job, so that they need not look."""
        with self._lock:
            for child in self._children.values():
                _tell(child, b"\n")

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that run now."""
        return [child.pid for child in self._all()]

    def stop(self, grace: float = GRACE) -> None:
        """Let the workers leave off, and kill those that have not after so many seconds."""
        with self._lock:
            self._stop.set()
        for child in self._all():
            child.terminate()
        until = monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        for child in self._all():
            child.kill()
        for thread in self._threads:
            thread.join()

    def _all(self) -> list[subprocess.Popen[bytes]]:
        with self._lock:
            return list(self._children.values())

    def _keep(self, order: Order) -> None:
        """Keep one worker running until all are to stop."""
        first, longest = PAUSES
        pause = first
        while child := self._begin(order):
            began = monotonic()
            status = child.wait()
            self._bury(order.name)
            if self._stop.is_set():
                return
            pause = first if monotonic() - began > STEADY else min(2 * pause, longest)
            log.warning("worker_died", worker=order.name, status=status, again_in=pause)
            self._stop.wait(pause)

    def _begin(self, order: Order) -> subprocess.Popen[bytes] | None:
        """A new child with its order; None where all are to stop."""
        with self._lock:
            if self._stop.is_set():
                return None
            child = subprocess.Popen([sys.executable, "-m", "verbatim.workers"], stdin=subprocess.PIPE, bufsize=0)
            self._children[order.name] = child
            _tell(child, json.dumps(asdict(order)).encode() + b"\n")
            if child.stdin:
                os.set_blocking(child.stdin.fileno(), False)
        return child

    def _bury(self, name: str) -> None:
        with self._lock:
            child = self._children.pop(name)
            if child.stdin:
                child.stdin.close()


def work(order: Order, stop: Event, wake: Event | None = None) -> None:
    """Work on the jobs of a store until `stop` is set; a store that does not answer is waited for.

    Raises ModelError, CodebookError and StoreError for what cannot be opened.
    """
    from verbatim.actions.intake import open_desk  # noqa: PLC0415 - a server that has a crew loads no model here
    from verbatim.jobs import Patience, Worker  # noqa: PLC0415

    patience = Patience()
    while not stop.is_set():
        try:
            desk = open_desk(order.url, order.model, order.codebook)
        except UnavailableError as error:
            patience.wait(error, stop)
            continue
        os.nice(order.niceness)  # not before: what waits for this worker should not wait for its start too
        try:
            Worker(desk, order.name, wake=wake).run(stop)
        finally:
            desk.close()


def work_until_told(order: Order, wake: Event | None = None, signals: Sequence[int] = SIGNALS) -> None:
    """Work until one of the signals comes; a second one ends the process at once. Raises what `work` raises."""
    stop = Event()

    def told(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()
        if wake:
            wake.set()

    for number in signals:
        signal.signal(number, told)
    # On a thread of its own: a signal must not set an event that the very thread it interrupts is about to wait for.
    with scratch(), ThreadPoolExecutor(1) as pool:
        pool.submit(work, order, stop, wake).result()


def main() -> None:
    """Be a child: take the order, and work until told to stop or left alone."""
    order = Order(**json.loads(_first_line()))
    wake = Event()
    Thread(target=_listen, args=(wake,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's to hear
    logs.to_standard_error()
    try:
        work_until_told(order, wake, (signal.SIGTERM,))
    except VerbatimError as error:
        log.error("worker_cannot_work", worker=order.name, reason=str(error))
        sys.exit(1)


def _tell(child: subprocess.Popen[bytes], line: bytes) -> None:
    """Write a line to a child; one that is gone, or has enough unread lines, need not be told."""
    if child.stdin:
        with suppress(OSError, ValueError):
            child.stdin.write(line)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def _listen(wake: Event) -> None:
    """Wake the worker at each sign of the server, and end the process where the server is gone."""
    while os.read(0, 4096):
        wake.set()
    os._exit(0)


if __name__ == "__main__":
    main()
