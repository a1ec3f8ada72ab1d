"""Verbatims that two persons code, the second without sight of the first, and what is decided where they differ.

wanted ──second codes──► agreed
                    └──► open ──decide──► decided
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, or_, select, update

from verbatim.review import Reserve
from verbatim.store.review_tables import review_locks, second_codings
from verbatim.store.schema import codings, effective_codings, verbatims
from verbatim.store.statements import NUMBERS, insert_into

# Made once: an alias makes all its columns anew.
_LOCKS, _OWN = review_locks.alias(), codings.alias()


@dataclass(frozen=True, slots=True)
class DoubleCoding:
    """A verbatim that two persons code: who was first, who is or is to be second, the numbers of their codings.

    `second_coder` is None while anybody else may be; `decision` is the coding that settled a difference.
    """

    id: int
    verbatim: int
    revision: int
    first: int
    first_coder: str
    second: int | None
    second_coder: str | None
    decision: int | None
    settled: datetime | None
    created: datetime


def want(connection: Connection, organisation: str, share: Reserve, coder: str | None, by: str) -> int:
    """How many verbatims were put down to be coded again, of those that one person has coded, by a share of hashes.

    By anybody but that person, or by one coder, whose own are left out.
    """
    view = effective_codings.c
    known = exists().where(
        second_codings.c.verbatim_id == verbatims.c.id, second_codings.c.revision == verbatims.c.revision
    )
    text_hash = verbatims.c.text_hash
    part = (or_ if share.wraps else and_)(text_hash >= share.low, text_hash < share.high)
    chosen = (
        select(verbatims.c.id, verbatims.c.revision, view.id.label("coding"), view.author)
        .join(effective_codings, view.verbatim_id == verbatims.c.id)
        .where(verbatims.c.organisation == organisation, view.model_id.is_(None), part, ~known)
    )
    if coder is not None:
        chosen = chosen.where(view.author != coder)
    rows = [
        {
            "organisation": organisation,
            "verbatim_id": row.id,
            "revision": row.revision,
            "first_coding_id": row.coding,
            "first_coder": row.author,
            "second_coder": coder,
            "wanted_by": by,
        }
        for row in connection.execute(chosen.order_by(verbatims.c.id))
    ]
    if rows:
        connection.execute(insert_into(connection, second_codings).on_conflict_do_nothing(), rows)
    return len(rows)


def wanted_from(connection: Connection, organisation: str, coder: str, now: datetime, limit: int) -> list[int]:
    """The numbers of verbatims that somebody is to code without sight of the first coding, the first wanted first."""
    lock = _LOCKS.c
    locked = exists().where(lock.verbatim_id == verbatims.c.id, lock.holder != coder, lock.until > now)
    chosen = _open_for(organisation, coder).where(~locked).order_by(second_codings.c.id).limit(limit)
    return [row.verbatim for row in map(_told, connection.execute(chosen))]


def wanted_of(connection: Connection, organisation: str, coder: str, numbers: Sequence[int]) -> dict[int, DoubleCoding]:
    """Those of these verbatims that somebody is to code without sight of the first coding, by number."""
    own = [number for number in numbers if number in NUMBERS]
    rows = connection.execute(_open_for(organisation, coder).where(second_codings.c.verbatim_id.in_(own)))
    return {one.verbatim: one for one in map(_told, rows)}


def hidden_from(
    connection: Connection, organisation: str, coder: str, numbers: Sequence[int], now: datetime
) -> frozenset[int]:
    """Those of these verbatims whose codings somebody must not see yet: wanted from that person, or on that desk."""
    lock, table = _LOCKS.c, second_codings.c
    on_desk = exists().where(lock.verbatim_id == verbatims.c.id, lock.holder == coder, lock.until > now)
    chosen = _open_for(organisation, coder).where(
        table.verbatim_id.in_(numbers), or_(table.second_coder == coder, on_desk)
    )
    return frozenset(connection.execute(chosen.with_only_columns(table.verbatim_id)).scalars())


def note_second(connection: Connection, organisation: str, double: DoubleCoding) -> None:
    """Note who was second, the codings of both, and when it was settled, if both say the same."""
    values = {
        "first_coding_id": double.first,
        "second_coder": double.second_coder,
        "second_coding_id": double.second,
        "settled": double.settled,
    }
    connection.execute(update(second_codings).where(*_own(organisation, double.id)).values(values))


def note_decision(connection: Connection, organisation: str, number: int, coding: int, now: datetime) -> None:
    """Note the coding that settles the difference."""
    values = {"decision_coding_id": coding, "settled": now}
    connection.execute(update(second_codings).where(*_own(organisation, number)).values(values))


def reopen(connection: Connection, organisation: str, coding: int) -> None:
    """Let what a coding settled be open again, and what was to be compared with it be wanted no more."""
    table = second_codings.c
    decided = table.organisation == organisation, table.decision_coding_id == coding
    connection.execute(update(second_codings).where(*decided).values(decision_coding_id=None, settled=None))
    waiting = table.organisation == organisation, table.first_coding_id == coding, table.second_coding_id.is_(None)
    connection.execute(delete(second_codings).where(*waiting))


def double_coding(connection: Connection, organisation: str, number: int) -> DoubleCoding | None:
    """One by its number; None where there is none."""
    if number not in NUMBERS:
        return None
    row = connection.execute(_chosen(organisation).where(second_codings.c.id == number)).one_or_none()
    return _told(row) if row is not None else None


def differing(connection: Connection, organisation: str, limit: int, after: int = 0) -> tuple[DoubleCoding, ...]:
    """Those about which nothing is decided yet, by number, after one."""
    table = second_codings.c
    waiting = table.second_coding_id.is_not(None), table.settled.is_(None), table.id > after
    return tuple(map(_told, connection.execute(_chosen(organisation).where(*waiting).order_by(table.id).limit(limit))))


def latest_pairs(connection: Connection, organisation: str, limit: int) -> list[tuple[int, int]]:
    """The numbers of the first and the second coding of the latest verbatims that two persons coded."""
    table = second_codings.c
    both = table.organisation == organisation, table.second_coding_id.is_not(None)
    chosen = select(table.first_coding_id, table.second_coding_id).where(*both).order_by(table.id.desc()).limit(limit)
    return [(first, second) for first, second in connection.execute(chosen)]


def _own(organisation: str, number: int) -> tuple[Any, ...]:
    return second_codings.c.organisation == organisation, second_codings.c.id == number


def _chosen(organisation: str) -> Select[Any]:
    return select(second_codings).where(second_codings.c.organisation == organisation)


def _open_for(organisation: str, coder: str) -> Select[Any]:
    """Those that somebody is to code: wanted from nobody else, never coded by that person, as the words are now."""
    table, own = second_codings.c, _OWN.c
    mine = or_(table.second_coder == coder, and_(table.second_coder.is_(None), table.first_coder != coder))
    now = and_(verbatims.c.id == table.verbatim_id, verbatims.c.revision == table.revision)
    before = own.verbatim_id == table.verbatim_id, own.author == coder, own.model_id.is_(None)
    return (
        _chosen(organisation)
        .join(verbatims, now)
        .where(mine, table.second_coding_id.is_(None), ~exists().where(*before))
    )


def _told(row: Row[Any]) -> DoubleCoding:
    return DoubleCoding(
        id=row.id,
        verbatim=row.verbatim_id,
        revision=row.revision,
        first=row.first_coding_id,
        first_coder=row.first_coder,
        second=row.second_coding_id,
        second_coder=row.second_coder,
        decision=row.decision_coding_id,
        settled=row.settled,
        created=row.created,
    )
