"""The command as an analyst runs it: what it writes, what it says, how it ends."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from verbatim import __version__, taxonomy
from verbatim.cli import EXIT_CODES, main
from verbatim.errors import VerbatimError

ROOT = Path(__file__).resolve().parents[1]
SURVEY = ROOT / "examples" / "larkhill_nps_2026.csv"
FILES = Path(__file__).parent / "files"
KEYS = {"id", "text", "language", "codes", "stance", "intents", "trust", "review", "model", "fields"}
COMMENT = "The engineer was superb, but spare parts take weeks."
COMMAND = (sys.executable, "-m", "verbatim.cli")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}


class Ran(NamedTuple):
    """How a command ended, what it said, and the folder it wrote into."""

    code: int
    out: str
    err: str
    folder: Path

    def rows(self, name: str = "coded.jsonl") -> list[dict]:
        return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()} if self.folder.exists() else set()


def run(*arguments: object, folder: Path = Path()) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return Ran(ended.value.code or 0, out.getvalue(), err.getvalue(), folder)


def code(folder: Path, *arguments: object) -> Ran:
    return run("code", *arguments, "-o", folder, folder=folder)


def table(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(rows) + "\n", encoding=encoding)
    return path


def example(name: str, folder: Path) -> Ran:
    """A command of the examples' own description, run as it stands there but for its folder."""
    text = (ROOT / "examples" / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith(f"    verbatim code examples/{name}"))
    words = shlex.split(line)[1:]
    words[words.index("-o") + 1] = str(folder)
    return run(*(ROOT / word if word.startswith("examples/") else word for word in words), folder=folder)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    formats = [f"--format={name}" for name in ("jsonl", "csv", "onehot", "xlsx")]
    return code(tmp_path_factory.mktemp("run") / "survey", SURVEY, *formats, "--language", "zh-Hans")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return example("transcripts", tmp_path_factory.mktemp("run") / "calls")


def test_a_qualtrics_export_is_recognised_and_both_questions_are_coded(survey: Ran) -> None:
    assert (survey.code, survey.err) == (0, "")
    assert "Qualtrics (text: Q2, Q3; id: ResponseId; score: Q1; date: RecordedDate; account: Account" in survey.out
    assert "role: ContactRole" in survey.out
    assert {row["id"].rpartition(":")[2] for row in survey.rows()} == {"Q2", "Q3"}


def test_rows_in_are_rows_coded_and_rows_rejected(survey: Ran) -> None:
    with SURVEY.open(encoding="utf-8-sig", newline="") as file:
        data = list(csv.reader(file))[3:]
    coded, rejected = survey.rows(), survey.rows("rejected.jsonl")
    assert len({row["id"].rpartition(":")[0] for row in coded}) + len(rejected) == len(data) == 222
    assert len(coded) == 2 * 219
    assert "222 rows read: 219 coded, 3 rejected; 438 verbatims" in survey.out
    assert [row["row"] for row in rejected] == [4, 5, 6]
    assert all("survey preview" in row["reason"] and row["file"] == str(SURVEY) for row in rejected)


