"""Many callers share one coder: each gets what it would have had alone, and a failing item fails alone."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from verbatim.actions.coding_line import CodingLine
from verbatim.coder import Coder
from verbatim.domain import Coding, Turn, Verbatim
from verbatim.errors import InternalError
from verbatim.registry import Manifest, find, load

FILES = Path(__file__).parent / "files"


class Picky(Coder):
    """A coder that notes how large its batches are, and cannot bear the word "bad"."""

    def code_batch(self, batch: Sequence[Verbatim]) -> list[tuple[Verbatim, Coding]]:
        sizes.append(len(batch))
        if any(verbatim.text == "bad" for verbatim in batch):
            raise ValueError("bad")
        return super().code_batch(batch)


sizes: list[int] = []


@pytest.fixture
def line(small_coder: tuple[Coder, Manifest]) -> Iterator[CodingLine]:
    sizes.clear()
    line = CodingLine(Picky(small_coder[0].model))
    yield line
    line.close()


def gold(name: str) -> list[Verbatim]:
    rows = map(json.loads, (FILES / "gold" / name).read_text().splitlines())
    return [Verbatim(row["id"], row["text"]) for row in rows]


def judged(coding: Coding) -> tuple[object, ...]:
    """Everything that a coding says but how sure it is."""
    codes = [(mention.id, mention.polarity, mention.excerpts) for mention in coding.codes]
    return coding.verbatim_id, codes, coding.stance.label, coding.review, coding.language, coding.intents


def sure(coding: Coding) -> list[float]:
    return [coding.trust, coding.stance.confidence, *(mention.confidence for mention in coding.codes)]


def test_what_many_hand_in_at_a_time_is_coded_as_each_alone_would_be() -> None:
    line = CodingLine(Coder(load(find(None))[0]))
    said = [*gold("code_switched.jsonl")[:60], *gold("negated.jsonl")[:60]]
    alone = [line.code([verbatim])[0] for verbatim in said]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda verbatim: line.code([verbatim])[0], said))
    line.close()
    assert [judged(coding) for coding in together] == [judged(coding) for coding in alone]
    for one, other in zip(together, alone, strict=True):
        assert sure(one) == pytest.approx(sure(other), abs=0.0015)


def test_those_who_wait_are_coded_together_in_small_batches(line: CodingLine) -> None:
    said = [Verbatim(str(number), f"The price is too high, number {number}.") for number in range(100)]
    assert [coding.verbatim_id for coding in line.code(said)] == [verbatim.id for verbatim in said]
    assert max(sizes) > 1
    assert max(sizes) <= 32


def test_a_long_call_takes_nobody_with_it(line: CodingLine) -> None:
    long = Verbatim("long", turns=(Turn("", "customer", None, "too dear. " * 1500),))
    line.code([long] * 3)
    assert sizes == [1, 1, 1]


def test_a_failing_item_does_not_sink_the_others(line: CodingLine) -> None:
    good = [Verbatim(str(number), "too dear") for number in range(20)]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(line.code, good)
        second = pool.submit(line.code, [good[0], Verbatim("b", "bad")])
        assert len(first.result()) == 20
        with pytest.raises(ValueError, match="bad"):
            second.result()
    assert len(line.code(good)) == 20


def test_what_waits_is_coded_before_the_line_closes_and_nothing_is_taken_after(line: CodingLine) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(line.code, [Verbatim("1", "too dear")] * 50)
        while not sizes:
            pass
        line.close()
        assert len(waiting.result()) == 50
    with pytest.raises(InternalError, match="the coding line is closed"):
        line.code([Verbatim("1", "late")])


def test_a_line_that_was_never_used_closes(line: CodingLine) -> None:
    assert line.waiting == 0
    line.close()
    line.close()
