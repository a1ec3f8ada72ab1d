"""A model measured on gold, from the file to the printed figures, the page and the JSON."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.evaluation import EvaluationOrder, evaluate_file, evaluate_model
from verbatim.cli import main
from verbatim.errors import CorpusError, InputError, ModelError
from verbatim.quality import Assessment
from verbatim.registry import find, load

GOLD = Path(__file__).parent / "files" / "gold" / "small.jsonl"
HARBOUR = Path(__file__).parent / "files" / "codebooks" / "harbour.yaml"
NUMBERS = ("l1_weighted", "l2_weighted", "polarity", "stance_kappa")


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def found() -> Assessment:
    return evaluate_file(EvaluationOrder(GOLD), silent)


def test_every_verbatim_of_the_gold_is_measured(found: Assessment) -> None:
    assert (found.n, found.gold) == (6, "small.jsonl")
    assert sum(code.n for code in found.per_code) == 6
    assert {code.id: code.n for code in found.per_code}["price.level"] == 2


def test_the_shipped_model_codes_plain_words_as_a_person_does(found: Assessment) -> None:
    assert found.model == find(None).name
    assert found.figures["l1_weighted"].value > 0.7
    assert found.figures["l2_weighted"].value > 0.5
    assert found.figures["polarity"].value > 0.7


def test_figures_stand_within_their_limits(found: Assessment) -> None:
    assert set(NUMBERS) <= set(found.figures)
    for figure in found.figures.values():
        assert -1 <= figure.low <= figure.value <= figure.high <= 1


def test_a_model_in_memory_is_measured_alike(found: Assessment) -> None:
    model, _ = load(find(None))
    again = evaluate_model(model, GOLD, taxonomy.default())
    assert {name: again.values[name] for name in NUMBERS} == {
        name: pytest.approx(found.figures[name].value) for name in NUMBERS
    }


def test_a_score_in_the_gold_is_not_shown_to_the_model(found: Assessment, tmp_path: Path) -> None:
    rows = [json.loads(line) | {"score": 10} for line in GOLD.read_text(encoding="utf-8").splitlines()]
    told = tmp_path / "small.jsonl"
    told.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert evaluate_file(EvaluationOrder(told), silent) == found


def test_the_second_coder_is_the_ceiling(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    both = tmp_path / "both.jsonl"
    twice = [row | {"codes_second": row["codes"], "stance_second": row.get("stance")} for row in rows]
    both.write_text("\n".join(map(json.dumps, twice)), encoding="utf-8")
    ceiling = evaluate_file(EvaluationOrder(both), silent).ceiling
    assert ceiling is not None
    assert ceiling.coder["l2_weighted"].value == 1


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_a_page_and_json_are_written_where_they_are_asked_for(language: str, found: Assessment, tmp_path: Path) -> None:
    order = EvaluationOrder(GOLD, report=tmp_path / "page.html", json=tmp_path / "figures.json", language=language)
    assert evaluate_file(order, silent) == found
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f'lang="{language}"' in page
    assert "http" not in page.replace("http://www.w3.org", "")
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert told["figures"]["l2_weighted"]["value"] == pytest.approx(found.figures["l2_weighted"].value, abs=1e-3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures.json", "page.html"]


def test_gold_of_another_frame_needs_a_model_of_that_frame() -> None:
    with pytest.raises(ModelError, match="does not fit harbour@3"):
        evaluate_file(EvaluationOrder(GOLD, codebook=HARBOUR), silent)


def test_empty_gold_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold.jsonl: the file is empty; expected JSON lines with id, text"):
        evaluate_file(EvaluationOrder(tmp_path / "gold.jsonl"), silent)


@pytest.mark.parametrize("changes", [{"by": ("colour",)}, {"economy": True}])
def test_what_the_gold_cannot_give_is_told_before_the_long_work(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        evaluate_file(replace(EvaluationOrder(GOLD), **changes), silent)


def test_the_command_prints_the_figures_and_a_row_for_every_id(found: Assessment) -> None:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["evaluate", str(GOLD)])
    printed = [line.split() for line in out.getvalue().splitlines() if line.strip()]
    told = {words[0]: words[1] for words in printed}
    assert not ended.value.code
    assert all(float(told[name]) == round(figure.value, 3) for name, figure in found.figures.items())
    assert all(told[code.id] == str(code.n) for code in found.per_code)
