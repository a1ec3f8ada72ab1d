"""Which columns of a data set hold what, and which id each of its labels stands for: the [data] table of a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from verbatim.domain import POLARITIES
from verbatim.learning.toml_keys import TEXT, Rule, checked, choice, table_of

FORMATS = ("arrow", "csv", "json", "parquet", "saved", "tsv")

Code = Mapping[str, str]


def _is_code(value: object) -> bool:
    if isinstance(value, str):
        return True
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    return set(value) == {"id"} or (set(value) == {"id", "polarity"} and value["polarity"] in POLARITIES)


RULES: Mapping[str, Rule] = {
    "path": TEXT,
    "format": choice(FORMATS),
    **dict.fromkeys(("split", "text", "labels", "delimiter", "id", "language", "polarity", "stance", "score"), TEXT),
    "mapping": table_of(Rule('an id, "" or {id, polarity}', _is_code)),
    "polarities": table_of(choice(POLARITIES)),
    "stances": table_of(choice(("critic", "passive", "promoter"))),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a data set by what they hold, and what its labels mean.

    `labels` holds one label, a list, or several parted by `delimiter`; `polarity` one for all of them or one for each.
    `mapping` says which code a label stands for, None for none; where it is empty, the labels are ids themselves.
    `polarities` and `stances` translate what stands in those columns. `format` is told by the file's name if left out.
    """

    text: str
    labels: str
    format: str | None = None
    split: str | None = None
    delimiter: str | None = None
    id: str | None = None
    language: str | None = None
    polarity: str | None = None
    stance: str | None = None
    score: str | None = None
    mapping: Mapping[str, Code | None] = field(default_factory=dict)
    polarities: Mapping[str, str] = field(default_factory=dict)
    stances: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that must be there."""
        named = (self.text, self.labels, self.id, self.language, self.polarity, self.stance, self.score)
        return tuple(name for name in named if name)


def columns_of(given: object, place: str) -> tuple[str, Columns]:
    """Return the path in a [data] table and the rest of it; CorpusError names the key or the value that is wrong."""
    table = dict(cast("Mapping[str, Any]", checked(given, RULES, ("path", "text", "labels"), place)))
    table["mapping"] = {label: _code(value) for label, value in table.get("mapping", {}).items()}
    return table.pop("path"), Columns(**table)


def _code(value: str | Code) -> Code | None:
    """Return the code that stands behind a label: its id with or without a polarity, or None for no code."""
    return ({"id": value} if value else None) if isinstance(value, str) else value
