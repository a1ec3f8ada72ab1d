"""The commands of whoever reports."""

import shutil

import pytest
from office_store import fill, quarter
from typer.testing import CliRunner

from verbatim.cli import app
from verbatim.errors import VerbatimError
from verbatim.store.opening import open_store, writing
from verbatim.store.people import add_organisation


@pytest.fixture
def run(sqlite_template, tmp_path, trained, monkeypatch):
    """What runs a command on a store with a quarter of feedback."""
    shutil.copy(sqlite_template, tmp_path / "verbatim.db")
    engine = open_store(f"sqlite:///{tmp_path / 'verbatim.db'}")
    with writing(engine) as connection:
        add_organisation(connection, "default")
    fill(engine, quarter(), "default")
    engine.dispose()
    monkeypatch.setenv("VERBATIM_MODEL", str(trained / "small@1"))

    def command(*words):
        found = CliRunner().invoke(app, [*words, "--data", str(tmp_path)], standalone_mode=False)
        if found.exception:
            raise found.exception
        return found.output

    command.folder = tmp_path
    return command


def test_a_report_is_written_as_its_name_says(run):
    for name in ("r.html", "r.xlsx"):
        told = run("report", "--period", "2026Q3", "--language", "zh-Hant", "-o", str(run.folder / name))
        assert told.strip().endswith(name)
    assert "2026年第3季" in (run.folder / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--period", "2026Q9", "-o", "r.html"), "period '2026Q9'"),
        (("--period", "2099Q1", "-o", "r.html"), "expected one that has begun"),
        (("--period", "2026Q3", "-o", "r.docx"), r"ends in '.docx'; expected .html, .pdf, .xlsx"),
        (("--period", "2026Q3", "--account", "Nobody", "-o", "r.html"), "account 'Nobody'"),
        (("--period", "2026Q3", "--account", "A", "--team", "B", "-o", "r.html"), "expected one of them"),
    ],
)
def test_what_cannot_be_asked_for_is_told_and_nothing_is_written(run, words, expected, monkeypatch):
    monkeypatch.chdir(run.folder)
    with pytest.raises(VerbatimError, match=expected):
        run("report", *words)
    assert not list(run.folder.glob("r.*"))


def test_schedules_are_made_listed_sent_and_ended(run):
    assert "schedule 1: every quarter" in run(
        "schedules", "add", "--every", "quarter", "--mail", "a@example.com", "--format", "pdf"
    )
    assert run("schedules", "send", "1", "--period", "2026Q3").strip() == "schedule 1, 2026Q3: in the outbox"
    assert run("schedules", "send", "1", "--period", "2026Q3").strip() == "schedule 1, 2026Q3: went out before"
    assert "2026Q3: 1 waiting" in run("schedules", "list")
    assert run("schedules", "remove", "1").strip() == "schedule 1: removed"
