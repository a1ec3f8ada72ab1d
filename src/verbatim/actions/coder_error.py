"""How far the model that codes now can be trusted to count: what it made of gold, code by code.

Gold is what was drawn at random and coded by a person; where there is too little of it, what the model's card tells of
the texts that it was tried on. Those are other texts than the organisation's, and the answer says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Engine

from verbatim.estimates import Gold
from verbatim.registry import Manifest
from verbatim.store.codings import list_models
from verbatim.store.gold_pairs import GoldPair, gold_pairs
from verbatim.store.opening import reading
from verbatim.store.promotions import current

FEWEST = 100
"""So many gold verbatims are needed; with fewer the model's card is asked."""

Source = Literal["gold", "card", "nothing"]
Measured = Literal["code", "category"]

_COUNT = re.compile(r"(\d+) verbatims")


@dataclass(frozen=True, slots=True)
class CoderError:
    """What the model made of `n` verbatims that a person coded, by code and by category, and where that comes from."""

    model: str
    source: Source
    n: int
    codes: Mapping[str, Gold] = field(default_factory=dict)
    categories: Mapping[str, Gold] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[Measured, Mapping[str, Gold]]:
        """The same by what is measured: an id may be both, a category and the code for what stops at it."""
        return {"code": self.codes, "category": self.categories}


def coder_error(engine: Engine, organisation: str, manifest: Manifest) -> CoderError:
    """What is known of the error of the model that codes now; the manifest is that of the installation's model."""
    with reading(engine, organisation) as connection:
        model = current(connection, organisation) or manifest.label
        pairs = gold_pairs(connection, organisation, model)
        kept = {one.label: one.facts or {} for one in list_models(connection, organisation)}
    if len(pairs) >= FEWEST:
        return of_gold(model, pairs)
    values = kept.get(model) or (manifest.values if model == manifest.label else {})
    quality = values.get("quality")
    found = of_card(quality) if isinstance(quality, dict) else None
    if found is None:
        return of_gold(model, pairs) if pairs else CoderError(model, "nothing", 0)
    return CoderError(model, "card", *found)


def of_gold(model: str, pairs: Iterable[GoldPair]) -> CoderError:
    """What the model made of gold; a category is there where one of its codes is."""
    rows = list(pairs)
    above = [GoldPair(_categories(one.person), _categories(one.model)) for one in rows]
    return CoderError(model, "gold", len(rows), _counted(rows), _counted(above))


def of_card(quality: Mapping[str, Any]) -> tuple[int, dict[str, Gold]] | None:
    """The number of verbatims and the counts by code that a card's precision and recall come to; None without them."""
    found = _COUNT.match(str(quality.get("measured_on", "")))
    codes = {id: one for id, one in quality.get("per_code", {}).items() if {"precision", "recall", "n"} <= set(one)}
    if found is None or not codes:
        return None
    n = int(found[1])
    return n, {id: _of_figures(one, n) for id, one in codes.items()}


def _of_figures(figures: Mapping[str, float], n: int) -> Gold:
    positives = int(figures["n"])
    hits = round(figures["recall"] * positives)
    false = round(hits * (1 / figures["precision"] - 1)) if figures["precision"] > 0 else 0
    negatives = max(0, n - positives)
    return Gold(hits, positives, max(0, negatives - false), negatives)


def _categories(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code.partition(".")[0] for code in codes)


def _counted(pairs: list[GoldPair]) -> dict[str, Gold]:
    found = {}
    for code in sorted({code for one in pairs for code in one.person | one.model}):
        given = [code in one.person for one in pairs]
        right = [code in one.model for one in pairs]
        positives = sum(given)
        hits = sum(one and other for one, other in zip(given, right, strict=True))
        spared = sum(not one and not other for one, other in zip(given, right, strict=True))
        found[code] = Gold(hits, positives, spared, len(pairs) - positives)
    return found
