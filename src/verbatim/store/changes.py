"""The log of what has changed, for whoever keeps counts in memory: read from a place on, and cut at its old end.

Triggers write it (`layout`), in the transaction of the change. On SQLite rows are numbered in the order of commits. On
PostgreSQL a transaction that began earlier may be committed later: a place is the oldest transaction that was still
under way when the log was read, and everything from that one on is read again, but for the rows seen already.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, text, update

from verbatim.store.office_tables import ATTRIBUTES, changes

MOST = 50_000
"""So many changes are told one by one; where there are more, everything has changed."""

KEPT = 200_000
"""So many of an organisation's changes stay in the log."""

_OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True, slots=True)
class Place:
    """How far the log was read, and the rows behind that which were seen already."""

    position: int
    seen: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed up to a place: everything, or accounts and contacts, or these verbatims, by number."""

    place: Place
    everything: bool = False
    attributes: bool = False
    verbatims: tuple[int, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing has changed."""
        return not (self.everything or self.attributes or self.verbatims)


def place(connection: Connection, organisation: str) -> Place:
    """How far the log goes; read it in the same block as what is counted."""
    if connection.dialect.name == "sqlite":
        newest = select(func.max(changes.c.id)).where(changes.c.organisation == organisation)
        return Place(connection.scalar(newest) or 0)
    oldest: int = connection.execute(_OLDEST).scalar_one()
    behind = select(changes.c.id).where(changes.c.organisation == organisation, changes.c.position >= oldest)
    return Place(oldest, frozenset(connection.execute(behind).scalars()))


def changed_since(connection: Connection, organisation: str, before: Place) -> Changed:
    """What has changed since the log was read up to a place; everything, where it was cut behind that since."""
    rows = connection.execute(_behind(connection, organisation, before).limit(MOST + len(before.seen) + 1)).all()
    fresh = [row.verbatim_id for row in rows if row.id not in before.seen]
    if not fresh:
        return Changed(_moved(connection, before, [(row.id, row.position) for row in rows]))
    if len(fresh) > MOST or None in fresh:
        return Changed(place(connection, organisation), everything=True)
    numbers = tuple(sorted(set(fresh) - {ATTRIBUTES}))
    reached = _moved(connection, before, [(row.id, row.position) for row in rows])
    return Changed(reached, attributes=ATTRIBUTES in fresh, verbatims=numbers)


def cut(connection: Connection, organisation: str, kept: int = KEPT) -> int:
    """How many old rows of an organisation's log were deleted; the last of them stays, and says: everything."""
    own, order = changes.c.organisation == organisation, _order(connection)
    if connection.dialect.name == "postgresql":
        own &= changes.c.position < connection.execute(_OLDEST).scalar_one()
    chosen = select(changes.c.id, order.label("at")).where(own).order_by(order.desc(), changes.c.id.desc())
    last = connection.execute(chosen.offset(kept).limit(1)).first()
    if last is None:
        return 0
    count = connection.execute(delete(changes).where(own, order <= last.at, changes.c.id != last.id)).rowcount
    connection.execute(update(changes).where(changes.c.id == last.id).values(verbatim_id=None))
    return count


def cut_all(connection: Connection, kept: int = KEPT) -> int:
    """The same for every organisation; the connection must see every one."""
    sized = select(changes.c.organisation).group_by(changes.c.organisation).having(func.count() > kept)
    return sum(cut(connection, organisation, kept) for organisation in connection.execute(sized).scalars().all())


def _order(connection: Connection) -> Any:
    return changes.c.id if connection.dialect.name == "sqlite" else changes.c.position


def _behind(connection: Connection, organisation: str, before: Place) -> Select[Any]:
    order = _order(connection)
    later = order > before.position if connection.dialect.name == "sqlite" else order >= before.position
    chosen = select(changes.c.id, changes.c.verbatim_id, changes.c.position)
    return chosen.where(changes.c.organisation == organisation, later)


def _moved(connection: Connection, before: Place, rows: list[tuple[int, int]]) -> Place:
    """The place behind these rows, all that stand behind the former one."""
    if connection.dialect.name == "sqlite":
        return Place(max((number for number, _ in rows), default=before.position))
    oldest: int = connection.execute(_OLDEST).scalar_one()
    return Place(oldest, frozenset(number for number, position in rows if position >= oldest))
