"""What the store keeps of a review: it goes with the verbatim; an earlier store is brought to it with its codings."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import func, select, text

from verbatim.domain import Verbatim
from verbatim.review import reserve
from verbatim.store import migrations
from verbatim.store.codings import codings_of, effective, hold, withdraw
from verbatim.store.double_coding import want
from verbatim.store.erasure import erase
from verbatim.store.opening import reading, writing
from verbatim.store.people import contacts_named
from verbatim.store.review import (
    Wanted,
    add_sample,
    assign,
    codes_of,
    counts_of_codes,
    doubtful,
    on_desk,
    scattered,
    take,
)
from verbatim.store.review_tables import assignments, review_locks, samples, second_codings, withdrawals

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WANTED = Wanted("north", "ann", NOW)
TABLES = (assignments, review_locks, samples, second_codings, withdrawals)


def rows(store):
    with reading(store) as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_what_is_erased_takes_its_review_along(shelf):
    from verbatim.actions.corrections import accept

    one, two = shelf.add(Verbatim("a", "Too dear", contact="Li Wei"), Verbatim("b", "Late", contact="Li Wei"))
    with writing(shelf.engine, "north") as connection:
        assign(connection, WANTED, [one], "boss")
        take(connection, WANTED, [one])
        add_sample(connection, "north", [one], 0, NOW)
        first = effective(connection, "north", [two])[two].id
        withdraw(connection, "north", effective(connection, "north", [one])[one].id, "ann")
    accept(shelf.analyst(), two, first)
    with writing(shelf.engine, "north") as connection:
        assert want(connection, "north", reserve(0, 0.9999999), None, "boss") == 1
    assert rows(shelf.engine) == [1, 1, 1, 1, 1]
    with writing(shelf.engine, "north") as connection:
        erase(connection, "north", contacts_named(connection, "north", "Li Wei")[0].id, "ops")
    assert rows(shelf.engine) == [0, 0, 0, 0, 0]


def test_a_coding_that_was_withdrawn_is_told_as_such(shelf):
    number = shelf.add("Too dear")[0]
    with writing(shelf.engine, "north") as connection:
        coding = effective(connection, "north", [number])[number]
        for _ in range(2):
            withdraw(connection, "north", coding.id, "ann")
        assert effective(connection, "north", [number]) == {}
        assert [one.withdrawn for one in codings_of(connection, "north", [number])] == [True]


def test_candidates_come_least_trusted_first_and_never_from_the_reserve(shelf):
    numbers = [shelf.add(f"Text {n}", trust=n / 20)[0] for n in range(20)]
    kept = reserve(0, 0.3)
    wanted = Wanted("north", "ann", NOW, reserve=kept)
    with reading(shelf.engine, "north") as connection:
        found = [one.candidate for one in doubtful(connection, wanted, 100)]
        spread = [one.candidate for one in scattered(connection, wanted, "8" * 64, 100)]
    assert [one.trust for one in found] == sorted(one.trust for one in found)
    assert not any(one.text_hash in kept for one in found)
    assert {one.id for one in found} < set(numbers)
    assert [one.text_hash for one in spread] == sorted(one.text_hash for one in found if one.text_hash >= "8" * 64)


def test_a_desk_shows_what_was_taken_first_first(shelf):
    one, two, three = shelf.add("Text a", "Text b", "Text c")
    with writing(shelf.engine, "north") as connection:
        for place, number in enumerate((two, three, one)):
            moment = NOW + timedelta(seconds=place)
            assert take(connection, Wanted("north", "ann", moment), [number]) == {number}
        assert on_desk(connection, "north", "ann", NOW) == [two, three, one]
        assert take(connection, Wanted("north", "ben", NOW), [one, two]) == set()


def test_what_is_held_is_there_or_left_out(shelf):
    number = shelf.add("Text")[0]
    with writing(shelf.engine, "north") as connection:
        assert list(hold(connection, "north", [number, 99, 2**70, -1])) == [number]
        assert hold(connection, "south", [number]) == {}


def test_codes_are_counted_and_told_by_coding(shelf):
    number = shelf.add("Text", codes=("price", "service"))[0]
    shelf.add("Other", codes=("price",))
    with reading(shelf.engine, "north") as connection:
        assert counts_of_codes(connection, "north") == {"price": 2, "service": 1}
        coding = effective(connection, "north", [number])[number].id
        assert codes_of(connection, "north", [coding, 99]) == {coding: {"price", "service"}, 99: set()}
        assert codes_of(connection, "south", [coding]) == {coding: set()}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_store_of_the_earlier_layout_keeps_its_codings(kind, empty_store):
    engine = empty_store(kind)
    config = migrations._config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO organisations (id, created) VALUES ('north', '2026-01-01')"))
        connection.execute(
            text(
                "INSERT INTO verbatims (organisation, source, external_id, revision, text, text_hash, at, row, created)"
                " VALUES ('north', 's', 'a', 1, 'Dear', 'aa', '2026-01-01', 0, '2026-01-01')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO codings (organisation, verbatim_id, revision, author, language, stance_source,"
                " stance_confidence, conflict, review, trust, created)"
                " VALUES ('north', 1, 1, 'ann', 'en', 'estimated', 1, false, false, 1, '2026-01-01')"
            )
        )
    assert migrations.upgrade(engine) == migrations.head()
    with reading(engine, "north") as connection:
        found = effective(connection, "north", [1])[1]
    assert (found.coding.author, found.blind, found.withdrawn) == ("ann", False, False)
