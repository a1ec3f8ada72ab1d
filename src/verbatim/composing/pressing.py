"""What to see to: concerns and opportunities in order, accounts with red flags, teams that need help, open matters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from verbatim.briefing import LEAST, Amount, CodeName, Grid, Part, Phrase, Share, Statement, Value
from verbatim.priorities import Priorities, Priority
from verbatim.red_flags import Flag, Flagged, level_of
from verbatim.teams import Team, Teams

FIRST = 5
MOST_ACCOUNTS = 15
TELLING = ("critical decider", "falling", "unresolved")
"""Flags that tell what people said; the others tell of silence only."""

PRIORITY_COLUMNS = (
    "briefing.column_code",
    "briefing.column_kind",
    "briefing.column_score",
    "briefing.column_size",
    "briefing.column_severity",
    "briefing.column_durability",
    "briefing.column_revenue",
    "briefing.column_people",
    "briefing.column_accounts",
)
ACCOUNT_COLUMNS = ("briefing.column_account", "briefing.column_level", "briefing.column_signs", "briefing.column_tier")
TEAM_COLUMNS = (
    "briefing.column_team",
    "briefing.column_verdict",
    "briefing.column_accounts",
    "briefing.column_red",
    "briefing.column_people",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """An account with those of its flags that may be shown, how pressing these are, and its tier."""

    name: str
    level: str
    flags: tuple[Flag, ...]
    tier: str | None


def priorities_part(found: Priorities) -> Part:
    """The part on what comes first; empty where nothing has enough behind it."""
    told = [one for kind in ("concern", "opportunity") for one in found.items if one.kind == kind and one.rank]
    rows = [one for one in told if one.rank is not None and one.rank <= FIRST]
    if not rows:
        return Part("priorities")
    leading = [Statement(_first(one), "bad" if one.kind == "concern" else "good") for one in rows if one.rank == 1]
    grid = Grid("briefing.priorities_table", PRIORITY_COLUMNS, tuple(_priority(one) for one in rows))
    notes = [Phrase("briefing.priorities_rule")]
    if not found.revenue_known:
        notes.append(Phrase("briefing.revenue_unknown"))
    return Part("priorities", tuple(leading), grids=(grid,), notes=tuple(notes))


def signs(
    found: Sequence[Flagged], tiers: Sequence[str | None], counted_only: Collection[int]
) -> tuple[list[Sign], int]:
    """The accounts with flags that may be shown, and how many accounts have some that may not.

    What tells of fewer than LEAST people is shown only where one of them permits to be quoted.
    """
    shown, hidden = [], 0
    for one, tier in zip(found, tiers, strict=True):
        kept = tuple(flag for flag in one.flags if _may_be_shown(one, flag, counted_only))
        hidden += len(kept) < len(one.flags)
        if kept:
            shown.append(Sign(one.rating.name, level_of(kept), kept, tier))
    return shown, hidden


def accounts_part(shown: Sequence[Sign], hidden: int) -> Part:
    """The part on accounts with red flags; empty where there are none."""
    red = [one for one in shown if one.level == "red"]
    key = "briefing.red_accounts" if len(red) <= FIRST else "briefing.red_accounts_many"
    statements = [Statement(Phrase(key, {"n": len(red), "names": _names(red)}), "bad")] if red else []
    rows = tuple(
        (
            one.name,
            Phrase(f"briefing.level_{one.level}"),
            _joined(tuple(Phrase(f"briefing.flag_{flag.kind.replace(' ', '_')}") for flag in one.flags)),
            one.tier,
        )
        for one in shown[:MOST_ACCOUNTS]
    )
    notes = [Phrase("briefing.flags_hidden", {"n": hidden, "least": LEAST})] if hidden else []
    if len(shown) > MOST_ACCOUNTS:
        notes.append(Phrase("briefing.more_accounts", {"n": len(shown) - MOST_ACCOUNTS}))
    grid = (Grid("briefing.accounts_table", ACCOUNT_COLUMNS, rows),) if rows else ()
    return Part("accounts", tuple(statements), grids=grid, notes=tuple(notes))


def teams_part(found: Teams) -> Part:
    """The part on teams; empty where no accounts have any."""
    some = [one for one in found.items if one.verdict != "not enough data"]
    help_ = [one for one in some if one.verdict == "needs help"]
    statements = [Statement(_help(one), "bad") for one in help_]
    if some and not help_:
        statements = [Statement(Phrase("briefing.no_team_needs_help", {"n": len(some)}))]
    rows = tuple(_team(one) for one in some)
    return Part("teams", tuple(statements), grids=(Grid("briefing.teams_table", TEAM_COLUMNS, rows),) if rows else ())


def open_part(found: Sequence[Flagged], doubtful: int) -> Part:
    """The part on what is open: critics whom nobody has answered to, codings that wait for a person."""
    waiting = sum(flag.n for one in found for flag in one.flags if flag.kind == "unresolved")
    said = [("briefing.unresolved", waiting), ("briefing.doubtful", doubtful)]
    return Part("open", tuple(Statement(Phrase(key, {"n": n})) for key, n in said if n))


def _first(one: Priority) -> Phrase:
    values: dict[str, Value] = {
        "name": CodeName(one.code),
        "people": one.respondents,
        "accounts": Phrase("at_accounts", {"n": one.accounts}),
        "arithmetic": one.arithmetic,
    }
    return Phrase(f"briefing.first_{one.kind}", values)


def _priority(one: Priority) -> tuple[Value, ...]:
    kind = Phrase(f"briefing.kind_{one.kind}")
    factors = one.limits, Amount(one.severity.value), Amount(one.durability.value), _known(one)
    return CodeName(one.code), kind, Amount(one.score, 2), *factors, one.respondents, one.accounts


def _known(one: Priority) -> Value:
    return Share(one.revenue.value) if one.revenue.known else None


def _may_be_shown(one: Flagged, flag: Flag, counted_only: Collection[int]) -> bool:
    if flag.kind not in TELLING or one.rating.respondents >= LEAST:
        return True
    return any(contact not in counted_only for contact in flag.contacts)


def _names(found: Sequence[Sign]) -> tuple[str, ...]:
    return tuple(one.name for one in found[:FIRST])


def _help(one: Team) -> Phrase:
    why = _joined(tuple(Phrase(f"briefing.reason_{reason.measure}_bad") for reason in one.reasons))
    return Phrase("briefing.needs_help", {"name": one.name, "why": why, "red": one.red, "accounts": one.accounts})


def _joined(phrases: tuple[Phrase, ...]) -> Value:
    first, *rest = phrases
    joined = first
    for one in rest:
        joined = Phrase("briefing.listed", {"one": joined, "other": one})
    return joined


def _team(one: Team) -> tuple[Value, ...]:
    verdict = Phrase(f"briefing.team_{one.verdict.replace(' ', '_')}")
    return one.name, verdict, one.accounts, one.red, one.respondents
