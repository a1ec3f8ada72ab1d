"""What a real server makes of bad input: nothing half stored, nothing left behind, and no word of a customer told."""

import http.server
import io
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import select

from verbatim.store import schema
from verbatim.store.opening import open_store, reading

ROOT = Path(__file__).resolve().parents[1]
MIB = 1 << 20
WORD = "Xanthippe"  # what a customer says, is called, and writes from

TEXT = f"{WORD} says your prices are far too high."
RST = struct.pack("ii", 1, 0)
TOLD_TABLES = ("jobs", "job_errors", "audit_events", "idempotency_keys", "deliveries")  # ids and numbers only


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
        connection.execute("CREATE DATABASE served")
    yield folder, cluster.format(name="served")


@pytest.fixture(scope="module")
def server(store: tuple[Path, str], trained: Path) -> Iterator[Server]:
    """A server with little room: 32 MiB for an upload."""
    limits = {"limit_upload_bytes": str(32 * MIB), "webhook_hosts": "127.0.0.0/8"}
    one = Server(*store, trained / "small@1", workers=1, **limits)
    yield one
    one.stop()


def counts(server: Server) -> tuple[int, int]:
    """How many verbatims and how many jobs there are."""
    listed = [server.client.get(path).json()["items"] for path in ("/v1/verbatims?limit=1000", "/v1/jobs?limit=500")]
    return len(listed[0]), len(listed[1])


def refused(answer: httpx.Response, status: int, field: str | None = None) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    if field:
        (error, *_) = answer.json()["errors"]
        assert (error["field"], set(error)) == (field, {"field", "value", "expected"})


def row(id: str = "r1", **values: object) -> dict[str, object]:
    return {"external_id": id, "text": "Your prices are far too high.", **values}


def pieces(megabytes: int, head: bytes = b"id,comment\n") -> Iterator[bytes]:
    yield head
    for number in range(megabytes):
        yield (b"r%d,Your prices are far too high.\n" % number * (MIB // 36))[:MIB]


@pytest.mark.parametrize(
    ("items", "status", "field"),
    [
        ([row(text="x" * 10_000_000)], 413, "body"),
        ([row(text="x" * 7_000_000)], 422, "items.0.text"),
        ([row(f"r{number}") for number in range(10_000)], 422, "items"),
        ([row(turns=[{"text": "a"}] * 20_001, text=None)], 422, "items.0.turns"),
        ([row(fields={"a": json.loads("[" * 200 + "]" * 200)})], 422, "items.0.fields"),
    ],
)
def test_too_much_of_anything_is_told_by_its_field(server: Server, items: list, status: int, field: str) -> None:
    before, memory = counts(server), server.forget()
    refused(server.add(*items), status, field)
    assert counts(server) == before
    assert server.memory() - memory < 200 * MIB


def test_an_upload_above_the_cap_takes_no_memory_and_leaves_nothing(server: Server) -> None:
    before, memory = counts(server), server.forget()
    refused(server.send("/v1/imports?source=s&name=a.csv", pieces(200)), 413, "body")
    refused(server.send("/v1/transcripts?source=s&name=a.vtt", pieces(200)), 413, "body")
    assert server.memory() - memory < 64 * MIB
    assert (counts(server), server.left()) == (before, [])


@pytest.mark.parametrize("path", ["/v1/imports?source=s&name=a.csv", "/v1/transcripts?source=s&name=a.vtt"])
def test_a_connection_cut_in_mid_upload_leaves_nothing(server: Server, path: str) -> None:
    before, memory = counts(server), server.forget()
    host, _, port = server.url.removeprefix("http://").partition(":")
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\nContent-Length: 16000000\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(head.encode() + b"".join(pieces(12)))
        until = time.monotonic() + 30
        while not server.left():
            assert time.monotonic() < until
            time.sleep(0.01)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    while server.left():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert server.memory() - memory < 64 * MIB
    assert counts(server) == before


def bomb(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, content)
    return buffer.getvalue()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
XML = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><sst><si><t>&l9;</t></si></sst>'.encode()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("imports?source=s&name=a.xlsx", bomb("xl/worksheets/sheet1.xml", bytes(400 * MIB))),
        ("imports?source=s&name=a.xlsx", bomb("xl/sharedStrings.xml", XML)),
        ("imports?source=s&name=a.csv", XML),
        ("transcripts?source=s&name=a.vtt", bomb("a.vtt", bytes(400 * MIB))),
        ("transcripts?source=s&name=a.xml", XML),
        ("transcripts?source=s&name=a.docx", bomb("word/document.xml", XML)),
        ("transcripts?source=s&name=a.json", b"[" * 5_000_000),
    ],
)
def test_a_bomb_is_refused_before_it_goes_off(server: Server, path: str, content: bytes) -> None:
    before, memory = counts(server), server.forget()
    refused(server.send(f"/v1/{path}", content), 422)
    assert server.memory() - memory < 64 * MIB
    assert (counts(server), server.left()) == (before, [])


