"""A person erased: from every file of a data folder, from corpora, on both engines; the receipt names nobody."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from verbatim.actions.erasure import ErasureOrder, erase_person
from verbatim.domain import CodeMention, Coding, Excerpt, Rejection, Stance, Turn, Verbatim
from verbatim.errors import ConflictError, CorpusError, LeaseLostError, NotFoundError, StoreError
from verbatim.store.audit import Event, record
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.erasure import drop_exports, receipts
from verbatim.store.jobs import Lease, cancel, claim, enqueue, errors_of, file_chunks, finish, job, put_file
from verbatim.store.keys import Answer, finish_key, take_key
from verbatim.store.listing import Filters, count, list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts, list_contacts
from verbatim.store.schema import metadata
from verbatim.store.verbatims import Received, add_verbatims

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAME, OTHER_SCRIPT = "歐陽曉慧", "欧阳晓慧"
SECRETS = (NAME, OTHER_SCRIPT, "Xqzvwk", "xqzvwk", "Jqvxzk", "jqvxzk")
SAID = [
    Verbatim("own-1", "Xqzvwk is too dear", account="Hill", contact=NAME, role="Buyer"),
    Verbatim("own-2", turns=(Turn(NAME, "customer", 1.0, "Jqvxzk never came"),), account="Hill", contact=NAME),
    Verbatim("other", f"ask {OTHER_SCRIPT} about it", account="Hill", contact="Bo Ray", fields={"cc": [NAME]}),
    Verbatim("third", "all fine here", account="Dale"),
]


def order(*corpora, **changes):
    return ErasureOrder(**{"contact": NAME, "organisation": "north", "corpora": corpora} | changes)


def run_job(connection, kind, content=b"", end=True):
    number = enqueue(connection, "north", kind, {}, "key:1")
    lease = Lease(None, claim(connection, f"w{number}", NOW, timedelta(days=9000)), f"w{number}")
    put_file(connection, "north", number, [content])
    if end:
        finish(connection, lease)
    return number, lease


def filled(connection):
    """The words and the name wherever a store may hold them; the number of a kept export."""
    register_model(connection, "north", "b2b@1")
    add_contacts(connection, "north", [Contact("Cy", "Hill", role=f"assistant of {NAME}")])
    kept = add_verbatims(connection, "north", "s", [Received(one) for one in SAID])
    price = CodeMention("price", "negative", 0.9, (Excerpt(0, 3),))
    coding = Coding("x", "en", (price,), Stance(None, "estimated", 0.4), False, "b2b@1")
    add_codings(connection, "north", [Judged(one.id, coding) for one in (kept[0], kept[2])])
    add_codings(connection, "north", [Judged(kept[2].id, coding, person=True, reason=f"as {NAME} says")])
    content = f"{NAME}: Xqzvwk is too dear, Jqvxzk never came\n".encode() * 60_000
    number, lease = run_job(connection, "export", content)
    lease.note_errors(connection, [Rejection("f", 7, f"score of {NAME}")])
    record(connection, "north", Event("ops", "note", "x", {"for": NAME}))
    take_key(connection, "north", "k", "f", NOW)
    finish_key(connection, "north", "k", Answer(200, {"said": OTHER_SCRIPT}), NOW)
    return number


def dumped(store):
    with reading(store) as connection:
        rows = [str(connection.execute(table.select()).all()) for table in metadata.tables.values()]
    return "\n".join(rows)


def corpus(folder, *rows):
    folder.mkdir()
    lines = [json.dumps(row, ensure_ascii=place % 2 == 0) for place, row in enumerate(rows)]
    (folder / "own.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def ids(folder):
    return [json.loads(line)["id"] for line in (folder / "own.jsonl").read_text(encoding="utf-8").splitlines()]


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_byte_of_a_person_stays_in_any_file_and_no_row_holds_one(store, tmp_path):
    with writing(store, "north") as connection:
        filled(connection)
    folder = corpus(tmp_path / "own", {"id": "a", "text": "Xqzvwk is too dear"}, {"id": "b", "text": "fine"})
    assert all(secret in dumped(store) for secret in SECRETS[:3])
    erased = erase_person(store, order(folder))
    assert erased.complete
    held = dumped(store)
    assert [secret for secret in SECRETS if secret in held] == []
    content = bytes_of(tmp_path)
    if store.dialect.name == "sqlite":
        content += bytes_of(Path(store.url.database).parent)
        assert b"all fine here" in content
    assert [secret for secret in SECRETS if secret.encode() in content] == []
    assert ids(folder) == ["b"]


def test_a_receipt_counts_and_names_nobody(store, tmp_path):
    with writing(store, "north") as connection:
        filled(connection)
        number = next(one.id for one in list_contacts(connection, "north") if one.contact.name == NAME)
    folder = corpus(tmp_path / "own", {"id": "a", "text": "fine"})
    erased = erase_person(store, order(folder, actor="key:7"))
    with reading(store) as connection:
        kept = receipts(connection, "north")
        assert count(connection, "north").verbatims == 2
        assert list_verbatims(connection, "north", Filters(search="Xqzvwk")).items == ()
    assert asdict(erased) == {
        "receipts": (kept[0].id,),
        "contacts": (number,),
        "verbatims": 2,
        "codings": 1,
        "masked": 6,
        "exports": 1,
        "corpora": {str(folder): 0},
        "complete": True,
    }
    assert kept[0].actor == "key:7"


def test_exports_are_dropped_and_say_so_but_one_that_waits_is_made_later(store):
    with writing(store, "north") as connection:
        done = filled(connection)
        failed = run_job(connection, "import", b"raw " + NAME.encode())[0]
        going, lease = run_job(connection, "export", b"so far", end=False)
        waits = enqueue(connection, "north", "export", {}, None)
    assert erase_person(store, order()).exports == 2
    with writing(store, "north") as connection:
        states = {number: job(connection, "north", number).state for number in (done, going, waits)}
        assert states == {done: "cancelled", going: "cancelled", waits: "queued"}
        assert "ask for it anew" in job(connection, "north", done).error
        for number in (done, failed, going):
            with pytest.raises(NotFoundError):
                list(file_chunks(connection, "north", number))
        with pytest.raises(LeaseLostError):
            lease.progress(connection, 1)
        assert errors_of(connection, "north", done)[0].reason == "score of ████"


def test_another_organisations_exports_are_kept(store):
    with writing(store) as connection:
        number = enqueue(connection, "south", "export", {}, None)
        put_file(connection, "south", number, [b"theirs"])
        finish(connection, Lease(None, claim(connection, "w", NOW), "w"))
        assert drop_exports(connection, "north") == 0
        assert list(file_chunks(connection, "south", number)) == [b"theirs"]


@pytest.mark.parametrize("claimed", [False, True])
def test_an_erasure_waits_for_imports_and_changes_nothing(store, tmp_path, claimed):
    folder = corpus(tmp_path / "own", {"id": "a", "text": "Xqzvwk is too dear"})
    with writing(store, "north") as connection:
        filled(connection)
        number = enqueue(connection, "north", "import", {}, None)
        if claimed:
            claim(connection, "w", NOW)
    with pytest.raises(ConflictError, match=f"job {number}: an import is waiting or running"):
        erase_person(store, order(folder))
    assert ids(folder) == ["a"]
    assert NAME in dumped(store)
    with writing(store, "north") as connection:
        cancel(connection, "north", number, NOW)
    assert erase_person(store, order(folder)).verbatims == 2


def test_rows_of_a_corpus_go_by_words_in_any_spelling_or_by_name(store, tmp_path):
    with writing(store, "north") as connection:
        filled(connection)
    folder = corpus(
        tmp_path / "own",
        {"id": "words", "text": " XQZVWK is  too dear"},
        {"id": "turns", "turns": [{"speaker": "A", "text": "Jqvxzk never came"}]},
        {"id": "name", "text": "x", "contact": OTHER_SCRIPT},
        {"id": "deep", "text": "x", "segments": [{"text": f"said {NAME}", "codes": []}]},
        {"id": "key", "text": "x", NAME: 1},
        {"id": "part", "text": "too dear"},
        {"id": "blank", "text": ""},
        {"id": "none"},
    )
    assert erase_person(store, order(folder)).corpora == {str(folder): 5}
    assert ids(folder) == ["part", "blank", "none"]


def test_a_corpus_that_cannot_be_read_stops_an_erasure_before_the_store_is_changed(store, tmp_path):
    with writing(store, "north") as connection:
        filled(connection)
    with pytest.raises(CorpusError, match="expected a folder of coded verbatims"):
        erase_person(store, order(tmp_path / "nothing"))
    assert NAME in dumped(store)


def test_a_name_at_several_accounts_is_told_with_the_accounts_and_without_the_name(store):
    roster = [Contact("Ann Lee", "Hill"), Contact("ANN  LEE", "Hill"), Contact("Ann Lee", "Dale"), Contact("Ann Lee")]
    with writing(store, "north") as connection:
        add_contacts(connection, "north", roster)
    with pytest.raises(StoreError, match="contact of 7 characters: at 3 accounts; expected one of '', 'Dale', 'Hill'"):
        erase_person(store, order(contact="ann lee"))
    assert len(erase_person(store, order(contact="ann lee", account="Hill")).contacts) == 2
    assert len(erase_person(store, order(contact="Ann Lee", account="")).contacts) == 1
    with reading(store) as connection:
        assert [one.contact.account for one in list_contacts(connection, "north")] == ["Dale"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"contact": "Nobody"}, "contact of 6 characters: not in organisation 'north'"),
        ({"account": "Dale"}, "contact of 4 characters of account 'Dale': not in"),
        ({"organisation": "south"}, "contact of 4 characters: not in organisation 'south'"),
        ({"organisation": "west"}, "contact of 4 characters: not in organisation 'west'"),
    ],
)
def test_a_person_whom_nobody_knows_is_told_without_the_name(store, changes, told):
    with writing(store, "north") as connection:
        filled(connection)
    with pytest.raises(NotFoundError, match=told):
        erase_person(store, order(**changes))
    assert NAME in dumped(store)
