import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import Rejection, Verbatim
from verbatim.errors import ColumnError, FileError
from verbatim.formats.reading import Reading, ReadOptions
from verbatim.formats.surveys import LONGEST_TEXT, read_survey

SURVEYS = Path(__file__).parent / "files/surveys"
BAD = Path(__file__).parent / "files/bad"

PHRASES = (
    "交货很准时",
    "价格太贵了，但是质量稳定。",
    "late, again",
    'they said "soon"',
    "two\nlines",
    "服务不错",
    "; | \t",
)
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
Q = ("Q7", "Q8_4_TEXT")
TYPEFORM = ("Why did you choose that number?", "Other", "Other (2)")
MONKEY = ("Which services do you use? - Other (please specify)", "What do you like most?", "What should change?")
STAR = ("3、请说说打分的主要原因", "4、(其他（请补充）:)")
# File, layout, text columns, columns for id, score, date and account, rows coded, rows rejected.
EXPECTED = [
    ("qualtrics_2_legacy.csv", "Qualtrics", ("Q2",), "ResponseID", "Q1", "EndDate", None, 2, 1),
    ("qualtrics_2_import.csv", "Qualtrics", Q, "ResponseId", None, "RecordedDate", "Account", 4, 2),
    ("qualtrics_3.csv", "Qualtrics", Q, "ResponseId", "Q1", "RecordedDate", "Account", 4, 2),
    ("qualtrics_3.tsv", "Qualtrics", Q, "ResponseId", "Q1", "RecordedDate", "Account", 4, 2),
    ("qualtrics_4.csv", "Qualtrics", Q, "ResponseId", "Q1", "RecordedDate", "Account", 4, 2),
    ("qualtrics_4_below.csv", "Qualtrics", Q, "ResponseId", "Q1", "RecordedDate", "Account", 4, 2),
    ("surveymonkey.csv", "SurveyMonkey", MONKEY, "Respondent ID", "How", "End Date", "Company name", 3, 0),
    ("surveymonkey.xlsx", "SurveyMonkey", MONKEY, "Respondent ID", "How", "End Date", "Company name", 3, 0),
    (
        *("surveymonkey_one_header.csv", "SurveyMonkey", ("What do you like most about working with us?",)),
        *("Respondent ID", "How", "End Date", None, 3, 0),
    ),
    ("typeform_new.csv", "Typeform", TYPEFORM, "#", "How", "Submit Date (UTC)", "company", 3, 1),
    ("typeform_old.csv", "Typeform", ("What went well?", "Other"), "#", None, "Submit Date (UTC)", None, 2, 0),
    ("wenjuanxing_gb18030.csv", "问卷星", STAR, "序号", "1、您", "提交答卷时间", "5、您的公司", 3, 1),
    ("wenjuanxing.xlsx", "问卷星", STAR, "序号", "1、您", "提交答卷时间", "5、您的公司", 3, 1),
    ("plain_utf8sig.csv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain_utf16.csv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain_utf16be_unmarked.csv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain_semicolon.csv", "plain table", ("comment",), "id", "nps", "date", "company", 3, 1),
    ("plain_separator_line.csv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain_pipe.csv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain.tsv", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain.xlsx", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain.xls", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain.ods", "plain table", ("comment",), "id", "nps", "date", "company", 4, 1),
    ("plain_big5.csv", "plain table", ("意見",), "編號", "推薦分數", "日期", "客戶", 3, 0),
    ("plain_traditional_gb18030.csv", "plain table", ("意見",), "編號", "推薦分數", "日期", "客戶", 3, 0),
    ("plain.jsonl", "JSON lines", ("text",), "id", "score", "date", "account", 3, 1),
    ("plain_array.json", "JSON array", ("text",), "id", "score", "date", "account", 3, 0),
]


def read(path: Path, **options: object) -> Reading:
    return read_survey(path, path.name, ReadOptions(**options))  # type: ignore[arg-type]


def verbatims(reading: Reading) -> list[Verbatim]:
    return [row for row in reading.rows if isinstance(row, Verbatim)]


def rejections(reading: Reading) -> list[Rejection]:
    return [row for row in reading.rows if isinstance(row, Rejection)]


def table(folder: Path, *rows: str, name: str = "a.csv") -> Path:
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / name


def test_every_file_of_the_folder_is_expected() -> None:
    assert {path.name for path in SURVEYS.iterdir()} == {row[0] for row in EXPECTED}


@pytest.mark.parametrize(
    ("name", "layout", "texts", "ids", "score", "date", "account", "coded", "rejected"),
    EXPECTED,
    ids=[row[0] for row in EXPECTED],
)
def test_the_layout_is_recognised_and_every_row_accounted_for(
    name: str,
    layout: str,
    texts: tuple[str, ...],
    ids: str,
    score: str,
    date: str,
    account: str,
    coded: int,
    rejected: int,
) -> None:
    reading = read(SURVEYS / name)
    rows = list(reading.rows)
    good = [row for row in rows if isinstance(row, Verbatim)]
    columns = reading.columns
    assert (reading.layout, columns.text, columns.id) == (layout, texts, ids)
    assert (columns.score or "").startswith(score or "")
    assert (columns.score is None, columns.date, columns.account) == (score is None, date, account)
    assert (len({row.row for row in good}), len(rows) - len(good)) == (coded, rejected)
    assert len(good) == coded * len(texts)


@pytest.mark.parametrize("path", sorted(SURVEYS.iterdir()), ids=lambda path: path.name)
def test_ids_differ_and_no_row_is_out_of_order(path: Path) -> None:
    rows = list(read(path).rows)
    names = [row.id for row in rows if isinstance(row, Verbatim)]
    assert len(set(names)) == len(names)
    assert [row.row for row in rows] == sorted(row.row for row in rows)


def test_a_qualtrics_row_becomes_one_verbatim_a_question() -> None:
    first, other = verbatims(read(SURVEYS / "qualtrics_3.csv"))[:2]
    assert (first.id, first.row, first.score) == ("R_3kA01xYz:Q7", 4, 9.0)
    assert first.text == "The new seal kit fits at once,\nand the fitter explained every step."
    assert first.question == "What is the main reason for your score?"
    assert (first.date, first.contact) == (datetime(2026, 3, 1, 9, 14, 1), "j.moss@example.com")
    assert (first.account, first.role) == ("Harrow Dairy", "Maintenance lead")
    assert (other.id, other.text, other.fields["Q9"]) == ("R_3kA01xYz:Q8_4_TEXT", "", "Satisfied")
    assert other.fields["question"] == other.question == "Which module do you use? - Other - Text"
    assert (first.fields["Q1"], first.fields["Account"]) == ("9", "Harrow Dairy")
    assert not {"Q7", "Q8_4_TEXT", "ResponseId"} & set(first.fields)


def test_previews_and_spam_are_reported_with_their_status() -> None:
    reasons = [row.reason for row in rejections(read(SURVEYS / "qualtrics_3.csv"))]
    assert reasons[0].startswith("survey preview (Status is 'Survey Preview')")
    assert reasons[1].startswith("spam (Status is 'Spam')")


def test_a_question_with_a_number_lends_it_to_the_id() -> None:
    assert [row.id for row in verbatims(read(SURVEYS / "wenjuanxing.xlsx"))][:2] == ["1:Q3", "1:Q4"]


def test_a_single_text_column_leaves_the_id_as_it_is() -> None:
    assert [row.id for row in verbatims(read(SURVEYS / "plain_utf8sig.csv"))] == ["a-1", "a-2", "a-3", "a-4"]


def test_rows_without_ids_are_named_after_file_and_row(tmp_path: Path) -> None:
    path = table(tmp_path, "comment", "The pump hums all day", "Late by nine days again")
    assert [row.id for row in verbatims(read(path))] == ["a:row-2", "a:row-3"]


@pytest.mark.parametrize("header", ["Review ID", "feedback_id", "Comment Id"])
def test_an_id_goes_by_many_names(tmp_path: Path, header: str) -> None:
    reading = read(table(tmp_path, f"{header},comment", "r-7,The pump hums all day", "r-9,Late by nine days again"))
    assert [row.id for row in reading.rows if isinstance(row, Verbatim)] == ["r-7", "r-9"]


def test_json_values_stay_as_they_are() -> None:
    first, second, third = verbatims(read(SURVEYS / "plain_array.json"))
    assert (first.fields["tags"], first.fields["score"], first.score) == (["portal", 1], 2, 2.0)
    assert (second.id, second.date) == ("2", None)
    assert (third.text, third.score, third.fields["extra"]) == ("", None, {"a": 1})


def test_a_json_text_that_is_no_text_is_rejected(tmp_path: Path) -> None:
    path = table(tmp_path, '{"text": "fine"}', '{"text": ["a", "b"]}', "{}", name="a.jsonl")
    assert [row.reason for row in rejections(read(path))] == [
        "column 'text' holds \"['a', 'b']\"; expected text",
        "empty row",
    ]


def test_the_notes_say_what_was_recognised() -> None:
    notes = " ".join(read(SURVEYS / "qualtrics_3.tsv").notes)
    for remark in ("Encoding utf-16.", "separated by tab", "Layout: Qualtrics, 3 header rows.", "Score: column 'Q1'"):
        assert remark in notes


def test_a_column_of_scores_that_are_none_is_not_taken_and_that_is_told(tmp_path: Path) -> None:
    reading = read(
        table(tmp_path, "id,nps,comment", "1,11,Too dear by far", "2,abc,Nobody answers", "3,9,A great tool")
    )
    assert reading.columns.score is None
    assert "Column 'nps' is not taken for the score: most of its values are not 0 to 10 (name it with --score)." in (
        reading.notes
    )


def test_a_misleading_name_is_remarked() -> None:
    assert read(BAD / "csv_named.xlsx").notes[0] == "Read as csv, which it is, although its name ends in .xlsx."
    assert read(BAD / "workbook_named.csv").notes[0] == "Read as workbook, which it is, although its name ends in .csv."


def test_named_columns_are_taken_whatever_they_look_like() -> None:
    reading = read(BAD / "two_candidates.csv", text=("comment", "Suggestion"), contact="id")
    assert [row.id for row in verbatims(reading)][:2] == ["1:Comment", "1:Suggestion"]
    assert (reading.columns.text, reading.columns.contact) == (("Comment", "Suggestion"), "id")


def test_a_score_out_of_range_costs_the_row_and_names_it() -> None:
    assert [(row.row, row.reason) for row in rejections(read(BAD / "score_11.csv"))] == [
        (3, "score '11'; expected 0 to 10"),
        (4, "score 'abc'; expected 0 to 10"),
    ]


def test_dates_that_could_be_read_two_ways_are_asked_for() -> None:
    with pytest.raises(ColumnError, match=r"column 'date' such as 03/04/2026 .*--date-order dmy, mdy or ymd"):
        read(BAD / "ambiguous_dates.csv")
    dates = [row.date for row in verbatims(read(BAD / "ambiguous_dates.csv", date_order="mdy"))]
    assert dates == [datetime(2026, 3, 4), datetime(2026, 5, 6)]


def test_a_row_against_the_settled_order_is_rejected(tmp_path: Path) -> None:
    rows = [f"{at},25/04/2026,The pump hums all day" for at in range(1000)]
    path = table(tmp_path, "id,date,comment", *rows, "x,04/25/2026,Late by nine days")
    assert [(row.row, row.reason[:25]) for row in rejections(read(path))] == [(1002, "'04/25/2026' is no date (")]


def test_a_title_above_the_table_is_no_header(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["March"], [], ["id", "nps", "comment"], ["1", 9, "The pump hums all day"]]):
            sheet.write_row(row, 0, cells)
    (only,) = verbatims(read(tmp_path / "a.xlsx"))
    assert (only.id, only.row, only.score, only.text) == ("1", 4, 9.0, "The pump hums all day")


