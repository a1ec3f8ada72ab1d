"""One model, every core: batches are coded by forked processes that share the model's memory.

Threads would do, were it not that half of coding is Python: two of them use 1.4 cores. The first rows are coded by
threads all the same, since most files end before a process pays for its start.
"""

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from threading import Thread

from threadpoolctl import threadpool_limits

from verbatim.coder import BATCH, Coder, batches
from verbatim.domain import Coding, Verbatim
from verbatim.errors import InternalError

FIRST = 8 * BATCH
"""How many verbatims are coded by threads before processes are started for the rest."""

PROCESSES = min(8, os.cpu_count() or 1)

_own: list[Coder] = []
"""The coder of a forked process."""


def code_all(
    coder: Coder, verbatims: Iterable[Verbatim], processes: int = PROCESSES
) -> Iterator[tuple[Verbatim, Coding]]:
    """Yield each verbatim with its coding, in order: those that `Coder.code` yields.

    Raises InternalError where a process is ended from outside. All is done by threads where a fork is not safe, beside
    PyTorch and on systems other than Linux, and where one process is asked for.
    """
    rows = iter(verbatims)
    yield from coder.code(islice(rows, FIRST))
    more = list(islice(rows, 1))
    rest = chain(more, rows)
    if more and processes > 1 and sys.platform == "linux" and "torch" not in sys.modules:
        yield from _by_processes(coder, rest, processes)
    else:
        yield from coder.code(rest)


def _by_processes(coder: Coder, verbatims: Iterable[Verbatim], count: int) -> Iterator[tuple[Verbatim, Coding]]:
    waiting: deque[tuple[Sequence[Verbatim], Future[list[Coding]]]] = deque()
    with _pool(coder, count) as pool:
        for batch in batches(verbatims):
            waiting.append((batch, pool.submit(_code, batch)))
            if len(waiting) > 2 * count:
                yield from _coded(*waiting.popleft())
        while waiting:
            yield from _coded(*waiting.popleft())


def _coded(batch: Sequence[Verbatim], codings: Future[list[Coding]]) -> Iterator[tuple[Verbatim, Coding]]:
    try:
        return zip(batch, codings.result(), strict=True)
    except BrokenProcessPool as broken:
        raise InternalError(
            "a process that codes was ended from outside; expected it to live, is memory short?"
        ) from broken


@contextmanager
def _pool(coder: Coder, count: int) -> Iterator[ProcessPoolExecutor]:
    """Lend processes that live no longer than this one: each ends once the writing end of a pipe is closed.

    The system closes it where this process is killed. Ctrl-C waits until all are there: Python drops what is raised
    while it forks.
    """
    gc.freeze()  # a collection in a child would write to every page that it shares
    end, life = os.pipe()
    pool = ProcessPoolExecutor(count, get_context("fork"), _begin, (coder, end, life))
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        try:
            pool.submit(os.getpid)  # the first task starts them all
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        yield pool
        pool.shutdown()
    finally:
        os.close(life)
        pool.shutdown(cancel_futures=True)
        os.close(end)
        gc.unfreeze()


def _begin(coder: Coder, end: int, life: int) -> None:
    """Take the coder over, in a child: Ctrl-C is for the parent, which ends its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(limits=1, user_api="blas")
    os.close(life)
    Thread(target=_end, args=(end,), daemon=True).start()
    _own.append(coder)


def _end(end: int) -> None:
    """End this process once nobody holds the other end of the pipe."""
    os.read(end, 1)
    os._exit(0)


def _code(batch: list[Verbatim]) -> list[Coding]:
    return [coding for _, coding in _own[0].code_batch(batch)]
