"""Many callers, one coder: what they hand in at a time is coded together, in small batches, on one thread.

A matrix product over a dozen texts takes little longer than over one, and two products at once on the same cores gain
nothing; so callers queue, and the batch grows by itself with the number of those who wait.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from threadpoolctl import threadpool_limits

from verbatim.coder import Coder
from verbatim.domain import Coding, Verbatim
from verbatim.errors import InternalError
from verbatim.store.records import words_of

LARGEST_BATCH = 32
"""How many verbatims are coded together at most."""

LONGEST_BATCH = 10_000
"""A batch that holds so many characters takes no more verbatims: whoever waits behind a long call waits for it only."""

_Order = tuple[Verbatim, Future[Coding]]


class CodingLine:
    """Codes what several callers hand in at a time together; its thread starts with the first verbatim."""

    def __init__(self, coder: Coder) -> None:
        self._coder = coder
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many verbatims wait for their turn, about."""
        return self._orders.qsize()

    def code(self, verbatims: Iterable[Verbatim]) -> list[Coding]:
        """The coding of each verbatim, in order, when all are coded.

        It is that which the verbatim would have alone; a confidence may differ in the last digit, since a processor
        sums in another order. Raises what coding one of them raised, and InternalError after `close`; the verbatims of
        others go on.
        """
        futures = [self._enqueue(verbatim) for verbatim in verbatims]
        return [future.result() for future in futures]

    def close(self) -> None:
        """Code what is still waiting, and end the thread."""
        with self._lock:
            thread, self._closed = self._thread, True
            self._orders.put(None)
        if thread:
            thread.join()

    def _enqueue(self, verbatim: Verbatim) -> Future[Coding]:
        future: Future[Coding] = Future()
        with self._lock:
            if self._closed:
                raise InternalError("the coding line is closed; expected no more verbatims")
            if self._thread is None:
                self._thread = Thread(target=self._run, name="coding line", daemon=True)
                self._thread.start()
            self._orders.put((verbatim, future))
        return future

    def _run(self) -> None:
        with threadpool_limits(limits=1, user_api="blas"):
            while batch := self._next_batch():
                self._code(batch)

    def _next_batch(self) -> list[_Order]:
        """The orders that wait, at least one; none when the line is closed and empty."""
        batch: list[_Order] = []
        characters = 0
        while len(batch) < LARGEST_BATCH and characters < LONGEST_BATCH:
            try:
                order = self._orders.get(block=not batch)
            except Empty:
                break
            if order is None:
                self._orders.put(None)
                break
            batch.append(order)
            characters += len(words_of(order[0]))
        return batch

    def _code(self, batch: Sequence[_Order]) -> None:
        """Answer every order; where a batch fails, each is coded alone, so that only the one at fault does."""
        try:
            codings = [coding for _, coding in self._coder.code_batch([verbatim for verbatim, _ in batch])]
        except Exception as problem:  # noqa: BLE001 - a worker's loop: whoever ordered hears of it
            if len(batch) == 1:
                batch[0][1].set_exception(problem)
                return
            for order in batch:
                self._code([order])
            return
        for (_, future), coding in zip(batch, codings, strict=True):
            future.set_result(coding)
