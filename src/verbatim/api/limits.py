"""How large a request may be, and how often a key may ask."""

from dataclasses import dataclass, field

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a body by what it is; rows and texts of a request; requests.

    `per_minute` holds for one key, `at_once` for all together. An installation sets them as VERBATIM_LIMIT_PER_MINUTE
    and so on.
    """

    json_bytes: int = 8 * MIB
    transcript_bytes: int = 16 * MIB
    upload_bytes: int = 256 * MIB
    codebook_bytes: int = 2 * MIB
    rows: int = 1_000
    texts: int = 100
    per_minute: int = 30_000
    at_once: int = 256


@dataclass(slots=True)
class Buckets:
    """A bucket of tokens for each key, and each person: a request takes one, and they come back at an even pace.

    A bucket holds those of a minute, so that a key that was quiet may ask in a burst.
    """

    per_minute: int
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> float:
        """Take a token; the seconds to wait for one where the bucket is empty, else 0. `now` in seconds."""
        pace = self.per_minute / 60
        level, since = self._levels.get(key, (float(self.per_minute), now))
        level = min(float(self.per_minute), level + (now - since) * pace)
        taken = level >= 1
        self._levels[key] = (level - taken, now)
        return 0.0 if taken else (1 - level) / pace
