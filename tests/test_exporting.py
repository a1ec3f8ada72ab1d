"""Coded verbatims go out in every format, whole and in order, with what is not coded told apart."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from verbatim import taxonomy
from verbatim.actions import exporting
from verbatim.actions.exporting import export, run_export, start_export
from verbatim.actions.intake import Desk, receive
from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Turn, Verbatim
from verbatim.errors import LeaseLostError, NotFoundError, OutputError, StoreError
from verbatim.store.codings import Judged, add_codings
from verbatim.store.jobs import Lease, cancel, claim, file_chunks, job
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.verbatims import Received, add_verbatims

SPRING = datetime(2026, 3, 4, tzinfo=UTC)
CALL = (Turn("Ana", "customer", 1.0, "Your prices are far too high."), Turn("Sam", "us", 2.5, "Thanks."))


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Three that are coded and one that is not, from two sources."""
    with writing(desk.engine, "north") as connection:
        add_contacts(connection, "north", [Contact("Dana Whitfield", "Acme", permission="named")])
    named = {"account": "Acme", "contact": "Dana Whitfield", "role": "buyer", "question": "Why?", "score": 3.0}
    said = [
        Verbatim("r1", "=cmd: your prices are far too high.", date=SPRING, fields={"Region": "EMEA"}, **named),
        Verbatim("r2", "支持很慢。", date=SPRING + timedelta(days=1), contact="Omar Haddad"),
    ]
    receive(desk, "north", "survey", [Received(one) for one in said], "key:1")
    call = Verbatim("c1", turns=CALL, date=SPRING + timedelta(days=2))
    receive(desk, "north", "calls", [Received(call)], "key:1")
    with writing(desk.engine, "north") as connection:
        late = Verbatim("r3", "Not coded yet.", date=SPRING + timedelta(days=3))
        add_verbatims(connection, "north", "survey", [Received(late)])
    return desk


def exported(desk: Desk, format: str, filters: Filters = NOTHING_LEFT_OUT, organisation: str = "north") -> bytes:
    return b"".join(export(desk.engine, desk.codebook, organisation, filters, format))


def lines(desk: Desk, filters: Filters = NOTHING_LEFT_OUT) -> list[dict[str, object]]:
    return [json.loads(line) for line in exported(desk, "jsonl", filters).splitlines()]


def rows(desk: Desk, format: str, filters: Filters = NOTHING_LEFT_OUT) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(desk, format, filters).decode("utf-8-sig"))))


def test_json_lines_hold_everything_newest_first_and_say_what_is_not_coded(filled: Desk) -> None:
    found = lines(filled)
    assert [(one["id"], one["source"], one["coded"]) for one in found] == [
        ("r3", "survey", False),
        ("c1", "calls", True),
        ("r2", "survey", True),
        ("r1", "survey", True),
    ]
    assert [one["store_id"] for one in found] == [4, 3, 2, 1]
    assert (found[0]["codes"], found[0]["model"]) == ([], "")
    assert [turn["speaker"] for turn in found[1]["turns"]] == ["Ana", "Sam"]


def test_a_line_says_what_is_known_beside_the_words(filled: Desk) -> None:
    last = lines(filled)[-1]
    assert last["fields"] == {
        "question": "Why?",
        "account": "Acme",
        "contact": "Dana Whitfield",
        "role": "buyer",
        "score": 3.0,
        "date": "2026-03-04T00:00:00+00:00",
        "Region": "EMEA",
    }
    assert last["text"][last["codes"][0]["excerpts"][0]["start"] :].startswith("=cmd: your prices")


@pytest.mark.parametrize("format", ["jsonl", "csv", "onehot"])
def test_a_contact_is_named_only_with_its_permission(filled: Desk, format: str) -> None:
    text = exported(filled, format).decode()
    assert "Dana Whitfield" in text
    assert "Omar Haddad" not in text


def test_the_long_table_holds_everything_with_a_mark_and_no_formula(filled: Desk) -> None:
    found = rows(filled, "csv")
    assert [(row["id"], row["store:id"], row["store:source"], row["store:coded"]) for row in found] == [
        ("r3", "4", "survey", "false"),
        ("c1", "3", "calls", "true"),
        ("r2", "2", "survey", "true"),
        ("r1", "1", "survey", "true"),
    ]
    assert (found[0]["code"], found[0]["model"]) == ("", "")
    assert found[3]["text"].startswith("'=cmd")
    assert json.loads(found[3]["more_fields"]) == {"Region": "EMEA"}


def test_a_column_for_each_code_holds_only_what_somebody_judged(filled: Desk) -> None:
    found = rows(filled, "onehot")
    assert [(row["id"], row["price.level"], row["price"]) for row in found] == [
        ("c1", "1", "1"),
        ("r2", "0", "0"),
        ("r1", "1", "1"),
    ]


