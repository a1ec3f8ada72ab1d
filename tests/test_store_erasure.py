import json
import random
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import text

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Turn, Verbatim
from verbatim.errors import NotFoundError
from verbatim.store.audit import Event, events, record
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.erasure import blanked, erase, receipts
from verbatim.store.listing import Filters, list_verbatims
from verbatim.store.opening import reading, scrub, writing
from verbatim.store.people import list_contacts
from verbatim.store.verbatims import Received, add_verbatims, verbatim

TABLES = ("contacts", "verbatims", "codings", "code_mentions", "search_texts", "audit_events", "jobs", "erasures")


def coding(author="b2b@1"):
    return Coding(
        "x",
        "en",
        (CodeMention("price", "negative", 0.9, (Excerpt(0, 3),)),),
        Stance(None, "estimated", 0.4),
        False,
        author,
    )


def contact(connection, name, organisation="north"):
    return next(one.id for one in list_contacts(connection, organisation) if one.contact.name == name)


def add(connection, *said, organisation="north"):
    return [one.id for one in add_verbatims(connection, organisation, "s", [Received(one) for one in said])]


def test_words_and_name_are_gone_and_a_receipt_stays(store):
    said = [Verbatim("a", "Zebra crossing", contact="Ann Lee"), Verbatim("b", "Giraffe", contact="Bo Ray")]
    with writing(store) as connection:
        register_model(connection, "north", "b2b@1")
        numbers = add(connection, *said)
        add_codings(connection, "north", [Judged(number, coding()) for number in numbers])
        number = contact(connection, "Ann Lee")
        receipt = erase(connection, "north", number, "officer")
    assert (receipt.contact, receipt.actor, receipt.verbatims, receipt.codings, receipt.masked) == (
        number,
        "officer",
        1,
        1,
        0,
    )
    with reading(store) as connection:
        assert receipts(connection, "north") == (receipt,)
        assert [one.stored.verbatim.id for one in list_verbatims(connection, "north").items] == ["b"]
        assert list_verbatims(connection, "north", Filters(search="zebra")).items == ()
        with pytest.raises(NotFoundError):
            verbatim(connection, "north", numbers[0])
        for table in TABLES:
            kept = json.dumps(connection.execute(text(f"SELECT * FROM {table}")).all(), default=str, ensure_ascii=False)
            assert not any(word in kept.lower() for word in ("zebra", "ann", "lee"))
        assert events(connection, "north")[-1].event == Event(
            "officer", "erase", f"contact:{number}", {"verbatims": 1, "codings": 1, "masked": 0}
        )


def test_a_name_that_others_mention_is_blanked_and_offsets_hold(store):
    call = Verbatim(
        "call", turns=(Turn("陳偉明", "customer", 1.0, "我是陈伟明"), Turn("Wang", "us", 2.0, "陳偉明您好"))
    )
    other = Verbatim("other", "Ask 陈伟明 about the price.", question="Did 陈伟明 call?", fields={"Note": ["陈伟明"]})
    with writing(store) as connection:
        _, call_id, other_id = add(connection, Verbatim("own", "x", contact="陈伟明"), call, other)
        add_codings(connection, "north", [Judged(other_id, coding("Ann"), person=True, reason="as 陳偉明 said")])
        receipt = erase(connection, "north", contact(connection, "陈伟明"), "officer")
        kept = [verbatim(connection, "north", number) for number in (call_id, other_id)]
        assert list_verbatims(connection, "north", Filters(search="陈伟")).items == ()
        assert len(list_verbatims(connection, "north", Filters(search="您好")).items) == 1
    assert receipt.masked == 3
    assert [(turn.speaker, turn.text) for turn in kept[0].stored.verbatim.turns] == [
        ("███", "我是███"),
        ("Wang", "███您好"),
    ]
    assert kept[1].stored.verbatim.text == "Ask ███ about the price."
    assert (kept[1].stored.verbatim.question, kept[1].stored.verbatim.fields) == ("Did ███ call?", {"Note": ["███"]})
    assert kept[1].effective.reason == "as ███ said"
    assert [one.stored.revision for one in kept] == [1, 1]


