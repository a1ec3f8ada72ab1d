from pathlib import Path

import pytest

from verbatim.errors import ColumnError
from verbatim.formats.reading import Reading, ReadOptions
from verbatim.formats.surveys import read_survey

BAD = Path(__file__).parent / "files/bad"
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def read(path: Path, **options: object) -> Reading:
    return read_survey(path, path.name, ReadOptions(**options))  # type: ignore[arg-type]


def table(folder: Path, *rows: str, name: str = "a.csv") -> Path:
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / name


def test_two_columns_that_could_be_the_text_are_asked_for() -> None:
    with pytest.raises(ColumnError, match=r"'Comment', 'Suggestion' could each be the text; .*--text"):
        read(BAD / "two_candidates.csv")


def test_a_table_without_text_names_its_columns() -> None:
    with pytest.raises(ColumnError, match=r"no_text_column\.csv: no column with free text; .*'id', 'score', 'amount'"):
        read(BAD / "no_text_column.csv")


@pytest.mark.parametrize(("wanted", "hint"), [("Coment", "did you mean 'Comment'"), ("xyz", "the columns are 'id'")])
def test_a_column_that_is_not_there_is_named_with_the_closest(wanted: str, hint: str) -> None:
    with pytest.raises(ColumnError, match=f"two_candidates.csv: no column '{wanted}' for --text; .*{hint}"):
        read(BAD / "two_candidates.csv", text=(wanted,))


@pytest.mark.parametrize("header", ["How likely to recommend (1-10)?", "推荐程度（1~5分）", "NPS 1 to 10"])
def test_another_scale_is_no_score_unless_named(tmp_path: Path, header: str) -> None:
    path = table(tmp_path, f"id,{header},comment", "1,5,The pump hums all day", "2,3,Late by nine days again")
    assert read(path).columns.score is None
    assert read(path, score=header).columns.score == header


def test_a_bare_score_column_from_one_to_five_is_left_alone(tmp_path: Path) -> None:
    path = table(tmp_path, "id,score,comment", "1,5,The pump hums all day", "2,3,Late by nine days again")
    assert read(path).columns.score is None


def test_a_recognised_id_that_repeats_is_no_id_unless_named(tmp_path: Path) -> None:
    path = table(tmp_path, "id,comment", "7,The pump hums all day", "7,Late by nine days again")
    reading = read(path)
    assert [getattr(row, "id", None) for row in reading.rows] == ["a:row-2", "a:row-3"]
    assert "Column 'id' is not taken for the id: its values repeat (name it with --id)." in reading.notes
    first, second = read(path, id="id").rows
    assert (getattr(first, "id", None), getattr(second, "reason", "")[:26]) == ("7", "id '7' is that of row 2 to")


def test_the_next_id_column_is_taken_where_the_first_repeats(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,serial,comment", "7,s1,The pump hums all day", "7,s2,Late by nine days again")
    assert read(path).columns.id == "serial"
    path = table(tmp_path, "id,serial,comment", "7,s1,The pump hums all day", "7,s2,Late by nine days again")
    assert read(path).columns.id == "serial"


def test_picks_from_a_list_are_no_free_text(tmp_path: Path) -> None:
    picks = [
        "Price of spare parts, Speed of repair",
        "Speed of repair",
        "Price of spare parts",
        "Speed of repair, Price",
    ]
    rows = [f'{at},"{picks[at % 4]}",Answer number {WORDS[at]} in my own words' for at in range(12)]
    assert read(table(tmp_path, "id,Which parts matter,Anything else?", *rows)).columns.text == ("Anything else?",)


def test_a_list_of_texts_without_a_header_does_not_lose_the_first(tmp_path: Path) -> None:
    path = table(tmp_path, "The pump hums all day.", "Late by nine days again.")
    with pytest.raises(ColumnError, match=r"the first row, 'The pump hums all day.', is no header; expected one above"):
        read(path)


def test_a_comment_on_the_score_is_no_score(tmp_path: Path) -> None:
    path = table(tmp_path, "id,NPS comment,NPS", "1,The pump hums all day,9", "2,,4")
    assert (read(path).columns.score, read(path).columns.text) == ("NPS", ("NPS comment",))


def test_the_same_few_answers_again_and_again_are_still_the_text_when_the_header_says_so(tmp_path: Path) -> None:
    path = table(tmp_path, "id,comment", *(f"{at},The pump hums all day" for at in range(50)))
    assert read(path).columns.text == ("comment",)


def test_what_may_hold_text_too_but_is_not_coded_is_told(tmp_path: Path) -> None:
    path = table(tmp_path, "id,comment,story", "1,The pump hums all day,It began in the spring of last year")
    reading = read(path)
    assert reading.columns.text == ("comment",)
    assert reading.notes[-1] == "Not coded, though it may hold text too: 'story' (name what to code with --text)."


def test_many_answers_without_content_do_not_hide_the_text(tmp_path: Path) -> None:
    said = ["The pump hums all day", "Late by nine days again", "A fitter came at once"]
    answers = [*said, *["-", "N/A", "无"] * 9]
    path = table(tmp_path, "id,comment", *(f"{at},{answer}" for at, answer in enumerate(answers)))
    assert read(path).columns.text == ("comment",)


def test_short_words_after_a_header_of_numbers_are_no_text(tmp_path: Path) -> None:
    path = table(tmp_path, "id,Feedback ID,Review date,plan", "1,F-1,2026-03-04,gold", "2,F-2,2026-03-05,silver")
    with pytest.raises(ColumnError, match="no column with free text"):
        read(path)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        *(("Company", "account"), ("Account name", "account"), ("5、您的公司", "account"), ("客戶名稱", "account")),
        *(("Contact", "contact"), ("respondent", "contact"), ("联系人", "contact"), ("Job title", "role")),
        *(("您的职位", "role"), ("職稱", "role"), ("Date", "date"), ("提交时间", "date"), ("submitted_at", "date")),
        *(("How likely are you to recommend us?", "score"), ("推荐意愿", "score"), ("nps_score", "score")),
    ],
)
def test_a_column_is_known_by_its_header(tmp_path: Path, header: str, role: str) -> None:
    value = {"date": "2026-03-04", "score": "9"}.get(role, "Acme Ltd")
    path = table(tmp_path, f"id,{header},comment", f"1,{value},The pump hums all day", f"2,{value},Late by nine days")
    assert getattr(read(path).columns, role) == header
