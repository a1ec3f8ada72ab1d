"""What customers said, word for word, without what we said to them; and whose words may be quoted."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from verbatim.store.schema import contacts, verbatims
from verbatim.store.statements import BATCH

PAGE = 5_000


def spoken(
    connection: Connection, organisation: str, numbers: Sequence[int] | None = None
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The number of each verbatim, and its text, or the turns of it that are not ours; all, or those numbered."""
    chosen = select(verbatims.c.id, verbatims.c.text, verbatims.c.turns)
    chosen = chosen.where(verbatims.c.organisation == organisation).order_by(verbatims.c.id)
    if numbers is not None:
        for start in range(0, len(numbers), BATCH):
            some = chosen.where(verbatims.c.id.in_(numbers[start : start + BATCH]))
            yield from map(_said, connection.execute(some))
        return
    after = 0
    while rows := connection.execute(chosen.where(verbatims.c.id > after).limit(PAGE)).all():
        yield from map(_said, rows)
        after = rows[-1].id


def quotable(connection: Connection, organisation: str, numbers: Sequence[int]) -> frozenset[int]:
    """Those of these verbatims whose contact is not to be shown in counts only, or is nobody."""
    joined = verbatims.outerjoin(contacts, verbatims.c.contact_id == contacts.c.id)
    shown = or_(contacts.c.permission.is_(None), contacts.c.permission != "aggregate")
    chosen = select(verbatims.c.id).select_from(joined).where(verbatims.c.organisation == organisation, shown)
    found: set[int] = set()
    for start in range(0, len(numbers), BATCH):
        found.update(connection.execute(chosen.where(verbatims.c.id.in_(numbers[start : start + BATCH]))).scalars())
    return frozenset(found)


def _said(row: Row[Any, Any, Any]) -> tuple[int, tuple[str, ...]]:
    turns = tuple(turn["text"] for turn in row.turns or () if turn["side"] != "us")
    return row.id, turns if row.turns else (row.text,)
