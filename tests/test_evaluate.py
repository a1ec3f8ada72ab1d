"""Codings against gold, figure by figure."""

from pathlib import Path

import pytest

from verbatim.domain import CodeMention, Coding, Polarity, Stance, StanceLabel
from verbatim.learning.evaluate import evaluate
from verbatim.learning.examples import Codes, Example, read_gold
from verbatim.taxonomy import default

GOLD_FILE = Path(__file__).parent / "files" / "corpora" / "gold.jsonl"


def gold(codes: Codes, stance: StanceLabel | None = None) -> Example:
    return Example("g", "text", (), codes, stance, None, "en")


def coded(codes: dict[str, Polarity], stance: StanceLabel | None = None, review: bool = False) -> Coding:
    mentions = tuple(CodeMention(id, polarity, 0.9, ()) for id, polarity in codes.items())
    return Coding("g", "en", mentions, Stance(stance, "estimated", 0.9), review, "model@1")


GOLD = [
    gold((("price.level", "negative"), ("service.delivery", "positive")), "passive"),
    gold((("price.terms", "negative"),), "critic"),
    gold((("general", "positive"),), "promoter"),
    gold((("no_content", "neutral"),)),
]
CODED = [
    coded({"price.level": "negative", "service.delivery": "neutral"}, "passive"),
    coded({"price.level": "negative"}, "passive", review=True),
    coded({"general": "positive"}),
    coded({"no_content": "neutral"}, "critic"),
]


def test_each_level_is_measured_for_itself() -> None:
    found = evaluate(GOLD, CODED, default())
    assert (found.n, found.values["l1_micro"], found.values["l1_exact"]) == (4, 1.0, 1.0)
    assert found.values["l2_micro"] == pytest.approx(2 * 4 / (5 + 5))
    assert found.values["l2_exact"] == 0.75


def test_polarity_is_compared_where_both_have_the_id() -> None:
    assert evaluate(GOLD, CODED, default()).values["polarity"] == 0.75


def test_stance_is_measured_where_both_have_one() -> None:
    found = evaluate(GOLD, CODED, default()).values
    assert found["stance_answered"] == pytest.approx(2 / 3)
    assert found["stance_accuracy"] == 0.5
    assert found["critic_f1"] == 0


def test_what_is_left_to_a_person_is_measured_apart() -> None:
    found = evaluate(GOLD, CODED, default()).values
    assert (found["review_share"], found["l2_weighted_unreviewed"]) == (0.25, 1.0)


def test_the_calibration_error_is_how_far_stated_and_right_are_apart() -> None:
    assert evaluate(GOLD, CODED, default()).values["calibration_error"] == pytest.approx(0.9 - 4 / 5)


def test_the_figures_are_rounded_and_named() -> None:
    figures = evaluate(GOLD, CODED, default()).figures()
    assert figures["l2_micro"] == 0.8
    assert figures["stance_answered"] == 0.667
    assert all(round(value, 3) == value for value in figures.values())


def test_each_id_has_its_own_figures() -> None:
    per_code = evaluate(GOLD, CODED, default()).per_code()
    assert per_code["price.level"] == {"precision": 0.5, "recall": 1.0, "f1": 0.667, "n": 1}
    assert per_code["price.terms"]["recall"] == 0


def test_gold_coded_as_gold_is_perfect() -> None:
    examples = read_gold(GOLD_FILE, default())
    codings = [coded(dict(example.codes), example.stance) for example in examples]
    figures = evaluate(examples, codings, default()).figures()
    assert (figures.pop("review_share"), figures.pop("calibration_error")) == (0, 0.1)
    assert set(figures.values()) == {1.0}


def test_no_gold_gives_zeros_and_no_error() -> None:
    assert set(evaluate([], [], default()).values.values()) == {0}
