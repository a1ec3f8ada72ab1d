"""A corpus is counted by script, id, length and stance."""

import json

import pytest

from verbatim.learning.examples import Example, LabelledSegment
from verbatim.learning.statistics import IdCount, band_of, script_of, statistics
from verbatim.taxonomy import default

DEAR = (("price.level", "negative"),)


def example(text: str, language: str, stance: str | None = None, codes: tuple = DEAR) -> Example:
    return Example(text, text, (LabelledSegment(0, len(text), codes),), codes, stance, None, language)


def test_everything_is_counted_by_verbatim() -> None:
    rows = [
        example("Too dear", "en", "critic", (*DEAR, ("service", "positive"))),
        example("太贵了，个 quote 高", "mixed"),
        example("貴", "zh-Hant", "passive"),
    ]
    counts = statistics(rows, ["b.jsonl", "a.jsonl", "a.jsonl"], default())
    assert (counts.verbatims, counts.segments, counts.words, counts.characters) == (3, 3, 3, 6)
    assert counts.codes_a_verbatim == 1.33
    assert counts.scripts == {"en": 1, "zh-Hans": 1, "zh-Hant": 1}
    assert counts.lengths == {"1-5": 2, "6-15": 1, "16-40": 0, "41-80": 0, "over 80": 0}
    assert counts.stances == {"critic": 1, "passive": 1, "promoter": 0, "none": 1}
    assert counts.files == {"a.jsonl": 2, "b.jsonl": 1}


def test_every_id_of_the_frame_is_counted_with_polarity_and_script() -> None:
    counts = statistics([example("Too dear", "en"), example("太贵", "zh-Hans")], ["a", "a"], default())
    sides = {"negative": 2, "neutral": 0, "positive": 0}
    assert counts.ids["price.level"] == IdCount(2, sides, {"en": 1, "zh-Hans": 1})
    assert counts.ids["price"].n == 0
    assert tuple(counts.ids) == default().ids
    assert json.loads(json.dumps(counts.as_json()))["ids"]["price.level"]["n"] == 2


def test_a_mixed_text_counts_for_the_script_of_its_characters() -> None:
    assert script_of(example("個 sales 好 rude", "mixed")) == "zh-Hant"
    assert script_of(example("Le prix", "fr")) == "fr"


@pytest.mark.parametrize(("size", "band"), [(1, "1-5"), (5, "1-5"), (6, "6-15"), (80, "41-80"), (81, "over 80")])
def test_a_length_band_ends_with_its_greatest_size(size: int, band: str) -> None:
    assert band_of("字" * size) == band_of("word " * size) == band


def test_an_empty_corpus_has_counts_of_nothing() -> None:
    counts = statistics([], [], default())
    assert (counts.verbatims, counts.codes_a_verbatim, counts.scripts) == (0, 0, {})
