"""Does the review queue teach a model faster than random order? Simulated analysts on a gold file.

    python training/experiments/review_queue.py GOLD.jsonl [--model b2b@7] [--seeds 5] [--json FILE]

An analyst corrects verbatims as the gold says, 50, 100, 200 and 400 of them; the model learns from them each time
(`verbatim.learning.adapt`), and the queue goes on with what the adapted model doubts. A tenth is drawn at random and
never learnt from, in both orders alike. Two figures come out, means over the seeds with 95 % limits:

- untouched: weighted F1 at level 2 on verbatims that neither order may touch, the same ones at every point;
- the pile: the same figure on everything that could be corrected, as it stands: what was corrected is right.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from verbatim import taxonomy
from verbatim.coder import Coder, Model
from verbatim.domain import CodeMention, Coding, Verbatim
from verbatim.encoders import Encoder, load_encoder
from verbatim.learning.adapt import adapt
from verbatim.learning.economy import Remembered, mean_of
from verbatim.learning.evaluate import evaluate
from verbatim.learning.examples import Example, read_gold
from verbatim.registry import find, load
from verbatim.review import Candidate, Known, disputes, ranked, reserve, rows_of
from verbatim.store.records import text_hash
from verbatim.taxonomy import Codebook

SIZES = (0, 50, 100, 200, 400)
LARGEST_PILE = 500
LEFT = 50
"""So many verbatims at least are left to measure on."""

FIGURE = "l2_weighted"
ORDERS = ("random", "queue")
FIGURES = ("untouched", "pile", "found")


@dataclass(frozen=True, slots=True)
class Setting:
    """A gold file read, and the model that is to learn from it."""

    examples: Sequence[Example]
    model: Model
    encoder: Encoder
    codebook: Codebook
    gold: float

    def code(self, model: Model, numbers: Sequence[int]) -> dict[int, Coding]:
        """The codings of these examples by their numbers."""
        said = (Verbatim(str(number), self.examples[number].text) for number in numbers)
        return {int(verbatim.id): coding for verbatim, coding in Coder(model, self.encoder).code(said)}

    def measure(self, codings: dict[int, Coding]) -> float:
        """The figure of some codings."""
        rows = [self.examples[number] for number in codings]
        return dict(evaluate(rows, list(codings.values()), self.codebook).values)[FIGURE]


@dataclass(slots=True)
class Analyst:
    """Somebody who corrects a pile in some order."""

    setting: Setting
    order: str
    pile: list[int]
    untouched: list[int]
    drawn: list[int]
    learnt: list[int] = field(default_factory=list)
    kept_apart: list[int] = field(default_factory=list)
    wrong: int = 0

    def work(self, sizes: Sequence[int]) -> dict[str, list[float]]:
        """The figures after each number of corrections."""
        model = self.setting.model
        figures: dict[str, list[float]] = {name: [] for name in FIGURES}
        for former, size in zip((0, *sizes), sizes, strict=False):
            codings = self.setting.code(model, self.pile)
            if size > former:
                self._correct(size - former, codings)
                rows = [self.setting.examples[number] for number in self.learnt]
                model = adapt(self.setting.model, self.setting.encoder, rows)
                codings = self.setting.code(model, self.pile)
            standing = {number: self._standing(number, coding) for number, coding in codings.items()}
            figures["untouched"].append(self.setting.measure(self.setting.code(model, self.untouched)))
            figures["pile"].append(self.setting.measure(standing))
            figures["found"].append(self.wrong / max(1, size))
        return figures

    def _correct(self, count: int, codings: dict[int, Coding]) -> None:
        apart = round(count * self.setting.gold)
        done = {*self.learnt, *self.kept_apart}
        gold = [number for number in self.drawn if number not in done][:apart]
        rest = [number for number in self.pile if number not in {*done, *self.drawn}]
        chosen = rest[: count - len(gold)]
        if self.order == "queue":
            chosen = self._ranked(rest, codings, count - len(gold))
        for number in (*gold, *chosen):
            given = {(one.id, one.polarity) for one in codings[number].codes}
            self.wrong += given != set(self.setting.examples[number].codes)
        self.kept_apart += gold
        self.learnt += chosen

    def _ranked(self, rest: Sequence[int], codings: dict[int, Coding], count: int) -> list[int]:
        texts = [self.setting.examples[number].text for number in rest]
        candidates = [_candidate(n, text, codings[n]) for n, text in zip(rest, texts, strict=True)]
        counts: dict[str, int] = {}
        for coding in codings.values():
            for code in coding.codes:
                counts[code.id] = counts.get(code.id, 0) + 1
        pairs = [
            ({one.id for one in codings[number].codes}, self.setting.examples[number].ids) for number in self.learnt
        ]
        return ranked(candidates, rows_of(texts), Known(len(codings), counts, disputes(pairs)), count)

    def _standing(self, number: int, coding: Coding) -> Coding:
        if number not in {*self.learnt, *self.kept_apart}:
            return coding
        codes = tuple(CodeMention(id, polarity, 1.0, ()) for id, polarity in self.setting.examples[number].codes)
        return Coding(coding.verbatim_id, coding.language, codes, coding.stance, False, "gold")


def _candidate(number: int, text: str, coding: Coding) -> Candidate:
    codes = tuple(one.id for one in coding.codes)
    return Candidate(number, coding.trust, coding.stance.conflict, codes, text_hash(text))


def analysts(setting: Setting, seed: int) -> list[Analyst]:
    """One analyst for each order, who are given the same pile and draw the same at random."""
    order = [int(number) for number in np.random.default_rng([11, seed]).permutation(len(setting.examples))]
    size = min(LARGEST_PILE, len(order) - LEFT)
    pile, untouched = order[:size], order[size:]
    kept = reserve(seed, setting.gold)
    hashes = {number: text_hash(setting.examples[number].text) for number in pile}
    drawn = sorted((n for n in pile if kept is not None and hashes[n] in kept), key=lambda n: hashes[n])
    return [Analyst(setting, name, pile, untouched, drawn) for name in ORDERS]


def told(found: Sequence[dict[str, dict[str, list[float]]]], sizes: Sequence[int]) -> dict[str, object]:
    """The means over the seeds, the gain of the queue over random order, and where it reaches random's last figure."""
    rows: dict[str, object] = {"corrections": list(sizes), "seeds": len(found)}
    for figure in FIGURES:
        for order in ORDERS:
            rows[f"{figure}, {order}"] = [round(float(np.mean(each)), 4) for each in _points(found, order, figure)]
        gains = np.array([np.subtract(one["queue"][figure], one["random"][figure]) for one in found]).T
        limits = [mean_of([float(value) for value in each]) for each in gains]
        rows[f"{figure}, gain"] = [[round(v, 4) for v in (one.value, one.low, one.high)] for one in limits]
    for figure in ("untouched", "pile"):
        goal = float(np.mean(_points(found, "random", figure)[-1]))
        curve = [float(np.mean(each)) for each in _points(found, "queue", figure)]
        rows[f"{figure}, the queue reaches random's last figure with"] = reached(sizes, curve, goal)
    return rows


