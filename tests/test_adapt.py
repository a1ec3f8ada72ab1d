"""A model fitted to one customer: what the correction learns, and how little it dares with few verbatims."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verbatim.coder import Coder, Model
from verbatim.codes import Thresholds, frame_of
from verbatim.encoders import load_encoder
from verbatim.errors import ModelError
from verbatim.learning.adapt import (
    CHOOSING,
    FEWEST,
    GREATEST,
    LEAST,
    Reviewed,
    Taught,
    adapt,
    best,
    coherence,
    held_out,
    learn,
    refitted,
    review,
    trusted,
)
from verbatim.learning.examples import Codes, Example
from verbatim.registry import load, save
from verbatim.trust import Trust

IDS = ("a", "a.x", "b")
FRAME = frame_of(IDS, {"a": None, "a.x": "a", "b": None}, dict.fromkeys(IDS))
BASE = Thresholds(
    *(np.full(count, value, dtype=np.float32) for count, value in ((3, 0.3), (2, 0.6), (3, 1), (3, 0))), 0.5, 0.5
)
COLUMNS = len(IDS) + len(FRAME.categories)

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def spoken(count: int, seed: int = 1) -> Arrays:
    """Scores, unit vectors and gold of verbatims that a model judges as often right as it says."""
    chance = np.random.default_rng(seed)
    scores = chance.beta(0.4, 1.2, (count, COLUMNS)).astype(np.float32)
    vectors = chance.normal(size=(count, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return scores, vectors, chance.uniform(size=scores.shape) < scores


def taught_otherwise(count: int) -> Arrays:
    """The same, but whatever lies on one side of the first dimension has the id b for this customer."""
    scores, vectors, gold = spoken(count)
    gold[:, 2] = vectors[:, 0] > 0
    return scores, vectors, gold


def taught(*arrays: np.ndarray, weights: np.ndarray | None = None) -> Taught:
    return Taught(*arrays, np.ones(len(arrays[0])) if weights is None else weights)


def right(scores: np.ndarray, gold: np.ndarray) -> float:
    return float(((scores > 0.5) == gold)[:, 2].mean())


def test_what_a_customer_means_is_learnt_from_two_hundred_verbatims() -> None:
    scores, vectors, gold = taught_otherwise(1000)
    found = learn(taught(scores[:200], vectors[:200], gold[:200])).applied(scores[200:], vectors[200:])
    assert right(scores[200:], gold[200:]) < 0.55
    assert right(found, gold[200:]) > 0.8


def test_more_verbatims_teach_more() -> None:
    scores, vectors, gold = taught_otherwise(2000)
    found = [
        learn(taught(*(part[:n] for part in (scores, vectors, gold)))).applied(scores[1000:], vectors[1000:])
        for n in (20, 1000)
    ]
    assert right(found[0], gold[1000:]) < right(found[1], gold[1000:]) > 0.9


def test_a_model_that_is_right_is_left_nearly_as_it_is() -> None:
    scores, vectors, gold = spoken(1050)
    found = learn(taught(scores[:50], vectors[:50], gold[:50])).applied(scores[50:], vectors[50:])
    assert np.abs(found - scores[50:]).mean() < 0.06


def test_the_length_of_the_vectors_does_not_matter() -> None:
    scores, vectors, gold = taught_otherwise(200)
    one, other = (learn(taught(scores, vectors * size, gold)).applied(scores, vectors * size) for size in (1, 30))
    assert one == pytest.approx(other, abs=1e-3)


def test_held_out_scores_come_from_what_has_not_seen_them() -> None:
    scores, vectors, gold = spoken(60)
    gold[:, 2] = np.random.default_rng(3).uniform(size=60) < 0.5
    seen = learn(taught(scores, vectors, gold)).applied(scores, vectors)
    (held,) = held_out(taught(scores, vectors, gold))
    assert right(held, gold) < right(seen, gold)
    assert (held_out(taught(scores, vectors, gold))[0] == held).all()


def test_a_threshold_goes_to_half_of_the_best_f1() -> None:
    sure = np.tile(np.array([[0.98], [0.02]], dtype=np.float32), (2000, COLUMNS))
    assert refitted(sure, taught(sure, sure, sure > 0.5), BASE).given == pytest.approx(0.49, abs=0.02)


def test_thresholds_of_few_verbatims_stay_near_the_models_own() -> None:
    scores, _, gold = spoken(4000)
    few, many = (refitted(scores[:n], taught(scores[:n], scores[:n], gold[:n]), BASE).given for n in (20, 4000))
    assert np.abs(np.log(few / BASE.given)).max() < np.abs(np.log(many / BASE.given)).max()
    assert few == pytest.approx(BASE.given, abs=0.05)


@pytest.mark.parametrize("gold", [False, True])
def test_one_answer_to_everything_leaves_thresholds_within_bounds(gold: bool) -> None:
    scores, _, _ = spoken(300)
    found = refitted(scores, taught(scores, scores, np.full(scores.shape, gold)), BASE)
    assert (found.given >= LEAST).all()
    assert (found.given <= GREATEST).all()
    assert (found.slope > 0).all()


def test_corrected_scores_are_as_often_right_as_they_say() -> None:
    scores, _, gold = spoken(4000)
    shy = (scores**2).astype(np.float32)
    found = refitted(shy, taught(shy, shy, gold), BASE).confidence(shy[:, :3])
    steps = [
        (found[near].mean(), gold[:, :3][near].mean())
        for low in (0.1, 0.3, 0.5, 0.7)
        for near in [(found > low) & (found < low + 0.2)]
    ]
    assert all(stated == pytest.approx(share, abs=0.06) for stated, share in steps)


def test_trust_rises_where_codings_are_better_than_was_thought() -> None:
    scores = np.tile(np.array([[0.95, 0.05, 0.05, 0.9, 0.05]], dtype=np.float32), (300, 1))
    reviewed = Reviewed(
        scores, np.ones((300, 4), dtype=np.float32), scores > 0.5, scores[:, :3], (1,) * 300, np.ones(300)
    )
    found = trusted(Trust(np.zeros(8, dtype=np.float32), 0.4, 0.7), reviewed, scores, BASE, FRAME)
    assert found.bias == pytest.approx(0.4 + 0.6 * 300 / 400)
    assert found.least == 0.7


def reviewed(scores: np.ndarray, vectors: np.ndarray, gold: np.ndarray) -> Reviewed:
    return Reviewed(scores, vectors, gold, scores[:, :3], (1,) * len(scores), np.ones(len(scores)))


def test_a_customer_who_codes_as_the_model_does_is_learnt_less_from(small: Model) -> None:
    arrays = spoken(CHOOSING)
    found = best(reviewed(*arrays), replace(small, frame=FRAME, thresholds=BASE))
    assert (
        found.correction is None
        or np.abs(found.correction.vectors).max() < np.abs(learn(taught(*arrays)).vectors).max() / 2
    )


def test_what_held_out_verbatims_bear_out_is_learnt(small: Model) -> None:
    found = best(reviewed(*taught_otherwise(CHOOSING)), replace(small, frame=FRAME, thresholds=BASE))
    assert found.correction is not None
    assert np.abs(found.correction.vectors[0, 2]) > 1


def test_a_verbatim_of_weight_two_teaches_what_one_that_comes_twice_does() -> None:
    scores, vectors, gold = taught_otherwise(400)
    twice = np.concatenate([np.arange(400), np.arange(200)])
    weighed = taught(scores, vectors, gold, weights=np.repeat([2.0, 1.0], 200))
    repeated = taught(scores[twice], vectors[twice], gold[twice])
    thresholds = [refitted(one.scores, one, BASE).given for one in (weighed, repeated)]
    assert weighed.count < repeated.count
    assert thresholds[0] == pytest.approx(thresholds[1], rel=0.15)


def test_verbatims_of_no_weight_teach_next_to_nothing() -> None:
    scores, vectors, gold = taught_otherwise(120)
    weights = np.concatenate([np.ones(60), np.full(60, 1e-6)])
    some = learn(taught(scores[:60], vectors[:60], gold[:60])).applied(scores, vectors)
    all_ = learn(taught(scores, vectors, gold, weights=weights)).applied(scores, vectors)
    assert np.abs(some - all_).mean() < 0.02


def test_codes_that_fit_the_words_hang_together_and_shuffled_ones_do_not() -> None:
    scores, _, gold = spoken(200)
    shuffled = np.random.default_rng(4).permutation(gold)
    assert coherence(scores, gold) > 6
    assert abs(coherence(scores, shuffled)) < 3
    assert coherence(scores, np.ones_like(gold)) == 0


def test_coherence_is_as_spread_over_shuffles_as_it_says() -> None:
    scores, _, gold = spoken(60)
    chance = np.random.default_rng(4)
    found = [coherence(scores, chance.permutation(gold)) for _ in range(400)]
    assert np.mean(found) == pytest.approx(0, abs=0.15)
    assert np.std(found) == pytest.approx(1, abs=0.12)


SAID: tuple[tuple[str, Codes], ...] = (
    ("The invoice was wrong again.", (("price.billing", "negative"),)),
    ("Delivery came two weeks late.", (("service.delivery", "negative"),)),
    ("Your people are friendly.", (("service.attitude", "positive"),)),
)


def reviewed_examples(count: int) -> list[Example]:
    said = [SAID[number % len(SAID)] for number in range(count)]
    return [
        Example(f"r{number}", f"{text} ({number})", (), codes, None, None, "en")
        for number, (text, codes) in enumerate(said)
    ]


@pytest.fixture(scope="module")
def small(trained: Path) -> Model:
    return load(trained / "small@1")[0]


@pytest.fixture(scope="module")
def adapted(small: Model) -> Model:
    return adapt(small, load_encoder(small.encoder), reviewed_examples(120), "small@2")


def test_an_adapted_model_codes_what_it_was_taught(adapted: Model) -> None:
    for text, codes in SAID:
        (coding,) = Coder(adapted).code_texts([text])
        assert {code.id for code in coding.codes} == {id for id, _ in codes}
        assert coding.author == "small@2"


def test_an_adapted_model_keeps_encoder_and_heads(small: Model, adapted: Model) -> None:
    assert adapted.heads is small.heads
    assert adapted.vocabulary is small.vocabulary
    assert replace(adapted, label="x", correction=None, thresholds=small.thresholds, trust=small.trust) == replace(
        small, label="x"
    )


def test_an_adapted_model_is_kept_and_found_again(adapted: Model, tmp_path: Path) -> None:
    again, _ = load(save(adapted, tmp_path, {}))
    texts = [text for text, _ in SAID]
    assert Coder(again).code_texts(texts) == Coder(adapted).code_texts(texts)


def test_few_verbatims_teach_nothing(small: Model) -> None:
    assert adapt(small, load_encoder(small.encoder), reviewed_examples(FEWEST - 1)) is small
    empty = [Example(f"e{number}", "N/A", (), (), None, None, "en") for number in range(50)]
    assert adapt(small, load_encoder(small.encoder), empty) is small


def test_a_model_is_adapted_once(adapted: Model) -> None:
    with pytest.raises(ModelError, match="model small@2 was adapted before; expected the one that it came from"):
        adapt(adapted, load_encoder(adapted.encoder), reviewed_examples(20))


def test_a_subcategory_that_was_reviewed_stands_for_its_category(small: Model) -> None:
    found = review(small, load_encoder(small.encoder), reviewed_examples(1))
    marked = {*np.flatnonzero(found.gold[0])}
    ids = small.frame.ids
    assert marked == {ids.index("price.billing"), len(ids) + small.frame.categories.index("price")}
