"""`verbatim train --check`: statistics on standard output, problems on standard error and by the exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}
ROWS = [
    {"id": "b1", "text": "The berth is too shallow", "lang": "en", "codes": [("berth.depth", "negative")]},
    {"id": "b2", "text": "Fast crane, good crew", "lang": "en", "codes": [("crane", "positive")]},
]
EASY = "[check]\nfloor = 0\nfloors = {}\npolarity_share = 1\nscripts = []\n"


def corpus(folder: Path, rows: list[dict], limits: str = EASY) -> Path:
    """A recipe of the harbour's frame, and its corpus in two files."""
    (folder / "rows").mkdir()
    for row in rows:
        codes = [{"id": id, "polarity": polarity} for id, polarity in row["codes"]]
        line = json.dumps({**row, "segments": [{"text": row["text"], "codes": codes}]}, ensure_ascii=False)
        with (folder / "rows" / f"{row['id'][0]}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    recipe = folder / "recipe.toml"
    frame = ROOT / "tests" / "files" / "codebooks" / "harbour.yaml"
    plain = f'name = "h"\nversion = 1\ncorpus = "x/../rows"\nencoder = "hash-8"\ncodebook = "{frame}"\n'
    recipe.write_text(plain + limits, encoding="utf-8")
    return recipe


def train(*arguments: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verbatim.cli", "train", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_a_corpus_without_problems_is_counted_and_nothing_is_trained(tmp_path: Path) -> None:
    done = train(corpus(tmp_path, ROWS), "--check", "--json", tmp_path / "counts.json")
    assert (done.returncode, done.stderr) == (0, "2 verbatims: comparing each with all before it\n")
    assert "2 verbatims with 2 segments in 1 files; 1.0 codes a verbatim; 9 words and 0 Han characters" in done.stdout
    assert re.search(r"^berth\.depth +1 +1 +0 +0 +1 *$", done.stdout, re.MULTILINE)
    assert re.search(r"^b\.jsonl +2 *$", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("no problem found\n")
    told = json.loads((tmp_path / "counts.json").read_text(encoding="utf-8"))
    assert (told["problems"], told["statistics"]["verbatims"]) == ([], 2)
    assert not (tmp_path / "models").exists()


def test_problems_are_one_line_each_and_end_the_command_with_2(tmp_path: Path) -> None:
    bad = {"id": "c1", "text": "The berth is too shallow!", "lang": "en", "codes": [("crane.speed", "negative")]}
    again = {"id": "c2", "text": "the berth is too shallow", "lang": "en", "codes": [("berth.depth", "negative")]}
    done = train(corpus(tmp_path, [*ROWS, bad, again]), "--check", "--json", tmp_path / "counts.json")
    place = tmp_path / "rows"
    problems = [
        f"{place}/c.jsonl, line 1: code 'crane.speed' is not in codebook harbour@3",
        f"{place}/c.jsonl, line 2: is the same text as {place}/b.jsonl, line 1: "
        "'the berth is too shallow' and 'The berth is too shallow'",
    ]
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [f"verbatim: {problem}" for problem in problems]
    assert json.loads((tmp_path / "counts.json").read_text(encoding="utf-8"))["problems"] == problems
    assert "2 problems" in done.stdout


def test_a_data_set_is_checked_row_by_row(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is not installed")
    recipe = corpus(tmp_path, [ROWS[0]], f'{EASY}[data]\npath = "some.csv"\ntext = "comment"\nlabels = "topic"\n')
    recipe.write_text(recipe.read_text("utf-8").replace('corpus = "x/../rows"\n', ""), encoding="utf-8")
    (tmp_path / "some.csv").write_text("comment,topic\nToo shallow,berth.depth\ntoo shallow!,crane\n", encoding="utf-8")
    done = train(recipe, "--check")
    place = f"{tmp_path / 'some.csv'}, row"
    told = f"verbatim: {place} 2: is the same text as {place} 1: 'too shallow!' and 'Too shallow'"
    assert (done.returncode, done.stderr.splitlines()[1:]) == (2, [told])


def test_limits_are_those_of_the_recipe(tmp_path: Path) -> None:
    done = train(corpus(tmp_path, ROWS, EASY.replace("floor = 0", "floor = 1")), "--check")
    assert f"verbatim: {tmp_path}/rows: berth stands in 0 verbatims; expected at least 1\n" in done.stderr


def test_alone_it_takes_the_default_recipe(tmp_path: Path) -> None:
    done = train("--check", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("verbatim: training/recipes/base.toml: not a recipe in TOML (")
    assert (ROOT / "training" / "recipes" / "base.toml").is_file()


def test_a_folder_that_takes_no_json_is_named(tmp_path: Path) -> None:
    done = train(corpus(tmp_path, ROWS), "--check", "--json", tmp_path / "none" / "counts.json")
    assert done.returncode == 2
    assert done.stderr.endswith("counts.json: cannot be written (No such file or directory)\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((), "missing recipe; expected a file in TOML"), (("r.toml", "--json", "x.json"), "--json goes with --check")],
)
def test_arguments_that_do_not_go_together_are_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = train(*arguments)
    assert (done.returncode, done.stderr) == (2, f"verbatim: {told}\n")