def reached(sizes: Sequence[int], curve: Sequence[float], goal: float) -> int | None:
    """With how many corrections a curve first reaches a figure, along straight lines; None where it never does."""
    if curve[0] >= goal:
        return sizes[0]
    for place in range(1, len(sizes)):
        low, high = curve[place - 1], curve[place]
        if high >= goal:
            return round(sizes[place - 1] + (goal - low) / (high - low) * (sizes[place] - sizes[place - 1]))
    return None


def _points(found: Sequence[dict[str, dict[str, list[float]]]], order: str, figure: str) -> list[list[float]]:
    return [list(each) for each in zip(*(one[order][figure] for one in found), strict=True)]


def main() -> None:
    """Print the table, and write it where a file is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.1, help="drawn at random and never learnt from")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    codebook = taxonomy.default()
    model, _ = load(find(given.model), codebook)
    encoder = Remembered(load_encoder(model.encoder, model.weights))
    setting = Setting(read_gold(given.gold, codebook), model, encoder, codebook, given.share)
    sizes = [size for size in SIZES if size <= min(LARGEST_PILE, len(setting.examples) - LEFT)]
    found = []
    for seed in range(given.seeds):
        found.append({one.order: one.work(sizes) for one in analysts(setting, seed)})
        print(f"seed {seed + 1} of {given.seeds}", flush=True)
    rows = told(found, sizes)
    for name, values in rows.items():
        print(f"{name:60} {values}")
    if given.json:
        given.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
