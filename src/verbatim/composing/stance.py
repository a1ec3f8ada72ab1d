"""Critics and promoters: the score with its limits, how it went over time, and what was only estimated."""

from datetime import timedelta

import numpy as np

from verbatim.briefing import Change, Chart, Mark, Part, Phrase, Score, Share, Statement, Tone, Value
from verbatim.composing.view import View, base, of_days, said, score, stances
from verbatim.domain import STANCES, NpsInterval
from verbatim.facts import Facts
from verbatim.periods import Period
from verbatim.trends import Measure, Question, Span, trends

COURSE = 6
"""So many periods are in the picture, this one the last."""


def stance_part(view: View) -> Part:
    """The part on critics and promoters."""
    statements = [*score_sentences(view), *_estimated(view.now)]
    conflicts = int(np.count_nonzero(view.now.conflict))
    if conflicts:
        statements.append(Statement(Phrase("briefing.conflicts", {"n": conflicts})))
    return Part("stance", tuple(statements), charts=_charts(view))


def score_sentences(view: View) -> tuple[Statement, ...]:
    """The Net Promoter Score as a sentence, and how it differs from that of the period before."""
    now, former = score(view.now), score(view.former)
    if now is None:
        return (Statement(Phrase("briefing.no_score")),)
    critics, passives, promoters = stances(view.now)
    counts = {"critics": critics, "passives": passives, "promoters": promoters}
    tone: Tone = "good" if now.low > 0 else "bad" if now.high < 0 else "plain"
    found = [Statement(Phrase("briefing.score", {"score": now, "people": now.n, **counts}), tone)]
    if former is not None:
        change = _change(view, now, former)
        sure = change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
        key = "briefing.score_moved" if sure else "briefing.score_same"
        values: dict[str, Value] = {
            "change": change,
            "former": Score(former.value),
            "people": former.n,
            "period": view.period.former.label,
        }
        found.append(Statement(Phrase(key, values), ("good" if change.points > 0 else "bad") if sure else "plain"))
    return tuple(found)


def course(view: View) -> tuple[tuple[Period, Facts], ...]:
    """The periods up to this one that have something in them, with their facts."""
    periods = [view.period]
    while len(periods) < COURSE:
        periods.insert(0, periods[0].former)
    found = [(one, of_days(view.ever, one.days)) for one in periods]
    return tuple((period, facts) for period, facts in found if base(facts, said(facts)).enough)


def _change(view: View, now: NpsInterval, former: NpsInterval) -> Change:
    """How the score differs from that of the period before: as trends tell it, where there are accounts enough."""
    size, first, last = view.period.size, view.period.former.first, view.period.end - timedelta(1)
    found = trends(view.ever, Question((Measure("nps"),), Span(size), first, last))
    for one in (change for series in found.series for change in series.changes):
        if one.low is not None and one.high is not None and one.p is not None:
            return Change(now.value - former.value, one.low, one.high)
    return Change(now.value - former.value, *_limits(now.value - former.value, now, former))


def _limits(change: float, now: NpsInterval, former: NpsInterval) -> tuple[float, float]:
    """The limits of a difference of two scores, made of the limits of both."""
    low = np.hypot(now.value - now.low, former.high - former.value)
    high = np.hypot(now.high - now.value, former.value - former.low)
    return max(-200.0, change - float(low)), min(200.0, change + float(high))


def _estimated(facts: Facts) -> tuple[Statement, ...]:
    """What was read from words where no score was given."""
    rows = facts.estimated & said(facts)
    known = facts.stance[rows]
    known = known[known >= 0]
    if not base(facts, rows).enough:
        return ()
    counts = [int(np.count_nonzero(known == place)) for place in range(len(STANCES))]
    read = len(known)
    values: dict[str, Value] = {
        "n": read,
        "unread": int(np.count_nonzero(rows)) - read,
        "critics": Share(counts[0] / max(1, read)),
        "promoters": Share(counts[2] / max(1, read)),
    }
    return (Statement(Phrase("briefing.estimated", values)),) if read else ()


def _charts(view: View) -> tuple[Chart, ...]:
    scored = [(period.label, score(facts)) for period, facts in course(view)]
    marks = tuple(Mark(label, one.value, one.low, one.high) for label, one in scored if one is not None)
    return (Chart("course", "briefing.score_chart", marks, "score"),) if len(marks) > 1 else ()
