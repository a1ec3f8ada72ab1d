"""The service in one piece, as `verbatim serve` runs it: from an empty folder, to the end and on again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.api.application import create_app
from verbatim.app import first_key, listening
from verbatim.store.access_keys import create_key
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store, reading, writing
from verbatim.store.people import add_organisation
from verbatim.store.schema import organisations

ROOT = Path(__file__).resolve().parents[1]
CSV = b"id,score,comment\n" + b"".join(b"r%d,3,Your prices are far too high.\n" % number for number in range(60))


@contextmanager
def served(data, trained, *more):
    """What `verbatim serve` prints, and the process, which is ended if it still runs."""
    command = ("serve", "--data", str(data), "--port", "0", "--model", str(trained / "small@1"), *more)
    process = subprocess.Popen(
        [sys.executable, "-m", "verbatim.cli", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("docs: "):
                break
        yield lines, process
    finally:
        process.kill()
        process.communicate()


def told(lines, name):
    return next((line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: ")), None)


def client_of(lines, key):
    url = told(lines, "docs").removesuffix("/docs")
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)


def test_an_empty_folder_becomes_a_service_that_does_everything(tmp_path, trained):
    with served(tmp_path / "new", trained) as (lines, process):
        key = told(lines, "admin key")
        with client_of(lines, key) as client:
            assert client.get("/docs").status_code == 200
            sent = client.post("/v1/imports?source=nps&name=nps.csv", content=CSV)
            while (job := client.get(sent.headers["location"]).json())["state"] in ("queued", "running"):
                time.sleep(0.1)
            assert (job["state"], job["result"]["coded"]) == ("done", 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "prices" not in process.stderr.read()
    with served(tmp_path / "new", trained, "--workers", "0") as (lines, process):
        assert told(lines, "admin key") is None
        with client_of(lines, key) as client:
            assert len(client.get("/v1/verbatims?limit=100").json()["items"]) == 60
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_what_cannot_be_served_is_told_in_one_line(tmp_path, trained):
    with served(tmp_path / "a", trained, "--workers", "0") as (lines, _):
        port = told(lines, "docs").split(":")[2].split("/")[0]
        command = [sys.executable, "-m", "verbatim.cli", "serve", "--data", str(tmp_path / "b"), "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "in use" in done.stderr


def test_the_first_key_is_made_in_an_empty_store_only(store):
    assert first_key(store) is None
    with writing(store) as connection:
        connection.execute(organisations.delete())
    assert first_key(store).startswith("vk_")
    assert first_key(store) is None
    with reading(store) as connection:
        assert connection.scalars(select(organisations.c.id)).all() == ["default"]


@pytest.mark.parametrize("path", ["/v1/verbatims", "/readyz"])
def test_a_database_that_goes_away_and_comes_back_needs_no_restart(own_postgresql, small_coder, serving, path):
    engine = open_store(own_postgresql.url.format(name="postgres"))
    upgrade(engine)
    with writing(engine) as connection:
        add_organisation(connection, "north")
        _, key = create_key(connection, "north", "admin", "admin")
    desk = Desk(engine, *small_coder, taxonomy.default())
    with serving(create_app(desk)) as url, client_of([f"docs: {url}/docs"], key) as client:
        assert client.get(path).status_code == 200
        own_postgresql.stop()
        away = client.get(path)
        assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
        assert away.headers["retry-after"]
        assert client.get("/healthz").status_code == 200
        own_postgresql.start()
        assert client.get(path).status_code == 200
    desk.close()


def test_the_end_of_an_answer_waits_for_nobody_to_confirm_its_head():
    with listening("127.0.0.1", 0) as line, socket.create_connection(line.getsockname()):
        accepted, _ = line.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
