"""Codings of several coders, as they come from other tools and from here: what each said of each verbatim.

    {"id", "coder", "codes": [id, …] or [{"id", "polarity"}, …], "stance", "coded_at"}     JSON lines, or an array
    id, coder, code, polarity, stance, coded_at                                            CSV or a workbook, long

What `verbatim code` writes is read too: its `model` is the coder. Without either, the coder is the name of the file.
`codes_second` of a gold file is a second coder. In a long table, a row without a code says that there is none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from verbatim.domain import POLARITIES, STANCES, Judgement, Polarity, Rejection, StanceLabel, merged_polarity
from verbatim.errors import CorpusError, FileError
from verbatim.formats.reading import ReadOptions
from verbatim.formats.tables import Grid, Records, damage, open_table

CODER = ("coder", "model")
"""The columns that may tell the coder, in this order."""

SECOND = " (second)"

_COLUMNS = ("id", "code", *CODER, "polarity", "stance", "coded_at")

Codes = dict[str, Polarity | None]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A judgement and where it stands."""

    place: str
    judgement: Judgement


@dataclass(slots=True)
class _Row:
    """A row of a file as it was found, or several rows of a long table that are one coding."""

    place: str
    id: object
    coder: object
    codes: list[tuple[object, object]] = field(default_factory=list)
    stance: object = None
    when: object = None


def read_codings(files: Sequence[Path], ids: Iterable[str], label: str) -> list[Judgement]:
    """Return every coding of the files, in their order; `ids` are those of the codebook of that label.

    Raises FileError for a file that cannot be read, and CorpusError naming file, row and value for what is no coding:
    an unknown id, polarity or stance, a coding without an id, a verbatim coded twice by one coder at the same time.
    """
    known = frozenset(ids)
    placed: dict[tuple[str, str, datetime | None], _Placed] = {}
    for file in files:
        for row in _rows(file):
            one = _judgement(row, known, label)
            key = (one.verbatim_id, one.coder, one.when)
            if key in placed:
                raise CorpusError(_twice(one, placed[key].place, row.place))
            placed[key] = _Placed(row.place, one)
    return [one.judgement for one in placed.values()]


def _twice(one: Judgement, first: str, second: str) -> str:
    expected = "another coded_at for each time" if one.when else "once, or coded_at for each time"
    return f"{second}: id {one.verbatim_id!r} was coded by {one.coder!r} before, at {first}; expected {expected}"


def _rows(file: Path) -> Iterator[_Row]:
    try:
        table = open_table(file, str(file), ReadOptions())
    except OSError as problem:
        raise FileError(f"{file}: cannot be read ({problem.strerror}); expected a file of codings") from problem
    if isinstance(table, Grid):
        yield from _long(table, file.stem)
        return
    for row in table.rows:
        if isinstance(row, Rejection):
            raise CorpusError(f"{row.file}, row {row.row}: {row.reason}")
        if row[1]:
            yield from _record(row[1], f"{table.file}, {_unit(table)} {row[0]}", file.stem)


def _unit(table: Records) -> str:
    return "line" if table.form == "jsonl" else "object"


def _record(fields: Mapping[str, object], place: str, stem: str) -> Iterator[_Row]:
    """Yield the codings of one object: the one it holds, and that of a second coder."""
    if "id" not in fields or "codes" not in fields:
        raise CorpusError(f"{place}: expected an object with id and codes, found {', '.join(fields) or 'nothing'}")
    coder = next((fields[name] for name in CODER if fields.get(name)), stem)
    for end in ("", "_second"):
        if fields.get(f"codes{end}") is not None or not end:
            codes = list(_listed(fields[f"codes{end}"], place))
            stance, when = fields.get(f"stance{end}"), fields.get("coded_at")
            yield _Row(place, fields["id"], f"{coder}{SECOND}" if end else coder, codes, stance, when)


