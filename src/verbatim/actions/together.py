"""Work of many callers done together: whoever's turn it is does that of all who wait behind it, for the same price.

One transaction costs one write to the disk, however many requests are in it (group commit). There is no thread: a
caller alone does its own work at once.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from verbatim.errors import UnavailableError

LARGEST_GROUP = 32
"""How many callers' work is done together at most."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Entry = tuple[Item, Future[Result]]


@dataclass(slots=True)
class _Queue(Generic[Item, Result]):
    waiting: list[Entry[Item, Result]] = field(default_factory=list)
    turn: Lock = field(default_factory=Lock)
    callers: int = 0


@dataclass(slots=True)
class Together(Generic[Item, Result]):
    """Does the work of callers who come with the same key in groups, one group after the other."""

    _queues: dict[Hashable, _Queue[Item, Result]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def do(self, key: Hashable, item: Item, work: Callable[[Sequence[Item]], Sequence[Result]]) -> Result:
        """The result of an item, in order of the items that `work` was given, from whoever did it.

        Where a group fails, each is done alone, so that only the one at fault does; a store that does not answer fails
        all of them. Raises what `work` raised.
        """
        future: Future[Result] = Future()
        with self._queue(key) as queue:
            with self._lock:
                queue.waiting.append((item, future))
            with queue.turn:
                while not future.done():
                    _do(self._group(queue), work)
        return future.result()

    def waiting(self, key: Hashable) -> int:
        """How many callers wait with a key."""
        with self._lock:
            return len(self._queues[key].waiting) if key in self._queues else 0

    @contextmanager
    def _queue(self, key: Hashable) -> Iterator[_Queue[Item, Result]]:
        """The queue of a key, which is there as long as somebody comes with it."""
        with self._lock:
            queue = self._queues.setdefault(key, _Queue())
            queue.callers += 1
        try:
            yield queue
        finally:
            with self._lock:
                queue.callers -= 1
                if not queue.callers:
                    del self._queues[key]

    def _group(self, queue: _Queue[Item, Result]) -> list[Entry[Item, Result]]:
        """Those who have waited longest, now no longer among those who wait."""
        with self._lock:
            group, queue.waiting = queue.waiting[:LARGEST_GROUP], queue.waiting[LARGEST_GROUP:]
        return group


def _do(group: Sequence[Entry[Item, Result]], work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
    try:
        results = work([item for item, _ in group])
    except Exception as problem:  # noqa: BLE001 - whoever waits hears of it
        if len(group) > 1 and not isinstance(problem, UnavailableError):
            for entry in group:
                _do([entry], work)
            return
        for _, future in group:
            future.set_exception(problem)
        return
    for (_, future), result in zip(group, results, strict=True):
        future.set_result(result)
