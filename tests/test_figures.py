"""Figures as JSON."""

import json
from dataclasses import dataclass

from verbatim.formats.figures import figures_text


@dataclass(frozen=True, slots=True)
class Found:
    share: float
    parts: tuple[float, ...]
    names: dict[str, float | None]


def test_numbers_are_rounded_wherever_they_stand() -> None:
    text = figures_text(Found(1 / 3, (2 / 3, 1.0), {"客户": 0.12345, "none": None}))
    assert json.loads(text) == {"share": 0.3333, "parts": [0.6667, 1.0], "names": {"客户": 0.1235, "none": None}}
    assert "客户" in text
    assert text.endswith("}\n")


def test_values_without_a_name_are_taken_as_they_are() -> None:
    assert json.loads(figures_text([0.5, "a", 3])) == [0.5, "a", 3]
