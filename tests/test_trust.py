"""How far a coding may stand without a person: what is seen while coding, and what it says."""

import numpy as np
import pytest

from verbatim.trust import SIGNS, Trust, joined, part_signs

CHOSEN = np.array([[True, True, False], [False, False, False]])
CONFIDENCE = np.array([[0.9, 0.5, 0.4], [0.1, 0.2, 0.1]], dtype=np.float32)
CLAUSES = np.array([[0.8, 0.1, 0], [0, 0.1, 0.2], [0.1, 0, 0]], dtype=np.float32)


def test_the_signs_of_a_part_are_its_confidences_its_misses_and_its_silence() -> None:
    first, second = part_signs(CHOSEN, CONFIDENCE, CLAUSES, (2, 1))
    assert first == pytest.approx([0.5, 0.7, 0.4, 2, 1.8, 0.2, 0.5, np.log(2)])
    assert second == pytest.approx([1, 0, 0.2, 0, 0.4, 0.4, 1, 0])
    assert len(first) == SIGNS


def test_a_verbatim_is_as_sure_as_its_least_sure_part() -> None:
    rows = part_signs(CHOSEN, CONFIDENCE, CLAUSES, (2, 1))
    assert joined(list(rows))[:2] == pytest.approx([0.5, 0.35])


def test_the_estimate_is_a_share() -> None:
    model = Trust(np.array([2, *[0] * 7], dtype=np.float32), -0.5, 0.5)
    signs = np.array([[0, *[0] * 7], [0.5, *[0] * 7], [1, *[0] * 7]], dtype=np.float32)
    assert model.estimate(signs).tolist() == [0, 0.5, 1]
