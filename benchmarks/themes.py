"""Themes measured on files of one JSON object a line (`text`, and `date` for months): identity, sameness, a client's
own themes beside BERTopic, and size. Everything is looked through, as if nothing were coded.

    themes.py months FILE                       fed month by month, each time all that is there by then
    themes.py twice FILE                        the same input twice
    themes.py reference FILE THEMES [PYTHON]    THEMES: the client's own, sheets of rows; PYTHON: one with BERTopic
    themes.py size SEGMENTS FILE...             time and memory from texts to named themes

The texts stay where they are: of them nothing is printed.
"""

import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verbatim.coder import parts_of
from verbatim.domain import Verbatim
from verbatim.learning.theming import Meaning, Segments, Themes, themes_of
from verbatim.registry import find, load
from verbatim.text.terms import terms
from verbatim.themes import Cluster, Known, matched, named

AT_ONCE = 512
TOP, CENTRAL = 10, 3
"""So many words of a theme, and so many of its most central texts, are compared with a client's theme."""

LARGEST = 10
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Read:
    """The clauses of some rows: texts, languages, vectors (n, d), and the row of each (n,)."""

    texts: list[str]
    languages: list[str]
    vectors: NDArray[np.float32]
    row: NDArray[np.int64]

    def of(self, kept: NDArray[np.bool_]) -> Segments:
        """Some of the clauses."""
        places = np.flatnonzero(kept).tolist()
        texts, languages = [self.texts[at] for at in places], [self.languages[at] for at in places]
        return Segments(texts, languages, self.vectors[kept])

    @property
    def all(self) -> Segments:
        """All clauses."""
        return Segments(self.texts, self.languages, self.vectors)


