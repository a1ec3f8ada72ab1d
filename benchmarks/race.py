"""Racing POSTs with idempotency keys, cut connections among them: how many effects there are, and what is answered.

    python benchmarks/race.py                            2,000 POSTs with 200 keys, on SQLite
    python benchmarks/race.py --database postgresql      the same on a PostgreSQL of its own
    python benchmarks/race.py --posts 500 --keys 50      a short run

A real server runs beside. Most keys are for one verbatim, every tenth for a batch that a job codes. Of the POSTs of a
key, sent at the same time in any order, one in ten carries another body, one in ten is cut in the middle of the body,
and one in ten is sent whole and cut before the answer. When all have come in, each key is asked again with both bodies.
The answer is JSON; the exit code is 1 where there is not one effect for each key, one and the same answer to it, 409
only while the first is under way, and 422 for the other body.
"""

import argparse
import http.client
import json
import socket
import struct
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from threading import Barrier, local
from time import monotonic, sleep

from machine import this_machine
from served import Served, served
from sqlalchemy import text

from verbatim.store.opening import open_store, reading

PATH = "/v1/verbatims"
KINDS = ("plain",) * 7 + ("other", "half", "unread")
"""What becomes of the POSTs of a key: sent, with another body, cut in the body, or cut before the answer."""

TOGETHER = 16
"""Keys whose POSTs are sent at the same time."""

BATCH = 21
"""Rows of a batch: more than are coded at once."""

THREADS = 32
RST = struct.pack("ii", 1, 0)
"""The socket option that makes closing a cut: nothing more is read or sent."""

EFFECTS = {
    "rows": "SELECT count(*) FROM verbatims",
    "codings": "SELECT count(*) FROM codings",
    "jobs": "SELECT count(*) FROM jobs",
    "unfinished": "SELECT count(*) FROM jobs WHERE state <> 'done'",
    "keys": "SELECT count(*) FROM idempotency_keys WHERE state = 'done'",
    "in_flight": "SELECT count(*) FROM idempotency_keys WHERE state <> 'done'",
}


@dataclass(frozen=True, slots=True)
class Post:
    """A POST: its key, its body, and what becomes of it."""

    key: str
    body: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a POST, and when it was sent and answered; no status where the connection was cut."""

    post: Post
    status: int | None
    body: object
    replayed: bool
    began: float
    ended: float


class Client(local):
    """A connection of each thread to a server."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._line: http.client.HTTPConnection | None = None

    def send(self, post: Post) -> Answered:
        """Send a POST, or a part of it."""
        began = monotonic()
        if post.kind in ("half", "unread"):
            self._cut(post)
            return Answered(post, None, None, replayed=False, began=began, ended=monotonic())
        try:
            answer = self._answer(post)
        except (ConnectionError, http.client.HTTPException):  # a line that was idle for too long has been closed
            self._line = None
            answer = self._answer(post)
        body = json.loads(answer.read())
        replayed = answer.headers.get("Idempotency-Replayed") == "true"
        return Answered(post, answer.status, body, replayed, began, monotonic())

    def _answer(self, post: Post) -> http.client.HTTPResponse:
        self._line = self._line or http.client.HTTPConnection(*self._server.address, timeout=120)
        self._line.request("POST", PATH, post.body, self._headers(post))
        return self._line.getresponse()

    def _headers(self, post: Post) -> dict[str, str]:
        kind = {"Content-Type": "application/json", "Idempotency-Key": post.key}
        return {"Authorization": f"Bearer {self._server.key}", "Content-Length": str(len(post.body)), **kind}

    def _cut(self, post: Post) -> None:
        lines = [f"POST {PATH} HTTP/1.1", "Host: x", *(f"{name}: {one}" for name, one in self._headers(post).items())]
        sent = post.body if post.kind == "unread" else post.body[: len(post.body) // 2]
        with socket.create_connection(self._server.address, timeout=60) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + sent)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)


