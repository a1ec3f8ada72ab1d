"""What a real server makes of bad input: a clear answer, nothing half stored, nothing left behind, little memory."""

import io
import itertools
import json
import resource
import socket
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

MIB = 1 << 20
RST = struct.pack("ii", 1, 0)
Server = Any
Launch = Callable[..., Server]


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
    before, memory = server.counts(), server.forget()
    refused(server.add(*items), status, field)
    assert server.counts() == before
    assert server.memory() - memory < 200 * MIB


def test_an_upload_above_the_cap_takes_no_memory_and_leaves_nothing(server: Server) -> None:
    before, memory = server.counts(), server.forget()
    refused(server.send("/v1/imports?source=s&name=a.csv", pieces(200)), 413, "body")
    refused(server.send("/v1/transcripts?source=s&name=a.vtt", pieces(200)), 413, "body")
    assert server.memory() - memory < 64 * MIB
    assert (server.counts(), server.left()) == (before, [])


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.json", b"["),
        ("a.json", b'[{"text":"'),
        ("a.jsonl", b'{"text":"'),
        ("a.csv", b'id,comment\n1,"'),
        ("a.vtt", b"WEBVTT"),
    ],
)
def test_a_file_that_never_ends_a_row_takes_no_memory(server: Server, name: str, head: bytes) -> None:
    before, memory = server.counts(), server.forget()
    body = itertools.chain([head], itertools.repeat(b"x" * MIB, 30))
    refused(server.send(f"/v1/imports?source=s&name={name}&text=comment&dry_run=true", body), 422, "body")
    assert server.memory() - memory < 64 * MIB
    assert (server.counts(), server.left()) == (before, [])


@pytest.mark.parametrize("path", ["/v1/imports?source=s&name=a.csv", "/v1/transcripts?source=s&name=a.vtt"])
def test_a_connection_cut_in_mid_upload_leaves_nothing(server: Server, path: str) -> None:
    before, memory = server.counts(), server.forget()
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
    assert server.counts() == before


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
    before, memory = server.counts(), server.forget()
    refused(server.send(f"/v1/{path}", content), 422)
    assert server.memory() - memory < 64 * MIB
    assert (server.counts(), server.left()) == (before, [])


def test_a_talk_of_a_hundred_thousand_cues_is_refused(server: Server) -> None:
    cues = b"".join(b"00:01.000 --> 00:02.000\n<v %d>a\n\n" % (number % 2) for number in range(100_000))
    answer = server.send("/v1/transcripts?source=s&name=a.vtt", b"WEBVTT\n\n" + cues)
    refused(answer, 422, "body")
    assert "300,002 lines; expected at most 200,000" in answer.text


@pytest.fixture
def cramped(launched: Launch) -> Server:
    """A server none of whose files grows beyond 24 MiB, as on a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (24 * MIB, most))
    try:
        return launched()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_full_disk_is_told_and_nothing_is_half_stored(cramped: Server) -> None:
    refused(cramped.send("/v1/imports?source=s&name=a.csv", pieces(40)), 507)
    assert (cramped.counts(), cramped.left()) == ((0, 0), [])
    for taken in range(8):
        answer = cramped.send(f"/v1/imports?source=s{taken}&name=a.csv", pieces(12))
        if answer.status_code != 202:
            break
    refused(answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert (cramped.counts(), cramped.left()) == ((0, taken), [])


def test_what_a_database_that_goes_away_keeps_from_being_done_is_done_when_it_is_back(
    launched: Launch, own_postgresql: Any
) -> None:
    alone = launched(own_postgresql.url.format(name="postgres"), workers=1)
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
    assert alone.counts() == (302, 1)
    assert alone.left() == []
