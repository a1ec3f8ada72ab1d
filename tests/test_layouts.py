import pytest

from verbatim.formats.layouts import plain_text, recognise, unique

QUALTRICS = ["StartDate", "RecordedDate", "Finished", "ResponseId", "Q1", "Q2_TEXT"]
IMPORTS = [
    f'{{"ImportId":"{name}"}}' for name in ("startDate", "recordedDate", "finished", "_recordId", "QID1", "QID2_TEXT")
]
QUESTIONS = ["Start Date", "Recorded Date", "Finished", "Response ID", "How likely?", "Why?"]
ANSWERS = ["2026-03-01", "2026-03-01", "1", "R_1a", "9", "Because"]


@pytest.mark.parametrize(
    "headers",
    [
        [QUALTRICS],
        [QUALTRICS, QUESTIONS],
        [QUALTRICS, IMPORTS],
        [QUALTRICS, QUESTIONS, IMPORTS],
        [QUALTRICS, QUESTIONS, QUALTRICS, IMPORTS],
        [QUALTRICS, QUESTIONS, IMPORTS, ["", "", "", "", "0 to 10", "open"]],
        [["1", "2", "3", "4", "5", "6"], QUALTRICS, QUESTIONS, IMPORTS],
    ],
)
def test_qualtrics_header_rows_are_counted_by_what_they_hold(headers: list[list[str]]) -> None:
    heading = recognise([*headers, ANSWERS, ANSWERS])
    assert (heading.layout.name, heading.rows, heading.names) == ("Qualtrics", len(headers), tuple(QUALTRICS))
    assert heading.open == {5}


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (["#", "Why?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"], "Typeform"),
        (["Why?", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Ending"], "Typeform"),
        (["Respondent ID", "Collector ID", "Start Date", "Why?"], "SurveyMonkey"),
        (["序号", "提交答卷时间", "所用时间", "来源", "1、为什么？"], "问卷星"),
        (["id", "Start Date", "comment"], "plain table"),
    ],
)
def test_a_layout_is_told_from_its_own_columns(row: list[str], name: str) -> None:
    assert recognise([row, ["1"] * len(row)]).layout.name == name


def test_header_rows_that_a_data_frame_has_written_are_understood() -> None:
    names = ["Respondent ID", "Collector ID", "What went well?", "Unnamed: 3_level_0"]
    below = ["Unnamed: 0_level_1", "Unnamed: 1_level_1", "Open-Ended Response", "Rating"]
    heading = recognise([names, below, ["1", "2", "All of it", "5"]])
    assert heading.names == ("Respondent ID", "Collector ID", "What went well?", "What went well? - Rating")
    assert (heading.rows, heading.open) == (2, {2})


def test_names_are_made_unique() -> None:
    assert unique(["Other", "", "Other", "Other (2)"]) == ("Other", "column 2", "Other (3)", "Other (2)")


def test_a_question_loses_its_markup() -> None:
    assert plain_text("<p>Why <b>us</b>&nbsp;&amp; now?</p>") == "Why us & now?"
    assert plain_text("a < b") == "a < b"
