"""The queue: what comes first, what lies on whose desk, what is kept apart, and that nobody gets what another has."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from verbatim.actions.corrections import ChosenCode, Correction, accept, correct, undo
from verbatim.actions.review_queue import HELD, Order, assign, next_batch, put_back, stay
from verbatim.domain import Verbatim
from verbatim.errors import InputError
from verbatim.review import reserve
from verbatim.store import audit
from verbatim.store.listing import Filters
from verbatim.store.opening import reading
from verbatim.store.records import text_hash
from verbatim.store.review import sampled
from verbatim.store.review_tables import samples

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_GOLD = Order(gold=0.0)
FINE = Correction((ChosenCode("general", "positive"),))


@pytest.fixture
def ann(shelf):
    return shelf.analyst("ann")


@pytest.fixture
def ben(shelf):
    return shelf.analyst("ben")


def numbers(items):
    return [one.verbatim.id for one in items]


def settle(analyst, items):
    for one in items:
        correct(analyst, one.verbatim.id, FINE, one.coding.id)


def test_what_the_model_doubts_most_comes_first(ann, shelf):
    sure = shelf.add("All is well", trust=0.95)
    doubted = shelf.add("Hm, well, perhaps", trust=0.1)
    middling = shelf.add("The engine is slow", trust=0.6)
    found = next_batch(ann, NO_GOLD, NOW)
    assert numbers(found) == doubted + middling + sure
    assert found[0].coding.coding.trust == 0.1
    assert {(one.gold, one.blind, one.until) for one in found} == {(False, False, NOW + HELD)}


def test_the_account_that_weighs_more_comes_first(ann, shelf):
    small = shelf.add(Verbatim("a", "The lorry was late", account="Hill"), trust=0.4)
    large = shelf.add(Verbatim("b", "An invoice was wrong", account="Dale"), trust=0.5)
    assert numbers(next_batch(ann, NO_GOLD, NOW)) == small + large
    put_back(ann)
    assert numbers(next_batch(ann, Order(gold=0.0, weights={"Dale": 5.0}), NOW)) == large + small


def test_nobody_gets_what_lies_on_anothers_desk(ann, ben, shelf):
    shelf.add(*(f"Text {n}" for n in range(5)))
    mine = numbers(next_batch(ann, Order(size=3, gold=0.0), NOW))
    theirs = numbers(next_batch(ben, Order(size=3, gold=0.0), NOW))
    assert (len(mine), len(theirs)) == (3, 2)
    assert not set(mine) & set(theirs)


def test_to_ask_again_gives_what_was_not_done_and_more_where_more_is_asked(ann, shelf):
    shelf.add(*(f"Text {n}" for n in range(5)))
    first = next_batch(ann, Order(size=2, gold=0.0), NOW)
    assert numbers(next_batch(ann, Order(size=2, gold=0.0), NOW)) == numbers(first)
    assert numbers(next_batch(ann, Order(size=4, gold=0.0), NOW))[:2] == numbers(first)


def test_what_is_done_comes_no_more_and_the_desk_is_free(ann, ben, shelf):
    shelf.add(*(f"Text {n}" for n in range(3)))
    first = next_batch(ann, Order(size=2, gold=0.0))
    settle(ann, first)
    assert not set(numbers(first)) & set(numbers(next_batch(ann, NO_GOLD)))
    put_back(ann)
    assert len(next_batch(ben, NO_GOLD)) == 1
    undo(ann, first[0].verbatim.id)
    assert first[0].verbatim.id in numbers(next_batch(ben, NO_GOLD))


def test_a_desk_is_kept_by_signs_of_life_and_else_given_up(ann, ben, shelf):
    number = shelf.add("Text")
    next_batch(ann, NO_GOLD, NOW)
    later = NOW + timedelta(minutes=9)
    assert stay(ann, later) == 1
    assert next_batch(ben, NO_GOLD, later + timedelta(minutes=9)) == ()
    assert numbers(next_batch(ben, NO_GOLD, later + HELD)) == number
    assert stay(ann, later + HELD) == 0


def test_a_correction_is_a_sign_of_life(ann, ben, shelf):
    one, two = shelf.add("Text", "Other")
    soon = datetime.now(UTC) + HELD
    next_batch(ann, NO_GOLD, soon - HELD - timedelta(minutes=5))
    accept(ann, one, shelf_coding(ann, one))
    assert next_batch(ben, NO_GOLD, soon - timedelta(minutes=1)) == ()
    assert numbers(next_batch(ben, NO_GOLD, soon + timedelta(minutes=1))) == [two]


def test_what_is_put_back_is_anybodys(ann, ben, shelf):
    one = shelf.add("Text", "Other")[0]
    next_batch(ann, NO_GOLD, NOW)
    assert put_back(ann, [one, 99]) == 1
    assert numbers(next_batch(ben, NO_GOLD, NOW)) == [one]
    assert put_back(ann) == 1


def test_filters_narrow_the_queue(ann, shelf):
    shelf.add("Dear", codes=("price",))
    late = shelf.add("Late", codes=("service",))
    assert numbers(next_batch(ann, Order(gold=0.0, filters=Filters(code="service")), NOW)) == late


def test_what_only_an_older_model_has_coded_comes_too(ann, shelf):
    old = shelf.add("Dear", model="b2b@1")
    new = shelf.add("Late", model="b2b@2")
    assert set(numbers(next_batch(ann, NO_GOLD, NOW))) == {*old, *new}


def test_what_changed_since_it_was_coded_comes_again(ann, shelf):
    number = shelf.add(Verbatim("a", "Dear"))
    settle(ann, next_batch(ann, NO_GOLD))
    assert next_batch(ann, NO_GOLD) == ()
    shelf.add(Verbatim("a", "Dear, and late"), model="b2b@2")
    assert numbers(next_batch(ann, NO_GOLD)) == number


def test_what_is_assigned_comes_to_the_assignee_only_and_first(ann, ben, shelf):
    plain = shelf.add("Hm, no", trust=0.0)
    given = shelf.add("Well", "Fine", trust=1.0)
    assert assign(ann, "ben", [*given, 99]) == 2
    assert numbers(next_batch(ann, NO_GOLD, NOW)) == plain
    put_back(ann)
    assert numbers(next_batch(ben, NO_GOLD, NOW)) == given + plain
    put_back(ben)
    assert assign(ann, "ann", Filters(code="price")) == 3
    assert next_batch(ben, NO_GOLD, NOW) == ()


def test_an_assignment_ends_with_a_coding_whosever_it_is(ann, ben, shelf):
    number = shelf.add("Well")[0]
    assign(ann, "ben", [number])
    correct(ann, number, FINE, shelf_coding(ann, number))
    assert next_batch(ben, NO_GOLD) == ()
    assert assign(ann, "ben", [number]) == 0
    undo(ann, number)
    assert assign(ann, "ben", [number]) == 1
    with reading(ann.engine, "north") as connection:
        events = audit.events(connection, "north", "ben")
    assert [one.event.details["verbatims"] for one in events] == [1, 0, 1]


def shelf_coding(analyst, number):
    from verbatim.store.codings import effective

    with reading(analyst.engine, "north") as connection:
        return effective(connection, "north", [number])[number].id


def test_a_share_is_drawn_by_chance_alone_and_noted_with_its_seed(ann, shelf):
    shelf.add(*(f"Text number {n}" for n in range(300)), trust=0.3)
    kept = reserve(5, 0.1)
    found = next_batch(ann, Order(size=100, seed=5))
    gold = {one.verbatim.id for one in found if one.gold}
    assert {one.verbatim.id for one in found if text_hash(one.verbatim.verbatim.text) in kept} == gold
    assert len(gold) == 10
    with reading(ann.engine, "north") as connection:
        assert sampled(connection, "north") == gold
        assert {row.seed for row in connection.execute(samples.select())} == {5}


def test_the_reserve_is_looked_at_in_an_order_that_doubt_does_not_change(ann, ben, shelf):
    texts = [f"Text number {n}" for n in range(200)]
    shelf.add(*texts[:100], trust=0.0)
    shelf.add(*texts[100:], trust=1.0)
    found = [one for _ in range(4) for one in drain(ann, Order(size=20, gold=0.2, seed=1))]
    drawn = [text_hash(one.verbatim.verbatim.text) for one in found if one.gold]
    kept = reserve(1, 0.2)
    turned = sorted(
        (text_hash(text) for text in texts if text_hash(text) in kept), key=lambda one: (one < kept.low, one)
    )
    assert drawn == turned[: len(drawn)]
    assert len(drawn) == 16


def drain(analyst, order):
    found = next_batch(analyst, order)
    settle(analyst, found)
    return found


def test_of_a_thousand_that_say_the_same_one_is_drawn(ann, shelf):
    text = next(text for text in (f"Fine {n}" for n in range(99)) if text_hash(text) in reserve(0, 0.5))
    shelf.add(*[text] * 6)
    first = drain(ann, Order(size=6, gold=0.5))
    assert [one.gold for one in first] == [True]
    assert next_batch(ann, Order(size=6, gold=0.5)) == ()


def test_what_was_drawn_and_put_back_is_drawn_again_first(ann, ben, shelf):
    shelf.add(*(f"Text number {n}" for n in range(100)))
    order = Order(size=5, gold=0.9)
    first = [one.verbatim.id for one in next_batch(ann, order) if one.gold]
    put_back(ann)
    assert [one.verbatim.id for one in next_batch(ben, order) if one.gold] == first


def test_filters_that_ask_for_codes_do_not_narrow_the_share(ann, shelf):
    shelf.add(*(f"Text number {n}" for n in range(100)), codes=("price",))
    found = next_batch(ann, Order(size=10, gold=0.5, filters=Filters(code="service")))
    assert found
    assert all(one.gold for one in found)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (Order(size=0), "size 0: expected 1 to 100"),
        (Order(gold=1.0), r"gold 1.0: expected a share"),
        (Order(second=-0.1), r"second -0.1: expected a share"),
        (Order(seed=2**31), "seed 2147483648: expected"),
        (Order(weights={"Hill": -1.0}), "weight -1.0 of an account of 4 characters"),
    ],
)
def test_an_order_that_cannot_be_is_refused(ann, order, told):
    with pytest.raises(InputError, match=told):
        next_batch(ann, order)


def test_a_blank_assignee_is_refused(ann):
    with pytest.raises(InputError, match="assignee ' '"):
        assign(ann, " ", [1])


def test_another_organisation_sees_nothing(shelf):
    shelf.add("Dear")
    assert next_batch(shelf.analyst("eve", "south"), NO_GOLD) == ()


def test_twenty_reviewers_at_once_never_have_the_same(shelf):
    shelf.add(*(f"Text number {n}" for n in range(120)))
    had: list[list[int]] = []
    errors: list[BaseException] = []
    start = threading.Barrier(20, timeout=60)

    def review(name: str) -> None:
        try:
            analyst = shelf.analyst(name)
            start.wait()
            for _ in range(2):
                found = next_batch(analyst, Order(size=3))
                had.append(numbers(found))
                for one in found:
                    accept(analyst, one.verbatim.id, one.coding.id)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=review, args=(f"coder {n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert max(Counter(number for batch in had for number in batch).values()) == 1
    assert sum(map(len, had)) == 120
