"""Which excerpts a report shows: the strongest of many, or a few that stand for the rest."""

from collections.abc import Sequence
from zlib import crc32

from verbatim.domain import Coding, Excerpt, Verbatim
from verbatim.formats.cells import source_text, whole
from verbatim.formats.reports import Quote
from verbatim.text.script import columns

OFFERS = 8  # excerpts kept per code and polarity while counting, each from another account
READABLE = (14, 200)  # columns on a screen, where a Chinese character takes two
LONGEST = 320

Rank = tuple[bool, float, int]  # readable, certain, drawn by lot
LAST = 2**32
NOTHING: Rank = (False, -1.0, -1)


class Best:
    """The strongest excerpts: readable ones first, then the most certain, one from an account."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Rank, Quote]] = {}
        self._floor: Rank = NOTHING

    def offer(
        self, verbatim: Verbatim, coding: Coding, excerpts: Sequence[Excerpt], confidence: float | None = None
    ) -> None:
        """Consider the first readable one of some excerpts, or the first; without a confidence all are as certain."""
        certain = 1.0 if confidence is None else round(confidence, 3)
        if not excerpts or (True, certain, LAST) <= self._floor:
            return
        excerpt = next((e for e in excerpts if _readable(verbatim, e)), excerpts[0])
        rank = (_readable(verbatim, excerpt), certain, _lot(verbatim))
        source = verbatim.account or verbatim.id
        known = self._kept.get(source)
        if rank > (known[0] if known else self._floor):
            self._keep(source, rank, quote(verbatim, coding, excerpt, confidence))

    def _keep(self, source: str, rank: Rank, kept: Quote) -> None:
        self._kept[source] = rank, kept
        if len(self._kept) > OFFERS:
            del self._kept[min(self._kept, key=lambda other: self._kept[other][0])]
        if len(self._kept) == OFFERS:
            self._floor = min(rank for rank, _ in self._kept.values())

    def taken(self, most: int) -> tuple[Quote, ...]:
        """The best of them, strongest first, no two alike."""
        ranked = sorted(self._kept.values(), key=lambda pair: pair[0], reverse=True)
        distinct = {kept.text.casefold(): kept for _, kept in reversed(ranked)}
        return tuple(kept for _, kept in ranked if distinct[kept.text.casefold()] is kept)[:most]


class Sample:
    """A few texts of many, no two alike, the same ones on every run whatever the order: those that hash lowest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[int, Quote] = {}

    def offer(self, verbatim: Verbatim, coding: Coding) -> None:
        """Consider one verbatim: its text, or the first turn that is not ours."""
        turn = next((i for i, turn in enumerate(verbatim.turns) if turn.side != "us"), None)
        words = quote(verbatim, coding, Excerpt(0, len(whole(verbatim)), turn), None)
        self._kept.setdefault(crc32(words.text.casefold().encode("utf-8", "replace")), words)
        if len(self._kept) > self._most:
            del self._kept[max(self._kept)]

    def taken(self) -> tuple[Quote, ...]:
        """What was kept."""
        return tuple(self._kept[place] for place in sorted(self._kept))


def quote(verbatim: Verbatim, coding: Coding, excerpt: Excerpt, confidence: float | None) -> Quote:
    """The words of an excerpt without the blanks around them, at most `LONGEST` characters, and who said them."""
    words = source_text(verbatim, excerpt)[excerpt.start : excerpt.end].strip()
    kept = words[:LONGEST].rstrip()
    who = (verbatim.account, verbatim.role, verbatim.date)
    return Quote(kept, verbatim.id, coding.language, *who, confidence, len(kept) < len(words))


def _lot(verbatim: Verbatim) -> int:
    """A number that looks drawn by chance and is the same on every run."""
    return crc32(verbatim.id.encode("utf-8", "replace"))


def _readable(verbatim: Verbatim, excerpt: Excerpt) -> bool:
    words = source_text(verbatim, excerpt)[excerpt.start : excerpt.end].strip()
    least, most = READABLE
    return len(words) <= most and least <= columns(words) <= most