def test_a_time_zone_is_kept(tmp_path: Path) -> None:
    path = table(tmp_path, "date,comment", "2026-03-04T10:00:00Z,The pump hums all day")
    assert verbatims(read(path))[0].date == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_a_repeated_id_names_the_earlier_row() -> None:
    assert rejections(read(SURVEYS / "typeform_new.csv"))[0].reason.startswith("id 'tok2bb' is that of row 3 too")


def test_a_row_with_more_cells_than_headers_is_rejected_and_one_with_fewer_filled(tmp_path: Path) -> None:
    assert rejections(read(BAD / "more_cells.csv"))[0].reason == "4 cells; expected at most 2, as many as headers"
    path = table(tmp_path, "id,comment,region", "1,The pump hums all day", "2,Late by nine days again,UK,")
    assert [row.fields for row in verbatims(read(path))] == [{"region": ""}, {"region": "UK"}]


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("nul.csv", ["column 'comment' holds a NUL character"]),
        ("surrogates.csv", ["column 'comment' holds the byte 0xed, which does not belong to the file's encoding"]),
        (
            "surrogates.jsonl",
            ["column 'text' holds half of a surrogate pair (U+D83D)", "column 'text' holds a NUL character"],
        ),
    ],
)
def test_what_cannot_be_stored_costs_its_own_row(name: str, reasons: list[str]) -> None:
    rows = list(read(BAD / name).rows)
    assert len(rows) == 3
    assert [row.reason for row in rows if isinstance(row, Rejection)] == [
        f"{reason}; expected readable text" for reason in reasons
    ]


