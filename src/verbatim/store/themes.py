"""Themes as they are kept: listed, found again by a run, changed by an analyst, emptied of whom is erased."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, func, select, update

from verbatim.errors import NotFoundError
from verbatim.store.columns import in_utc
from verbatim.store.records import StoredVerbatim, Values
from verbatim.store.schema import verbatims as all_verbatims
from verbatim.store.statements import BATCH, NUMBERS, insert_into
from verbatim.store.theme_tables import theme_members, theme_runs, themes
from verbatim.store.verbatims import stored_verbatims
from verbatim.text.script import fold
from verbatim.themes import State

RESIDUAL = "residual"
"""The scope of what no code, or no sure one, was found for."""

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class StoredTheme:
    """A theme: where it was looked for, how it is called, what it is by now, and how it was known again.

    `name` is an analyst's; `words` those that tell it from others, by language. `into` is the theme that it was merged
    into, `code` the one that it was promoted to. `match`: score, likeness and shared of its latest run, None of a new
    one; `change`: what its share did.
    """

    id: int
    scope: str
    name: str | None
    words: Words
    state: State
    into: int | None
    code: str | None
    first_run: int
    last_run: int
    centroid: NDArray[np.float32] | None
    match: Values | None
    change: Values | None
    changed_by: str | None
    changed: datetime | None
    created: datetime


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run: what was looked through, by which encoder and plan, and how many segments belong to a theme."""

    id: int
    scope: str
    since: datetime | None
    until: datetime | None
    encoder: str
    plan: Values
    segments: int
    verbatims: int
    placed: int
    job: int | None
    actor: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A segment of a theme: where it stands in which revision of a verbatim, and how near to the middle it lies.

    `turn` is None in a reply.
    """

    theme: int
    verbatim: int
    revision: int
    turn: int | None
    start: int
    end: int
    nearness: float


def list_themes(connection: Connection, organisation: str, scope: str | None = None) -> tuple[StoredTheme, ...]:
    """The themes of an organisation, of one scope where it is named, by number."""
    chosen = select(themes).where(themes.c.organisation == organisation).order_by(themes.c.id)
    if scope is not None:
        chosen = chosen.where(themes.c.scope == scope)
    return tuple(_theme(row) for row in connection.execute(chosen))


def theme(connection: Connection, organisation: str, number: int) -> StoredTheme:
    """One theme. Raises NotFoundError."""
    chosen = select(themes).where(themes.c.organisation == organisation, themes.c.id == number)
    row = connection.execute(chosen).one_or_none() if number in NUMBERS else None
    if row is None:
        raise NotFoundError(f"theme {number}: not in organisation {organisation!r}; expected the id of one that is")
    return _theme(row)


def latest_run(connection: Connection, organisation: str, scope: str) -> StoredRun | None:
    """The latest run of a scope; None where there was none."""
    mine = theme_runs.c.organisation == organisation, theme_runs.c.scope == scope
    row = connection.execute(select(theme_runs).where(*mine).order_by(theme_runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _run(row)


def scopes(connection: Connection, organisation: str) -> tuple[str, ...]:
    """What was ever looked through, the residual first."""
    chosen = select(theme_runs.c.scope).where(theme_runs.c.organisation == organisation).distinct()
    found = connection.execute(chosen).scalars()
    return tuple(sorted(found, key=lambda scope: (scope != RESIDUAL, scope)))


def add_run(connection: Connection, organisation: str, values: Values) -> int:
    """The number of a new run."""
    row = {"organisation": organisation, **values}
    found: int = connection.execute(insert_into(connection, theme_runs).returning(theme_runs.c.id), row).scalar_one()
    return found


def add_theme(connection: Connection, organisation: str, values: Values) -> int:
    """The number of a new theme."""
    row = {"organisation": organisation, **_kept(values)}
    found: int = connection.execute(insert_into(connection, themes).returning(themes.c.id), row).scalar_one()
    return found


def change_theme(connection: Connection, organisation: str, number: int, values: Values) -> None:
    """Let columns of a theme have other values."""
    own = themes.c.organisation == organisation, themes.c.id == number
    connection.execute(update(themes).where(*own).values(**_kept(values)))


def hand_over(connection: Connection, organisation: str, number: int, into: int) -> None:
    """Let the members of one theme belong to another; a segment that both have stays there once."""
    mine = theme_members.c.organisation == organisation
    there = select(theme_members).where(mine, theme_members.c.theme_id.in_((number, into)))
    rows = connection.execute(there).all()
    keys = {_place(row) for row in rows if row.theme_id == into}
    moved = [{**row._mapping, "theme_id": into} for row in rows if row.theme_id == number and _place(row) not in keys]
    connection.execute(delete(theme_members).where(mine, theme_members.c.theme_id == number))
    _insert(connection, moved)


def put_members(connection: Connection, organisation: str, scope: str, rows: Iterable[Member]) -> None:
    """Let these be the members of the themes of a scope, and no others."""
    own = select(themes.c.id).where(themes.c.organisation == organisation, themes.c.scope == scope)
    mine = theme_members.c.organisation == organisation, theme_members.c.theme_id.in_(own)
    connection.execute(delete(theme_members).where(*mine))
    _insert(connection, [_member_values(organisation, one) for one in rows])


def members(
    connection: Connection, organisation: str, numbers: Sequence[int], verbatims: NDArray[np.int64] | None = None
) -> tuple[Member, ...]:
    """The members of themes, those nearest to the middle first; of some verbatims only where these are given."""
    mine = theme_members.c.organisation == organisation, theme_members.c.theme_id.in_(numbers)
    near = theme_members.c.nearness.desc(), theme_members.c.verbatim_id, theme_members.c.turn, theme_members.c.start
    found = (_member(row) for row in connection.execute(select(theme_members).where(*mine).order_by(*near)))
    if verbatims is None:
        return tuple(found)
    kept = frozenset(verbatims.tolist())
    return tuple(one for one in found if one.verbatim in kept)


def pairs(connection: Connection, organisation: str) -> NDArray[np.int64]:
    """The numbers of theme and verbatim of every segment that belongs to a theme, (n, 2)."""
    columns = theme_members.c.theme_id, theme_members.c.verbatim_id
    rows = connection.execute(select(*columns).where(theme_members.c.organisation == organisation)).all()
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)


def verbatims_of(connection: Connection, organisation: str, number: int) -> NDArray[np.int64]:
    """The numbers of the verbatims of a theme, ascending: `themes.mask_of` makes a selection of facts of them."""
    mine = theme_members.c.organisation == organisation, theme_members.c.theme_id == number
    chosen = select(theme_members.c.verbatim_id).where(*mine).distinct().order_by(theme_members.c.verbatim_id)
    return np.array(connection.execute(chosen).scalars().all(), dtype=np.int64)


def themes_of_contact(connection: Connection, organisation: str, contact: int) -> tuple[int, ...]:
    """The numbers of the themes that something said by a contact belongs to."""
    joined = theme_members.join(all_verbatims, all_verbatims.c.id == theme_members.c.verbatim_id)
    own = theme_members.c.organisation == organisation, all_verbatims.c.contact_id == contact
    chosen = select(theme_members.c.theme_id).select_from(joined).where(*own).distinct()
    return tuple(connection.execute(chosen.order_by(theme_members.c.theme_id)).scalars())


def themes_before(connection: Connection, organisation: str, before: datetime) -> tuple[int, ...]:
    """The numbers of the themes that something dated, or else received, before a moment belongs to."""
    joined = theme_members.join(all_verbatims, all_verbatims.c.id == theme_members.c.verbatim_id)
    own = theme_members.c.organisation == organisation, all_verbatims.c.at < before
    chosen = select(theme_members.c.theme_id).select_from(joined).where(*own).distinct()
    return tuple(connection.execute(chosen.order_by(theme_members.c.theme_id)).scalars())


def unsay(connection: Connection, organisation: str, numbers: Sequence[int]) -> None:
    """Leave of the words of themes those that somebody else who is left said too, and drop the centroids.

    For themes that lost members by an erasure or by age: a centroid tells something of everybody who is in it, and is
    made anew by the next run.
    """
    for number in numbers:
        own = themes.c.organisation == organisation, themes.c.id == number
        words = connection.execute(select(themes.c.words).where(*own)).scalar_one()
        told = said(connection, organisation, members(connection, organisation, [number]))
        change_theme(connection, organisation, number, {"words": kept_words(words, told), "centroid": None})


def kept_words(words: Words, told: str) -> dict[str, list[str]]:
    """The words that stand in what was said, in either script and any case."""
    bare = _bare(told)
    return {language: [one for one in kept if _bare(one) in bare] for language, kept in words.items()}


def said(connection: Connection, organisation: str, found: Sequence[Member]) -> str:
    """The words of these members, a line each."""
    lines = []
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        stored = stored_verbatims(connection, organisation, sorted({one.verbatim for one in batch}))
        lines += [words_of_member(stored[one.verbatim], one) for one in batch if one.verbatim in stored]
    return "\n".join(lines)


def words_of_member(stored: StoredVerbatim, one: Member) -> str:
    """The words of a segment; none where the verbatim has changed since, or has no such place."""
    verbatim = stored.verbatim
    if one.revision != stored.revision or (one.turn is not None and one.turn >= len(verbatim.turns)):
        return ""
    text = verbatim.text if one.turn is None else verbatim.turns[one.turn].text
    return text[one.start : one.end]


def count_members(connection: Connection, organisation: str) -> dict[int, int]:
    """How many segments each theme has."""
    mine = theme_members.c.organisation == organisation
    chosen = select(theme_members.c.theme_id, func.count()).where(mine).group_by(theme_members.c.theme_id)
    return dict(connection.execute(chosen).all())


def _bare(text: str) -> str:
    """A text as words are looked for in it: apostrophes and hyphens are no part of them."""
    return " ".join(fold(text).replace("'", "").replace("’", "").split())


def _insert(connection: Connection, rows: Sequence[Values]) -> None:
    for start in range(0, len(rows), BATCH):
        connection.execute(insert_into(connection, theme_members), rows[start : start + BATCH])


def _member_values(organisation: str, one: Member) -> Values:
    turn = -1 if one.turn is None else one.turn
    place = {"turn": turn, "start": one.start, "end": one.end, "nearness": one.nearness, "revision": one.revision}
    return {"organisation": organisation, "theme_id": one.theme, "verbatim_id": one.verbatim, **place}


def _place(row: Row[Any]) -> tuple[int, int, int]:
    return row.verbatim_id, row.turn, row.start


def _kept(values: Values) -> Values:
    """Values as columns have them: a centroid as bytes, moments in UTC."""
    found = {name: in_utc(value) if isinstance(value, datetime) else value for name, value in values.items()}
    centroid = found.get("centroid")
    if isinstance(centroid, np.ndarray):
        found["centroid"] = np.ascontiguousarray(centroid, dtype="<f4").tobytes()
    return found


def _theme(row: Row[Any]) -> StoredTheme:
    centroid = None if row.centroid is None else np.frombuffer(row.centroid, dtype="<f4").astype(np.float32)
    return StoredTheme(
        id=row.id,
        scope=row.scope,
        name=row.name,
        words=row.words,
        state=row.state,
        into=row.into_id,
        code=row.code,
        first_run=row.first_run,
        last_run=row.last_run,
        centroid=centroid,
        match=row.match,
        change=row.change,
        changed_by=row.changed_by,
        changed=row.changed,
        created=row.created,
    )


def _run(row: Row[Any]) -> StoredRun:
    names = (
        "id",
        "scope",
        "since",
        "until",
        "encoder",
        "plan",
        "segments",
        "verbatims",
        "placed",
        "job",
        "actor",
        "created",
    )
    return StoredRun(**{name: getattr(row, name) for name in names})


def _member(row: Row[Any]) -> Member:
    turn = None if row.turn < 0 else row.turn
    return Member(row.theme_id, row.verbatim_id, row.revision, turn, row.start, row.end, row.nearness)
