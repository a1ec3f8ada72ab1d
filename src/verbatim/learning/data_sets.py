"""Training data from any data set that the library `datasets` reads from local files: a text column and labels.

Nothing is fetched, and no copy of the texts is left in a cache. A text without labelled clauses becomes one clause that
carries all its codes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verbatim.errors import CorpusError, InputError
from verbatim.learning.columns import Columns
from verbatim.learning.examples import Row
from verbatim.text.language import language_of

Cells = Mapping[str, Any]
Name = Callable[[Any], str]

# format: the reader's name in `datasets`, and its options; "N/A" is an answer, not a missing one
READERS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "arrow": ("arrow", {}),
    "csv": ("csv", {"keep_default_na": False}),
    "json": ("json", {}),
    "parquet": ("parquet", {}),
    "tsv": ("csv", {"keep_default_na": False, "sep": "\t"}),
}
SUFFIXES = {**{f".{format}": format for format in READERS}, ".jsonl": "json", ".ndjson": "json"}
SAVED = ("state.json", "dataset_dict.json")
"""What a folder holds that `save_to_disk` has written: one data set, or several splits."""

NAMED = 5
"""How many labels that stand for no id are named."""


def data_set_rows(path: Path, columns: Columns) -> list[Row]:
    """Return the rows of a data set in the form of training data, each whole text as one segment.

    Raises CorpusError for a path, split or column that is not there, a file that is not what its name says, and
    labels without an id, by name; InputError where the library is not installed.
    """
    found, features = _read(path, columns)
    if missing := [name for name in columns.names if found and name not in found[0]]:
        there = ", ".join(map(str, found[0]))
        raise CorpusError(f"{path}: no column {missing[0]!r}; expected one of {there}")
    names = {name: _name_of((features or {}).get(name)) for name in columns.names}
    items = [_items(cells[columns.labels], columns.delimiter, names[columns.labels]) for cells in found]
    _refuse_unmapped(path, items, columns)
    return [
        _row(f"{path}, row {number}", f"{path.stem}-{number}", cells, labels, columns)
        for number, (cells, labels) in enumerate(zip(found, items, strict=True), start=1)
    ]


def _read(path: Path, columns: Columns) -> tuple[list[Cells], Mapping[str, Any] | None]:
    """Return the rows of the split that was asked for, and what is known of its columns."""
    with _library(path) as (datasets, cache):
        opened = _opened(path, columns.format, datasets, cache)
        table = _split(path, opened, columns.split) if isinstance(opened, dict) else opened
        return list(table), table.features


@contextmanager
def _library(path: Path) -> Iterator[tuple[Any, str]]:
    """The library, quiet and offline, and a folder for what it writes; what it stumbles over is told in one line."""
    try:
        import datasets  # noqa: PLC0415 - large and optional
        from pyarrow import ArrowException  # noqa: PLC0415 - comes with it
    except ImportError as missing:
        raise InputError(f"{path}: [data] needs datasets: pip install 'verbatim[transformers]'") from missing
    datasets.config.HF_HUB_OFFLINE = True  # otherwise every load is counted, on a server
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    datasets.disable_progress_bars()
    with TemporaryDirectory() as cache:
        try:
            yield datasets, cache
        except (OSError, ValueError, ArrowException, datasets.exceptions.DatasetsError) as problem:
            reason = str(problem).partition("\n")[0]
            raise CorpusError(f"{path}: not a data set that can be read ({reason})") from problem


def _opened(path: Path, format: str | None, datasets: Any, cache: str) -> Any:
    """Return the data set at a path, or its splits by name."""
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder; expected a data set on this machine")
    if format == "saved" or (format is None and any((path / name).is_file() for name in SAVED)):
        return datasets.load_from_disk(str(path))
    kind, options = READERS[format or _told_format(path)]
    where = {"data_dir": str(path)} if path.is_dir() else {"data_files": str(path)}
    return datasets.load_dataset(kind, **where, **options, streaming=True, cache_dir=cache)


def _told_format(path: Path) -> str:
    """Return the format that the name of a file tells, or those of all files in a folder."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    told = {SUFFIXES[suffix] for file in files if (suffix := file.suffix.lower()) in SUFFIXES}
    if len(told) != 1:
        found = "several formats" if told else "no known format"
        raise CorpusError(f"{path}: {found}; expected format = one of {', '.join((*READERS, 'saved'))}")
    return told.pop()


