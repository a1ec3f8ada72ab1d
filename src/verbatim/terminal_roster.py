"""What the commands of the roster print: what came in, and how many of the right people were heard."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verbatim.actions.roster import Rostered
from verbatim.actions.stored_coverage import Told
from verbatim.coverage import Absent, Cell
from verbatim.domain import Interval


def show_rostered(done: Rostered) -> None:
    """Print which column was taken as what, what came in, and which rows did not."""
    console = _console()
    mapping = "; ".join(f"{field}: {header}" for field, header in done.columns.items())
    console.print(f"{done.file}: {mapping}", markup=False)
    for note in done.notes:
        console.print(f"  {note}", markup=False, style="dim")
    for one in done.rejections:
        console.print(f"  row {one.row}: {one.reason}", markup=False)
    verb = "would be taken in" if done.dry_run else "taken in"
    told = f"{done.accounts:,} accounts, {done.contacts:,} contacts, {done.invitations:,} invitations"
    console.print(f"{done.rows:,} rows read: {told} {verb}; {len(done.rejections):,} rows rejected", markup=False)


def show_coverage(told: Told, limit: int) -> None:
    """Print the rate among the right people, the cells with the lowest ones first, and who is missing or silent."""
    console, found = _console(), told.found
    right = " or ".join((*told.sought.right, *told.sought.roles))
    console.print(f"right people: {right}; {told.formula['rate']}", markup=False)
    whole = found.whole
    console.print(
        f"  heard {whole.answered} of {whole.right} ({_limits(whole.rate)}){_flag(whole.below)}", markup=False
    )
    console.print(f"  of those who were asked: {_limits(found.response)}", markup=False)
    brought = "" if found.revenue is None else f", {found.revenue:.0%} of their revenue"
    console.print(f"  accounts with one heard: {found.heard} of {found.accounts}{brought}", markup=False)
    if found.unknown:
        console.print(f"  {found.unknown} of {found.people} people without a known influence", markup=False)
    console.print(_cells(found.by, found.cells[:limit]))
    for name, people, count in (
        ("missing", found.missing, found.missing_n),
        ("silent", found.silent, found.silent_n),
    ):
        if people:
            console.print(f"{name}: {count}")
            console.print(_people(people[:limit], told))


def coverage_as_json(told: Told) -> dict[str, Any]:
    """Everything that was found, what was asked for, and how it is made."""
    people = {
        name: [{**_plain(asdict(one)), "name": told.names.get(one.contact)} for one in getattr(told.found, name)]
        for name in ("missing", "silent")
    }
    return {"formula": told.formula, "asked": told.narrowed.told(), **_plain(asdict(told.found)), **people}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _cells(by: Sequence[str], cells: Sequence[Cell]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in by:
        table.add_column(name)
    for name in ("right", "asked", "heard", "rate", ""):
        table.add_column(name, justify="right")
    for one in cells:
        names = (escape(name or "-") for name in one.names)
        counts = (one.right, one.invited, one.answered)
        table.add_row(*names, *map(str, counts), _limits(one.rate), _flag(one.below).strip(" ,"))
    return table


def _people(people: Sequence[Absent], told: Told) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("account", "name", "role", "influence", "asked", "last asked", "last heard", ""):
        table.add_column(name)
    for one in people:
        name = told.names.get(one.contact) or f"contact {one.contact}"
        texts = (escape(text or "-") for text in (one.account, name, one.role, one.influence))
        days = (day.isoformat() if day else "-" for day in (one.last_invited, one.last_answered))
        table.add_row(*texts, str(one.invited), *days, one.silence or "")
    return table


def _limits(rate: Interval | None) -> str:
    return "nobody to ask" if rate is None else f"{rate.share:.0%}, {rate.low:.0%} to {rate.high:.0%}"


def _flag(below: bool) -> str:
    return ", below the goal" if below else ""


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
