"""What customers said: added in batches, one with everything that was judged about it, deleted by age."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Text, and_, bindparam, cast, delete, exists, or_, select, tuple_, update

from verbatim.domain import Verbatim
from verbatim.errors import NotFoundError, StoreError
from verbatim.store import audit, search
from verbatim.store.codings import codings_of, effective
from verbatim.store.columns import in_utc
from verbatim.store.people import account_ids, contact_ids
from verbatim.store.records import (
    StoredCoding,
    StoredVerbatim,
    Values,
    chosen_verbatims,
    stored_verbatim,
    verbatim_values,
    words_of,
)
from verbatim.store.schema import api_keys, verbatims
from verbatim.store.statements import (
    BATCH,
    NUMBERS,
    hold_organisation,
    insert_into,
    require_organisation,
    require_storable,
)

Change = Literal["added", "changed", "unchanged"]

CODED = ("text", "turns", "question", "score")
"""What a coder reads: where one of these has changed, the verbatim has to be coded again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A verbatim as it arrives, with the channel and the language where they are known, and who handed it in."""

    verbatim: Verbatim
    channel: str | None = None
    language: str | None = None
    submitter: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a verbatim that arrived, and its number."""

    id: int
    change: Change


@dataclass(frozen=True, slots=True)
class History:
    """A verbatim, the coding in effect, and all codings from the first to the latest, of former revisions too."""

    stored: StoredVerbatim
    effective: StoredCoding | None
    codings: tuple[StoredCoding, ...]


def add_verbatims(
    connection: Connection, organisation: str, source: str, arrivals: Sequence[Received]
) -> tuple[Kept, ...]:
    """What became of each arrival, in order: added, changed or unchanged, told by the id that it has in its source.

    An id that comes twice is changed by its second coming. A date without a zone is taken as UTC. Raises StoreError
    for a blank id or text that cannot be kept, NotFoundError for an unknown organisation; nothing is kept then.
    """
    hold_organisation(connection, organisation)
    require_storable(source, "source")
    for arrival in arrivals:
        _check(arrival)
    kept: list[Kept] = []
    for batch in _batches(arrivals):
        kept += _add(connection, organisation, source, batch)
    return tuple(kept)


def verbatim(connection: Connection, organisation: str, number: int) -> History:
    """One verbatim with everything that was judged about it. Raises NotFoundError."""
    chosen = chosen_verbatims(organisation).where(verbatims.c.id == number)
    row = connection.execute(chosen).one_or_none() if number in NUMBERS else None
    if row is None:
        raise NotFoundError(f"verbatim {number}: not in organisation {organisation!r}; expected the id of one that is")
    in_effect = effective(connection, organisation, [number]).get(number)
    return History(stored_verbatim(row), in_effect, codings_of(connection, organisation, [number]))


def stored_verbatims(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, StoredVerbatim]:
    """Those of these verbatims that there are, by number."""
    return {row.id: stored_verbatim(row) for row in connection.execute(chosen_verbatims(organisation, numbers))}


def said_before(connection: Connection, organisation: str, number: int, limit: int) -> tuple[int, ...]:
    """The numbers of what the same contact said before a verbatim, then others of the account, the latest first."""
    this, found = verbatims.alias(), dict[int, None]()
    own = this.c.organisation == organisation, this.c.id == number, verbatims.c.organisation == organisation
    order = verbatims.c.at, verbatims.c.id
    for name in ("contact_id", "account_id"):
        joined = select(verbatims.c.id).join(this, this.c[name] == verbatims.c[name])
        chosen = joined.where(*own, tuple_(*order) < tuple_(this.c.at, this.c.id))
        latest = chosen.order_by(*(column.desc() for column in order)).limit(limit)
        found |= dict.fromkeys(connection.execute(latest).scalars())
    return tuple(found)[:limit]


def held_by_others(
    connection: Connection, organisation: str, source: str, ids: Sequence[str], actor: str | None
) -> frozenset[str]:
    """Those of these ids, in their source, that this actor may not hand in, since somebody else has done so first.

    It binds keys of submitters only. What a key handed in that has been revoked since is nobody's: the key that took
    its place may go on with it.
    """
    keys, name = api_keys.c, "key:" + cast(api_keys.c.id, Text)
    bound = exists().where(keys.organisation == organisation, name == actor, keys.role == "submitter")
    gone = exists().where(keys.organisation == organisation, name == verbatims.c.submitter, keys.revoked.is_not(None))
    other = or_(verbatims.c.submitter.is_(None), and_(verbatims.c.submitter != actor, ~gone))
    chosen = select(verbatims.c.external_id).where(
        verbatims.c.organisation == organisation, verbatims.c.source == source, verbatims.c.external_id.in_(ids)
    )
    return frozenset(connection.scalars(chosen.where(bound, other)))


