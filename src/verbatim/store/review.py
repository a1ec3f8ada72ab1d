"""Who is to look at what: candidates for review, locks on what lies on a desk, assignments, samples kept apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, exists, func, or_, select, update

from verbatim.review import Candidate, Reserve
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters, in_ids_of_today, judgements, narrowed, of_facts
from verbatim.store.promotions import promotions
from verbatim.store.review_tables import assignments, review_locks, samples, withdrawals
from verbatim.store.schema import accounts, code_mentions, codings, effective_codings, models, verbatims
from verbatim.store.statements import NUMBERS, insert_into, owned

GOLD = "gold"
HELD = timedelta(minutes=10)
"""How long a verbatim lies on a desk without a sign of life."""

LONGEST = 100
"""So many characters of a text are read to tell what it is like."""


# Made once: an alias makes all its columns anew.
_LOCKS, _GIVEN = review_locks.alias(), assignments.alias()
_OTHERS, _TWINS = codings.alias(), verbatims.alias()
_PERSONS, _MODELS = codings.alias(), codings.alias()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose queue it is, at what moment, and which verbatims may come into it; `reserve` is kept apart."""

    organisation: str
    reviewer: str
    now: datetime
    filters: Filters = NOTHING_LEFT_OUT
    reserve: Reserve | None = None


@dataclass(frozen=True, slots=True)
class Pooled:
    """A candidate, the beginning of its text, and the name of its account."""

    candidate: Candidate
    text: str
    account: str | None


def doubtful(connection: Connection, wanted: Wanted, limit: int) -> list[Pooled]:
    """Those that the newest models trust least, nobody else's and not kept apart, the least trusted first."""
    found: list[Pooled] = []
    for model in _models(connection, wanted.organisation):
        chosen = _pool(connection, wanted).where(codings.c.model_id == model)
        chosen = chosen.order_by(codings.c.trust).limit(limit - len(found))
        found += _pooled(connection, wanted.organisation, chosen)
        if len(found) >= limit:
            break
    return found


def scattered(connection: Connection, wanted: Wanted, start: str, limit: int) -> list[Pooled]:
    """Those whose hashes come next after a value, nobody else's and not kept apart: a choice by nothing but chance."""
    own = verbatims.c.organisation == wanted.organisation, verbatims.c.text_hash >= start
    chosen = _pool(connection, wanted).where(codings.c.model_id.is_not(None), *own)
    return _pooled(connection, wanted.organisation, chosen.order_by(verbatims.c.text_hash).limit(limit))


def next_of_reserve(connection: Connection, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of those kept apart that are to be looked at next: drawn before and not coded yet, then new ones.

    One of each text: of a thousand that only say "fine" one is enough to measure by.
    """
    if wanted.reserve is None or limit < 1:
        return []
    drawn = samples.c.organisation == wanted.organisation, samples.c.purpose == GOLD
    waiting = _joined(select(verbatims.c.id)).join(samples, samples.c.verbatim_id == verbatims.c.id)
    waiting = waiting.where(*drawn, *_uncoded(connection, wanted, by_number=True))
    order = verbatims.c.text_hash < wanted.reserve.low, verbatims.c.text_hash, verbatims.c.id
    found = list(connection.execute(waiting.order_by(*order).limit(limit)).scalars())
    twin = _TWINS.c
    of_twin = twin.organisation == verbatims.c.organisation, twin.text_hash == verbatims.c.text_hash
    known = exists().where(*of_twin, samples.c.verbatim_id == twin.id, samples.c.purpose == GOLD)
    for part in _parts(wanted.reserve):
        chosen = _joined(select(func.min(verbatims.c.id))).where(*_uncoded(connection, wanted), part, ~known)
        chosen = chosen.group_by(verbatims.c.text_hash).order_by(verbatims.c.text_hash).limit(limit - len(found))
        found += connection.execute(chosen).scalars()
    return found


def assigned_to(connection: Connection, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of those that the reviewer was asked to look at, the first asked first."""
    given = assignments.c
    own = given.organisation == wanted.organisation, given.assignee == wanted.reviewer, given.done.is_(None)
    chosen = _joined(select(verbatims.c.id)).join(assignments, given.verbatim_id == verbatims.c.id)
    chosen = chosen.where(*own, *_uncoded(connection, wanted, by_number=True)).order_by(given.id).limit(limit)
    return list(connection.execute(chosen).scalars())


def unclear(connection: Connection, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of those that persons coded by ids which no crosswalk could map, the first first."""
    own = effective_codings.c.model_id.is_(None), effective_codings.c.review
    chosen = _joined(select(verbatims.c.id)).where(*_uncoded(connection, wanted), *own)
    return list(connection.execute(chosen.order_by(verbatims.c.id).limit(limit)).scalars())


def assigned_of(connection: Connection, organisation: str, assignee: str, numbers: Sequence[int]) -> set[int]:
    """Those of these verbatims that somebody was asked to look at."""
    given = assignments.c
    own = given.organisation == organisation, given.assignee == assignee, given.done.is_(None)
    return set(connection.execute(select(given.verbatim_id).where(*own, given.verbatim_id.in_(numbers))).scalars())


def free_ones(connection: Connection, wanted: Wanted, numbers: Sequence[int]) -> set[int]:
    """Those of these that no person has coded for good, and that are nobody else's, whatever the filters."""
    free = _uncoded(connection, replace(wanted, filters=NOTHING_LEFT_OUT), by_number=True)
    return set(connection.execute(_joined(select(verbatims.c.id)).where(*free, verbatims.c.id.in_(numbers))).scalars())


def counts_of_codes(connection: Connection, organisation: str) -> dict[str, int]:
    """How often each code was given, by whomever."""
    mentions = code_mentions.c
    chosen = select(mentions.code, func.count()).where(mentions.organisation == organisation).group_by(mentions.code)
    return dict(connection.execute(chosen).all())


def count_codings(connection: Connection, organisation: str) -> int:
    """How many codings there are, by whomever."""
    return connection.scalar(select(func.count()).where(codings.c.organisation == organisation)) or 0


def corrected_pairs(connection: Connection, organisation: str, limit: int) -> list[tuple[int, int]]:
    """The numbers of the latest codings by persons, each with that of a model's coding of the same words."""
    person, model = _PERSONS, _MODELS
    same = and_(model.c.verbatim_id == person.c.verbatim_id, model.c.revision == person.c.revision)
    own = person.c.organisation == organisation, person.c.model_id.is_(None), ~person.c.blind
    joined = person.join(model, and_(same, model.c.model_id.is_not(None)))
    chosen = select(person.c.id, model.c.id.label("other")).select_from(joined).where(*own)
    return [(row.id, row.other) for row in connection.execute(chosen.order_by(person.c.id.desc()).limit(limit))]


def codes_of(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, set[str]]:
    """The codes of each of these codings."""
    mentions = code_mentions.c
    own = owned(mentions.organisation, organisation), mentions.coding_id.in_(numbers)
    found: dict[int, set[str]] = {number: set() for number in numbers}
    for coding, code in connection.execute(select(mentions.coding_id, mentions.code).where(*own)):
        found[coding].add(code)
    return found


def take(connection: Connection, wanted: Wanted, numbers: Iterable[int]) -> set[int]:
    """Those of these verbatims that lie on the reviewer's desk from now on, in this order, and on nobody else's."""
    rows = [_lock(wanted, number, place) for number, place in sorted((n, place) for place, n in enumerate(numbers))]
    if not rows:
        return set()
    insert = insert_into(connection, review_locks)
    over = or_(review_locks.c.until <= wanted.now, review_locks.c.holder == wanted.reviewer)
    values = {name: insert.excluded[name] for name in ("holder", "until", "created")}
    taken = insert.on_conflict_do_update(index_elements=("verbatim_id",), set_=values, where=over)
    return set(connection.execute(taken.returning(review_locks.c.verbatim_id), rows).scalars())


def on_desk(connection: Connection, organisation: str, holder: str, now: datetime) -> list[int]:
    """The numbers of those that lie on somebody's desk, the first taken first."""
    lock = review_locks.c
    own = lock.organisation == organisation, lock.holder == holder, lock.until > now
    return list(
        connection.execute(select(lock.verbatim_id).where(*own).order_by(lock.created, lock.verbatim_id)).scalars()
    )


def renew(connection: Connection, organisation: str, holder: str, now: datetime) -> int:
    """How many lie on somebody's desk, all for as long again from now; what was due is no longer there."""
    lock = review_locks.c
    own = lock.organisation == organisation, lock.holder == holder, lock.until > now
    return connection.execute(update(review_locks).where(*own).values(until=now + HELD)).rowcount


def release(connection: Connection, organisation: str, holder: str, numbers: Sequence[int] | None = None) -> int:
    """How many were taken off somebody's desk: these, or all."""
    lock = review_locks.c
    chosen = delete(review_locks).where(lock.organisation == organisation, lock.holder == holder)
    if numbers is not None:
        chosen = chosen.where(lock.verbatim_id.in_(numbers))
    return connection.execute(chosen).rowcount


def coded_by(connection: Connection, organisation: str, coder: str, numbers: Sequence[int], now: datetime) -> None:
    """Take what somebody has coded off that desk, close whoever's assignment it was; what still lies there stays."""
    release(connection, organisation, coder, numbers)
    renew(connection, organisation, coder, now)
    close = assignments.c.organisation == organisation, assignments.c.verbatim_id.in_(numbers)
    connection.execute(update(assignments).where(*close, assignments.c.done.is_(None)).values(done=now))


def assign(connection: Connection, wanted: Wanted, numbers: Sequence[int], by: str) -> int:
    """How many verbatims are the reviewer's from now on, whosever they were; those that persons have coded are not."""
    free = effective_codings.c.model_id.is_not(None), owned(verbatims.c.organisation, wanted.organisation)
    chosen = _joined(select(verbatims.c.id)).where(*free, verbatims.c.id.in_([n for n in numbers if n in NUMBERS]))
    rows = [
        {
            "organisation": wanted.organisation,
            "verbatim_id": number,
            "assignee": wanted.reviewer,
            "assigned_by": by,
            "created": wanted.now,
        }
        for number in connection.execute(chosen.order_by(verbatims.c.id)).scalars()
    ]
    if not rows:
        return 0
    insert = insert_into(connection, assignments)
    values = {name: insert.excluded[name] for name in ("assignee", "assigned_by", "created")}
    still_open = assignments.c.done.is_(None)
    keys = ("organisation", "verbatim_id")
    connection.execute(insert.on_conflict_do_update(index_elements=keys, index_where=still_open, set_=values), rows)
    return len(rows)


def add_sample(connection: Connection, organisation: str, numbers: Sequence[int], seed: int, now: datetime) -> None:
    """Note that these were drawn at random, to measure by; nothing changes where that is known."""
    base = {"organisation": organisation, "purpose": GOLD, "seed": seed, "created": now}
    rows = [{**base, "verbatim_id": number} for number in numbers]
    if rows:
        connection.execute(insert_into(connection, samples).on_conflict_do_nothing(), rows)


def sampled(connection: Connection, organisation: str, numbers: Sequence[int] | None = None) -> set[int]:
    """Those of these verbatims, or of all, that were drawn at random, to measure by."""
    chosen = select(samples.c.verbatim_id).where(samples.c.organisation == organisation, samples.c.purpose == GOLD)
    if numbers is not None:
        chosen = chosen.where(samples.c.verbatim_id.in_(numbers))
    return set(connection.execute(chosen).scalars())


def _lock(wanted: Wanted, number: int, place: int) -> Mapping[str, object]:
    return {
        "organisation": wanted.organisation,
        "verbatim_id": number,
        "holder": wanted.reviewer,
        "until": wanted.now + HELD,
        "created": wanted.now + timedelta(microseconds=place),
    }


def _models(connection: Connection, organisation: str) -> list[int]:
    """The numbers of the models, the newest first."""
    chosen = select(models.c.id).where(models.c.organisation == organisation).order_by(models.c.id.desc())
    return list(connection.execute(chosen).scalars())


def _joined(chosen: Select[Any]) -> Select[Any]:
    own = effective_codings.c.verbatim_id == verbatims.c.id
    joined = verbatims.join(effective_codings, own).outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
    return chosen.select_from(joined)


def _pool(connection: Connection, wanted: Wanted) -> Select[Any]:
    """Candidates, from the table of codings: to ask the view about each would take a hundred times as long."""
    columns = codings.c.id.label("coding"), codings.c.trust, codings.c.conflict, verbatims.c.id, verbatims.c.text_hash
    text = func.substr(verbatims.c.text, 1, LONGEST).label("text")
    own = and_(verbatims.c.id == codings.c.verbatim_id, verbatims.c.revision == codings.c.revision)
    joined = codings.join(verbatims, own).outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
    drawn = exists().where(samples.c.verbatim_id == verbatims.c.id, samples.c.purpose == GOLD)
    said = replace(wanted, filters=of_facts(wanted.filters))
    chosen = select(*columns, text, accounts.c.name.label("account")).select_from(joined)
    filters = in_ids_of_today(connection, wanted.organisation, wanted.filters)
    chosen = chosen.where(codings.c.organisation == wanted.organisation, *judgements(codings.c, filters))
    chosen = chosen.where(~_surpassed(connection, wanted.organisation), *_free(connection, said), ~drawn)
    return chosen if wanted.reserve is None else chosen.where(~or_(*_parts(wanted.reserve)))


def _surpassed(connection: Connection, organisation: str) -> ColumnElement[bool]:
    """That another coding of the same words stands before that of a model, as the view of those in effect has it."""
    other, withdrawn = _OTHERS.c, exists().where(withdrawals.c.coding_id == _OTHERS.c.id)
    same = other.verbatim_id == codings.c.verbatim_id, other.revision == codings.c.revision
    counts = ~other.blind, ~withdrawn
    ranks = _ranks(connection, organisation)
    if not ranks:
        return exists().where(*same, *counts, other.model_id.is_(None))
    rank, own = (case(ranks, value=column, else_=0) for column in (other.model_id, codings.c.model_id))
    before = or_(rank > own, and_(rank == own, other.id > codings.c.id))
    return exists().where(*same, *counts, or_(other.model_id.is_(None), before))


def _ranks(connection: Connection, organisation: str) -> dict[int, int]:
    """How far in front each model stands, by its number: those promoted, the last one first, then the newest."""
    latest = func.coalesce(func.max(promotions.c.id), 0)
    joined = models.outerjoin(promotions, promotions.c.model_id == models.c.id)
    chosen = select(models.c.id).select_from(joined).where(models.c.organisation == organisation)
    order = chosen.group_by(models.c.id).order_by(latest, models.c.id)
    return {number: place for place, number in enumerate(connection.execute(order).scalars(), start=1)}


def _pooled(connection: Connection, organisation: str, chosen: Select[Any]) -> list[Pooled]:
    rows = connection.execute(chosen).all()
    codes = codes_of(connection, organisation, [row.coding for row in rows])
    return [
        Pooled(
            Candidate(row.id, row.trust, row.conflict, tuple(sorted(codes[row.coding])), row.text_hash),
            row.text,
            row.account,
        )
        for row in rows
    ]


def _uncoded(connection: Connection, wanted: Wanted, *, by_number: bool = False) -> list[ColumnElement[bool]]:
    """That no person has coded a verbatim, or not for good, and that it may come to the reviewer.

    `by_number` as in `owned`.
    """
    said = verbatims.c.organisation
    own = owned(said, wanted.organisation) if by_number else said == wanted.organisation
    open_ = or_(effective_codings.c.model_id.is_not(None), effective_codings.c.review)
    return [own, open_, *_free(connection, wanted)]


def _free(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    """That a verbatim passes the filters, and neither lies on another's desk nor is assigned to another."""
    lock, given = _LOCKS.c, _GIVEN.c
    of_others = lock.holder != wanted.reviewer, lock.until > wanted.now
    locked = exists().where(lock.verbatim_id == verbatims.c.id, *of_others)
    to_others = given.assignee != wanted.reviewer, given.done.is_(None)
    own = given.organisation == wanted.organisation, given.verbatim_id == verbatims.c.id
    assigned = exists().where(*own, *to_others)
    return [~locked, ~assigned, *narrowed(connection, wanted.organisation, wanted.filters)]


def _parts(reserve: Reserve) -> list[ColumnElement[bool]]:
    """The ranges of hashes that a reserve is made of, in the order in which they are drawn."""
    text_hash = verbatims.c.text_hash
    if reserve.wraps:
        return [text_hash >= reserve.low, text_hash < reserve.high]
    return [and_(text_hash >= reserve.low, text_hash < reserve.high)]
