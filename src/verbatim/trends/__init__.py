"""Trends: what is said from period to period, which changes hold up, and where counts cannot be compared.

questions      what is asked: measures, periods, a split, what to compare with
periods        days, weeks, months, quarters, years, rolling windows
layout         rows laid out by period and group, with accounts as clusters
measured       a measure of every group, with accounts as clusters
points         a measure over the periods: n, k, share or score with its limits, corrected for the coder's error
changes        from period to period, against a year before, against others: tested by accounts, then all together
changepoints   where a level ends and another begins
breaks         where the code frame changed, and what was coded before cannot be counted with what came after
"""

from verbatim.trends.answer import FORMULAS, Series, Trends, trends
from verbatim.trends.breaks import Edition, Seam, seams
from verbatim.trends.changepoints import Level, change_points
from verbatim.trends.changes import Change, Step, Verdict
from verbatim.trends.periods import UNITS, Period, Span, Unit, periods_of
from verbatim.trends.points import Point, Scores
from verbatim.trends.questions import BASES, KINDS, Against, Base, Kind, Known, Least, Measure, Question

__all__ = [
    "BASES",
    "FORMULAS",
    "KINDS",
    "UNITS",
    "Against",
    "Base",
    "Change",
    "Edition",
    "Kind",
    "Known",
    "Least",
    "Level",
    "Measure",
    "Period",
    "Point",
    "Question",
    "Scores",
    "Seam",
    "Series",
    "Span",
    "Step",
    "Trends",
    "Unit",
    "Verdict",
    "change_points",
    "periods_of",
    "seams",
    "trends",
]
