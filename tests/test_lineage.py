"""The commands of whoever keeps models, as they are run."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from analysts import Analysts

from verbatim.actions.stores import opened
from verbatim.cli import main
from verbatim.store.opening import writing
from verbatim.store.people import add_organisation


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0, out.getvalue(), err.getvalue()


@pytest.fixture
def data(tmp_path, trained, monkeypatch):
    """A data folder in which sixty were corrected, and a hundred coded of the share kept apart."""
    for name in ("DATA", "DATABASE", "MODELS"):
        monkeypatch.delenv(f"VERBATIM_{name}", raising=False)
    monkeypatch.setenv("VERBATIM_MODEL", str(trained / "small@1"))
    with opened(tmp_path, make=True) as engine:
        with writing(engine) as connection:
            add_organisation(connection, "default")
        analysts = Analysts(engine, trained / "small@1", "default")
        analysts.review(60)
        analysts.review(100, gold=True)
    return tmp_path


def done(*arguments):
    code, out, err = run(*arguments)
    assert code == 0, err
    return out


def told(*arguments):
    return json.loads(done(*arguments))


def test_a_day_of_models(data):
    assert "small-own@1: promoted: better: F1 at level 2 " in done("retrain", "--data", data)
    assert "small-own@2: kept, not promoted: no better: " in done("retrain", "--data", data)
    shown = done("models", "list", "--data", data)
    assert "promote small-own@1 for small@1, by operator: better" in shown
    moved = done("models", "promote", "small-own@2", "--reason", "we looked", "--data", data)
    assert moved.startswith("small-own@2 codes in place of small-own@1; recoding: job ")
    back = done("models", "rollback", "--reason", "no", "--data", data)
    assert back.startswith("small-own@1 codes again in place of small-own@2; recoding: job ")
    assert "small-own@1" in done("models", "compare", "small@1", "small-own@1", "--data", data)


def test_everything_is_told_as_json(data):
    found = told("retrain", "--data", data, "--json")
    assert (found["champion"], found["challenger"], found["promoted"]) == ("small@1", "small-own@1", True)
    assert told("models", "explain", "small-own@1", "--data", data)["training"]["parent"] == "small@1"
    listed = told("models", "list", "--data", data, "--json")
    assert [one["label"] for one in listed["models"] if one["current"]] == ["small-own@1"]
    compared = told("models", "compare", "small@1", "small-own@1", "--data", data, "--json")
    assert compared["figures"]["l2_weighted"]["gain"]["low"] > 0


def test_a_recipe_and_an_override_are_heard(data, tmp_path):
    recipe = tmp_path / "strict.toml"
    recipe.write_text("min_gold = 500\n", encoding="utf-8")
    out = done("retrain", "--data", data, "--recipe", recipe)
    assert "small-own@1: kept, not promoted: not enough gold to judge: 100 of 500" in out
    out = done("retrain", "--data", data, "--recipe", recipe, "--override", "a trial")
    assert "small-own@2: promoted by override, although: not enough gold to judge" in out
    assert "by operator: a trial" in done("models", "list", "--data", data)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retrain", "--override", " "], "reason of 0 characters: expected 1 to 1000"),
        (["retrain", "--organisation", "west"], "organisation 'west': not in this store"),
        (["retrain", "--recipe", "nowhere.toml"], "nowhere.toml: not a recipe in TOML"),
        (["retrain", "--model", "x@1"], "no model 'x@1'"),
        (["models", "explain", "x@1"], "no model 'x@1'"),
        (["models", "promote", "b2b@7", "--reason", ""], "reason of 0 characters"),
        (["models", "rollback", "--reason", "x"], "is the first one; expected a promotion to roll back"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(data, arguments, message):
    code, out, err = run(*arguments, "--data", data)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_folder_without_a_store_is_told(tmp_path, data):
    code, _, err = run("models", "list", "--data", tmp_path / "nowhere")
    assert (code, "no such file" in err) == (2, True)


def test_the_models_lie_in_the_data_folder(data):
    done("retrain", "--data", data)
    names = {one.name for one in Path(data, "models", "default").iterdir()}
    assert {"small@1", "small-own@1"} < names
    assert len([name for name in names if name.endswith(".vectors.safetensors")]) == 1
