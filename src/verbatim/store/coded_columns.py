"""What was said and how it is coded in effect, as columns: what a reading of the store gives, and how readings join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from verbatim.facts import NOBODY, Flags, Integers, Labels, Small

Numbers = NDArray[np.int64]

LABELS = ("source", "question", "channel", "language", "role", "product")
"""What is kept as names once and places in each row; `role` and `product` are the verbatim's own."""


@dataclass(frozen=True, slots=True)
class CodedRows:
    """Columns of n verbatims by ascending number, and of m mentions by ascending row.

    As in `facts.Facts`, with the numbers of accounts and contacts, 0 where there is none; `person` is a number for
    each one who speaks. The names of codes are in `mention_code`.
    """

    number: Numbers
    day: Integers
    account: Numbers
    contact: Numbers
    person: Numbers
    score: NDArray[np.float32]
    stance: Small
    estimated: Flags
    conflict: Flags
    review: Flags
    coded: Flags
    by_person: Flags
    book: Integers
    labels: Mapping[str, Labels]
    mention_row: Integers
    mention_code: Labels
    mention_polarity: Small

    @property
    def n(self) -> int:
        """How many verbatims."""
        return len(self.number)


class Names:
    """Places for names."""

    def __init__(self) -> None:
        self._places: dict[str | None, int] = {None: NOBODY}
        self._pieces: list[Integers] = []

    def add(self, values: Sequence[str | None]) -> None:
        """Note a piece of a column."""
        known = self._places
        for one in set(values).difference(known):
            known[one] = len(known) - 1
        self._pieces.append(np.fromiter(map(known.__getitem__, values), np.int32, len(values)))

    def labels(self) -> Labels:
        """The whole column."""
        places = np.concatenate(self._pieces) if self._pieces else np.empty(0, np.int32)
        return Labels(places, tuple(name for name in self._places if name is not None))


def merged(former: CodedRows, fresh: CodedRows, changed: Sequence[int]) -> CodedRows:
    """The former rows without those of the changed verbatims, and the fresh ones; names that nobody has are gone."""
    kept = _some(former, ~np.isin(former.number, np.array(changed, np.int64)))
    at = np.searchsorted(kept.number, fresh.number)
    # Where rows have gone to: a kept one is moved by the fresh ones before it, a fresh one by those kept.
    moved = np.arange(kept.n, dtype=np.int32) + np.searchsorted(at, np.arange(kept.n), "right").astype(np.int32)
    new_rows = (at + np.arange(fresh.n)).astype(np.int32)[fresh.mention_row]
    old_rows = moved[kept.mention_row]
    said = np.searchsorted(old_rows, new_rows, "right")
    columns = {name: np.insert(getattr(kept, name), at, getattr(fresh, name)) for name in _COLUMNS}
    return CodedRows(
        **columns,
        labels={name: _joined(kept.labels[name], fresh.labels[name], at) for name in LABELS},
        mention_row=np.insert(old_rows, said, new_rows),
        mention_code=_joined(kept.mention_code, fresh.mention_code, said),
        mention_polarity=np.insert(kept.mention_polarity, said, fresh.mention_polarity),
    )


_COLUMNS = tuple(
    one.name
    for one in fields(CodedRows)
    if one.name not in {"labels", "mention_row", "mention_code", "mention_polarity"}
)


def _some(rows: CodedRows, kept: Flags) -> CodedRows:
    places = np.cumsum(kept, dtype=np.int32) - 1
    said = kept[rows.mention_row]
    return replace(
        rows,
        **{name: getattr(rows, name)[kept] for name in _COLUMNS},
        labels={name: labels.of(kept) for name, labels in rows.labels.items()},
        mention_row=places[rows.mention_row[said]],
        mention_code=rows.mention_code.of(said),
        mention_polarity=rows.mention_polarity[said],
    )


def _joined(one: Labels, other: Labels, at: NDArray[np.intp]) -> Labels:
    """The one with the other's rows put in at these places, without the names that no row has."""
    names, places = one.taking_in(other)
    return Labels(np.insert(one.places, at, places), names).in_use()
