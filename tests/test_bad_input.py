"""What cannot be used is told in one line with file, row and value, or stands in `rejected.jsonl`."""

import io
import json
import re
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from verbatim.cli import main

ROOT = Path(__file__).resolve().parents[1]
FILES = Path(__file__).parent / "files"
BAD = FILES / "bad"
CALLS = FILES / "transcripts"
CURRENT = ROOT / "models" / (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()


class Ran(NamedTuple):
    """How a command ended, what it said on standard error, and what it wrote."""

    code: int
    err: str
    coded: list[dict]
    rejected: list[tuple[str, int, str]]


def run(*arguments: object) -> tuple[int, str]:
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0, err.getvalue()


def code(out: Path, *arguments: object) -> Ran:
    ended, err = run("code", *arguments, "-o", out)
    rejected = [(Path(row["file"]).name, row["row"], row["reason"]) for row in lines(out / "rejected.jsonl")]
    return Ran(ended, err, lines(out / "coded.jsonl"), rejected)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


REFUSED = [
    (BAD / "empty.csv", "the file is empty; expected a table or a transcript"),
    (BAD / "blank.csv", "the file is empty; expected a table with a header row"),
    (BAD / "no_text_column.csv", "no column with free text; name it with --text; the columns are 'id', 'score', .*"),
    (BAD / "two_candidates.csv", "'Comment', 'Suggestion' could each be the text; name one, or several, with --text"),
    (BAD / "ambiguous_dates.csv", "dates in column 'date' such as 03/04/2026 can be read two ways; name the order .*"),
    (BAD / "encrypted.xlsx", "the workbook is encrypted; expected one saved without a password"),
    (BAD / "cut_short.xlsx", r"the archive is damaged \(.*\); expected an XLSX or ODS workbook"),
    (BAD / "document_named.xlsx", "this is a Word document; expected an XLSX, XLS or ODS workbook"),
    (BAD / "picture_named.csv", "this is a PNG image; expected a table: CSV, TSV, JSONL, XLSX, XLS or ODS"),
    (BAD / "noise_named.csv", "this is no text in a known encoding; expected UTF-8, UTF-16, GB18030 or Big5"),
    (CALLS / "damaged_binary.srt", "this is a PNG image; expected text such as CSV, TSV or JSONL"),
    (CALLS / "damaged_no_cues.vtt", "no turn found in 8 characters; expected WebVTT, SRT, .*"),
    (CALLS / "damaged_cut.json", r"damaged JSON \(.*\); expected one call with `transcript`"),
    (CALLS / "damaged_two_calls.json", "2 calls in one file; expected exactly one"),
    (CALLS / "damaged_prose.txt", "the first row, 'We are happy with the pumps.', is no header; expected one above .*"),
    (FILES / "nowhere.csv", "no such file or folder"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "message"), REFUSED, ids=[path.name for path, _ in REFUSED])
def test_a_file_that_cannot_be_used_is_one_line_that_names_it(path: Path, message: str, tmp_path: Path) -> None:
    ran = code(tmp_path, path)
    assert ran.code == 2
    assert re.fullmatch(f"verbatim: {re.escape(str(path))}: {message}\n", ran.err)
    assert list(tmp_path.iterdir()) == []


REJECTED = [
    ("more_cells.csv", 2, {3: "4 cells; expected at most 2, as many as headers"}),
    ("score_11.csv", 2, {3: "score '11'; expected 0 to 10", 4: "score 'abc'; expected 0 to 10"}),
    ("nul.csv", 2, {3: "column 'comment' holds a NUL character; expected readable text"}),
    ("surrogates.csv", 2, {3: "column 'comment' holds the byte 0xed, which does not belong to .*"}),
    ("surrogates.jsonl", 1, {2: r"column 'text' holds half of a surrogate pair \(U\+D83D\); .*", 3: ".* NUL .*"}),
    ("unclosed_quote.csv", 2, {3: ".* stands inside .*; line 3 .*", 5: ".* never closed; lines 5 to 6 .*"}),
    ("csv_named.xlsx", 4, {4: "empty row"}),
    ("workbook_named.csv", 4, {4: "empty row"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "coded", "rows"), REJECTED, ids=[name for name, *_ in REJECTED])
def test_a_row_that_cannot_be_read_is_reported_and_the_others_go_on(
    name: str, coded: int, rows: dict[int, str], tmp_path: Path
) -> None:
    ran = code(tmp_path, BAD / name)
    assert (ran.code, ran.err, len(ran.coded)) == (0, "", coded)
    assert [(file, row) for file, row, _ in ran.rejected] == [(name, row) for row in rows]
    assert all(re.fullmatch(rows[row], reason) for _, row, reason in ran.rejected)


def test_every_bad_file_here_is_tried() -> None:
    assert {path.name for path in BAD.iterdir()} == {path.name for path, _ in REFUSED if path.parent == BAD} | {
        name for name, *_ in REJECTED
    }


def test_a_cell_of_two_megabytes_is_reported_with_its_length(tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", "id,comment\n1,Late again.\n2," + "x" * 2_000_000 + "\n3,Kind staff.\n")
    ran = code(tmp_path / "out", source)
    assert (ran.code, [row["id"] for row in ran.coded]) == (0, ["1", "3"])
    assert ran.rejected == [("a.csv", 3, "column 'comment' holds 2,000,000 characters; expected at most 1,000,000")]


def test_a_call_without_speakers_is_coded_and_its_side_is_unknown(tmp_path: Path) -> None:
    ran = code(tmp_path, CALLS / "no_speakers.vtt")
    (call,) = ran.coded
    assert {turn["side"] for turn in call["turns"]} == {"unknown"}
    assert call["codes"]


def test_among_good_files_a_bad_one_is_told_and_the_others_are_coded(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "a.csv", "id,comment\n1,Late again.\n")
    shutil.copy(BAD / "encrypted.xlsx", folder / "b.xlsx")
    written(folder / "c.csv", "id,comment\n2,Kind staff.\n")
    ran = code(tmp_path / "out", folder)
    assert (ran.code, [row["id"] for row in ran.coded]) == (2, ["1", "2"])
    message = f"{folder / 'b.xlsx'}: the workbook is encrypted; expected one saved without a password"
    assert ran.err == f"verbatim: {message}\n"
    assert ran.rejected == [("b.xlsx", 0, message)]
    assert (tmp_path / "out" / "report.html").is_file()


OPTIONS = [
    (("--text", "coment"), ": no column 'coment' for --text; did you mean 'comment'[?] the columns are 'id', .*"),
    (("--score", "rating"), ": no column 'rating' for --score; the columns are 'id', .*"),
    (("--encoding", "utf-9"), ": unknown encoding 'utf-9'; expected e.g. utf-8, gb18030, big5"),
    (("--encoding", "utf-16"), ": no byte order mark of utf-16; expected one, or .*"),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS, ids=["-".join(options) for options, _ in OPTIONS])
def test_an_option_that_does_not_fit_the_file_names_both(
    options: tuple[str, str], message: str, tmp_path: Path
) -> None:
    source = FILES / "surveys" / "plain.tsv"
    ran = code(tmp_path, source, *options)
    assert (ran.code, ran.coded) == (2, [])
    assert re.fullmatch(f"verbatim: {re.escape(str(source))}{message}\n", ran.err)


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    ran = code(tmp_path, FILES / "surveys" / "plain.xlsx", "--sheet", "Rows")
    assert ran.code == 2
    assert ran.err.endswith("plain.xlsx: no sheet 'Rows'; expected one of 'Cover', 'Data'\n")


def change(**values: object) -> Callable[[Path], object]:
    def changed(folder: Path) -> None:
        file = folder / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")

    return changed


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (change(format=3), "manifest.json: format 3 is newer than this software knows .2.; upgrade verbatim"),
    "cut": (cut, "model.safetensors: damaged or exchanged: SHA-256 .*, expected .*"),
    "exchanged": (change(sha256="0" * 64), "model.safetensors: damaged or exchanged: SHA-256 .*, expected 000.*"),
    "without": (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors: cannot be read .*"),
    "foreign": (lambda folder: written(folder / "manifest.json", "[1]"), "manifest.json: not a model of this .*"),
    "broken": (lambda folder: written(folder / "manifest.json", "{"), "manifest.json: cannot be read as a model's .*"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_model_that_cannot_be_used_is_named_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    harm, message = DAMAGE[name]
    folder = Path(shutil.copytree(CURRENT, tmp_path / name))
    harm(folder)
    ended, err = run("code", FILES / "surveys" / "plain.tsv", "-o", tmp_path / "out", "--model", folder)
    assert ended == 2
    assert re.fullmatch(f"verbatim: {re.escape(str(folder))}/{message}\n", err)
    assert not (tmp_path / "out").exists()


def test_an_unknown_model_is_named_with_those_there_are(tmp_path: Path) -> None:
    ran = code(tmp_path / "out", FILES / "surveys" / "plain.tsv", "--model", "b2b@999")
    assert ran.code == 2
    assert re.match(f"verbatim: no model 'b2b@999' in .*; expected .* one of: .*{CURRENT.name}", ran.err)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("harbour.yaml", "model .* was trained for codebook b2b@1; it does not fit harbour@3: train one .*"),
        ("broken.yaml", ".*broken.yaml, line 3: version: expected a whole number from 1, found 'one'"),
        ("latin1.yaml", ".*latin1.yaml: expected UTF-8 text, found byte 0xe9"),
        ("nowhere.yaml", ".*nowhere.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_codebook_that_cannot_be_used_is_told(name: str, message: str, tmp_path: Path) -> None:
    ran = code(tmp_path / "out", FILES / "surveys" / "plain.tsv", "--codebook", FILES / "codebooks" / name)
    assert ran.code == 2
    assert re.fullmatch(f"verbatim: {message}\n", ran.err)
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_output_folder_is_named_and_stays(tmp_path: Path) -> None:
    place = written(tmp_path / "out", "mine")
    ended, err = run("code", FILES / "surveys" / "plain.tsv", "-o", place)
    assert (ended, err) == (2, f"verbatim: {place}: expected a folder that can be written: File exists\n")
    assert place.read_text(encoding="utf-8") == "mine"


def test_an_output_folder_that_may_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordinary_rights: Callable
) -> None:
    (tmp_path / "out").mkdir(mode=0o555)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with ordinary_rights():
        ended, err = run("code", FILES / "surveys" / "plain.tsv", "-o", "out")
    assert (ended, err) == (2, "verbatim: out: expected a folder that can be written: Permission denied\n")


GOLD = {"id": "1", "text": "Too dear.", "codes": [{"id": "price.level", "polarity": "negative"}], "stance": "critic"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps(GOLD | {"codes": [{"id": "price.hight", "polarity": "negative"}]}), ", line 1: .*'price.hight'.*"),
        (json.dumps(GOLD | {"codes": [{"id": "price", "polarity": "bad"}]}), ", line 1: .*'bad'; expected one of .*"),
        (json.dumps(GOLD | {"stance": "angry"}), ", line 1: stance 'angry'; expected one of critic, .*"),
        (json.dumps(GOLD) + "\n" + json.dumps(GOLD), ", line 2: id '1' was used before, at .*, line 1"),
        (json.dumps(GOLD) + "\nnot json", r", line 2: not JSON \(.*\)"),
        ('{"id": "1"}', ", line 1: expected an object with id and text"),
        ("", ": the file is empty; expected JSON lines with id, text, codes and stance"),
        (b"\xff\xfe\x00", r": cannot be read as UTF-8 text \(.*\)"),
        (None, r": cannot be read as UTF-8 text \(.*No such file.*\)"),
    ],
)
def test_gold_that_does_not_hold_together_is_told_with_its_line(
    content: str | bytes | None, message: str, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.jsonl"
    if content is not None:
        written(gold, content)
    ended, err = run("evaluate", gold)
    assert ended == 2
    assert re.fullmatch(f"verbatim: {re.escape(str(gold))}{message}\n", err)


RECIPE = 'name = "own"\nversion = 1\ncorpus = "corpus"\nencoder = "hash-64"\n'


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (RECIPE.replace("version = 1\n", ""), "recipe.toml: version is missing"),
        (RECIPE + "sed = 7\n", "recipe.toml: unknown key 'sed'; expected some of .*"),
        (RECIPE + 'seed = "a"\n', "recipe.toml: seed = 'a'; expected a .*"),
        ("name = ", r"recipe.toml: not a recipe in TOML \(.*\)"),
        (RECIPE, "corpus: no [*].jsonl file; expected a folder of coded verbatims"),
        (RECIPE + 'codebook = "own.yaml"\n', "own.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_recipe_that_cannot_be_cooked_is_told(recipe: str, message: str, tmp_path: Path) -> None:
    file = written(tmp_path / "recipe.toml", recipe)
    ended, err = run("train", file, "--models", tmp_path / "models")
    assert ended == 2
    assert re.fullmatch(f"verbatim: {re.escape(str(tmp_path))}/{message}\n", err)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("VERBATIM_LANGUAGE", "fr", "VERBATIM_LANGUAGE is 'fr'; expected 'en', 'zh-Hans' or 'zh-Hant'"),
        ("VERBATIM_MODEL", "b2b@999", "no model 'b2b@999' in .*"),
        ("VERBATIM_CODEBOOK", "nowhere.yaml", "nowhere.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(
    variable: str, value: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    ran = code(tmp_path / "out", FILES / "surveys" / "plain.tsv")
    assert ran.code == 2
    assert re.fullmatch(f"verbatim: {message}\n", ran.err)
