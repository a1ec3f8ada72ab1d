"""Codings of several coders read from files: every layout, and what is wrong in them."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from verbatim.domain import Judgement
from verbatim.errors import CorpusError, FileError, InputError
from verbatim.formats.codings import read_codings
from verbatim.taxonomy import default

IDS, LABEL = default().ids, default().label
PRICE = {"id": "price.level", "polarity": "negative"}
HEADER = "ID,Coder,Code,polarity,stance,coded_at"


def read(*files: Path) -> list[Judgement]:
    return read_codings(files, IDS, LABEL)


def lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_json_lines_tell_the_coder_and_codes_with_or_without_polarity(tmp_path: Path) -> None:
    first = {"id": 7, "coder": "ann", "codes": [PRICE, "general"], "stance": "critic", "coded_at": "2026-03-01"}
    found = read(lines(tmp_path / "all.jsonl", first, "", {"id": "8", "coder": "bob", "codes": [], "text": "Fine"}))
    codes = {"price.level": "negative", "general": None}
    assert found == [Judgement("7", "ann", codes, "critic", datetime(2026, 3, 1)), Judgement("8", "bob", {})]


def test_an_array_of_objects_is_read_too(tmp_path: Path) -> None:
    path = lines(tmp_path / "all.json", json.dumps([{"id": 7, "coder": "ann", "codes": ["general"]}]))
    assert read(path) == [Judgement("7", "ann", {"general": None})]


def test_without_a_coder_it_is_the_name_of_the_file(tmp_path: Path) -> None:
    files = [lines(tmp_path / f"{name}.jsonl", {"id": 1, "codes": [PRICE]}) for name in ("ann", "bob")]
    assert [one.coder for one in read(*files)] == ["ann", "bob"]


def test_a_second_coding_of_a_gold_file_is_another_coder(tmp_path: Path) -> None:
    row = {"id": 1, "codes": [], "stance": "critic", "codes_second": [PRICE], "stance_second": "passive"}
    first, second = read(lines(tmp_path / "gold.jsonl", row, {"id": 2, "codes": []}))[:2]
    assert (first.coder, first.codes, first.stance) == ("gold", {}, "critic")
    assert (second.coder, second.codes, second.stance) == ("gold (second)", {"price.level": "negative"}, "passive")


def test_what_the_model_coded_is_read_as_it_was_written(tmp_path: Path) -> None:
    row = {"id": "a", "codes": [PRICE | {"confidence": 0.9}], "stance": {"label": None, "source": "estimated"}}
    (found,) = read(lines(tmp_path / "coded.jsonl", row | {"model": "b2b@2", "text": "Too dear"}))
    assert (found.coder, found.codes, found.stance) == ("b2b@2", {"price.level": "negative"}, None)


def test_in_a_long_table_the_rows_of_a_coder_and_verbatim_are_one_coding(tmp_path: Path) -> None:
    rows = ["1,ann,price.level,negative,critic,", "1,bob,general,,,", "", "1,ann,general,positive,,", "2,ann,,,,"]
    found = read(lines(tmp_path / "long.csv", HEADER, *rows))
    assert found == [
        Judgement("1", "ann", {"price.level": "negative", "general": "positive"}, "critic"),
        Judgement("1", "bob", {"general": None}),
        Judgement("2", "ann", {}),
    ]


def test_praise_beside_blame_is_neutral(tmp_path: Path) -> None:
    rows = ["1,ann,general,positive,,", "1,ann,general,negative,,", "1,ann,general,,,"]
    assert read(lines(tmp_path / "long.csv", HEADER, *rows))[0].codes == {"general": "neutral"}


def test_a_workbook_and_a_table_of_one_coder_are_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "ann.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("id", "code"), ("1", "general"), ("2", "price.level")]):
            sheet.write_row(number, 0, row)
    bob = lines(tmp_path / "bob.tsv", "id\tcode", "1\tgeneral", "2")
    assert [(one.verbatim_id, one.coder, len(one.codes)) for one in read(tmp_path / "ann.xlsx", bob)] == [
        ("1", "ann", 1),
        ("2", "ann", 1),
        ("1", "bob", 1),
        ("2", "bob", 0),
    ]


def test_a_verbatim_coded_again_needs_the_time_of_each_coding(tmp_path: Path) -> None:
    row = {"id": 1, "coder": "ann", "codes": []}
    days = [row | {"coded_at": day} for day in ("2026-01-01", "2026-02-01T10:00:00+08:00")]
    assert [one.when for one in read(lines(tmp_path / "a.jsonl", *days))] == [
        datetime(2026, 1, 1),
        datetime(2026, 2, 1, 2),
    ]
    with pytest.raises(CorpusError, match=r"b.jsonl, line 1: id '1' was coded by 'ann' before, at .*a.jsonl, line 1"):
        read(lines(tmp_path / "a.jsonl", row), lines(tmp_path / "b.jsonl", row))
    with pytest.raises(CorpusError, match="expected another coded_at for each time"):
        read(lines(tmp_path / "a.jsonl", days[0], days[0]))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": 1, "codes": ["colour"]}, "code 'colour' is not in codebook b2b@1"),
        ({"id": 1, "codes": [{"polarity": "positive"}]}, "code None is not in codebook b2b@1"),
        ({"id": 1, "codes": [["general"]]}, "code ['general'] is not in codebook b2b@1"),
        ({"id": 1, "codes": "general"}, "codes 'general'; expected a list"),
        ({"id": 1, "codes": [PRICE | {"polarity": "bad"}]}, "polarity 'bad'; expected one of negative, neutral, posi"),
        ({"id": 1, "codes": [], "stance": "fan"}, "stance 'fan'; expected one of critic, passive, promoter"),
        ({"id": 1, "codes": [], "coded_at": "March"}, "coded_at 'March'; expected a date such as 2026-03-25"),
        ({"id": " ", "codes": []}, "id ' '; expected a text or a whole number"),
        ({"id": True, "codes": []}, "id True; expected a text or a whole number"),
        ({"id": "a\0", "codes": []}, "id holds a NUL character"),
        ({"id": 1, "codes": [], "coder": {"name": "ann"}}, "coder {'name': 'ann'}; expected a text or a whole number"),
        ({"codes": []}, "expected an object with id and codes, found codes"),
        ({"id": 1, "text": "x"}, "expected an object with id and codes, found id, text"),
    ],
)
def test_what_is_no_coding_is_told_with_its_line(row: dict[str, object], told: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"id": 0, "codes": []}, row)
    with pytest.raises(CorpusError) as problem:
        read(path)
    assert str(problem.value).startswith(f"{path}, line 2: {told}")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            ["id,codes", "1,general"],
            ": no column code; expected id, code, coder, model, polarity, stance, coded_at",
        ),
        (["id,code", "1,colour"], ", row 2: code 'colour' is not in codebook b2b@1"),
        (["id,code", ",general"], ", row 2: id ''; expected a text or a whole number"),
        (["id,code", '1,"general'], ", row 2: a quotation mark is opened and never closed"),
        (["id,code,stance", "1,general,critic", "1,other,passive"], ", row 3: stance 'passive', but 'critic' at "),
    ],
)
def test_what_is_no_coding_is_told_with_its_row(rows: list[str], told: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.csv", *rows)
    with pytest.raises(CorpusError) as problem:
        read(path)
    assert str(problem.value).startswith(f"{path}{told}")


def test_lines_that_are_no_json_are_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"a\.jsonl, row 2: the line is no valid JSON"):
        read(lines(tmp_path / "a.jsonl", {"id": 0, "codes": []}, "{"))


@pytest.mark.parametrize("bad", ["missing", "folder", "empty", "picture"])
def test_a_file_that_cannot_be_read_is_named(bad: str, tmp_path: Path) -> None:
    path = tmp_path / "codings.csv"
    if bad == "folder":
        path.mkdir()
    elif bad != "missing":
        path.write_bytes(b"" if bad == "empty" else b"\x89PNG\r\n\x1a\n")
    with pytest.raises(FileError, match=r"codings\.csv: "):
        read(path)


def test_every_error_is_one_line_of_the_inputs_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError) as problem:
        read(lines(tmp_path / "a.jsonl", {"id": 1, "codes": ["a\nb"]}))
    assert "\n" not in str(problem.value)
