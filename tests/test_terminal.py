"""What the command line shows, on a terminal and off it."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.coding import Outcome
from verbatim.actions.labels import LabelReport
from verbatim.agreement import CodeAgreement, Coefficient, Comparison, LevelAgreement
from verbatim.domain import Rejection
from verbatim.formats.reports import SourceFile
from verbatim.learning.label_problems import LabelProblem, LabelProblems
from verbatim.quality import Assessment, Ceiling, CodeQuality, Economy, Estimate, Learnt, Slice
from verbatim.terminal import show_agreement, show_assessment, show_code, show_codebook, show_labels
from verbatim.terminal_coding import about_rows, progress, tell

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
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(read_all, reader)  # meanwhile: one that nobody reads holds writers up
        with os.fdopen(writer, "w", encoding="utf-8") as terminal, redirect_stderr(terminal):
            with progress(inputs, quiet) as seen:
                for count in range(1, rows + 1):
                    seen(count)
            terminal.write("\n.")
        text = received.result()
    os.close(reader)
    return text


def read_all(reader: int) -> str:
    received = b""
    while not received.endswith(b"\n."):
        received += os.read(reader, 65_536)
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


def assessment(**parts: object) -> Assessment:
    figures = {"l1_weighted": Estimate(0.8, 0.75, 0.85), "l2_weighted": Estimate(0.6, 0.55, 0.65)}
    codes = (
        CodeQuality("price", 1, 0, None, figures["l1_weighted"], figures["l2_weighted"]),
        CodeQuality("general", 7, 9, *[figures["l1_weighted"]] * 3),
    )
    values = {"per_code": codes, "slices": {"source": (Slice("a[red] name that is longer than most are", 9, figures),)}}
    found = Assessment("gold.jsonl", "mine@3", "b2b@1", 1234, figures, (), 0.041, (), (), None, (), {})
    return replace(found, **{**values, **parts})


def test_the_figures_of_an_evaluation_are_shown_with_their_intervals() -> None:
    lines = [line.split() for line in shown(show_assessment, assessment())]
    assert lines[0] == ["gold.jsonl:", "1,234", "verbatims,", "model", "mine@3"]
    assert ["l1_weighted", "0.800", "0.750–0.850"] in lines
    assert ["calibration_error", "0.041"] in lines


def test_ids_are_shown_most_frequent_first_and_slices_by_their_whole_name() -> None:
    lines = shown(show_assessment, assessment())
    ids = [line.split() for line in lines if line.split()[0] in {"price", "general"}]
    assert ids == [
        ["general", "7", "9", "0.80", "0.80", "0.80", "0.75–0.85"],
        ["price", "1", "0", "0.80", "0.60", "0.55–0.65"],
    ]
    assert any("a[red] name that is longer than most are" in line for line in lines)


def test_the_agreement_of_two_coders_stands_beside_the_model() -> None:
    ceiling = Ceiling(50, {"l1_weighted": Estimate(0.97, 0.95, 0.99)}, {})
    lines = [line.split() for line in shown(show_assessment, assessment(ceiling=ceiling))]
    assert ["l1_weighted", "0.800", "0.750–0.850", "0.970"] in lines
    assert ["l2_weighted", "0.600", "0.550–0.650"] in lines


def test_the_learning_curve_is_shown_point_by_point() -> None:
    figures, gain = assessment().figures, Estimate(0.05, 0.02, 0.08)
    economy = Economy(5, 80, (Learnt(0, figures, Estimate(0, 0, 0)), Learnt(1000, figures, gain)))
    lines = [line.split() for line in shown(show_assessment, assessment(economy=economy))]
    assert ["0", "0.600", "0.550–0.650", "0.800"] in lines
    assert ["1,000", "0.600", "0.550–0.650", "+0.050", "+0.020–+0.080", "0.800"] in lines


def test_a_figure_that_cannot_be_had_is_told_with_its_reason() -> None:
    nothing = Coefficient(None, None, None, 3, 3, 2, "everybody always gave the same value")
    observed = Coefficient(1.0, 1.0, 1.0, 3, 3, 2)
    code = CodeAgreement("crane", 6, 1.0, observed, nothing, nothing, observed, None)
    level = LevelAgreement({"observed": observed, "masi": nothing, "jaccard": nothing}, None, (code,))
    found = Comparison("harbour@3", {"a[red]": 3, "b": 3}, 3, 3, level, level, {}, {}, (), ())
    lines = shown(show_agreement, found)
    assert lines[0] == "2 coders (a[red] 3, b 3), codebook harbour@3: 3 of 3 verbatims coded by two or more"
    assert lines[-1].split() == ["crane", "6", "100.0%", "1.000", "-", "-", "1.000", *nothing.reason.split()]


def test_only_as_many_labels_as_are_asked_for_are_shown() -> None:
    problems = tuple(LabelProblem(f"[b]{n}", "crane", n > 0, 0.1 * n, -0.9) for n in range(3))
    found = LabelReport(LabelProblems(9, problems, (), ()), {one.example: "Long  words\n" * 50 for one in problems})
    lines = shown(show_labels, found, 2)
    assert lines[0] == "3 labels of 9 verbatims are likely wrong"
    assert [line.split()[:5] for line in lines[2:]] == [
        ["[b]0", "crane", "missing", "0.00", "-0.90"],
        ["[b]1", "crane", "given", "0.10", "-0.90"],
    ]
    assert len(lines[2].rstrip()) < 140
