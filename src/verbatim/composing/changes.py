"""What changed: what rose or fell in the period, whether the last period's changes held, and what nobody can tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from verbatim.briefing import Amount, Chart, CodeName, Grid, Mark, Part, Phrase, Share, Statement, Tone, Value
from verbatim.briefing import Change as Moved
from verbatim.domain import Polarity
from verbatim.periods import Period
from verbatim.trends import Change, Series, Trends

COLUMNS = (
    "briefing.column_code",
    "briefing.column_way",
    "briefing.column_before",
    "briefing.column_now",
    "briefing.column_change",
    "briefing.column_q",
    "briefing.column_durable",
)
CHARTED = 3
"""So many changes have a picture of their course."""

MOVED = ("rose", "fell")


@dataclass(frozen=True, slots=True)
class Course:
    """A code as it is complained of or praised, over the periods."""

    polarity: Polarity
    series: Series

    @property
    def code(self) -> str:
        """The id."""
        return str(self.series.measure.id)

    def change(self, period: Period) -> Change | None:
        """The change from the period before to this one; None where there is none."""
        found = (one for one in self.series.changes if one.versus == "previous" and one.period.start == period.first)
        return next(found, None)


def courses(polarity: Polarity, found: Trends) -> tuple[Course, ...]:
    """The codes of an answer that asked for this polarity."""
    return tuple(Course(polarity, one) for one in found.series if one.measure.kind == "code" and one.part is None)


def changes_part(period: Period, found: Sequence[Course], looked: int) -> Part:
    """The part on changes; `looked` says over how many tests false ones are kept rare."""
    new = [(one, change) for one in found if (change := _told(one.change(period)))]
    former = [(one, change) for one in found if (change := _told(one.change(period.former)))]
    held = [(one, change) for one, change in former if change.durable == "yes"]
    statements = [*_sentences("briefing.changed", new, period), *_sentences("briefing.lasted", held, period)]
    lost = sum(change.durable == "no" for _, change in former)
    if lost:
        statements.append(Statement(Phrase("briefing.not_lasting", {"n": lost, "period": period.former.label})))
    if not statements:
        tested = sum(change.p is not None for one in found if (change := one.change(period)))
        key = "briefing.no_change" if tested else "briefing.not_comparable"
        statements.append(Statement(Phrase(key, {"n": tested, "period": period.former.label})))
    rows = tuple(_row(one, change) for one, change in (*new, *held))
    grid = (Grid("briefing.changes_table", COLUMNS, rows),) if rows else ()
    return Part("changes", tuple(statements), _charts(new or held), grid, notes=_notes(period, found, looked))


def _told(change: Change | None) -> Change | None:
    return change if change is not None and change.verdict in MOVED else None


def _sentences(key: str, found: Iterable[tuple[Course, Change]], period: Period) -> list[Statement]:
    """The changes as sentences, the largest first."""
    ordered = sorted(found, key=lambda pair: -abs(pair[1].difference or 0.0))
    return [
        Statement(
            Phrase(
                f"{key}_{one.polarity}_{change.verdict}",
                {
                    "name": CodeName(one.code),
                    "before": Share(change.before or 0.0),
                    "now": Share(change.value or 0.0),
                    "change": _moved(change),
                    "former": change.other.name if change.other else None,
                    "period": period.label,
                },
            ),
            _tone(one.polarity, change),
        )
        for one, change in ordered
    ]


def _tone(polarity: Polarity, change: Change) -> Tone:
    return "bad" if (polarity == "negative") == (change.verdict == "rose") else "good"


def _moved(change: Change) -> Moved:
    limits = (None if one is None else 100 * one for one in (change.low, change.high))
    return Moved(100 * (change.difference or 0.0), *limits)


def _row(one: Course, change: Change) -> tuple[Value, ...]:
    durable = Phrase(f"briefing.durable_{(change.durable or 'not yet').replace(' ', '_')}")
    q = Amount(change.q, 3) if change.q is not None else None
    way = Phrase(f"briefing.{one.polarity}")
    return CodeName(one.code), way, Share(change.before or 0.0), Share(change.value or 0.0), _moved(change), q, durable


def _charts(found: Sequence[tuple[Course, Change]]) -> tuple[Chart, ...]:
    """The course of what changed most."""
    ordered = sorted(found, key=lambda pair: -abs(pair[1].difference or 0.0))[:CHARTED]
    return tuple(
        Chart(
            "course",
            f"briefing.course_{one.polarity}",
            tuple(
                Mark(point.period.name, point.value, point.low, point.high)
                for point in one.series.points
                if point.value is not None and not point.few
            ),
            about=CodeName(one.code),
        )
        for one, _ in ordered
    )


def _notes(period: Period, found: Sequence[Course], looked: int) -> tuple[Phrase, ...]:
    changes = [change for one in found if (change := one.change(period))]
    few = sum(change.verdict == "not enough data" for change in changes)
    cut = sum(change.verdict == "frame changed" for change in changes)
    notes = [Phrase("briefing.changes_rule", {"n": looked})] if looked else []
    if few and looked:
        notes.append(Phrase("briefing.changes_few", {"n": few}))
    if cut:
        notes.append(Phrase("briefing.changes_cut", {"n": cut}))
    return tuple(notes)
