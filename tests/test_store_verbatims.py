import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Turn, Verbatim
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.access_keys import create_key, revoke_key
from verbatim.store.audit import events
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.listing import list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.people import list_contacts
from verbatim.store.verbatims import Received, add_verbatims, delete_older, held_by_others, verbatim

REPLY = Verbatim(
    id="r1",
    text="Too dear,\r\n  but 服務很好 🚀",
    row=4,
    question="Why?",
    score=6.0,
    date=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    account="Hill Clinic",
    contact="Ann Lee",
    role="Buyer",
    fields={"Region": "North", "Visits": -5, "Half": 0.5, "None": None},
)
CALL = Verbatim("c1", turns=(Turn("Wang", "us", 0.0, "价格呢？"), Turn("Li", "customer", None, "太贵了。")))
CODES = (CodeMention("price.level", "negative", 0.9, (Excerpt(0, 8),)),)
CODING = Coding("r1", "en", CODES, Stance("critic", "score", 1.0), False, "b2b@1")


def add(connection, *verbatims, organisation="north", source="survey"):
    return add_verbatims(connection, organisation, source, [Received(one) for one in verbatims])


def read(engine, number, organisation="north"):
    with reading(engine) as connection:
        return verbatim(connection, organisation, number)


def test_what_is_added_is_read_as_it_was(store):
    with writing(store) as connection:
        kept = add_verbatims(connection, "north", "survey", [Received(REPLY, "mail", "en"), Received(CALL)])
    reply, call = (read(store, one.id).stored for one in kept)
    assert (reply.verbatim, reply.channel, reply.language, reply.source) == (REPLY, "mail", "en", "survey")
    assert (call.verbatim, call.channel, call.language, call.revision) == (CALL, None, None, 1)


def test_an_id_that_comes_again_is_changed_or_unchanged(store):
    later = replace(REPLY, text="Fair.")
    with writing(store) as connection:
        first = add(connection, REPLY, CALL)
        again = add(connection, REPLY, replace(CALL, role="Chief"), Verbatim("new", "hello"))
        third = add(connection, later)
    assert [one.change for one in first + again + third] == [
        "added",
        "added",
        "unchanged",
        "changed",
        "added",
        "changed",
    ]
    assert [one.id for one in again[:2]] == [one.id for one in first]
    assert read(store, first[0].id).stored.verbatim == later


def test_an_id_that_comes_twice_in_a_batch_is_changed_by_its_second_coming(store):
    with writing(store) as connection:
        kept = add(connection, Verbatim("a", "one"), Verbatim("b", "x"), Verbatim("a", "two"), Verbatim("a", "two"))
    assert [one.change for one in kept] == ["added", "added", "changed", "unchanged"]
    assert read(store, kept[0].id).stored.verbatim.text == "two"


def test_only_what_a_coder_reads_makes_a_new_revision(store):
    with writing(store) as connection:
        said, number, revisions = REPLY, add(connection, REPLY)[0].id, []
        for change in ({"role": "Chief"}, {"score": 9.0}, {"text": "Fine."}, {"fields": {}}, {"question": None}):
            said = replace(said, **change)
            add(connection, said)
            revisions.append(verbatim(connection, "north", number).stored.revision)
    assert revisions == [1, 2, 3, 3, 4]


def test_the_same_id_of_another_source_or_organisation_is_another_verbatim(store):
    with writing(store) as connection:
        numbers = {add(connection, REPLY, organisation=o, source=s)[0].id for o in ("north", "south") for s in "ab"}
    assert len(numbers) == 4


def test_a_verbatim_of_another_organisation_is_not_found(store):
    with writing(store) as connection:
        number = add(connection, REPLY)[0].id
    with pytest.raises(NotFoundError, match=f"verbatim {number}: not in organisation 'south'"):
        read(store, number, "south")


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_that_no_row_can_have_is_not_found(store, number):
    with pytest.raises(NotFoundError, match=f"verbatim {number}: not in"):
        read(store, number)
    with pytest.raises(NotFoundError, match=f"verbatim {number}: not in"), writing(store) as connection:
        add_codings(connection, "north", [Judged(number, CODING, person=True)])


