"""A company's list of competitors, from YAML or a table, so that anybody can edit it.

    - name: Norvane                      Norvane,Norvane GmbH,诺凡
      aliases: [Norvane GmbH, 诺凡]       Arc
    - name: Arc

The first is YAML; the second is CSV (or TSV): the name to report, then its other names, in further cells or divided by
semicolons. A first row that says `name` is a header.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from yaml.nodes import Node

from verbatim.domain import Competitor
from verbatim.errors import CueError
from verbatim.formats.encodings import decode
from verbatim.yaml_nodes import Broken, compose, described, fields_of, is_text, items_of, line_of, text_of

TABLES = {".csv": ",", ".tsv": "\t"}
YAML = (".yaml", ".yml")

_PARTS = re.compile(r"[;；|]")

Row = tuple[int, list[str]]
"""A line number from 1, and the names on it, the one to report first."""


def read_competitors(path: Path) -> tuple[Competitor, ...]:
    """The competitors in a YAML, CSV or TSV file; CueError naming file and line for what cannot be used."""
    kind = path.suffix.lower()
    if kind not in (*TABLES, *YAML):
        raise CueError(f"{path}: expected a list of competitors in {', '.join((*YAML, *TABLES))}")
    try:
        text, _ = decode(path.read_bytes(), None, str(path))
    except OSError as error:
        raise CueError(f"{path}: cannot be read: {error.strerror}") from error
    rows = _table_rows(text, TABLES[kind]) if kind in TABLES else _yaml_rows(text, path)
    return _checked(rows, path)


def _table_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    for cells in reader:
        names = [name.strip() for cell in cells for name in _PARTS.split(cell)]
        if any(names) and not (reader.line_num == 1 and names[0].lower() == "name"):
            yield reader.line_num, names


def _yaml_rows(text: str, path: Path) -> Iterator[Row]:
    root = compose(text)
    if isinstance(root, Broken):
        raise CueError(f"{path}, line {root.line}: {root.message}")
    for node in items_of(root):
        yield line_of(node), _names_of(node, path)
    if root is not None and not items_of(root):
        raise CueError(f"{path}: expected a list of competitors with name and aliases, found {described(root)}")


def _names_of(node: Node, path: Path) -> list[str]:
    fields = fields_of(node)
    if "name" not in fields or not fields.keys() <= {"name", "aliases"}:
        raise CueError(f"{path}, line {line_of(node)}: expected name and aliases, found {described(node)}")
    every = [fields["name"], *items_of(fields.get("aliases"))]
    wrong = next((each for each in every if not is_text(each)), None)
    if wrong is not None:
        told = f"a name in quotes where it looks like a number, found {described(wrong)}"
        raise CueError(f"{path}, line {line_of(wrong)}: expected {told}")
    return [text_of(each) for each in every]


def _checked(rows: Iterable[Row], path: Path) -> tuple[Competitor, ...]:
    owners: dict[str, str] = {}
    found = []
    for line, names in rows:
        if not names[0]:
            raise CueError(f"{path}, line {line}: expected a name before its aliases, found {'; '.join(names)!r}")
        for alias in filter(None, names):
            owner = owners.setdefault(alias.casefold(), names[0])
            if owner != names[0]:
                raise CueError(f"{path}, line {line}: {alias!r} is already a name of {owner!r}; expected one owner")
        found.append(Competitor(names[0], tuple(filter(None, names[1:]))))
    return tuple(found)
