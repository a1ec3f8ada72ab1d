"""Verbatims by page, newest first, and how many there are: both by the same filters, over the codings in effect."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, exists, func, or_, select, tuple_

from verbatim.crosswalk import walk_of
from verbatim.domain import Polarity, StanceLabel
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.codings import effective
from verbatim.store.publications import history, steps_of
from verbatim.store.records import StoredCoding, StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.store.schema import accounts, code_mentions, contacts, effective_codings, search_texts, verbatims
from verbatim.store.search import matches
from verbatim.store.statements import NUMBERS, require_storable

LARGEST_PAGE = 1000
LONGEST_CURSOR = 100

# Made once: an alias makes all its columns anew.
_ACCOUNTS, _MENTIONS, _VIEW = accounts.alias(), code_mentions.alias(), effective_codings.alias()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which verbatims are meant; None leaves a filter out.

    Dated from `since` to before `until`; of an account, by its name, and a role; with all words of `search`. Coded in
    effect by this model, with this stance, for review or not, and with this code or one of this category, of this
    polarity; a code of former versions stands for what became of it. Of one of `accounts`, and handed in first by
    `submitter`: what a key may see. `quotable` leaves out the words of those who are to be shown in counts only.
    `codes` is what `code` comes to (`in_ids_of_today`).
    """

    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    role: str | None = None
    code: str | None = None
    category: str | None = None
    polarity: Polarity | None = None
    stance: StanceLabel | None = None
    review: bool | None = None
    model: str | None = None
    search: str | None = None
    accounts: tuple[str, ...] | None = None
    submitter: str | None = None
    quotable: bool = False
    codes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A verbatim and the coding in effect, if anybody has coded it."""

    stored: StoredVerbatim
    coding: StoredCoding | None


@dataclass(frozen=True, slots=True)
class Page:
    """Verbatims, newest first; `cursor` asks for those after them and is None on the last page."""

    items: tuple[Listed, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many verbatims, accounts and contacts behind them, coded ones, ones for review; by code and polarity."""

    verbatims: int
    accounts: int
    contacts: int
    coded: int
    review: int
    codes: Mapping[tuple[str, Polarity], int]


NOTHING_LEFT_OUT = Filters()


def list_verbatims(
    connection: Connection,
    organisation: str,
    filters: Filters = NOTHING_LEFT_OUT,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The verbatims that pass, newest first, at most `limit` of them, after those that the cursor stands for.

    A verbatim without a date is listed by the moment it arrived, and passes no filter of dates. Raises StoreError for
    a limit or a cursor that cannot be, a search without a word, and a filter that no text could equal.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise StoreError(f"limit {limit}: expected 1 to {LARGEST_PAGE}")
    order = verbatims.c.at, verbatims.c.id
    chosen = chosen_verbatims(organisation).where(*_conditions(connection, organisation, filters))
    if cursor is not None:
        chosen = chosen.where(tuple_(*order) < tuple_(*_place(cursor)))
    chosen = chosen.order_by(*(column.desc() for column in order)).limit(limit + 1)
    rows = connection.execute(chosen).all()
    found = [stored_verbatim(row) for row in rows[:limit]]
    codings = effective(connection, organisation, [one.id for one in found])
    more = len(rows) > limit
    items = tuple(Listed(one, codings.get(one.id)) for one in found)
    return Page(items, _cursor(rows[limit - 1].at, rows[limit - 1].id) if more else None)


def passes(connection: Connection, organisation: str, number: int, filters: Filters) -> bool:
    """Whether there is a verbatim of that number, and it passes. Raises as `list_verbatims`."""
    if number not in NUMBERS:
        return False
    conditions = _conditions(connection, organisation, filters)
    chosen = chosen_verbatims(organisation).where(verbatims.c.id == number, *conditions)
    return connection.execute(chosen.with_only_columns(verbatims.c.id)).first() is not None


def require_listed(connection: Connection, organisation: str, number: int, filters: Filters) -> None:
    """Raise NotFoundError for a verbatim that does not pass, as for one that there is not."""
    passing = and_(verbatims.c.organisation == organisation, *_conditions(connection, organisation, filters))
    joined = verbatims.outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
    chosen = select(verbatims.c.id).select_from(joined).where(passing, verbatims.c.id == number)
    if number not in NUMBERS or connection.scalar(chosen) is None:
        raise NotFoundError(f"verbatim {number}: not in organisation {organisation!r}; expected the id of one that is")


def count(connection: Connection, organisation: str, filters: Filters = NOTHING_LEFT_OUT) -> Counts:
    """How many verbatims pass, who is behind them, and what they were coded with. Raises as `list_verbatims`."""
    view = effective_codings
    passed = and_(verbatims.c.organisation == organisation, *_conditions(connection, organisation, filters))
    joined = verbatims.outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
    coded = joined.outerjoin(view, view.c.verbatim_id == verbatims.c.id)
    totals = select(
        func.count(),
        func.count(distinct(verbatims.c.account_id)),
        func.count(distinct(verbatims.c.contact_id)),
        func.count(view.c.id),
        func.coalesce(func.sum(case((view.c.review, 1), else_=0)), 0),
    )
    mentioned = coded.join(code_mentions, code_mentions.c.coding_id == view.c.id)
    by_code = select(code_mentions.c.code, code_mentions.c.polarity, func.count()).select_from(mentioned).where(passed)
    grouped = by_code.group_by(code_mentions.c.code, code_mentions.c.polarity)
    numbers = connection.execute(totals.select_from(coded).where(passed)).one()
    codes = {(code, polarity): n for code, polarity, n in connection.execute(grouped)}
    said, accounts_behind, contacts_behind, coded_by_any, for_review = numbers
    return Counts(said, accounts_behind, contacts_behind, coded_by_any, for_review, codes)


def narrowed(connection: Connection, organisation: str, filters: Filters) -> list[ColumnElement[bool]]:
    """What must hold of `verbatims`, joined with `accounts`, for one to pass. Raises as `list_verbatims`."""
    return _conditions(connection, organisation, filters)


def numbers_of(
    connection: Connection, organisation: str, filters: Filters, limit: int, after: int = 0
) -> tuple[int, ...]:
    """The numbers of the verbatims that pass, after one, at most `limit` of them. Raises as `list_verbatims`."""
    joined = verbatims.outerjoin(accounts, verbatims.c.account_id == accounts.c.id)
    own = verbatims.c.organisation == organisation, verbatims.c.id > after
    chosen = select(verbatims.c.id).select_from(joined).where(*own, *_conditions(connection, organisation, filters))
    return tuple(connection.execute(chosen.order_by(verbatims.c.id).limit(limit)).scalars())


def _conditions(connection: Connection, organisation: str, filters: Filters) -> list[ColumnElement[bool]]:
    columns: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "since": lambda value: (verbatims.c.date.is_not(None)) & (verbatims.c.at >= value),
        "until": lambda value: (verbatims.c.date.is_not(None)) & (verbatims.c.at < value),
        "account": lambda value: verbatims.c.account_id.in_(_named(organisation, [value])),
        "role": lambda value: verbatims.c.role == value,
        "accounts": lambda value: verbatims.c.account_id.in_(_named(organisation, value)),
        "submitter": lambda value: verbatims.c.submitter == value,
        "search": lambda value: verbatims.c.id.in_(
            select(search_texts.c.verbatim_id).where(matches(connection, organisation, value))
        ),
    }
    for name in ("account", "role", "code", "category", "model"):
        require_storable(getattr(filters, name) or "", name)
    given = {name: getattr(filters, name) for name in columns}
    conditions = [columns[name](value) for name, value in given.items() if value is not None]
    if filters.quotable:
        conditions.append(_quotable(organisation))
    judged = _judged(organisation, in_ids_of_today(connection, organisation, filters))
    return [*conditions, exists(judged)] if judged is not None else conditions


