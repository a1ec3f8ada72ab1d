"""What persons have coded, and whoever stands behind it."""

from dataclasses import replace

import pytest

from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import person_codings
from verbatim.store.statements import BATCH
from verbatim.store.verbatims import Received, add_verbatims

SAID = (
    Verbatim("a", "slow", contact="Ann", account="Hill"),
    Verbatim("b", "dear", account="Hill"),
    Verbatim("c", "fine"),
)


def coding(author, *codes):
    mentions = tuple(CodeMention(id, "negative", 0.9, ()) for id in codes)
    return Coding("x", "en", mentions, Stance(None, "estimated", 0.0), False, author)


def add(engine, *said, organisation="north"):
    with writing(engine, organisation) as connection:
        register_model(connection, organisation, "m@1")
        return [one.id for one in add_verbatims(connection, organisation, "s", [*map(Received, said)])]


def judge(engine, *judged, organisation="north"):
    with writing(engine, organisation) as connection:
        add_codings(connection, organisation, judged)


def found(engine, organisation="north"):
    with reading(engine, organisation) as connection:
        return list(person_codings(connection, organisation))


def by(person, number, *codes):
    return Judged(number, coding("ann" if person else "m@1", *codes), person=person)


def test_what_a_person_coded_last_is_told_with_contact_account_and_words(store):
    ids = add(store, *SAID)
    judge(store, by(False, ids[0], "price"), by(True, ids[0], "price"), by(True, ids[0], "service"), by(True, ids[1]))
    first, second = found(store)
    assert (first.stored.id, [code.id for code in first.coding.coding.codes]) == (ids[0], ["service"])
    assert (first.contact is None, first.account is None) == (False, False)
    assert (second.contact, second.account, second.coding.coding.codes) == (None, first.account, ())
    assert first.words != second.words


def test_what_only_models_have_coded_is_left_out(store):
    judge(store, by(False, add(store, *SAID)[0], "price"))
    assert found(store) == []


@pytest.mark.parametrize(("codes", "changed"), [(("price", "service"), False), (("price",), True), ((), True)])
def test_whether_a_model_gave_the_same_codes_is_told(store, codes, changed):
    number = add(store, *SAID)[0]
    judge(store, by(False, number, "service", "price"), by(True, number, *codes))
    assert [one.changed for one in found(store)] == [changed]


def test_a_coding_of_words_that_have_changed_is_left_out(store):
    number = add(store, *SAID)[0]
    judge(store, by(True, number, "price"))
    add(store, replace(SAID[0], text="quick"))
    assert found(store) == []


def test_there_may_be_more_than_go_to_the_engine_at_once(store):
    ids = add(store, *(Verbatim(f"v{number}", f"text {number}") for number in range(BATCH + 3)))
    judge(store, *(by(True, number, "price") for number in ids))
    assert [one.stored.id for one in found(store)] == ids


def test_organisations_do_not_see_each_other(store):
    judge(store, by(True, add(store, *SAID)[0], "price"))
    assert found(store, "south") == []
