"""The default encoder with weights of a model's own: the package's arithmetic, clause by clause in its text."""

import numpy as np
import pytest

from verbatim.encoders import UseEncoder, load_encoder
from verbatim.encoders.tuned_use import SENTENCE, Table, TunedUse, fingerprint
from verbatim.errors import ModelError

TEXTS = [
    "The printer breaks every week, and support is useless.",
    "价格太贵了",
    "報價快一點，三天以內可以嗎",
    "",
    "\ud800 快😀",
]


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


@pytest.fixture(scope="module")
def encoder(table: Table) -> TunedUse:
    """The network before any tuning."""
    return TunedUse(table.weights, table)


def test_before_tuning_a_whole_text_has_the_vector_of_the_package(encoder: TunedUse) -> None:
    texts = TEXTS[:2]  # in scripts that are read as they are
    sentences = encoder.encode(texts)[:, :SENTENCE] / 4
    assert (sentences * UseEncoder().encode(texts)).sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_both_chinese_scripts_give_the_same_vector(encoder: TunedUse) -> None:
    first, second = encoder.encode(["交貨晚了兩週", "交货晚了两周"])
    assert first == pytest.approx(second, abs=1e-4)


def test_there_is_a_vector_for_each_clause_and_each_whole(encoder: TunedUse) -> None:
    read = encoder.read(TEXTS, [[(0, 30), (31, 54)], [(0, 5)], [], [(0, 0)], [(0, 3)]])
    assert read.clauses.shape == (5, encoder.dimension)
    assert read.wholes.shape == (len(TEXTS), encoder.dimension)
    assert np.isfinite(read.clauses).all()
    assert np.isfinite(read.wholes).all()


def test_a_clause_is_read_in_its_place(encoder: TunedUse) -> None:
    praised, blamed = "Never late.", "Late again."
    [first] = encoder.read([praised], [[(6, 10)]]).clauses
    [second] = encoder.read([blamed], [[(0, 4)]]).clauses
    assert np.abs(first - second).max() > 0.1


def test_a_text_is_read_alike_alone_and_among_many(encoder: TunedUse) -> None:
    many = encoder.encode([*TEXTS, *(f"{text} {number}" for number in range(30) for text in TEXTS[:3])])
    for number, text in enumerate(TEXTS):
        assert many[number] == pytest.approx(encoder.encode([text])[0], abs=1e-3)


def test_no_texts_give_no_vectors(encoder: TunedUse) -> None:
    read = encoder.read([], [])
    assert (read.clauses.shape, read.wholes.shape) == ((0, encoder.dimension), (0, encoder.dimension))


def test_the_fingerprint_changes_with_a_weight(table: Table) -> None:
    changed = {**table.weights, "b": np.asarray(table.weights["b"]) + 1}
    assert fingerprint(table.weights) != fingerprint(changed)


def test_a_model_must_bring_the_weights_that_its_fingerprint_names(table: Table) -> None:
    own = fingerprint(table.weights)
    assert load_encoder(own, table.weights).fingerprint == own
    with pytest.raises(ModelError, match="its weights are not there"):
        load_encoder(own)
    with pytest.raises(ModelError, match="expected, but the weights are those of"):
        load_encoder(own, {**table.weights, "b": np.zeros(768, dtype=np.float32)})
    with pytest.raises(ModelError, match="expected, but the weights are those of"):
        load_encoder(own, {name: array for name, array in table.weights.items() if name != "cnn_W"})
