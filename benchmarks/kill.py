"""`kill -9` of a server and its workers at random moments while rows are imported: what is lost, and when it goes on.

    python benchmarks/kill.py                              50 kills, 20,000 rows, on SQLite
    python benchmarks/kill.py --database postgresql        the same on a PostgreSQL of its own, with fsync
    python benchmarks/kill.py --kills 5 --rows 2000        a short run

Half of the kills hit the server alone, half its workers too. Where an import ends before all kills are dealt out,
another one is started. A server lives up to three times as long as the first one took to its first progress. The answer
is JSON: what went in, what was stored and coded, and the seconds from the start of a server to its first new progress.
The exit code is 1 where a row was lost, coded twice or left over.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic, sleep

from corpus import survey_texts, write_survey
from machine import this_machine
from sqlalchemy import Engine, text

from verbatim.actions.importing import start_import
from verbatim.formats.reading import ReadOptions
from verbatim.scratch import PREFIX
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store, reading, writing
from verbatim.store.people import add_organisation

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
NOBODY = 65534
LOOK = 0.02
LONGEST_LIFE = 3.0
"""How long a server may live, in units of what the first one took to its first progress."""

PATIENCE = 600.0

STANDING = "SELECT id, state, done, worker FROM jobs ORDER BY id DESC LIMIT 1"
TWICE = "SELECT 1 FROM codings GROUP BY verbatim_id, revision, model_id HAVING count(*) > 1"
CHECKS = {
    "stored": "SELECT count(*) FROM verbatims",
    "coded": "SELECT count(DISTINCT verbatim_id) FROM codings",
    "codings": "SELECT count(*) FROM codings",
    "twice": f"SELECT count(*) FROM ({TWICE}) AS several",
    "uncoded": "SELECT count(*) FROM verbatims WHERE id NOT IN (SELECT verbatim_id FROM codings)",
    "left_out": "SELECT count(*) FROM job_errors",
    "unfinished": "SELECT count(*) FROM jobs WHERE state <> 'done'",
    "files": "SELECT count(*) FROM job_files",
}


@dataclass(frozen=True, slots=True)
class Resumed:
    """Seconds from the start of a server to a job in a worker's hands, and to its first new progress."""

    claimed: float
    progress: float


class Server:
    """A server and its workers in a process group of their own."""

    def __init__(self, url: str, workers: int) -> None:
        options = ["--database", url, "--port", "0", "--workers", str(workers)]
        command = [sys.executable, "-m", "verbatim.cli", "serve", *options]
        self.began = monotonic()
        self._process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self, everything: bool) -> None:
        """Kill it at once, and its workers with it if they are to be."""
        if everything:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Run the benchmark and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the URL of an empty store")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verbatim-kill-")))
        os.environ["TMPDIR"] = str(folder)
        url = stack.enter_context(database(asked.database, folder))
        survey = write_survey(folder / "survey.csv", survey_texts(asked.rows))
        told = run(asked, url, survey)
    print(json.dumps(told, indent=1))
    sys.exit(0 if told["right"] else 1)


def run(asked: argparse.Namespace, url: str, survey: Path) -> dict[str, object]:
    """Import, kill, start again, and count."""
    engine = open_store(url)
    upgrade(engine)
    with writing(engine) as connection:
        add_organisation(connection, "north")
    random, resumed, imports, began, usual = Random(asked.seed), [], 0, monotonic(), 0.0
    for number in range(asked.kills):
        if not going(engine):
            imports += 1
            start_import(engine, "north", f"survey-{imports}", survey, survey.name, ReadOptions(), "benchmark")
        server = Server(url, asked.workers)
        if usual:
            resumed.append(seen(engine, server, random.uniform(0, LONGEST_LIFE * usual)))
        elif first := seen(engine, server, PATIENCE):
            resumed.append(first)
            usual = first.progress
        server.kill(everything=bool(number % 2))
    server = Server(url, asked.workers)
    if going(engine):
        resumed.append(seen(engine, server, PATIENCE))
    ended(engine)
    server.kill(everything=True)
    counts = counted(engine)
    counts["folders_left"] = len(list(survey.parent.glob(f"{PREFIX}*")))
    engine.dispose()
    return summary(asked, counts, imports, [one for one in resumed if one], monotonic() - began)


