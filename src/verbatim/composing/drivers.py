"""What goes with the score: codes without which it would be another. Association, and no cause."""

from verbatim.briefing import Change, Chart, CodeName, Grid, Mark, Part, Phrase, Score, Share, Statement, Value
from verbatim.drivers import Driver, Drivers

MOST = 8
TOLD = 2
LEVEL = 0.05
COLUMNS = (
    "briefing.column_code",
    "briefing.column_impact",
    "briefing.column_with",
    "briefing.column_weight",
    "briefing.column_verbatims",
    "briefing.column_accounts",
)


def drivers_part(found: Drivers) -> Part:
    """The part on what goes with the score; empty where too few scores were given."""
    known = [one for one in found.drivers if one.enough][:MOST]
    if not known or found.value is None:
        return Part("drivers")
    sure = [one for one in known if one.q is not None and one.q <= LEVEL][:TOLD]
    statements = tuple(_sentence(one) for one in sure) or (
        Statement(Phrase("briefing.no_driver", {"n": found.looked})),
    )
    marks = tuple(Mark(CodeName(one.code), one.impact.value, one.impact.low, one.impact.high) for one in known)
    rows = tuple(_row(one) for one in known)
    values: dict[str, Value] = {"n": found.n, "people": found.respondents, "explained": Share(found.explained or 0.0)}
    return Part(
        "drivers",
        statements,
        (Chart("dots", "briefing.drivers_chart", marks, "score"),),
        (Grid("briefing.drivers_table", COLUMNS, rows),),
        notes=(Phrase("briefing.drivers_rule", values),),
    )


def _sentence(one: Driver) -> Statement:
    impact = Change(one.impact.value, one.impact.low, one.impact.high)
    values: dict[str, Value] = {"name": CodeName(one.code), "impact": impact, "n": one.n}
    key = "briefing.driver_down" if one.impact.value < 0 else "briefing.driver_up"
    return Statement(Phrase(key, values), "bad" if one.impact.value < 0 else "good")


def _row(one: Driver) -> tuple[Value, ...]:
    impact = Change(one.impact.value, one.impact.low, one.impact.high)
    return CodeName(one.code), impact, Score(one.with_it), Share(one.weight.value), one.n, one.accounts