def test_dates_are_kept_in_utc_and_one_without_a_zone_is_taken_as_utc(store):
    naive = datetime(2026, 3, 1, 9, 0, 0, 123456)
    abroad = naive.replace(tzinfo=timezone(timedelta(hours=8)))
    with writing(store) as connection:
        kept = add(connection, Verbatim("a", "x", date=naive), Verbatim("b", "x", date=abroad))
        again = add(connection, Verbatim("a", "x", date=naive), Verbatim("b", "x", date=abroad))
    dates = [read(store, one.id).stored.verbatim.date for one in kept]
    assert dates == [naive.replace(tzinfo=UTC), abroad.astimezone(UTC)]
    assert [one.change for one in again] == ["unchanged"] * 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Verbatim(" ", "x"), "verbatim id ' ': expected an id that is not blank"),
        (Verbatim("a", "ab\0c"), r"verbatim 'a', text: U\+0000 at offset 2; expected text that UTF-8 can hold"),
        (Verbatim("a", "\ud800"), r"verbatim 'a', text: U\+D800 at offset 0"),
        (Verbatim("a", "x", account="\0"), r"verbatim 'a', account: U\+0000"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_kept(store, wrong, message):
    with pytest.raises(StoreError, match=message), writing(store) as connection:
        add(connection, REPLY, wrong)
    with reading(store) as connection:
        assert list_verbatims(connection, "north").items == ()


def test_an_organisation_that_was_not_added_is_refused(store):
    with pytest.raises(NotFoundError, match="organisation 'west': not in this store"), writing(store) as connection:
        add(connection, REPLY, organisation="west")


def test_fields_and_turns_take_whatever_python_takes(store):
    odd = replace(REPLY, fields={"odd": "\0\ud800", "when": datetime(2026, 1, 1), "nan": float("nan")})
    call = Verbatim("c", turns=(Turn("\ud800", "us", 1.5, "a\0b\udfff"),))
    with writing(store) as connection:
        kept = add(connection, odd, call)
        assert [one.change for one in add(connection, odd, call)] == ["unchanged"] * 2
    assert read(store, kept[0].id).stored.verbatim.fields["odd"] == "\0\ud800"
    assert read(store, kept[1].id).stored.verbatim == call


def test_contacts_come_with_their_words_and_are_shown_in_counts_only(store):
    with writing(store) as connection:
        add(connection, REPLY, replace(REPLY, id="r2"), replace(REPLY, id="r3", account=None))
        contacts = list_contacts(connection, "north")
        assert list_contacts(connection, "south") == ()
    assert [(one.contact.name, one.contact.account, one.contact.role) for one in contacts] == [
        ("Ann Lee", None, "Buyer"),
        ("Ann Lee", "Hill Clinic", "Buyer"),
    ]
    assert {one.contact.permission for one in contacts} == {"aggregate"}


def test_a_thousand_arrive_at_once_and_in_order(store):
    many = [Verbatim(f"v{number}", f"text {number}", account=f"account {number % 7}") for number in range(1203)]
    with writing(store) as connection:
        kept = add(connection, *many)
        assert [one.id for one in add(connection, *many)] == [one.id for one in kept]
    assert read(store, kept[777].id).stored.verbatim.text == "text 777"


def test_of_two_that_add_the_same_at_once_one_sees_the_others(store):
    changes = []

    def work():
        with writing(store) as connection:
            changes.extend(
                one.change for one in add(connection, *(Verbatim(f"v{n}", "x", contact="c") for n in range(50)))
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(changes) == ["added"] * 50 + ["unchanged"] * 150


def test_two_that_add_the_same_in_another_order_do_not_wait_for_each_other_for_ever(store):
    many = [Verbatim(f"v{number}", "x", account=f"a{number}") for number in range(40)]
    changes = []

    def work(order):
        with writing(store) as connection:
            for one in order:
                changes.append(add(connection, one)[0].change)

    threads = [threading.Thread(target=work, args=(order,)) for order in (many, many[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(changes) == ["added"] * 40 + ["unchanged"] * 40


def test_what_is_older_than_a_day_is_deleted_with_all_that_was_judged(store):
    old = replace(REPLY, id="old", date=datetime(2020, 1, 1, tzinfo=UTC))
    with writing(store) as connection:
        register_model(connection, "north", "b2b@1")
        first, second = add(connection, old, REPLY)
        add(connection, old, organisation="south")
        add_codings(connection, "north", [Judged(first.id, CODING), Judged(second.id, CODING)])
        assert delete_older(connection, "north", datetime(2026, 1, 1, tzinfo=UTC), "ops") == 1
        assert [one.stored.id for one in list_verbatims(connection, "north").items] == [second.id]
        assert len(list_verbatims(connection, "south").items) == 1
        assert json.dumps(events(connection, "north")[0].event.details) == (
            '{"before": "2026-01-01T00:00:00+00:00", "verbatims": 1}'
        )


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(text=TEXTS, question=st.none() | TEXTS, score=st.none() | st.floats(0, 10))
def test_any_text_comes_back_as_it_went_in(store, text, question, score):
    said = Verbatim("any", text, question=question, score=score)
    with writing(store) as connection:
        number = add(connection, said)[0].id
        assert verbatim(connection, "north", number).stored.verbatim == said


def test_what_another_hands_in_again_is_unchanged(store):
    with writing(store) as connection:
        first, again = (
            add_verbatims(connection, "north", "survey", [Received(REPLY, submitter=who)]) for who in ("key:1", "key:2")
        )
    assert (first[0].change, again[0].change) == ("added", "unchanged")


def test_ids_that_somebody_else_handed_in_are_told(store):
    with writing(store, "north") as connection:
        gone, _ = create_key(connection, "north", "former", "submitter")
        revoke_key(connection, "north", gone.id, datetime.now(UTC))
        who = {role: create_key(connection, "north", role, role)[0].actor for role in ("submitter", "analyst")}
        handed = {"mine": who["submitter"], "hers": who["analyst"], "nobodys": None, "left": gone.actor}
        rows = [Received(replace(REPLY, id=id), submitter=actor) for id, actor in handed.items()]
        add_verbatims(connection, "north", "survey", rows)
        held = held_by_others(connection, "north", "survey", [*handed, "new"], who["submitter"])
        assert held == {"hers", "nobodys"}
        assert not held_by_others(connection, "north", "survey", [*handed], who["analyst"])
        assert not held_by_others(connection, "north", "calls", [*handed], who["submitter"])