def delete_older(connection: Connection, organisation: str, before: datetime, actor: str) -> int:
    """How many verbatims were deleted, with their codings: those dated, or else received, before a moment."""
    require_organisation(connection, organisation)
    old = delete(verbatims).where(verbatims.c.organisation == organisation, verbatims.c.at < before)
    count = connection.execute(old).rowcount
    details = {"before": in_utc(before).isoformat(), "verbatims": count}
    audit.record(connection, organisation, audit.Event(actor, "retention", "verbatims", details))
    return count


def _check(arrival: Received) -> None:
    """Raise StoreError for what no engine keeps; what goes into JSON is kept whatever it holds."""
    verbatim = arrival.verbatim
    if not verbatim.id.strip():
        raise StoreError(f"verbatim id {verbatim.id!r}: expected an id that is not blank")
    require_storable(verbatim.id, "verbatim id")
    for name in ("text", "question", "role", "account", "contact"):
        require_storable(getattr(verbatim, name) or "", f"verbatim {verbatim.id!r}, {name}")
    for name in ("channel", "language"):
        require_storable(getattr(arrival, name) or "", f"verbatim {verbatim.id!r}, {name}")


def _batches(arrivals: Sequence[Received]) -> Iterator[list[Received]]:
    """Yield the arrivals in order, in batches none of which holds an id twice."""
    batch: dict[str, Received] = {}
    for arrival in arrivals:
        if arrival.verbatim.id in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[arrival.verbatim.id] = arrival
    if batch:
        yield list(batch.values())


def _add(connection: Connection, organisation: str, source: str, batch: Sequence[Received]) -> list[Kept]:
    """Add those that are new first, so that of two that add the same at once one sees the other's."""
    rows = _rows(connection, organisation, source, batch)
    insert = insert_into(connection, verbatims).on_conflict_do_nothing()
    returning = insert.returning(verbatims.c.external_id, verbatims.c.id)
    now = datetime.now(UTC)
    fresh = [{**row, "at": row["date"] or now} for row in rows]
    added = {name: Kept(number, "added") for name, number in connection.execute(returning, fresh)}
    there = _change(connection, organisation, [row for row in rows if row["external_id"] not in added])
    kept = added | there
    words = {arrival.verbatim.id: words_of(arrival.verbatim) for arrival in batch}
    anew = [(one.id, words[name]) for name, one in kept.items() if one.change != "unchanged"]
    search.index(connection, organisation, anew)
    return [kept[arrival.verbatim.id] for arrival in batch]


def _rows(connection: Connection, organisation: str, source: str, batch: Sequence[Received]) -> list[Values]:
    said = [arrival.verbatim for arrival in batch]
    at = account_ids(connection, organisation, {one.account for one in said if one.account})
    keys = [(at.get(one.account or ""), one.contact) for one in said]
    roles = {(account, name): one.role for one, (account, name) in zip(said, keys, strict=True) if name}
    people = contact_ids(connection, organisation, roles)
    return [
        {
            "organisation": organisation,
            "source": source,
            "channel": arrival.channel,
            "language": arrival.language,
            "submitter": arrival.submitter,
            "account_id": account,
            "contact_id": people[account, name] if name else None,
            **verbatim_values(arrival.verbatim),
        }
        for arrival, (account, name) in zip(batch, keys, strict=True)
    ]


def _change(connection: Connection, organisation: str, rows: Sequence[Values]) -> dict[str, Kept]:
    if not rows:
        return {}
    chosen = select(verbatims).where(
        verbatims.c.organisation == organisation,
        verbatims.c.source == rows[0]["source"],
        verbatims.c.external_id.in_([row["external_id"] for row in rows]),
    )
    former = {row.external_id: row for row in connection.execute(chosen.with_for_update())}
    pairs = [(former[row["external_id"]], row) for row in rows]
    changed = [(old, new) for old, new in pairs if any(getattr(old, name) != new[name] for name in _CHANGING)]
    if changed:
        connection.execute(_UPDATE, [_changes(old, new) for old, new in changed])
    kept = {old.external_id: Kept(old.id, "unchanged") for old, _ in pairs}
    return kept | {old.external_id: replace(kept[old.external_id], change="changed") for old, _ in changed}


def _changes(old: Row[Any], new: Values) -> Values:
    again = any(getattr(old, name) != new[name] for name in CODED)
    values = {name: new[name] for name in _CHANGING}
    return {
        "number": old.id,
        "owner": old.organisation,
        **values,
        "at": new["date"] or old.at,
        "revision": old.revision + again,
    }


_FIXED = ("id", "organisation", "source", "external_id", "created", "submitter")
_CHANGING = [name for name in verbatims.columns.keys() if name not in (*_FIXED, "at", "revision")]  # noqa: SIM118
_UPDATE = update(verbatims).where(verbatims.c.id == bindparam("number"), verbatims.c.organisation == bindparam("owner"))
