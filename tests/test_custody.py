"""The commands of whoever answers for a store, as they are run."""

import io
import json
import os
import pty
import re
import subprocess
import sys
import termios
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from verbatim.actions.stores import opened
from verbatim.cli import main
from verbatim.domain import Verbatim
from verbatim.store.access_keys import holder
from verbatim.store.opening import reading, writing
from verbatim.store.people import add_organisation, list_contacts
from verbatim.store.verbatims import Received, add_verbatims

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in ("DATA", "DATABASE"):
        monkeypatch.delenv(f"VERBATIM_{name}", raising=False)


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0, out.getvalue(), err.getvalue()


def held(data, secret):
    with opened(data) as engine, reading(engine) as connection:
        return holder(connection, secret)


def made(data, *arguments):
    code, out, err = run("keys", "create", "--data", data, *arguments)
    assert code == 0, err
    return re.fullmatch(r"key: (vk_[\w-]{43})\n", out)[1]


@pytest.fixture
def data(tmp_path):
    """A data folder in which Ann Lee of Hill said something, as did somebody else."""
    with opened(tmp_path, make=True) as engine, writing(engine) as connection:
        add_organisation(connection, "default")
        said = Verbatim("a", "Xqzvwk is slow", account="Hill", contact="Ann Lee"), Verbatim("b", "Ann Lee is right")
        add_verbatims(connection, "default", "s", [Received(one) for one in said])
    return tmp_path


def test_a_key_is_made_in_an_empty_folder_and_shown_once(tmp_path):
    secret = made(tmp_path / "new", "--role", "admin")
    found = held(tmp_path / "new", secret)
    assert (found.organisation, found.role, found.name) == ("default", "admin", "admin")
    code, out, err = run("keys", "list", "--data", tmp_path / "new")
    assert (code, err) == (0, "")
    assert secret not in out
    assert "admin" in out


def test_a_manager_gets_the_accounts_named_with_commas_between(tmp_path):
    named = (
        "--role",
        "manager",
        "--name",
        "north [lead]",
        "--organisation",
        "acme",
        "--accounts",
        'Hill, "Dale, Inc."',
    )
    secret = made(tmp_path, *named)
    found = held(tmp_path, secret)
    assert (found.organisation, found.name, found.accounts) == ("acme", "north [lead]", ("Hill", "Dale, Inc."))
    assert "north [lead]" in run("keys", "list", "--data", tmp_path, "--organisation", "acme")[1]
    assert "lead" not in run("keys", "list", "--data", tmp_path)[1]


