"""A corpus is checked row by row, rows against each other, and every id by its numbers."""

from dataclasses import replace
from pathlib import Path

import pytest

from verbatim.encoders import HashEncoder
from verbatim.learning.check import Checked, Demands, check
from verbatim.learning.examples import Row, corpus_rows
from verbatim.learning.limits import Limits
from verbatim.learning.linear import NoEncoder
from verbatim.learning.recipes import read_limits
from verbatim.taxonomy import default

NONE = Limits(floor=0, floors={}, polarity_share=1, script_share=0, scripts=(), cosine=1, cosine_short=1)


def row(number: int, text: str, *codes: str, **fields: object) -> Row:
    """A row whose only segment is its whole text; codes such as "price.level-"."""
    sides = {"-": "negative", "0": "neutral", "+": "positive"}
    given = [{"id": code[:-1], "polarity": sides[code[-1]]} for code in codes or ("product+",)]
    segments = [{"text": text, "codes": given}]
    return Row(f"a.jsonl, line {number}", {"id": f"a{number}", "text": text, "segments": segments, **fields})


def checked(*rows: Row, limits: Limits = NONE) -> Checked:
    return check(rows, "corpus", Demands(default(), limits, HashEncoder()), say=lambda _: None)


def test_a_corpus_that_holds_together_has_no_problem() -> None:
    found = checked(row(1, "Good pump"), row(2, "太贵", "price.level-", lang="zh-Hans", score=3, stance="critic"))
    assert found.problems == ()
    assert (found.statistics.verbatims, found.statistics.files) == (2, {"a.jsonl": 2})


def test_a_file_is_counted_by_its_whole_name() -> None:
    found = checked(replace(row(1, "Good pump"), place="Smith, Sons.jsonl, line 1"))
    assert found.statistics.files == {"Smith, Sons.jsonl": 1}


def test_every_problem_of_every_row_is_told_with_its_place() -> None:
    segments = [{"text": "dear", "codes": [{"id": "prize", "polarity": "bad"}]}]
    broken = row(2, "Fair price", segments=segments, score=11, stance="happy")
    found = checked(row(1, "Good"), broken, Row("a.jsonl, line 3", problem="not JSON (…)"), row(1, "Fine"))
    assert found.problems == (
        "a.jsonl, line 2: stance 'happy'; expected one of critic, passive, promoter",
        "a.jsonl, line 2: score 11; expected a number from 0 to 10",
        "a.jsonl, line 2: segment 'dear' does not stand in the text after the one before it",
        "a.jsonl, line 2: code 'prize' is not in codebook b2b@1",
        "a.jsonl, line 2: polarity 'bad'; expected one of negative, neutral, positive",
        "a.jsonl, line 3: not JSON (…)",
        "a.jsonl, line 1: id 'a1' was used before, at a.jsonl, line 1",
    )
    assert found.statistics.verbatims == 1


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("no_content0", "price-"), "no_content stands beside price; expected it alone"),
        (("price-", "price+"), "price stands twice at one segment"),
    ],
)
def test_codes_that_cannot_stand_together_are_told(codes: tuple[str, ...], told: str) -> None:
    assert checked(row(1, "Some text", *codes)).problems == (f"a.jsonl, line 1: {told}",)


def test_both_texts_of_a_pair_are_named() -> None:
    long = "we never had to open the manual at all"
    found = checked(row(1, "无", "no_content0"), row(2, long), row(3, "无。", "no_content0"), row(4, f"{long}, {long}"))
    assert found.problems == (
        "a.jsonl, line 3: is the same text as a.jsonl, line 1: '无。' and '无'",
        f"a.jsonl, line 4: shares a run with a.jsonl, line 2: '{long}'",
    )


def test_texts_that_read_alike_are_told_with_the_cosine_on_one_line() -> None:
    limits = Limits(floor=0, floors={}, polarity_share=1, script_share=0, scripts=(), cosine_short=0.3)
    [problem] = checked(row(1, "valves\nleak"), row(2, "valves\nleak " * 9), limits=limits).problems
    assert problem.startswith("a.jsonl, line 2: reads like a.jsonl, line 1 ")
    assert "(cosine 1.00): 'valves\\nleak valves" in problem
    assert problem.endswith("…' and 'valves\\nleak'")


def test_ids_below_their_floor_are_told() -> None:
    limits = Limits(floor=1, floors={"price": 2, "prize": 1}, polarity_share=1, script_share=0, scripts=())
    found = checked(row(1, "Dear", "price.level-"), row(2, "Good"), limits=limits).problems
    assert found[0] == "corpus: [check.floors] 'prize' is not in codebook b2b@1"
    assert "corpus: price.level stands in 1 verbatims; expected at least 2" in found
    assert "corpus: service stands in 0 verbatims; expected at least 1" in found
    assert not any("corpus: product stands" in problem for problem in found)


def test_an_id_of_one_polarity_is_told_unless_it_can_have_no_other() -> None:
    limits = Limits(floor=0, floors={}, polarity_share=0.6, script_share=0, scripts=())
    rows = [row(number, text, "price-") for number, text in enumerate(("Dear", "Costly", "Too much"))]
    found = checked(*rows, row(8, "Cheap", "price+"), row(9, "n/a", "no_content0"), limits=limits)
    assert found.problems == ("corpus: price is negative in 75% of its verbatims; expected at most 60%",)


def test_a_script_that_is_rare_or_lacks_an_id_is_told() -> None:
    limits = Limits(floor=0, floors={}, polarity_share=1, script_share=0.5, scripts=("en", "zh-Hant"))
    found = checked(row(1, "Good", lang="en"), row(2, "不錯", "general+", lang="zh-Hant"), row(3, "Ok", lang="en"))
    assert found.problems == ()
    found = checked(row(1, "Good", lang="en"), row(2, "好用", lang="zh-Hant"), row(3, "Ok", lang="en"), limits=limits)
    assert found.problems == ("corpus: zh-Hant is 33.3% of the corpus; expected at least 50%",)
    found = checked(row(1, "Good", lang="en"), row(2, "不錯", "general+", lang="zh-Hant"), limits=limits)
    assert found.problems == (
        "corpus: product stands in no verbatim in zh-Hant",
        "corpus: general stands in no verbatim in en",
    )


def test_the_shipped_corpus_keeps_to_its_recipe_but_for_vectors_which_take_longer() -> None:
    training = Path(__file__).parents[1] / "training"
    demands = Demands(default(), read_limits(training / "recipes" / "base.toml"), NoEncoder())
    assert check(corpus_rows(training / "seed"), "seed", demands, say=lambda _: None).problems == ()
