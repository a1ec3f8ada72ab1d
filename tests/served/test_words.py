"""No word of a customer is told anywhere: in no log, figure, error, job, audit event or webhook."""

import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import select

from verbatim.store import schema
from verbatim.store.opening import open_store, reading

WORD = "Xanthippe"
"""What a customer says, is called, and writes from: it stands in everything that is sent."""

TEXT = f"{WORD} says your prices are far too high."
TOLD_TABLES = ("jobs", "job_errors", "audit_events", "idempotency_keys", "deliveries")
"""What is kept of work and of who did it: ids and numbers."""

Server = Any


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


SAID = {"external_id": "w1", "text": TEXT, "question": TEXT, "contact": f"{WORD} Lee", "account": "Acme"}
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
