"""The learning curve, on verbatims made for the purpose."""

from pathlib import Path

import numpy as np
import pytest

from verbatim.coder import Model
from verbatim.encoders import HashEncoder, load_encoder
from verbatim.errors import CorpusError
from verbatim.learning.economy import LEFT, SIZES, SPLITS, Remembered, check_size, economy, mean_of, sizes_for
from verbatim.learning.examples import Codes, Example
from verbatim.quality import Economy
from verbatim.registry import load
from verbatim.taxonomy import default

SAID: tuple[tuple[str, Codes], ...] = (
    ("The quay was empty at dawn", (("service.delivery", "negative"),)),
    ("Seven clerks signed one sheet", (("price.billing", "negative"),)),
    ("Blue lamps hum", (("product.design", "positive"),)),
)


def customer(count: int) -> list[Example]:
    """Verbatims of one customer, in words that the small model has never read."""
    said = [SAID[number % len(SAID)] for number in range(count)]
    return [Example(f"c{n}", f"{text}, {n}.", (), codes, None, None, "en") for n, (text, codes) in enumerate(said)]


@pytest.fixture(scope="module")
def small(trained: Path) -> Model:
    return load(trained / "small@1")[0]


@pytest.fixture(scope="module")
def curve(small: Model) -> Economy:
    return economy(customer(130), small, load_encoder(small.encoder), default(), lambda _: None)


def test_the_curve_goes_as_far_as_the_verbatims_reach() -> None:
    assert sizes_for(SIZES[-1] + LEFT) == SIZES
    assert sizes_for(SIZES[-1] + LEFT - 1) == SIZES[:-1]
    assert sizes_for(10) == ()


def test_too_few_verbatims_are_refused_with_how_many_it_takes() -> None:
    check_size(100)
    with pytest.raises(CorpusError, match="99 verbatims: too few for a learning curve; expected at least 100"):
        check_size(99)


def test_reviewing_a_customers_verbatims_pays(curve: Economy) -> None:
    nothing, fifty = curve.points
    assert (nothing.reviewed, fifty.reviewed) == (0, 50)
    assert fifty.figures["l2_weighted"].value > nothing.figures["l2_weighted"].value + 0.1
    assert fifty.gain.low > 0


def test_all_points_are_measured_on_what_the_greatest_leaves(curve: Economy) -> None:
    assert (curve.splits, curve.measured) == (SPLITS, 80)


def test_nothing_reviewed_gains_nothing(curve: Economy) -> None:
    gain = curve.points[0].gain
    assert (gain.value, gain.low, gain.high) == (0, 0, 0)


def test_the_same_verbatims_give_the_same_curve(curve: Economy, small: Model) -> None:
    assert economy(customer(130), small, load_encoder(small.encoder), default(), lambda _: None) == curve


def test_limits_are_those_of_students_t() -> None:
    found = mean_of([0.5, 0.6, 0.7, 0.6, 0.6])
    half = 2.776 * np.std([0.5, 0.6, 0.7, 0.6, 0.6], ddof=1) / 5**0.5
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.6 - half, 0.6 + half), abs=1e-3)


class Counting(HashEncoder):
    """A hashing encoder that counts the texts it reads."""

    texts = 0

    def read(self, texts, spans):
        self.texts += len(texts)
        return super().read(texts, spans)


def test_what_was_read_before_is_remembered_and_the_same() -> None:
    texts, spans = ["one, two", "three"], [[(0, 4), (4, 8)], [(0, 5)]]
    counting = Counting(16)
    remembered = Remembered(counting)
    first, again = (
        remembered.read(texts, spans),
        remembered.read([texts[1], texts[0], texts[1]], [spans[1], spans[0], spans[1]]),
    )
    plain = HashEncoder(16).read(texts, spans)
    assert counting.texts == 2
    assert (first.clauses == plain.clauses).all()
    assert (again.clauses == plain.clauses[[2, 0, 1, 2]]).all()
    assert (again.wholes == plain.wholes[[1, 0, 1]]).all()


def test_the_same_text_cut_otherwise_is_read_anew() -> None:
    remembered = Remembered(HashEncoder(16))
    whole = remembered.read(["one, two"], [[(0, 8)]])
    parted = remembered.read(["one, two"], [[(0, 4), (4, 8)]])
    assert (len(whole.clauses), len(parted.clauses)) == (1, 2)


def test_no_text_gives_no_row() -> None:
    read = Remembered(HashEncoder(16)).read([], [])
    assert (read.clauses.shape, read.wholes.shape) == ((0, 16), (0, 16))
