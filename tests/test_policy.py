"""When a challenger is promoted, in a recipe; what is decided, and why."""

from dataclasses import replace
from pathlib import Path

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.contest import Change, Contest
from verbatim.learning.policy import CorrectionWeights, Policy, judge, read_policy, unjudged
from verbatim.quality import Estimate

ROOT = Path(__file__).resolve().parents[1]
POLICY = Policy(protected=("product.safety",))


def change(value, width=0.01, n=200):
    return Change(0.6, 0.6 + value, Estimate(value, value - width, value + width), n)


def found(l2=0.05, *, n=200, safety=0.0, **figures):
    others = {name: change(value) for name, value in figures.items()}
    return Contest(n, n, {"l2_weighted": change(l2), **others}, {"product.safety": change(safety, n=20)})


def test_better_and_nothing_worse_is_promoted():
    verdict = judge(found(), POLICY, 9.0)
    assert verdict.promoted
    assert verdict.reasons == (
        "better: F1 at level 2 0.600 → 0.650 (+0.050, +0.040 to +0.060); no protected code got worse (product.safety)",
    )


@pytest.mark.parametrize(
    ("contest", "reason"),
    [
        (found(-0.05), "worse: F1 at level 2 0.600 → 0.550 (-0.050, -0.060 to -0.040)"),
        (found(0.001), "no better: F1 at level 2 0.600 → 0.601 (+0.001, -0.009 to +0.011); expected +0.005 at least"),
        (found(0.008), "perhaps by chance: F1 at level 2 0.600 → 0.608 (+0.008, -0.002 to +0.018); "
         "expected limits above 0"),
        (found(safety=-0.2), "a protected code got worse: F1 of product.safety 0.600 → 0.400 "
         "(-0.200, -0.210 to -0.190), n = 20"),
        (found(l1_weighted=-0.02), "worse: F1 at level 1 0.600 → 0.580 (-0.020, -0.030 to -0.010)"),
        (found(l2_sided=-0.02), "worse: F1 of codes with their polarity 0.600 → 0.580 (-0.020, -0.030 to -0.010)"),
        (found(n=99), "not enough gold to judge: 99 of 100"),
        (Contest(200, 200, {}, {}), "gold has no code; expected verbatims that a person has coded"),
    ],
)  # fmt: skip
def test_what_is_not_promoted_is_told_why(contest, reason):
    verdict = judge(contest, POLICY, 9.0)
    assert (verdict.promoted, verdict.reasons) == (False, (reason,))


def test_corrections_that_do_not_fit_their_words_are_not_promoted_though_better():
    verdict = judge(found(), POLICY, 0.4)
    assert not verdict.promoted
    assert verdict.reasons == (
        "corrections that do not fit their words: held-out ones are told 0.4 deviations better than shuffled ones; "
        "expected 4",
    )


def test_every_reason_is_told():
    assert len(judge(found(-0.05, safety=-0.2, l1_weighted=-0.02), POLICY, 9.0).reasons) == 3


def test_a_protected_code_may_fall_by_chance_and_as_far_as_the_recipe_lets_it():
    assert judge(found(safety=-0.009), POLICY, 9.0).promoted
    assert judge(found(safety=-0.04), replace(POLICY, worse=0.05), 9.0).promoted
    assert not judge(found(safety=-0.06), replace(POLICY, worse=0.05), 9.0).promoted


def test_a_protected_code_that_gold_never_has_is_told():
    assert unjudged(found(), Policy(protected=("product.safety", "price.billing"))) == ("price.billing",)


def test_the_recipe_that_ships_holds_the_defaults():
    assert read_policy(ROOT / "training" / "recipes" / "retrain.toml") == Policy()


def test_a_recipe_says_only_what_differs(tmp_path):
    file = tmp_path / "r.toml"
    file.write_text("min_gold = 250\nprotected = []\n[weights]\nhalf_life = 365\n", encoding="utf-8")
    assert read_policy(file) == Policy(min_gold=250, protected=(), weights=CorrectionWeights(half_life=365))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_gold = 2", "min_gold = 2; expected a whole number from 10 to"),
        (
            "gold = 100",
            "unknown key 'gold'; expected some of confidence, min_coherence, min_gain, min_gold, protected",
        ),
        ("protected = 3", "protected = 3; expected a list of texts"),
        ("weights = 3", "weights = 3; expected a table"),
        ("[weights]\nchanged = 0", r"\[weights\]: changed = 0; expected a number from 0.01 to 100"),
        ("min_gold =", "not a recipe in TOML"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(tmp_path, text, message):
    file = tmp_path / "r.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        read_policy(file)


def test_a_recipe_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CorpusError, match=r"missing\.toml: not a recipe in TOML"):
        read_policy(tmp_path / "missing.toml")


def test_a_correction_weighs_less_the_older_it_is():
    weights = CorrectionWeights(changed=2.0, agreed=1.0, half_life=100)
    assert weights.of(True, 0) == 2.0
    assert weights.of(False, 200) == 0.25
    assert CorrectionWeights().of(True, 10_000) == 1.0
