"""Where the pieces of a tokenizer stand: in order, inside the text, under the characters they are made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.encoders.pieces import MARK, level, piece_spans, rows_of


@pytest.mark.parametrize(
    ("text", "pieces", "expected"),
    [
        ("late again", [f"{MARK}late", f"{MARK}again"], ["late", "again"]),
        ("too   late", [f"{MARK}too", f"{MARK}la", "te"], ["too", "la", "te"]),
        ("价格太贵", [MARK, "价格", "太贵"], ["", "价格", "太贵"]),
        ("ＡＢ！好", [f"{MARK}AB", "!", "好"], ["ＡＢ", "！", "好"]),
        ("快😀慢", [MARK, "快", "<unk>", "慢"], ["", "快", "😀", "慢"]),
    ],
)
def test_a_piece_stands_where_its_characters_stand(text: str, pieces: list[str], expected: list[str]) -> None:
    assert [text[start:end] for start, end in piece_spans(text, pieces)] == expected


def test_after_a_character_that_the_tokenizer_spells_out_the_pieces_find_their_place_again() -> None:
    spans = piece_spans("½ of the price", [f"{MARK}1⁄2", f"{MARK}of", f"{MARK}the", f"{MARK}price"])
    assert ["½ of the price"[start:end] for start, end in spans][2:] == ["the", "price"]


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=4), max_size=8))
def test_pieces_stay_inside_the_text_and_in_order(text: str, pieces: list[str]) -> None:
    spans = piece_spans(text, pieces)
    assert len(spans) == len(pieces)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert [end for _, end in spans] == sorted(end for _, end in spans)


@given(st.text())
def test_a_levelled_text_keeps_its_length(text: str) -> None:
    assert len(level(text)) == len(text)


def test_a_clause_is_the_run_of_pieces_that_touch_it_and_without_any_the_whole() -> None:
    starts, ends = np.array([0, 0, 3, 6]), np.array([0, 3, 6, 9])
    assert rows_of((0, 4), starts, ends) == (1, 3)
    assert rows_of((6, 9), starts, ends) == (3, 4)
    assert rows_of((20, 30), starts, ends) == (0, 4)
