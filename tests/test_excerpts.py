"""Excerpts are pieces of what was said, of those who may be quoted, of different accounts first."""

import pytest
from office_day import SECRET, fill

from verbatim.actions.citations import Sought, cited
from verbatim.store.opening import reading
from verbatim.store.records import chosen_verbatims, stored_verbatim


@pytest.fixture
def numbers(store):
    return fill(store)


def words(store, *sought):
    with reading(store, "north") as connection:
        return cited(connection, "north", sought)


def test_an_excerpt_is_a_piece_of_its_verbatim_and_different_accounts_come_first(store, numbers):
    (found,) = words(store, Sought(tuple(numbers[:3] + numbers[10:11]), "negative", most=3))
    assert [one.account for one in found] == ["Shop 0", "Shop 1", "Shop 0"]
    with reading(store, "north") as connection:
        texts = {row.id: stored_verbatim(row).verbatim.text for row in connection.execute(chosen_verbatims("north"))}
    assert all(texts[one.number][one.start : one.end] == one.text for one in found)


def test_only_that_code_and_polarity_is_cited(store, numbers):
    some = tuple(numbers[:10])
    of_code, of_category, other, praise = words(
        store,
        Sought(some, "negative", "service.responsiveness"),
        Sought(some, "negative", "service"),
        Sought(some, "negative", "price"),
        Sought(some, "positive"),
    )
    assert (len(of_code), len(of_category), len(other), len(praise)) == (2, 2, 0, 2)


def test_who_is_counted_only_is_never_cited(store, numbers):
    (found,) = words(store, Sought(tuple(numbers[8:10])))
    assert found == ()
    (found,) = words(store, Sought(tuple(numbers[6:8])))
    assert {(one.account, one.role) for one in found} == {(None, None)}
    assert SECRET not in str(found)


def test_nothing_sought_is_nothing_found(store):
    assert words(store) == []
    assert words(store, Sought(())) == [()]


def test_what_somebody_is_to_code_blind_is_shown_without_its_coding_and_not_cited(desk, store, numbers):
    from verbatim import taxonomy
    from verbatim.actions.behind import Behind, behind
    from verbatim.actions.corrections import Analyst, ChosenCode, Correction, correct
    from verbatim.actions.double_coding import want_second
    from verbatim.actions.office import Office, what_comes_first
    from verbatim.domain import Excerpt
    from verbatim.store.codings import effective

    with reading(store, "north") as connection:
        seen = {number: one.id for number, one in effective(connection, "north", numbers).items()}
    ann = Analyst(store, taxonomy.default(), "north", "user:ann")
    for number in numbers:
        correct(
            ann, number, Correction((ChosenCode("service.responsiveness", "negative", (Excerpt(0, 9),)),)), seen[number]
        )
    want_second(ann, 0.9999999, 0, "user:ben")
    wanted = Behind(numbers=tuple(numbers[:2]))
    first, second = (Office(desk, "north", actor=f"user:{name}") for name in ("ann", "ben"))
    assert [one.coding is None for one in behind(first, "analyst", wanted).items] == [False, False]
    assert [one.coding is None for one in behind(second, "analyst", wanted).items] == [True, True]
    assert any(what_comes_first(first).excerpts.values())
    assert not any(what_comes_first(second).excerpts.values())


def test_a_manager_reads_its_own_accounts_and_no_words_that_are_counted_only(desk, numbers):
    from verbatim.actions.behind import Behind, behind
    from verbatim.actions.office import Office

    own = Office(desk, "north", accounts=("Shop 0",))
    shelf = behind(own, "manager", Behind())
    assert {one.stored.verbatim.account for one in shelf.items} == {"Shop 0"}
    assert {(one.stored.permission, one.words) for one in shelf.items} == {
        ("named", True),
        ("anonymous", True),
        ("aggregate", False),
    }
    assert behind(own, "manager", Behind(numbers=tuple(numbers[10:]))).items == ()