def test_a_coded_reply_has_exactly_the_keys_of_the_contract(survey: Ran) -> None:
    rows = survey.rows()
    assert {frozenset(row) for row in rows} == {frozenset(KEYS)}
    assert {frozenset(row["stance"]) for row in rows} == {frozenset({"label", "source", "confidence", "conflict"})}
    mentions = [mention for row in rows for mention in row["codes"]]
    assert {frozenset(mention) for mention in mentions} == {frozenset({"id", "polarity", "confidence", "excerpts"})}
    excerpts = [excerpt for mention in mentions for excerpt in mention["excerpts"]]
    assert {frozenset(excerpt) for excerpt in excerpts} == {frozenset({"start", "end"})}
    assert {row["model"] for row in rows} == {(ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()}


def test_every_code_is_of_the_codebook_and_every_excerpt_stands_in_the_text(survey: Ran) -> None:
    frame = taxonomy.default()
    for row in survey.rows():
        for mention in row["codes"]:
            assert mention["id"] in frame
            assert 0 <= mention["confidence"] <= 1
            assert mention["excerpts"] or mention["id"] == frame.id_with_role("no_content")
            assert all(row["text"][excerpt["start"] : excerpt["end"]].strip() for excerpt in mention["excerpts"])
            assert all(0 <= excerpt["start"] < excerpt["end"] <= len(row["text"]) for excerpt in mention["excerpts"])


def test_the_stance_is_that_of_the_score(survey: Ran) -> None:
    scored = [row for row in survey.rows() if row["fields"]["Q1"]]
    assert len(scored) == 2 * 218
    for row in scored:
        score = int(row["fields"]["Q1"])
        assert row["stance"]["source"] == "score"
        assert row["stance"]["label"] == ("critic" if score <= 6 else "passive" if score <= 8 else "promoter")


def test_texts_come_back_as_they_were_and_other_columns_stand_under_fields(survey: Ran) -> None:
    rows = {row["id"]: row for row in survey.rows()}
    with SURVEY.open(encoding="utf-8-sig", newline="") as file:
        for source in list(csv.DictReader(file))[5:]:
            found = rows[f"{source['ResponseId']}:Q2"]
            assert found["text"] == source["Q2"]
            assert found["fields"]["Product"] == source["Product"]
            assert found["fields"]["Account"] == source["Account"]


def test_answers_without_content_say_so(survey: Ran) -> None:
    empty = [row for row in survey.rows() if row["text"] in {"", "-", "N/A", "无", "没有", "不適用"}]
    assert len(empty) > 100
    assert {tuple(mention["id"] for mention in row["codes"]) for row in empty} == {("no_content",)}


def test_every_format_holds_every_verbatim(survey: Ran) -> None:
    ids = [row["id"] for row in survey.rows()]
    long, one_hot = (
        list(csv.DictReader((survey.folder / name).read_text(encoding="utf-8-sig").splitlines(keepends=True)))
        for name in ("coded.csv", "coded_onehot.csv")
    )
    assert list(dict.fromkeys(row["id"] for row in long)) == [row["id"] for row in one_hot] == ids
    book = CalamineWorkbook.from_path(str(survey.folder / "coded.xlsx"))
    assert book.sheet_names == ["Coded", "Intents", "Summary", "Codebook"]
    assert len(book.get_sheet_by_name("Coded").to_python()) == len(long) + 1


def test_the_report_is_in_the_language_that_was_asked_for(survey: Ran, calls: Ran) -> None:
    for ran, language in ((survey, "zh-Hans"), (calls, "en")):
        report = (ran.folder / "report.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in report
        assert report.rstrip().endswith("</html>")


def test_nothing_half_written_stays(survey: Ran, calls: Ran) -> None:
    names = {"coded.jsonl", "coded.csv", "coded_onehot.csv", "coded.xlsx", "rejected.jsonl", "report.html"}
    assert survey.files() == names
    assert calls.files() == {"coded.jsonl", "report.html"}


def test_of_the_example_calls_only_the_customers_turns_are_coded(calls: Ran) -> None:
    rows = calls.rows()
    assert (calls.code, len(rows)) == (0, 5)
    assert {frozenset(row) for row in rows} == {frozenset(KEYS - {"text"} | {"turns"})}
    assert {frozenset(turn) for row in rows for turn in row["turns"]} == {
        frozenset({"speaker", "side", "time", "text"})
    }
    excerpts = [(row, e) for row in rows for mention in row["codes"] for e in mention["excerpts"]]
    assert len(excerpts) > 20
    assert {frozenset(excerpt) for _, excerpt in excerpts} == {frozenset({"turn", "start", "end"})}
    for row, excerpt in excerpts:
        turn = row["turns"][excerpt["turn"]]
        assert turn["side"] == "customer"
        assert turn["text"][excerpt["start"] : excerpt["end"]].strip()


def test_a_customer_that_nobody_is_called_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    ran = code(tmp_path / "out", ROOT / "examples" / "transcripts", "--customer", "Stuart Merow")
    assert (ran.code, ran.out, ran.files()) == (2, "", set())
    assert re.fullmatch(r"verbatim: no speaker is called 'Stuart Merow'; expected .*'Stuart Merrow'.*\n", ran.err)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_standard_input_is_coded_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    data = f"编号,打分,意见\n1,9,交货很准时，工程师也很专业\n2,2,价格太贵了\n3,3,{COMMENT[:12]}\n".encode(encoding)
    arguments = [*COMMAND, "code", "-", "-o", str(tmp_path), "--quiet"]
    done = subprocess.run(arguments, input=data, env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    rows = Ran(0, "", "", tmp_path).rows()
    assert [row["text"] for row in rows] == ["交货很准时，工程师也很专业", "价格太贵了", "The engineer"]
    assert [row["language"] for row in rows] == ["zh-Hans", "zh-Hans", "en"]
    assert "price.level" in {mention["id"] for mention in rows[1]["codes"]}


def test_several_files_and_a_folder_are_coded_together(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / "a.csv", "id,comment", f'a,"{COMMENT}"')
    table(tmp_path / "in" / "b.jsonl", json.dumps({"id": "b", "text": COMMENT}))
    (tmp_path / "c.vtt").write_bytes((FILES / "transcripts" / "no_speakers.vtt").read_bytes())
    ran = code(tmp_path / "out", tmp_path / "in", tmp_path / "c.vtt")
    assert [row["id"] for row in ran.rows()] == ["a", "b", "c"]
    assert "3 rows read: 3 coded, 0 rejected" in ran.out


def test_columns_are_taken_as_named(tmp_path: Path) -> None:
    header = "key,id,Suggestion,Comment,rating,would recommend"
    source = table(tmp_path / "a.csv", header, f'x1,9,Nothing,"{COMMENT}",2,10', 'x2,8,Call us,"Too dear.",7,0')
    named = ("--text", "Comment", "--text", "Suggestion", "--id", "key", "--score", "rating")
    rows = code(tmp_path / "out", source, *named).rows()
    assert [row["id"] for row in rows] == ["x1:Comment", "x1:Suggestion", "x2:Comment", "x2:Suggestion"]
    assert [row["stance"]["label"] for row in rows] == ["critic", "critic", "passive", "passive"]
    assert rows[0]["fields"]["would recommend"] == "10"


def test_without_a_score_the_stance_is_estimated(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "comment", '"Terrible, we are leaving: late every single time."', "无")
    complaint, empty = code(tmp_path / "out", source).rows()
    assert (complaint["stance"]["label"], complaint["stance"]["source"]) == ("critic", "estimated")
    assert empty["stance"]["label"] is None


def test_quiet_says_nothing(tmp_path: Path) -> None:
    ran = code(tmp_path / "out", table(tmp_path / "a.csv", "comment", COMMENT.replace(",", "")), "--quiet")
    assert ran[:3] == (0, "", "")


def test_a_second_run_leaves_no_rejected_rows_of_the_first(tmp_path: Path) -> None:
    good, bad = '1,9,"Fast and friendly."', "2,11,Late again."
    first = code(tmp_path / "out", table(tmp_path / "a.csv", "id,nps,comment", good, bad))
    assert "rejected.jsonl" in first.files()
    second = code(tmp_path / "out", table(tmp_path / "a.csv", "id,nps,comment", good))
    assert second.files() == {"coded.jsonl", "report.html"}


def forked(process: subprocess.Popen) -> bool:
    """Say whether it has children, or is on a system where it would have none."""
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return sys.platform != "linux" or (os.cpu_count() or 1) < 2 or bool(told.read_text(encoding="ascii").strip())


@pytest.fixture
def long_run(tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A run of 30,000 rows, under way: its first rows are written, and processes code the rest side by side."""
    rows = (f"{number},Parts {number} came late and nobody called us back." for number in range(30_000))
    source = table(tmp_path / "long.csv", "id,comment", *rows)
    formats = [f"-f{name}" for name in ("jsonl", "csv", "onehot", "xlsx")]
    command = [*COMMAND, "code", str(source), "-o", str(tmp_path / "out"), *formats]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    partial = tmp_path / "out" / ".coded.jsonl.partial"
    deadline = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size and forked(process)) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    assert forked(process)
    yield process
    process.kill()
    process.communicate()


def test_interrupted_it_leaves_no_file_at_all(long_run: subprocess.Popen, tmp_path: Path) -> None:
    long_run.send_signal(signal.SIGINT)
    out, err = long_run.communicate(timeout=30)
    assert (long_run.returncode, out, err) == (130, b"", b"")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_killed_it_leaves_no_file_under_a_final_name(
    blow: signal.Signals, long_run: subprocess.Popen, tmp_path: Path
) -> None:
    long_run.send_signal(blow)
    out, err = long_run.communicate(timeout=30)
    assert (long_run.returncode, out, err) == (-blow, b"", b"")
    assert all(re.fullmatch(r"\..+\.partial", path.name) for path in (tmp_path / "out").iterdir())


def test_the_version_is_told() -> None:
    assert run("--version")[:3] == (0, f"verbatim {__version__}\n", "")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("code", "--help"), ("codebook", "check", "-h")])
def test_help_is_given_on_standard_output(arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert "Usage:" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("code",), "Missing argument 'inputs'."),
        (("code", "a.csv"), "Missing option '--out' / '-o'."),
        (("code", "a.csv", "-o", "out", "--format", "pdf"), ".*'--format'.*'pdf' is not one of 'jsonl', 'csv', .*"),
        (("code", "a.csv", "-o", "out", "--language", "fr"), ".*'--language'.*'fr' is not one of 'en', .*"),
        (("code", "a.csv", "-o", "out", "--txt", "b"), "No such option: --txt .*"),
        (("decode",), "No such command 'decode'.*"),
        (("codebook", "show", "--id", "price.levl"), "no id 'price.levl' in codebook b2b@1; closest: price.level.*"),
        (("codebook", "show", "--language", "fr"), "codebook b2b@1 has no language 'fr'; expected one of en, .*"),
    ],
)
def test_arguments_that_do_not_fit_are_one_line(arguments: tuple[str, ...], message: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(f"verbatim: {message}\n", ran.err)


def test_the_codebook_is_shown_id_by_id() -> None:
    ran = run("codebook", "show")
    frame = taxonomy.default()
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == list(frame.ids)


def test_one_id_is_shown_with_definition_and_examples_in_a_language() -> None:
    price = taxonomy.default()["price.level"]
    out = run("codebook", "show", "--id", "price.level", "--language", "zh-Hant").out
    assert out.startswith(f"price.level: {price.names['zh-Hant']}\n{price.definitions['zh-Hant']}\n")
    assert all(f"  examples: {text}\n" in out for text in price.examples["zh-Hant"])


def test_a_company_s_own_frame_is_checked_and_shown() -> None:
    frame = FILES / "codebooks" / "harbour.yaml"
    assert run("codebook", "check", frame)[:2] == (0, f"{frame}: harbour@3, 3 ids in en: no problem found\n")
    assert "  berth.depth                     Depth\n" in run("codebook", "show", frame).out


def test_every_problem_of_a_broken_frame_is_told_with_its_line() -> None:
    frame = FILES / "codebooks" / "broken.yaml"
    ran = run("codebook", "check", frame)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == len(taxonomy.problems(taxonomy.read(frame))) > 5
    assert all(re.match(rf"{re.escape(str(frame))}, line \d+: ", line) for line in ran.err.splitlines())


@pytest.mark.parametrize("arguments", [("codebook", "show"), ("--version",), ("--help",)])
def test_a_full_disk_behind_standard_output_is_one_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run([*COMMAND, *arguments], env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (2, b"verbatim: No space left on device\n")


@pytest.mark.parametrize("arguments", [("codebook", "show"), ("--version",)])
def test_a_reader_that_goes_away_ends_the_command_without_a_word(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run([*COMMAND, *arguments], env=ENVIRONMENT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_a_closed_standard_output_does_not_matter() -> None:
    command = f"{shlex.join(COMMAND)} codebook show >&-"
    ran = subprocess.run(["sh", "-c", command], env=ENVIRONMENT, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_mistake_of_ours_is_one_line_that_asks_for_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "verbatim.terminal", None)  # an installation with a file missing
    ran = run("codebook", "show")
    assert (ran.code, ran.out) == (1, "")
    assert re.fullmatch(r"verbatim: a mistake of ours: ModuleNotFoundError: .+; please report it\n", ran.err)


def test_help_tells_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    told = run("code", "--help").out
    assert "(default: jsonl)" in told
    assert "(default: en)" in told


def test_the_reference_of_the_commands_is_what_they_say_themselves() -> None:
    command = [sys.executable, "-m", "typer", "verbatim.cli", "utils", "docs", "--name", "verbatim"]
    told = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == told


def test_every_error_has_its_exit_code() -> None:
    kinds = VerbatimError.__subclasses__()
    assert {kind: EXIT_CODES[kind] for kind in kinds} == EXIT_CODES
    assert set(EXIT_CODES.values()) == {1, 2}