def test_a_workbook_counts_only_what_somebody_judged(filled: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(exported(filled, "xlsx"))
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    header, *coded = book.get_sheet_by_name("Coded").to_python()
    assert {row[header.index("id")] for row in coded} == {"r1", "r2", "c1"}
    summary = {row[0]: row[2] for row in book.get_sheet_by_name("Summary").to_python()}
    assert summary["verbatims"] == 3


def test_filters_choose_and_a_submitter_gets_its_own(filled: Desk) -> None:
    assert [one["id"] for one in lines(filled, Filters(code="price.level"))] == ["c1", "r1"]
    assert [one["id"] for one in lines(filled, Filters(submitter="key:2"))] == []
    assert [one["id"] for one in lines(filled, Filters(accounts=("Acme",)))] == ["r1"]


@pytest.mark.parametrize("format", ["jsonl", "csv", "onehot", "xlsx"])
def test_nothing_at_all_is_a_file_too_and_organisations_are_apart(filled: Desk, format: str) -> None:
    data = exported(filled, format, organisation="south")
    assert b"Acme" not in data
    assert (data == b"") == (format == "jsonl")


def test_pages_follow_each_other_without_a_gap(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exported(filled, "jsonl")
    monkeypatch.setattr(exporting, "PAGE", 1)
    assert exported(filled, "jsonl") == whole


def test_codes_that_the_frame_does_not_have_go_out_under_their_own_names(filled: Desk) -> None:
    coding = Coding(
        "r2",
        "zh-Hans",
        (CodeMention("harbour.berths", "negative", 1.0, (Excerpt(0, 2),)),),
        Stance("critic", "estimated", 1.0),
        False,
        "person:ana",
    )
    with writing(filled.engine, "north") as connection:
        add_codings(connection, "north", [Judged(2, coding, person=True)])
    found = {row["id"]: row for row in rows(filled, "csv")}["r2"]
    assert (found["code"], found["category_name"], found["code_name"]) == (
        "harbour.berths",
        "harbour",
        "harbour.berths",
    )
    assert exported(filled, "onehot")
    assert exported(filled, "xlsx")


def test_a_format_or_filters_that_cannot_be_are_told_before_anything(filled: Desk) -> None:
    with pytest.raises(OutputError, match="format 'pdf': expected one of jsonl, csv, onehot, xlsx"):
        exported(filled, "pdf")
    with pytest.raises(OutputError, match="format 'pdf'"):
        start_export(filled.engine, "north", NOTHING_LEFT_OUT, "pdf", "key:1")
    with pytest.raises(StoreError, match="search of 1 characters"):
        next(export(filled.engine, filled.codebook, "north", Filters(search="!"), "csv"))
    with pytest.raises(StoreError, match="search of 1 characters"):
        start_export(filled.engine, "north", Filters(search="!"), "csv", "key:1")
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        start_export(filled.engine, "west", NOTHING_LEFT_OUT, "csv", "key:1")


def test_a_file_that_nobody_reads_to_its_end_leaves_nothing_behind(filled: Desk, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    monkeypatch.setattr(exporting, "PIECE", 10)
    pieces = export(filled.engine, filled.codebook, "north", NOTHING_LEFT_OUT, "csv")
    assert next(pieces)
    assert list((tmp_path / "scratch").iterdir())
    pieces.close()
    assert list((tmp_path / "scratch").iterdir()) == []


def leased(desk: Desk, number: int) -> Lease:
    with writing(desk.engine) as connection:
        found = claim(connection, "w/1", datetime.now(UTC))
    assert found
    assert found.id == number
    return Lease(desk.engine, found, "w/1")


@pytest.mark.parametrize("format", ["jsonl", "csv", "onehot", "xlsx"])
def test_a_job_makes_the_same_file_and_keeps_it(filled: Desk, format: str) -> None:
    filters = Filters(since=SPRING, until=SPRING + timedelta(days=9), accounts=("Acme",))
    number = start_export(filled.engine, "north", filters, format, "key:1")
    run_export(filled, leased(filled, number))
    with reading(filled.engine, "north") as connection:
        ended = job(connection, "north", number)
        data = b"".join(file_chunks(connection, "north", number))
    assert ended.result == {"verbatims": 1, "bytes": len(data)}
    assert (ended.done, ended.total) == (1, 1)
    assert data == exported(filled, format, filters) or format == "xlsx"


def test_a_cancelled_job_keeps_no_file(filled: Desk) -> None:
    number = start_export(filled.engine, "north", NOTHING_LEFT_OUT, "jsonl", "key:1")
    lease = leased(filled, number)
    with writing(filled.engine, "north") as connection:
        cancel(connection, "north", number, datetime.now(UTC))
    with pytest.raises(LeaseLostError):
        run_export(filled, lease)
    with reading(filled.engine, "north") as connection, pytest.raises(NotFoundError, match="file of job"):
        list(file_chunks(connection, "north", number))


def test_the_frame_of_the_organisation_names_the_codes(filled: Desk) -> None:
    text = taxonomy.written(filled.codebook).replace("name: Price level", "name: How dear")
    renamed = taxonomy.parse(text)
    data = b"".join(export(filled.engine, renamed, "north", NOTHING_LEFT_OUT, "csv")).decode("utf-8-sig")
    assert renamed.name_of("price.level", "en") in data