@pytest.mark.parametrize(
    ("words", "name", "expected"),
    [
        ("ANN LEE's offer, ann lee", "Ann Lee", "███████'s offer, ███████"),
        ("Joann Leeds", "Ann Lee", "Joann Leeds"),
        ("I will ask Will", "Will", "I will ask Will"),
        ("Will", "Will", "████"),
        (" will ", "Will", "██████"),
        ("write to a.b@c.de now", "a.b@c.de", "write to ████████ now"),
        ("王", "王", "█"),
        ("王小姐", "王", "王小姐"),
        ("请找王芳小姐", "王芳", "请找██小姐"),
        ("李\u3000明", "李 明", "███"),
        ("Zoë Ó Brien, ZOË Ó BRIEN", "Zoë Ó Brien", "███████████, ███████████"),
        ("", "Ann Lee", ""),
    ],
)
def test_a_name_is_blanked_where_it_is_a_name(words, name, expected):
    assert blanked(words, name) == expected


def test_a_name_with_signs_of_json_is_blanked_in_fields_and_events(store):
    name = 'Ann "Q\\" O\'Lée_%'
    with writing(store) as connection:
        _, other = add(connection, Verbatim("own", "x", contact=name), Verbatim("b", "y", fields={"by": f"to {name}!"}))
        record(connection, "north", Event("ops", "note", "x", {"said by": [name]}))
        assert erase(connection, "north", contact(connection, name), "officer").masked == 2
        blank = "█" * len(name)
        assert verbatim(connection, "north", other).stored.verbatim.fields == {"by": f"to {blank}!"}
        assert events(connection, "north", "x")[0].event.details == {"said by": [blank]}


def test_another_organisation_keeps_its_contact_of_that_name(store):
    said = Verbatim("a", "Ann Lee speaking", contact="Ann Lee")
    with writing(store) as connection:
        add(connection, said)
        number = add(connection, said, organisation="south")[0]
        ours, theirs = contact(connection, "Ann Lee"), contact(connection, "Ann Lee", "south")
        with pytest.raises(NotFoundError, match=f"contact {theirs}: not in organisation 'north'"):
            erase(connection, "north", theirs, "officer")
        erase(connection, "north", ours, "officer")
        assert verbatim(connection, "south", number).stored.verbatim == said
        assert receipts(connection, "south") == ()


def test_no_byte_of_what_was_erased_stays_in_the_files_of_sqlite(store):
    if store.dialect.name == "postgresql":
        assert scrub(store)
        return
    rng = random.Random(7)
    syllables = ["".join(rng.choices("bcdfgklmnprstvz", k=2)) + rng.choice("aeiou") for _ in range(60)]
    secrets = {person: ["".join(rng.sample(syllables, 5)) for _ in range(200)] for person in range(8)}
    with writing(store) as connection:
        register_model(connection, "north", "b2b@1")
    for part in range(10):
        with writing(store) as connection:
            said = [
                Verbatim(
                    f"{person}-{part}-{place}", " ".join(words[part * 20 : part * 20 + 20]), contact=f"Qxj Wvz{person}"
                )
                for person, words in secrets.items()
                for place in range(3)
            ]
            numbers = add(connection, *said)
            add_codings(connection, "north", [Judged(number, coding()) for number in numbers])
    files = Path(store.url.database).parent
    assert found(files, secrets[3])
    with writing(store) as connection:
        for person in range(0, 8, 2):
            erase(connection, "north", contact(connection, f"Qxj Wvz{person}"), "officer")
    assert scrub(store)
    assert all(found(files, secrets[person]) == 0 for person in range(0, 8, 2))
    assert all(found(files, [f"Wvz{person}", f"wvz{person}"]) == 0 for person in range(0, 8, 2))
    assert all(found(files, secrets[person]) >= 200 for person in range(1, 8, 2))


def found(folder, words):
    """How often any of these words stands in any file of the folder."""
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return sum(content.count(unicodedata.normalize("NFC", word).encode()) for word in words)
