"""The coding action: everything that goes in comes out, coded or refused, in memory that does not grow."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from verbatim.actions.coding import FIRST_REJECTIONS, CodingOrder, Outcome, code_files, columns_taken
from verbatim.errors import CodebookError, FileError, InputError, OutputError, TranscriptError
from verbatim.formats.reading import Columns, ReadOptions
from verbatim.registry import CODEBOOK, find

ROOT = Path(__file__).resolve().parents[1]
FILES = Path(__file__).parent / "files"
TALK = "Ann Ford: The pump leaks again, third time.\nTom Reed: Sorry to hear that.\nAnn Ford: Spare parts came late.\n"
PEAK = """
import resource, sys
from pathlib import Path
from verbatim.actions.coding import CodingOrder, code_files
code_files(CodingOrder((sys.argv[1],), Path(sys.argv[2]), ("jsonl", "csv", "xlsx")), lambda count: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def code(out: Path, *inputs: Path, **read: object) -> Outcome:
    order = CodingOrder(tuple(map(str, inputs)), out, read=ReadOptions(**read))  # type: ignore[arg-type]
    return code_files(order, lambda _count: None)


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def table(path: Path, *rows: str) -> Path:
    return written(path, "\n".join(("id,nps,comment", *rows)) + "\n")


def test_every_row_is_coded_or_rejected_and_counted(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "1,9,Fast and friendly.", "2,11,Late.", "3,2,无", "", "4,5,Late,again")
    outcome = code(tmp_path / "out", source)
    assert (outcome.rows, outcome.rows_coded, outcome.rejected) == (5, 2, 3)
    assert (outcome.verbatims, outcome.failed) == (2, ())
    assert [row["row"] for row in lines(tmp_path / "out" / "rejected.jsonl")] == [3, 5, 6]
    assert [path.name for path in outcome.outputs] == ["coded.jsonl", "rejected.jsonl", "report.html"]
    assert all(path.is_file() for path in outcome.outputs)


def test_how_many_rows_were_read_is_told_on_the_way(tmp_path: Path) -> None:
    counts: list[int] = []
    rows = ["id,one,two", *(f"{number},Late again {number} times,Kind staff on site {number}" for number in range(300))]
    source = written(tmp_path / "a.csv", "\n".join(rows))
    order = CodingOrder((str(source),), tmp_path / "out", read=ReadOptions(text=("one", "two")))
    code_files(order, counts.append)
    assert (len(counts), counts[-1]) == (600, 300)
    assert counts == sorted(counts)
    assert len(set(counts)) > 2


def test_the_order_of_the_rows_stays(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", *(f"{number},9,Late again {number}" for number in range(300)))
    code(tmp_path / "out", source)
    assert [row["id"] for row in lines(tmp_path / "out" / "coded.jsonl")] == [str(number) for number in range(300)]


def test_the_same_input_gives_the_same_output(tmp_path: Path) -> None:
    for name in ("one", "two"):
        code(tmp_path / name, FILES / "surveys", FILES / "transcripts" / "gong.json", date_order="dmy")
    one, two = (tmp_path / name / "coded.jsonl" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_batch_does_not_change_what_a_text_is_coded_as(tmp_path: Path) -> None:
    texts = ["Prices went up twice.", "交货很准时，但是发票总是错的。", "The new portal is hard to use."]
    code(tmp_path / "alone", table(tmp_path / "a.csv", f"1,,{texts[1]}"))
    code(tmp_path / "among", table(tmp_path / "b.csv", *(f"{number},,{text}" for number, text in enumerate(texts))))
    (alone,), among = lines(tmp_path / "alone" / "coded.jsonl"), lines(tmp_path / "among" / "coded.jsonl")
    assert alone == among[1]


def test_a_file_that_breaks_among_others_is_told_once(tmp_path: Path) -> None:
    good = table(tmp_path / "a.csv", "1,9,Fast and friendly.")
    outcome = code(tmp_path / "out", good, FILES / "bad" / "empty.csv", FILES / "bad" / "picture_named.csv")
    assert [Path(failure.file).name for failure in outcome.failed] == ["empty.csv", "picture_named.csv"]
    assert [failure.row for failure in outcome.failed] == [0, 0]
    assert (outcome.rows, outcome.rows_coded, outcome.verbatims) == (1, 1, 1)


def test_a_file_that_breaks_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the file is empty"):
        code(tmp_path / "out", FILES / "bad" / "empty.csv")
    assert list((tmp_path / "out").iterdir()) == []


def test_ids_may_repeat_between_files_but_not_within_one(tmp_path: Path) -> None:
    one = table(tmp_path / "a.csv", "1,9,Fast.", "1,9,Slow.")
    outcome = code(tmp_path / "out", one, table(tmp_path / "b.csv", "1,2,Late."), id="id")
    assert (outcome.rows_coded, outcome.rejected) == (2, 1)
    assert "is that of row 2 too" in lines(tmp_path / "out" / "rejected.jsonl")[0]["reason"]


@pytest.mark.parametrize("place", ["in", "in/out"])
def test_what_an_earlier_run_wrote_is_no_input(tmp_path: Path, place: str) -> None:
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / "a.csv", "1,9,Fast and friendly.", "1,9,Again.")
    runs = [code(tmp_path / place, tmp_path / "in") for _ in range(2)]
    assert [[Path(file.file).name for file in run.files] for run in runs] == [["a.csv"], ["a.csv"]]
    assert not any("endings" in note for file in runs[1].files for note in file.notes)


def test_a_customer_may_be_named_who_speaks_in_one_of_several_calls(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.txt", TALK), written(tmp_path / "two.txt", TALK.replace("Ann Ford", "Liz Hope"))
    code(tmp_path / "out", one, two, customers=("Ann Ford",))
    sides = [[turn["side"] for turn in row["turns"]] for row in lines(tmp_path / "out" / "coded.jsonl")]
    assert sides == [["customer", "us", "customer"], ["unknown"] * 3]


def test_a_customer_who_speaks_in_no_call_is_an_error_that_names_the_speakers(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"'Ann Frod'; expected one of .*'Ann Ford', 'Tom Reed'"):
        code(tmp_path / "out", written(tmp_path / "one.txt", TALK), customers=("Ann Frod",))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_customer_s_name_says_nothing_about_a_survey(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "1,9,Fast and friendly.")
    assert code(tmp_path / "out", source, customers=("Ann Ford",)).verbatims == 1


def test_an_unknown_format_is_an_error(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "1,9,Fast.")
    with pytest.raises(OutputError, match="format 'pdf': expected one of jsonl, csv, onehot, xlsx"):
        code_files(CodingOrder((str(source),), tmp_path / "out", ("jsonl", "pdf")), lambda _count: None)
    assert list((tmp_path / "out").iterdir()) == []


def test_competitors_are_looked_for_by_the_company_s_own_list(tmp_path: Path) -> None:
    rivals = written(tmp_path / "rivals.csv", "Norvane,诺凡\n")
    source = table(tmp_path / "a.csv", "1,,比諾凡便宜", "2,,We move to NORVANE in May.", "3,,Fast and friendly.")
    order = CodingOrder((str(source),), tmp_path / "out", competitors=rivals)
    code_files(order, lambda _count: None)
    found = [row["intents"] for row in lines(tmp_path / "out" / "coded.jsonl")]
    named = [[(i["competitor"], i["relation"]) for i in intents if i["id"] == "competitor"] for intents in found]
    assert named == [[("Norvane", "compared")], [("Norvane", "switching_to")], []]
    assert "Norvane" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_company_s_own_table_of_cues_takes_the_place_of_ours(tmp_path: Path) -> None:
    cues = written(tmp_path / "own.yaml", "intents: {urgency: {cues: {en: [pronto]}}}")
    order = CodingOrder((str(table(tmp_path / "a.csv", "1,,Pronto!")),), tmp_path / "out", intents=cues)
    code_files(order, lambda _count: None)
    [row] = lines(tmp_path / "out" / "coded.jsonl")
    assert "urgency" in [intent["id"] for intent in row["intents"]]


def test_a_further_model_codes_the_same_words_by_its_own_frame(trained: Path, tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "1,,Too shallow for our ships", "2,,")
    order = CodingOrder((str(source),), tmp_path / "out", ("jsonl", "csv"), also=(str(trained / "harbour@3"),) * 2)
    code_files(order, lambda _count: None)
    shallow, empty = lines(tmp_path / "out" / "coded.jsonl")
    assert [code["id"] for code in shallow["frames"]["harbour@3"]] == ["berth.depth"]
    assert empty["frames"] == {"harbour@3": []}
    assert "berth.depth" in (tmp_path / "out" / "coded.csv").read_text(encoding="utf-8-sig")
    assert "harbour@3" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_engagement_model_that_ships_codes_beside_the_default_one(tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", "1,,I trust them completely.", "2,,N/A", "3,,Delivery was two days late.")
    code_files(CodingOrder((str(source),), tmp_path / "out", also=("engagement@1",)), lambda _count: None)
    rows = lines(tmp_path / "out" / "coded.jsonl")
    found = [[code["id"] for code in row["frames"]["engagement@1"]] for row in rows]
    assert found == [["confidence"], ["no_content"], ["none"]]


def test_a_further_model_that_codes_already_or_whose_frame_is_nowhere_is_refused(trained: Path, tmp_path: Path) -> None:
    source = str(table(tmp_path / "a.csv", "1,,Fast."))
    main = find(None).name
    with pytest.raises(InputError, match=f"--also '{main}' is the model that codes already"):
        code_files(CodingOrder((source,), tmp_path / "out", also=(main,)), lambda _count: None)
    shutil.copytree(trained / "harbour@3", tmp_path / "harbour@3")
    (tmp_path / "harbour@3" / CODEBOOK).unlink()
    with pytest.raises(CodebookError, match="model harbour@3 codes by 'harbour@3'; expected that frame as"):
        code_files(CodingOrder((source,), tmp_path / "out", also=(str(tmp_path / "harbour@3"),)), lambda _count: None)


def test_every_rejected_row_stands_in_the_file_though_the_report_shows_the_first(tmp_path: Path) -> None:
    again = [f"1,9,Order {number} was late." for number in range(FIRST_REJECTIONS + 50)]
    outcome = code(tmp_path / "out", table(tmp_path / "a.csv", *again), id="id")
    rejected = lines(tmp_path / "out" / "rejected.jsonl")
    assert (outcome.rows_coded, outcome.rejected, len(rejected)) == (1, len(again) - 1, len(again) - 1)
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert f"{len(again) - 1} row" in report
    assert report.count("is that of row 2 too") == FIRST_REJECTIONS


def test_only_columns_that_were_taken_are_told() -> None:
    assert columns_taken(Columns(("Q1", "Q2"), "id", role="job")) == {"text": "Q1, Q2", "id": "id", "role": "job"}


def peak(folder: Path, count: int) -> int:
    """The most memory, in KB, of a child process that codes so many rows."""
    rows = (
        f"{n},{n % 11},Order {n} came late; the engineer of site {n % 7} was kind. 价格太贵了" for n in range(count)
    )
    source = table(folder / f"{count}.csv", *rows)
    command = [sys.executable, "-c", PEAK, str(source), str(folder / "out")]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    assert peak(tmp_path, 3000) <= 1.2 * peak(tmp_path, 300)
