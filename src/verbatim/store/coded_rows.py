"""What was said and how it is coded in effect, read as columns: all of an organisation's, or that of some verbatims.

Rows are read in the order in which they lie in the store, and which coding is in effect is decided here, by the rule of
the view `effective_codings`: to ask the view for a million verbatims takes a minute. A test holds both together.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.exc import OperationalError

from verbatim.domain import POLARITIES, STANCES
from verbatim.facts import NOBODY, UNDATED, Integers, Labels
from verbatim.store.coded_columns import LABELS, CodedRows, Names, Numbers
from verbatim.store.promotions import promotions
from verbatim.store.review_tables import withdrawals
from verbatim.store.schema import code_mentions, codings, models, verbatims
from verbatim.store.statements import BATCH, owned

AT_ONCE: Mapping[str, int] = {"sqlite": 500, "postgresql": 20_000}
"""How many rows are in memory as rows, before they are columns.

Few on SQLite, so that they are still in the processor's cache; many on PostgreSQL, where each time is a journey.
"""

PRODUCT = ("product", "Product", "产品", "產品")
"""What the column of an import is called that tells the product."""

_OF_CONTACT, _OF_ROW, _OF_SURVEY_ROW = 0, 1, 2
"""What a person is told by: the last two bits of the number."""

Columns = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Said:
    """The part that verbatims tell by themselves."""

    columns: Mapping[str, NDArray[Any]]
    revision: Integers
    labels: Mapping[str, Labels]


@dataclass(frozen=True, slots=True)
class _Judged:
    """The codings in effect, by ascending row of their verbatims."""

    row: NDArray[np.intp]
    coding: Numbers
    columns: Mapping[str, NDArray[Any]]
    language: Labels


def read_all(connection: Connection, organisation: str) -> CodedRows:
    """All verbatims of an organisation. For a million it takes some seconds: no index helps where all is read."""
    return _read(connection, organisation, None)


def read_some(connection: Connection, organisation: str, numbers: Sequence[int]) -> CodedRows:
    """Those of these verbatims that there are."""
    return _read(connection, organisation, sorted(set(numbers)))


def _read(connection: Connection, organisation: str, numbers: Sequence[int] | None) -> CodedRows:
    said = _said(connection, organisation, numbers)
    judged = _judged(connection, organisation, numbers, said)
    mentions = _mentions(connection, organisation, numbers, judged)
    n = len(said.revision)
    columns: dict[str, Any] = {**said.columns, **{name: _spread(judged, name, n) for name in judged.columns}}
    return CodedRows(
        **columns,
        labels={**said.labels, "language": _language(said.labels["language"], judged)},
        **mentions,
    )


def _spread(judged: _Judged, name: str, n: int) -> NDArray[Any]:
    """A column of the codings in effect as one of the verbatims."""
    values = judged.columns[name]
    column = np.full(n, NOBODY if name == "stance" else 0, values.dtype)
    column[judged.row] = values
    return column


def _language(told: Labels, judged: _Judged) -> Labels:
    """The language that came with the verbatim, else that which the coder found."""
    names, found = told.taking_in(judged.language)
    places, own = told.places.copy(), told.places[judged.row]
    places[judged.row] = np.where(own == NOBODY, found, own)
    return Labels(places, names).in_use()


def _pieces(connection: Connection, chosen: Select[Any], numbers: Sequence[int] | None, by: Any) -> Iterator[Columns]:
    """Yield what is chosen, all or by these numbers, as columns, some rows at a time."""
    if numbers is None:
        at_once = AT_ONCE[connection.dialect.name]
        with _told(connection), closing(_streamed(connection, chosen)) as cursor:
            while rows := cursor.fetchmany(at_once):
                yield list(zip(*rows, strict=True))
        return
    for start in range(0, len(numbers), BATCH):
        if rows := connection.execute(chosen.where(by.in_(numbers[start : start + BATCH]))).all():
            yield list(zip(*rows, strict=True))


@contextmanager
def _told(connection: Connection) -> Iterator[None]:
    """What the driver says, as SQLAlchemy would say it."""
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise OperationalError(None, None, error) from error


def _streamed(connection: Connection, chosen: Select[Any]) -> Any:
    """A cursor of the driver itself: rows as SQLAlchemy makes them take twice as long, and need no converting."""
    if not connection.in_transaction():
        connection.begin()
    made = chosen.compile(connection)
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(str(made), [made.params[name] for name in made.positiontup or ()])
        return cursor
    cursor = connection.connection.cursor(name="columns")  # it stays on the server, and rows come as they are asked for
    cursor.execute(str(made), made.params)
    return cursor


def _stacked(pieces: Sequence[Sequence[NDArray[Any]]], kinds: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Pieces of columns, one below the other, by name."""
    if not pieces:
        return {name: np.empty(0, kind) for name, kind in kinds.items()}
    return dict(zip(kinds, map(np.concatenate, zip(*pieces, strict=True)), strict=True))


