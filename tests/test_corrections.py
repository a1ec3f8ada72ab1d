"""What reviewed verbatims add to the log-odds of a model."""

import numpy as np
import pytest

from verbatim.corrections import Correction

SCORES = np.array([[0.2, 0.9], [0.5, 0.00001]], dtype=np.float32)
VECTORS = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)


def correction(**parts: list) -> Correction:
    shapes = {"scores": (2, 2), "vectors": (3, 2), "bias": (2,)}
    return Correction(
        **{name: np.array(parts.get(name, np.zeros(shape)), dtype=np.float32) for name, shape in shapes.items()}
    )


def test_a_correction_of_nothing_changes_nothing() -> None:
    assert correction().applied(SCORES, VECTORS) == pytest.approx(SCORES, abs=1e-4)


def test_an_intercept_lifts_an_id_in_every_text() -> None:
    found = correction(bias=[np.log(4), 0]).applied(SCORES, VECTORS)
    assert found[:, 0] == pytest.approx([0.5, 0.8])
    assert found[:, 1] == pytest.approx(SCORES[:, 1], abs=1e-4)


def test_a_text_is_corrected_by_where_its_vector_points() -> None:
    found = correction(vectors=[[np.log(4), 0], [0, 0], [0, 0]]).applied(SCORES, VECTORS)
    assert found[:, 0] == pytest.approx([0.5, 0.5])


def test_one_id_may_speak_for_another() -> None:
    found = correction(scores=[[0, 0], [1, 0]]).applied(SCORES, VECTORS)
    assert found[0, 0] == pytest.approx(0.25 * 9 / (1 + 0.25 * 9))
