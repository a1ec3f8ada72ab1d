"""The commands of the office, run as they are typed, on a filled store."""

import json

import pytest
from office_day import fill
from typer.testing import CliRunner

from verbatim.cli import app


@pytest.fixture
def run(command_on):
    """What runs a command on a store with the customers of an office."""
    return command_on(fill)


def test_each_question_of_the_office_has_a_command(run):
    served = run("served", "--by", "customer_type")
    assert "under-served" in served
    assert "more complaint" in served
    assert "service.responsiveness" in run("priorities", "--only", "customer_type=shop")
    accounts = run("accounts", "--level", "red")
    assert "Shop 5" in accounts
    assert "critical decider: 1" in accounts
    assert "2026Q2" in run("accounts", "1")
    assert "needs help" in run("teams")


def test_json_is_what_the_api_answers(run):
    assert json.loads(run("served", "--json"))["by"] == ["customer_type", "role"]
    assert json.loads(run("accounts", "1", "--json"))["account"]["id"] == 1
    assert json.loads(run("teams", "--json"))["items"][0]["name"] == "East"
    assert json.loads(run("priorities", "--json"))["concerns"][0]["rank"] == 1


def test_what_is_no_attribute_is_refused(run):
    done = CliRunner().invoke(app, ["priorities", "--only", "colour=red"])
    assert "expected ATTRIBUTE=VALUE" in str(done.exception)
