"""A second coding without sight of the first: never in effect by itself, compared, and decided where it differs."""

import pytest

from verbatim.actions.corrections import ChosenCode, Correction, correct, undo
from verbatim.actions.double_coding import adjudicate, code_blind, disagreements, want_second
from verbatim.actions.review_queue import Order, next_batch
from verbatim.domain import Verbatim
from verbatim.errors import ConflictError, InputError, NotFoundError
from verbatim.store import audit
from verbatim.store.codings import codings_of, effective
from verbatim.store.double_coding import latest_pairs
from verbatim.store.listing import Filters, count
from verbatim.store.opening import reading
from verbatim.store.schema import deliveries

DEAR = Correction((ChosenCode("price.level", "negative"),), "critic")
WORTH = Correction((ChosenCode("price.value", "negative"),), "critic")
ORDER = Order(gold=0.0)
NEARLY_ALL = 0.9999999


@pytest.fixture
def ann(shelf):
    return shelf.analyst("ann")


@pytest.fixture
def ben(shelf):
    return shelf.analyst("ben")


def standing(analyst, number):
    with reading(analyst.engine, "north") as connection:
        return effective(connection, "north", [number])[number]


@pytest.fixture
def number(ann, shelf):
    """A verbatim that Ann has coded, and that somebody else is to code too."""
    number = shelf.add("Too dear")[0]
    correct(ann, number, DEAR, standing(ann, number).id)
    assert want_second(ann, NEARLY_ALL, 0) == 1
    return number


def test_the_second_coder_sees_no_coding_and_the_first_is_not_asked(ann, ben, number):
    assert next_batch(ann, ORDER) == ()
    item = next_batch(ben, ORDER)[0]
    assert (item.verbatim.id, item.coding, item.blind) == (number, None, True)


def test_a_blind_coding_is_not_in_effect_and_announced_to_nobody(ann, ben, number):
    before = standing(ann, number)
    coding = code_blind(ben, number, WORTH)
    assert standing(ann, number) == before
    with reading(ann.engine, "north") as connection:
        last = codings_of(connection, "north", [number])[-1]
        assert count(connection, "north", Filters(code="price.value")).verbatims == 0
        assert connection.execute(deliveries.select()).all() == []
    assert (last.id, last.blind, last.coding.author) == (coding, True, "ben")


def test_what_both_say_needs_no_decision(ann, ben, number):
    code_blind(ben, number, DEAR)
    assert disagreements(ann.engine, "north") == ()
    assert next_batch(ben, ORDER) == ()
    with reading(ann.engine, "north") as connection:
        assert len(latest_pairs(connection, "north", 9)) == 1


@pytest.mark.parametrize(
    "other",
    [WORTH, Correction((ChosenCode("price.level", "positive"),), "critic"), Correction(DEAR.codes, "passive")],
    ids=["code", "polarity", "stance"],
)
def test_what_differs_stands_side_by_side(ann, ben, number, other):
    code_blind(ben, number, other)
    found = disagreements(ann.engine, "north")
    assert [(one.verbatim.id, one.first.coding.author, one.second.coding.author) for one in found] == [
        (number, "ann", "ben")
    ]
    assert disagreements(ann.engine, "north", after=found[0].id) == ()
    assert disagreements(ann.engine, "south") == ()


def test_the_decision_is_in_effect_and_settles_it(ann, ben, number, shelf):
    code_blind(ben, number, WORTH)
    waiting = disagreements(ann.engine, "north")[0].id
    cat = shelf.analyst("cat")
    done = adjudicate(cat, waiting, Correction(WORTH.codes, "critic", "the definition says so"))
    assert done.coding == standing(ann, number)
    assert (done.coding.coding.author, done.before.coding.author) == ("cat", "ann")
    assert disagreements(ann.engine, "north") == ()
    with pytest.raises(ConflictError, match="settled before"):
        adjudicate(ann, waiting, DEAR)
    undo(cat, number)
    assert [one.id for one in disagreements(ann.engine, "north")] == [waiting]