def _said(connection: Connection, organisation: str, numbers: Sequence[int] | None) -> _Said:
    named = {name: Names() for name in LABELS}
    pieces: list[list[NDArray[Any]]] = []
    for columns in _pieces(connection, _verbatims(connection, organisation), numbers, verbatims.c.id):
        number, contact = (np.array(column, np.int64) for column in columns[:2])
        rest = columns[2:]
        plain, texts = rest[: len(_PLAIN)], rest[len(_PLAIN) :]
        values = (np.array(column, kind) for column, kind in zip(plain, _PLAIN.values(), strict=True))
        pieces.append([number, contact, _persons(number, contact, *texts[:3]), *values])
        for name, column in zip(LABELS, texts[2:], strict=True):
            named[name].add(column)
    kinds = {"number": np.int64, "contact": np.int64, "person": np.int64, **_PLAIN}
    stacked = _stacked(pieces, kinds)
    order = np.argsort(stacked["number"], kind="stable")
    found = {name: column[order] for name, column in stacked.items()}
    revision = found.pop("revision")
    return _Said(found, revision, {name: one.labels().of(order).in_use() for name, one in named.items()})


_PLAIN: Mapping[str, Any] = {"day": np.int32, "account": np.int64, "score": np.float32, "revision": np.int32}


def _verbatims(connection: Connection, organisation: str) -> Select[Any]:
    """Number, contact, the plain columns, where a survey's row stands, and the texts that are kept as names."""
    table = verbatims.c
    several = and_(table.contact_id.is_(None), table.row > 0, table.question.is_not(None))
    return select(
        table.id,
        func.coalesce(table.contact_id, 0),
        func.coalesce(_day(connection), UNDATED),
        func.coalesce(table.account_id, 0),
        table.score,
        table.revision,
        case((several, table.external_id)),
        table.row,
        table.source,
        *(table[name] for name in LABELS[1:-1]),
        _product(connection),
    ).where(owned(table.organisation, organisation))


def _day(connection: Connection) -> ColumnElement[Any]:
    """Days since 1970 in UTC."""
    if connection.dialect.name == "sqlite":
        return cast(func.julianday(func.substr(verbatims.c.date, 1, 10)) - 2440587.5, Integer)
    day = cast(func.timezone("UTC", verbatims.c.date), Date) - literal_column("DATE '1970-01-01'")
    return type_coerce(day, Integer)


def _product(connection: Connection) -> ColumnElement[Any]:
    """The text of the kept field, whatever its column was called."""
    kept = verbatims.c.fields
    if connection.dialect.name == "sqlite":
        paths: list[ColumnElement[str]] = [literal_column(f"'$.\"{name}\"'") for name in PRODUCT]
        found = [case((func.json_type(kept, path) == "text", func.json_extract(kept, path))) for path in paths]
    else:
        found = [
            case((func.json_typeof(kept[name]) == "string", kept[name].as_string()))
            for name in PRODUCT
        ]  # fmt: skip
    return case((kept.is_not(None), func.nullif(func.coalesce(*found), "")))


def _persons(
    number: Numbers,
    contact: Numbers,
    names: Sequence[str | None],
    rows: Sequence[int],
    sources: Sequence[str],
) -> Numbers:
    """A number for who speaks: of the contact, of the row of a survey that was handed in, or of the verbatim itself.

    A row of several questions gives verbatims with one id and the label of the question behind it (`formats.surveys`).
    """
    found = np.where(contact == 0, number << 2 | _OF_ROW, contact << 2 | _OF_CONTACT)
    for place, name in enumerate(names):
        if name is not None:
            key = f"{sources[place]}\0{rows[place]}\0{name.rpartition(':')[0]}".encode("utf-8", "surrogatepass")
            short = int.from_bytes(hashlib.blake2b(key, digest_size=7).digest())
            found[place] = short << 2 | _OF_SURVEY_ROW
    return found


def _judged(connection: Connection, organisation: str, numbers: Sequence[int] | None, said: _Said) -> _Judged:
    """The coding in effect of each verbatim that anybody has coded."""
    ranks, languages = _ranks(connection, organisation), Names()
    pieces = []
    for piece in _pieces(connection, _codings(organisation), numbers, codings.c.verbatim_id):
        *plain, language = piece
        languages.add(language)
        pieces.append([np.array(column, kind) for column, kind in zip(plain, _OF_CODING.values(), strict=True)])
    found = _stacked(pieces, _OF_CODING)
    taken_back = _withdrawn(connection, organisation, None if numbers is None else found["id"].tolist())
    chosen = _effective(found, said, ranks, taken_back)
    model = found["model"][chosen]
    columns = {name: found[name][chosen] for name in ("stance", "estimated", "conflict", "review", "book")}
    columns |= {"coded": np.ones(len(chosen), np.bool_), "by_person": model == 0}
    row = np.searchsorted(said.columns["number"], found["verbatim"][chosen])
    return _Judged(row, found["id"][chosen], columns, languages.labels().of(chosen))


