"""Models of earlier layouts brought to today's, as they are read."""

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from verbatim.heads import SIDES, STANCE_HEADS
from verbatim.trust import SIGNS

Arrays = dict[str, NDArray[np.generic]]
Values = dict[str, object]


def from_first(values: Mapping[str, object], arrays: Arrays) -> tuple[Values, Arrays]:
    """Return manifest and arrays of layout 1 in layout 2.

    Layout 1 had one polarity for all ids, no head for the stance, and reviewed by the least confidence of a code.
    """
    ids = len(cast("list[str]", values["ids"]))
    coded = ids + len(cast("list[str]", values["categories"]))
    ngrams, vectors, bias = (arrays[f"heads.{name}"] for name in ("ngrams", "vectors", "bias"))
    silent = [np.zeros((*array.shape[:-1], STANCE_HEADS), dtype=array.dtype) for array in (ngrams, vectors, bias)]
    sides = slice(coded, coded + SIDES)
    weights = arrays["stance.weights"]
    brought: Arrays = {
        **arrays,
        "heads.ngrams": np.concatenate([ngrams[:, : coded + SIDES], silent[0], ngrams[:, -1:]], axis=1),
        "heads.vectors": np.concatenate(
            [vectors[:, :coded], np.tile(vectors[:, sides], ids), silent[1], vectors[:, -1:]], axis=1
        ),
        "heads.bias": np.concatenate([bias[:coded], np.tile(bias[sides], ids), silent[2], bias[-1:]]),
        "stance.weights": np.concatenate([weights[:-1], np.zeros(STANCE_HEADS, dtype=weights.dtype), weights[-1:]]),
        "trust.weights": np.eye(1, SIGNS, dtype=np.float32)[0],
    }
    return {**values, "trust": {"bias": 0.0, "least": values["review"]}}, brought
