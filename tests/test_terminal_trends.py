"""The commands of whoever looks for findings: trends, and what goes with the score."""

import csv
import json

import pytest
from trend_months import fill
from typer.testing import CliRunner

from verbatim.cli import app


@pytest.fixture
def run(command_on):
    """What runs a command on a store with four months of feedback."""
    return command_on(fill)


def test_trends_print_series_and_the_change_that_holds_up(run):
    told = run("trends", "--code", "price.level", "--split", "region", "--against", "rest")
    assert "price.level · north" in told
    assert "price.level, 2026-03: rose against 2026-02: 20.0% -> 60.0% (+40.0 points" in told
    assert "; durable" in told
    assert "coder's error: measured for small@1 on" in told


def test_trends_are_written_as_json_and_csv(run, tmp_path):
    found = json.loads(run("trends", "--code", "price.level", "--json"))
    assert [one["k"] for one in found["series"][0]["points"]] == [8, 8, 24, 24]
    run("trends", "--nps", "--csv", str(tmp_path / "nps.csv"))
    with (tmp_path / "nps.csv").open(encoding="utf-8", newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["60.0", "60.0", "-20.0", "-20.0"]


def test_drivers_print_what_goes_with_the_score(run):
    told = run("drivers")
    assert "NPS 20.0 of 160 verbatims, 40 persons, 40 accounts" in told
    assert "price.level" in told
    assert "Association, no cause." in told
    assert json.loads(run("drivers", "--json", "--metric", "score"))["value"] == pytest.approx(6.8)


@pytest.mark.parametrize(
    ("words", "told"),
    [(["trends", "--split", "colour"], "split 'colour'"), (["drivers", "--only", "x"], "ATTRIBUTE=VALUE")],
)
def test_what_there_is_not_is_refused(run, words, told):
    assert told in str(CliRunner().invoke(app, words).exception)
