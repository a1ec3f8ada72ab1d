"""How far coders agree: coefficients with their limits, sets of codes, codings side by side, drift over time."""

from verbatim.agreement.coefficients import (
    Coefficient,
    Ratings,
    Verdict,
    coefficients,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    observed_agreement,
    ratings_of,
    verdict,
)
from verbatim.agreement.compared import CodeAgreement, Comparison, LevelAgreement, PairAgreement, compare
from verbatim.agreement.drift import Drift, Period, PeriodSize
from verbatim.agreement.sets import alpha_of_sets, jaccard_distance, masi_distance

__all__ = [
    "CodeAgreement",
    "Coefficient",
    "Comparison",
    "Drift",
    "LevelAgreement",
    "PairAgreement",
    "Period",
    "PeriodSize",
    "Ratings",
    "Verdict",
    "alpha_of_sets",
    "coefficients",
    "cohen_kappa",
    "compare",
    "fleiss_kappa",
    "gwet_ac1",
    "jaccard_distance",
    "krippendorff_alpha",
    "masi_distance",
    "observed_agreement",
    "ratings_of",
    "verdict",
]