@pytest.mark.parametrize("size", [LONGEST_TEXT, 2 * 1024 * 1024])
def test_a_cell_of_two_megabytes_is_rejected_and_one_of_a_million_characters_read(tmp_path: Path, size: int) -> None:
    path = table(tmp_path, "id,comment", "1,The pump hums all day", f"2,{'x' * size}", "3,Late by nine days again")
    expected = (
        [] if size <= LONGEST_TEXT else [(3, "column 'comment' holds 2,097,152 characters; expected at most 1,000,000")]
    )
    assert [(row.row, row.reason) for row in rejections(read(path))] == expected


def test_rows_that_all_fail_are_one_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"a\.jsonl: no object can be read \(.*\); expected one JSON object a line"):
        read(table(tmp_path, '{"text": ', name="a.jsonl"))


@given(texts=st.lists(st.lists(st.sampled_from(PHRASES), min_size=1), min_size=1, max_size=6))
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_texts_written_in_any_encoding_and_delimiter_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    expected = ["价格太贵了，但是质量稳定。", *("".join(parts) for parts in texts)]
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("编号", "意见"), *enumerate(expected)])
    assert [row.text for row in verbatims(read(path))] == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1))
def test_texts_written_as_json_lines_are_read_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    path.write_text("".join(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(texts)))
    assert [row.text for row in verbatims(read(path))] == texts
