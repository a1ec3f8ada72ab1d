"""The segments that themes are looked for in: what no sure code was found for, or what a code was given for.

residual   all of what nobody has coded or what is doubtful (for review); else the clauses that no code, or only
           the one for whatever else there is (role `other`), stands on
a code     the clauses that it, or a code under it, stands on
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from verbatim.coder import Part, parts_of
from verbatim.domain import Coding
from verbatim.encoders import Encoder
from verbatim.store.codings import effective
from verbatim.store.listing import Filters, in_ids_of_today, numbers_of
from verbatim.store.opening import reading
from verbatim.store.records import StoredVerbatim
from verbatim.store.statements import BATCH
from verbatim.store.themes import RESIDUAL
from verbatim.store.verbatims import stored_verbatims
from verbatim.taxonomy import Codebook
from verbatim.themes.identity import Place

Note = Callable[[int, int], None]
"""Notes how many verbatims of how many have been looked at."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked through: the residual, or the id of a code; dated from `since` to before `until`."""

    name: str = RESIDUAL
    since: datetime | None = None
    until: datetime | None = None

    @property
    def code(self) -> str | None:
        """The code; None for the residual."""
        return None if self.name == RESIDUAL else self.name


@dataclass(slots=True)
class Looked:
    """Segments: where each stands, its end, the revision of its verbatim, words, language and vector (n, d)."""

    places: list[Place] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    revisions: dict[int, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The number of the verbatim of each segment, (n,)."""
        return np.array([place[0] for place in self.places], dtype=np.int64)

    def matrix(self, dimension: int) -> NDArray[np.float32]:
        """The vectors, (n, dimension)."""
        return np.concatenate([np.zeros((0, dimension), np.float32), *self.vectors])


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What picks clauses: the codes of the scope (none for the residual), and what leaves a clause in the residual."""

    codes: frozenset[str]
    other: str | None
    empty: str | None

    def clauses(self, part: Part, coding: Coding | None) -> list[int]:
        """Which clauses of a part are looked through, by place."""
        if self.codes:
            return _standing(part, coding, self.codes) if coding else []
        if coding is None or not coding.codes or coding.review:
            return list(range(len(part.clauses)))
        ids = {one.id for one in coding.codes}
        if self.empty in ids:
            return []
        told = set(_standing(part, coding, frozenset(ids - {self.other})))
        return [place for place in range(len(part.clauses)) if place not in told]


def look(engine: Engine, organisation: str, scope: Scope, frame: Codebook, encoder: Encoder, note: Note) -> Looked:
    """The segments of a scope, by the number of their verbatims. Raises CodebookError for a code that there is not."""
    found = Looked()
    with reading(engine, organisation) as connection:
        filters, chosen = _filters(connection, organisation, scope, frame)
        numbers = _numbers(connection, organisation, filters)
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        with reading(engine, organisation) as connection:
            stored = stored_verbatims(connection, organisation, some)
            codings = effective(connection, organisation, some)
        rows = [(stored[one], codings[one].coding if one in codings else None) for one in some if one in stored]
        _add(found, rows, chosen, encoder)
        note(start + len(some), len(numbers))
    return found


def _filters(connection: Connection, organisation: str, scope: Scope, frame: Codebook) -> tuple[Filters, _Chosen]:
    dated = Filters(since=scope.since, until=scope.until)
    if scope.code is None:
        alone = frame.id_with_role("other"), frame.id_with_role("no_content")
        return dated, _Chosen(frozenset(), *alone)
    code = frame[scope.code]
    if code.is_category:
        return replace(dated, category=code.id), _Chosen(frozenset((code.id, *frame.children(code.id))), None, None)
    filters = in_ids_of_today(connection, organisation, replace(dated, code=code.id))
    return filters, _Chosen(frozenset(filters.codes or (code.id,)), None, None)


def _numbers(connection: Connection, organisation: str, filters: Filters) -> list[int]:
    found: list[int] = []
    while some := numbers_of(connection, organisation, filters, 10_000, found[-1] if found else 0):
        found += some
    return found


def _add(
    found: Looked, rows: Sequence[tuple[StoredVerbatim, Coding | None]], chosen: _Chosen, encoder: Encoder
) -> None:
    """Add the segments of some verbatims. Each clause is read in its place, with all that stands around it."""
    wanted = list(_wanted(rows, chosen))
    read = encoder.read([part.text for _, part, _ in wanted], [part.spans() for _, part, _ in wanted])
    first = 0
    rows_kept: list[int] = []
    for stored, part, places in wanted:
        for place in places:
            clause = part.clauses[place]
            found.places.append((stored.id, -1 if part.turn is None else part.turn, clause.start))
            found.ends.append(clause.end)
            found.texts.append(part.text[clause.start : clause.end])
            found.languages.append(clause.language)
        rows_kept += [first + place for place in places]
        found.revisions[stored.id] = stored.revision
        first += len(part.clauses)
    found.vectors.append(read.clauses[rows_kept])


def _wanted(
    rows: Sequence[tuple[StoredVerbatim, Coding | None]], chosen: _Chosen
) -> Iterator[tuple[StoredVerbatim, Part, list[int]]]:
    for stored, coding in rows:
        for part in parts_of(stored.verbatim):
            places = chosen.clauses(part, coding)
            if places:
                yield stored, part, places


def _standing(part: Part, coding: Coding, ids: frozenset[str]) -> list[int]:
    """The clauses of a part that an excerpt of one of these codes touches."""
    spans = [
        (one.start, one.end)
        for code in coding.codes
        if code.id in ids
        for one in code.excerpts
        if one.turn == part.turn
    ]
    return [
        place
        for place, clause in enumerate(part.clauses)
        if any(start < clause.end and clause.start < end for start, end in spans)
    ]
