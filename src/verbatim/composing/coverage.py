"""Who answered: how many of the right people, by role and account, and who is missing, in numbers."""

from verbatim.briefing import Figure, Grid, Part, Phrase, Share, Statement, Value
from verbatim.coverage import Cell, Coverage
from verbatim.domain import Interval

MOST = 15
COLUMNS = (
    "briefing.column_group",
    "briefing.column_right",
    "briefing.column_invited",
    "briefing.column_answered",
    "briefing.column_rate",
)


def coverage_part(found: Coverage) -> Part:
    """The part on who answered."""
    whole = found.whole
    if whole.rate is None:
        return Part("coverage", (Statement(Phrase("briefing.no_roster", {"n": found.people})),))
    values: dict[str, Value] = {
        "rate": whole.rate,
        "answered": whole.answered,
        "n": whole.right,
        "goal": Share(whole.goal),
    }
    key = "briefing.below_goal" if whole.below else "briefing.above_goal"
    statements = [Statement(Phrase(key, values), "bad" if whole.below else "good"), *_more(found)]
    cells = [cell for cell in found.cells if cell.right]
    rows = tuple(_row(cell) for cell in cells[:MOST])
    more = (Phrase("briefing.more_groups", {"n": len(cells) - MOST}),) if len(cells) > MOST else ()
    grid = Grid(f"briefing.by_{found.by[0]}", COLUMNS, rows, more)
    return Part("coverage", tuple(statements), grids=(grid,) if rows else (), notes=_notes(found))


def coverage_figure(found: Coverage) -> Figure | None:
    """The rate for the head of the briefing; None where the roster knows none of the right people."""
    whole = found.whole
    if whole.rate is None:
        return None
    note = Phrase("briefing.figure_right", {"n": whole.right, "answered": whole.answered})
    return Figure("briefing.figure_rate", whole.rate, note)


def beside(found: Coverage) -> Phrase | None:
    """What stands beside every statistic: the rate; None where it is not known, which is told once."""
    whole = found.whole
    if whole.rate is None:
        return None
    return Phrase("briefing.beside", {"rate": whole.rate, "answered": whole.answered, "n": whole.right})


def _more(found: Coverage) -> list[Statement]:
    said = []
    if found.response is not None:
        said.append(Statement(Phrase("briefing.response", {"rate": found.response, "n": found.response.n})))
    if found.missing_n:
        said.append(Statement(Phrase("briefing.missing", {"n": found.missing_n})))
    if found.silent_n:
        said.append(Statement(Phrase("briefing.silent", {"n": found.silent_n}), "bad"))
    if found.accounts > found.heard:
        n = found.accounts - found.heard
        said.append(Statement(Phrase("briefing.unheard_accounts", {"n": n, "of": found.accounts})))
    return said


def _row(cell: Cell) -> tuple[Value, ...]:
    names = [name for name in cell.names if name]
    name: Value = " · ".join(names) if names else Phrase("briefing.not_noted")
    rate: Interval | None = cell.rate
    return name, cell.right, cell.invited, cell.answered, rate


def _notes(found: Coverage) -> tuple[Phrase, ...]:
    notes = [Phrase("briefing.coverage_rule")]
    if found.unknown:
        notes.append(Phrase("briefing.no_influence", {"n": found.unknown}))
    return tuple(notes)
