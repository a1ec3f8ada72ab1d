"""Near-duplicates of a corpus: the same text, a run of words or characters in common, or vectors that nearly coincide.

Texts are compared folded (case, width, traditional to simplified script). Words are looked up in an index of the first
text that has each run of them, vectors compared block by block, so that tens of thousands of texts take seconds.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from unicodedata import category

import numpy as np
from threadpoolctl import threadpool_limits

from verbatim.encoders import Encoder, Vectors
from verbatim.learning.limits import Limits
from verbatim.text.script import fold
from verbatim.text.words import han, size, words

BLOCK = 512
"""How many texts are compared with all before them at once."""

BATCH = 128
WORKERS = 2
"""How many texts are encoded at once, and in how many threads; each on one core, as coding does."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two texts that are too much alike, by their numbers, `later` the greater one; `run` is what they share.

    `cosine` is that of their vectors, 0 where it was not needed to tell.
    """

    later: int
    earlier: int
    run: str = ""
    cosine: float = 0.0


def duplicates(texts: Sequence[str], encoder: Encoder, limits: Limits) -> list[Duplicate]:
    """Return every text that is too much like an earlier one, in the order of the texts, each pair once."""
    same = same_texts(texts)
    twins = {pair.later for pair in same}
    pairs = [*same, *(pair for pair in shared_runs(texts, limits) if pair.later not in twins)]
    known = {(pair.later, pair.earlier) for pair in pairs}
    near = near_texts(texts, encoded(texts, encoder), limits)
    pairs += [pair for pair in near if pair.later not in twins and (pair.later, pair.earlier) not in known]
    return sorted(pairs, key=lambda pair: (pair.later, pair.earlier))


def same_texts(texts: Sequence[str]) -> list[Duplicate]:
    """Return the texts that are the same as an earlier one when both are plain."""
    first: dict[str, int] = {}
    found = []
    for number, text in enumerate(texts):
        earlier = first.setdefault(plain(text), number)
        if earlier != number:
            found.append(Duplicate(number, earlier))
    return found


def plain(text: str) -> str:
    """Return what is left of a text without case, width, script, punctuation and white space: 'N/A.' is 'na'.

    Symbols stay, since 👍 and +1 say something; of a text that is nothing but punctuation, all of it stays.
    """
    folded = "".join(fold(text).split())
    return "".join(sign for sign in folded if category(sign)[0] not in "CP") or folded


def shared_runs(texts: Sequence[str], limits: Limits) -> list[Duplicate]:
    """Return the texts that share a run of words, or of Han characters, with an earlier text, and the whole run.

    Marks and what stands between Han characters are passed over; a run is told with the first text that has it.
    """
    spoken = _shared([words(fold(text)) for text in texts], limits.words, " ")
    written = _shared([han(fold(text)) for text in texts], limits.characters, "")
    return list({(pair.later, pair.earlier): pair for pair in (*written, *spoken)}.values())


def near_texts(texts: Sequence[str], vectors: Vectors, limits: Limits) -> list[Duplicate]:
    """Return the texts whose vector reaches the limit with an earlier one's, with the nearest one: vectors (n, d)."""
    short = np.array([size(text) < limits.short for text in texts], dtype=bool)
    least = np.where(short, limits.cosine_short, limits.cosine).astype(np.float32)
    found = []
    for start in range(0, len(texts), BLOCK):
        end = min(start + BLOCK, len(texts))
        over = vectors[start:end] @ vectors[:end].T - np.maximum.outer(least[start:end], least[:end])
        over[:, start:][np.triu_indices(end - start)] = -2  # itself and what comes after
        nearest = over.argmax(axis=1)
        for row in np.flatnonzero(over[np.arange(end - start), nearest] >= 0):
            later, earlier = start + int(row), int(nearest[row])
            found.append(Duplicate(later, earlier, cosine=float(vectors[later] @ vectors[earlier])))
    return found


def encoded(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """Return the vectors of the texts, (n, d) unit rows, encoded in batches side by side."""
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(encoder.encode, batches))
    return np.concatenate(parts) if parts else np.zeros((0, encoder.dimension), dtype=np.float32)


def _shared(texts: Sequence[Sequence[str]], count: int, between: str) -> Iterator[Duplicate]:
    """Yield the runs of at least `count` words, or characters, that a text shares with the first text that has them."""
    first: dict[str, int] = {}
    for number, text in enumerate(texts):
        runs = [between.join(text[start : start + count]) for start in range(len(text) - count + 1)]
        owners = [first.setdefault(run, number) for run in runs]
        for start, earlier in _changes(owners):
            if earlier != number:
                last = next((place for place in range(start, len(owners)) if owners[place] != earlier), len(owners))
                yield Duplicate(number, earlier, between.join(text[start : last - 1 + count]))


def _changes(owners: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where another owner begins, and who it is."""
    before = None
    for place, owner in enumerate(owners):
        if owner != before:
            yield place, owner
        before = owner
