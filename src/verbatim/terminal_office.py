"""What the commands of the office print: cells, priorities, accounts, teams."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verbatim.actions.office import AccountView, FlaggedAccounts, PriorityView, ServedView, TeamView
from verbatim.briefing import Cited
from verbatim.contrasts import Contrast
from verbatim.domain import NpsInterval
from verbatim.priorities import Priority
from verbatim.red_flags import Flag, Flagged

SIGNS = {"under-served": "▼", "over-served": "▲", "as expected": "=", "not enough data": "·"}


def show_served(view: ServedView) -> None:
    """Print every cell with its verdict, complaints and praise against the rest, and words of those told apart."""
    console, found = _console(), view.found
    console.print(_base(found.verbatims, found.respondents, found.accounts), markup=False)
    if found.left_out:
        console.print(f"  {found.left_out:,} answers have no value of these attributes", markup=False)
    table = _table(*found.by, "", "verdict", "n", "accounts", "complaint", "praise", "effort", "stance", "why")
    for one in found.cells:
        shown = [_against(one.measures[name], name) for name in ("complaint", "praise", "effort", "stance")]
        why = ", ".join(f"{'more' if each.direction > 0 else 'less'} {each.measure}" for each in one.reasons)
        cost = f"; cost × {one.cost.ratio:.2f}" if one.cost and one.cost.ratio is not None else ""
        names = (escape(value) for value in one.values)
        counts = (f"{one.verbatims:,}", f"{one.accounts:,}")
        table.add_row(*names, SIGNS[one.verdict], one.verdict, *counts, *shown, why + cost)
    console.print(table)
    for values, words in view.excerpts.items():
        _print_words(console, " · ".join(values), words)


def show_priorities(view: PriorityView, limit: int) -> None:
    """Print concerns, then opportunities, each with the arithmetic of its score."""
    console, found = _console(), view.found
    console.print(_base(found.verbatims, found.respondents, found.accounts), markup=False)
    for title, kind in (("concerns", found.of("concern")), ("opportunities", found.of("opportunity"))):
        table = _table("", title, "size", "severity", "durable", "revenue", "score", "respondents", "accounts")
        for one in kind[:limit]:
            table.add_row(*_priority(one))
        console.print(table)
    console.print("score = 100 × size × severity × durability × revenue", markup=False, style="dim")


def show_accounts(view: FlaggedAccounts, items: Sequence[Flagged]) -> None:
    """Print accounts with tier, standing, net stance and flags."""
    console = _console()
    console.print(f"as of {view.as_of}; {len(view.items):,} accounts, {len(view.red()):,} with flags", markup=False)
    table = _table("number", "account", "tier", "standing", "net stance", "level", "flags")
    for one in items:
        rating = one.rating
        tier = view.attribute("tier", rating.place) or "-"
        flags = "; ".join(map(flag_told, one.flags))
        net = _net(rating.net)
        table.add_row(str(rating.number), escape(rating.name), tier, rating.standing, net, one.level, flags)
    console.print(table)


def show_account(view: AccountView) -> None:
    """Print one account: its standing, its flags, its history, words that may be quoted."""
    console, one = _console(), view.flagged
    rating = one.rating
    console.print(f"{rating.name}: {rating.standing}, net stance {_net(rating.net)}, {one.level}", markup=False)
    for flag in one.flags:
        console.print(f"  {flag_told(flag)}", markup=False)
    table = _table("period", "answers", "respondents", "net stance", "NPS", "polarity")
    for span in rating.spans:
        polarity = "-" if span.polarity is None else f"{span.polarity:+.2f}"
        scores = (_net(span.voices.net()), _net(span.scored.net()))
        table.add_row(span.name, f"{span.verbatims:,}", f"{span.respondents:,}", *scores, polarity)
    console.print(table)
    _print_words(console, "complaints", view.complaints)
    _print_words(console, "praise", view.praise)


def show_teams(view: TeamView) -> None:
    """Print teams with their verdict against all others."""
    console = _console()
    table = _table("team", "verdict", "accounts", "red", "amber", "complaint", "stance", "why")
    for one in view.found.items:
        why = ", ".join(f"{each.measure} {'worse' if each.worse else 'better'}" for each in one.reasons)
        shown = [_against(one.measures[name], name) for name in ("complaint", "stance")]
        table.add_row(escape(one.name), one.verdict, str(one.accounts), str(one.red), str(one.amber), *shown, why)
    console.print(table)
    if view.found.without:
        console.print(f"{view.found.without:,} accounts have no team", markup=False)


def flag_told(one: Flag) -> str:
    """A red flag in a few words."""
    if one.kind == "falling" and one.spans and one.before is not None and one.after is not None:
        sure = "" if one.sure else ", may be chance"
        return f"falling: {one.before:+.0f} ({one.spans[0]}) to {one.after:+.0f} ({one.spans[1]}){sure}"
    return f"{one.kind}: {one.n}"


def _priority(one: Priority) -> tuple[str, ...]:
    limits = f"{one.size.value:.1%} ({one.limits.low:.1%} to {one.limits.high:.1%})"
    durable = "?" if one.durable is None else f"{one.durability.value:.2f}"
    factors = (limits, f"{one.severity.value:.2f}", durable, f"{one.revenue.value:.2f}", f"{one.score:.3f}")
    return str(one.rank or "-"), one.code, *factors, f"{one.respondents:,}", f"{one.accounts:,}"


def _against(one: Contrast, name: str) -> str:
    if not one.n:
        return "-"
    if name == "stance":
        return f"{100 * one.value:+.0f} / {100 * one.rest:+.0f}"
    return f"{one.value:.0%} / {one.rest:.0%}"


def _net(one: NpsInterval | None) -> str:
    if one is None:
        return "-"
    limits = f"{one.low:+.0f} to {one.high:+.0f}" if one.low < one.high else "everybody known"
    return f"{one.value:+.0f} ({limits}, n = {one.n})"


def _base(verbatims: int, respondents: int, accounts: int) -> str:
    return f"{verbatims:,} answers with content, {respondents:,} respondents, {accounts:,} accounts"


def _print_words(console: Console, title: str, words: Sequence[Cited]) -> None:
    if words:
        console.print(f"{title}:", markup=False)
    for one in words:
        about = ", ".join(filter(None, (one.account, one.role)))
        console.print(f"  “{one.text}” {about}".rstrip(), markup=False)


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name)
    return table


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
