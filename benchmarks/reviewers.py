"""Reviewers at work beside a job: each takes from the queue and saves, over HTTP; then every save is looked for.

    python benchmarks/reviewers.py                  20 reviewers for 5 minutes beside a job of 20,000 rows, on SQLite
    python benchmarks/reviewers.py --seconds 20 --rows 2000
    python benchmarks/reviewers.py --pause 0        nobody reads: each saves as fast as it is answered
    python benchmarks/reviewers.py --database postgresql://user@host/name

Starts `verbatim serve` on an empty folder. A reviewer reads for a moment, saves, and sends one save in ten a second
time, as after a dropped connection. In the end every save that was acknowledged must be one coding of the store, and
every coding by a person one of those. Client and server share the processor.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from load import Server, asked, import_rows, memory_of, seed_texts, served, wait_for
from machine import this_machine
from sqlalchemy import select

from verbatim.access import ORGANISATION
from verbatim.actions.stores import store_url
from verbatim.store.opening import open_store, reading
from verbatim.store.schema import codings

BATCH = 10
"""So many verbatims a reviewer takes at once."""

AGAIN = 10
"""One save in so many is sent a second time."""

CODES = ("price.level", "product.features", "service.resolution", "service.attitude", "sales_process.handover")
RESULTS = Path(__file__).with_name("reviewers.json")


@dataclass(frozen=True, slots=True)
class Times:
    """Requests that were answered well, and how long they took, in milliseconds."""

    count: int
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Custody:
    """What became of the saves: acknowledged ones that are not in the store, codings too many, items taken by two."""

    acknowledged: int
    kept: int
    lost: int
    doubled: int
    taken_by_two: int


@dataclass
class Reviewer:
    """One of those who work; `saved` has the coding of each verbatim, `failed` the statuses that were no answer."""

    server: Server
    key: str
    codes: Sequence[str]
    pause: float
    saved: dict[int, int] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)
    takes: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    failed: Counter[int] = field(default_factory=Counter)

    def work(self, until: float, seed: int) -> None:
        """Take and save until a moment of `perf_counter`."""
        chance = random.Random(seed)
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        while time.perf_counter() < until:
            began = time.perf_counter()
            batch = self._asked(connection, "GET", f"/v1/review/queue?size={BATCH}")
            items = batch["items"] if batch else []
            self.takes += [time.perf_counter() - began] if items else []
            if not items:
                time.sleep(0.2)
            for item in items:
                self.taken.append(item["id"])
                time.sleep(self.pause * chance.uniform(0.5, 1.5))
                self._save(connection, item, chance)

    def _save(self, connection: HTTPConnection, item: dict, chance: random.Random) -> None:
        code = {"id": chance.choice(self.codes), "polarity": "negative"}
        body = json.dumps({"codes": [code], "stance": "critic", "based_on": item["coding"]})
        key = uuid4().hex
        for _ in range(1 + (chance.randrange(AGAIN) == 0)):
            began = time.perf_counter()
            answer = self._asked(connection, "PUT", f"/v1/verbatims/{item['id']}/codings", body, key)
            if answer is None:
                return
            self.saves.append(time.perf_counter() - began)
            self.saved[item["id"]] = answer["coding"]["id"]

    def _asked(
        self, connection: HTTPConnection, method: str, path: str, body: str | None = None, once: str | None = None
    ) -> dict | None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": once} if once else {}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            connection.close()
            self.failed[0] += 1
            return None
        if answer.status != 200:
            self.failed[answer.status] += 1
            return None
        return json.loads(content)


def main() -> None:
    """Measure, print and write."""
    wanted = _arguments()
    texts = seed_texts()
    with TemporaryDirectory(prefix="verbatim-reviewers-") as name, served(Path(name), wanted.database) as server:
        ready = _coded(server, texts, wanted.ready)
        reviewers = [Reviewer(server, key, CODES, wanted.pause) for key in _keys(server, wanted.reviewers)]
        job = import_rows(server, texts, wanted.rows)
        until = time.perf_counter() + wanted.seconds
        with ThreadPoolExecutor(len(reviewers)) as pool:
            for future in [pool.submit(one.work, until, seed) for seed, one in enumerate(reviewers)]:
                future.result()
        progress, memory = asked(server, job), memory_of(server.pid)
        data = None if wanted.database else Path(name) / "data"
        custody = _custody(store_url(data, wanted.database), reviewers)
        locked = (Path(name) / "log").read_text(encoding="utf-8").count("locked")
    failed = sum((one.failed for one in reviewers), Counter())
    results = {
        "machine": asdict(this_machine()),
        "store": "postgresql" if wanted.database else "sqlite",
        "reviewers": len(reviewers),
        "seconds": wanted.seconds,
        "pause": wanted.pause,
        "ready": ready,
        "save": asdict(_times([one for each in reviewers for one in each.saves])),
        "take": asdict(_times([one for each in reviewers for one in each.takes])),
        "failed": {str(status): count for status, count in sorted(failed.items())},
        "locked": locked,
        "custody": asdict(custody),
        "memory_mib": memory,
        "job": {name: progress[name] for name in ("state", "done", "total", "rate")},
    }
    shown = json.dumps(results, indent=1)
    print(shown)
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    RESULTS.write_text(json.dumps({**kept, str(results["store"]): results}, indent=1) + "\n", encoding="utf-8")
    if custody.lost or custody.doubled or custody.taken_by_two or any(status >= 500 for status in failed):
        sys.exit(1)


def _custody(url: str, reviewers: Sequence[Reviewer]) -> Custody:
    """What the store says of what the reviewers were told."""
    engine = open_store(url, read_only=True)
    with reading(engine, ORGANISATION) as connection:
        rows = connection.execute(select(codings.c.id, codings.c.verbatim_id).where(codings.c.model_id.is_(None))).all()
    engine.dispose()
    told = {coding: verbatim for one in reviewers for verbatim, coding in one.saved.items()}
    kept = {row.id: row.verbatim_id for row in rows}
    count = Counter(kept.values())
    acknowledged = sum(len(one.saved) for one in reviewers)
    taken = Counter(number for one in reviewers for number in set(one.taken))
    return Custody(
        acknowledged=acknowledged,
        kept=len(kept),
        lost=acknowledged - sum(kept.get(coding) == verbatim for coding, verbatim in told.items()),
        doubled=sum(times - 1 for times in count.values()) + len([coding for coding in kept if coding not in told]),
        taken_by_two=sum(times > 1 for times in taken.values()),
    )


def _times(found: Sequence[float]) -> Times:
    good = sorted(found) or [float("inf")]
    p50, p99 = (round(1000 * good[min(len(good) - 1, int(share * len(good)))], 1) for share in (0.5, 0.99))
    return Times(len(found), p50, p99, round(1000 * good[-1], 1))


def _keys(server: Server, count: int) -> list[str]:
    bodies = [{"name": f"reviewer {number}", "role": "analyst"} for number in range(count)]
    return [str(asked(server, "/v1/keys", body)["secret"]) for body in bodies]


def _coded(server: Server, texts: Sequence[str], count: int) -> int:
    """How many verbatims are coded before anybody begins."""
    rows = [{"external_id": f"q{n}", "text": f"{texts[n % len(texts)]} ({n})"} for n in range(count)]
    for start in range(0, count, 1000):
        answer = asked(server, "/v1/verbatims", {"source": "ready", "items": rows[start : start + 1000]})
        if answer["job"]:
            wait_for(server, answer["job"]["href"])
    return count


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Let reviewers work beside a job.")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; SQLite in a folder if left out")
    parser.add_argument("--seconds", type=int, default=300, help="how long the reviewers work")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the job beside them")
    parser.add_argument("--reviewers", type=int, default=20, help="how many work at once")
    parser.add_argument("--ready", type=int, default=1000, help="verbatims that are coded before they begin")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds that reading one takes, on the average")
    return parser.parse_args()


if __name__ == "__main__":
    main()
