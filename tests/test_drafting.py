"""The commands of the code frame's life, as they are run."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout

import pytest

from verbatim.actions.stores import opened
from verbatim.cli import main
from verbatim.store.opening import writing
from verbatim.store.people import add_organisation

OPERATIONS = [
    {"act": "merge", "code": "service.attitude", "to": "service.competence"},
    {"act": "rename", "code": "price.level", "names": {"en": "How dear"}},
]


@pytest.fixture
def data(tmp_path, trained, monkeypatch):
    """A data folder with an organisation."""
    for name in ("DATA", "DATABASE", "MODELS"):
        monkeypatch.delenv(f"VERBATIM_{name}", raising=False)
    monkeypatch.setenv("VERBATIM_MODEL", str(trained / "small@1"))
    with opened(tmp_path, make=True) as engine, writing(engine) as connection:
        add_organisation(connection, "default")
    return tmp_path


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["codebook", *map(str, arguments)])
    return ended.value.code or 0, out.getvalue(), err.getvalue()


def done(*arguments):
    code, out, err = run(*arguments)
    assert code == 0, err
    return out


def test_a_draft_is_made_looked_at_and_published(data, tmp_path):
    file = tmp_path / "operations.json"
    file.write_text(json.dumps(OPERATIONS), encoding="utf-8")
    assert "no draft; b2b@1 is in use" in done("draft", "--data", data)
    assert "1. merge service.attitude → service.competence" in done("draft", file, "--data", data)
    assert "in all 0 verbatims change" in done("effect", "--data", data)
    assert json.loads(done("draft", "--json", "--data", data)) == OPERATIONS
    assert "b2b@2: in use; all history goes over: job 1" in done("publish", "--reason", "enough", "--data", data)
    told = done("versions", "--data", data)
    assert "* b2b@2" in told
    assert "by operator: enough" in told
    walked = done("crosswalk", "--code", "service.attitude", "--data", data)
    assert "merged service.attitude → service.competence" in walked
    assert json.loads(done("crosswalk", "--json", "--data", data))["label"] == "b2b@2"
    assert json.loads(done("versions", "--json", "--data", data))[1]["current"]


def test_operations_are_added_in_yaml_and_a_draft_is_dropped(data, tmp_path):
    file = tmp_path / "operations.yaml"
    file.write_text("- {act: retire, code: price.terms}\n", encoding="utf-8")
    done("draft", file, "--data", data)
    file.write_text("- {act: retire, code: price.billing}\n", encoding="utf-8")
    assert "2. retire price.billing" in done("draft", file, "--append", "--data", data)
    assert json.loads(done("effect", "--json", "--data", data))["label"] == "b2b@2"
    assert "no draft" in done("draft", "--drop", "--data", data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b", "expected a list of operations"),
        ("- {act: retire", "neither JSON nor YAML"),
        ("- {act: retire, code: price.nothing}", "no code 'price.nothing'"),
        ("- {act: forget, code: price.level}", "expected one of add, rename"),
    ],
)
def test_what_cannot_be_used_is_told(data, tmp_path, text, message):
    file = tmp_path / "operations.yaml"
    file.write_text(text, encoding="utf-8")
    code, _, err = run("draft", file, "--data", data)
    assert (code, message in err, err.count("\n")) == (2, True, 1), err
    assert run("draft", file, "--drop", "--data", data)[0] == 2
    assert run("draft", tmp_path / "none.yaml", "--data", data)[0] == 2
    assert run("publish", "--reason", "why", "--data", data)[0] == 2
