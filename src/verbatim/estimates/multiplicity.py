"""What is left of small probabilities when many were looked at."""

import numpy as np
from numpy.typing import ArrayLike

from verbatim.estimates.shares import Floats


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """The q-values of p-values, in their order and shape: the least false discovery rate at which each would be told.

    Y. Benjamini and Y. Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300. What is NaN was not
    tested: it stays NaN and does not count.
    """
    values = np.asarray(p, dtype=np.float64)
    flat = values.ravel()
    found = np.full(flat.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(flat))
    order = tested[np.argsort(flat[tested], kind="stable")]
    raised = flat[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum.accumulate(raised[::-1])[::-1]
    told: Floats = np.minimum(found, 1.0).reshape(values.shape)
    return told
