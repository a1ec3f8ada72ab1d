"""Many verbatims accepted or changed at once: what became of each is told, and nothing is lost."""

import pytest

from verbatim.actions import bulk_corrections
from verbatim.actions.bulk_corrections import Change, Outcome, Seen, accept_many, change_many
from verbatim.actions.corrections import ChosenCode, Correction, correct
from verbatim.errors import CodebookError, StoreError
from verbatim.store.codings import codings_of, effective
from verbatim.store.listing import Filters
from verbatim.store.opening import reading

BEFORE = {"price": "negative", "product": "negative"}


@pytest.fixture
def ann(shelf):
    return shelf.analyst("ann")


def standing(analyst, numbers):
    with reading(analyst.engine, "north") as connection:
        return effective(connection, "north", numbers)


def codes(analyst, number):
    return {one.id: one.polarity for one in standing(analyst, [number])[number].coding.codes}


def seen(analyst, numbers):
    return [Seen(number, one.id) for number, one in sorted(standing(analyst, numbers).items())]


def results(found):
    return [one.result for one in found]


def test_many_are_accepted_each_with_its_number(ann, shelf):
    numbers = shelf.add("Too dear", "Far too dear", "Costly")
    found = accept_many(ann, seen(ann, numbers))
    now = standing(ann, numbers)
    assert found == tuple(Outcome(number, "changed", now[number].id) for number in numbers)
    assert {one.coding.author for one in now.values()} == {"ann"}
    assert results(accept_many(ann, seen(ann, numbers))) == ["unchanged"] * 3


def test_one_that_was_changed_meanwhile_does_not_hold_up_the_others(ann, shelf):
    numbers = shelf.add("Too dear", "Far too dear")
    chosen = seen(ann, numbers)
    theirs = correct(shelf.analyst("ben"), numbers[0], Correction((ChosenCode("price", "positive"),)), chosen[0].coding)
    found = accept_many(ann, [*chosen, Seen(10**6), Seen(2**70)])
    assert results(found) == ["stale", "changed", "missing", "missing"]
    assert found[0].coding == theirs.coding.id


def test_a_selection_by_filters_is_taken_in_parts(ann, shelf, monkeypatch):
    monkeypatch.setattr(bulk_corrections, "BATCH", 2)
    numbers = shelf.add(*(f"Too dear {n}" for n in range(5)))
    others = shelf.add("Fine", codes=("general",))
    found = change_many(ann, Filters(code="price"), Change("replace", "price", to="price.level"))
    assert [(one.verbatim, one.result) for one in found] == [(number, "changed") for number in numbers]
    assert [codes(ann, number) for number in (numbers[0], others[0])] == [
        {"price.level": "negative"},
        {"general": "negative"},
    ]


def test_what_was_done_is_not_done_twice(ann, shelf):
    numbers = shelf.add("Too dear", "Costly")
    change = Change("add", "service", polarity="positive")
    assert results(change_many(ann, [Seen(number) for number in numbers], change)) == ["changed", "changed"]
    assert results(change_many(ann, [Seen(number) for number in numbers], change)) == ["unchanged", "unchanged"]
    with reading(ann.engine, "north") as connection:
        assert len(codings_of(connection, "north", numbers)) == 4


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (Change("add", "service", polarity="positive"), {**BEFORE, "service": "positive"}),
        (Change("add", "price", polarity="neutral"), {"price": "neutral", "product": "negative"}),
        (Change("remove", "price"), {"product": "negative"}),
        (Change("replace", "price", to="price.level"), {"product": "negative", "price.level": "negative"}),
        (Change("replace", "price", to="product"), {"product": "negative"}),
        (Change("polarity", "product", polarity="positive"), {"price": "negative", "product": "positive"}),
        (Change("stance", stance="promoter"), BEFORE),
    ],
    ids=lambda value: value.action if isinstance(value, Change) else "",
)  # fmt: skip
def test_each_kind_of_change_changes_what_it_says(ann, shelf, change, left):
    number = shelf.add("Dear and bad", codes=("price", "product"))[0]
    assert results(change_many(ann, [Seen(number)], change)) == ["changed"]
    assert codes(ann, number) == left
    stance = standing(ann, [number])[number].coding.stance.label
    assert stance == ("promoter" if change.action == "stance" else "critic")


def test_a_code_that_stands_alone_gives_way_and_pushes_nobody_out(ann, shelf):
    empty, full = shelf.add("---", codes=("no_content",))[0], shelf.add("Dear")[0]
    assert results(change_many(ann, [Seen(empty)], Change("add", "price", polarity="negative"))) == ["changed"]
    assert results(change_many(ann, [Seen(full)], Change("add", "no_content", polarity="neutral"))) == ["refused"]
    assert [codes(ann, number) for number in (empty, full)] == [{"price": "negative"}, {"price": "negative"}]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (Change("add", "prise", polarity="negative"), CodebookError, "closest: price"),
        (Change("add", "price"), StoreError, "action 'add': polarity is missing"),
        (Change("replace", "price", to="nothing"), CodebookError, "no id 'nothing'"),
        (Change("polarity", "price", polarity="bad"), StoreError, "polarity 'bad'"),
        (Change("stance", stance="fan"), StoreError, "stance 'fan'"),
        (Change("wipe", "price"), StoreError, "action 'wipe': expected one of add, remove"),
    ],
)
def test_a_change_that_cannot_be_is_refused_before_anything_is_changed(ann, shelf, change, error, told):
    number = shelf.add("Dear")[0]
    with pytest.raises(error, match=told):
        change_many(ann, [Seen(number)], change)
    assert not standing(ann, [number])[number].person


def test_a_code_of_an_earlier_frame_can_be_replaced(ann, shelf):
    number = shelf.add("Dear", codes=("old_price",))[0]
    change_many(ann, Filters(code="old_price"), Change("replace", "old_price", to="price"))
    assert codes(ann, number) == {"price": "negative"}


def test_too_many_at_once_are_refused(ann, shelf, monkeypatch):
    monkeypatch.setattr(bulk_corrections, "LARGEST_SELECTION", 1)
    shelf.add("Dear", "Dearer")
    with pytest.raises(StoreError, match="more than 1 verbatims were chosen"):
        accept_many(ann, Filters())


def test_what_nobody_has_coded_cannot_be_accepted(ann, shelf):
    from verbatim.domain import Verbatim
    from verbatim.store.opening import writing
    from verbatim.store.verbatims import Received, add_verbatims

    with writing(ann.engine, "north") as connection:
        number = add_verbatims(connection, "north", "s", [Received(Verbatim("x", "Dear"))])[0].id
    assert accept_many(ann, [Seen(number)]) == (Outcome(number, "uncoded"),)