def _split(path: Path, splits: Mapping[str, Any], wanted: str | None) -> Any:
    """Return the split that was asked for, or the only one there is."""
    name = wanted or (next(iter(splits)) if len(splits) == 1 else "")
    if name not in splits:
        asked = f"no split {name!r}" if name else "several splits"
        raise CorpusError(f"{path}: {asked}; expected split = one of {', '.join(splits)}")
    return splits[name]


def _name_of(feature: Any) -> Name:
    """Return what writes out the values of a column: class numbers by the names that the data set gives them."""
    inner = getattr(feature, "feature", feature)
    if not hasattr(inner, "int2str"):
        return str
    return lambda value: "" if value == -1 else str(inner.int2str(value))  # -1 is "not labelled"


def _items(cell: Any, delimiter: str | None, name: Name = str) -> list[str]:
    """Return what one cell holds, in order: a list, a delimited text or one value; "" for what is missing."""
    parted = cell.split(delimiter) if delimiter and isinstance(cell, str) else cell
    values = parted if isinstance(parted, list) else [parted]
    return ["" if value is None else name(value).strip() for value in values]


def _refuse_unmapped(path: Path, items: Sequence[Sequence[str]], columns: Columns) -> None:
    if not columns.mapping:
        return
    unknown = sorted({label for labels in items for label in labels if label} - set(columns.mapping))
    if unknown:
        named = ", ".join(map(repr, unknown[:NAMED])) + (", …" if len(unknown) > NAMED else "")
        raise CorpusError(f"{path}: {len(unknown)} labels without an id in [data.mapping]: {named}")


def _row(place: str, id: str, cells: Cells, labels: Sequence[str], columns: Columns) -> Row:
    """Return one row of the data set as a row of training data, or what is wrong with it."""
    text = cells[columns.text]
    if not isinstance(text, str) or not text.strip():
        return Row(place, problem=f"{columns.text} is {text!r}; expected a text")
    polarities = _items(cells[columns.polarity], columns.delimiter) if columns.polarity else [""]
    if len(polarities) not in (1, len(labels)):
        return Row(place, problem=f"{len(labels)} labels, but {len(polarities)} polarities; expected one, or one each")
    sides = polarities * len(labels) if len(polarities) == 1 else polarities
    codes = [_code(label, side, columns) for label, side in zip(labels, sides, strict=True) if label]
    stance = _filled(cells, columns.stance)
    fields = {
        "id": _filled(cells, columns.id) or id,
        "text": text,
        "lang": _filled(cells, columns.language) or language_of(text),
        "segments": [{"text": text, "codes": [code for code in codes if code]}],
        "stance": columns.stances.get(str(stance), stance),
        "score": _score(_filled(cells, columns.score)),
    }
    return Row(place, fields)


def _code(label: str, side: str, columns: Columns) -> Mapping[str, str] | None:
    """Return the code of one label; its own polarity, else the one that the mapping says, else neutral."""
    code = columns.mapping.get(label, {"id": label})
    own = {"polarity": columns.polarities.get(side, side)} if side else {}
    return code and {"polarity": "neutral", **code, **own}


def _filled(cells: Cells, column: str | None) -> Any:
    """Return what stands in an optional column; None where it is empty, "" or not a number."""
    cell = cells[column] if column else None
    return None if cell == "" or cell != cell else cell  # noqa: PLR0124 - only NaN differs from itself


def _score(cell: Any) -> Any:
    """Return a score that stands in a text as a number; anything else as it is."""
    try:
        return float(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell
