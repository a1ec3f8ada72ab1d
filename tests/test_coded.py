import csv
import errno
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from verbatim import taxonomy
from verbatim.domain import INTENTS, CodeMention, Coding, Excerpt, Intent, Stance, Turn, Verbatim
from verbatim.errors import OutputError
from verbatim.formats import workbook
from verbatim.formats.cells import safe
from verbatim.formats.coded import FORMATS, open_writer, partial_file, record

FRAME = taxonomy.default()
BESIDE = {"bonds@2": taxonomy.load(taxonomy.default_path().with_name("engagement.yaml"))}
REPLY = Verbatim(
    id="r1",
    text="Too dear, but the engineer was great. 🚀",
    row=4,
    question="Why?",
    score=6.0,
    date=datetime(2026, 3, 1),
    account="Hill Clinic",
    contact="Ann",
    role="Buyer",
    fields={"Region": "North", "Visits": -5},
)
CODES = (
    CodeMention("price.level", "negative", 0.91449, (Excerpt(0, 8),)),
    CodeMention("service", "positive", 0.7, (Excerpt(14, 36),)),
)
CODING = Coding("r1", "en", CODES, Stance("critic", "score", 1.0), False, "b2b@1")
UP_TO = (
    Intent("praise", (Excerpt(14, 36),)),
    Intent("leaving", (Excerpt(0, 8), Excerpt(10, 36)), conditional=True),
    Intent("competitor", (Excerpt(0, 8),), name="Norvane", relation="compared"),
    Intent("quotable", (Excerpt(14, 36),)),
)
BOUND = (CodeMention("pride", "positive", 0.8, (Excerpt(14, 36),)),)
WHOLE = replace(CODING, intents=UP_TO, frames={"bonds@2": BOUND})
CALL = Verbatim(
    id="c1",
    turns=(Turn("Wang", "us", 0.0, "价格呢？"), Turn("Li", "customer", 2.5, "价格太贵了，服务也慢。")),
)
CALL_CODES = (CodeMention("price.level", "negative", 0.9, (Excerpt(0, 5, 1),)),)
CALL_CODING = Coding("c1", "zh-Hans", CALL_CODES, Stance(None, "estimated", 0.4, True), True, "b2b@1")
SILENT = Coding("r2", "en", (), Stance("passive", "estimated", 0.6), True, "b2b@1")


def write(format, folder, *pairs, beside=None):
    with open_writer(format, folder, FRAME, beside) as writer:
        for verbatim, coding in pairs:
            writer.write(verbatim, coding)
    return folder / FORMATS[format][0]


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheet(path, name="Coded"):
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_reply_is_this_object(tmp_path):
    [line] = write("jsonl", tmp_path, (REPLY, CODING)).read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "id": "r1",
        "text": REPLY.text,
        "language": "en",
        "codes": [
            {"id": "price.level", "polarity": "negative", "confidence": 0.914, "excerpts": [{"start": 0, "end": 8}]},
            {"id": "service", "polarity": "positive", "confidence": 0.7, "excerpts": [{"start": 14, "end": 36}]},
        ],
        "stance": {"label": "critic", "source": "score", "confidence": 1.0, "conflict": False},
        "intents": [],
        "trust": 1.0,
        "review": False,
        "model": "b2b@1",
        "fields": {"Region": "North", "Visits": -5},
    }


def test_a_transcript_has_turns_in_place_of_text_and_its_excerpts_name_theirs():
    made = record(CALL, CALL_CODING)
    assert list(made) == ["id", "turns", "language", "codes", "stance", "intents", "trust", "review", "model", "fields"]
    assert made["turns"][1] == {"speaker": "Li", "side": "customer", "time": 2.5, "text": "价格太贵了，服务也慢。"}
    [excerpt] = made["codes"][0]["excerpts"]
    assert made["turns"][excerpt["turn"]]["text"][excerpt["start"] : excerpt["end"]] == "价格太贵了"


def test_an_intent_has_its_excerpts_and_a_competitor_its_name_and_relation():
    leaving, rival = record(REPLY, WHOLE)["intents"][1:3]
    places = [{"start": 0, "end": 8}, {"start": 10, "end": 36}]
    assert leaving == {"id": "leaving", "conditional": True, "excerpts": places}
    assert rival == {
        "id": "competitor",
        "competitor": "Norvane",
        "relation": "compared",
        "conditional": False,
        "excerpts": places[:1],
    }


def test_the_codes_of_further_models_stand_under_their_labels():
    made = record(REPLY, WHOLE)["frames"]
    place = {"start": 14, "end": 36}
    assert made == {"bonds@2": [{"id": "pride", "polarity": "positive", "confidence": 0.8, "excerpts": [place]}]}


def test_the_long_table_tells_the_intents_on_each_row_and_further_models_on_rows_of_their_own(tmp_path):
    rows = table(write("csv", tmp_path, (REPLY, WHOLE), beside=BESIDE))
    found = [(row["model"], row["code"], row["code_name"]) for row in rows]
    assert found[1:] == [("b2b@1", "service", "Service"), ("bonds@2", "pride", "Pride")]
    assert {row["intents"] for row in rows} == {"praise; leaving (conditional); competitor; quotable"}
    assert {(row["competitors"], row["quote"]) for row in rows} == {("Norvane (compared)", "the engineer was great")}


def test_one_hot_has_a_column_for_each_intent_and_each_id_of_further_models(tmp_path):
    [row] = table(write("onehot", tmp_path, (REPLY, WHOLE), beside=BESIDE))
    on = [id for id in INTENTS if row[f"intent:{id}"] == "1"]
    assert on == ["praise", "leaving", "competitor", "quotable"]
    assert (row["bonds@2:pride"], row["bonds@2:pride:polarity"], row["bonds@2:passion"]) == ("1", "positive", "0")
    assert (row["competitors"], row["quote"]) == ("Norvane (compared)", "the engineer was great")


def test_the_workbook_has_a_sheet_of_intents_and_the_frames_of_further_models(tmp_path):
    path = write("xlsx", tmp_path, (REPLY, WHOLE), beside=BESIDE)
    intents = sheet(path, "Intents")
    assert [row["intent"] for row in intents] == ["praise", "leaving", "competitor", "quotable"]
    assert intents[1]["excerpt"] == "Too dear"
    assert (intents[2]["competitor"], intents[2]["relation"], intents[2]["id"]) == ("Norvane", "compared", "r1")
    summary = {row["code"]: row["verbatims"] for row in sheet(path, "Summary")}
    assert (summary["bonds@2:pride"], summary["intent: leaving"], summary["intent: wish"]) == (1, 1, 0)
    assert "passion" in [row["id"] for row in sheet(path, "bonds@2")]


def test_a_column_of_the_input_keeps_its_value_over_ours():
    assert record(replace(REPLY, fields={"score": "six"}), CODING)["fields"]["score"] == "six"


@given(st.text(st.characters(codec=None, exclude_categories=())), st.dictionaries(st.text(), st.floats() | st.text()))
def test_any_text_is_one_line_of_json_that_gives_it_back(tmp_path_factory, text, fields):
    folder = tmp_path_factory.mktemp("out")
    path = write("jsonl", folder, (replace(REPLY, text=text, fields=fields), CODING))
    [line] = path.read_bytes().split(b"\n")[:-1]
    assert json.loads(line, parse_constant=pytest.fail)["text"] == text


def test_the_long_table_has_a_row_per_code_and_one_for_none(tmp_path):
    rows = table(write("csv", tmp_path, (REPLY, CODING), (replace(REPLY, id="r2"), SILENT)))
    assert [(row["id"], row["code"], row["excerpt"]) for row in rows] == [
        ("r1", "price.level", "Too dear"),
        ("r1", "service", "the engineer was great"),
        ("r2", "", ""),
    ]
    first = rows[0]
    assert (first["category_name"], first["polarity"], first["confidence"]) == ("Price", "negative", "0.914")
    assert (first["account"], first["role"], first["score"], first["Visits"]) == ("Hill Clinic", "Buyer", "6.0", "-5")


def test_offsets_in_the_long_table_count_in_its_text_cell_also_for_a_transcript(tmp_path):
    [row] = table(write("csv", tmp_path, (CALL, CALL_CODING)))
    assert row["text"][int(row["start"]) : int(row["end"])] == row["excerpt"] == "价格太贵了"
    assert row["turn"] == "1"


def test_one_hot_turns_a_category_on_for_its_children_and_for_itself(tmp_path):
    [row] = table(write("onehot", tmp_path, (REPLY, CODING)))
    on = {id for id in FRAME.ids if row[id] == "1"}
    assert on == {"price", "price.level", "service"}
    assert {row[id] for id in FRAME.ids} == {"0", "1"}
    assert (row["price:polarity"], row["service:polarity"], row["product:polarity"]) == ("negative", "positive", "")


def test_a_category_with_praise_and_blame_is_neutral_in_one_hot(tmp_path):
    codes = (CODES[0], CodeMention("price.value", "positive", 0.6, (Excerpt(0, 8),)))
    [row] = table(write("onehot", tmp_path, (REPLY, replace(CODING, codes=codes))))
    assert row["price:polarity"] == "neutral"


def test_a_category_with_blame_and_a_neutral_mention_is_negative_in_every_table(tmp_path):
    codes = (replace(CODES[0], id="service.attitude"), replace(CODES[1], id="service.delivery", polarity="neutral"))
    pair = REPLY, replace(CODING, codes=codes)
    [row] = table(write("onehot", tmp_path, pair))
    [counts] = [r for r in sheet(write("xlsx", tmp_path, pair), "Summary") if r["code"] == "service"]
    assert row["service:polarity"] == "negative"
    assert [counts[polarity] for polarity in ("negative", "neutral", "positive")] == [1, 0, 0]


def test_csv_begins_with_the_mark_that_excel_needs(tmp_path):
    assert write("csv", tmp_path, (REPLY, CODING)).read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_columns_that_come_later_stand_in_the_last_cell(tmp_path):
    later = replace(REPLY, id="r2", fields={"Region": "South", "Phone": "12"})
    first, second = table(write("csv", tmp_path, (REPLY, SILENT), (later, SILENT)))
    assert (second["Region"], second["Visits"], json.loads(second["more_fields"])) == ("South", "", {"Phone": "12"})
    assert first["more_fields"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("format", ["csv", "onehot"])
def test_no_cell_of_a_csv_is_a_formula(tmp_path, start, format):
    bad = f"{start}1+cmd|' /C calc'!A0"
    nasty = replace(REPLY, id=bad, text=bad, account=bad, fields={bad: bad})
    [row] = table(write(format, tmp_path, (nasty, SILENT)))
    assert [row["id"], row["text"], row["account"], row["'" + bad]] == ["'" + bad] * 4


@pytest.mark.parametrize("number", [-5, -0.5, "-5", "-12.75"])
def test_negative_numbers_stay_numbers(number):
    assert safe(number) == number


def test_text_that_only_begins_like_a_number_does_not():
    assert safe("-5+1") == "'-5+1"


def test_excel_reads_the_same_rows_as_csv_with_formulas_as_text(tmp_path):
    nasty = replace(REPLY, text="=1+1 is what we pay", fields={"Region": "@SUM(A1)", "Visits": -5})
    [first, second] = sheet(write("xlsx", tmp_path, (nasty, CODING)))
    assert (first["text"], first["Region"], first["Visits"]) == ("=1+1 is what we pay", "@SUM(A1)", -5)
    assert (second["code"], second["confidence"]) == ("service", 0.7)


def test_the_workbook_has_a_summary_and_the_codebook(tmp_path):
    path = write("xlsx", tmp_path, (REPLY, CODING), (CALL, CALL_CODING), (REPLY, SILENT))
    summary = {row["code"]: row for row in sheet(path, "Summary")}
    assert (summary["price"]["verbatims"], summary["price"]["negative"]) == (2, 2)
    assert summary["without a code"]["verbatims"] == 1
    assert [row["id"] for row in sheet(path, "Codebook")] == list(FRAME.ids)
    assert sheet(path, "Codebook")[0]["name (zh-Hant)"] == "價格"


def test_a_text_too_long_for_a_cell_is_cut_where_one_sees_it(tmp_path):
    path = write(
        "xlsx", tmp_path, (replace(REPLY, text="🚀" * 20_000), SILENT), (replace(REPLY, text="x" * 32_767), SILENT)
    )
    long, fits = (row["text"] for row in sheet(path))
    assert long.endswith("🚀 […cut]")
    assert len(long.encode("utf-16-le")) // 2 <= 32_767
    assert fits == "x" * 32_767
    assert [row["verbatims"] for row in sheet(path, "Summary") if "32,767" in row["code"]] == [1]


def test_control_characters_and_lone_surrogates_do_not_break_the_workbook(tmp_path):
    [row] = sheet(write("xlsx", tmp_path, (replace(REPLY, text="a\x00b\ud800c\uffff_x0041_"), SILENT)))
    assert row["text"].startswith("a")
    assert "\\ud800" in row["text"]


def test_numbers_that_a_spreadsheet_would_change_are_written_as_text(tmp_path):
    fields = {"long": 123456789012345678, "nan": float("nan"), "inf": float("inf"), "huge": 10**400, "yes": True}
    [row] = sheet(write("xlsx", tmp_path, (replace(REPLY, fields=fields), SILENT)))
    assert [row[name] for name in fields] == ["123456789012345678", "nan", "inf", str(10**400), "true"]


def test_more_rows_than_a_sheet_has_are_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(OutputError, match=r"r1: a sheet of coded\.xlsx holds 2 rows"):
        write("xlsx", tmp_path, (REPLY, CODING), (REPLY, CODING))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_without_a_single_verbatim_the_file_is_whole(tmp_path, format):
    path = write(format, tmp_path)
    assert path.exists()
    assert format == "jsonl" or (sheet(path) == [] if format == "xlsx" else table(path) == [])


def break_off(format, folder, stop):
    with open_writer(format, folder, FRAME) as writer:
        writer.write(REPLY, CODING)
        assert [path.name for path in folder.iterdir()] == [f".{FORMATS[format][0]}.partial"]
        raise stop


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("format", FORMATS)
def test_an_interrupted_run_leaves_no_file(tmp_path, format, stop):
    with pytest.raises(stop):
        break_off(format, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_the_file_of_the_run_before(tmp_path):
    before = write("csv", tmp_path, (REPLY, CODING)).read_bytes()
    with pytest.raises(KeyboardInterrupt), open_writer("csv", tmp_path, FRAME):
        raise KeyboardInterrupt
    assert (tmp_path / "coded.csv").read_bytes() == before


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match=r"out: expected a folder"):
        write("jsonl", tmp_path / "out")


def test_a_folder_in_the_way_of_the_file_is_named(tmp_path):
    (tmp_path / "coded.jsonl" / "x").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"coded\.jsonl: cannot be replaced"):
        write("jsonl", tmp_path)


def test_a_place_where_no_folder_can_be_made_is_named():
    with pytest.raises(OutputError, match=r"/proc/none: expected a folder"):
        write("jsonl", Path("/proc/none"))


def test_a_full_disk_is_an_output_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"x\.txt: cannot be written: full"), partial_file(tmp_path, "x.txt"):
        raise OSError(errno.ENOSPC, "full")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_told_with_the_known_ones(tmp_path):
    with pytest.raises(OutputError, match=r"'parquet': expected one of jsonl, csv, onehot, xlsx"):
        write("parquet", tmp_path)