def rows_of(path: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def read(texts: Iterable[str], most: int | None = None) -> Read:
    """The clauses of texts with their vectors, by the encoder of the current model; at most so many."""
    model, _ = load(find(None))
    from verbatim.encoders import load_encoder

    encoder = Meaning(load_encoder(model.encoder, model.weights))
    found = Read([], [], np.zeros((0, encoder.dimension), np.float32), np.zeros(0, np.int64))
    vectors, owners = [found.vectors], []
    parts = [(row, part) for row, text in enumerate(texts) for part in parts_of(Verbatim(str(row), text))]
    for start in range(0, len(parts), AT_ONCE):
        some = parts[start : start + AT_ONCE]
        vectors.append(encoder.read([one.text for _, one in some], [one.spans() for _, one in some]).clauses)
        for row, one in some:
            owners += [row] * len(one.clauses)
            found.texts.extend(one.text[clause.start : clause.end] for clause in one.clauses)
            found.languages.extend(clause.language for clause in one.clauses)
        if most is not None and len(owners) >= most:
            break
    end = len(owners) if most is None else min(most, len(owners))
    return Read(found.texts[:end], found.languages[:end], np.concatenate(vectors)[:end], np.array(owners[:end]))


def months(path: str) -> dict[str, Any]:
    """How ids fare when months come one after the other, beside one look at everything."""
    rows = [row for row in rows_of(path) if row.get("date")]
    month_of = np.array([int(day_of(row["date"]).strftime("%Y%m")) for row in rows])
    found = read(row["text"] for row in rows)
    month = month_of[found.row]
    known: list[Known] = []
    fresh, first_given = 0, np.full(len(month), -1)
    told: list[dict[str, Any]] = []
    ids = first_given.copy()
    for until in sorted(set(month.tolist())):
        places = np.flatnonzero(month <= until)
        run = themes_of(found.of(month <= until))
        before = ids.copy()
        ids, known, fresh = identified(run, places, known, fresh, len(month))
        new = places[month[places] == until]
        first_given[new] = ids[new]
        both = (before >= 0) & (ids >= 0)
        kept = float((before[both] == ids[both]).mean()) if both.any() else None
        told.append({"until": until, "segments": len(places), "themes": len(run.centroids), "kept": rounded(kept)})
    once = themes_of(found.all).labels
    return {
        "months": told,
        "rand": rounded(adjusted_rand(ids, once)),
        "rand_of_placed": rounded(adjusted_rand(ids, once, placed=True)),
        "rand_of_first_ids": rounded(adjusted_rand(first_given, once)),
        "rand_of_first_ids_placed": rounded(adjusted_rand(first_given, once, placed=True)),
        "ten_largest": ten_largest(told, ids, known, found, month),
    }


def identified(
    run: Themes, places: NDArray[np.intp], known: list[Known], fresh: int, count: int
) -> tuple[NDArray[np.int64], list[Known], int]:
    """The ids of all segments after a run, the themes as they are known then, and the last id that was given."""
    keys = [(int(at), -1, 0) for at in places]
    members = [frozenset(keys[row] for row in np.flatnonzero(run.labels == one)) for one in range(len(run.centroids))]
    clusters = [Cluster(own, middle) for own, middle in zip(members, run.centroids, strict=True)]
    found = matched(clusters, known, frozenset(keys))
    same = {one.cluster: one.id for one in found.matches}
    now: dict[int, Known] = {one.id: Known(one.id, frozenset(), one.centroid) for one in known}
    ids = np.full(count, -1)
    for place, cluster in enumerate(clusters):
        if place not in same:
            fresh += 1
            same[place] = fresh
            now[fresh] = Known(fresh, frozenset(), cluster.centroid)
        now[same[place]] = Known(same[place], now[same[place]].members | cluster.members, cluster.centroid)
        ids[[key[0] for key in cluster.members]] = same[place]
    for id, stay in found.staying.items():
        now[id] = Known(id, stay, now[id].centroid)
        ids[[key[0] for key in stay]] = id
    return ids, list(now.values()), fresh


def ten_largest(
    told: Sequence[dict[str, Any]],
    ids: NDArray[np.int64],
    known: Sequence[Known],
    found: Read,
    month: NDArray[np.int64],
) -> dict[str, int]:
    """Of the ten largest themes half-way: how many have their id at the end, with most of their members."""
    half = told[len(told) // 2]["until"]
    run_ids, run_known, fresh = np.full(len(month), -1), [], 0
    for until in sorted(set(month[month <= half].tolist())):
        places = np.flatnonzero(month <= until)
        run_ids, run_known, fresh = identified(
            themes_of(found.of(month <= until)), places, run_known, fresh, len(month)
        )
    largest = [one for one, _ in Counter(run_ids[run_ids >= 0].tolist()).most_common(LARGEST)]
    alive = {one.id for one in known if one.members}
    stay = 0
    for one in largest:
        now = Counter(ids[(run_ids == one) & (ids >= 0)].tolist()).most_common(1)
        stay += bool(now) and now[0][0] == one
    at_end = [one for one, _ in Counter(ids[ids >= 0].tolist()).most_common(LARGEST)]
    old = {one for one in at_end if one <= fresh}
    return {
        "half_way": half,
        "of": len(largest),
        "there_at_the_end": len(alive & set(largest)),
        "with_most_members": stay,
        "largest_at_the_end_known_half_way": len(old),
    }


def twice(path: str) -> dict[str, Any]:
    """Whether the same input gives the same themes, words included, from texts on."""
    runs = []
    for _ in range(2):
        found = read(row["text"] for row in rows_of(path))
        run = themes_of(found.all)
        words = named([terms(text) for text in found.texts], run.labels, len(run.centroids))
        runs.append((run.labels.tobytes(), run.nearness.tobytes(), run.centroids.tobytes(), words))
    return {"identical": runs[0] == runs[1], "themes": len(runs[0][3])}


def size(count: int, paths: Sequence[str]) -> dict[str, Any]:
    """How long it takes from texts to named themes, and how much memory."""
    begin = perf_counter()
    texts = [row["text"] for path in paths for row in rows_of(path)]
    found = read(texts, count)
    encoded = perf_counter()
    run = themes_of(found.all)
    clustered = perf_counter()
    words = named((terms(text) for text in found.texts), run.labels, len(run.centroids))
    end = perf_counter()
    return {
        "segments": len(found.texts),
        "themes": len(run.centroids),
        "placed": rounded(float((run.labels >= 0).mean())),
        "named": sum(bool(one.english or one.chinese) for one in words),
        "two_languages": sum(bool(one.english and one.chinese) for one in words),
        "seconds": {
            "reading": rounded(encoded - begin),
            "clustering": rounded(clustered - encoded),
            "naming": rounded(end - clustered),
            "all": rounded(end - begin),
        },
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def reference(path: str, themes: str, python: str | None) -> dict[str, Any]:
    """What share of a client's own themes is found, here and by BERTopic, by the same two rules."""
    wanted = references(json.loads(Path(themes).read_text(encoding="utf-8")))
    texts = [row["text"] for row in rows_of(path)]
    found = read(texts)
    run = themes_of(found.all)
    segments = [terms(text) for text in found.texts]
    ours = [
        Told(
            stems(one.english),
            near(run, found.texts, place),
            [found.texts[at] for at in np.flatnonzero(run.labels == place)],
        )
        for place, one in enumerate(named(segments, run.labels, len(run.centroids)))
    ]
    shuffled = np.random.default_rng(7).permutation(run.labels)
    chance = [
        Told(stems(one.english), [], [found.texts[at] for at in np.flatnonzero(shuffled == place)])
        for place, one in enumerate(named(segments, shuffled, len(run.centroids)))
    ]
    told = {"verbatim": judged(wanted, ours, found.texts), "chance": judged(wanted, chance, found.texts)}
    told["verbatim"]["placed"] = rounded(float((run.labels >= 0).mean()))
    if python:
        for name, given in (("bertopic_answers", texts), ("bertopic_clauses", found.texts)):
            theirs, labels = peer(python, given)
            told[name] = judged(wanted, theirs, given)
            told[name]["placed"] = rounded(float((np.array(labels) >= 0).mean()))
    return {"references": len(wanted), **told}


@dataclass(frozen=True, slots=True)
class Told:
    """A theme as it is compared: stems of its top words, its most central texts, all its texts."""

    stems: frozenset[str]
    central: list[str]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A client's theme: as it was written, the stems of its name, and those of what was written beside it."""

    name: str
    stems: frozenset[str]
    beside: tuple[frozenset[str], ...]

    def told_by(self, words: frozenset[str]) -> bool:
        """Whether words say it: half of the stems of its name, or one of those beside it whole with one of the name."""
        return 2 * len(self.stems & words) >= len(self.stems) or any(
            one and one <= words and self.stems & words for one in self.beside
        )


def references(sheets: dict[str, list[list[str | None]]]) -> list[Wanted]:
    """The themes of a client's sheets: a row with what stands beside it, or a cell of a table of questions."""
    found = []
    for name, rows in sheets.items():
        for row in rows:
            cells = [cell for cell in row if cell]
            if name.startswith("Key clusters for"):
                if cells and not is_heading(cells):
                    found.append(wanted(cells[0], cells[1:]))
            else:
                found += [wanted(*parted(cell)) for cell in cells if not is_heading([cell])]
    return [one for one in found if one.stems]


def is_heading(cells: Sequence[str]) -> bool:
    """Whether cells name a question or the columns."""
    first = cells[0].strip().lower()
    return first == "main topic" or (first.startswith("q") and first[1:].isdecimal())


def parted(cell: str) -> tuple[str, list[str]]:
    """A cell such as "service (wait, late)" as its name and what stands beside it."""
    name, _, beside = cell.partition("(")
    return name, [one for one in beside.rstrip(")").split(",") if one.strip()]


def wanted(name: str, beside: Sequence[str]) -> Wanted:
    """A client's theme from its words."""
    parts = tuple(stems([part]) for one in beside for part in one.split("/"))
    return Wanted(name, stems([name]), parts)


@cache
def stems_of(text: str) -> frozenset[str]:
    """The stems of one text, told once."""
    return stems([text])


def stems(words: Iterable[str]) -> frozenset[str]:
    """The stems of the words that tell something."""
    return frozenset(term.key for word in words for term in terms(word) if " " not in term.key)


def near(run: Themes, texts: Sequence[str], place: int) -> list[str]:
    """The most central texts of a theme."""
    own = np.flatnonzero(run.labels == place)
    return [texts[at] for at in own[np.argsort(-run.nearness[own], kind="stable")][:CENTRAL]]


def judged(wanted: Sequence[Wanted], told: Sequence[Told], texts: Sequence[str]) -> dict[str, Any]:
    """How many of a client's themes are found: by their words, and by what most of their texts say.

    words: the top words of a theme say it. texts: at least half of the texts of a theme say it, and these are at least
    one in fifty of all texts that do.
    """
    saying = [sum(one.told_by(stems_of(text)) for text in texts) for one in wanted]
    by_words = [any(one.told_by(theme.stems) for theme in told) for one in wanted]
    own = [[stems_of(text) for text in theme.texts] for theme in told]
    by_texts = []
    for one, everywhere in zip(wanted, saying, strict=True):
        counts = [(sum(one.told_by(words) for words in theme), len(theme)) for theme in own]
        by_texts.append(any(n and 2 * k >= n and 50 * k >= everywhere for k, n in counts))
    return {
        "themes": len(told),
        "by_words": sum(by_words),
        "by_texts": sum(by_texts),
        "missed": [one.name.strip() for one, hit in zip(wanted, by_words, strict=True) if not hit],
    }


def peer(python: str, texts: Sequence[str]) -> tuple[list[Told], list[int]]:
    """What BERTopic finds, in a process of its own."""
    command = [python, str(HERE / "themes_peer.py")]
    done = subprocess.run(command, input=json.dumps(list(texts)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    told = json.loads(done.stdout.splitlines()[-1])
    own: dict[int, list[str]] = {}
    for text, label in zip(texts, told["labels"], strict=True):
        own.setdefault(label, []).append(text)
    found = [Told(stems(one["words"][:TOP]), one["central"][:CENTRAL], own[one["id"]]) for one in told["themes"]]
    return found, told["labels"]


def day_of(text: str) -> date:
    """A date such as 30/09/2021, or 09/30/2021 where that cannot be."""
    first, second, year = map(int, text.split("/"))
    return date(year, second, first) if second <= 12 else date(year, first, second)


def adjusted_rand(one: NDArray[np.int64], other: NDArray[np.int64], *, placed: bool = False) -> float:
    """The adjusted Rand index of two partitions; what belongs nowhere is a group, or left out where it is in either."""
    from sklearn.metrics import adjusted_rand_score

    if placed:
        both = (one >= 0) & (other >= 0)
        one, other = one[both], other[both]
    return float(adjusted_rand_score(one, other))


def rounded(value: float | None) -> float | None:
    """A figure as it is told."""
    return None if value is None else round(value, 3)


def main(arguments: Sequence[str]) -> None:
    """Do what the first argument names."""
    todo, *rest = arguments
    if todo == "size":
        told = size(int(rest[0]), rest[1:])
    elif todo == "reference":
        told = reference(rest[0], rest[1], rest[2] if len(rest) > 2 else None)
    else:
        told = {"months": months, "twice": twice}[todo](rest[0])
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