def test_the_comparison_is_with_what_the_first_coder_says_last(ann, ben, number):
    correct(ann, number, WORTH, standing(ann, number).id)
    code_blind(ben, number, WORTH)
    assert disagreements(ann.engine, "north") == ()


def test_nobody_is_second_unasked_or_twice_or_to_themselves(ann, ben, number, shelf):
    with pytest.raises(ConflictError, match="no second coding is wanted from 'ann'"):
        code_blind(ann, number, DEAR)
    code_blind(ben, number, WORTH)
    for late in (ben, shelf.analyst("cat")):
        with pytest.raises(ConflictError):
            code_blind(late, number, WORTH)


def test_one_who_has_coded_it_openly_is_no_second_coder(ann, ben, number):
    correct(ben, number, WORTH, standing(ann, number).id)
    assert next_batch(ben, ORDER) == ()


def test_a_second_coder_may_be_named(ann, ben, shelf):
    number = shelf.add("Too dear")[0]
    correct(ann, number, DEAR, standing(ann, number).id)
    assert want_second(ann, NEARLY_ALL, 0, "ann") == 0
    assert want_second(ann, NEARLY_ALL, 0, "cat") == 1
    assert want_second(ann, NEARLY_ALL, 0) == 0
    assert next_batch(ben, ORDER) == ()
    assert [one.blind for one in next_batch(shelf.analyst("cat"), ORDER)] == [True]


def test_two_second_coders_never_have_the_same(ann, ben, number, shelf):
    assert len(next_batch(ben, ORDER)) == 1
    assert next_batch(shelf.analyst("cat"), ORDER) == ()


def test_second_codings_are_no_more_than_their_share_of_a_batch(ann, ben, shelf):
    for number in shelf.add(*(f"Text {n}" for n in range(8))):
        correct(ann, number, DEAR, standing(ann, number).id)
    want_second(ann, NEARLY_ALL, 0)
    shelf.add(*(f"Word {n}" for n in range(8)))
    assert [one.blind for one in next_batch(ben, Order(size=6, gold=0.0, second=0.3))] == [True] * 2 + [False] * 4


def test_the_share_is_about_what_was_asked_for_and_grows_with_what_is_coded(ann, shelf):
    for number in shelf.add(*(f"Text {n}" for n in range(100))):
        correct(ann, number, DEAR, standing(ann, number).id)
    first = want_second(ann, 0.2, 3)
    assert 10 <= first <= 30
    assert want_second(ann, 0.2, 3) == 0
    assert want_second(ann, 0.5, 3) > 0


def test_words_that_changed_are_coded_by_nobody_a_second_time(ann, ben, shelf):
    number = shelf.add(Verbatim("a", "Too dear"))[0]
    correct(ann, number, DEAR, standing(ann, number).id)
    want_second(ann, NEARLY_ALL, 0)
    code_blind(ben, number, WORTH)
    shelf.add(Verbatim("a", "Too dear, and late"), model="b2b@2")
    with pytest.raises(ConflictError, match="the words have changed since"):
        adjudicate(ann, disagreements(ann.engine, "north")[0].id, DEAR)


def test_what_the_first_coder_takes_back_is_wanted_no_more(ann, ben, number):
    undo(ann, number)
    assert [one.blind for one in next_batch(ben, ORDER)] == [False]


def test_what_is_not_there_is_told(ann, ben, number):
    with pytest.raises(NotFoundError, match="disagreement 99"):
        adjudicate(ann, 99, DEAR)
    with pytest.raises(NotFoundError):
        code_blind(ben, 99, DEAR)
    with pytest.raises(InputError, match="share 0"):
        want_second(ann, 0, 1)


def test_who_wanted_and_coded_is_noted_in_numbers(ann, ben, number):
    coding = code_blind(ben, number, WORTH)
    with reading(ann.engine, "north") as connection:
        wanted = audit.events(connection, "north", "verbatims")[-1].event
        coded = audit.events(connection, "north", f"verbatim:{number}")[-1].event
    assert (wanted.actor, wanted.details["verbatims"]) == ("ann", 1)
    assert (coded.actor, coded.action, coded.details) == ("ben", "code_blind", {"coding": coding})
