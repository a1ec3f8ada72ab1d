"""A model measured on gold, from the file to the printed figures."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.evaluation import evaluate_file, evaluate_model
from verbatim.cli import main
from verbatim.errors import CorpusError, ModelError
from verbatim.learning.evaluate import Evaluation
from verbatim.registry import find, load

GOLD = Path(__file__).parent / "files" / "gold" / "small.jsonl"
HARBOUR = Path(__file__).parent / "files" / "codebooks" / "harbour.yaml"


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate_file(GOLD)


def test_every_verbatim_of_the_gold_is_measured(evaluation: Evaluation) -> None:
    assert evaluation.n == 6
    assert evaluation.per_code()["price.level"]["n"] == 2
    assert sum(row["n"] for row in evaluation.per_code().values()) == 6


def test_the_shipped_model_codes_plain_words_as_a_person_does(evaluation: Evaluation) -> None:
    assert evaluation.categories.weighted > 0.7
    assert evaluation.codes.weighted > 0.5
    assert evaluation.polarity > 0.7


def test_figures_are_shares(evaluation: Evaluation) -> None:
    assert all(-1 <= value <= 1 for value in evaluation.figures().values())
    for row in evaluation.per_code().values():
        assert all(0 <= row[name] <= 1 for name in ("precision", "recall", "f1"))


def test_a_model_in_memory_is_measured_alike(evaluation: Evaluation) -> None:
    model, _ = load(find(None))
    assert evaluate_model(model, GOLD, taxonomy.default()) == evaluation


def test_a_score_in_the_gold_is_not_shown_to_the_model(evaluation: Evaluation, tmp_path: Path) -> None:
    rows = [json.loads(line) | {"score": 10} for line in GOLD.read_text(encoding="utf-8").splitlines()]
    told = tmp_path / "told.jsonl"
    told.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert evaluate_file(told) == evaluation


def test_gold_of_another_frame_needs_a_model_of_that_frame() -> None:
    with pytest.raises(ModelError, match="does not fit harbour@3"):
        evaluate_file(GOLD, codebook=HARBOUR)


def test_empty_gold_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold.jsonl: the file is empty; expected JSON lines with id, text"):
        evaluate_file(tmp_path / "gold.jsonl")


def test_the_command_prints_the_figures_and_a_row_for_every_id(evaluation: Evaluation) -> None:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["evaluate", str(GOLD)])
    printed = dict(line.split()[:2] for line in out.getvalue().splitlines() if line.strip())
    assert not ended.value.code
    assert printed["n"] == "6"
    assert {name: float(printed[name]) for name in evaluation.figures()} == evaluation.figures()
    assert all(printed[id] == str(int(row["n"])) for id, row in evaluation.per_code().items())
