"""Themes: what emerges that no code stands for, with its state and words that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from verbatim.briefing import LEAST, Cited, Grid, Part, Phrase, Share, Statement

MOST = 6
TELLING = ("new", "growing", "fading")
COLUMNS = (
    "briefing.column_theme",
    "briefing.column_state",
    "briefing.column_verbatims",
    "briefing.column_share",
    "briefing.column_people",
    "briefing.column_accounts",
)


@dataclass(frozen=True, slots=True)
class Emerging:
    """A theme as it is seen: its number and name, its state, how many said it, and words that stand for it."""

    id: int
    name: str
    state: str
    verbatims: int
    respondents: int
    accounts: int
    share: float
    cited: tuple[Cited, ...] = ()


def shown(found: Sequence[Emerging]) -> list[Emerging]:
    """The themes that enough people are behind, those that tell of a change first, then the largest."""
    enough = [one for one in found if one.respondents >= LEAST and one.state in (*TELLING, "stable")]
    return sorted(enough, key=lambda one: (one.state not in TELLING, -one.verbatims, one.id))[:MOST]


def themes_part(found: Sequence[Emerging], looked: date | None) -> Part:
    """The part on themes; empty where nobody has looked for any, or none has enough people behind it."""
    if not found or looked is None:
        return Part("themes")
    told = [
        Statement(
            Phrase(f"briefing.theme_{one.state}", {"name": one.name, "n": one.verbatims, "people": one.respondents}),
            cited=one.cited,
        )
        for one in found
    ]
    rows = tuple(
        (
            one.name,
            Phrase(f"briefing.state_{one.state}"),
            one.verbatims,
            Share(one.share),
            one.respondents,
            one.accounts,
        )
        for one in found
    )
    note = Phrase("briefing.themes_rule", {"day": looked})
    return Part("themes", grids=(Grid("briefing.themes_table", COLUMNS, rows),), cited=tuple(told), notes=(note,))
