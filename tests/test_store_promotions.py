"""Which model is current: promotions that are only added, and the codings that they put in front."""

from itertools import count

import pytest

from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store.audit import events
from verbatim.store.codings import Judged, add_codings, effective, list_models, register_model
from verbatim.store.opening import reading, writing
from verbatim.store.promotions import Step, current, history, promote, roll_back, standing, stored_model
from verbatim.store.verbatims import Received, add_verbatims

LABELS = ("b2b@2", "b2b-own@1", "b2b-own@2")
numbers = count()


@pytest.fixture
def known(store):
    """A store whose organisation "north" knows three models."""
    with writing(store, "north") as connection:
        for label in LABELS:
            register_model(connection, "north", label, "b2b@1", {"parent": "b2b@2"})
    return store


def step(model, former, reason="it is better"):
    return Step(model, former, "key:1", reason)


def promoted(engine, *steps):
    for one in steps:
        with writing(engine, "north") as connection:
            promote(connection, "north", one)


def back(engine):
    with writing(engine, "north") as connection:
        return roll_back(connection, "north", "key:2", "it was not")


def now(engine, organisation="north"):
    with reading(engine, organisation) as connection:
        return current(connection, organisation)


def test_nothing_was_promoted_at_first(known):
    assert now(known) is None


def test_the_model_promoted_last_is_current_and_the_history_says_how_it_came(known):
    promoted(known, step("b2b-own@1", "b2b@2"), step("b2b-own@2", "b2b-own@1", " even better "))
    with reading(known, "north") as connection:
        first, second = history(connection, "north")
    assert now(known) == second.model == "b2b-own@2"
    assert (first.former, first.actor, first.act) == ("b2b@2", "key:1", "promote")
    assert (second.former, second.reason) == ("b2b-own@1", "even better")
    assert first.created <= second.created


def test_rolling_back_goes_one_step_further_each_time(known):
    promoted(known, step("b2b-own@1", "b2b@2"), step("b2b-own@2", "b2b-own@1"))
    assert [back(known).model, back(known).model] == ["b2b-own@1", "b2b@2"]
    with pytest.raises(ConflictError, match="model 'b2b@2' is the first one; expected a promotion to roll back"):
        back(known)


def test_what_was_rolled_back_can_be_promoted_again(known):
    promoted(known, step("b2b-own@1", "b2b@2"))
    back(known)
    promoted(known, step("b2b-own@1", "b2b@2"))
    with reading(known, "north") as connection:
        past = history(connection, "north")
    assert standing(past) == ("b2b@2", "b2b-own@1")
    assert [one.act for one in past] == ["promote", "roll_back", "promote"]


def test_nothing_to_roll_back_is_told(known):
    with pytest.raises(ConflictError, match="the installation's model is the first one"):
        back(known)


def test_of_two_that_promote_at_once_the_second_is_told(known):
    promoted(known, step("b2b-own@1", "b2b@2"))
    with pytest.raises(ConflictError, match="'b2b-own@1' is the current one; expected 'b2b@2'"):
        promoted(known, step("b2b-own@2", "b2b@2"))
    with pytest.raises(ConflictError, match="'b2b-own@1' is the current one already"):
        promoted(known, step("b2b-own@1", "b2b-own@1"))


def test_a_model_that_nobody_registered_is_not_promoted(known):
    with pytest.raises(NotFoundError, match=r"model 'x@1': not in organisation 'north'; expected b2b@2, b2b-own@1"):
        promoted(known, step("x@1", "b2b@2"))
    assert now(known) is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_promotion_has_a_reason(known, reason):
    with pytest.raises(StoreError, match=r"reason of \d+ characters: expected 1 to 1000"):
        promoted(known, step("b2b-own@1", "b2b@2", reason))


def test_a_promotion_is_an_event(known):
    promoted(known, step("b2b-own@1", "b2b@2"))
    with reading(known, "north") as connection:
        (found,) = events(connection, "north", "model:b2b-own@1")
    assert (found.event.actor, found.event.action) == ("key:1", "promote")
    assert found.event.details["former"] == "b2b@2"


def test_organisations_have_current_models_of_their_own(known):
    promoted(known, step("b2b-own@1", "b2b@2"))
    assert now(known, "south") is None
    with reading(known, "south") as connection:
        assert list_models(connection, "south") == ()


def test_what_was_told_of_a_model_is_kept(known):
    with reading(known, "north") as connection:
        found = stored_model(connection, "north", "b2b-own@1")
    assert (found.codebook, found.facts) == ("b2b@1", {"parent": "b2b@2"})


def coded(engine, *authors, person=False):
    """A verbatim coded by these, in order."""
    with writing(engine, "north") as connection:
        row = add_verbatims(connection, "north", "s", [Received(Verbatim(f"v{next(numbers)}", "slow"))])[0]
        judged = [Judged(row.id, coding(one), person=person) for one in authors]
        add_codings(connection, "north", judged)
    return row.id


def coding(author):
    mention = CodeMention("service", "negative", 0.9, ())
    return Coding("x", "en", (mention,), Stance(None, "estimated", 0.0), False, author)


def author_of(engine, number):
    with reading(engine, "north") as connection:
        return effective(connection, "north", [number])[number].coding.author


def test_without_a_promotion_the_newest_model_is_in_effect(known):
    assert author_of(known, coded(known, *LABELS)) == "b2b-own@2"


def test_the_codings_of_the_current_model_are_in_effect(known):
    number = coded(known, *LABELS)
    promoted(known, step("b2b-own@1", "b2b@2"))
    assert author_of(known, number) == "b2b-own@1"


def test_after_rolling_back_the_former_codings_are_in_effect_again(known):
    number = coded(known, *LABELS)
    promoted(known, step("b2b-own@1", "b2b@2"), step("b2b-own@2", "b2b-own@1"))
    back(known)
    assert author_of(known, number) == "b2b-own@1"
    back(known)
    assert author_of(known, number) == "b2b@2"


def test_a_coding_by_a_person_stays_on_top(known):
    number = coded(known, "b2b@2")
    with writing(known, "north") as connection:
        add_codings(connection, "north", [Judged(number, coding("ann"), person=True)])
    promoted(known, step("b2b-own@1", "b2b@2"))
    with writing(known, "north") as connection:
        add_codings(connection, "north", [Judged(number, coding("b2b-own@1"))])
    assert author_of(known, number) == "ann"


def test_what_the_current_model_has_not_coded_keeps_the_coding_that_it_has(known):
    number = coded(known, "b2b@2")
    promoted(known, step("b2b-own@1", "b2b@2"))
    assert author_of(known, number) == "b2b@2"
