"""Two models on the same gold: differences that are paired, and limits by respondent."""

import numpy as np
import pytest

from verbatim import taxonomy
from verbatim.learning.contest import Round, contest
from verbatim.learning.tallies import Opinion

BOOK = taxonomy.default()
IDS = ("price.level", "service.delivery", "product.safety")


def opinions(*ids, side="negative"):
    return [Opinion({id: side} if id else {}, None) for id in ids]


def rows(n, wrong=(), seed=1):
    """Gold of n verbatims, and what a coder says that is wrong at some places."""
    drawn = [IDS[one] for one in np.random.default_rng(seed).integers(0, 3, n)]
    return drawn, [IDS[(IDS.index(id) + 1) % 3] if place in wrong else id for place, id in enumerate(drawn)]


def between(n, champion, challenger, owners=None):
    gold, first = rows(n, champion)
    _, second = rows(n, challenger)
    return contest(Round(opinions(*gold), opinions(*first), opinions(*second), owners or list(range(n))), BOOK)


def test_equal_models_do_not_differ():
    found = between(60, range(10), range(10))
    assert {name: change.gain.value for name, change in found.figures.items()} == dict.fromkeys(found.figures, 0)
    assert not any(change.better or change.worse for change in (*found.figures.values(), *found.codes.values()))


def test_what_is_better_on_many_is_better():
    found = between(120, range(60), range(10)).figures["l2_weighted"]
    assert found.better
    assert found.before == pytest.approx(0.5, abs=0.06)
    assert found.gain.value == pytest.approx(0.42, abs=0.06)
    assert found.gain.low < found.gain.value < found.gain.high


def test_what_is_better_on_few_may_be_chance():
    found = between(12, range(6, 8), range(1)).figures["l2_weighted"]
    assert found.gain.value > 0
    assert not found.better


def test_the_difference_is_paired():
    found = between(200, range(100), range(96)).figures["l2_weighted"]
    assert found.gain.high - found.gain.low < 0.05


def test_one_respondent_who_says_much_is_one():
    many = between(120, range(60), range(10)).figures["l2_weighted"].gain
    one = between(120, range(60), range(10), [place // 30 for place in range(120)]).figures["l2_weighted"].gain
    assert one.high - one.low > 1.5 * (many.high - many.low)


def test_respondents_are_counted():
    found = between(30, (), (), [place % 7 for place in range(30)])
    assert (found.n, found.respondents) == (30, 7)


def test_no_gold_says_nothing():
    found = contest(Round([], [], [], []), BOOK)
    assert (found.n, found.figures, found.codes) == (0, {}, {})


def test_codes_that_gold_has_are_told_with_their_number():
    gold, _ = rows(40)
    found = between(40, range(5), ())
    assert {id: change.n for id, change in found.codes.items()} == {id: gold.count(id) for id in IDS}


def test_the_same_gold_gives_the_same_limits():
    assert between(50, range(20), range(10)) == between(50, range(20), range(10))


def test_a_right_code_with_the_wrong_polarity_is_not_right_with_its_polarity():
    gold = opinions(*IDS * 10)
    found = contest(Round(gold, gold, opinions(*IDS * 10, side="positive"), list(range(30))), BOOK)
    assert found.figures["l2_weighted"].gain.value == 0
    assert found.figures["l2_sided"].worse


def test_finding_more_is_not_held_against_a_model():
    gold = opinions(*IDS * 10)
    few = [one if place < 3 else Opinion({}, None) for place, one in enumerate(gold)]
    more = [
        one if place < 20 else Opinion(dict.fromkeys(one.codes, "positive"), None) for place, one in enumerate(gold)
    ]
    found = contest(Round(gold, few, more, list(range(30))), BOOK).figures
    assert found["polarity"].worse
    assert found["l2_sided"].better
