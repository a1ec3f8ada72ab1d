"""The central office on many codings: how long figures take to be read, kept up to date and asked for over HTTP.

    python benchmarks/office.py                                     a million codings over five years, 2,000 accounts
    python benchmarks/office.py --codings 100000 --accounts 500     smaller
    python benchmarks/office.py --database postgresql://u@h/name    the same on PostgreSQL, in an empty database

Makes the store, reads its facts in this process (time and memory), corrects a verbatim and reads again, prints the plan
of each statement that a request runs, then starts `verbatim serve` and asks GET /v1/trends in many ways, one request
after the other. Everything that is said is drawn at random with a fixed seed.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import numpy as np
from machine import this_machine
from sqlalchemy import Engine, event, text

from verbatim import taxonomy
from verbatim.actions.figures import Bench, facts_of
from verbatim.actions.stores import open_data
from verbatim.domain import POLARITIES, STANCES, CodeMention, Coding, Excerpt, Stance
from verbatim.store import sessions
from verbatim.store.access_keys import Holder, create_key
from verbatim.store.changes import cut_all
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts, add_organisation
from verbatim.store.roster import Account, put_accounts

RESULTS = Path(__file__).with_name("office.json")
ORGANISATION = "default"
END = datetime(2026, 11, 1, tzinfo=UTC)
CHUNK = 50_000
ROLES = ("buyer", "user", "cfo", "engineer", "manager")
REGIONS = ("north", "south", "east", "west")
TYPES = ("chain", "hospital", "plant", "school")
WORDS = "Delivery was late twice and nobody called back; the price went up again."

VERBATIMS = [
    "id",
    "organisation",
    "source",
    "external_id",
    "revision",
    "text",
    "text_hash",
    "question",
    "date",
    "at",
    "channel",
    "score",
    "row",
    "account_id",
    "contact_id",
    "created",
]
CODINGS = [
    "id",
    "organisation",
    "verbatim_id",
    "revision",
    "model_id",
    "author",
    "language",
    "stance",
    "stance_source",
    "stance_confidence",
    "conflict",
    "review",
    "trust",
    "created",
    "blind",
    "codebook_id",
]
MENTIONS = ["organisation", "coding_id", "code", "category", "position", "polarity", "confidence", "excerpts"]


def main() -> None:
    """Measure, print and write."""
    wanted = _arguments()
    with TemporaryDirectory(prefix="verbatim-office-") as folder:
        place = wanted.data or Path(folder)
        engine = open_data(None if wanted.database else place, wanted.database, make=True)
        began = time.perf_counter()
        if current_count(engine) == 0:
            fill(engine, wanted.codings, wanted.accounts, wanted.years)
        made = time.perf_counter() - began
        results: dict[str, Any] = {
            "machine": asdict(this_machine()),
            "store": engine.dialect.name,
            "codings": wanted.codings,
            "accounts": wanted.accounts,
            "made_seconds": round(made, 1),
        }
        bench = Bench(engine, taxonomy.default())
        results["facts"] = facts_figures(bench)
        print(json.dumps(results["facts"]), file=sys.stderr, flush=True)
        results["plans"] = plans(bench)
        results["http"] = http_figures(place, wanted.database, engine, wanted.requests)
        engine.dispose()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**kept, results["store"]: results}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


def current_count(engine: Engine) -> int:
    """How many verbatims there are: a store that an earlier run has filled is measured again."""
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM verbatims")).scalar_one())


def fill(engine: Engine, count: int, accounts: int, years: int) -> None:
    """A store with so many coded verbatims, of five contacts at each account."""
    with writing(engine) as connection:
        add_organisation(connection, ORGANISATION)
    chance = random.Random(1)
    names = [f"Account {number}" for number in range(accounts)]
    known = [
        Account(
            name,
            chance.choice(TYPES),
            chance.choice(REGIONS),
            f"team {number % 40}",
            revenue=round(chance.paretovariate(1.16) * 1e5),
        )
        for number, name in enumerate(names)
    ]
    people = [
        Contact(f"Person {place}", name, role, ("decider", "influencer", "user")[place % 3])
        for name in names
        for place, role in enumerate(ROLES)
    ]
    with writing(engine, ORGANISATION) as connection:
        at = {one.account.name: one.id for one in put_accounts(connection, ORGANISATION, known)}
        contacts = list(zip(people, add_contacts(connection, ORGANISATION, people), strict=True))
        model = register_model(connection, ORGANISATION, "b2b@7", "b2b@1")
    of = [(at[person.account or ""], number) for person, number in contacts]
    _insert(engine, _rows(count, of, model, timedelta(days=365 * years)))
    with writing(engine) as connection:
        cut_all(connection, kept=1)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


Chunk = dict[str, list[tuple[Any, ...]]]


def _rows(count: int, people: Sequence[tuple[int, int]], model: int, span: timedelta) -> Iterator[Chunk]:
    """Yield verbatims, codings and mentions, some at a time; some accounts say much more than others."""
    codes = [code for code in taxonomy.default().ids if "." in code]
    draw = np.random.default_rng(2)
    often = 1 / np.arange(1, len(codes) + 1)
    weight = 1 / np.arange(1, len(people) // 5 + 1) ** 0.5
    for first in range(1, count + 1, CHUNK):
        n = min(CHUNK, count + 1 - first)
        account = draw.choice(len(weight), n, p=weight / weight.sum())
        person = account * 5 + draw.integers(0, 5, n)
        seconds = draw.integers(0, int(span.total_seconds()), n)
        score = draw.integers(0, 11, n)
        many = draw.integers(1, 4, n)
        which = draw.choice(len(codes), (n, 3), p=often / often.sum())
        polarity = draw.integers(0, 3, (n, 3))
        chunk: Chunk = {"verbatims": [], "codings": [], "code_mentions": []}
        for place in range(n):
            number = first + place
            when = (END - timedelta(seconds=int(seconds[place]))).isoformat(sep=" ", timespec="microseconds")
            at, contact = people[int(person[place])]
            points = int(score[place])
            stance = STANCES[0 if points <= 6 else 1 if points <= 8 else 2]
            asked = "Why this score?" if number % 3 else "What could we do better?"
            chunk["verbatims"].append((
                *(number, ORGANISATION, ("nps", "support", "portal")[number % 3], f"v{number}", 1, WORDS),
                f"{number:x}",
                *(asked, when, when, ("mail", "web")[number % 2], float(points), 0, at, contact, when),
            ))  # fmt: skip
            chunk["codings"].append((
                *(number, ORGANISATION, number, 1, model, "b2b@7", "en", stance, "score", 1.0, False),
                *(number % 10 == 0, 0.8, when, False, 1),
            ))  # fmt: skip
            for at_code, code in enumerate(dict.fromkeys(which[place, : many[place]].tolist())):
                id, side = codes[code], POLARITIES[polarity[place, at_code]]
                chunk["code_mentions"].append(
                    (ORGANISATION, number, id, id.partition(".")[0], at_code, side, 0.8, '[{"start": 0, "end": 8}]')
                )
        yield chunk


def _insert(engine: Engine, chunks: Iterator[Chunk]) -> None:
    """Insert what is made, by the fastest way that the engine has; the triggers of the log work as always."""
    columns = {"verbatims": VERBATIMS, "codings": CODINGS, "code_mentions": MENTIONS}
    for chunk in chunks:
        with writing(engine, ORGANISATION) as connection:
            cursor = connection.connection.cursor()
            for table, rows in chunk.items():
                names = ", ".join(columns[table])
                if engine.dialect.name == "postgresql":  # COPY goes round no wall, so it goes into a table beside it
                    cursor.execute(f"CREATE TEMPORARY TABLE new_{table} (LIKE {table}) ON COMMIT DROP")
                    with cursor.copy(f"COPY new_{table} ({names}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_{table}")
                else:
                    marks = ", ".join("?" * len(columns[table]))
                    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            cursor.close()
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            for table in ("verbatims", "codings"):
                newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                connection.execute(text(newest))


def facts_figures(bench: Bench) -> dict[str, float]:
    """Seconds to read the facts whole, again with nothing changed, after a correction; memory in MiB."""
    before, began = _memory(), time.perf_counter()
    facts = facts_of(bench, ORGANISATION)
    whole, after = time.perf_counter() - began, _memory()
    unchanged = min(_timed(lambda: facts_of(bench, ORGANISATION)) for _ in range(5))
    corrected = []
    for number in (5, facts.n // 2, facts.n - 1):
        correct(bench.engine, number)
        corrected.append(_timed(lambda: facts_of(bench, ORGANISATION)))
    held = sum(value.nbytes for value in map(facts.__getattribute__, facts.__slots__) if isinstance(value, np.ndarray))
    held += sum(labels.places.nbytes for labels in facts.attributes.values())
    return {
        "whole_seconds": round(whole, 2),
        "unchanged_ms": round(1000 * unchanged, 2),
        "after_a_correction_ms": round(1000 * max(corrected), 1),
        "facts_mib": round(held / 2**20),
        "process_mib_before": before,
        "process_mib_at_most": after,
        "mentions": len(facts.mention_row),
    }


def correct(engine: Engine, number: int) -> None:
    """Another coding of a verbatim, by a person."""
    coding = Coding("x", "en", (CodeMention("price.level", "negative", 1.0, (Excerpt(0, 8),)),), _CRITIC, False, "ann")
    with writing(engine, ORGANISATION) as connection:
        add_codings(connection, ORGANISATION, [Judged(number, coding, person=True)])


_CRITIC = Stance("critic", "score", 1.0)


def plans(bench: Bench) -> dict[str, list[str]]:
    """How the engine finds what each statement asks for that a request runs where nothing, and where one, changed."""
    engine, found = bench.engine, {}
    correct(engine, 7)
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().startswith("SELECT") and "set_config" not in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    facts_of(bench, ORGANISATION)
    event.remove(engine, "before_cursor_execute", note)
    prefix = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with writing(engine, ORGANISATION) as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"{prefix} {statement}", parameters).all()
            found[" ".join(statement.split())[:160]] = [str(row[-1]) for row in rows]
    return found


QUERIES: tuple[dict[str, Any], ...] = (
    {},
    {"category": "price"},
    {"code": "all", "period": "quarter"},
    {"code": "price.level", "period": "month", "year_ago": "true"},
    {"code": "service.delivery", "period": "quarter", "split": "tier", "against": "rest"},
    {"category": "product", "period": "month", "split": "region"},
    {"category": "service", "polarity": "negative", "period": "month", "split": "role"},
    {"nps": "true", "period": "quarter"},
    {"nps": "true", "period": "month", "split": "customer_type", "against": "all"},
    {"category": "all", "period": "week", "since": "2026-01-01", "until": "2026-10-01"},
    {"category": "price", "period": "month", "tier": "1", "channel": "mail"},
    {"category": "service", "period": "month", "account": "Account 1"},
    {"stance": "critic", "period": "quarter", "split": "team"},
    {"code": "price.level", "period": "rolling", "window": "90", "every": "30"},
)
"""Ways to ask for trends; what the route does not take is told and left out of the figures."""


def http_figures(folder: Path, database: str | None, engine: Engine, requests: int) -> dict[str, Any]:
    """Times of GET /v1/trends and GET /v1/coverage over HTTP in milliseconds, once the server has read its facts."""
    with writing(engine, ORGANISATION) as connection:
        holder, key = create_key(connection, ORGANISATION, "bench", "admin")
    with served_from(folder, database) as (port, process):
        began = time.perf_counter()
        status = asked_at(port, key, "/v1/trends")[0]
        found: dict[str, Any] = {"first_answer_seconds": round(time.perf_counter() - began, 2), "status": status}
        paths = [f"/v1/trends?{urlencode(query)}" for query in QUERIES]
        taken = [path for path in paths if asked_at(port, key, path)[0] == 200]
        found["refused"] = [path for path in paths if path not in taken]
        for name, kind in (("trends", taken), ("coverage", ["/v1/coverage", "/v1/coverage?by=tier&by=role"])):
            found[name] = _rounds(port, key, kind, requests, engine)
            found[f"{name}_again"] = _rounds(port, key, kind, requests, None)
        found["pages"] = {path: painted(port, engine, holder, path) for path in ("/trends", "/coverage")}
        correct(engine, 11)
        found["trends_after_a_correction_ms"] = round(_asked(port, key, taken[0]), 1)
        found["server_mib"] = _memory_of(process)
    return found


def _rounds(port: int, key: str, paths: list[str], requests: int, engine: Engine | None) -> dict[str, Any]:
    """Times of these paths, round by round; where a store is given it changes before each, so that no answer is kept.

    What a change costs the first who asks is measured apart.
    """
    times: list[tuple[str, float]] = []
    while len(times) < requests:
        if engine is not None:
            correct(engine, 100 + len(times))
            asked_at(port, key, "/v1/trends?nps=true&period=year&account=Account+2")  # pays for what has changed
        times += [(path, _asked(port, key, path)) for path in paths]
    worst = {path: round(one, 1) for path, one in sorted(times, key=itemgetter(1))}
    return {**_spread([one for _, one in times]), "at_most_ms": worst}


@contextmanager
def served_from(folder: Path, database: str | None) -> Iterator[tuple[int, int]]:
    """The port and the process of a server of the store, which ends with the block."""
    place = ["--database", database] if database else ["--data", str(folder)]
    command = [sys.executable, "-m", "verbatim.cli", "serve", *place, "--port", "0", "--workers", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(2))
        yield int(told["docs"].split(":")[-1].split("/")[0]), process.pid
    finally:
        process.kill()  # what it has kept survives that
        process.wait(60)


def asked_at(port: int, key: str, path: str) -> tuple[int, bytes]:
    """The status and the body of the answer to a GET."""
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def painted(port: int, engine: Engine, holder: Holder, path: str) -> dict[str, float] | None:
    """Milliseconds until a browser has the page, and until it paints its first words; None where there is no page."""
    from playwright.sync_api import sync_playwright

    with writing(engine, ORGANISATION) as connection:
        token = sessions.begin(connection, holder, datetime.now(UTC))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
        context.add_cookies([{"name": "verbatim_session", "value": token, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        page.goto("/jobs")  # what all pages have in common is there
        answer = page.goto(path)
        found = None
        if answer is not None and answer.status == 200:
            paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
            while page.evaluate(paint) is None:  # told a moment after it was done
                page.wait_for_timeout(10)
            loaded = "performance.getEntriesByType('navigation')[0].responseEnd"
            found = {"html_ms": round(page.evaluate(loaded), 1), "painted_ms": round(page.evaluate(paint), 1)}
        browser.close()
    return found


def _asked(port: int, key: str, path: str) -> float:
    """Milliseconds that an answer took."""
    began = time.perf_counter()
    status, _ = asked_at(port, key, path)
    assert status == 200, (status, path)
    return 1000 * (time.perf_counter() - began)


def _spread(times: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times, (50, 95))
    return {"requests": len(times), "p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "worst_ms": round(max(times), 1)}


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _memory_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codings", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--requests", type=int, default=120)
    parser.add_argument("--data", type=Path, help="A folder for the store, which stays.")
    parser.add_argument("--database", help="An empty database of PostgreSQL.")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
