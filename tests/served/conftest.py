"""A real server in a process of its own: on SQLite, and on PostgreSQL."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
MIB = 1 << 20


class Server:
    """A server in a process of its own, with a folder for its temporary files."""

    def __init__(self, folder: Path, store: str, model: Path, workers: int = 0, **settings: str) -> None:
        self.store, self.scratch = store, folder / "tmp"
        self.scratch.mkdir()
        where = ["--data", str(folder / "data")] if store.startswith("sqlite") else ["--database", store]
        more = ["--port", "0", "--model", str(model), "--workers", str(workers)]
        own = {f"VERBATIM_{name.upper()}": value for name, value in settings.items()}
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(self.scratch), **own}
        self.log = folder / "log"
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "verbatim.cli", "serve", *where, *more]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        self.said = [self.process.stdout.readline() for _ in ("admin key", "docs")]
        told = dict(line.strip().split(": ", 1) for line in self.said)
        self.url, self.key = told["docs"].removesuffix("/docs"), told["admin key"]
        key = {"Authorization": f"Bearer {self.key}"}
        self.client = httpx.Client(base_url=self.url, headers=key, trust_env=False, timeout=120)

    def memory(self) -> int:
        """The most bytes that the server has had in memory, since it started or since `forget`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def forget(self) -> int:
        """The bytes that it has in memory now; the most are counted anew."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="utf-8")
        return self.memory()

    def left(self) -> list[str]:
        """Its temporary files."""
        return [str(one) for one in self.scratch.rglob("*") if one.is_file() and one.name != "lock"]

    def send(self, path: str, content: object, **headers: str) -> httpx.Response:
        return self.client.post(path, content=content, headers={"Content-Type": "application/octet-stream", **headers})

    def add(self, *items: object, **headers: str) -> httpx.Response:
        body = json.dumps({"source": "s", "items": list(items)})
        return self.send("/v1/verbatims", body, **{"Content-Type": "application/json", **headers})

    def counts(self) -> tuple[int, int]:
        """How many verbatims and how many jobs there are."""
        paths = ("/v1/verbatims?limit=1000", "/v1/jobs?limit=500")
        verbatims, jobs = (self.client.get(path).json()["items"] for path in paths)
        return len(verbatims), len(jobs)

    def ended(self, job: dict[str, object]) -> dict[str, object]:
        """A job when it has ended."""
        until = time.monotonic() + 120
        while (found := self.client.get(job["href"]).json())["state"] in ("queued", "running"):
            assert time.monotonic() < until
            time.sleep(0.05)
        return found

    def stop(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.said += self.process.stdout.readlines()
        self.process.stdout.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL of a store that is not made yet."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield folder, f"sqlite:///{folder / 'data' / 'verbatim.db'}"
        return
    cluster = request.getfixturevalue("postgresql")
    with psycopg.connect(cluster.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {(name := f's{uuid4().hex}')}")
    yield folder, cluster.format(name=name)


@pytest.fixture(scope="module")
def server(store: tuple[Path, str], trained: Path) -> Iterator[Server]:
    """A server with little room: 32 MiB for an upload."""
    limits = {"limit_upload_bytes": str(32 * MIB), "webhook_hosts": "127.0.0.0/8"}
    one = Server(*store, trained / "small@1", workers=1, **limits)
    yield one
    one.stop()


@pytest.fixture
def launched(tmp_path: Path, trained: Path) -> Iterator[Callable[..., Server]]:
    """What starts a server of this test's own, on a store at a URL, else on SQLite."""
    running: list[Server] = []

    def launch(store: str | None = None, workers: int = 0) -> Server:
        url = store or f"sqlite:///{tmp_path / 'data' / 'verbatim.db'}"
        running.append(Server(tmp_path, url, trained / "small@1", workers))
        return running[-1]

    yield launch
    for one in running:
        one.stop()
