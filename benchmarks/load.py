"""Load on a service: single verbatims at a rate that is kept whether answers come or not; /healthz beside a job.

    python benchmarks/load.py                  finds the highest rate with p99 < 100 ms, and keeps it for 5 minutes
    python benchmarks/load.py --seconds 60     the same with a shorter hold
    python benchmarks/load.py --database postgresql://user@host/name

Starts `verbatim serve` on an empty folder. Requests are due at fixed moments, and the time of each counts from then
on, so that a server that falls behind is not spared (no coordinated omission). Client and server share the processor.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import local
from typing import Any

from machine import this_machine

RATES = (20, 40, 50, 60, 70, 80, 100, 130, 160, 200)
LIMIT = 0.1
"""Seconds that 99 of 100 requests may take at most."""

CALLERS = 64
SEED = Path(__file__).parents[1] / "training" / "seed"
RESULTS = Path(__file__).with_name("load.json")


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests a second that were due, how many were sent and failed, and their times in milliseconds."""

    rate: float
    sent: int
    failed: int
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server listens, its first key, and its process."""

    port: int
    key: str
    pid: int


def main() -> None:
    """Measure, print and write."""
    wanted = _arguments()
    texts = seed_texts()
    with TemporaryDirectory(prefix="verbatim-load-") as folder, served(Path(folder), wanted.database) as server:
        sender = Sender(server, texts)
        wait_for(server, import_rows(server, texts, 50))  # the worker has its model now
        sender.at(10, 10)
        steps = list(_climbed(sender, wanted.step))
        held = [one for one in steps if _holds(one)]
        before = memory_of(server.pid)
        kept = _kept(sender, [one.rate for one in held] or [steps[0].rate], wanted.seconds)
        after = memory_of(server.pid)
        job = import_rows(server, texts, wanted.rows)
        health = Sender(server, texts, method="GET", path="/healthz").at(20, min(wanted.seconds, 120))
        progress = asked(server, job)
    results = {
        "machine": asdict(this_machine()),
        "store": "postgresql" if wanted.database else "sqlite",
        "steps": [asdict(one) for one in steps],
        "held": [asdict(one) for one in kept],
        "held_seconds": wanted.seconds,
        "memory_mib": {"before": before, "after": after},
        "healthz_beside_a_job": asdict(health),
        "job": {name: progress[name] for name in ("state", "done", "total", "rate")},
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


class Sender:
    """Sends requests to a server at a fixed rate, over connections that stay open."""

    def __init__(self, server: Server, texts: Sequence[str], method: str = "POST", path: str = "/v1/verbatims") -> None:
        self._server, self._texts = server, texts
        self._method, self._path = method, path
        self._connections = local()
        self._count = 0

    def at(self, rate: float, seconds: float) -> Figures:
        """What became of so many requests a second for so long."""
        count = int(rate * seconds)
        began = time.perf_counter() + 0.1
        with ThreadPoolExecutor(CALLERS) as pool:
            futures = [pool.submit(self._send, began + place / rate, self._count + place) for place in range(count)]
            times = [future.result() for future in futures]
        self._count += count
        good = sorted(one for one in times if one is not None) or [float("inf")]
        p50, p99 = (round(1000 * good[min(len(good) - 1, int(share * len(good)))], 1) for share in (0.5, 0.99))
        return Figures(rate, count, times.count(None), p50, p99, round(1000 * good[-1], 1))

    def _send(self, due: float, number: int) -> float | None:
        """Seconds from the moment it was due to the end of the answer; None where it was no good answer."""
        time.sleep(max(0.0, due - time.perf_counter()))
        row = {"source": "load", "external_id": f"r{number}", "text": self._texts[number % len(self._texts)]}
        body = json.dumps(row) if self._method == "POST" else None
        try:
            status = self._exchange(body)
        except (OSError, HTTPException):
            self._connections.open = None
            return None
        return time.perf_counter() - due if status == 200 else None

    def _exchange(self, body: str | None) -> int:
        connection = getattr(self._connections, "open", None) or HTTPConnection(
            "127.0.0.1", self._server.port, timeout=30
        )
        self._connections.open = connection
        headers = {"Authorization": f"Bearer {self._server.key}", "Content-Type": "application/json"}
        connection.request(self._method, self._path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


@contextmanager
def served(folder: Path, database: str | None) -> Iterator[Server]:
    """A server on an empty store, which ends with the block."""
    place = ["--database", database] if database else ["--data", str(folder / "data")]
    command = [sys.executable, "-m", "verbatim.cli", "serve", *place, "--port", "0"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ})
    assert process.stdout
    try:
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(2))
        yield Server(int(told["docs"].split(":")[-1].split("/")[0]), told["admin key"], process.pid)
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def memory_of(pid: int) -> float:
    """MiB of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def _climbed(sender: Sender, seconds: float) -> Iterator[Figures]:
    """Yield the figures of one rate after the other, until two in a row do not hold."""
    found: list[Figures] = []
    for rate in RATES:
        found.append(sender.at(rate, seconds))
        print(found[-1], file=sys.stderr)
        yield found[-1]
        if any(not _holds(a) and not _holds(b) for a, b in pairwise(found)):
            return


def _kept(sender: Sender, rates: Sequence[float], seconds: float) -> list[Figures]:
    """The figures of the highest rate, kept for long; where it does not hold, those of the next lower one after it."""
    found: list[Figures] = []
    for rate in sorted(rates, reverse=True):
        found.append(sender.at(rate, seconds))
        print(found[-1], file=sys.stderr)
        if _holds(found[-1]):
            break
    return found


def _holds(found: Figures) -> bool:
    return not found.failed and found.p99 < 1000 * LIMIT


def import_rows(server: Server, texts: Sequence[str], rows: int) -> str:
    """Where to look how far the job is that imports so many rows."""
    lines = (json.dumps({"id": f"j{place}", "comment": texts[place % len(texts)]}) for place in range(rows))
    body = "\n".join(lines).encode()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.key}"}
    connection.request("POST", "/v1/imports?source=job&name=rows.jsonl", body, headers)
    return str(json.loads(connection.getresponse().read())["job"]["href"])


def wait_for(server: Server, job: str) -> None:
    """Wait until a job has ended."""
    while asked(server, job)["state"] in {"queued", "running"}:
        time.sleep(0.2)


def asked(server: Server, path: str, body: object = None) -> dict[str, Any]:
    """What the server answers: to a GET, or to a POST of a body in JSON. RuntimeError where it is no good answer."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    found: dict[str, Any] = json.loads(answer.read())
    if answer.status >= 300:
        raise RuntimeError(f"{path}: {answer.status}")
    return found


def seed_texts() -> list[str]:
    """Five thousand texts of the training data, in a fixed order."""
    lines = [line for file in sorted(SEED.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [str(json.loads(line)["text"]) for line in lines]
    random.Random(7).shuffle(texts)
    return texts[:5000]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Put load on a service.")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; SQLite in a folder if left out")
    parser.add_argument("--seconds", type=int, default=300, help="how long the highest rate is kept")
    parser.add_argument("--step", type=int, default=15, help="seconds at each rate on the way up")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the job beside which /healthz is asked")
    return parser.parse_args()


if __name__ == "__main__":
    main()
