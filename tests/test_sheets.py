import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from verbatim.errors import FileError
from verbatim.formats.reading import ReadOptions
from verbatim.formats.sheets import shown
from verbatim.formats.tables import Grid, Records, open_table

SURVEYS = Path(__file__).parent / "files/surveys"


def opened(path: Path, options: ReadOptions | None = None) -> Grid | Records:
    return open_table(path, path.name, options or ReadOptions())


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (9.0, "9"),
        (8.5, "8.5"),
        (True, "TRUE"),
        (datetime.date(2026, 3, 4), "2026-03-04"),
        (datetime.datetime(2026, 3, 4, 9, 8), "2026-03-04 09:08:00"),
        (datetime.timedelta(seconds=85), "0:01:25"),
        ("007", "007"),
    ],
)
def test_a_cell_is_shown_as_the_user_sees_it(value: object, seen: str) -> None:
    assert shown(value) == seen


@pytest.mark.parametrize("name", ["plain.xlsx", "plain.xls", "plain.ods"])
def test_workbooks_give_the_rows_of_the_same_csv(name: str) -> None:
    rows, same = opened(SURVEYS / name).rows, opened(SURVEYS / "plain_utf8sig.csv").rows
    for (number, cells), (other, wanted) in zip(rows, same, strict=True):
        assert number == other
        assert "".join(cells).replace(" 00:00:00", "") == "".join(wanted)


def test_rows_above_the_table_and_sheets_beside_it_keep_their_numbers(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("First", "Second"):
            book.add_worksheet(name).write_column(2, 1, ["comment", name])
    assert list(opened(tmp_path / "a.xlsx").rows) == [(3, ["comment"]), (4, ["First"])]
    assert list(opened(tmp_path / "a.xlsx", ReadOptions(sheet="Second")).rows)[1] == (4, ["Second"])
    with pytest.raises(FileError, match=r"a\.xlsx: no sheet 'Third'; expected one of 'First', 'Second'"):
        opened(tmp_path / "a.xlsx", ReadOptions(sheet="Third"))


def test_a_sheet_of_remarks_before_the_table_is_passed_over_and_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("About").write_column(0, 0, ["NPS survey", "exported in March"])
        book.add_worksheet("Answers").write_column(0, 0, ["id", 1])
        book.get_worksheet_by_name("Answers").write_column(0, 1, ["comment", "Late again."])
    table = opened(tmp_path / "a.xlsx")
    assert table.notes == ("Sheet 'Answers' (not read: 'About').",)
    assert list(table.rows) == [(1, ["id", "comment"]), (2, ["1", "Late again."])]


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet()
    with pytest.raises(FileError, match=r"a\.xlsx: every sheet is empty; expected a table"):
        opened(tmp_path / "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unopened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40_000_000))
    with pytest.raises(FileError, match=r"a\.xlsx: the workbook unpacks to 40,000,000 bytes; expected at most"):
        opened(tmp_path / "a.xlsx")
