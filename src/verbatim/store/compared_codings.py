"""Codings of the same verbatims by several coders, for telling how far these agree.

    blind    the two codings of a verbatim that a second person coded without sight of the first
    all      the latest coding by each person of a verbatim as it reads now
    random   the same, of the share that was drawn at random and kept apart

Only the first are made independently. What was decided between two persons is nobody's own coding, and is left out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, and_, func, or_, select

from verbatim.store.codings import codings_of
from verbatim.store.columns import in_utc
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters, narrowed
from verbatim.store.records import StoredCoding
from verbatim.store.review import GOLD
from verbatim.store.review_tables import samples, second_codings, withdrawals
from verbatim.store.schema import accounts, codings, models, verbatims
from verbatim.store.statements import BATCH

Basis = Literal["blind", "all", "random"]
BASES: tuple[Basis, ...] = get_args(Basis)


@dataclass(frozen=True, slots=True)
class Compared:
    """Which codings are laid side by side: on what basis, by which persons (all where none is named) and when.

    `models` are labels: their codings of the same verbatims are laid beside. `filters` say which verbatims.
    """

    basis: Basis = "blind"
    persons: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    filters: Filters = NOTHING_LEFT_OUT


def side_by_side(connection: Connection, organisation: str, wanted: Compared, most: int) -> list[StoredCoding]:
    """The codings of the latest verbatims that have two of them or more, at most so many verbatims; by verbatim."""
    persons = (
        _blind(connection, organisation, wanted)
        if wanted.basis == "blind"
        else _latest(connection, organisation, wanted)
    )
    beside = _of_models(connection, organisation, wanted, {verbatim for verbatim, _ in persons})
    sides: dict[int, list[int]] = {}
    for verbatim, coding in (*persons, *beside):
        sides.setdefault(verbatim, []).append(coding)
    numbers = sorted(verbatim for verbatim, own in sides.items() if len(own) > 1)[-most:]
    chosen = {coding for verbatim in numbers for coding in sides[verbatim]}
    found: list[StoredCoding] = []
    for start in range(0, len(numbers), BATCH):
        of_batch = codings_of(connection, organisation, numbers[start : start + BATCH])
        found += sorted(
            (one for one in of_batch if one.id in chosen), key=lambda one: (one.verbatim, not one.person, one.id)
        )
    return found


def count_open(connection: Connection, organisation: str) -> int:
    """How many differences between two persons nobody has decided yet."""
    table = second_codings.c
    waiting = table.organisation == organisation, table.second_coding_id.is_not(None), table.settled.is_(None)
    return connection.scalar(select(func.count()).select_from(second_codings).where(*waiting)) or 0


def _blind(connection: Connection, organisation: str, wanted: Compared) -> list[tuple[int, int]]:
    """The verbatims that two persons coded, as they are now, with the number of each coding."""
    table = second_codings.c
    now = and_(verbatims.c.id == table.verbatim_id, verbatims.c.revision == table.revision)
    pair = or_(codings.c.id == table.first_coding_id, codings.c.id == table.second_coding_id)
    chosen = (
        select(codings.c.verbatim_id, codings.c.id)
        .join(second_codings, and_(codings.c.verbatim_id == table.verbatim_id, pair))
        .join(verbatims, now)
        .outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
        .where(table.organisation == organisation, table.second_coding_id.is_not(None))
        .where(*_by_persons(organisation, wanted), *narrowed(connection, organisation, wanted.filters))
    )
    return [(verbatim, coding) for verbatim, coding in connection.execute(chosen)]


def _latest(connection: Connection, organisation: str, wanted: Compared) -> list[tuple[int, int]]:
    """The verbatims that persons coded, as they are now, with the number of the latest coding by each."""
    gone = select(withdrawals.c.coding_id).where(withdrawals.c.organisation == organisation)
    decided = select(second_codings.c.decision_coding_id).where(
        second_codings.c.organisation == organisation, second_codings.c.decision_coding_id.is_not(None)
    )
    now = and_(verbatims.c.id == codings.c.verbatim_id, verbatims.c.revision == codings.c.revision)
    chosen = (
        select(codings.c.verbatim_id, func.max(codings.c.id))
        .join(verbatims, now)
        .outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
        .where(codings.c.id.not_in(gone), codings.c.id.not_in(decided))
        .where(*_by_persons(organisation, wanted), *narrowed(connection, organisation, wanted.filters))
    )
    if wanted.basis == "random":
        drawn = samples.c.organisation == organisation, samples.c.purpose == GOLD
        chosen = chosen.where(codings.c.verbatim_id.in_(select(samples.c.verbatim_id).where(*drawn)))
    rows = connection.execute(chosen.group_by(codings.c.verbatim_id, codings.c.author))
    return [(verbatim, coding) for verbatim, coding in rows]


def _by_persons(organisation: str, wanted: Compared) -> Iterable[Any]:
    """What must hold of a coding for it to be one of those that persons made."""
    # What a crosswalk made of a person's coding says nothing more than that one.
    yield from (codings.c.organisation == organisation, codings.c.model_id.is_(None), codings.c.based_on.is_(None))
    if wanted.persons:
        yield codings.c.author.in_(wanted.persons)
    if wanted.since is not None:
        yield codings.c.created >= in_utc(wanted.since)
    if wanted.until is not None:
        yield codings.c.created < in_utc(wanted.until)


def _of_models(
    connection: Connection, organisation: str, wanted: Compared, numbers: Collection[int]
) -> list[tuple[int, int]]:
    """Those of these verbatims, as they are now, that the models coded, with the number of each coding."""
    if not wanted.models:
        return []
    now = and_(verbatims.c.id == codings.c.verbatim_id, verbatims.c.revision == codings.c.revision)
    own = models.c.organisation == organisation, models.c.label.in_(wanted.models)
    chosen = (
        select(codings.c.verbatim_id, codings.c.id)
        .join(models, models.c.id == codings.c.model_id)
        .join(verbatims, now)
        .where(codings.c.organisation == organisation, *own)
    )
    rows = connection.execute(chosen)
    return [(verbatim, coding) for verbatim, coding in rows if verbatim in numbers]


def _place(one: StoredCoding) -> tuple[int, bool, int]:
    """Codings of one verbatim stand together, those by persons first."""
    return one.verbatim, not one.person, one.id