def _named(organisation: str, names: Sequence[str]) -> Select[Any]:
    """The numbers of accounts by name: looked up once, and not for each verbatim."""
    table = _ACCOUNTS.c
    return select(table.id).where(table.organisation == organisation, table.name.in_(names))


def _quotable(organisation: str) -> ColumnElement[bool]:
    """Whether the words may be shown: nobody is named, or not to be shown in counts only."""
    hidden = select(contacts.c.id).where(contacts.c.organisation == organisation, contacts.c.permission == "aggregate")
    return or_(verbatims.c.contact_id.is_(None), verbatims.c.contact_id.not_in(hidden))


def judgements(coding: Any, filters: Filters) -> list[ColumnElement[bool]]:
    """What must hold of the columns of a coding, in `codings` or in the view, for it to say what the filters ask for.

    Code, category and polarity must stand in one and the same mention.
    """
    mentions = _MENTIONS.c
    of_coding = {coding.stance: filters.stance, coding.review: filters.review, coding.author: filters.model}
    of_code = {mentions.category: filters.category, mentions.polarity: filters.polarity}
    conditions = [column == value for column, value in of_coding.items() if value is not None]
    if filters.model is not None:
        conditions.append(coding.model_id.is_not(None))
    mentioned = [column == value for column, value in of_code.items() if value is not None]
    codes = filters.codes or ((filters.code,) if filters.code is not None else ())
    if codes:
        mentioned.append(mentions.code.in_(codes))
    if mentioned:
        own = mentions.coding_id == coding.id, mentions.organisation == coding.organisation
        conditions.append(exists(select(mentions.code).where(*own, *mentioned)))
    return conditions


def in_ids_of_today(connection: Connection, organisation: str, filters: Filters) -> Filters:
    """The filters with everything to look for where a code is asked for: what became of it, and what became it."""
    if filters.code is None or filters.codes is not None:
        return filters
    steps = steps_of(history(connection, organisation))
    if not steps:
        return filters
    ids = [id for entry in steps[-1] for id in entry.new]
    return replace(filters, codes=walk_of(steps, ids).found_as(filters.code))


def of_facts(filters: Filters) -> Filters:
    """The filters without those that ask what was judged."""
    return replace(filters, code=None, codes=None, category=None, polarity=None, stance=None, review=None, model=None)


def _judged(organisation: str, filters: Filters) -> Select[Any] | None:
    """What picks a coding in effect of the verbatim by what it says, or None where that is all the same."""
    view = _VIEW.c
    conditions = judgements(view, filters)
    own = view.verbatim_id == verbatims.c.id, view.organisation == organisation
    return select(view.id).where(*own, *conditions) if conditions else None


def _cursor(at: datetime, number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), number]).encode()).decode().rstrip("=")


def _place(cursor: str) -> Sequence[Any]:
    try:
        at, number = json.loads(base64.urlsafe_b64decode(cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(at).astimezone(UTC), NUMBERS[NUMBERS.index(number)]
    except (ValueError, TypeError, OverflowError) as error:
        raise StoreError(
            f"cursor {cursor[:LONGEST_CURSOR]!r}: expected one that a page of this listing gave"
        ) from error
