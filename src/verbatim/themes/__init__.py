"""What emerges: themes that nobody had a code for, how they are called, and which is the same as before.

    naming     the words that tell a theme from all others (c-TF-IDF)
    identity   which theme of this run is which of the former one (Hungarian assignment, with the score)
    states     new, growing, stable, fading, merged, promoted, by intervals

Arrays and frozen values in and out; `learning.theming` finds the clusters, `store.themes` keeps them.
"""

from verbatim.themes.identity import Cluster, Known, Match, Matched, matched, root_of
from verbatim.themes.naming import Named, named
from verbatim.themes.states import (
    ACTS,
    STATES,
    Act,
    Change,
    Months,
    Point,
    State,
    changes_of,
    mask_of,
    months_of,
    names_of,
    series_of,
    state_of,
)

__all__ = [
    "ACTS",
    "STATES",
    "Act",
    "Change",
    "Cluster",
    "Known",
    "Match",
    "Matched",
    "Months",
    "Named",
    "Point",
    "State",
    "changes_of",
    "mask_of",
    "matched",
    "months_of",
    "named",
    "names_of",
    "root_of",
    "series_of",
    "state_of",
]
