"""Recommendation scores as exports write them: numbers from 0 to 10, with or without a label."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_MARKS = "–—:：=(（,，-"
_SCORE = re.compile(
    rf"(\d{{1,3}}(?:\.\d+|,\d{{1,2}})?)\s*(?:分|points?|/\s*10|out of 10)?"
    rf"(?:\s*[{_MARKS}](?![\s~/{_MARKS}]*\d).*|\s+[^\W\d]\D*)?",  # a second number: 7-8, 9 or 10, 4 out of 5
    re.DOTALL | re.IGNORECASE,
)
_NO_VALUE = frozenset({"", "-", "n/a", "na", "null", "none", "无", "無"})
_LONGEST_LABEL = 200


@lru_cache(maxsize=4096)
def parse_score(value: str) -> float | None:
    """The recommendation score, 0 to 10, in a cell such as "9", "9,5", "9分" or "10 - Extremely likely"; None if blank.

    Raises ValueError, naming the value, for anything else.
    """
    cell = value.strip()
    if cell.lower() in _NO_VALUE:
        return None
    match = _SCORE.fullmatch(cell) if len(cell) <= _LONGEST_LABEL else None
    score = float(match[1].replace(",", ".")) if match else -1
    if not 0 <= score <= 10:
        raise ValueError(f"score {cell[:40]!r}; expected 0 to 10")
    return score


def scores_in(values: Iterable[str]) -> list[float]:
    """The scores among some cells; blanks and what is no score are left out."""
    return [score for value in values if (score := _score_or_none(value)) is not None]


def mostly_scores(values: Sequence[str]) -> bool:
    """Whether half of some cells are scores, and there are cells."""
    return len(values) > 0 and 2 * len(scores_in(values)) >= len(values)


def one_to_five(values: Sequence[str], enough: int) -> bool:
    """Whether all scores lie from 1 to 5, so that the scale is likely to end there, and there are enough to say so."""
    scores = scores_in(values)
    return len(scores) >= enough and min(scores) >= 1 and max(scores) <= 5


def _score_or_none(value: str) -> float | None:
    try:
        return parse_score(value)
    except ValueError:
        return None
