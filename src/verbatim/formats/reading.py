"""What a reader is asked, and what it answers: the values that every input format shares."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from verbatim.domain import Rejection, Verbatim

DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user decided before reading; what is left empty is recognised from the file.

    `text` may name several columns. `customers` are speaker names (and e-mail domains, when written `@domain`) on the
    customer's side, `ours` those on our own. `date_order` settles dates such as 03/04/2026.
    """

    text: tuple[str, ...] = ()
    id: str | None = None
    score: str | None = None
    date: str | None = None
    account: str | None = None
    contact: str | None = None
    role: str | None = None
    date_order: DateOrder | None = None
    sheet: str | None = None
    encoding: str | None = None
    customers: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is read as what; None where the file has no such column."""

    text: tuple[str, ...] = ()
    id: str | None = None
    score: str | None = None
    date: str | None = None
    account: str | None = None
    contact: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One input opened: the layout recognised, the columns taken, remarks for the user, its rows, read on demand, and
    what all its columns are called.

    Every data row of the file comes out, as one verbatim per text column or as one rejection, in file order.
    """

    file: str
    layout: str
    columns: Columns
    notes: tuple[str, ...]
    rows: Iterator[Verbatim | Rejection]
    names: tuple[str, ...] = ()
