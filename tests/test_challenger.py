"""What is learnt from and what is measured on, and how much each correction counts."""

from dataclasses import replace

import pytest

from verbatim.codes import frame_of
from verbatim.domain import Turn, Verbatim
from verbatim.learning.challenger import Reviewed, part, weights_of
from verbatim.learning.policy import CorrectionWeights
from verbatim.learning.respondents import Respondent

FRAME = frame_of(("a", "b"), {"a": None, "b": None}, {"a": None, "b": None})


def row(number, codes=("a",), words=None, contact=None, **values):
    said = Verbatim(str(number), f"text {number}")
    respondent = Respondent(contact, None, words or f"w{number}")
    values = {"days": 0.0, "changed": True} | values
    return Reviewed(number, said, tuple((id, "negative") for id in codes), respondent, **values)


def numbers(rows):
    return [one.number for one in rows]


def test_what_is_drawn_is_measured_on_and_the_rest_is_learnt_from():
    found = part([row(1), row(2), row(3)], frozenset({2}), FRAME.ids)
    assert (numbers(found.taught), numbers(found.gold), found.left_out) == ([1, 3], [2], {})


def test_whoever_said_gold_teaches_nothing():
    found = part([row(1, contact=7), row(2, contact=7), row(3)], frozenset({2}), FRAME.ids)
    assert numbers(found.taught) == [3]
    assert found.left_out == {"respondents of the gold share": 1}


def test_what_the_champion_has_learnt_from_is_neither():
    found = part([row(1, contact=7), row(2, contact=7), row(3)], frozenset({2}), FRAME.ids, frozenset({2}))
    assert (numbers(found.taught), numbers(found.gold)) == ([3], [])
    assert found.left_out["gold that the champion has learnt from"] == 1


def test_codes_that_the_model_does_not_know_leave_a_verbatim_out():
    found = part([row(1, ("a", "new")), row(2, ("new",)), row(3)], frozenset({2}), FRAME.ids)
    assert (numbers(found.taught), numbers(found.gold)) == ([3], [])
    assert found.left_out == {"codes that the model does not know": 2}


def test_calls_are_measured_on_and_not_learnt_from():
    calls = [replace(row(n), verbatim=Verbatim(str(n), turns=(Turn("A", "customer", None, "hm"),))) for n in (1, 2)]
    found = part([*calls, row(3)], frozenset({2}), FRAME.ids)
    assert (numbers(found.taught), numbers(found.gold), found.left_out) == ([3], [2], {"calls": 1})


def test_the_same_words_share_the_weight_of_one():
    assert weights_of([row(1, words="x"), row(2, words="x"), row(3)], CorrectionWeights()) == [0.5, 0.5, 1.0]


def test_corrections_are_weighed_by_the_recipe():
    weights = CorrectionWeights(changed=1.0, agreed=0.5, half_life=10)
    assert weights_of([row(1), row(2, changed=False), row(3, days=10.0)], weights) == pytest.approx([1.0, 0.5, 0.5])


def test_an_example_has_the_number_and_the_codes():
    example = row(4, ("a", "b")).example
    assert (example.id, example.text, example.ids) == ("4", "text 4", frozenset("ab"))