def test_a_talk_of_a_hundred_thousand_cues_is_refused(server: Server) -> None:
    cues = b"".join(b"00:01.000 --> 00:02.000\n<v %d>a\n\n" % (number % 2) for number in range(100_000))
    answer = server.send("/v1/transcripts?source=s&name=a.vtt", b"WEBVTT\n\n" + cues)
    refused(answer, 422, "turns")
    assert "100,000" in answer.text


def test_no_word_of_a_customer_is_told_anywhere(server: Server) -> None:
    with receiver() as (url, received):
        hook = {"url": url, "events": ["verbatim.coded"]}
        assert server.client.post("/v1/webhooks", json=hook).status_code == 201
        answers = [said(server, *one) for one in WRITES]
        jobs = [one.json()["job"] for one in answers if one.status_code == 202]
        assert {server.ended(job)["state"] for job in jobs} <= {"done", "failed"}
        problems = [(one.request.url.path, one.text) for one in answers if one.status_code >= 400]
        assert "\n".join(f"{path}: {around(text)}" for path, text in problems if WORD in text) == ""
        statuses = [one.status_code for one in answers]
        assert (statuses.count(500), statuses.count(200) > 5, statuses.count(422) > 15) == (0, True, True), statuses
        until = time.monotonic() + 60
        while any(one["state"] != "sent" for one in server.client.get(DELIVERIES).json()["items"]):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert received
        assert "\n".join(around(b"".join(received).decode())) == ""
    paths = (
        "/metrics",
        "/v1/jobs",
        "/v1/audit",
        DELIVERIES,
        *(f"{job['href']}/errors" for job in jobs),
    )
    for path in paths:
        assert around(server.client.get(path).text) == [], path
    assert "\n".join(around(kept(server.store))) == ""
    assert around(server.log.read_text(encoding="utf-8") + "".join(server.said)) == []


@pytest.fixture
def cramped(tmp_path: Path, trained: Path) -> Iterator[Server]:
    """A server none of whose files grows beyond 24 MiB, as on a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (24 * MIB, most))
    try:
        one = Server(tmp_path, f"sqlite:///{tmp_path / 'data' / 'verbatim.db'}", trained / "small@1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    yield one
    one.stop()


def test_a_full_disk_is_told_and_nothing_is_half_stored(cramped: Server) -> None:
    refused(cramped.send("/v1/imports?source=s&name=a.csv", pieces(40)), 507)
    assert (counts(cramped), cramped.left()) == ((0, 0), [])
    for taken in range(8):
        answer = cramped.send(f"/v1/imports?source=s{taken}&name=a.csv", pieces(12))
        if answer.status_code != 202:
            break
    refused(answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert (counts(cramped), cramped.left()) == ((0, taken), [])


@pytest.fixture
def alone(own_postgresql: Any, tmp_path: Path, trained: Path) -> Iterator[Server]:
    """A server, with a worker, on a PostgreSQL of this test's own."""
    one = Server(tmp_path, own_postgresql.url.format(name="postgres"), trained / "small@1", workers=1)
    yield one
    one.stop()


