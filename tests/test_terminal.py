"""What the command line shows, on a terminal and off it."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.coding import Outcome
from verbatim.domain import Rejection
from verbatim.formats.reports import SourceFile
from verbatim.terminal import about_rows, progress, show_code, show_codebook, tell

FRAME = Path(__file__).parent / "files" / "codebooks" / "harbour.yaml"
GOOD = SourceFile("a[red].csv", "plain table", {"text": "why", "id": "no"}, ("Encoding utf-8.",), 1_000)
BAD = Rejection("b.csv", 0, "b.csv: the file is empty; expected a table or a transcript")
OUTCOME = Outcome((GOOD,), (BAD,), 1_002, 1_000, 2, 1_000, 310, (Path("out/coded.jsonl"), Path("out/report.html")))


def told(quiet: bool) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        tell(OUTCOME, quiet)
    return out.getvalue(), err.getvalue()


def shown(show, *values) -> list[str]:
    with redirect_stdout(io.StringIO()) as out:
        show(*values)
    return out.getvalue().splitlines()


def on_a_terminal(rows: int, inputs: tuple[str, ...], quiet: bool = False) -> str:
    """What a terminal receives on standard error while so many rows are read."""
    reader, writer = os.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as terminal, redirect_stderr(terminal):
        with progress(inputs, quiet) as seen:
            for count in range(1, rows + 1):
                seen(count)
        terminal.write("\n.")
        terminal.flush()
        received = b""
        while not received.endswith(b"."):
            received += os.read(reader, 65_536)
    os.close(reader)
    return received.decode()


def test_files_columns_counts_and_places_are_told() -> None:
    assert told(quiet=False)[0].splitlines() == [
        "a[red].csv: plain table (text: why; id: no)",
        "  Encoding utf-8.",
        "1,002 rows read: 1,000 coded, 2 rejected; 1,000 verbatims, 310 of them to review",
        "  out/coded.jsonl",
        "  out/report.html",
    ]


@pytest.mark.parametrize("quiet", [True, False])
def test_a_file_that_failed_is_told_on_standard_error_also_when_quiet(quiet: bool) -> None:
    out, err = told(quiet)
    assert err == f"verbatim: {BAD.reason}\n"
    assert (out == "") is quiet


def test_off_a_terminal_there_is_no_progress(tmp_path: Path) -> None:
    with redirect_stderr(io.StringIO()) as err, progress(("a.csv",), quiet=False) as seen:
        seen(50)
    assert err.getvalue() == ""


def test_on_a_terminal_count_and_rows_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    source = tmp_path / "a.csv"
    source.write_text("comment\n" * 400, encoding="utf-8")
    received = on_a_terminal(400, (str(source),))
    assert "coding" in received
    assert "400/400" in received


def test_quiet_shows_no_progress_on_a_terminal_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "coding" not in on_a_terminal(400, ("-",), quiet=True)


def test_the_lines_of_tables_tell_about_how_many_rows_there_are(tmp_path: Path) -> None:
    for name in ("a.csv", "b.jsonl", "c.vtt"):
        (tmp_path / name).write_text("line\n" * 70_000, encoding="utf-8")
    assert about_rows([str(tmp_path / "a.csv"), str(tmp_path / "b.jsonl")]) == 140_000
    assert about_rows([str(tmp_path / "a.csv"), str(tmp_path / "c.vtt")]) is None
    assert about_rows(["-"]) is None
    assert about_rows([str(tmp_path)]) is None


def test_a_frame_is_shown_with_subcategories_indented() -> None:
    assert shown(show_codebook, taxonomy.load(FRAME), "en") == [
        "harbour@3  (en)",
        "berth                             Berth",
        "  berth.depth                     Depth",
        "crane                             Crane",
    ]


def test_one_id_is_shown_whole_in_every_language() -> None:
    for language in ("en", "zh-Hans", "zh-Hant"):
        code = taxonomy.default()["service.delivery"]
        lines = shown(show_code, code, language)
        texts = [*code.include[language], *code.exclude[language], *code.examples[language]]
        assert lines[:2] == [f"{code.id}: {code.names[language]}", code.definitions[language]]
        assert [line.split(": ", 1)[1] for line in lines[2:]] == texts
