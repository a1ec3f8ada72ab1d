"""All history goes over to a new version of the frame: nothing twice, nothing left out, however often it is killed."""

from datetime import UTC, datetime, timedelta

import pytest
from drafted_frames import merge, retire, split

from verbatim.actions import crosswalked
from verbatim.actions.codebooks import Editor, codebook
from verbatim.actions.corrections import Analyst, ChosenCode, Correction, correct
from verbatim.actions.crosswalked import run_crosswalk
from verbatim.actions.drafts import edit_draft, publish_draft, seen_draft
from verbatim.actions.intake import code_texts, receive
from verbatim.actions.review_queue import Order, next_batch
from verbatim.domain import Verbatim
from verbatim.errors import CodebookError
from verbatim.store.codings import codings_of, count_uncoded, effective
from verbatim.store.jobs import Lease, claim, finish, job
from verbatim.store.listing import Filters, list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.schema import codings
from verbatim.store.verbatims import Received

PRICE, SLOW, LATE = "Your prices are far too high.", "Support is slow.", "Delivery is late."


def said(desk, *texts, organisation="north"):
    rows = [Received(Verbatim(f"r{number}", text)) for number, text in enumerate(texts)]
    found = []
    for start in range(0, len(rows), 20):
        found += receive(desk, organisation, "survey", rows[start : start + 20], "key:1").taken
    return [one.kept.id for one in found]


def published(desk, *operations):
    editor = Editor(desk.engine, "north", "key:1", desk.codebook)
    seen = seen_draft(editor).draft.revision
    edit_draft(editor, operations, seen)
    return publish_draft(editor, seen + 1, "why")


def taken(desk, minutes=0):
    with writing(desk.engine) as connection:
        return Lease(desk.engine, claim(connection, "w/1", datetime.now(UTC) + timedelta(minutes=minutes)), "w/1")


def worked(desk):
    lease = taken(desk)
    run_crosswalk(desk, lease)
    with writing(desk.engine, "north") as connection:
        finish(connection, lease)
        return job(connection, "north", lease.job.id)


def person(desk, number, *codes):
    analyst = Analyst(desk.engine, codebook(desk, "north"), "north", "ann")
    with reading(desk.engine, "north") as connection:
        before = effective(connection, "north", [number])[number]
    return correct(analyst, number, Correction(tuple(ChosenCode(one, "negative") for one in codes)), before.id).coding


def now(desk, number):
    with reading(desk.engine, "north") as connection:
        return effective(connection, "north", [number])[number]


def ids(stored):
    return [one.id for one in stored.coding.codes]


def test_history_is_coded_by_the_new_ids_and_every_coding_names_its_version(desk):
    numbers = said(desk, PRICE, LATE)
    assert {now(desk, number).codebook for number in numbers} == {"b2b@1"}
    published(desk, merge("service.delivery", "service.resolution"), retire("price.level"))
    ended = worked(desk)
    assert [ids(now(desk, number)) for number in numbers] == [[], ["service.resolution"]]
    assert {now(desk, number).codebook for number in numbers} == {"b2b@2"}
    assert (now(desk, numbers[0]).coding.review, now(desk, numbers[0]).reason) == (True, "price.level was retired")
    assert (ended.done, ended.total, ended.result["coded"]) == (2, 2, 2)
    with reading(desk.engine, "north") as connection:
        history = codings_of(connection, "north", numbers)
        assert count_uncoded(connection, "north", "small@1") == 0
    assert [one.codebook for one in history] == ["b2b@1"] * 2 + ["b2b@2"] * 2


def test_what_arrives_after_is_coded_by_the_new_frame_at_once(desk):
    said(desk, PRICE)
    published(desk, merge("service.delivery", "service.resolution"), retire("price.level"))
    rows = [Received(Verbatim("x", LATE))]
    (one,) = receive(desk, "north", "other", rows, "key:1").taken
    assert [code.id for code in one.coding.codes] == ["service.resolution"]
    (told,) = code_texts(desk, [Verbatim("y", LATE)], "north")
    assert [code.id for code in told.codes] == ["service.resolution"]
    assert ids(now(desk, one.kept.id)) == ["service.resolution"]
    (other,) = receive(desk, "south", "other", rows, "key:1").taken
    assert [code.id for code in other.coding.codes] == ["service.delivery"]


