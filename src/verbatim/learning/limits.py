"""What a corpus must keep to: the [check] table of a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from verbatim.learning.toml_keys import TEXTS, Rule, checked, number, table_of

_COUNT = number(0, 1_000_000, whole=True)
_SHARE = number(0, 1)
_COSINE = number(-1, 1)
_RUN = number(2, 1_000, whole=True)

RULES: Mapping[str, Rule] = {
    "floor": _COUNT,
    "floors": table_of(_COUNT),
    "polarity_share": _SHARE,
    "script_share": _SHARE,
    "scripts": TEXTS,
    "words": _RUN,
    "characters": _RUN,
    "cosine": _COSINE,
    "cosine_short": _COSINE,
    "short": _COUNT,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """When a corpus is refused.

    `floor` is how many verbatims every id needs, `floors` the same for single ids or whole categories; no polarity may
    hold more than `polarity_share` of an id's verbatims; every one of `scripts` needs `script_share` of the corpus and
    every id. Two verbatims are near-duplicates when they share `words` words or `characters` Han characters in a row,
    or when the cosine of their vectors reaches `cosine`: `cosine_short` where one of the two has fewer than `short`
    words and Han characters, since short answers are alike by nature ("干净" and "不干净" reach 0.92).
    """

    floor: int = 400
    floors: Mapping[str, int] = field(default_factory=lambda: {"sales_process": 600})
    polarity_share: float = 0.85
    script_share: float = 0.2
    scripts: tuple[str, ...] = ("en", "zh-Hans", "zh-Hant")
    words: int = 6
    characters: int = 10
    cosine: float = 0.85
    cosine_short: float = 0.95
    short: int = 10

    def floor_of(self, id: str) -> int:
        """Return how many verbatims an id needs: its own floor, else its category's, else that of all."""
        return self.floors.get(id, self.floors.get(id.partition(".")[0], self.floor))


def limits_of(given: object, place: str) -> Limits:
    """Return the limits of a [check] table; CorpusError names the key or the value that is wrong."""
    table = dict(cast("Mapping[str, Any]", checked(given, RULES, (), place)))
    if "scripts" in table:
        table["scripts"] = tuple(table["scripts"])
    return Limits(**table)
