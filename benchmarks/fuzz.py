"""schemathesis against a real server, with a key of each role in turn: what it asked, and what it found.

    pip install schemathesis==4.32.5                       in an environment of its own, or in this one
    python benchmarks/fuzz.py                              all phases, on SQLite
    python benchmarks/fuzz.py --database postgresql        the same on a PostgreSQL of its own
    python benchmarks/fuzz.py --requests 500               a short run

Every role runs all phases (examples, coverage, fuzzing, stateful) with all checks, with further seeds until it has sent
as many requests as asked; they are counted by the server's own figures. Which failures are explained by a rule that no
schema can tell, benchmarks/fuzz_hooks.py says. The answer is JSON; the exit code is 1 where something else was found,
or a status of 500 or above was answered.

Webhooks that are made up by the way may make the server look for their hosts: where that is not wanted,
`unshare --net sh -c 'ip link set lo up && python benchmarks/fuzz.py'`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from machine import this_machine
from served import Served, served

ROLES = ("submitter", "analyst", "manager", "admin")
ACCOUNT = "Larkhill Foods"
HOOKS = "fuzz_hooks"
RULES = "explained.jsonl"
CHECKS = "all"
COUNT = re.compile(r'verbatim_requests_total\{method="\w+",route="[^"]*",status="(\d+)"\} (\S+)')


def main() -> None:
    """Run the benchmark and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5_500, help="of each role, at least")
    parser.add_argument("--examples", type=int, default=60, help="of each operation in one run")
    parser.add_argument("--roles", nargs="*", default=ROLES, choices=ROLES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the URL of an empty store")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--schemathesis", default=shutil.which("schemathesis") or "schemathesis", help="the command")
    parser.add_argument("--keep", type=Path, help="folder for everything that schemathesis and the server said")
    asked = parser.parse_args()
    limit = {"limit_per_minute": "100000000"}
    where = tempfile.TemporaryDirectory(prefix="verbatim-fuzz-")
    with where as folder, served(Path(folder), asked.database, **limit) as server:
        found = run(asked, server, Path(folder))
    print(json.dumps(found, indent=1))
    sys.exit(0 if found["right"] else 1)


def run(asked: argparse.Namespace, server: Served, folder: Path) -> dict[str, object]:
    """Fuzz with each role's key, the admin's last: it may revoke those of the others."""
    began, roles = monotonic(), {}
    keep = asked.keep or folder / "kept"
    keep.mkdir(parents=True, exist_ok=True)
    seed(server)
    keys = {role: key(server, role) for role in ROLES}
    for role in asked.roles:
        roles[role] = fuzzed(asked, server, role, keys[role], keep)
    total = statuses(server)
    explained = [json.loads(line) for line in read_lines(keep / RULES)]
    lines = server.log.read_text(encoding="utf-8").splitlines()
    shutil.copy(server.log, keep / "server.log")
    unforeseen = [line for line in lines if "unforeseen" in line]
    return {
        "database": asked.database.partition(":")[0],
        "machine": asdict(this_machine()),
        "schemathesis": roles[asked.roles[0]]["schemathesis"],
        "requests": sum(total.values()),
        "statuses": dict(sorted(total.items())),
        "unforeseen": unforeseen[:20],
        "failures": sum(len(one["failures"]) for one in roles.values()),
        "explained": dict(Counter(why for one in explained for why in one["why"]).most_common()),
        "roles": roles,
        "right": not unforeseen and not any(one["failures"] or one["errors"] for one in roles.values()),
        "seconds": round(monotonic() - began, 1),
    }