def main() -> None:
    """Run the benchmark and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=2_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the URL of an empty store")
    asked = parser.parse_args()
    where = tempfile.TemporaryDirectory(prefix="verbatim-race-")
    with where as folder, served(Path(folder), asked.database) as server:
        found = run(asked, server)
    print(json.dumps(found, indent=1))
    sys.exit(0 if found["right"] else 1)


def run(asked: argparse.Namespace, server: Served) -> dict[str, object]:
    """Send everything, wait for the jobs, and count."""
    began = monotonic()
    client, barrier = Client(server), Barrier(THREADS)
    with ThreadPoolExecutor(THREADS, initializer=barrier.wait) as pool:
        answers = [one for wave in waves(asked) for one in pool.map(client.send, wave)]
        seconds = monotonic() - began
        settled(client, [bodies(name, number)[0] for number, name in enumerate(names(asked))], names(asked))
        again = [Post(key, body, "again") for n, key in enumerate(names(asked)) for body in bodies(key, n)]
        later = list(pool.map(client.send, again))
    store = open_store(server.store)
    effects = counted(store)
    while effects["unfinished"] and monotonic() - began < 300:
        sleep(0.2)
        effects = counted(store)
    store.dispose()
    return summary(asked, answers, later, effects, seconds)


def names(asked: argparse.Namespace) -> list[str]:
    """The idempotency keys."""
    return [f"key-{number}" for number in range(asked.keys)]


def bodies(key: str, number: int) -> tuple[bytes, bytes]:
    """The body of a key, and another one that must not come under it too."""
    return body(f"{key}-one", number), body(f"{key}-other", number)


def body(id: str, number: int) -> bytes:
    """A verbatim, or with every tenth number a batch."""
    count = BATCH if number % 10 == 9 else 1
    items = [
        {"external_id": f"{id}-{row}", "text": f"Delivery {row} came late, and your prices are far too high."}
        for row in range(count)
    ]
    return json.dumps({"source": "race", "items": items}).encode()


def waves(asked: argparse.Namespace) -> Iterator[list[Post]]:
    """Yield POSTs to send at the same time, in any order."""
    random, every = Random(asked.seed), names(asked)
    each = asked.posts // asked.keys
    for start in range(0, len(every), TOGETHER):
        wave = []
        for number, key in list(enumerate(every))[start : start + TOGETHER]:
            own, other = bodies(key, number)
            kinds = [KINDS[place % len(KINDS)] for place in range(each)]
            wave += [Post(key, other if kind == "other" else own, kind) for kind in kinds]
        random.shuffle(wave)
        yield wave


def settled(client: Client, sent: Sequence[bytes], keys: Sequence[str]) -> None:
    """Wait until nothing is under way: what was cut may still be."""
    for key, body in zip(keys, sent, strict=True):
        while client.send(Post(key, body, "settling")).status == 409:
            sleep(0.05)


def counted(store: object) -> dict[str, int]:
    """What is in the store."""
    with reading(store) as connection:  # type: ignore[arg-type]
        return {name: connection.execute(text(query)).scalar_one() for name, query in EFFECTS.items()}


def summary(
    asked: argparse.Namespace,
    answers: Sequence[Answered],
    later: Sequence[Answered],
    effects: dict[str, int],
    seconds: float,
) -> dict[str, object]:
    """All of it, and whether it is right."""
    wrong = Counter(judged(answers, later))
    batches = sum(number % 10 == 9 for number in range(asked.keys))
    rows = asked.keys + batches * (BATCH - 1)
    wanted = {"rows": rows, "codings": rows, "jobs": batches, "unfinished": 0, "keys": asked.keys, "in_flight": 0}
    return {
        "database": asked.database.partition(":")[0],
        "machine": asdict(this_machine()),
        "posts": len(answers),
        "keys": asked.keys,
        "statuses": dict(sorted(Counter(str(one.status or one.post.kind) for one in answers).items())),
        "replayed": sum(one.replayed for one in answers),
        "asked_again": dict(sorted(Counter(str(one.status) for one in later).items())),
        "effects": effects,
        "wanted": wanted,
        "wrong": dict(wrong),
        "right": not wrong and effects == wanted,
        "seconds": round(seconds, 1),
    }


def judged(answers: Sequence[Answered], later: Sequence[Answered]) -> Iterator[str]:
    """Yield what is wrong with the answers, by its name."""
    by_key: dict[str, list[Answered]] = defaultdict(list)
    for one in (*answers, *later):
        by_key[one.post.key].append(one)
    for found in by_key.values():
        taken = [one for one in found if one.status in (200, 202)]
        if len({json.dumps([one.status, one.body], sort_keys=True) for one in taken}) != 1:
            yield "keys without one and the same answer"
        if len({one.post.body for one in taken}) != 1:
            yield "keys under which two bodies were taken"
        if sum(not one.replayed for one in taken) > 1:
            yield "keys with more than one first answer"
        done = min(one.ended for one in taken)
        for one in found:
            if one.status not in (200, 202, 409, 422, None):
                yield f"answers {one.status}"
            if one.status == 409 and one.began > done:
                yield "409 after the first answer"
            if one.status == 422 and one.post.body == taken[0].post.body:
                yield "422 for the same body"
            if one.post.kind == "again" and (one.status == 422) == (one.post.body == taken[0].post.body):
                yield "bodies that were not told apart"


if __name__ == "__main__":
    main()
