"""Every coder under judgement behind the same two steps: the peers in their processes, ours through its command."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from command import VERBATIM, Used, used_by
from frames import codebook_of, corpus_of, ids_of, recipe_of
from labelled import LabelledSet
from peers import PEERS

from verbatim.registry import find, read_manifest

PROCESS = Path(__file__).with_name("peer_process.py")
OFFLINE = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "CUDA_VISIBLE_DEVICES": ""}

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

Labels = list[frozenset[str]]


class CoderUnderTest(Protocol):
    """Learns from a set in a work folder, then codes texts."""

    def taught(self, task: LabelledSet) -> int:
        """Return how many texts of a set it learns from, or has learnt from."""

    def learn(self, task: LabelledSet, folder: Path) -> Used | None:
        """Learn from a set, and return what that used; None where nothing had to be learnt."""

    def code(self, texts: Sequence[str], folder: Path) -> tuple[Labels, Used]:
        """Return the labels of each text, and what coding them used, loading counted."""


@dataclass(frozen=True, slots=True)
class PeerCoder:
    """A peer by its name in the table of peers; `threads` is how many its libraries may use."""

    name: str
    threads: int

    def taught(self, task: LabelledSet) -> int:
        """Return how many texts the peer takes, at most all of them."""
        return min(len(task.learnt), PEERS[self.name].most or len(task.learnt))

    def learn(self, task: LabelledSet, folder: Path) -> Used:
        """Teach the peer in a process of its own."""
        sides = task.sampled(self.taught(task)).part()
        taught, held = ([(text.words, list(text.labels)) for text in side] for side in sides)
        data = {"labels": task.labels, "taught": taught, "held": held}
        (folder / "task.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return self._run("learn", folder)

    def code(self, texts: Sequence[str], folder: Path) -> tuple[Labels, Used]:
        """Code texts with what lies in the folder."""
        given, found = folder / "texts.jsonl", folder / "found.jsonl"
        given.write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
        used = self._run("code", folder, given, found)
        return [frozenset(json.loads(line)) for line in found.read_text(encoding="utf-8").splitlines()], used

    def _run(self, todo: str, *paths: Path) -> Used:
        command = [sys.executable, str(PROCESS), todo, self.name, *map(str, paths)]
        return used_by(command, **OFFLINE, **thread_limits(self.threads))


@dataclass(frozen=True, slots=True)
class ShippedCoder:
    """A model of this project as it is shipped, by its name."""

    name: str
    threads: int

    def taught(self, task: LabelledSet) -> int:  # noqa: ARG002 - it has learnt before it was shipped
        """Return how many texts its manifest names."""
        return int(str(read_manifest(find(self.name)).training["verbatims"]))

    def learn(self, task: LabelledSet, folder: Path) -> None:
        """Learn nothing: the model is used as it is."""

    def code(self, texts: Sequence[str], folder: Path) -> tuple[Labels, Used]:
        """Code texts with `verbatim code`."""
        return coded(texts, folder, ["--model", str(find(self.name))], self.threads)


@dataclass(frozen=True, slots=True)
class TrainedCoder:
    """`verbatim train` with the recipe for frames of one's own, and a codebook written from the labels of the set."""

    threads: int

    def taught(self, task: LabelledSet) -> int:
        """Return all of them."""
        return len(task.learnt)

    def learn(self, task: LabelledSet, folder: Path) -> Used:
        """Write codebook, corpus and recipe, and train."""
        ids = ids_of(task.labels)
        (folder / "corpus").mkdir(exist_ok=True)
        (folder / "corpus" / "learnt.jsonl").write_text(corpus_of(task, ids), encoding="utf-8")
        (folder / "codebook.yaml").write_text(codebook_of(task, ids), encoding="utf-8")
        (folder / "recipe.toml").write_text(recipe_of(), encoding="utf-8")
        (folder / "ids.json").write_text(json.dumps({id: label for label, id in ids.items()}), encoding="utf-8")
        arguments = ["train", str(folder / "recipe.toml"), "--models", str(folder / "models")]
        return used_by([*VERBATIM, *arguments], **OFFLINE, **thread_limits(self.threads))

    def code(self, texts: Sequence[str], folder: Path) -> tuple[Labels, Used]:
        """Code texts with the model in the folder; ids become labels again, and one that is none is left out."""
        labels = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        (model,) = (file.parent for file in (folder / "models").glob("*/manifest.json"))
        chosen = ["--codebook", str(folder / "codebook.yaml"), "--model", str(model)]
        found, used = coded(texts, folder, chosen, self.threads)
        return [frozenset(labels[id] for id in own if id in labels) for own in found], used


def coded(texts: Sequence[str], folder: Path, options: Sequence[str], threads: int) -> tuple[Labels, Used]:
    """Return the ids that `verbatim code` gives each text, and what it used, report and all."""
    rows = (json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts))
    (folder / "texts.jsonl").write_text("".join(rows), encoding="utf-8")
    order = [
        "code",
        str(folder / "texts.jsonl"),
        "-o",
        str(folder / "coded"),
        "--text",
        "text",
        "--id",
        "id",
        "--quiet",
    ]
    used = used_by([*VERBATIM, *order, *options], **OFFLINE, **thread_limits(threads))
    found = dict.fromkeys(map(str, range(len(texts))), frozenset[str]())
    found.update(_read(folder / "coded" / "coded.jsonl"))
    return list(found.values()), used


def thread_limits(threads: int) -> dict[str, str]:
    """Return the variables that keep the libraries of a process to so many threads."""
    return dict.fromkeys(LIMITS, str(threads))


def _read(file: Path) -> Iterable[tuple[str, frozenset[str]]]:
    with file.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield row["id"], frozenset(code["id"] for code in row["codes"])
