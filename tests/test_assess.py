"""Everything that an evaluation finds, from codings made for the purpose."""

import pytest

from verbatim.domain import CodeMention, Coding, Stance
from verbatim.learning.assess import assess
from verbatim.learning.examples import Codes, Example, GoldRow
from verbatim.quality import Assessment
from verbatim.taxonomy import default

RIGHT: Codes = (("price.level", "negative"),)
WRONG: Codes = (("price.terms", "negative"),)


def row(number: int, second: Codes | None = None) -> GoldRow:
    """A row whose gold is a high price; every other one is in Chinese."""
    language = ("en", "zh-Hans")[number % 2]
    example = Example(f"g{number}", f"Too dear, number {number}.", (), RIGHT, "critic", None, language)
    return GoldRow(example, second, "critic" if second else None, {"lang": language})


def coding(number: int, codes: Codes, confidence: float) -> Coding:
    mentions = tuple(CodeMention(id, polarity, confidence, ()) for id, polarity in codes)
    stance = Stance("critic", "estimated", 0.9)
    return Coding(f"g{number}", "en", mentions, stance, confidence < 0.6, "model@1", trust=confidence)


@pytest.fixture(scope="module")
def found() -> Assessment:
    """Of a hundred verbatims, the fifty that are coded with confidence 0.9 are right, and of those with 0.5 half are.

    Two people agree on three of four of the first forty.
    """
    rows = [row(number, None if number >= 40 else RIGHT if number % 4 else WRONG) for number in range(100)]
    sure = [coding(number, RIGHT, 0.9) for number in range(50)]
    unsure = [coding(number, RIGHT if number % 2 else WRONG, 0.5) for number in range(50, 100)]
    return assess(rows, [*sure, *unsure], default(), ("lang",), "gold.jsonl")


def test_it_says_what_was_measured_on_what(found: Assessment) -> None:
    assert (found.gold, found.model, found.codebook, found.n) == ("gold.jsonl", "model@1", default().label, 100)


def test_every_figure_lies_inside_its_interval(found: Assessment) -> None:
    assert all(figure.low <= figure.value <= figure.high for figure in found.figures.values())
    assert found.figures["l2_exact"].value == 0.75


def test_an_id_has_precision_and_recall_only_where_they_stand_on_something(found: Assessment) -> None:
    level, terms = found.per_code
    assert (level.id, level.n, level.given, terms.id, terms.n, terms.given) == (
        "price.level", 100, 75, "price.terms", 0, 25,
    )  # fmt: skip
    assert level.recall is not None
    assert level.recall.low < level.recall.value == 0.75 < level.recall.high
    assert terms.recall is None
    assert terms.f1.value == 0


def test_each_step_of_confidence_says_how_many_were_right(found: Assessment) -> None:
    told = {step.low: (step.right.k, step.right.n, step.stated) for step in found.reliability}
    assert told == {0.5: (25, 50, pytest.approx(0.5)), 0.9: (50, 50, pytest.approx(0.9))}
    assert found.calibration_error == pytest.approx(0.05, abs=1e-5)


def test_the_most_trusted_half_is_coded_best(found: Assessment) -> None:
    assert [(kept.least, kept.share) for kept in found.coverage] == [(0.9, 0.5), (0.5, 1.0)]
    first, last = (kept.l2_weighted.value for kept in found.coverage)
    assert (first, last) == (1, pytest.approx(2 * 75 / 175))


def test_the_models_own_choice_stands_on_the_curve(found: Assessment) -> None:
    assert found.own is not None
    assert (found.own.share, found.own.least, found.own.l2_weighted.value) == (0.5, 0.9, 1)


def test_a_slice_has_the_figures_of_its_verbatims(found: Assessment) -> None:
    told = {one.value: (one.n, one.figures["l2_exact"].value) for one in found.slices["lang"]}
    assert told == {"en": (50, 0.5), "zh-Hans": (50, 1)}


def test_two_coders_agreement_stands_beside_the_model_on_the_same_verbatims(found: Assessment) -> None:
    assert found.ceiling is not None
    assert found.ceiling.n == 40
    assert found.ceiling.coder["l2_exact"].value == 0.75
    assert found.ceiling.model["l2_exact"].value == 1
    assert "review_share" not in found.ceiling.coder


def test_without_a_second_coder_there_is_no_ceiling() -> None:
    found = assess([row(1)], [coding(1, RIGHT, 0.9)], default(), (), "gold.jsonl")
    assert found.ceiling is None


def test_a_model_that_sends_everything_to_review_has_no_choice_on_the_curve() -> None:
    found = assess([row(1)], [coding(1, RIGHT, 0.1)], default(), (), "gold.jsonl")
    assert found.own is None


def test_an_uncoded_verbatim_is_trusted_least() -> None:
    codings = [coding(0, RIGHT, 0.2), coding(1, (), 0.9)]
    found = assess([row(0), row(1)], codings, default(), (), "gold.jsonl")
    assert [kept.least for kept in found.coverage] == [0.2, 0]
