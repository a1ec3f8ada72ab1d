"""Codings against gold, figure by figure, and a model against a gold file."""

import json
from pathlib import Path

import pytest

from verbatim.actions.evaluation import evaluate_file, evaluate_model
from verbatim.domain import CodeMention, Coding, Polarity, Stance, StanceLabel
from verbatim.errors import CorpusError, ModelError
from verbatim.learning.evaluate import evaluate
from verbatim.learning.examples import Codes, Example, read_gold
from verbatim.registry import load
from verbatim.taxonomy import default

FILES = Path(__file__).parent / "files"
GOLD_FILE = FILES / "corpora" / "gold.jsonl"


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
    assert found.categories.micro == 1.0
    assert found.codes.micro == pytest.approx(2 * 4 / (5 + 5))
    assert found.codes.exact == 0.75
    assert found.n == 4


def test_polarity_is_compared_where_both_have_the_id() -> None:
    assert evaluate(GOLD, CODED, default()).polarity == 0.75


def test_stance_is_measured_where_both_have_one() -> None:
    found = evaluate(GOLD, CODED, default())
    assert found.stance_answered == pytest.approx(2 / 3)
    assert found.stance_accuracy == 0.5


def test_what_is_left_to_a_person_is_measured_apart() -> None:
    found = evaluate(GOLD, CODED, default())
    assert found.review_share == 0.25
    assert found.unreviewed == 1.0


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
    assert figures.pop("review_share") == 0
    assert set(figures.values()) == {1.0}


def test_no_gold_gives_zeros_and_no_error() -> None:
    assert evaluate([], [], default()).codes.micro == 0


def test_a_model_is_measured_on_a_gold_file(trained: Path) -> None:
    found = evaluate_file(GOLD_FILE, str(trained / "small@1"))
    assert found.n == 6
    assert found.codes.micro > 0.8
    assert found.figures() == evaluate_model(load(trained / "small@1")[0], GOLD_FILE, default()).figures()


def test_the_scores_in_a_gold_file_are_not_shown_to_the_model(trained: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in GOLD_FILE.read_text(encoding="utf-8").splitlines()]
    bare = tmp_path / "bare.jsonl"
    bare.write_text("".join(json.dumps({**row, "score": None}) + "\n" for row in rows), encoding="utf-8")
    model = str(trained / "small@1")
    assert evaluate_file(bare, model) == evaluate_file(GOLD_FILE, model)


def test_a_model_of_another_codebook_is_not_measured(trained: Path) -> None:
    with pytest.raises(ModelError, match=r"harbour@3 was trained for codebook harbour@3; it does not fit b2b@1"):
        evaluate_file(GOLD_FILE, str(trained / "harbour@3"))


def test_a_company_measures_its_own_model_with_its_own_frame(trained: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    code = {"id": "crane", "polarity": "negative"}
    own.write_text(json.dumps({"id": 1, "text": "The crane broke down", "codes": [code]}) + "\n", encoding="utf-8")
    found = evaluate_file(own, str(trained / "harbour@3"), FILES / "codebooks" / "harbour.yaml")
    assert (found.n, found.codes.exact) == (1, 1.0)


def test_gold_of_another_codebook_is_refused(trained: Path) -> None:
    with pytest.raises(CorpusError, match=r"gold\.jsonl, line 1: code 'price\.level' is not in codebook harbour@3"):
        evaluate_file(GOLD_FILE, str(trained / "harbour@3"), FILES / "codebooks" / "harbour.yaml")
