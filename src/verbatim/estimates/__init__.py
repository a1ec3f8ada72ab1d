"""Counts become statements: shares, differences and scores with their limits, when answers cluster by account.

    shares        Wilson intervals, with a design effect and a finite population; Newcombe's difference of two
    clusters      what answers of the same account do to a variance: linearised, by bootstrap, as a test
    corrected     a share without the coder's own error, or why that cannot be told
    multiplicity  q-values over everything that was looked at
    shrinkage     shares of small groups, drawn towards the whole
    nps           the Net Promoter Score: by respondent, by account, by revenue

Arrays in, frozen values out; nothing here knows a verbatim.
"""

from verbatim.domain import Interval, NpsInterval
from verbatim.estimates.clusters import (
    Cells,
    Differences,
    Pairs,
    Ratios,
    cells_of,
    clustered_difference,
    clustered_share,
    likeness,
    resampled,
)
from verbatim.estimates.corrected import Accuracy, Corrected, Gold, Refusal, corrected, rogan_gladen
from verbatim.estimates.multiplicity import benjamini_hochberg
from verbatim.estimates.nps import means_of_groups, nps, nps_by_account, nps_of_accounts, nps_of_groups
from verbatim.estimates.shares import Design, Difference, difference_limits, finite, limits, newcombe, wilson
from verbatim.estimates.shrinkage import Prior, Shrunk, prior_of, shrunk

__all__ = [
    "Accuracy",
    "Cells",
    "Corrected",
    "Design",
    "Difference",
    "Differences",
    "Gold",
    "Interval",
    "NpsInterval",
    "Pairs",
    "Prior",
    "Ratios",
    "Refusal",
    "Shrunk",
    "benjamini_hochberg",
    "cells_of",
    "clustered_difference",
    "clustered_share",
    "corrected",
    "difference_limits",
    "finite",
    "likeness",
    "limits",
    "means_of_groups",
    "newcombe",
    "nps",
    "nps_by_account",
    "nps_of_accounts",
    "nps_of_groups",
    "prior_of",
    "resampled",
    "rogan_gladen",
    "shrunk",
    "wilson",
]
