"""What was said and how it is coded in effect, as columns: what a reading of the store gives, and how readings join."""

from collections.abc import Iterable, Mapping, Sequence
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
    """Places for names, in the order in which they come."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._pieces: list[Integers] = []

    def add(self, values: Iterable[str | None]) -> None:
        """Note a piece of a column."""
        known = self._places
        self._pieces.append(
            np.array([NOBODY if one is None else known.setdefault(one, len(known)) for one in values], np.int32)
        )

    def labels(self) -> Labels:
        """The whole column."""
        places = np.concatenate(self._pieces) if self._pieces else np.empty(0, np.int32)
        return Labels(places, tuple(self._places))


def merged(former: CodedRows, fresh: CodedRows, changed: Sequence[int]) -> CodedRows:
    """The former rows without those of the changed verbatims, and the fresh ones; names that nobody has are gone."""
    stays = ~np.isin(former.number, np.array(changed, np.int64))
    kept = _some(former, stays)
    order = np.argsort(np.concatenate([kept.number, fresh.number]), kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    rows = np.concatenate([place[: kept.n][kept.mention_row], place[kept.n :][fresh.mention_row]])
    by_row = np.argsort(rows, kind="stable")
    columns = {name: np.concatenate([getattr(kept, name), getattr(fresh, name)])[order] for name in _COLUMNS}
    joined = {name: _joined(kept.labels[name], fresh.labels[name], order) for name in LABELS}
    return CodedRows(
        **columns,
        labels=joined,
        mention_row=rows[by_row],
        mention_code=_joined(kept.mention_code, fresh.mention_code, by_row),
        mention_polarity=np.concatenate([kept.mention_polarity, fresh.mention_polarity])[by_row],
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


def _joined(one: Labels, other: Labels, order: NDArray[np.intp]) -> Labels:
    """Both one after the other, in an order, without the names that no row has."""
    names = {name: place for place, name in enumerate(one.names)}
    moved = np.array([names.setdefault(name, len(names)) for name in other.names] or [0], np.int32)
    places = np.concatenate([one.places, np.where(other.places == NOBODY, NOBODY, moved[other.places])])[order]
    return Labels(places.astype(np.int32, copy=False), tuple(names)).in_use()
