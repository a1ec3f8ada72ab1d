import csv
import io
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import Rejection
from verbatim.errors import FileError
from verbatim.formats import tables
from verbatim.formats.reading import ReadOptions
from verbatim.formats.tables import Grid, Records, damage, open_table

SURVEYS = Path(__file__).parent / "files/surveys"
BAD = Path(__file__).parent / "files/bad"


def opened(path: Path, options: ReadOptions | None = None) -> Grid | Records:
    return open_table(path, path.name, options or ReadOptions())


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_rows_are_as_wide_as_the_header(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "comment"], ["1", "late, again; and a | in it"], ["2", "fine\nsince\tMay"], ["3", "ok"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [cells for _, cells in opened(written(tmp_path, text.getvalue())).rows] == rows


def test_one_column_without_quotes_is_one_column(tmp_path: Path) -> None:
    rows = opened(written(tmp_path, "comment\nGood, but slow\nLate; again\n")).rows
    assert [cells for _, cells in rows] == [["comment"], ["Good, but slow"], ["Late; again"]]


def test_excel_s_separator_line_is_no_row() -> None:
    assert next(opened(SURVEYS / "plain_separator_line.csv").rows)[0] == 1


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = list(opened(written(tmp_path, 'id,comment\n1,"two\nlines"\n\n2,ok\n\n\n')).rows)
    assert rows == [(1, ["id", "comment"]), (2, ["1", "two\nlines"]), (3, []), (4, ["2", "ok"])]


def test_a_broken_quotation_costs_its_own_row_only(tmp_path: Path) -> None:
    rows = list(opened(written(tmp_path, 'id,comment\n1,"say "hi" now"\n2,ok\n')).rows)
    assert isinstance(rows[1], Rejection)
    assert rows[1].row == 2
    assert "line 2 was not read" in rows[1].reason
    assert rows[2] == (3, ["2", "ok"])


def test_a_quotation_that_never_closes_says_which_lines_are_lost() -> None:
    last = list(opened(BAD / "unclosed_quote.csv").rows)[-1]
    assert isinstance(last, Rejection)
    assert last.reason == "a quotation mark is opened and never closed; lines 5 to 6 were not read"


def test_a_stray_byte_stays_visible(tmp_path: Path) -> None:
    rows = list(opened(written(tmp_path, "id,意见\n1,".encode() + "价格太贵了".encode() * 9 + b"\xff\n")).rows)
    assert damage(rows[1][1][1]) == "the byte 0xff, which does not belong to the file's encoding"


def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = written(tmp_path, "id,comment\n" + "1,the pump hums all day\n" * count)
        tracemalloc.start()
        assert sum(1 for _ in opened(path).rows) == count + 1
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(100_000) < 1.2 * peak(20_000)


def test_a_bad_line_of_json_is_reported_and_the_others_are_read() -> None:
    rows = list(opened(SURVEYS / "plain.jsonl").rows)
    assert [row.row if isinstance(row, Rejection) else row[0] for row in rows] == [1, 2, 3, 4]
    assert isinstance(rows[2], Rejection)
    assert "expected one object a line" in rows[2].reason


@pytest.mark.parametrize("line", ["5", "[]", '{"a": NaN}', '{"a": ', "[" * 100_000])
def test_a_line_that_is_no_object_is_rejected(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f'{{"text": "fine"}}\n{line}\n', "a.jsonl")
    assert [isinstance(row, Rejection) for row in opened(path).rows] == [False, True]


def test_an_array_may_stand_inside_one_object(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"count": 1, "rows": [{"text": "fine"}]}, indent=1), "a.json")
    assert list(opened(path).rows) == [(1, {"text": "fine"})]


@pytest.mark.parametrize("content", ["[1, 2", "id,comment", '{\n"a": 1}', '{"rows": [],\n "more": []}'])
def test_json_without_an_array_of_objects_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileError, match=r"a\.json: this .*JSON.*expected"):
        list(opened(written(tmp_path, content, "a.json")).rows)


@pytest.mark.parametrize("content", ["[]", " [ ]\n", '[{"a": [1, {"b": "]"}]}, {}]', '[\n{"a": 1.5} ,{"a": "价"}\n]\n'])
def test_an_array_is_read_one_by_one_as_the_whole_would_be(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 2, 7, 1000):
        monkeypatch.setattr(tables, "_PIECE", size)
        found = list(opened(written(tmp_path, content, "a.json")).rows)
        assert found == list(enumerate(json.loads(content), start=1))


@pytest.mark.parametrize(
    "content", ['[{"a": 1}', '[{"a": 1},]', '[{"a": 1} {}]', "[{}]]", '[{"a": NaN}]', '[{"a": 1}, ']
)
def test_an_array_that_breaks_off_is_told_with_the_object(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileError, match=r"a\.json: this is no valid JSON \((after )?object \d.*; expected an array"):
        list(opened(written(tmp_path, content, "a.json")).rows)


@pytest.mark.parametrize(
    ("name", "start", "piece"),
    [
        ("a.json", '[{"a":1}', ',{"a":"' + "x" * 999 + '"}'),
        ("a.json", '[{"a":"', "x" * 1000),
        ("a.jsonl", '{"a":"', "x" * 1000),
        ("a.csv", "id,comment\n1,", "x" * 1000),
        ("a.csv", 'id,comment\n1,"', "x" * 999 + "\n"),
        ("a.csv", "id,comment\n1,", ",x" * 500),
    ],
)
def test_memory_does_not_grow_with_what_stands_in_one_place(tmp_path: Path, name: str, start: str, piece: str) -> None:
    path = written(tmp_path, start + piece * 30_000, name)
    tracemalloc.start()
    with suppress(FileError):
        assert sum(1 for _ in opened(path).rows)
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert top < 30_000_000


def test_a_row_has_as_many_cells_as_a_spreadsheet_at_most(tmp_path: Path) -> None:
    rows = list(opened(written(tmp_path, "id,comment\n1," + "," * 20_000 + "\n2,ok\n")).rows)
    assert (rows[1].reason, rows[2]) == ("20,002 cells; expected at most 16,384", (3, ["2", "ok"]))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("empty.csv", "the file is empty; expected a table"),
        ("blank.csv", "the file is empty; expected a table"),
        ("encrypted.xlsx", "the workbook is encrypted; expected one saved without a password"),
        ("document_named.xlsx", "this is a Word document; expected an XLSX"),
        ("cut_short.xlsx", "the archive is damaged .*; expected an XLSX or ODS workbook"),
        ("picture_named.csv", "this is a PNG image; expected a table"),
        ("noise_named.csv", "this is no text in a known encoding; expected UTF-8"),
    ],
)
def test_what_is_no_table_is_named_in_one_line(name: str, message: str) -> None:
    with pytest.raises(FileError, match=f"^{name}: {message}") as caught:
        opened(BAD / name)
    assert "\n" not in str(caught.value)


CELLS = st.text(st.characters(codec="gb18030", exclude_categories=["Cs", "Cc", "Cf", "Co"]), max_size=20)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.sampled_from(",;\t|"), st.sampled_from(ENCODINGS))
def test_what_the_standard_library_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    table = [("编号", "客户的意见和建议"), *rows]
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    read = [tuple(cells) for _, cells in opened(path, ReadOptions(encoding=encoding)).rows]
    assert read == table