def test_a_revoked_key_opens_nothing(tmp_path):
    secret = made(tmp_path, "--role", "analyst")
    number = held(tmp_path, secret).id
    assert run("keys", "revoke", number, "--data", tmp_path) == (0, f"key {number}: revoked\n", "")
    assert held(tmp_path, secret) is None
    code, _, err = run("keys", "revoke", 99, "--data", tmp_path)
    assert (code, err) == (2, "verbatim: key 99: not in organisation 'default'; expected the id of one that is\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("keys", "create", "--role", "owner"), "'owner' is not one of"),
        (("keys", "create", "--role", "manager"), "role 'manager' with 0 accounts"),
        (("keys", "create", "--role", "admin", "--accounts", "Hill"), "role 'admin' with 1 accounts"),
        (("keys", "create", "--role", "admin", "--organisation", "*"), "organisation '*': expected"),
        (("keys", "create", "--role", "admin", "--database", "mysql://u:pass@h/d"), "a data folder and a database"),
        (("retain", "--older-than", "0"), "older than 0 days: expected 1 to 36500"),
        (("retain", "--older-than", "some"), "valid integer"),
        (("erase", "--contact", "Nobody", "--yes"), "contact of 6 characters: not in organisation 'default'"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_one_line(data, arguments, told):
    code, out, err = run(*arguments, "--data", data)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_a_store_that_is_not_there_is_not_made_by_looking_at_it(tmp_path):
    for command in (("keys", "list"), ("retain", "--older-than", "3"), ("erase", "--contact", "A", "--yes")):
        code, _, err = run(*command, "--data", tmp_path / "no")
        assert (code, "no such file" in err) == (2, True)
    assert not (tmp_path / "no").exists()


def test_a_person_is_erased_and_the_receipt_names_nobody(data, tmp_path_factory, monkeypatch):
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "own.jsonl").write_text('{"text": "Xqzvwk is slow"}\n{"text": "fine"}\n', encoding="utf-8")
    monkeypatch.setenv("VERBATIM_DATA", str(data))
    code, out, err = run("erase", "--contact", "ann lee", "--corpus", corpus, "--yes")
    assert (code, err) == (0, "")
    receipt = json.loads(out)
    assert [receipt[name] for name in ("verbatims", "masked", "corpora")] == [1, 1, {str(corpus): 1}]
    assert "lee" not in out.lower()
    content = b"".join(path.read_bytes() for path in data.iterdir())
    assert not any(word in content.lower() for word in (b"qzvwk", b"ann lee"))


def test_where_nobody_can_be_asked_nothing_is_erased(data):
    command = [sys.executable, "-m", "verbatim.cli", "erase", "--contact", "Ann Lee", "--data", str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, input="y\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "verbatim: nobody to ask whether to erase; expected --yes\n"


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("\x04", 1)])
def test_on_a_terminal_somebody_is_asked(data, answer, left):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "verbatim.cli", "erase", "--contact", "Ann Lee", "--data", str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    os.write(ours, answer.encode())
    done = subprocess.run(command, env=environment, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert ("nothing was erased" in done.stderr) == bool(left)
    with opened(data) as engine, reading(engine) as connection:
        assert len(list_contacts(connection, "default")) == left


def test_what_is_too_old_is_counted(data):
    code, out, err = run("retain", "--older-than", "1", "--data", data)
    assert (code, err, json.loads(out)) == (0, "", {"verbatims": 0, "exports": 0, "complete": True})


def test_an_erasure_beside_a_reader_says_what_is_left(data):
    with opened(data) as engine, reading(engine) as connection:
        list_contacts(connection, "default")
        code, out, err = run("erase", "--contact", "Ann Lee", "--data", data, "--yes")
    assert (code, json.loads(out)["complete"]) == (0, False)
    assert "deleted bytes stay in the log until the next erasure or retention" in err


def test_the_commands_work_on_postgresql(empty_store):
    url = empty_store("postgresql").url.render_as_string(hide_password=False)
    code, out, _ = run("keys", "create", "--role", "admin", "--database", url)
    assert code == 0
    assert out.startswith("key: vk_")
    assert "admin" in run("keys", "list", "--database", url)[1]


def users_run(data, *arguments, typed="four plain words here\n"):
    """What a command of users prints, with a password on standard input."""
    command = [sys.executable, "-m", "verbatim.cli", "users", *arguments, "--data", str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_person_is_added_listed_given_another_password_and_disabled(tmp_path):
    added = users_run(tmp_path, "add", "Ann.Lee", "--role", "analyst", "--name", "Ann [Lee]", "--language", "zh-Hans")
    assert added == (0, "user ann.lee: analyst of default\n", "")
    shown = run("users", "list", "--data", tmp_path)[1]
    assert "Ann [Lee]" in shown
    assert "argon2" not in shown
    assert users_run(tmp_path, "password", "ANN.LEE", typed="other plain words\n")[0] == 0
    assert run("users", "disable", "ann.lee", "--data", tmp_path) == (0, "user ann.lee: disabled\n", "")
    assert "disabled" in run("users", "list", "--data", tmp_path)[1]


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("add", "ann", "--role", "analyst"), "short\n", "password of 5 characters; expected 12 to 1000"),
        (("add", "ann", "--role", "analyst"), "", "password of 0 characters"),
        (("add", "ann", "--role", "analyst"), "aaaaaaaaaaaa\n", "password of 1 different characters"),
        (("add", "long.login.here", "--role", "analyst"), "long.login.here\n", "password: the same as the login"),
        (("add", "a b", "--role", "analyst"), None, "login of 3 characters: expected 1 to 100 without a blank"),
        (("add", "ann", "--role", "manager"), None, "role 'manager' with 0 accounts"),
        (("add", "ann", "--role", "admin", "--language", "fr"), None, "language 'fr': expected one of en"),
        (("add", "TAKEN", "--role", "admin", "--organisation", "other"), None, "login 'taken': taken"),
        (("password", "nobody"), None, "user 'nobody': not in organisation 'default'"),
        (("disable", "nobody"), None, "user 'nobody': not in organisation 'default'"),
    ],
)
def test_users_that_cannot_be_are_refused_in_one_line(tmp_path, monkeypatch, arguments, typed, told):
    monkeypatch.setattr("sys.stdin", io.StringIO("four plain words here\n"))
    assert run("users", "add", "taken", "--role", "admin", "--data", tmp_path)[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("four plain words here\n" if typed is None else typed))
    code, out, err = run("users", *arguments, "--data", tmp_path)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_a_password_is_asked_twice_on_a_terminal(tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "verbatim.cli", "users", "add", "ann", "--role", "admin", "--data", str(tmp_path)]
    pipes = {"stdin": theirs, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, **pipes) as process:
        for _ in range(2):
            while process.stderr.read(1) != b":":
                assert process.poll() is None
            while termios.tcgetattr(ours)[3] & termios.ECHO:  # whoever turns it off throws away what was typed before
                assert process.poll() is None
            os.write(ours, b"four plain words here\n")
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, out) == (0, b"user ann: admin of default\n"), err
