"""Judges verbatim and its peers on the same texts; keeps the figures in quality.json and the tables in docs/peers.md.

    python benchmarks/quality.py --gold gold.jsonl --external folder     everything
    python benchmarks/quality.py --gold gold.jsonl --only tfidf          one coder, on the seed
    python benchmarks/quality.py --external folder --set ccf_auto        every coder on one public set
    python benchmarks/quality.py                                         the tables again, from the figures kept

What has been judged is kept as soon as it is there; a part that is run again takes the place of its older figures.
"""

import argparse
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coders import CoderUnderTest, PeerCoder, ShippedCoder, TrainedCoder
from command import Used
from judging import figures
from labelled import LabelledSet, public_set, seed_set
from machine import this_machine
from peer_tables import quality_tables, update_document
from peers import PEERS

from verbatim import taxonomy
from verbatim.registry import find

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("quality.json")
OURS = "verbatim"
SEED_SET = "seed"
PUBLIC = ("nhs_fft", "ccf_auto", "semeval16_laptop")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be judged: sets by name, coders by name, models of ours by name, and with how many threads."""

    gold: Path | None
    external: Path | None
    sets: tuple[str, ...]
    coders: tuple[str, ...]
    tiers: tuple[str, ...]
    sample: int | None
    threads: int
    work: Path


def main() -> None:
    """Judge what is wished, keep the figures, and write the tables."""
    wish = _wish()
    for task in sets_of(wish):
        for name, coder in coders_of(task, wish):
            print(f"{task.name}: {name}", flush=True)
            keep(task.name, name, judged(task, coder, wish.work / task.name / name))
            print(_told(task.name, name), flush=True)
    update_document(quality_tables(json.loads(RESULTS.read_text(encoding="utf-8"))))


def sets_of(wish: Wish) -> Iterator[LabelledSet]:
    """Yield the sets whose files were given and whose names were asked for."""
    files = {name: wish.external / f"{name}.jsonl" for name in PUBLIC} if wish.external else {}
    for name in wish.sets:
        if name == SEED_SET and wish.gold:
            task = seed_set(ROOT / "training" / "seed", wish.gold)
        elif name in files:
            task = public_set(files[name])
        else:
            continue
        yield task.sampled(wish.sample) if wish.sample else task


def coders_of(task: LabelledSet, wish: Wish) -> Iterator[tuple[str, CoderUnderTest]]:
    """Yield the coders that were asked for, ours first."""
    if OURS in wish.coders and task.name == SEED_SET:
        yield from ((f"{OURS} {find(name).name}", ShippedCoder(name, wish.threads)) for name in wish.tiers)
    elif OURS in wish.coders:
        yield OURS, TrainedCoder(wish.threads)
    yield from ((name, PeerCoder(name, wish.threads)) for name in wish.coders if name != OURS)


def judged(task: LabelledSet, coder: CoderUnderTest, folder: Path) -> dict[str, object]:
    """Return the figures of a coder on a set; what it learns and writes goes into the folder, which is emptied before.

    What coding one text uses is taken off what coding all of them uses: that is the start.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    machine = this_machine()
    texts = [text.words for text in task.judged]
    learning = coder.learn(task, folder)
    _, start = coder.code(texts[:1], folder)
    found, coding = coder.code(texts, folder)
    category_of = taxonomy.default().category_of if task.name == SEED_SET else None
    return {
        "learnt": coder.taught(task),
        "judged": len(texts),
        "labels": len(task.labels),
        "split": task.split,
        "figures": figures([frozenset(text.labels) for text in task.judged], found, category_of),
        "learning": learning and _rounded(learning),
        "start": _rounded(start),
        "coding": _rounded(coding),
        "machine": {**asdict(machine), "load_after": this_machine().load},
    }


def keep(task: str, name: str, result: dict[str, object]) -> None:
    """Put one result in the place of an older one."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    known.setdefault(task, {})[name] = result
    text = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
    partial = RESULTS.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(RESULTS)


def _rounded(used: Used) -> dict[str, float]:
    return {name: round(value, 2) for name, value in asdict(used).items()}


def _told(task: str, name: str) -> str:
    result = json.loads(RESULTS.read_text(encoding="utf-8"))[task][name]
    return json.dumps({**result["figures"], "learning": result["learning"], "coding": result["coding"]})


def _wish() -> Wish:
    current = find(None).name.partition("@")[0]
    parser = argparse.ArgumentParser(description="Judge verbatim and its peers on the same texts.")
    parser.add_argument("--gold", type=Path, help="coded verbatims to judge on what was learnt from training/seed")
    parser.add_argument("--external", type=Path, help=f"folder with {', '.join(PUBLIC)} in JSON lines")
    parser.add_argument("--set", action="append", choices=[SEED_SET, *PUBLIC], help="only this set; may be repeated")
    parser.add_argument("--only", action="append", choices=[OURS, *PEERS], help="only this coder; may be repeated")
    parser.add_argument(
        "--tier", action="append", help=f"name of a model of ours; may be repeated (default: {current})"
    )
    parser.add_argument("--sample", type=int, help="learn from at most so many texts of a set, drawn by label")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads of the libraries")
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "quality", help="folder for what is learnt")
    given = parser.parse_args()
    return Wish(
        gold=given.gold,
        external=given.external,
        sets=tuple(given.set or [SEED_SET, *PUBLIC]),
        coders=tuple(given.only or [OURS, *PEERS]),
        tiers=tuple(given.tier or [current]),
        sample=given.sample,
        threads=given.threads,
        work=given.work,
    )


if __name__ == "__main__":
    main()