_OF_CODING: Mapping[str, Any] = {
    "id": np.int64,
    "verbatim": np.int64,
    "revision": np.int32,
    "model": np.int64,
    "stance": np.int8,
    "estimated": np.bool_,
    "conflict": np.bool_,
    "review": np.bool_,
    "book": np.int32,
}


def _codings(organisation: str) -> Select[Any]:
    table = codings.c
    return select(
        table.id,
        table.verbatim_id,
        table.revision,
        func.coalesce(table.model_id, 0),
        func.coalesce(_places(table.stance, STANCES), NOBODY),
        table.stance_source == "estimated",
        table.conflict,
        table.review,
        table.codebook_id,
        table.language,
    ).where(owned(table.organisation, organisation), ~table.blind)


def _places(column: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[int]:
    return case({name: place for place, name in enumerate(names)}, value=column)


def _effective(
    found: Mapping[str, NDArray[Any]], said: _Said, ranks: Mapping[int, int], taken_back: Numbers
) -> NDArray[np.intp]:
    """Which codings are in effect, by ascending verbatim.

    Of those of the words as they are now, that nobody took back, the one by a person, else by the model that was
    promoted last, else by the newest; the latest of these.
    """
    number = said.columns["number"]
    if not len(number):
        return np.empty(0, np.intp)
    row = np.searchsorted(number, found["verbatim"])
    row[row == len(number)] = 0
    stands = (number[row] == found["verbatim"]) & (said.revision[row] == found["revision"])
    places = np.flatnonzero(stands & ~np.isin(found["id"], taken_back))
    of_model, which = np.unique(found["model"][places], return_inverse=True)
    rank = np.array([ranks[int(model)] for model in of_model] or [0], np.int32)[which]
    order = np.lexsort((found["id"][places], rank, row[places]))
    by_row = row[places][order]
    last = np.append(by_row[1:] != by_row[:-1], True)[: len(by_row)]
    chosen: NDArray[np.intp] = places[order][last]
    return chosen


def _ranks(connection: Connection, organisation: str) -> dict[int, int]:
    """How far each model, by number, stands in front of others; persons, 0, before all."""
    of = promotions.c.organisation == organisation
    rows = connection.execute(
        select(promotions.c.model_id, func.max(promotions.c.id)).where(of).group_by(promotions.c.model_id)
    )
    promoted = dict(rows.all())
    known = connection.execute(select(models.c.id).where(models.c.organisation == organisation)).scalars()
    ordered = sorted(known, key=lambda number: (promoted.get(number, 0), number))
    return {**{number: rank for rank, number in enumerate(ordered)}, 0: len(ordered)}


def _withdrawn(connection: Connection, organisation: str, some: Sequence[int] | None) -> Numbers:
    """The numbers of codings that were taken back, of all or of some."""
    coding = withdrawals.c.coding_id
    chosen = select(coding).where(owned(withdrawals.c.organisation, organisation))
    found = [np.array(piece[0], np.int64) for piece in _pieces(connection, chosen, some, coding)]
    return np.concatenate([np.empty(0, np.int64), *found])


def _mentions(
    connection: Connection, organisation: str, numbers: Sequence[int] | None, judged: _Judged
) -> dict[str, Any]:
    """The mentions of the codings in effect, by ascending row of their verbatims."""
    by_number = np.argsort(judged.coding, kind="stable")
    ids, row_of = judged.coding[by_number], judged.row[by_number]
    names, rows, polarities = Names(), [np.empty(0, np.int32)], [np.empty(0, np.int8)]
    some = None if numbers is None else ids.tolist()
    for coding, code, polarity in _pieces(connection, _codes(organisation), some, code_mentions.c.coding_id):
        of = np.array(coding, np.int64)
        place = np.searchsorted(ids, of)
        place[place == len(ids)] = 0
        kept = ids[place] == of if len(ids) else np.zeros(len(of), np.bool_)
        rows.append(row_of[place[kept]].astype(np.int32))
        polarities.append(np.array(polarity, np.int8)[kept])
        names.add(code if kept.all() else [one for one, stands in zip(code, kept.tolist(), strict=True) if stands])
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    return {
        "mention_row": row[order],
        "mention_code": names.labels().of(order).in_use(),
        "mention_polarity": np.concatenate(polarities)[order],
    }


def _codes(organisation: str) -> Select[Any]:
    table = code_mentions.c
    chosen = select(table.coding_id, table.code, _places(table.polarity, POLARITIES))
    return chosen.where(owned(table.organisation, organisation))
