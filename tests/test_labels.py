"""`verbatim labels`: a corpus looked through for labels that are likely wrong."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from verbatim.actions.labels import LabelReport, check_labels
from verbatim.cli import main
from verbatim.errors import CorpusError, OutputError

FILES = Path(__file__).parent / "files"
CROSSED = {"k03": "crane", "k13": "crane", "k22": "berth", "k32": "berth"}
WORDS = {
    "berth": ("The berth was {} for our ship", "A {} berth at the quay", "Our ship lay at a {} berth"),
    "crane": ("The crane was {} at lifting", "A {} crane lifts the boxes", "They lift boxes with a {} crane"),
}
HOW = ("good", "bad", "fine", "poor", "new", "old", "calm")


def corpus(folder: Path) -> Path:
    """A recipe whose corpus has 42 verbatims of berths and cranes, the ids of CROSSED given the other way about."""
    (folder / "rows").mkdir()
    texts = [(code, form.format(how)) for code, forms in WORDS.items() for form in forms for how in HOW]
    with (folder / "rows" / "all.jsonl").open("w", encoding="utf-8") as file:
        for number, (code, text) in enumerate(texts):
            given = [{"id": CROSSED.get(f"k{number:02}", code), "polarity": "neutral"}]
            row = {
                "id": f"k{number:02}",
                "text": text,
                "stance": "passive",
                "segments": [{"text": text, "codes": given}],
            }
            file.write(json.dumps(row) + "\n")
    frame = FILES / "codebooks" / "harbour.yaml"
    numbers = "version = 1\nfolds = 5\nleast_verbatims = 2\nc = 3.0\n"
    recipe = folder / "recipe.toml"
    recipe.write_text(
        f'name = "h"\ncorpus = "rows"\nencoder = "hash-32"\ncodebook = "{frame}"\n{numbers}', encoding="utf-8"
    )
    return recipe


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> LabelReport:
    return check_labels(corpus(tmp_path_factory.mktemp("corpus")), say=lambda _: None)


def test_every_planted_error_stands_before_anything_else(found: LabelReport) -> None:
    first = {problem.example for problem in found.problems.problems[: 2 * len(CROSSED)]}
    assert first == set(CROSSED)


def test_a_code_taken_for_another_is_told_as_both(found: LabelReport) -> None:
    told = {(problem.code, problem.given) for problem in found.problems.problems if problem.example == "k03"}
    assert told == {("crane", True), ("berth", False)}
    (pair,) = found.problems.blurred
    assert (pair.first, pair.second, pair.swaps) == ("berth", "crane", len(CROSSED))


def test_only_texts_with_a_problem_are_kept(found: LabelReport) -> None:
    assert set(found.texts) == {problem.example for problem in found.problems.problems}
    assert found.texts["k03"] == "The berth was poor for our ship"


def test_the_json_holds_ids_and_no_texts(tmp_path: Path) -> None:
    report = check_labels(corpus(tmp_path), tmp_path / "new" / "labels.json", say=lambda _: None)
    text = (tmp_path / "new" / "labels.json").read_text(encoding="utf-8")
    told = json.loads(text)
    assert (told["examples"], len(told["problems"])) == (42, len(report.problems.problems))
    assert [code["n"] for code in told["noise"]] == [21, 21]
    assert "ship" not in text


def test_a_recipe_that_tunes_its_encoder_is_looked_through_with_the_default_one(tmp_path: Path) -> None:
    recipe = corpus(tmp_path)
    tuned = recipe.read_text(encoding="utf-8").replace("hash-32", "multilingual-e5-small") + "[tune]\nepochs = 1\n"
    recipe.write_text(tuned, encoding="utf-8")
    problems = check_labels(recipe, say=lambda _: None).problems.problems
    assert {problem.example for problem in problems[:8]} == set(CROSSED)


def test_the_command_prints_the_likeliest_with_their_words(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["labels", str(corpus(tmp_path)), "--most", "8", "--json", str(tmp_path / "labels.json")])
    rows = [line.split() for line in out.getvalue().splitlines()]
    assert not ended.value.code
    assert err.getvalue().startswith("42 verbatims: cutting and encoding\nfold 1 of 5\n")
    assert {row[0] for row in rows if row[0].startswith("k")} == set(CROSSED)
    assert ["k03", "crane", "given"] in [row[:3] for row in rows]
    assert ["berth,", "crane", "4"] in [row[:3] for row in rows]
    assert rows[-1] == [str(tmp_path / "labels.json")]


def test_a_corpus_too_small_to_hold_anything_out_is_refused(tmp_path: Path) -> None:
    recipe = corpus(tmp_path)
    rows = tmp_path / "rows" / "all.jsonl"
    rows.write_text("".join(rows.read_text(encoding="utf-8").splitlines(keepends=True)[:9]), encoding="utf-8")
    with pytest.raises(CorpusError, match="rows: 9 verbatims; expected at least 10"):
        check_labels(recipe, say=lambda _: None)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="file"):
        check_labels(corpus(tmp_path), tmp_path / "file" / "labels.json", say=lambda _: None)