def seed(server: Served) -> None:
    """Something to be found: feedback of two accounts, contacts, a job that is done."""
    said = [
        {
            "external_id": f"r-{n}",
            "text": "Support is quick, but the price went up twice.",
            "score": n % 11,
            "account": ACCOUNT if n % 2 else "Merrow",
            "contact": "Ann Lee" if n % 3 else None,
        }
        for n in range(20)
    ]
    server.ask("POST", "/v1/verbatims", {"source": "nps-2026", "items": said})
    server.ask("PUT", "/v1/contacts", {"items": [{"name": "Ann Lee", "account": ACCOUNT, "permission": "named"}]})
    server.ask("POST", "/v1/exports", {"format": "jsonl"})


def key(server: Served, role: str) -> tuple[str, str]:
    """The number of a key of this role, and the key itself; the admin's is the server's own."""
    if role == "admin":
        return str(server.ask("GET", "/v1/me")["id"]), server.key  # type: ignore[index]
    accounts = {"accounts": [ACCOUNT]} if role == "manager" else {}
    made = server.ask("POST", "/v1/keys", {"name": role, "role": role, **accounts})
    return made["id"], made["secret"]  # type: ignore[index]


def fuzzed(asked: argparse.Namespace, server: Served, role: str, own: tuple[str, str], keep: Path) -> dict[str, object]:
    """What came of one role: run after run, each with a seed of its own."""
    before, cases, failures, errors, runs = statuses(server), Counter[str](), {}, Counter[str](), 0
    sent = Counter[str]()
    while sent.total() < asked.requests:
        report = schemathesis(asked, server, role, own, keep / f"{role}-{asked.seed + runs}")
        cases.update(report["test_cases"])
        errors.update({one["title"]: one["count"] for one in report["errors"]})
        for one in report["failures"]:
            told = failures.setdefault(one["code"], {"title": one["title"], "count": 0, "operations": set()})
            told["count"] += one["count"]
            told["operations"] |= {*map(str, one["operations"])}
        runs += 1
        sent = statuses(server) - before
    return {
        "schemathesis": report["schemathesis_version"],
        "requests": sent.total(),
        "runs": runs,
        "phases": {name: one["status"] for name, one in report["phases"].items()},
        "operations": report["operations"]["tested"],
        "cases": dict(cases),
        "statuses": dict(sorted(sent.items())),
        "failures": {code: {**one, "operations": sorted(one["operations"])} for code, one in failures.items()},
        "errors": dict(errors),
    }


def schemathesis(
    asked: argparse.Namespace, server: Served, role: str, own: tuple[str, str], place: Path
) -> dict[str, object]:
    """The report of one run of schemathesis; all that it said is kept beside it."""
    report = place.with_suffix(".json")
    number, secret = own
    config = place.with_suffix(".toml")
    config.write_text(f'[auth.openapi.key]\nbearer = "{secret}"\n', encoding="utf-8")
    command = [
        asked.schemathesis, "--config-file", str(config), "run", f"{server.url}/openapi.json",
        "--phases", asked.phases, "--checks", CHECKS, "--mode", "all", "--max-examples", str(asked.examples),
        "--seed", place.name.rpartition("-")[2], "--continue-on-failure", "--generation-database", "none",
        "--suppress-health-check", "all", "--no-color", "--request-timeout", "60",
        "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    env = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "FUZZ_OWN_KEY": number if role == "admin" else "0"}
    env |= {"PYTHONPATH": str(Path(__file__).parent), "FUZZ_RULES": str(place.parent / RULES)}
    with place.with_suffix(".txt").open("wb") as said:
        subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, env=env, cwd=place.parent, check=False)
    return json.loads(report.read_text(encoding="utf-8"))


def read_lines(path: Path) -> list[str]:
    """The lines of a file; none where there is no such file."""
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def statuses(server: Served) -> Counter[str]:
    """How often the server has answered with which status."""
    headers = {"Authorization": f"Bearer {server.key}"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/metrics", headers=headers), timeout=60) as answer:
        text = answer.read().decode()
    found = Counter[str]()
    for status, count in COUNT.findall(text):
        found[status] += int(float(count))
    return found


if __name__ == "__main__":
    main()
