"""How often signing in may be tried: by login, and by address; what succeeds counts for nothing."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

FREE_OF_LOGIN, FREE_OF_ADDRESS = 5, 30
"""So many tries that fail cost no wait: at one login, and from one address, behind which many may sit."""

LONGEST = 900.0
"""Seconds after which a failure is forgotten, and the longest wait."""

MOST = 100_000


@dataclass(slots=True)
class Throttle:
    """After its free tries each failure doubles the wait for the next one, from a second to a quarter of an hour.

    A try is counted when it begins, so that many at the same moment are many; where it succeeds it is taken back.
    """

    _tries: dict[Hashable, tuple[int, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, login: str, address: str, now: float) -> float:
        """Count a try; the seconds to wait before one where it is too early, and nothing is counted then."""
        keys = ((("login", login), FREE_OF_LOGIN), (("address", address), FREE_OF_ADDRESS))
        with self._lock:
            wait = max(self._wait(key, free, now) for key, free in keys)
            if wait > 0:
                return wait
            if len(self._tries) >= MOST:
                self._tries.clear()
            for key, _ in keys:
                self._tries[key] = (self._count(key, now) + 1, now)
            return 0.0

    def forgive(self, login: str, address: str) -> None:
        """Take back what was counted, since the try succeeded."""
        with self._lock:
            self._tries.pop(("login", login), None)
            count, since = self._tries.get(("address", address), (0, 0.0))
            self._tries[("address", address)] = (max(count - 1, 0), since)

    def _count(self, key: Hashable, now: float) -> int:
        count, since = self._tries.get(key, (0, now))
        return count if now - since < LONGEST else 0

    def _wait(self, key: Hashable, free: int, now: float) -> float:
        count, since = self._tries.get(key, (0, now)) if self._count(key, now) else (0, now)
        return min(2.0 ** (count - free), LONGEST) - (now - since) if count >= free else 0.0
