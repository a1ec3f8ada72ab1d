"""A measure of every group at once, with accounts as clusters: ratios, limits, effective sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verbatim.estimates import Ratios, finite, likeness, nps_of_groups
from verbatim.estimates.shares import Floats
from verbatim.facts import Flags
from verbatim.trends.layout import Columns, Layout
from verbatim.trends.questions import Known, Measure, Question


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of every group, as arrays (groups,): ratios with their limits, effective sizes, design effects.

    `yes` and `no` are by cell: the rows that have it and, for a score, critics. `few` says where there is not enough to
    compare. A score runs from −1 to 1 here; `scale` is what it is told by.
    """

    measure: Measure
    columns: Columns
    layout: Layout
    yes: Floats
    no: Floats | None
    ratios: Ratios
    low: Floats
    high: Floats
    sizes: Floats
    effects: Floats
    few: Flags

    @property
    def scale(self) -> float:
        """What the value is told by: a score in hundredths, a share as it is."""
        return 100.0 if self.measure.score else 1.0

    @property
    def net(self) -> Floats:
        """What each cell adds to the ratio."""
        return self.yes if self.no is None else self.yes - self.no


def measured(
    question: Question, known: Known, measure: Measure, counted: Columns, laid: tuple[Layout, Sequence[str | None]]
) -> Measured:
    """A measure of every group of a layout, whose parts have the names beside it."""
    layout, parts = laid
    cells, yes, left = layout.cells, layout.sums(counted.yes), _left(layout, known, parts)
    least = question.least
    # Whoever is of no account stands for himself: persons count where accounts are not known.
    few = (cells.totals < least.answers) | (cells.clusters < least.accounts)
    if counted.no is not None:
        no = layout.sums(counted.no)
        ratios, low, high = nps_of_groups(cells, yes, no, left, question.confidence)
        plain = (cells.sums(yes) + cells.sums(no)) / np.maximum(1, ratios.base) - ratios.value**2
        with np.errstate(all="ignore"):
            effects = np.maximum(1.0, ratios.variance * ratios.base / plain)
        return Measured(measure, counted, layout, yes, no, ratios, low, high, ratios.base / effects, effects, few)
    ratios = cells.ratios(yes)
    kish = cells.kish(likeness(cells, yes))
    low, high = ratios.limits(kish, left, question.confidence)
    sizes, effects = ratios.sizes(kish, left, question.confidence), ratios.effects(kish)
    return Measured(measure, counted, layout, yes, None, ratios, low, high, sizes, effects, few)


def _left(layout: Layout, known: Known, parts: Sequence[str | None]) -> Floats:
    """Return the finite population correction of each group."""
    if not known.population:
        return np.ones(layout.cells.count)
    of = [known.population.get(part) for part in parts for _ in range(layout.periods)]
    return np.array([finite(float(n), whole) for n, whole in zip(layout.respondents, of, strict=True)])
