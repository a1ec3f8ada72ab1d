"""Which account teams need help: their accounts' flags and what their customers say, against all other teams'.

    flagged    the share of a team's accounts that are red
    complaint  the share of answers that blame anything
    stance     promoters less critics

each against the accounts of the other teams, with accounts as clusters, adjusted over all teams and measures. A team
needs help where a share is higher, or the stance lower, with a q-value of at most 0.05 and 5 points apart (10 of
stance), and nothing speaks against it; it does better where it is the other way about. With fewer than 5 accounts, or
fewer than 20 answers, in the team or outside it, nobody knows. What a team's customers say has many causes: it tells
where to look, and whom to ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from verbatim.contrasts import Contrast, Floats, Measure, adjusted, clusters_of, contrasts, direction, stances_of
from verbatim.facts import NOBODY, Facts, Flags, Integers, saying
from verbatim.red_flags import Flagged

TeamMeasure = Literal["flagged", "complaint", "stance"]
TEAM_MEASURES: tuple[TeamMeasure, ...] = get_args(TeamMeasure)
TeamVerdict = Literal["needs help", "as expected", "does better", "not enough data"]
TEAM_VERDICTS: tuple[TeamVerdict, ...] = get_args(TeamVerdict)

APART: Mapping[TeamMeasure, float] = {"flagged": 0.05, "complaint": 0.05, "stance": 0.10}
BAD: Mapping[TeamMeasure, int] = {"flagged": 1, "complaint": 1, "stance": -1}

LEAST_ACCOUNTS = 5


@dataclass(frozen=True, slots=True)
class TeamReason:
    """A measure that counts, and whether it is worse than that of the others."""

    measure: TeamMeasure
    worse: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its accounts, how many are red and amber, what was said at them, its measures, and the verdict."""

    name: str
    accounts: int
    red: int
    amber: int
    verbatims: int
    respondents: int
    measures: Mapping[str, Contrast]
    verdict: TeamVerdict
    reasons: tuple[TeamReason, ...]


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams, those that need help first; `without` counts accounts of no team; `looked_at` differences adjusted."""

    items: tuple[Team, ...]
    without: int
    looked_at: int


def teams(facts: Facts, accounts: Sequence[Flagged]) -> Teams:
    """The teams of the accounts, each against the others; `accounts` in the order of the facts, all of them."""
    labels = facts.accounts.attributes["team"]
    heard = facts.of(facts.coded & ~facts.empty)
    count = len(labels.names)
    said = contrasts(_of_answers(heard), heard.labels("team").places, count, clusters_of(heard)) if count else []
    red = np.array([one.level == "red" for one in accounts], np.float64)
    spoken = np.array([one.rating.verbatims > 0 for one in accounts], np.bool_)
    flags = _flags(red, spoken, labels.places, count)
    joined = adjusted([{**said[place], "flagged": flags[place]} for place in range(count)])
    items = [_team(heard, accounts, place, joined[place]) for place in range(count)]
    looked_at = sum(one.p is not None for each in joined for one in each.values())
    return Teams(tuple(sorted(items, key=_order)), int((labels.places == NOBODY).sum()), looked_at)


def _of_answers(heard: Facts) -> dict[str, Measure]:
    blamed = saying(heard, "negative").astype(np.float64)
    return {"complaint": Measure(blamed, np.ones(heard.n, np.bool_)), "stance": stances_of(heard)}


def _flags(red: Floats, spoken: Flags, places: Integers, count: int) -> list[Contrast]:
    """The share of red accounts of each team, of those that said anything in the last year."""
    measure = {"flagged": Measure(red, spoken, least=LEAST_ACCOUNTS)}
    found = contrasts(measure, places, count, np.arange(len(places))) if count else []
    return [one["flagged"] for one in found]


def _team(heard: Facts, accounts: Sequence[Flagged], place: int, found: Mapping[str, Contrast]) -> Team:
    labels = heard.accounts.attributes["team"]
    own = [one for one in accounts if labels.places[one.rating.place] == place]
    rows = heard.labels("team").places == place
    reasons = tuple(filter(None, (_reason(name, found[name]) for name in TEAM_MEASURES)))
    return Team(
        name=labels.names[place],
        accounts=len(own),
        red=sum(one.level == "red" for one in own),
        amber=sum(one.level == "amber" for one in own),
        verbatims=int(rows.sum()),
        respondents=len(np.unique(heard.respondent[rows])),
        measures={name: found[name] for name in TEAM_MEASURES},
        verdict=verdict_of(found, reasons),
        reasons=reasons,
    )


def _reason(name: TeamMeasure, one: Contrast) -> TeamReason | None:
    which = direction(one, APART[name])
    return TeamReason(name, which == BAD[name]) if which else None


def verdict_of(found: Mapping[str, Contrast], reasons: Sequence[TeamReason]) -> TeamVerdict:
    """The verdict by the rule at the head of this module."""
    if all(one.difference is None for one in found.values()):
        return "not enough data"
    worse, better = {one.measure for one in reasons if one.worse}, {one.measure for one in reasons if not one.worse}
    if worse and not better:
        return "needs help"
    return "does better" if better and not worse else "as expected"


def _order(team: Team) -> tuple[int, int, str]:
    return TEAM_VERDICTS.index(team.verdict), -team.red, team.name
