"""A file that is handed in becomes stored and coded verbatims, once, whatever happens to the worker."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from verbatim.actions import importing
from verbatim.actions.importing import file_name, recognise, run_import, start_import
from verbatim.actions.intake import Desk, receive
from verbatim.domain import Verbatim
from verbatim.errors import ColumnError, FileError, LeaseLostError, NotFoundError, StoreError, TranscriptError
from verbatim.formats.reading import ReadOptions
from verbatim.store.jobs import Lease, cancel, claim, errors_of, job
from verbatim.store.listing import list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.people import list_contacts
from verbatim.store.schema import codings, job_files, jobs, verbatims
from verbatim.store.verbatims import Received

FILES = Path(__file__).parent / "files"
PLAIN = ReadOptions()


def start(desk: Desk, path: Path, options: ReadOptions = PLAIN, name: str | None = None) -> int:
    return start_import(desk.engine, "north", "survey", path, name or path.name, options, "key:1")


def leased(desk: Desk, now: datetime | None = None, worker: str = "w/1") -> Lease:
    with writing(desk.engine) as connection:
        found = claim(connection, worker, now or datetime.now(UTC))
    assert found
    return Lease(desk.engine, found, worker)


def done(desk: Desk, path: Path, options: ReadOptions = PLAIN, name: str | None = None) -> dict[str, object]:
    number = start(desk, path, options, name)
    lease = leased(desk)
    run_import(desk, lease)
    with writing(desk.engine, "north") as connection:
        connection.execute(jobs.update().where(jobs.c.id == number).values(state="done"))
        return job(connection, "north", number).result


def count(desk: Desk, table: object) -> int:
    with reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def errors(desk: Desk, number: int = 1) -> list[tuple[int, str]]:
    with reading(desk.engine, "north") as connection:
        return [(one.row, one.reason) for one in errors_of(connection, "north", number)]


def table(path: Path, rows: int, **values: Callable[[int], object]) -> Path:
    columns = {"id": lambda row: f"r{row}", "comment": lambda row: f"Too dear, says number {row}."} | values
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([value(row) for value in columns.values()] for row in range(1, rows + 1))
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in (FILES / "surveys").iterdir()))
def test_every_known_layout_is_imported_and_coded(desk: Desk, name: str) -> None:
    result = done(desk, FILES / "surveys" / name)
    assert result["stored"] == result["coded"] == count(desk, verbatims) == count(desk, codings) > 0
    assert result["read"] == result["stored"] + result["rejected"]
    assert result["stage"] == "done"
    assert count(desk, job_files) == 0


@pytest.mark.parametrize(
    "name", ["teams.vtt", "zoom.vtt", "support.srt", "gong.json", "fangtan.txt", "names.txt", "no_speakers.vtt"]
)
def test_a_transcript_is_imported_as_one_verbatim(desk: Desk, name: str) -> None:
    result = done(desk, FILES / "transcripts" / name)
    assert (result["rows"], result["stored"], result["coded"]) == (1, 1, 1)
    with reading(desk.engine, "north") as connection:
        (item,) = list_verbatims(connection, "north").items
    assert (item.stored.channel, len(item.stored.verbatim.turns) > 1) == ("call", True)
    assert item.stored.verbatim.id.startswith("file-")


def test_the_same_file_again_changes_nothing_though_its_rows_have_no_ids(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("comment\nToo dear.\nSupport is slow.\n")
    for name in ("answers.csv", "renamed.csv"):
        assert done(desk, path, name=name)["stored"] == 2
    assert (count(desk, verbatims), count(desk, codings)) == (2, 2)


def test_a_changed_row_is_coded_again(desk: Desk, tmp_path: Path) -> None:
    for text in ("Too dear.", "Support is slow."):
        (tmp_path / "a.csv").write_text(f"id,comment\n1,{text}\n2,Fine.\n")
        done(desk, tmp_path / "a.csv")
    assert (count(desk, verbatims), count(desk, codings)) == (2, 3)


def test_rows_that_cannot_be_read_or_kept_are_noted_and_the_others_go_on(desk: Desk, tmp_path: Path) -> None:
    rows = [
        ("a", "Too dear.", "2026-03-04", 9),
        ("a", "again", "2026-03-04", 9),
        ("b", "Fine.", "2199-03-04", 9),
        ("c", "x" * 100_001, "2026-03-04", 9),
        ("d", "Good.", "2026-03-04", "Maria wrote no score"),
        ("e", "Slow.", "2026-03-04", 3),
    ]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "comment", "date", "nps"), *rows])
    result = done(desk, tmp_path / "a.csv", ReadOptions(text=("comment",), score="nps", date="date", id="id"))
    assert (result["rows"], result["stored"], result["rejected"], result["coded"]) == (6, 2, 4, 2)
    told = dict(errors(desk))
    assert told[3] == "id 'a' is that of row 2 too; expected a different one for each row"
    assert told[4].startswith("date: 2199-03-04T00:00:00; expected one that is not in the future")
    assert told[5] == "text: 100,001 characters; expected at most 100,000"
    assert told[6] == "score a value of 20 characters; expected 0 to 10"


def test_people_of_the_file_are_taken_out_of_its_words(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,comment,contact\n1,Ask Dana Whitfield or Omar Haddad.,Dana Whitfield\n2,Fine.,Omar Haddad\n")
    done(desk, path, ReadOptions(text=("comment",), contact="contact"))
    with reading(desk.engine, "north") as connection:
        texts = {item.stored.verbatim.text for item in list_verbatims(connection, "north").items}
        names = [one.contact.name for one in list_contacts(connection, "north")]
    assert texts == {"Ask [NAME] or [NAME].", "Fine."}
    assert names == ["Dana Whitfield", "Omar Haddad"]


class DiedError(Exception):
    """What ends a worker in the middle."""


@pytest.mark.parametrize("step", [2, 3])
@pytest.mark.parametrize("place", ["add_verbatims", "code_stored"])
def test_another_worker_goes_on_where_one_died(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, step: int
) -> None:
    path = table(tmp_path / "a.csv", 500, score=lambda row: 11 if row % 100 == 0 else 5)
    number = start(desk, path, ReadOptions(score="score"))
    original, calls = getattr(importing, place), []

    def dying(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == step:
            raise DiedError
        return original(*arguments)

    monkeypatch.setattr(importing, place, dying)
    with pytest.raises(DiedError):
        run_import(desk, leased(desk))
    with reading(desk.engine, "north") as connection:
        assert job(connection, "north", number).done == 128 * (step - 1)
    run_import(desk, leased(desk, datetime.now(UTC) + timedelta(minutes=5), "w/2"))
    with reading(desk.engine, "north") as connection:
        ended = job(connection, "north", number)
    assert (ended.done, ended.total) == (500, 500)
    assert (ended.result["stored"], ended.result["coded"], ended.result["rejected"]) == (495, 495, 5)
    assert count(desk, verbatims) == count(desk, codings) == 495
    assert len(errors(desk, number)) == 5


def test_a_job_that_is_cancelled_keeps_what_was_done_and_nothing_of_the_step(desk: Desk, tmp_path: Path) -> None:
    number = start(desk, table(tmp_path / "a.csv", 300))
    lease = leased(desk)
    code = desk.coder.code

    def cancelling(rows: Iterator[Verbatim]) -> object:
        if count(desk, codings):
            with writing(desk.engine, "north") as connection:
                cancel(connection, "north", number, datetime.now(UTC))
        return code(rows)

    desk.coder.code = cancelling
    try:
        with pytest.raises(LeaseLostError):
            run_import(desk, lease)
    finally:
        del desk.coder.code
    assert (count(desk, codings), count(desk, job_files)) == (128, 0)


def test_a_verbatim_that_changes_while_it_is_coded_is_coded_again(desk: Desk, tmp_path: Path) -> None:
    start(desk, table(tmp_path / "a.csv", 5))
    code, changed = desk.coder.code, []

    def changing(rows: Iterator[Verbatim]) -> object:
        if not changed:
            changed.append(1)
            receive(desk, "north", "survey", [Received(Verbatim("r3", "Support is slow."))], "key:2")
        return code(rows)

    desk.coder.code = changing
    try:
        run_import(desk, leased(desk))
    finally:
        del desk.coder.code
    with reading(desk.engine, "north") as connection:
        items = list_verbatims(connection, "north").items
    assert all(item.coding is not None for item in items)
    assert len(items) == 5


def test_what_is_recognised_comes_first_and_nothing_is_kept(desk: Desk) -> None:
    found = recognise(FILES / "surveys" / "qualtrics_3.csv", "C:\\exports\\Export 1.csv", PLAIN)
    assert (found.file, found.layout, found.more) == ("Export 1.csv", "Qualtrics", False)
    assert found.columns["text"]
    assert (found.verbatims > 0, found.rejected) == (True, len(found.rejections))
    assert count(desk, verbatims) == 0


def test_the_ending_of_the_name_counts_and_not_where_the_file_lies(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes((FILES / "transcripts" / "teams.vtt").read_bytes())
    assert recognise(path, "call.vtt", PLAIN).layout == "webvtt (teams)"


def test_of_a_long_file_the_first_rows_are_looked_at(tmp_path: Path) -> None:
    found = recognise(table(tmp_path / "a.csv", 1001), "a.csv", PLAIN)
    assert (found.verbatims, found.more) == (1000, True)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bad/empty.csv", FileError),
        ("bad/picture_named.csv", FileError),
        ("bad/encrypted.xlsx", FileError),
        ("bad/cut_short.xlsx", FileError),
        ("bad/no_text_column.csv", ColumnError),
        ("bad/two_candidates.csv", ColumnError),
        ("transcripts/damaged_no_cues.vtt", TranscriptError),
        ("transcripts/damaged_two_calls.json", TranscriptError),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_kept(
    desk: Desk, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"expected|name"):
        start(desk, FILES / name)
    assert (count(desk, jobs), count(desk, job_files)) == (0, 0)


def test_an_unknown_organisation_and_a_blank_source_are_errors(desk: Desk) -> None:
    path = FILES / "surveys" / "plain.jsonl"
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        start_import(desk.engine, "west", "survey", path, path.name, PLAIN, "key:1")
    with pytest.raises(StoreError, match="source ''"):
        start_import(desk.engine, "north", "", path, path.name, PLAIN, "key:1")


def test_neither_speakers_nor_folders_stand_in_the_payload(desk: Desk, tmp_path: Path) -> None:
    path = FILES / "transcripts" / "names.txt"
    number = start(desk, path, ReadOptions(customers=("Dana Whitfield",)), "C:\\people\\call.txt")
    with reading(desk.engine, "north") as connection:
        payload = job(connection, "north", number).payload
    assert sorted(payload) == ["file", "sha256", "source"]
    assert payload["file"] == "call.txt"
    assert "Dana" not in json.dumps(payload)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/pass\0wd", "passwd"), ("a/b\\c.csv", "c.csv"), ("x" * 300 + ".csv", None), ("/", "upload")],
)
def test_a_file_name_is_one_name(name: str, kept: str | None) -> None:
    found = file_name(name)
    assert found == (kept or found)
    assert len(found) <= 200
    assert found.endswith(".csv") == name.endswith(".csv")
