"""A real server for a benchmark: `verbatim serve` in a process, on an empty folder or a PostgreSQL of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kill import cluster

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where, the first admin's key, the URL of its store, its process, and the file of its log."""

    url: str
    key: str
    store: str
    pid: int
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the server answers to a request with the admin's key. Raises HTTPError for a problem."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    @property
    def folder(self) -> Path:
        """A folder for files of the benchmark, gone with the server."""
        return self.log.parent

    def done(self, answer: Any) -> None:
        """Wait until the job that an answer names has ended; few rows are coded at once and have none."""
        while answer["job"] and self.ask("GET", answer["job"]["href"])["state"] in {"queued", "running"}:
            time.sleep(0.3)

    def command(self, *words: str, typed: str | None = None) -> str:
        """What a command of verbatim prints about the store of this server. Raises CalledProcessError."""
        path = self.store.removeprefix("sqlite:///")
        where = ["--database", path] if path == self.store else ["--data", str(Path(path).parent)]
        command = [sys.executable, "-m", "verbatim.cli", *words, *where]
        return subprocess.run(command, input=typed, text=True, check=True, stdout=subprocess.PIPE).stdout


@contextmanager
def served(folder: Path, database: str, *options: str, **settings: str) -> Iterator[Served]:
    """A server with its store in a folder ("sqlite"), on a PostgreSQL of its own ("postgresql"), or at a URL.

    `options` are of the command, `settings` of its environment, without VERBATIM_.
    """
    if database == "postgresql":
        with cluster() as url, served(folder, url, *options, **settings) as one:
            yield one
        return
    is_file = database == "sqlite"
    where = ["--data", str(folder / "data")] if is_file else ["--database", database]
    store = f"sqlite:///{folder / 'data' / 'verbatim.db'}" if is_file else database
    command = [sys.executable, "-m", "verbatim.cli", "serve", *where, "--port", "0", *options]
    own = {f"VERBATIM_{name.upper()}": value for name, value in settings.items()}
    with (folder / "log").open("wb") as log:
        env = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT / "src"), **own}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=env, text=True)
    try:
        told = dict(_lines(process))
        yield Served(told["docs"].removesuffix("/docs"), told["admin key"], store, process.pid, folder / "log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _lines(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    """Yield what the server prints, by name, to the line that says where its docs are."""
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition(": ")
        yield name, value
        if name == "docs":
            return
    sys.exit("served: the server ended before it was ready")
