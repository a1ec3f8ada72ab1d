"""Verbatims in, codings out: in order, with excerpts that stand in the text, whatever the batch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.coder import BATCH, WORKERS, Coder, _coloured, batches, parts_of
from verbatim.domain import POLARITIES, Coding, Turn, Verbatim
from verbatim.encoders import HashEncoder
from verbatim.errors import InternalError, ModelError
from verbatim.heads import softmax
from verbatim.registry import find, load
from verbatim.taxonomy import default

TEXTS = (
    "The price is far too high.",
    "Delivery was late again, but the engineers are very friendly and polite!",
    "价格太贵了",
    "服務人員很熱情，但是送貨又晚了。",
    "N/A",
    "",
    "The pump broke down twice.\n\nDelivery is always on time.",
    "We are very happy",
)

lines = st.lists(st.sampled_from([*TEXTS, "\ud800", "快", "\0", "😀", "zz zz zz"]), max_size=6)


@pytest.fixture(scope="module")
def coder(trained: Path) -> Coder:
    return Coder(load(trained / "small@1")[0])


@pytest.fixture(scope="module")
def shipped() -> Coder:
    try:
        return Coder(load(find(None), default())[0])
    except (InternalError, ModelError):
        pytest.skip("no model has been shipped yet")


def ids(coding: Coding) -> set[str]:
    return {code.id for code in coding.codes}


def call(*turns: tuple[str, str]) -> Verbatim:
    return Verbatim("call", turns=tuple(Turn(side, side, None, text) for side, text in turns))  # type: ignore[arg-type]


def test_codings_come_in_the_order_of_the_verbatims_over_several_batches(coder: Coder) -> None:
    rows = [Verbatim(f"v{number}", TEXTS[number % len(TEXTS)]) for number in range(2 * BATCH + 7)]
    coded = list(coder.code(iter(rows)))
    assert [verbatim for verbatim, _ in coded] == rows
    assert [coding.verbatim_id for _, coding in coded] == [row.id for row in rows]


def test_a_text_gets_the_same_coding_alone_and_among_many(coder: Coder) -> None:
    many = coder.code_texts(TEXTS * 40)
    for number, text in enumerate(TEXTS):
        [alone] = coder.code_texts([text])
        for coding in many[number :: len(TEXTS)]:
            assert ids(coding) == ids(alone)
            assert coding.stance.label == alone.stance.label
            assert [code.confidence for code in coding.codes] == pytest.approx(
                [code.confidence for code in alone.codes], abs=1e-3
            )


def test_only_a_few_hundred_verbatims_are_taken_before_the_first_coding_comes(coder: Coder) -> None:
    taken = 0

    def endless() -> Iterator[Verbatim]:
        nonlocal taken
        while True:
            taken += 1
            yield Verbatim(str(taken), "Late again")

    assert next(coder.code(endless()))[0].id == "1"
    assert taken <= (WORKERS + 1) * BATCH


def test_batches_hold_all_verbatims_in_order() -> None:
    rows = [Verbatim(str(number)) for number in range(300)]
    sizes = [len(batch) for batch in batches(rows)]
    assert sizes == [128, 128, 44]
    assert [row for batch in batches(rows) for row in batch] == rows


def test_the_words_decide_the_codes(coder: Coder) -> None:
    codings = coder.code_texts(["The price is far too high", "Delivery was late again", "機器老是壞"])
    assert [ids(coding) for coding in codings] == [{"price.level"}, {"service.delivery"}, {"product.reliability"}]
    assert {code.polarity for coding in codings for code in coding.codes} == {"negative"}


def test_each_clause_is_the_evidence_of_its_own_code(coder: Coder) -> None:
    text = "服务人员很热情，但是价格太贵"
    [coding] = coder.code_texts([text])
    found = {code.id: (code.polarity, text[code.excerpts[0].start : code.excerpts[0].end]) for code in coding.codes}
    assert found == {"service.attitude": ("positive", "服务人员很热情"), "price.level": ("negative", "但是价格太贵")}


def test_a_coding_tells_what_the_verbatim_is_up_to(coder: Coder) -> None:
    text = "Delivery was late again. We will not renew."
    [coding] = coder.code_texts([text])
    found = {intent.id: text[intent.excerpts[0].start : intent.excerpts[0].end] for intent in coding.intents}
    assert found == {"complaint": "Delivery was late again", "leaving": "We will not renew"}


def test_a_coder_beside_another_codes_the_same_words_as_it_does_alone(coder: Coder, trained: Path) -> None:
    other = Coder(load(trained / "harbour@3")[0])
    both = Coder(coder.model, beside=[other]).code_texts(TEXTS)
    assert [coding.frames for coding in both] == [{"harbour@3": alone.codes} for alone in other.code_texts(TEXTS)]
    assert [replace(coding, frames={}) for coding in both] == coder.code_texts(TEXTS)


@given(lines)
def test_every_coding_is_well_formed(coder: Coder, texts: list[str]) -> None:
    text = " ".join(texts)
    [coding] = coder.code_texts([text])
    assert len(ids(coding)) == len(coding.codes)
    assert ids(coding) <= set(default().ids)
    assert [code.confidence for code in coding.codes] == sorted(
        (code.confidence for code in coding.codes), reverse=True
    )
    for code in coding.codes:
        assert code.polarity in POLARITIES
        assert 0 <= code.confidence <= 1
        assert all(0 <= each.start < each.end <= len(text) and each.turn is None for each in code.excerpts)
    assert coding.author == "small@1"


@given(lines)
def test_what_says_nothing_stands_alone(coder: Coder, texts: list[str]) -> None:
    for coding in coder.code_texts(texts):
        assert ids(coding) == {"no_content"} or "no_content" not in ids(coding)


@pytest.mark.parametrize("text", ["", "N/A", "无", "-", "10", " \n"])
def test_an_empty_answer_has_no_content_and_no_stance(coder: Coder, text: str) -> None:
    [coding] = coder.code_texts([text])
    [code] = coding.codes
    assert (code.id, code.confidence, code.excerpts) == ("no_content", 1.0, ())
    assert coding.stance.label is None
    assert not coding.review


def test_no_verbatims_give_no_codings(coder: Coder) -> None:
    assert list(coder.code([])) == []
    assert coder.code_texts([]) == []


def test_what_we_say_in_a_call_is_never_coded(coder: Coder) -> None:
    ours = call(("us", "Is the price far too high?"), ("customer", "The pump broke down twice."), ("us", "Late again?"))
    [(_, coding)] = coder.code([ours])
    assert ids(coding) == {"product.reliability"}
    [(_, silent)] = coder.code([call(("us", "The price is far too high."))])
    assert (silent.codes, silent.review) == ((), True)


def test_the_excerpts_of_a_call_carry_their_turn(coder: Coder) -> None:
    talk = call(
        ("us", "How are we doing?"),
        ("customer", "Well. Delivery was late again."),
        ("unknown", "N/A"),
        ("unknown", "The price is far too high."),
    )
    [(_, coding)] = coder.code([talk])
    found = {
        code.id: [(each.turn, talk.turns[each.turn or 0].text[each.start : each.end]) for each in code.excerpts]
        for code in coding.codes
    }
    assert (1, "Delivery was late again") in found["service.delivery"]
    assert (3, "The price is far too high") in found["price.level"]


def test_a_code_of_several_turns_is_mentioned_once(coder: Coder) -> None:
    late = "Delivery was late again."
    [(_, coding)] = coder.code([call(("customer", late), ("customer", late), ("customer", "The price is too high."))])
    [delivery] = [code for code in coding.codes if code.id == "service.delivery"]
    assert {each.turn for each in delivery.excerpts} == {0, 1}


def test_a_turn_without_content_does_not_stand_beside_a_reason(coder: Coder) -> None:
    empty = "Nothing more to add today"
    assert ids(coder.code_texts([empty])[0]) == {"no_content"}
    [(_, coding)] = coder.code([call(("customer", empty), ("customer", "The price is far too high"))])
    assert ids(coding) == {"price.level"}


def test_at_most_five_excerpts_are_given(coder: Coder) -> None:
    [(_, coding)] = coder.code([call(*[("customer", "Delivery was late again.")] * 9)])
    assert len(coding.codes[0].excerpts) == 5


def test_a_score_decides_the_stance_and_words_may_contradict_it(coder: Coder) -> None:
    rows = [Verbatim("a", "The price is far too high", score=10), Verbatim("b", "The price is far too high", score=2)]
    first, second = (coding.stance for _, coding in coder.code(rows))
    assert (first.label, first.source, first.confidence) == ("promoter", "score", 1.0)
    assert (second.label, second.source, second.conflict) == ("critic", "score", False)


def test_a_conflict_is_handed_to_a_person(coder: Coder) -> None:
    rows = [Verbatim(str(number), text, score=10 * (number % 2)) for number, text in enumerate(TEXTS * 2)]
    assert all(coding.review for _, coding in coder.code(rows) if coding.stance.conflict)


def test_parts_are_the_turns_that_say_something() -> None:
    parts = parts_of(call(("us", "Price?"), ("customer", "-"), ("customer", "Too high. Far too high.")))
    assert [(part.turn, part.spans()) for part in parts] == [(2, [(0, 8), (10, 22)])]


def test_an_encoder_that_the_model_was_not_trained_with_is_refused(coder: Coder) -> None:
    with pytest.raises(ModelError, match=r"small@1 was trained with encoder 'hash-32'; this one is 'hash-8'"):
        Coder(coder.model, HashEncoder(8))


def test_a_frame_without_roles_leaves_an_empty_answer_uncoded(trained: Path) -> None:
    model, _ = load(trained / "harbour@3")
    empty, deep = Coder(model).code_texts(["N/A", "Too shallow for us"])
    assert (empty.codes, empty.stance.label, empty.review) == ((), None, False)
    assert ids(deep) == {"berth.depth"}


def test_the_shipped_model_codes_all_three_spellings(shipped: Coder) -> None:
    codings = shipped.code_texts(["The delivery was two weeks late.", "交货晚了两周。", "交貨晚了兩週。"])
    assert [ids(coding) for coding in codings] == [{"service.delivery"}] * 3
    assert {code.polarity for coding in codings for code in coding.codes} == {"negative"}
    assert [coding.language for coding in codings] == ["en", "zh-Hans", "zh-Hant"]
    assert "promoter" not in {coding.stance.label for coding in codings}


def test_the_shipped_model_codes_alike_whatever_the_batch(shipped: Coder) -> None:
    alone = [coding for text in TEXTS for coding in shipped.code_texts([text])]
    many = shipped.code_texts([*TEXTS, *(f"{text} {number}" for number in range(50) for text in TEXTS)])
    for one, other in zip(alone, many[: len(TEXTS)], strict=True):
        assert ids(one) == ids(other)
        assert [code.confidence for code in one.codes] == pytest.approx(
            [code.confidence for code in other.codes], abs=2e-3
        )


def test_the_surer_of_clause_and_text_decides_the_polarity_where_both_were_learnt() -> None:
    sure, unsure = np.array([[[6.0, 0, 0]]]), np.array([[[0.0, 0, 2]]])
    both = [_coloured(sure, unsure, shared=shared)[0, 0] for shared in (False, True)]
    assert [rows.argmax() for rows in both] == [0, 0]
    assert both[0] == pytest.approx(softmax(np.array([3.0, 0, 1])))
    assert both[1] == pytest.approx((softmax(sure) + softmax(unsure))[0, 0] / 2)
