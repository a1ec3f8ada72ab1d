"""Segments that belong together: found, the same ones each time, and nowhere what belongs nowhere."""

import numpy as np
import pytest
from emerging import STRANGE, texts

from verbatim.encoders import HashEncoder
from verbatim.learning.theming import NOWHERE, Meaning, Plan, Segments, levelled, themes_of


def segments(said, languages=None, dimension=64):
    return Segments(said, languages or ["en"] * len(said), HashEncoder(dimension).encode(said))


def test_matters_are_told_apart_and_what_fits_nowhere_stays_nowhere():
    found = themes_of(segments(texts()))
    labels = [set(found.labels[start : start + 12].tolist()) for start in (0, 12, 24)]
    assert all(len(one) == 1 for one in labels)
    assert len(set.union(*labels)) == 3
    assert set(found.labels[-len(STRANGE) :].tolist()) == {NOWHERE}
    assert found.nearness[:36].min() > 0.5


def test_the_same_input_twice_gives_the_same_bytes():
    first, again = (themes_of(segments(texts(30))) for _ in range(2))
    assert first.labels.tobytes() == again.labels.tobytes()
    assert first.centroids.tobytes() == again.centroids.tobytes()
    assert first.nearness.tobytes() == again.nearness.tobytes()


def test_a_drawn_part_finds_the_same_matters_and_the_rest_joins():
    whole, drawn = themes_of(segments(texts(40))), themes_of(segments(texts(40)), Plan(sample=70))
    assert len(drawn.centroids) == len(whole.centroids) == 3
    assert (drawn.labels[:120] >= 0).mean() > 0.7


@pytest.mark.parametrize("seed", range(8))
def test_parts_of_which_nothing_leads_to_another_are_told_apart_in_any_order(seed):
    middles = np.eye(4, 32, dtype=np.float32)
    draw = np.random.default_rng(seed)
    order = draw.permutation(np.repeat(np.arange(4), 30))
    vectors = middles[order] + draw.normal(scale=0.02, size=(120, 32)).astype(np.float32)
    found = themes_of(Segments(tuple(map(str, range(120))), ("en",) * 120, vectors)).labels
    assert (found >= 0).mean() > 0.9
    assert all(len(set(order[found == theme].tolist())) == 1 for theme in range(found.max() + 1))


def test_what_many_wrote_alike_is_one_point():
    said = ["Parking costs a fortune"] * 50
    assert themes_of(segments(said)).centroids.shape == (0, 64)


def test_too_few_segments_make_no_theme():
    assert themes_of(segments(texts(2))).labels.tolist() == [NOWHERE] * 9
    assert themes_of(Segments([], [], np.zeros((0, 8), np.float32))).labels.tolist() == []


def test_a_language_of_its_own_offset_does_not_lie_apart():
    rng = np.random.default_rng(1)
    matters = (
        np.eye(2, 16, dtype=np.float32)[np.arange(80) % 2] + 0.1 * rng.normal(size=(80, 16)).astype(np.float32) / 2
    )
    offset = np.zeros(16, np.float32)
    offset[5] = 3
    languages = ["en"] * 40 + ["zh-Hans"] * 20 + ["zh-Hant"] * 20
    level = levelled(Segments([""] * 80, languages, matters + offset * (np.arange(80) >= 40)[:, None]))
    likeness = level @ level.T
    alike = np.arange(80) % 2
    assert likeness[:40, 40:][alike[:40, None] == alike[40:]].min() > 0.5


@pytest.mark.parametrize("size", [1, 2, 13])
def test_any_number_of_segments_is_looked_through(size):
    assert len(themes_of(segments(texts()[:size])).labels) == size


def test_of_an_encoder_without_a_tuned_part_the_whole_vector_is_the_meaning():
    plain = HashEncoder(32)
    meaning = Meaning(plain)
    read = meaning.read(["one two three"], [[(0, 7), (8, 13)]])
    assert (meaning.dimension, read.clauses.shape, read.wholes.shape) == (32, (2, 32), (1, 32))
    assert np.array_equal(meaning.encode(["one"]), plain.encode(["one"]))