def test_what_a_person_coded_is_mapped_and_stays_hers(desk):
    (number,) = said(desk, PRICE)
    hers = person(desk, number, "price.value", "service.delivery")
    published(desk, merge("service.delivery", "service.resolution"))
    ended = worked(desk)
    mapped = now(desk, number)
    assert (ids(mapped), mapped.person, mapped.codebook) == (["price.value", "service.resolution"], True, "b2b@2")
    assert (mapped.coding.author, mapped.based_on, mapped.coding.review) == ("crosswalk of b2b@2", hers.id, False)
    assert (ended.result["mapped"], ended.result["flagged"]) == (1, 0)
    with reading(desk.engine, "north") as connection:
        assert hers.id in {one.id for one in codings_of(connection, "north", [number])}


def test_a_coding_by_a_person_that_needs_no_change_stays_as_it_is(desk):
    (number,) = said(desk, PRICE)
    hers = person(desk, number, "price.value")
    published(desk, merge("service.delivery", "service.resolution"))
    worked(desk)
    assert now(desk, number).id == hers.id


def test_what_cannot_be_mapped_is_kept_and_goes_to_the_queue_with_the_reason(desk):
    (number, other) = said(desk, PRICE, SLOW)
    person(desk, number, "price.level", "service.delivery")
    person(desk, other, "price.terms")
    published(desk, split("price.level", "price.high", "price.rise"), retire("price.terms"))
    ended = worked(desk)
    assert (ended.result["mapped"], ended.result["flagged"]) == (0, 2)
    assert ids(now(desk, number)) == ["price.level", "service.delivery"]
    assert now(desk, number).reason == "price.level was split into price.high, price.rise"
    assert (ids(now(desk, other)), now(desk, other).reason) == (["price.terms"], "price.terms was retired")
    analyst = Analyst(desk.engine, codebook(desk, "north"), "north", "bob")
    batch = next_batch(analyst, Order(gold=0))
    assert [one.verbatim.id for one in batch][:2] == [number, other]
    assert all("unmapped" in one.reasons for one in batch)
    person(desk, number, "price.high")
    assert number not in [one.verbatim.id for one in next_batch(analyst, Order(gold=0))]


def test_a_coding_with_an_id_of_former_versions_cannot_be_accepted(desk):
    (number,) = said(desk, PRICE)
    published(desk, split("price.level", "price.high", "price.rise"))
    worked(desk)
    with pytest.raises(CodebookError, match=r"no id 'price.level'"):
        person(desk, number, "price.level")


def test_an_old_id_finds_what_is_under_the_new_one_before_and_after_the_job(desk):
    numbers = said(desk, PRICE, LATE, f"{LATE} Again.")
    published(desk, merge("service.delivery", "service.responsiveness"))
    for _ in range(2):
        with reading(desk.engine, "north") as connection:
            for code in ("service.delivery", "service.responsiveness"):
                found = list_verbatims(connection, "north", Filters(code=code)).items
                assert sorted(one.stored.id for one in found) == numbers[1:]
        worked(desk) if count(desk) == 3 else None


def count(desk):
    with reading(desk.engine, "north") as connection:
        return len(connection.execute(codings.select()).all())


class DiedError(Exception):
    """What ends a worker in the middle."""


def test_a_worker_that_dies_has_done_nothing_twice_and_leaves_nothing_out(desk, monkeypatch):
    numbers = said(desk, *([PRICE, LATE] * 20))
    for number in numbers[::4]:
        person(desk, number, "service.delivery")
    published(desk, merge("service.delivery", "service.resolution"))
    monkeypatch.setattr(crosswalked, "BATCH", 4)
    kept, calls = crosswalked.add_codings, []

    def dying(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise DiedError
        return kept(*arguments)

    monkeypatch.setattr(crosswalked, "add_codings", dying)
    with pytest.raises(DiedError):
        run_crosswalk(desk, taken(desk))
    monkeypatch.setattr(crosswalked, "code_all", lambda *_: (_ for _ in ()).throw(DiedError))
    with pytest.raises(DiedError):
        run_crosswalk(desk, taken(desk, 5))
    monkeypatch.undo()
    lease = taken(desk, 20)
    run_crosswalk(desk, lease)
    with reading(desk.engine, "north") as connection:
        ended = job(connection, "north", lease.job.id)
        of_persons = [one for one in codings_of(connection, "north", numbers) if one.person]
        assert count_uncoded(connection, "north", "small@1") == 0
    assert (ended.done, ended.total, ended.result["mapped"]) == (50, 50, 10)
    assert len(of_persons) == 20
    assert count(desk) == 40 + 10 + 10 + 40


def test_a_second_run_changes_nothing(desk):
    (number,) = said(desk, PRICE)
    person(desk, number, "service.delivery")
    published(desk, merge("service.delivery", "service.resolution"))
    worked(desk)
    before = count(desk)
    published(desk, merge("price.terms", "price.value"))
    worked(desk)
    assert count(desk) == before + 1
    assert now(desk, number).codebook == "b2b@2"
