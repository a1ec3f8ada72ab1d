"""One peer in a process of its own: `learn` from a work folder, or `code` the texts of a file with what was learnt.

FOLDER/task.json          labels, and what is taught, held out and learnt again
FOLDER/learnt/            what the peer has learnt, with the rule that turns its scores into labels
"""

import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np
from judging import Rule, chosen_rule
from numpy.typing import NDArray
from peers import PEERS, Peer

CHUNK = 1_000
"""How many texts are coded at a time, so that memory need not grow with the file."""


def learn(name: str, folder: Path) -> None:
    """Teach the peer, choose its rule on the held-out texts, and teach it all of them where it is to learn again."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    labels = task["labels"]
    peer = taught(name, task["taught"], labels)
    rule = chosen_rule(peer.scores(words_of(task["held"])), marks_of(task["held"], labels))
    if PEERS[name].again:
        peer = taught(name, task["taught"] + task["held"], labels)
    kept = folder / "learnt"
    kept.mkdir(exist_ok=True)
    peer.save(kept)
    (kept / "rule.json").write_text(json.dumps(asdict(rule)), encoding="utf-8")


def code(name: str, folder: Path, texts: Path, out: Path) -> None:
    """Write the labels of each text of a file, both one JSON value a line, a thousand texts at a time."""
    labels = json.loads((folder / "task.json").read_text(encoding="utf-8"))["labels"]
    rule = Rule(**json.loads((folder / "learnt" / "rule.json").read_text(encoding="utf-8")))
    peer = PEERS[name].peer()
    peer.load(folder / "learnt")
    with texts.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as coded:
        for chunk in chunks(json.loads(line) for line in lines):
            for row in rule.given(peer.scores(chunk)):
                found = [labels[column] for column in np.flatnonzero(row)]
                coded.write(json.dumps(found, ensure_ascii=False) + "\n")


def taught(name: str, texts: Sequence[tuple[str, list[str]]], labels: Sequence[str]) -> Peer:
    """Return a peer that has learnt from texts with their labels."""
    peer = PEERS[name].peer()
    peer.learn(words_of(texts), marks_of(texts, labels))
    return peer


def words_of(texts: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Return the texts without their labels."""
    return [words for words, _ in texts]


def marks_of(texts: Sequence[tuple[str, list[str]]], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return which labels each text has, (n, k)."""
    place = {label: column for column, label in enumerate(labels)}
    marks = np.zeros((len(texts), len(labels)), dtype=bool)
    for row, (_, own) in enumerate(texts):
        marks[row, [place[label] for label in own]] = True
    return marks


def chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    """Yield the texts in lists of at most a thousand."""
    while chunk := list(islice(texts, CHUNK)):
        yield chunk


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the libraries' remarks on each other, and on labels that have no example
    todo, who, *paths = sys.argv[1:]
    {"learn": learn, "code": code}[todo](who, *map(Path, paths))
