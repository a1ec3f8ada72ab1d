"""How long a retraining takes at 100, 1,000 and 10,000 corrections, from the store to the verdict.

    python benchmarks/retrain.py results.json

The corrections are texts of the project's own corpus with their own codes, put into a store on SQLite as codings by a
person, each said by another contact; 500 more are gold. The model has learnt from most of these texts, so the figures
are of time only: what a retraining is worth is measured elsewhere (docs/decisions/0016). Each size is run twice: first
with nothing read before, then again, when nothing is left to read. `seconds` are those of the wall, `processor` those
that the process itself has used.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from machine import this_machine

from verbatim import taxonomy
from verbatim.actions.retraining import Outcome, RetrainOrder, retrain
from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.learning.examples import Example, read_corpus
from verbatim.registry import find
from verbatim.store.codings import Judged, add_codings
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store, writing
from verbatim.store.people import add_organisation
from verbatim.store.review import add_sample
from verbatim.store.verbatims import Received, add_verbatims

SEED = Path(__file__).resolve().parents[1] / "training" / "seed"
SIZES = (100, 1_000, 10_000)
GOLD = 500
OWNER = "default"


def coding(example: Example) -> Coding:
    mentions = tuple(CodeMention(id, side, 1.0, ()) for id, side in example.codes)
    return Coding(example.id, "und", mentions, Stance(None, "estimated", 1.0), False, "bench")


def fill(engine, examples, gold):
    """Put the examples into the store as a person coded them, the first of them as gold."""
    rows = [Received(Verbatim(one.id, one.text, contact=one.id)) for one in examples]
    with writing(engine, OWNER) as connection:
        add_organisation(connection, OWNER)
        ids = [one.id for one in add_verbatims(connection, OWNER, "seed", rows)]
        judged = [Judged(id, coding(one), person=True) for id, one in zip(ids, examples, strict=True)]
        add_codings(connection, OWNER, judged)
        add_sample(connection, OWNER, ids[:gold], 1, datetime.now(UTC))


def timed(engine) -> tuple[dict[str, float], Outcome]:
    wall, used = time.perf_counter(), time.process_time()
    outcome = retrain(engine, RetrainOrder(OWNER, "bench", find("b2b@7")))
    seconds = {"seconds": time.perf_counter() - wall, "processor": time.process_time() - used}
    return {**{name: round(value, 1) for name, value in seconds.items()}, "encoded": outcome.encoded}, outcome


def measured(size: int, examples: list[Example]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/verbatim.db")
        upgrade(engine)
        fill(engine, examples[: GOLD + size], GOLD)
        first, outcome = timed(engine)
        again, _ = timed(engine)
        engine.dispose()
    return {
        "corrections": outcome.corrections,
        "gold": outcome.gold,
        "left_out": dict(outcome.left_out),
        "first": first,
        "again": again,
        "load": os.getloadavg()[0],
    }


def main(file: Path) -> None:
    examples = read_corpus(SEED, taxonomy.default())[::2]
    found = []
    for size in SIZES:
        found.append(measured(size, examples))
        print(json.dumps(found[-1]), file=sys.stderr)
    file.write_text(json.dumps({"machine": asdict(this_machine()), "sizes": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
