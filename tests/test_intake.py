"""What arrives is stored redacted and coded at once, or by a job that is kept with it; a bad one sinks nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from verbatim.actions.intake import AT_ONCE, Desk, Receipt, code_texts, open_desk, receive
from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Turn, Verbatim
from verbatim.errors import CodebookError, ModelError, NotFoundError, StoreError
from verbatim.store.codebook_versions import list_codebooks
from verbatim.store.codings import Judged, add_codings
from verbatim.store.jobs import job
from verbatim.store.migrations import head
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.schema import codings, deliveries, verbatims
from verbatim.store.sources import Source, put_source
from verbatim.store.verbatims import History, Received, verbatim
from verbatim.store.webhooks import add_webhook, deliveries_of

TEXT = "Your prices are far too high."
FILES = Path(__file__).parent / "files"


def reply(id: str, text: str = TEXT, **values: object) -> Received:
    return Received(Verbatim(id, text, **values))


def hand_in(desk: Desk, *arrivals: Received, source: str = "survey") -> Receipt:
    return receive(desk, "north", source, arrivals, "key:1")


def kept(desk: Desk, number: int) -> History:
    with reading(desk.engine, "north") as connection:
        return verbatim(connection, "north", number)


def counted(desk: Desk, table: object = codings) -> int:
    with reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_few_are_stored_and_coded_in_one_go(desk: Desk) -> None:
    receipt = hand_in(desk, reply("r1"), reply("r2", "N/A"))
    first, second = receipt.taken
    assert (first.id, first.kept.change, receipt.job) == ("r1", "added", None)
    assert [mention.id for mention in first.coding.codes] == ["price.level"]
    history = kept(desk, first.kept.id)
    assert (history.stored.verbatim.text, history.effective.coding) == (TEXT, first.coding)
    assert kept(desk, second.kept.id).effective.coding.author == "small@1"


def test_many_are_stored_with_the_job_that_codes_them(desk: Desk) -> None:
    receipt = hand_in(desk, *(reply(f"r{number}") for number in range(AT_ONCE + 1)))
    assert {one.coding for one in receipt.taken} == {None}
    with reading(desk.engine, "north") as connection:
        queued = job(connection, "north", receipt.job)
    assert (queued.kind, queued.state, queued.actor, queued.total) == ("code", "queued", "key:1", AT_ONCE + 1)
    assert queued.payload == {"verbatims": [one.kept.id for one in receipt.taken]}


def test_a_long_call_is_coded_by_a_job_too(desk: Desk) -> None:
    call = Verbatim("c1", turns=(Turn("Ana", "customer", None, "too dear. " * 3000),))
    receipt = hand_in(desk, Received(call, channel="call"))
    assert receipt.job is not None
    assert receipt.taken[0].coding is None


def test_the_same_again_changes_nothing_and_gets_the_coding_that_is_there(desk: Desk) -> None:
    first = hand_in(desk, reply("r1")).taken[0]
    again = hand_in(desk, reply("r1")).taken[0]
    assert (again.kept.id, again.kept.change, again.coding) == (first.kept.id, "unchanged", first.coding)
    assert counted(desk) == 1


def test_what_a_person_judged_stands_where_nothing_has_changed(desk: Desk) -> None:
    number = hand_in(desk, reply("r1")).taken[0].kept.id
    judgement = Coding(
        "r1",
        "en",
        (CodeMention("price.value", "negative", 1.0, (Excerpt(0, 5),)),),
        Stance("critic", "estimated", 1.0),
        False,
        "person:ana",
    )
    with writing(desk.engine, "north") as connection:
        add_codings(connection, "north", [Judged(number, judgement, person=True)])
    assert hand_in(desk, reply("r1")).taken[0].coding == judgement
    assert hand_in(desk, reply("r1", account="Acme")).taken[0].coding == judgement
    assert hand_in(desk, reply("r1", "Support is slow.")).taken[0].coding.author == "small@1"


def test_of_many_that_were_here_before_only_the_others_are_left_to_a_job(desk: Desk) -> None:
    before = [reply(f"r{number}") for number in range(AT_ONCE)]
    hand_in(desk, *before)
    receipt = hand_in(desk, *before, reply("new"))
    assert [one.coding is None for one in receipt.taken] == [False] * AT_ONCE + [True]
    with reading(desk.engine, "north") as connection:
        assert job(connection, "north", receipt.job).payload == {"verbatims": [receipt.taken[-1].kept.id]}


def test_a_bad_arrival_is_refused_by_place_and_the_others_are_kept(desk: Desk) -> None:
    receipt = hand_in(desk, reply("a"), reply(" "), reply("b", score=11), reply("a", "again"), reply("c", "a\0b"))
    assert [one.id for one in receipt.taken] == ["a"]
    assert [(one.place, one.problem.field) for one in receipt.refused] == [
        (1, "id"),
        (2, "score"),
        (3, "id"),
        (4, "text"),
    ]
    assert [one.place for one in receipt.arrivals] == [0, 1, 2, 3, 4]
    assert counted(desk, verbatims) == 1


def test_where_all_are_refused_nothing_is_stored(desk: Desk) -> None:
    receipt = hand_in(desk, *(reply(f"r{number}", score=-1) for number in range(AT_ONCE + 5)))
    assert (len(receipt.refused), receipt.job, counted(desk, verbatims)) == (25, None, 0)


def test_what_is_personal_is_taken_out_before_anything_is_kept(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        add_contacts(connection, "north", [Contact("Maria Lopez", "Acme")])
    said = "Call Maria Lopez at maria@acme.example."
    fields = {"Comment": said, "parts": [said, 7], "asked": "What does Maria Lopez want?"}
    arrival = reply("r1", said, question="What does Maria Lopez want?", fields=fields)
    stored = kept(desk, hand_in(desk, arrival).taken[0].kept.id).stored.verbatim
    assert stored.text == "Call [NAME] at [EMAIL]."
    assert stored.question == "What does Maria Lopez want?"
    assert stored.fields == {"Comment": stored.text, "parts": [stored.text, 7], "asked": stored.question}


def test_a_contact_that_arrives_with_the_words_is_taken_out_of_them(desk: Desk) -> None:
    arrival = reply("r1", "Regards, Dana Whitfield", contact="Dana Whitfield", account="Acme")
    stored = kept(desk, hand_in(desk, arrival).taken[0].kept.id).stored.verbatim
    assert (stored.text, stored.contact) == ("Regards, [NAME]", "Dana Whitfield")


def test_a_contact_that_came_or_went_is_noticed_at_the_next_arrival(desk: Desk) -> None:
    hand_in(desk, reply("r1"))
    with writing(desk.engine, "north") as connection:
        add_contacts(connection, "north", [Contact("Dana Whitfield")])
    number = hand_in(desk, reply("r2", "Ask Dana Whitfield")).taken[0].kept.id
    assert kept(desk, number).stored.verbatim.text == "Ask [NAME]"


def test_a_source_says_what_is_taken_out(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        put_source(connection, "north", Source("open", frozenset()))
        put_source(connection, "north", Source("phones", frozenset({"phone"})))
    said = "Dana Whitfield: +44 20 7946 0958, dana@acme.example"
    for source, text in (("open", said), ("phones", "Dana Whitfield: [PHONE], dana@acme.example")):
        arrival = reply(source, said, contact="Dana Whitfield")
        assert kept(desk, hand_in(desk, arrival, source=source).taken[0].kept.id).stored.verbatim.text == text


def test_a_customer_of_the_roster_is_no_name_among_the_speakers_and_ours_are(desk: Desk) -> None:
    said = (
        Turn("Dana Whitfield", "customer", 1.0, "Too dear."),
        Turn("dana@acme.example", "unknown", 2.0, "Yes."),
        Turn("Sam Okafor", "us", 3.0, "Thanks, Dana Whitfield."),
    )
    arrival = Received(Verbatim("c1", turns=said, contact="Dana Whitfield"))
    turns = kept(desk, hand_in(desk, arrival).taken[0].kept.id).stored.verbatim.turns
    assert [turn.speaker for turn in turns] == ["[NAME]", "[EMAIL]", "Sam Okafor"]
    assert [turn.text for turn in turns] == ["Too dear.", "Yes.", "Thanks, [NAME]."]


def test_excerpts_are_pieces_of_the_text_that_is_kept(desk: Desk) -> None:
    said = "Mail me at ana@acme.example. Your prices are far too high."
    taken = hand_in(desk, reply("r1", said)).taken[0]
    text = kept(desk, taken.kept.id).stored.verbatim.text
    quoted = {text[one.start : one.end] for mention in taken.coding.codes for one in mention.excerpts}
    assert quoted == {"Your prices are far too high"}


def test_who_handed_in_is_kept(desk: Desk) -> None:
    hand_in(desk, reply("r1"))
    with reading(desk.engine) as connection:
        assert connection.scalars(select(verbatims.c.submitter)).all() == ["key:1"]


def test_codings_are_announced_by_ids_alone_in_the_transaction_that_keeps_them(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        hook, _ = add_webhook(connection, "north", "https://feedback.example/hook", ["verbatim.coded"])
    number = hand_in(desk, reply("r1")).taken[0].kept.id
    hand_in(desk, reply("r1"))
    with reading(desk.engine, "north") as connection:
        assert len(deliveries_of(connection, "north", hook.id)) == 1
        payload = connection.scalar(select(deliveries.c.payload))
    assert payload["verbatims"] == [{"id": number, "external_id": "r1", "source": "survey"}]
    assert (payload["model"], payload["event"]) == ("small@1", "verbatim.coded")


def test_the_model_and_its_frame_are_made_known_once(desk: Desk) -> None:
    for id in ("r1", "r2"):
        hand_in(desk, reply(id))
    with reading(desk.engine, "north") as connection:
        assert [one.label for one in list_codebooks(connection, "north")] == ["b2b@1"]


def test_organisations_are_apart(desk: Desk) -> None:
    with writing(desk.engine, "south") as connection:
        add_contacts(connection, "south", [Contact("Dana Whitfield")])
    said = "Ask Dana Whitfield"
    there = receive(desk, "south", "survey", [reply("r1", said)], "key:2").taken[0].kept
    here = hand_in(desk, reply("r1", said)).taken[0].kept
    assert (here.change, there.change) == ("added", "added")
    assert kept(desk, here.id).stored.verbatim.text == said


def test_an_unknown_organisation_and_a_blank_source_are_errors(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        receive(desk, "west", "survey", [reply("r1")], "key:1")
    with pytest.raises(StoreError, match=r"source ' ': 1 characters; expected 1 to 200, not all blank"):
        hand_in(desk, reply("r1"), source=" ")


def test_one_word_of_a_hundred_thousand_letters_is_kept(desk: Desk) -> None:
    letters = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=100_000))
    taken = hand_in(desk, reply("r1", letters), reply("r2", "价" * 1000)).taken
    assert len(kept(desk, taken[0].kept.id).stored.verbatim.text) == 100_000


def test_many_callers_at_a_time_each_get_their_own(desk: Desk) -> None:
    def one(number: int) -> tuple[str, str]:
        taken = hand_in(desk, reply(f"r{number}", f"{TEXT} {number}")).taken[0]
        return taken.coding.verbatim_id, kept(desk, taken.kept.id).stored.verbatim.text

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(40)))
    assert found == [(f"r{number}", f"{TEXT} {number}") for number in range(40)]
    assert counted(desk) == 40


def test_texts_are_coded_without_being_kept(desk: Desk) -> None:
    found = code_texts(desk, [Verbatim("1", TEXT), Verbatim("2", "N/A")])
    assert [[mention.id for mention in coding.codes] for coding in found] == [["price.level"], ["no_content"]]
    assert counted(desk, verbatims) == 0


def test_a_desk_is_opened_with_the_model_that_ships_and_brings_the_store_up_to_date(tmp_path: Path) -> None:
    desk = open_desk(f"sqlite:///{tmp_path / 'new.db'}")
    from verbatim.store.migrations import current

    assert (current(desk.engine), desk.codebook.name) == (head(), "b2b")
    assert code_texts(desk, [Verbatim("1", TEXT)])[0].author == desk.model
    desk.close()


def test_a_desk_that_cannot_be_opened_leaves_no_store_behind(tmp_path: Path, trained: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(ModelError, match="no model 'nowhere'"):
        open_desk(url, "nowhere")
    with pytest.raises(ModelError, match="does not fit harbour@3"):
        open_desk(url, str(trained / "small@1"), str(FILES / "codebooks" / "harbour.yaml"))
    with pytest.raises(CodebookError):
        open_desk(url, str(trained / "small@1"), str(FILES / "codebooks" / "broken.yaml"))
    assert not (tmp_path / "new.db").exists()


def test_where_the_storing_fails_neither_words_nor_codings_are_kept(desk: Desk) -> None:
    hand_in(desk, reply("r0"))
    with writing(desk.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE code_mentions RENAME TO gone")
    try:
        with pytest.raises(Exception, match="code_mentions"):
            hand_in(desk, reply("r1"))
        assert counted(desk, verbatims) == 1
    finally:
        with writing(desk.engine) as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO code_mentions")


def test_callers_who_send_the_same_id_at_once_leave_one_verbatim_as_one_of_them_said_it(desk: Desk) -> None:
    texts = [f"Your prices are far too high, {number} times over." for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = [one.taken[0].kept for one in pool.map(lambda text: hand_in(desk, reply("r1", text)), texts)]
    assert len({one.id for one in outcomes}) == 1
    assert [one.change for one in outcomes].count("added") == 1
    history = kept(desk, outcomes[0].id)
    assert history.stored.verbatim.text in texts
    assert history.effective is not None
    assert history.effective.revision == history.stored.revision == 12
