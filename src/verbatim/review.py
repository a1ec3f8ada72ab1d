"""What a person should look at first: the worth of a look at each coding, spread over unlike ones; a share at random.

    worth = doubt · rarity · dispute · weight

- doubt: (1 − trust) · √(1 + codes), about how much there is to correct; the trust counts half where score and words
  disagree;
- rarity: ½ + ½ · mean over its codes of 1 − ln(1 + n) / ln(1 + N), n of N codings having the code; 1 without a code;
- dispute: 1 + the greatest share, over its codes, of judgements of two coders that differed on the code: (d + 1) of
  (m + 4), so that little evidence says little (a Beta prior of 1 to 3);
- weight: that of the account.

One is chosen after the other by worth · (1 − s): s is how much it resembles that one of the chosen which it resembles
most (maximal marginal relevance, Carbonell and Goldstein 1998). The same words resemble each other by 1, near copies by
the cosine of their words, others by half the overlap of their codes (Jaccard).

What is looked at first is no fair sample. So a share of all verbatims is kept apart, where doubt decides nothing: those
whose hash of words falls between two values that a seed names. They are looked at in the order of the hashes, which has
nothing to do with anything that a coder sees; quality is estimated on them alone.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import sha256
from math import floor, log1p, sqrt
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from verbatim.errors import InputError
from verbatim.features import Floats, ngrams

HASH_BITS = 256
WIDTH, KEPT = 1024, 8
"""How many numbers stand for the words of a text, and of how many n-grams one counts: else all texts were alike."""

LEAST = 1e-6
"""As much of its worth is left to one that says nothing new."""

NEAR = 0.5
"""From this cosine on words are near copies; below it likeness of words says nothing."""

LONGEST = 100
"""So many characters of a text say what it is like."""

RARE = 0.01
"""A code that no more than this share of codings have is rare."""

DISPUTED = 0.4
"""From this share on, by the prior, judgements of a code are disputed."""

Reason = Literal["second", "drawn", "assigned", "unmapped", "no_code", "conflict", "doubt", "rare", "disputed"]
"""Why one is looked at: coded a second time, drawn at random, assigned; or what makes it worth a look."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verbatim that may be looked at, and what its coding says; `text_hash` is equal where the words are."""

    id: int
    trust: float
    conflict: bool
    codes: tuple[str, ...]
    text_hash: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of codes: how many of `codings` have each, and (differed, of) judgements of two coders of each."""

    codings: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    disputes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reserve:
    """The hashes from `low` to before `high`, across the end of all hashes where `high` is not the greater one."""

    low: str
    high: str

    def __contains__(self, text_hash: object) -> bool:
        own = str(text_hash)
        if self.wraps:
            return own >= self.low or own < self.high
        return self.low <= own < self.high

    @property
    def wraps(self) -> bool:
        """Whether it goes across the end."""
        return self.high <= self.low


def worth(candidate: Candidate, known: Known) -> float:
    """The worth of looking at one: what is there to correct, how rare it is, how disputed, and how it weighs."""
    doubt = 1 - candidate.trust * (0.5 if candidate.conflict else 1.0)
    rarity = [1 - log1p(known.counts.get(code, 0)) / log1p(max(known.codings, 1)) for code in candidate.codes]
    disputes = [known.disputes.get(code, (0, 0)) for code in candidate.codes]
    dispute = max(((differed + 1) / (of + 4) for differed, of in disputes), default=0.25)
    rare = 0.5 + 0.5 * max(0.0, sum(rarity) / len(rarity) if rarity else 1.0)
    return max(0.0, doubt) * sqrt(1 + len(candidate.codes)) * rare * (1 + dispute) * candidate.weight


def reasons(candidate: Candidate, known: Known, *, doubted: bool) -> tuple[Reason, ...]:
    """What makes one worth a look; nothing where it only comes next. `doubted` by the model that coded it."""
    least = RARE * known.codings
    rare = least >= 1 and any(known.counts.get(code, 0) <= least for code in candidate.codes)
    judged = [known.disputes.get(code, (0, 0)) for code in candidate.codes]
    held: dict[Reason, bool] = {
        "no_code": not candidate.codes,
        "conflict": candidate.conflict,
        "doubt": doubted,
        "rare": rare,
        "disputed": any(differed + 1 >= DISPUTED * (of + 4) for differed, of in judged),
    }
    return tuple(reason for reason, holds in held.items() if holds)


def ranked(candidates: Sequence[Candidate], words: Floats, known: Known, size: int) -> list[int]:
    """The numbers of at most `size` candidates, the one to look at first first.

    `words` (n, d) are rows of unit length that say what each is about: an encoder's vectors, or `rows_of` their texts.
    Equal ones go by number.
    """
    order = sorted(range(len(candidates)), key=lambda place: candidates[place].id)
    rows = [candidates[place] for place in order]
    left = np.array([worth(one, known) for one in rows], dtype=np.float64)
    like = _Likeness(rows, words[order])
    nearest = np.zeros(len(rows))
    chosen: list[int] = []
    with threadpool_limits(limits=1, user_api="blas"):  # matrices as small as these are slower on several cores
        for _ in range(min(size, len(rows))):
            best = int((left * np.maximum(LEAST, 1 - nearest)).argmax())
            chosen.append(rows[best].id)
            left[best] = -np.inf
            nearest = np.maximum(nearest, like.to(best))
    return chosen


def disputes(pairs: Iterable[tuple[Set[str], Set[str]]]) -> dict[str, tuple[int, int]]:
    """Of each code, in how many pairs of judgements it differed, and in how many it was given by either."""
    found: dict[str, tuple[int, int]] = {}
    for one, other in pairs:
        for code in one | other:
            differed, of = found.get(code, (0, 0))
            found[code] = differed + (code not in one or code not in other), of + 1
    return found


def rows_of(texts: Sequence[str]) -> Floats:
    """Rows of unit length (n, 1024) that say what words each text has: one in eight n-grams of its start, hashed."""
    rows, hashes = ngrams([text[:LONGEST] for text in texts])
    kept = hashes & np.uint64(KEPT - 1) == 0
    counts = np.zeros((len(texts), WIDTH), dtype=np.float32)
    counts[rows[kept], (hashes[kept] >> np.uint64(32)) % np.uint64(WIDTH)] = 1
    return np.asarray(counts / np.maximum(1, np.sqrt(counts.sum(axis=1, keepdims=True))), dtype=np.float32)


def reserve(seed: int, share: float) -> Reserve | None:
    """The share of all hashes, 0 to 1, that a seed keeps apart; None for none. A larger share holds a smaller one."""
    if not 0 <= share < 1:
        raise InputError(f"share {share}: expected a number from 0 to below 1")
    if share == 0:
        return None
    start = int(sha256(f"reserve {seed}".encode()).hexdigest(), 16)
    end = (start + (int(share * 2**52) << (HASH_BITS - 52))) % 2**HASH_BITS
    return Reserve(f"{start:064x}", f"{end:064x}")


def quota(size: int, share: float, seed: int, drawn: int) -> int:
    """How many of a batch are drawn at random, so that it is the share in the long run; `drawn` were before."""
    chance = int(sha256(f"quota {seed} {drawn}".encode()).hexdigest()[:8], 16) / 2**32
    return min(size, floor(size * share + chance))


class _Likeness:
    """How much candidates resemble each other, 0 to 1."""

    def __init__(self, candidates: Sequence[Candidate], words: Floats) -> None:
        self._words = words
        names = {code: column for column, code in enumerate(sorted({code for one in candidates for code in one.codes}))}
        self._codes = np.zeros((len(candidates), len(names)), dtype=np.float32)
        for row, one in enumerate(candidates):
            self._codes[row, [names[code] for code in one.codes]] = 1
        self._counts = self._codes.sum(axis=1)
        self._texts = np.unique([one.text_hash for one in candidates], return_inverse=True)[1]

    def to(self, place: int) -> Floats:
        """Return how much each resembles the one at that place."""
        both = self._codes @ self._codes[place]
        either = np.maximum(1, self._counts + self._counts[place] - both)
        cosine = self._words @ self._words[place]
        alike = np.maximum(0.5 * both / either, np.where(cosine > NEAR, cosine, 0))
        return np.asarray(np.where(self._texts == self._texts[place], 1.0, alike), dtype=np.float32)
