"""The plain form of a text: as long as the text, with digits, blanks and dashes as rules expect them."""

from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.redaction.plain import plain, visible


@given(st.text())
def test_the_plain_form_is_as_long_as_the_text(text: str) -> None:
    assert len(plain(text)) == len(text)


def test_wide_letters_blanks_and_dashes_become_plain() -> None:
    assert plain("１３８－０Ａ　＠，（１）‑–") == "138-0A @,(1)--"


def test_numbers_in_circles_stay() -> None:
    assert plain("①²") == "①²"


@given(st.text(alphabet="a1\u200b\ufeff我"))
def test_every_visible_character_is_told_where_it_stood(text: str) -> None:
    seen, places = visible(text)
    assert [text[at] for at in places[:-1]] == list(seen)
    assert "\u200b" not in seen
    assert places[-1] == len(text)
