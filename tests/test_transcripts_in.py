"""A transcript in any known form is received as one call, or refused with a clear reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from verbatim.actions.desk import Desk
from verbatim.actions.transcripts_in import Transcript, receive_transcript, turns_of
from verbatim.errors import FileError, TranscriptError
from verbatim.formats.reading import ReadOptions
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.verbatims import History, verbatim

TRANSCRIPTS = Path(__file__).parent / "files" / "transcripts"
WHOLE = sorted(path.name for path in TRANSCRIPTS.iterdir() if not path.name.startswith("damaged"))


def handed(name: str, **values: object) -> Transcript:
    return Transcript(name, (TRANSCRIPTS / name).read_bytes(), **values)


def kept(desk: Desk, number: int) -> History:
    with reading(desk.engine, "north") as connection:
        return verbatim(connection, "north", number)


def cues(count: int) -> bytes:
    rows = (
        f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000 --> 99:00:00.000\n<v {'Ana' if n % 2 else 'Ben'}>Number {n}."
        for n in range(count)
    )
    return ("WEBVTT\n\n" + "\n\n".join(rows)).encode()


@pytest.mark.parametrize("name", WHOLE)
def test_every_known_form_is_received_as_one_call(desk: Desk, name: str) -> None:
    (taken,) = receive_transcript(desk, "north", "calls", handed(name), "key:1").arrivals
    history = kept(desk, taken.kept.id)
    assert (history.stored.channel, taken.id.startswith("file-")) == ("call", True)
    assert history.stored.verbatim.turns
    assert taken.coding == history.effective.coding


def test_what_is_known_beside_is_kept_and_the_same_call_again_changes_nothing(desk: Desk) -> None:
    about = {"external_id": "c7", "account": "Acme", "date": datetime(2026, 3, 4, tzinfo=UTC), "score": 7.0}
    for change in ("added", "unchanged"):
        (taken,) = receive_transcript(desk, "north", "calls", handed("teams.vtt", **about), "key:1").taken
        assert (taken.id, taken.kept.change) == ("c7", change)
    stored = kept(desk, taken.kept.id).stored.verbatim
    assert (stored.account, stored.date, stored.score) == ("Acme", about["date"], 7.0)


def test_a_customer_of_the_roster_is_no_name_among_the_speakers(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        add_contacts(connection, "north", [Contact("Dana Whitfield", "Acme")])
    data = b"Dana Whitfield: Your prices are far too high.\nSam Okafor: Thanks, Dana Whitfield.\nDana Whitfield: Bye."
    options = ReadOptions(customers=("Dana Whitfield",))
    (taken,) = receive_transcript(desk, "north", "calls", Transcript("a.txt", data, options), "key:1").taken
    turns = kept(desk, taken.kept.id).stored.verbatim.turns
    assert [(turn.speaker, turn.side) for turn in turns] == [
        ("[NAME]", "customer"),
        ("Sam Okafor", "us"),
        ("[NAME]", "customer"),
    ]
    assert turns[1].text == "Thanks, [NAME]."


def test_a_call_of_a_hundred_thousand_cues_is_refused_by_a_clear_limit(desk: Desk) -> None:
    with pytest.raises(FileError, match=r"300,000 lines; expected at most 200,000"):
        receive_transcript(desk, "north", "calls", Transcript("a.vtt", cues(100_000)), "key:1")
    receipt = receive_transcript(desk, "north", "calls", Transcript("a.vtt", cues(25_000)), "key:1")
    assert receipt.refused[0].problem.reason == "turns: 25,000 turns; expected at most 20,000"


def test_a_call_of_many_cues_is_kept_and_coded_by_a_job(desk: Desk) -> None:
    receipt = receive_transcript(desk, "north", "calls", Transcript("a.vtt", cues(5_000)), "key:1")
    assert receipt.job is not None
    assert len(kept(desk, receipt.taken[0].kept.id).stored.verbatim.turns) == 5_000


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("damaged_no_cues.vtt", TranscriptError),
        ("damaged_no_text.vtt", TranscriptError),
        ("damaged_cut.json", TranscriptError),
        ("damaged_two_calls.json", TranscriptError),
        ("damaged_prose.txt", TranscriptError),
        ("damaged_binary.srt", FileError),
    ],
)
def test_a_damaged_one_is_refused(name: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected"):
        turns_of(name, (TRANSCRIPTS / name).read_bytes(), ReadOptions())


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.vtt", b"PK\x03\x04" + bytes(100), r"a\.vtt: this is a ZIP archive or Office file; expected a transcript"),
        ("a.json", b'{"transcript": [{"sentences": ' + b"[" * 100_000, r"a\.json: damaged JSON"),
        (
            "../a.vtt",
            b"WEBVTT" + bytes(16 * 1024 * 1024),
            r"\Aa\.vtt: 16,777,222 bytes; expected at most 16,777,216 of a transcript",
        ),
        (
            "a.txt",
            b"Ann: hi\nBob: hi\n" * 100_001,
            r"\Aa\.txt: 200,002 lines; expected at most 200,000 of a transcript",
        ),
        ("a.txt", b"\r" * 200_001, r"\Aa\.txt: 200,001 lines; expected"),
        ("a.vtt", b"", "no turn found"),
    ],
)
def test_bombs_and_emptiness_are_refused(name: str, data: bytes, reason: str) -> None:
    with pytest.raises((FileError, TranscriptError), match=reason):
        turns_of(name, data, ReadOptions())


def test_a_customer_who_speaks_nowhere_is_an_error_that_names_nobody() -> None:
    data = b"Ana: Too dear.\nBen: Thanks.\nAna: Bye."
    with pytest.raises(TranscriptError) as told:
        turns_of("a.txt", data, ReadOptions(customers=("Zed Moritz",)))
    assert str(told.value) == (
        "a.txt: 1 of the customers named speak nowhere in it; expected names of some of the 2 speakers"
    )
