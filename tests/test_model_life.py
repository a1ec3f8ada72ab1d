"""Models listed, explained, compared, promoted and rolled back."""

import pytest

from verbatim.actions.model_life import (
    Keeper,
    compare,
    explain,
    known_models,
    past,
    promote_model,
    roll_back_model,
)
from verbatim.errors import ConflictError, ModelError, StoreError
from verbatim.store.jobs import list_jobs
from verbatim.store.opening import reading


@pytest.fixture
def keeper(analysts):
    """Whoever keeps models that were retrained twice: the first was promoted, the second not."""
    analysts.review(60)
    analysts.review(60, gold=True)
    for _ in range(2):
        analysts.retrain()
    return Keeper(analysts.engine, "north", "key:7", analysts.installed)


def test_models_are_listed_with_what_became_of_them(keeper):
    found = {one.label: one for one in known_models(keeper)}
    assert [*found] == ["small@1", "small-own@1", "small-own@2"]
    assert [one.label for one in found.values() if one.current] == ["small-own@1"]
    assert [one.passed for one in found.values()] == [None, True, False]
    assert found["small-own@2"].parent == "small-own@1"
    assert found["small-own@2"].l2_weighted > 0.9


def test_an_organisation_that_has_done_nothing_has_the_installations_model(analysts):
    (only,) = known_models(Keeper(analysts.engine, "south", "key:7", analysts.installed))
    assert (only.label, only.current, only.passed) == ("small@1", True, None)


def test_a_model_is_explained(keeper):
    found = explain(keeper, "small-own@1")
    assert (found.current, found.training["origin"], found.training["verbatims"]) == (True, "small@1", 60)
    assert found.report["promoted"]
    assert [one.model for one in found.promotions] == ["small-own@1"]
    assert len(found.training["corpus_sha256"]) == len(found.sha256) == 64
    assert explain(keeper, "small@1").report is None


def test_two_models_are_compared_on_gold(keeper):
    found = compare(keeper, "small@1", "small-own@1")
    assert (found.n, found.figures["l2_weighted"].better) == (60, True)
    assert compare(keeper, "small-own@1", "small@1").figures["l2_weighted"].worse


def test_models_of_two_frames_are_not_compared(keeper):
    with pytest.raises(ModelError, match="model engagement@1 codes by engagement@1; expected b2b@1, as small@1 does"):
        compare(keeper, "small@1", "engagement@1")


def test_a_model_that_was_kept_is_promoted_for_a_reason(keeper):
    moved = promote_model(keeper, "small-own@2", "we looked at it ourselves")
    assert (moved.promotion.model, moved.promotion.former) == ("small-own@2", "small-own@1")
    assert past(keeper)[-1].reason == "we looked at it ourselves"
    with reading(keeper.engine, "north") as connection:
        assert list_jobs(connection, "north")[0].id == moved.job


def test_a_model_that_ships_can_be_promoted(keeper):
    assert promote_model(keeper, "b2b@7", "a new release").promotion.model == "b2b@7"


@pytest.mark.parametrize(
    ("label", "reason", "error", "message"),
    [
        ("small-own@1", "again", ConflictError, "the current one already"),
        ("small-own@9", "x", ModelError, "no model 'small-own@9'"),
        ("../small@1", "x", ModelError, "no model '../small@1'"),
        ("small-own@2", " ", StoreError, "reason of 0 characters"),
        ("engagement@1", "x", ModelError, "model engagement@1 codes by engagement@1; expected b2b@1"),
    ],
)
def test_what_cannot_be_promoted_is_refused(keeper, label, reason, error, message):
    with pytest.raises(error, match=message):
        promote_model(keeper, label, reason)
    assert len(past(keeper)) == 1


def test_a_damaged_model_is_not_promoted(keeper, analysts):
    file = analysts.folder / "small-own@2" / "model.safetensors"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(ModelError, match="damaged or exchanged"):
        promote_model(keeper, "small-own@2", "x")


def test_rolling_back_brings_the_former_model_and_a_job(keeper):
    moved = roll_back_model(keeper, "complaints")
    assert (moved.promotion.model, moved.promotion.act, moved.promotion.actor) == ("small@1", "roll_back", "key:7")
    with pytest.raises(ConflictError, match="'small@1' is the first one"):
        roll_back_model(keeper, "more complaints")


def test_a_retraining_goes_on_from_what_was_rolled_back_to(keeper, analysts):
    roll_back_model(keeper, "complaints")
    found = analysts.retrain()
    assert (found.champion, found.challenger, found.promoted) == ("small@1", "small-own@3", True)
