"""Who is served how: kinds of customers and roles that are under-served or over-served, with what shows it."""

from verbatim.briefing import Amount, Grid, Part, Phrase, Share, Statement, Tone, Value
from verbatim.domain import Interval
from verbatim.served import Cell, Served

MOST = 15
TOLD: dict[str, tuple[str, Tone]] = {
    "under-served": ("briefing.under_served", "bad"),
    "over-served": ("briefing.over_served", "plain"),
}
COLUMNS = (
    "briefing.column_group",
    "briefing.column_verdict",
    "briefing.column_complaints",
    "briefing.column_rest",
    "briefing.column_praise",
    "briefing.column_q",
    "briefing.column_people",
    "briefing.column_accounts",
)


def served_part(found: Served) -> Part:
    """The part on who is served how; empty where there are no cells."""
    if not found.cells:
        return Part("served")
    compared = [cell for cell in found.cells if cell.verdict != "not enough data"]
    if not compared:
        return Part("served", (Statement(Phrase("briefing.none_compared")),))
    statements = [_sentence(cell) for cell in compared if cell.verdict in TOLD]
    if not statements:
        statements = [Statement(Phrase("briefing.all_as_expected", {"n": len(compared)}))]
    rows = tuple(_row(cell) for cell in compared[:MOST])
    grid = Grid("briefing.served_table", COLUMNS, rows)
    return Part("served", tuple(statements), grids=(grid,), notes=_notes(found))


def _sentence(cell: Cell) -> Statement:
    key, tone = TOLD[cell.verdict]
    reasons = tuple(Phrase(f"briefing.reason_{one.measure}_{'good' if one.good else 'bad'}") for one in cell.reasons)
    complaint = cell.measures["complaint"]
    values: dict[str, Value] = {
        "name": " · ".join(cell.values),
        "why": Phrase("briefing.and", {"one": reasons[0], "other": reasons[1]}) if len(reasons) > 1 else reasons[0],
        "share": _limits(cell, "complaint"),
        "rest": Share(complaint.rest),
        "people": cell.respondents,
        "accounts": Phrase("at_accounts", {"n": cell.accounts}),
    }
    return Statement(Phrase(key, values), tone)


def _row(cell: Cell) -> tuple[Value, ...]:
    complaint = cell.measures["complaint"]
    verdict = Phrase(f"briefing.verdict_{cell.verdict.replace(' ', '_').replace('-', '_')}")
    q: Value = Amount(complaint.q, 3) if complaint.q is not None else None
    shares = _limits(cell, "complaint"), Share(complaint.rest), _limits(cell, "praise")
    return " · ".join(cell.values), verdict, *shares, q, cell.respondents, cell.accounts


def _limits(cell: Cell, measure: str) -> Interval:
    one = cell.measures[measure]
    return Interval(one.value, one.low, one.high, round(one.value * one.n), one.n)


def _notes(found: Served) -> tuple[Phrase, ...]:
    few = sum(cell.verdict == "not enough data" for cell in found.cells)
    notes = [Phrase("briefing.served_rule", {"n": found.looked_at})]
    if few:
        notes.append(Phrase("briefing.served_few", {"n": few}))
    if found.left_out:
        notes.append(Phrase("briefing.served_left_out", {"n": found.left_out}))
    return tuple(notes)
