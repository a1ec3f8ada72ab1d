"""The verbatims of a gold file by language, length, source or any other of its fields."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from verbatim.errors import InputError
from verbatim.learning.examples import GoldRow
from verbatim.learning.tallies import Tallies, estimates
from verbatim.quality import Slice
from verbatim.text.script import columns

LENGTH = "length"
DEFAULT = ("lang", LENGTH, "source")

BANDS = (20, 60, 150, 400)
"""The greatest lengths of the bands, in columns; whatever is longer makes the last one."""

MOST = 30
"""Values of one field that are told, the most frequent ones."""


def fields_of(rows: Sequence[GoldRow], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the fields to slice by: those wanted, or language, length and source as far as they are there.

    Raises InputError naming a wanted field that no row has.
    """
    known = {LENGTH, *(name for row in rows for name in row.fields)}
    for name in wanted:
        if name not in known:
            raise InputError(
                f"--by {name}: no line of the gold file has that field; expected {', '.join(sorted(known))}"
            )
    return tuple(dict.fromkeys(wanted or [name for name in DEFAULT if name in known]))


def sliced(rows: Sequence[GoldRow], tallies: Tallies, fields: Sequence[str]) -> Mapping[str, tuple[Slice, ...]]:
    """Return the figures of each value of each field: most frequent first, lengths from short to long."""
    return {field: _by(field, [value_of(row, field) for row in rows], tallies) for field in fields}


def value_of(row: GoldRow, field: str) -> str | None:
    """Return the value of a field as words, the band of the text's length, or None where the row lacks the field."""
    if field == LENGTH:
        return band_of(columns(row.example.text))
    value = row.fields.get(field)
    return None if value is None or value == "" else str(value)


def band_of(length: int) -> str:
    """Return the band of a length in columns, such as "21–60" or "401+"."""
    for least, most in zip((0, *BANDS), BANDS, strict=False):
        if length <= most:
            return f"{least + bool(least)}–{most}"
    return f"{BANDS[-1] + 1}+"


def _by(field: str, values: Sequence[str | None], tallies: Tallies) -> tuple[Slice, ...]:
    counted = Counter(values).most_common(MOST)
    if field == LENGTH:
        counted.sort(key=lambda pair: _least(pair[0]))
    marks = np.array(values, dtype=object)
    return tuple(Slice(value, n, estimates(tallies.of(marks == value))) for value, n in counted)


def _least(band: str | None) -> int:
    return int((band or "0").rstrip("+").partition("–")[0])
