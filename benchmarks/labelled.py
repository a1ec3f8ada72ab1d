"""Labelled texts to learn from and to be judged on: the training corpus with its gold, and public sets with labels.

A set has texts to learn from and texts to judge on, none in both. What a coder is taught of the first, and what is held
out of it to choose a threshold on, is the same for all.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

SEED = 20260
HELD = 0.1
"""The share of the texts to learn from that is held out to choose a threshold on."""

TESTED = 0.2
"""The share of the texts that is judged on where a set has no split of its own."""

EACH = 8
"""How many texts of every label a sample has first, where there are so many; the rest of it is drawn at random."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its labels, each once, and the polarity of each; `owner` is the text that an excerpt stands in."""

    words: str
    labels: tuple[str, ...]
    polarities: tuple[str, ...]
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Texts to learn from with their excerpts, and texts to judge on; `split` says how they were parted."""

    name: str
    language: str
    learnt: tuple[Text, ...]
    excerpts: tuple[Text, ...]
    judged: tuple[Text, ...]
    split: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that can be learnt, sorted."""
        return tuple(sorted({label for text in self.learnt for label in text.labels}))

    def part(self) -> tuple[list[Text], list[Text]]:
        """Return what is taught, excerpts of the taught texts among it, and what is held out; seeded."""
        order = Random(SEED).sample(range(len(self.learnt)), len(self.learnt))
        held = set(order[: round(HELD * len(order))])
        taught = [text for number, text in enumerate(self.learnt) if number not in held]
        taught += [excerpt for excerpt in self.excerpts if excerpt.owner not in held]
        return taught, [self.learnt[number] for number in sorted(held)]

    def sampled(self, most: int) -> "LabelledSet":
        """Return the set with at most so many texts to learn from, drawn by label, and their excerpts."""
        if most >= len(self.learnt):
            return self
        kept = drawn([text.labels for text in self.learnt], most)
        place = {number: new for new, number in enumerate(kept)}
        excerpts = (replace(each, owner=place[each.owner]) for each in self.excerpts if each.owner in place)
        return replace(self, learnt=tuple(self.learnt[number] for number in kept), excerpts=tuple(excerpts))


def drawn(labels: Sequence[Iterable[str]], most: int) -> list[int]:
    """Return the numbers of at most so many texts, sorted: eight of every label if there is room, then any."""
    order = Random(SEED).sample(range(len(labels)), len(labels))
    counts: dict[str, int] = {}
    first = []
    for number in order:
        wanted = [label for label in labels[number] if counts.get(label, 0) < EACH]
        if wanted:
            first.append(number)
        for label in labels[number]:
            counts[label] = counts.get(label, 0) + 1
    chosen = dict.fromkeys([*first, *order])
    return sorted(list(chosen)[:most])


def seed_set(folder: Path, gold: Path | None) -> LabelledSet:
    """Return the training corpus of a folder, whole texts and labelled segments, and the gold to judge on, if any."""
    learnt, excerpts = [], []
    for row in (row for file in sorted(folder.glob("*.jsonl")) for row in _rows(file)):
        parts = [(part["text"], _of_codes(part["codes"])) for part in row["segments"]]
        whole = {label: polarity for _, codes in parts for label, polarity in codes.items()}
        excerpts += [_text(words, codes, len(learnt)) for words, codes in parts if words != row["text"]]
        learnt.append(_text(row["text"], whole))
    judged = tuple(_text(row["text"], _of_codes(row["codes"])) for row in (_rows(gold) if gold else ()))
    return LabelledSet("seed", "mul", tuple(learnt), tuple(excerpts), judged, "all of the seed, and gold")


def public_set(file: Path) -> LabelledSet:
    """Return a set of JSON lines with text, labels, sentiment, lang and split; equal texts count once, as first coded.

    Where no row has the split "test", a fifth of the different texts is judged on, drawn by seed.
    """
    rows = list({row["text"]: row for row in reversed(list(_rows(file)))}.values())[::-1]
    order = Random(SEED).sample(range(len(rows)), len(rows))
    own = any(row["split"] == "test" for row in rows)
    tested = set(order[: round(TESTED * len(rows))])
    sides: tuple[list[Text], list[Text]] = ([], [])
    for number, row in enumerate(rows):
        polarities = (str(side or "neutral") for side in row["sentiment"])
        text = _text(row["text"], dict(zip(row["labels"], polarities, strict=True)))
        sides[row["split"] == "test" if own else number in tested].append(text)
    split = "its own split" if own else f"no split of its own: {TESTED:.0%} of the different texts, drawn by seed"
    return LabelledSet(file.stem, rows[0]["lang"], tuple(sides[0]), (), tuple(sides[1]), split)


def _rows(file: Path) -> Iterable[dict]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _of_codes(codes: Iterable[dict]) -> dict[str, str]:
    return {code["id"]: code["polarity"] for code in codes}


def _text(words: str, codes: dict[str, str], owner: int | None = None) -> Text:
    return Text(words, tuple(codes), tuple(codes.values()), owner)
