"""Offsets across a redaction: what was not replaced keeps its place, what was is reached as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.redaction.spans import Found, Redacted, replaced, resolved

RANK = {"email": 0, "name": 1}
PLACEHOLDERS = {"email": "[EMAIL]", "name": "[NAME]"}
MAIL = replaced("ask ann@x.example now", [Found("email", 4, 17)], PLACEHOLDERS)


@st.composite
def redactions(draw: st.DrawFn) -> tuple[str, Redacted]:
    text = draw(st.text(alphabet="ab我。 ", max_size=60))
    ends = st.integers(0, len(text))
    found = draw(st.lists(st.tuples(st.sampled_from(sorted(RANK)), ends, ends), max_size=8))
    spans = [Found(kind, one, two) for kind, one, two in found if one < two]
    return text, replaced(text, resolved(spans, RANK), PLACEHOLDERS)


@given(redactions())
def test_what_was_not_replaced_leads_there_and_back(made: tuple[str, Redacted]) -> None:
    text, redacted = made
    inside = {at for span in redacted.spans for at in range(span.start, span.end)}
    for at in set(range(len(text))) - inside:
        assert redacted.text[redacted.to_redacted(at)] == text[at]
        assert redacted.to_original(redacted.to_redacted(at)) == at


@given(redactions())
def test_every_span_holds_its_placeholder_and_leads_back_to_what_it_replaced(made: tuple[str, Redacted]) -> None:
    text, redacted = made
    for span in redacted.spans:
        assert redacted.text[span.new_start : span.new_end] == PLACEHOLDERS[span.kind]
        assert redacted.span_in_redacted(span.start, span.end) == (span.new_start, span.new_end)
        assert redacted.span_in_original(span.new_start, span.new_end) == (span.start, span.end)
    assert (redacted.to_redacted(len(text)), redacted.to_original(len(redacted.text))) == (
        len(redacted.text),
        len(text),
    )


@given(redactions())
def test_spans_are_in_order_and_do_not_overlap(made: tuple[str, Redacted]) -> None:
    offsets = [at for span in made[1].spans for at in (span.start, span.end)]
    assert offsets == sorted(offsets)


def test_an_offset_inside_a_find_leads_to_where_its_placeholder_begins() -> None:
    assert MAIL.text == "ask [EMAIL] now"
    assert [MAIL.to_redacted(at) for at in (3, 4, 9, 17)] == [3, 4, 4, 11]
    assert [MAIL.to_original(at) for at in (3, 4, 9, 11)] == [3, 4, 4, 17]


def test_an_excerpt_that_touches_a_find_takes_all_of_its_placeholder() -> None:
    assert MAIL.span_in_redacted(0, 6) == (0, 11)
    assert MAIL.span_in_redacted(10, 21) == (4, 15)
    assert MAIL.span_in_original(5, 15) == (4, 21)


@pytest.mark.parametrize("move", [MAIL.to_redacted, MAIL.to_original])
def test_an_offset_below_zero_is_refused(move: object) -> None:
    with pytest.raises(ValueError, match="offset -1: expected 0 or more"):
        move(-1)  # type: ignore[operator]


def test_finds_that_overlap_become_one_of_the_longest_kind() -> None:
    assert resolved([Found("name", 0, 4), Found("email", 2, 12)], RANK) == (Found("email", 0, 12),)


def test_of_equally_long_finds_the_weightier_kind_counts() -> None:
    assert resolved([Found("name", 0, 4), Found("email", 0, 4)], RANK) == (Found("email", 0, 4),)


def test_finds_that_only_touch_stay_apart() -> None:
    assert len(resolved([Found("name", 0, 4), Found("email", 4, 9)], RANK)) == 2


def test_the_text_stays_out_of_the_repr() -> None:
    assert "ask" not in repr(MAIL)
