"""Pairs of texts read as one: what stays of each, how the whole is answered, and which texts are left alone."""

from dataclasses import replace

import numpy as np
import pytest

from verbatim.codes import frame_of
from verbatim.domain import POLARITIES, STANCES, Polarity
from verbatim.learning.examples import Codes, Example, LabelledSegment
from verbatim.learning.tuning.rows import UNASKED, Row, joined, pairs_of, row_of
from verbatim.taxonomy import default

CODES = default().codes
FRAME = frame_of(default().ids, {code.id: code.parent for code in CODES}, {code.id: code.role for code in CODES})


def example(text: str, *codes: tuple[str, Polarity], score: float = 8, language: str = "en") -> Example:
    given: Codes = codes
    return Example(text, text, (LabelledSegment(0, len(text), given),), given, None, score, language)


PRAISE = example("Fast pump", ("product.performance", "positive"), score=9)
BLAME = example("It drinks fuel!", ("product.performance", "negative"), score=4)
VERDICT = example("Great", ("general", "positive"), score=10)
STATED = example("We have two", ("other", "neutral"))


def row(one: Example) -> Row:
    return row_of(one, FRAME)


def asked(found: Row) -> dict[str, str]:
    sides = found.whole.sides[0]
    return {FRAME.ids[column]: POLARITIES[sides[column]] for column in np.flatnonzero(sides != UNASKED)}


def test_each_clause_keeps_its_place_and_its_polarity() -> None:
    found = joined(row(PRAISE), row(BLAME), FRAME)
    assert found.text == "Fast pump. It drinks fuel!"
    assert [found.text[start:end] for start, end in found.spans] == [PRAISE.text, BLAME.text]
    column = FRAME.ids.index("product.performance")
    assert [POLARITIES[side] for side in found.clauses.sides[:, column]] == ["positive", "negative"]


@pytest.mark.parametrize(
    ("first", "second", "polarity"),
    [(PRAISE, BLAME, "neutral"), (PRAISE, PRAISE, "positive"), (BLAME, BLAME, "negative")],
)
def test_the_whole_merges_the_sides_of_one_id(first: Example, second: Example, polarity: str) -> None:
    assert asked(joined(row(first), row(second), FRAME)) == {"product.performance": polarity}


def test_a_neutral_mention_adds_nothing_to_praise() -> None:
    middling = row(example("Pump speed is ok", ("product.performance", "neutral")))
    for pair in ((middling, row(PRAISE)), (row(PRAISE), middling)):
        assert asked(joined(*pair, FRAME)) == {"product.performance": "positive"}


def test_a_verdict_counts_beside_reasons_of_the_other_side_only() -> None:
    assert asked(joined(row(VERDICT), row(PRAISE), FRAME)) == {"product.performance": "positive"}
    beside = joined(row(VERDICT), row(BLAME), FRAME)
    assert asked(beside) == {"general": "positive", "product.performance": "negative"}
    assert beside.whole.coded[0, FRAME.general] == 1


def test_a_pair_sounds_like_the_mean_of_both_scores() -> None:
    found = joined(row(PRAISE), row(BLAME), FRAME)
    assert (found.score, STANCES[found.stance], found.written) == (6.5, "critic", False)


def test_han_texts_are_joined_by_a_comma_of_their_own() -> None:
    first, second = (example(text, ("price.level", "positive"), language="zh-Hans") for text in ("不贵", "便宜。"))
    assert joined(row(first), row(second), FRAME).text == "不贵，便宜。"
    assert joined(row(second), row(first), FRAME).text == "便宜。不贵"


def test_pairs_are_of_short_texts_of_one_language_that_judge_something() -> None:
    chinese = [example(text, ("price.level", "negative"), language="zh-Hans") for text in ("太贵", "涨价了", "不便宜")]
    long = example("A very long answer, longer than half of all others, about the price", ("price.level", "negative"))
    examples = [PRAISE, BLAME, VERDICT, STATED, long, *chinese]
    rows = [row(one) for one in examples]
    found = pairs_of(examples, rows, FRAME, 20, seed=3)
    texts = {pair.text for pair in found}
    assert len(found) > 50
    assert not any(STATED.text in text or long.text in text for text in texts)
    assert all(("贵" in text or "价" in text or "便" in text) != text.isascii() for text in texts)
    assert [pair.text for pair in pairs_of(examples, rows, FRAME, 20, seed=3)] == [pair.text for pair in found]
    assert {pair.text for pair in pairs_of(examples, rows, FRAME, 20, seed=4)} == texts


def test_no_pairs_are_made_where_none_are_asked_for_or_nothing_judges() -> None:
    assert pairs_of([PRAISE], [row(PRAISE)], FRAME, 0, seed=3) == []
    assert pairs_of([STATED], [row(STATED)], FRAME, 1, seed=3) == []


def test_ids_are_not_learnt_from_pairs() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra verbatim[transformers]")
    from verbatim.learning.tuning.questions import Questions, loss

    torch.manual_seed(0)
    heads = [Questions(4, len(FRAME.ids), len(FRAME.categories), 0.0) for _ in range(2)]
    pair = joined(row(PRAISE), row(BLAME), FRAME)
    for written in (False, True):
        for head in heads:
            head.zero_grad()
        loss(heads[0](torch.ones(2, 4)), heads[1](torch.ones(1, 4)), [replace(pair, written=written)]).backward()
        assert all(bool(head.coded.weight.grad.abs().sum() > 0) is written for head in heads)
        assert all(float(head.side.weight.grad.abs().sum()) > 0 for head in heads)
