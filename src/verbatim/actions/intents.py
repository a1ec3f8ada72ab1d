"""Intents become figures: counted as the codings stream by."""

from collections import Counter
from collections.abc import Mapping

from verbatim.actions.quotes import Best
from verbatim.domain import INTENTS, Coding, IntentId, Verbatim
from verbatim.estimates import wilson
from verbatim.formats.reports import CompetitorFigure, IntentFigure, IntentFigures

QUOTES: Mapping[IntentId, int] = {"quotable": 8, "leaving": 4, "renewal": 2, "urgency": 3, "unaware": 3}
"""How many excerpts are shown of an intent; of those that are told by codes elsewhere, none."""

COMPETITORS = 1_000  # names that are told apart
SHOWN = 25


class IntentTally:
    """Counts the intents of codings one by one; `figure` says what came together."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[IntentId, bool]] = Counter()
        self._quotes = {id: Best() for id in QUOTES}
        self._relations: dict[str, Counter[str]] = {}

    def add(self, verbatim: Verbatim, coding: Coding) -> None:
        """Count the intents of one coded verbatim, each once, whatever the competitors in it."""
        for id, conditional in {intent.id: intent.conditional for intent in coding.intents}.items():
            self._counts[id, conditional] += 1
        for intent in coding.intents:
            if intent.id in self._quotes:
                self._quotes[intent.id].offer(verbatim, coding, intent.excerpts)
            if intent.name and (intent.name in self._relations or len(self._relations) < COMPETITORS):
                self._relations.setdefault(intent.name, Counter())[intent.relation or "mentioned"] += 1

    def figure(self, n: int) -> IntentFigures:
        """Each intent as a share of n answers with content, the competitors by how often they are named."""
        ranked = sorted(self._relations.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:SHOWN]
        rivals = tuple(CompetitorFigure(name, wilson(counts.total(), n), dict(counts)) for name, counts in ranked)
        return IntentFigures(tuple(self._one(id, n) for id in INTENTS), rivals)

    def _one(self, id: IntentId, n: int) -> IntentFigure:
        conditional = self._counts[id, True]
        quotes = self._quotes[id].taken(QUOTES[id]) if id in self._quotes else ()
        return IntentFigure(id, wilson(self._counts[id, False] + conditional, n), conditional, quotes)
