"""Speed and memory of our models and the peers on the same rows, each in processes of its own, in one run."""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from coders import CoderUnderTest, PeerCoder, ShippedCoder
from command import Used
from corpus import CORPUS, clause_batches, survey_texts
from labelled import seed_set
from machine import this_machine
from peer_tables import speed_table, update_document
from peers import PEERS

from verbatim.registry import find

RESULTS = Path(__file__).with_name("speed.json")
WORK = Path(__file__).resolve().parents[1] / "out" / "quality"
FEW = 2_000


@dataclass(frozen=True, slots=True)
class Race:
    """Which coders run, on how many rows, with how many threads, and the folder where the peers have learnt."""

    tiers: tuple[str, ...]
    peers: tuple[str, ...]
    rows: int
    threads: int
    work: Path


def main() -> None:
    """Measure, keep the figures of this run, and put their table into the document."""
    race = _race()
    clauses = sum(map(len, clause_batches(survey_texts(race.rows))))
    facts = {
        "machine": asdict(this_machine()),
        "threads": race.threads,
        "few": FEW,
        "many": race.rows,
        "clauses": clauses,
    }
    paces: dict[str, dict[str, dict[str, float]]] = {}
    for name, used in measured(race):
        paces[name] = {size: asdict(each) for size, each in zip(("one", "few", "many"), used, strict=True)}
        print(name, json.dumps(paces[name]), flush=True)
        results = {**facts, "load_after": this_machine().load, "paces": paces}
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    update_document({"speed": speed_table(results)})


def measured(race: Race) -> Iterator[tuple[str, list[Used]]]:
    """Yield what each coder used on one row, on 2,000 and on all; a peer that has not learnt the seed learns before."""
    texts = survey_texts(max(FEW, race.rows))
    for name, coder in coders_of(race):
        folder = race.work / "seed" / name
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(coder, PeerCoder) and not (folder / "learnt" / "rule.json").is_file():
            coder.learn(seed_set(CORPUS, None), folder)
        yield name, [coder.code(texts[:rows], folder)[1] for rows in (1, FEW, race.rows)]


def coders_of(race: Race) -> Sequence[tuple[str, CoderUnderTest]]:
    """Return the coders that run, ours first."""
    ours = [(f"verbatim {find(name).name}", ShippedCoder(name, race.threads)) for name in race.tiers]
    return [*ours, *((name, PeerCoder(name, race.threads)) for name in race.peers)]


def _race() -> Race:
    current = find(None).name.partition("@")[0]
    parser = argparse.ArgumentParser(description="Measure speed and memory of verbatim beside its peers.")
    parser.add_argument("--only", action="append", choices=list(PEERS), help="only this peer; may be repeated")
    parser.add_argument(
        "--tier", action="append", help=f"name of a model of ours; may be repeated (default: {current})"
    )
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the larger run")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads of the libraries")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for what the peers learn")
    given = parser.parse_args()
    return Race(
        tiers=tuple(given.tier or [current]),
        peers=tuple(given.only or PEERS),
        rows=given.rows,
        threads=given.threads,
        work=given.work,
    )