def standing(engine: Engine) -> tuple[object, ...]:
    """The latest job: its number, state, steps done, and worker."""
    with reading(engine) as connection:
        row = connection.execute(text(STANDING)).first()
    return tuple(row) if row else (None, "none", 0, None)


def going(engine: Engine) -> bool:
    """Whether the latest job has not ended yet."""
    return standing(engine)[1] in ("queued", "running")


def seen(engine: Engine, server: Server, life: float) -> Resumed | None:
    """When the job went on under this server; None where it did not in the time that the server has to live."""
    before = standing(engine)
    claimed: float | None = None
    until = server.began + life
    while monotonic() < until:
        now = standing(engine)
        if claimed is None and now[3] not in (None, before[3]):
            claimed = monotonic() - server.began
        if now[:3] != before[:3] and (now[2] != before[2] or now[1] == "done"):
            resumed = Resumed(claimed or monotonic() - server.began, monotonic() - server.began)
            if life < PATIENCE:
                sleep(max(0.0, until - monotonic()))
            return resumed
        sleep(LOOK)
    return None


def ended(engine: Engine) -> None:
    """Wait for the last job."""
    until = monotonic() + PATIENCE
    while going(engine):
        if monotonic() > until:
            sys.exit("kill: the last import did not end")
        sleep(LOOK)


def counted(engine: Engine) -> dict[str, int | str]:
    """What is in the store, and whether a file of SQLite is sound."""
    with reading(engine) as connection:
        counts = {name: connection.execute(text(query)).scalar_one() for name, query in CHECKS.items()}
        if engine.dialect.name == "sqlite":
            counts["integrity_check"] = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    return counts


def summary(
    asked: argparse.Namespace, counts: dict[str, int | str], imports: int, resumed: list[Resumed], seconds: float
) -> dict[str, object]:
    """All of it, and whether it is right."""
    rows = asked.rows * imports
    none = all(counts[name] == 0 for name in ("twice", "uncoded", "left_out", "unfinished", "files"))
    whole = all(counts[name] == rows for name in ("stored", "coded", "codings"))
    return {
        "database": asked.database.partition(":")[0],
        "machine": asdict(this_machine()),
        "kills": asked.kills,
        "imports": imports,
        "rows_in": rows,
        **counts,
        "right": whole and none and counts.get("integrity_check", "ok") == "ok",
        "lives_with_progress": len(resumed),
        "seconds_to_claim": spread([one.claimed for one in resumed]),
        "seconds_to_progress": spread([one.progress for one in resumed]),
        "seconds": round(seconds, 1),
    }


def spread(seconds: list[float]) -> dict[str, float]:
    """The median, the 95th percentile, and the longest."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"median": round(median(ordered), 2), "p95": round(p95, 2), "max": round(ordered[-1], 2)}


@contextmanager
def database(asked: str, folder: Path) -> Iterator[str]:
    """The URL of an empty store: in a file, on a PostgreSQL of its own, or as asked."""
    if asked == "postgresql":
        with cluster() as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'verbatim.db'}" if asked == "sqlite" else asked


@contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL of its own, by a socket, as safe as it is delivered: with fsync."""
    folder = Path(tempfile.mkdtemp(prefix="verbatim-pg-"))
    user = NOBODY if os.geteuid() == 0 else None
    shutil.chown(folder, user) if user else None

    def call(program: str, *arguments: str) -> None:
        command = [str(POSTGRESQL / program), "--pgdata", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True)

    call("initdb", "--username=verbatim", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = f"--options=-k {folder} -c listen_addresses=''"
    call("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", options)
    yield f"postgresql://verbatim@/postgres?host={folder}"
    call("pg_ctl", "stop", "--mode=immediate")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
