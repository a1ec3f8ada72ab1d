"""What the command line shows of models: what came of a retraining, two side by side, the history of promotions."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from verbatim.actions.model_life import KnownModel
from verbatim.actions.retraining import Outcome
from verbatim.learning.contest import Change, Contest
from verbatim.store.promotions import Promotion

MOST = 12
"""So many codes are shown, those that changed most."""


def show_outcome(outcome: Outcome) -> None:
    """What was learnt from, what the challenger comes to, and what became of it."""
    console = _console()
    left = "".join(f"; left out: {count} ({why})" for why, count in outcome.left_out.items())
    console.print(f"{outcome.corrections:,} corrections learnt from, {outcome.gold:,} gold measured on{left}")
    for what, counts in (("new codes learnt", outcome.new_codes), ("too few examples yet", outcome.scarce)):
        if counts:
            console.print(f"{what}: {', '.join(f'{id} ({n})' for id, n in counts.items())}")
    if outcome.challenger and outcome.contest:
        _print_contest(console, outcome.contest, outcome.champion, outcome.challenger)
        what = "promoted" if outcome.promoted else "kept, not promoted"
        told = f"{what} by override, although" if outcome.overridden else what
        console.print(f"{outcome.challenger}: {told}: {'; '.join(outcome.reasons)}", markup=False)
    else:
        console.print("; ".join(outcome.reasons), markup=False)
    if outcome.recode is not None:
        console.print(f"all history is coded again: job {outcome.recode}")


def show_contest(found: Contest, first: str, second: str) -> None:
    """Both models side by side."""
    _print_contest(_console(), found, first, second)


def show_models(models: Sequence[KnownModel], moves: Sequence[Promotion]) -> None:
    """The models, the current one marked, and the promotions."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "model", "from", "F1 at level 2", "verdict"):
        table.add_column(name)
    for one in models:
        figure = "" if one.l2_weighted is None else f"{one.l2_weighted:.3f}"
        table.add_row("*" if one.current else "", one.label, one.parent or "", figure, _verdict(one))
    console = _console()
    console.print(table)
    for move in moves:
        when = move.created.strftime("%Y-%m-%d %H:%M")
        console.print(
            f"{when}  {move.act} {move.model} for {move.former}, by {move.actor}: {move.reason}", markup=False
        )


def _verdict(one: KnownModel) -> str:
    return "" if one.passed is None else f"{'better' if one.passed else 'kept'}: {'; '.join(one.reasons)}"


def _print_contest(console: Console, found: Contest, first: str, second: str) -> None:
    console.print(f"{found.n} verbatims of {found.respondents} respondents", highlight=False)
    by_change = sorted(found.codes.items(), key=lambda pair: -abs(pair[1].gain.value))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "n", first, second, "change", "95 %"):
        table.add_column(name, justify="left" if name == "" else "right")
    for name, change in {**found.figures, **dict(by_change[:MOST])}.items():
        table.add_row(name, *_cells(change))
    console.print(table)


def _cells(change: Change) -> Sequence[str]:
    gain = change.gain
    limits = f"{gain.low:+.3f} to {gain.high:+.3f}"
    return str(change.n), f"{change.before:.3f}", f"{change.after:.3f}", f"{gain.value:+.3f}", limits


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
