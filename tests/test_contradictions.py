"""Planted contradictions of seed examples are found, and nothing else; with the nearest words that say otherwise."""

import numpy as np
import pytest

from verbatim.learning.contradictions import Coded, Told, contradictions

CODES = ["a", "b", "c"]
LIMITS = np.full(3, 0.5, dtype=np.float32)


def told(odds):
    return Told((1 / (1 + np.exp(-np.asarray(odds)))).astype(np.float32), LIMITS)


@pytest.fixture
def seed():
    """Forty examples with one code each, and vectors by their code."""
    marks = np.eye(3, dtype=bool)[np.arange(40) % 3]
    return Coded([f"s{row}" for row in range(40)], marks, marks.astype(np.float32))


@pytest.fixture
def corrected(seed):
    """Corrections near to each code, which all say b."""
    marks = np.tile(np.array([[False, True, False]]), (6, 1))
    return Coded([str(number) for number in range(6)], marks, np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2]])


def test_planted_contradictions_are_found_and_nothing_else(seed, corrected):
    before = np.where(seed.marks, 2.0, -2.0)
    after = before.copy()
    planted = [0, 3, 9]
    after[planted, 0], after[planted, 1] = -2.0, 2.0
    found = contradictions(seed, told(before), told(after), corrected, CODES)
    assert {(one.example, one.code, one.given) for one in found} == {
        (f"s{row}", code, given) for row in planted for code, given in (("a", True), ("b", False))
    }
    assert all(one.shift == pytest.approx(4.0, abs=1e-3) for one in found)


def test_what_was_in_doubt_before_is_not_contradicted_by_corrections(seed, corrected):
    before = np.where(seed.marks, 2.0, -2.0)
    before[0, 0] = -0.1
    after = before.copy()
    after[0, 0] = -4.0
    assert contradictions(seed, told(before), told(after), corrected, CODES) == ()


@pytest.mark.parametrize(("start", "end"), [(0.9, -1.0), (0.3, -0.3), (3.0, 0.1)])
def test_a_small_move_and_one_that_stays_on_its_side_contradict_nothing(seed, corrected, start, end):
    before = np.where(seed.marks, 2.0, -2.0)
    before[0, 0] = start
    after = before.copy()
    after[0, 0] = end
    assert contradictions(seed, told(before), told(after), corrected, CODES) == ()


def test_the_furthest_moved_come_first_with_the_nearest_that_say_otherwise(seed, corrected):
    before = np.where(seed.marks, 3.0, -3.0)
    after = before.copy()
    after[0, 0], after[3, 0] = -1.0, -2.0
    first, second = contradictions(seed, told(before), told(after), corrected, CODES)
    assert (first.example, second.example) == ("s3", "s0")
    assert (first.nearest[:2], first.likeness) == (("0", "1"), pytest.approx(1.0))


def test_without_corrections_nothing_is_contradicted(seed):
    nobody = Coded([], np.zeros((0, 3), dtype=bool), np.zeros((0, 3), dtype=np.float32))
    same = told(np.where(seed.marks, 2.0, -2.0))
    assert contradictions(seed, same, same, nobody, CODES) == ()