def _listed(codes: object, place: str) -> Iterator[tuple[object, object]]:
    if not isinstance(codes, list):
        raise CorpusError(f"{place}: codes {codes!r}; expected a list")
    for code in codes:
        yield (code.get("id"), code.get("polarity")) if isinstance(code, dict) else (code, None)


def _long(table: Grid, stem: str) -> Iterator[_Row]:
    """Yield the codings of a long table: its rows with the same id, coder and time are one."""
    columns: dict[str, int] | None = None
    found: dict[tuple[str, str, str], _Row] = {}
    for row in table.rows:
        if isinstance(row, Rejection):
            raise CorpusError(f"{row.file}, row {row.row}: {row.reason}")
        number, cells = row
        if not any(map(str.strip, cells)):
            continue
        if columns is None:
            columns = _columns(cells, table.file)
            continue
        told = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        coder = next((told[name] for name in CODER if told.get(name)), stem)
        place = f"{table.file}, row {number}"
        one = found.setdefault((told["id"], coder, told.get("coded_at", "")), _Row(place, told["id"], coder))
        _add(one, told, place)
    yield from found.values()


def _columns(cells: Sequence[str], file: str) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    for name in ("id", "code"):
        if name not in names:
            found = ", ".join(filter(None, names))
            raise CorpusError(f"{file}: no column {name}; expected {', '.join(_COLUMNS)}, found {found}")
    return {name: names.index(name) for name in _COLUMNS if name in names}


def _add(one: _Row, told: Mapping[str, str], place: str) -> None:
    """Add a row of a long table to the coding that it belongs to."""
    if told["code"]:
        one.codes.append((told["code"], told.get("polarity") or None))
    stance = told.get("stance") or None
    if stance and one.stance and stance != one.stance:
        raise CorpusError(f"{place}: stance {stance!r}, but {one.stance!r} at {one.place}; expected one for a coding")
    one.stance, one.when = one.stance or stance, told.get("coded_at") or None


def _judgement(row: _Row, known: frozenset[str], label: str) -> Judgement:
    return Judgement(
        verbatim_id=_name(row.id, "id", row.place),
        coder=_name(row.coder, "coder", row.place),
        codes=_codes(row, known, label),
        stance=_stance(row),
        when=_when(row),
    )


def _name(value: object, what: str, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise CorpusError(f"{place}: {what} {value!r}; expected a text or a whole number")
    if broken := damage(str(value)):
        raise CorpusError(f"{place}: {what} holds {broken}")
    return str(value)


def _codes(row: _Row, known: frozenset[str], label: str) -> Codes:
    sides: dict[str, list[Polarity]] = {}
    for id, polarity in row.codes:
        if not isinstance(id, str) or id not in known:
            raise CorpusError(f"{row.place}: code {id!r} is not in codebook {label}")
        own = sides.setdefault(id, [])
        if polarity is not None:
            own.append(_side(polarity, row.place))
    return {id: merged_polarity(own) if own else None for id, own in sides.items()}


def _side(polarity: object, place: str) -> Polarity:
    for known in POLARITIES:
        if polarity == known:
            return known
    raise CorpusError(f"{place}: polarity {polarity!r}; expected one of {', '.join(POLARITIES)}")


def _stance(row: _Row) -> StanceLabel | None:
    """Return the stance, which `verbatim code` writes as an object with a label."""
    told = row.stance.get("label") if isinstance(row.stance, dict) else row.stance
    if told is None:
        return None
    for known in STANCES:
        if told == known:
            return known
    raise CorpusError(f"{row.place}: stance {told!r}; expected one of {', '.join(STANCES)}")


def _when(row: _Row) -> datetime | None:
    if row.when is None:
        return None
    try:
        when = datetime.fromisoformat(str(row.when))
    except ValueError as problem:
        raise CorpusError(f"{row.place}: coded_at {row.when!r}; expected a date such as 2026-03-25") from problem
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when
