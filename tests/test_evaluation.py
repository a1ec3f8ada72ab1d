"""A model measured on gold, from the file to the page."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.evaluation import EvaluationOrder, evaluate_file, evaluate_model
from verbatim.cli import main
from verbatim.errors import CorpusError, InputError, ModelError, OutputError
from verbatim.quality import Assessment
from verbatim.registry import find, load

FILES = Path(__file__).parent / "files"
GOLD = FILES / "gold" / "small.jsonl"
MANY = FILES / "gold" / "short_chinese.jsonl"
HARBOUR = FILES / "codebooks" / "harbour.yaml"


def measured(gold: Path = GOLD, **order: object) -> Assessment:
    return evaluate_file(EvaluationOrder(gold, **order), say=lambda _: None)  # type: ignore[arg-type]


def changed(folder: Path, **fields: object) -> Path:
    """The gold file with these fields in every row."""
    rows = [json.loads(line) | fields for line in GOLD.read_text(encoding="utf-8").splitlines()]
    file = folder / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found() -> Assessment:
    return measured()


def test_every_verbatim_of_the_gold_is_measured(found: Assessment) -> None:
    assert (found.n, found.gold, found.model) == (6, "small.jsonl", load(find(None))[0].label)
    assert {code.id: code.n for code in found.per_code}["price.level"] == 2
    assert sum(code.n for code in found.per_code) == 6


def test_the_shipped_model_codes_plain_words_as_a_person_does(found: Assessment) -> None:
    assert found.figures["l1_weighted"].value > 0.7
    assert found.figures["l2_weighted"].value > 0.5
    assert found.figures["polarity"].value > 0.7


def test_a_model_in_memory_is_measured_alike(found: Assessment) -> None:
    brief = evaluate_model(load(find(None))[0], GOLD, taxonomy.default())
    assert brief.n == found.n
    assert all(brief.values[name] == pytest.approx(figure.value) for name, figure in found.figures.items())


def test_a_score_in_the_gold_is_not_shown_to_the_model(found: Assessment, tmp_path: Path) -> None:
    assert measured(changed(tmp_path, score=10)).figures == found.figures


def test_a_second_coder_who_says_the_same_is_a_ceiling_of_one(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    twice = [row | {"codes_second": row["codes"], "stance_second": row["stance"]} for row in rows]
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, twice)), encoding="utf-8")
    ceiling = measured(tmp_path / "gold.jsonl").ceiling
    assert ceiling is not None
    assert {figure.value for figure in ceiling.coder.values()} == {1}


def test_a_second_coding_that_cannot_be_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gold.jsonl, line 1: code 'colour' is not in codebook b2b@"):
        measured(changed(tmp_path, codes_second=[{"id": "colour", "polarity": "neutral"}]))
    with pytest.raises(CorpusError, match=r"line 1: stance 'fan'; expected one of critic, passive, promoter"):
        measured(changed(tmp_path, stance_second="fan"))


def test_gold_is_sliced_by_the_fields_that_are_asked_for(tmp_path: Path) -> None:
    found = measured(changed(tmp_path, industry="banks"), by=("industry",))
    assert {field: [(one.value, one.n) for one in slices] for field, slices in found.slices.items()} == {
        "industry": [("banks", 6)]
    }


def test_a_field_that_is_not_there_is_refused_before_the_long_work() -> None:
    with pytest.raises(InputError, match="--by region: no line of the gold file has that field; expected length"):
        measured(by=("region",))


def test_gold_of_another_frame_needs_a_model_of_that_frame() -> None:
    with pytest.raises(ModelError, match="does not fit harbour@3"):
        measured(codebook=HARBOUR)


def test_gold_of_another_codebook_is_refused(trained: Path) -> None:
    with pytest.raises(CorpusError, match=r"small\.jsonl, line 1: code 'price\.level' is not in codebook harbour@3"):
        measured(model=str(trained / "harbour@3"), codebook=HARBOUR)


def test_a_company_measures_its_own_model_with_its_own_frame(trained: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    code = {"id": "crane", "polarity": "negative"}
    own.write_text(json.dumps({"id": 1, "text": "The crane broke down", "codes": [code]}) + "\n", encoding="utf-8")
    found = measured(own, model=str(trained / "harbour@3"), codebook=HARBOUR)
    assert (found.n, found.figures["l2_exact"].value) == (1, 1.0)


def test_empty_gold_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold.jsonl: the file is empty; expected JSON lines with id, text"):
        measured(tmp_path / "gold.jsonl")


def test_page_and_json_are_written_where_they_were_asked_for(found: Assessment, tmp_path: Path) -> None:
    report, told = tmp_path / "new" / "page.html", tmp_path / "found.json"
    measured(report=report, json=told)
    assert "<!doctype html>" in report.read_text(encoding="utf-8")
    values = json.loads(told.read_text(encoding="utf-8"))
    assert (values["n"], values["gold"], values["economy"]) == (6, "small.jsonl", None)
    assert values["figures"]["l2_weighted"]["value"] == pytest.approx(found.figures["l2_weighted"].value, abs=1e-4)
    assert [path.name for path in tmp_path.rglob("*.partial")] == []


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="file"):
        measured(json=tmp_path / "found.json", report=tmp_path / "file" / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_learning_curve_is_part_of_what_is_found(trained: Path) -> None:
    found = measured(MANY, model=str(trained / "small@1"), economy=True)
    assert found.economy is not None
    assert [point.reviewed for point in found.economy.points] == [0, 50]
    assert found.economy.measured == found.n - 50


def test_too_little_gold_for_a_learning_curve_is_refused() -> None:
    with pytest.raises(CorpusError, match="6 verbatims: too few for a learning curve; expected at least 100"):
        measured(economy=True)


def test_the_command_prints_the_figures_a_row_for_every_id_and_what_it_wrote(found: Assessment, tmp_path: Path) -> None:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["evaluate", str(GOLD), "--report", str(tmp_path / "page.html"), "--language", "zh-Hant"])
    printed = [line.split() for line in out.getvalue().splitlines() if line.strip()]
    told = {words[0]: words[1] for words in printed if len(words) > 1}
    assert not ended.value.code
    assert all(float(told[name]) == round(figure.value, 3) for name, figure in found.figures.items())
    assert all(told[code.id] == str(code.n) for code in found.per_code)
    assert printed[-1] == [str(tmp_path / "page.html")]
    assert 'lang="zh-Hant"' in (tmp_path / "page.html").read_text(encoding="utf-8")