def test_what_a_database_that_goes_away_keeps_from_being_done_is_done_when_it_is_back(
    alone: Server, own_postgresql: Any
) -> None:
    rows = [row(f"r{number}") for number in range(300)]
    assert alone.add(row("old"), **{"Idempotency-Key": "k"}).status_code == 200
    job = alone.add(*rows).json()["job"]
    own_postgresql.stop()
    lost = [alone.add(row("new"), **{"Idempotency-Key": "k2"}), alone.send("/v1/imports?source=s", pieces(1))]
    for answer in (*lost, *(alone.client.get(path) for path in ("/v1/verbatims", "/readyz"))):
        refused(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
    assert alone.client.get("/healthz").status_code == 200
    own_postgresql.start()
    assert alone.add(row("new"), **{"Idempotency-Key": "k2"}).json()["results"][0]["change"] == "added"
    assert alone.add(row("old"), **{"Idempotency-Key": "k"}).headers["idempotency-replayed"] == "true"
    assert alone.ended(job)["state"] == "done"
    assert counts(alone) == (302, 1)
    assert alone.left() == []


def around(told: str) -> list[str]:
    """Where a customer's word stands in what was told."""
    return [told[max(0, found.start() - 80) : found.end() + 40] for found in re.finditer(WORD, told)]


def said(server: Server, method: str, path: str, body: object, headers: dict[str, str]) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    return server.client.request(method, path, content=content, headers={"Content-Type": kind, **headers})


def kept(url: str) -> str:
    """Everything that is kept of work and of who did it."""
    engine = open_store(url)
    with reading(engine) as connection:
        rows = [connection.execute(select(schema.metadata.tables[name])).all() for name in TOLD_TABLES]
    engine.dispose()
    return str(rows)


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """A receiver of webhooks, and what it is told."""
    received: list[bytes] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(str(self.headers).encode() + self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as one:
        threading.Thread(target=one.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{one.server_port}/hook", received
        finally:
            one.shutdown()


def table(*rows: str, head: str = "id,score,date,comment") -> bytes:
    return "\n".join((head, *rows)).encode() + b"\n"


SAID = {**row("w1", text=TEXT, question=TEXT), "contact": f"{WORD} Lee", "account": "Acme"}
LONG = f"{WORD} says {'so ' * 40}"
DELIVERIES = "/v1/webhooks/1/deliveries"
CSV = "/v1/imports?source=nps&name=a.csv"
VTT = f"WEBVTT\n\n00:01.000 --> 00:04.000\n<v {WORD}>{TEXT}\n".encode()
SHIFTED = ("score", "date", "account", "contact", "channel", "language", "question", "fields", "turns", "sentiment")
"""Fields that a sender whose columns are shifted puts the words into."""

WRITES: list[tuple[str, str, object, dict[str, str]]] = [
    ("POST", "/v1/code", {"texts": [TEXT, LONG]}, {}),
    ("POST", "/v1/code", {"texts": [TEXT, 1], TEXT: TEXT}, {}),
    ("POST", "/v1/code", f'{{"texts": ["{TEXT}"'.encode(), {"Content-Type": "application/json"}),
    ("POST", "/v1/code", {"texts": [TEXT]}, {"Content-Type": f"text/{WORD}"}),
    ("POST", "/v1/verbatims", {"source": "s", "items": [SAID]}, {"Idempotency-Key": WORD}),
    ("POST", "/v1/verbatims", {"source": "s", "items": [SAID, 1]}, {"Idempotency-Key": WORD}),
    ("POST", "/v1/verbatims", {"source": "s", **SAID, "external_id": "w2"}, {}),
    ("POST", "/v1/verbatims", {"source": "s", "items": [{**SAID, "external_id": f"m{n}"} for n in range(21)]}, {}),
    ("POST", "/v1/verbatims", {"source": "s", "items": [{TEXT: TEXT}, {**SAID, "text": f"{TEXT}\0"}, TEXT]}, {}),
    *(
        ("POST", "/v1/verbatims", {"source": "s", "items": [{**SAID, "external_id": "w3", name: value}]}, {})
        for name in SHIFTED
        for value in (TEXT, LONG * 3, WORD, f"{WORD}@x.example")
    ),
    ("POST", "/v1/transcripts?source=calls&name=a.vtt", VTT, {}),
    ("POST", f"/v1/transcripts?source=calls&name=a.vtt&customer={WORD}%20Ray", VTT, {}),
    ("POST", "/v1/transcripts?source=calls&name=a.vtt", f"WEBVTT\n\n{TEXT}\n".encode(), {}),
    ("POST", "/v1/transcripts?source=calls&name=a.json", f'{{"{TEXT}": '.encode(), {}),
    ("POST", "/v1/transcripts?source=calls", {"turns": [{"text": TEXT, "speaker": WORD, "side": TEXT}]}, {}),
    ("POST", f"/v1/transcripts?source=calls&date={WORD}&score={WORD}", VTT, {}),
    ("POST", f"{CSV}&text=comment", table(f"a,3,2026-03-01,{TEXT}", f"b,4,{TEXT},{TEXT}"), {}),
    ("POST", f"{CSV}&text=comment&score=score", table(f"c,{TEXT},,{TEXT}", f"d,4,,{TEXT}"), {}),
    ("POST", CSV, table(f"e,3,,{TEXT}", f"f,4,,{TEXT},{TEXT}", f'g,"{TEXT}'), {}),
    ("POST", CSV, table(f"{TEXT},{LONG}", head=f"{LONG},{TEXT}"), {}),
    ("POST", f"{CSV}&dry_run=true&text=comment&score=nothing", table(f"h,3,,{TEXT}"), {}),
    ("POST", "/v1/imports?source=nps&name=a.xlsx", table(f"x,3,,{TEXT}"), {}),
    ("POST", "/v1/imports?source=nps&name=a.jsonl", f'{{"id": "j1", "text": "{TEXT}"}}\n{{"{TEXT}": '.encode(), {}),
    ("PUT", "/v1/contacts", {"items": [{"name": f"{WORD} Lee", "account": "Acme", "permission": TEXT}]}, {}),
    ("PUT", "/v1/contacts", {"items": [{"name": f"{WORD}\0", "account": WORD}]}, {}),
    ("PUT", "/v1/contacts", {"items": [{"name": f"{WORD} Lee", "account": "Acme"}]}, {}),
    ("POST", "/v1/erasures", {"contact": WORD}, {}),
    ("POST", "/v1/erasures", {"contact": 1}, {}),
    ("POST", "/v1/exports", {"format": "jsonl", "account": "Acme"}, {}),
    ("POST", "/v1/exports", {"format": TEXT, "since": TEXT}, {}),
    ("GET", f"/v1/verbatims?q={WORD}&since={WORD}", b"", {}),
    ("GET", f"/v1/verbatims?q={WORD}", b"", {}),
    ("GET", f"/v1/{WORD}", b"", {}),
    ("GET", f"/v1/verbatims?{TEXT}={WORD}", b"", {}),
    ("GET", f"/v1/verbatims/{WORD}", b"", {}),
]
