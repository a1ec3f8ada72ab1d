"""What a store takes: each arrival by itself, so that a bad one never sinks the rest.

What is refused is told by field, place and length, never by a customer's words; ids, scores and dates are shown.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from verbatim.domain import Turn
from verbatim.errors import StoreError
from verbatim.store.columns import in_utc
from verbatim.store.statements import require_storable
from verbatim.store.verbatims import Received

LONGEST_TEXT = 100_000
"""Characters of one text, of one turn, or of everything under `fields`."""

LONGEST_CALL = 1_000_000
"""Characters of all turns of a call together: a day of talk."""

MOST_TURNS = 20_000
LONGEST_ID = 400
"""Characters of an id: with its source it must fit into an index of PostgreSQL."""

LONGEST_NAME = 200
"""Characters of a source, an account, a contact, a role, a channel or a speaker."""

DEEPEST = 20
"""How many levels the values under `fields` may have."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far in the future a date may lie: clocks differ, and zones are left out."""

_LONGEST: Mapping[str, int] = {
    "text": LONGEST_TEXT,
    "question": LONGEST_TEXT,
    "account": LONGEST_NAME,
    "contact": LONGEST_NAME,
    "role": LONGEST_NAME,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an arrival: the field, what it holds, and what was expected there."""

    field: str
    found: str
    expected: str

    @property
    def reason(self) -> str:
        """The problem in one line."""
        return f"{self.field}: {self.found}; expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An arrival that is not kept: its place among the arrivals, from 0, its id if that is sound, and why."""

    place: int
    id: str | None
    problem: Problem


def sifted(arrivals: Sequence[Received], now: datetime) -> list[Received | Refused]:
    """Each arrival, or why it is refused, in order; of two with one id the later is refused."""
    first: dict[str, int] = {}
    found: list[Received | Refused] = []
    for place, arrival in enumerate(arrivals):
        id = arrival.verbatim.id
        problem = problem_of(arrival, now)
        if problem is None and first.setdefault(id, place) != place:
            earlier = f"{id!r} is that of arrival {first[id]} too"
            problem = Problem("id", earlier, "a different one for each arrival")
        known = None if problem and problem.field == "id" and id not in first else id
        found.append(Refused(place, known, problem) if problem else arrival)
    return found


def problem_of(arrival: Received, now: datetime) -> Problem | None:
    """What keeps an arrival out of the store, the first thing if there are several; None for a sound one."""
    return next(_problems(arrival, now), None)


def require_source(source: str) -> str:
    """The name of a source. Raises StoreError for one that is blank, too long, or cannot be kept."""
    if not source.strip() or len(source) > LONGEST_NAME:
        shown = repr(source[:40])
        raise StoreError(f"source {shown}: {len(source)} characters; expected 1 to {LONGEST_NAME}, not all blank")
    return require_storable(source, "source")


def _problems(arrival: Received, now: datetime) -> Iterator[Problem]:
    verbatim = arrival.verbatim
    if not verbatim.id.strip():
        yield Problem("id", repr(verbatim.id[:40]), "one that is not blank")
    yield from _of_text("id", verbatim.id, LONGEST_ID)
    if verbatim.text and verbatim.turns:
        yield Problem("text", f"{len(verbatim.text):,} characters beside {len(verbatim.turns):,} turns", "one of both")
    for name, longest in _LONGEST.items():
        yield from _of_text(name, getattr(verbatim, name) or "", longest)
    for name in ("channel", "language"):
        yield from _of_text(name, getattr(arrival, name) or "", LONGEST_NAME)
    yield from _of_turns(verbatim.turns)
    if verbatim.score is not None and not 0 <= verbatim.score <= 10:
        yield Problem("score", f"{verbatim.score:g}", "0 to 10")
    if verbatim.date is not None:
        yield from _of_date(verbatim.date, now)
    yield from _of_fields(verbatim.fields)


def _of_text(field: str, text: str, longest: int) -> Iterator[Problem]:
    if len(text) > longest:
        yield Problem(field, f"{len(text):,} characters", f"at most {longest:,}")
    place = _unstorable(text)
    if place is not None:
        yield Problem(field, f"U+{ord(text[place]):04X} at offset {place}", "text that UTF-8 can hold, without U+0000")


def _unstorable(text: str) -> int | None:
    """Where a text holds what no engine keeps: U+0000, or half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return None
    return next((at for at, one in enumerate(text) if one == "\0" or "\ud800" <= one <= "\udfff"), None)


def _of_turns(turns: Sequence[Turn]) -> Iterator[Problem]:
    if len(turns) > MOST_TURNS:
        yield Problem("turns", f"{len(turns):,} turns", f"at most {MOST_TURNS:,}")
    characters = sum(len(turn.text) for turn in turns)
    if characters > LONGEST_CALL:
        yield Problem("turns", f"{characters:,} characters", f"at most {LONGEST_CALL:,}")
    for number, turn in enumerate(turns):
        yield from _of_text(f"turns.{number}.text", turn.text, LONGEST_TEXT)
        yield from _of_text(f"turns.{number}.speaker", turn.speaker, LONGEST_NAME)
        if turn.time is not None and not math.isfinite(turn.time):
            yield Problem(f"turns.{number}.time", f"{turn.time}", "seconds from the start of the call")


def _of_date(date: datetime, now: datetime) -> Iterator[Problem]:
    """Dates are compared only where they can be brought to UTC: the first and last days of the calendar cannot."""
    if not EARLIEST.year < date.year < 9999:
        yield Problem("date", date.isoformat(), f"one after the year {EARLIEST.year}, and not after tomorrow")
    elif in_utc(date) > now + AHEAD:
        latest = (now + AHEAD).isoformat(timespec="minutes")
        yield Problem("date", date.isoformat(), f"one that is not in the future (at most {latest})")


def _of_fields(fields: Mapping[str, object]) -> Iterator[Problem]:
    """Every text under `fields`, names of columns too, and how much it is together."""
    characters = 0
    waiting: list[tuple[object, int]] = [(fields, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            characters += len(value)
            place = _unstorable(value)
            if place is not None:
                yield Problem("fields", f"U+{ord(value[place]):04X} in a value", "text that UTF-8 can hold")
        elif isinstance(value, Mapping | list | tuple):
            if depth == DEEPEST:
                yield Problem("fields", f"more than {DEEPEST} levels", "fewer")
                return
            parts = [*value, *value.values()] if isinstance(value, Mapping) else value
            waiting.extend((part, depth + 1) for part in parts)
    if characters > LONGEST_TEXT:
        yield Problem("fields", f"{characters:,} characters", f"at most {LONGEST_TEXT:,}")
