import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from verbatim.domain import Verbatim
from verbatim.errors import FileError
from verbatim.formats.inputs import open_inputs
from verbatim.formats.reading import Reading, ReadOptions

FILES = Path(__file__).parent / "files"
TALK = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Ann Ford>The pump hums all day.</v>\n"
CSV = "id,comment\n1,The pump hums all day\n2,Late by nine days again\n"


def opened(*paths: Path | str) -> list[Reading]:
    return list(open_inputs([str(path) for path in paths], ReadOptions()))


def ids(reading: Reading) -> list[str]:
    return [row.id for row in reading.rows if isinstance(row, Verbatim)]


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Reading:
    stream = io.TextIOWrapper(io.BytesIO(data))
    monkeypatch.setattr(sys, "stdin", stream)
    (reading,) = open_inputs(["-"], ReadOptions())
    return reading


def folder(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_in_order_with_the_folders_below_it(tmp_path: Path) -> None:
    path = folder(tmp_path, b_csv=CSV, a_vtt=TALK, sub__c_csv=CSV)
    assert [Path(reading.file).name for reading in opened(path)] == ["a.vtt", "b.csv", "c.csv"]


def test_a_folder_says_which_files_it_passes_over(tmp_path: Path) -> None:
    path = folder(tmp_path, b_csv=CSV, c_csv=CSV, d_docx="x", e_png="y")
    first, second = opened(path)
    assert first.notes[0] == f"Not read in {path}, because of their endings: d.docx, e.png."
    assert not any("endings" in note for note in second.notes)


def test_hidden_and_lock_files_are_no_files(tmp_path: Path) -> None:
    (reading,) = opened(folder(tmp_path, b_csv=CSV, **{"~$b_csv": "x", "_DS": "y"}))
    assert not any("endings" in note for note in reading.notes)


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = folder(tmp_path, b_csv=CSV)
    assert len(opened(path, path / "b.csv")) == 1


def test_several_files_are_read_in_the_order_given() -> None:
    readings = opened(FILES / "surveys/plain.tsv", FILES / "surveys/plain.jsonl")
    assert [reading.layout for reading in readings] == ["plain table", "JSON lines"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_standard_input_may_be_a_table_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    reading = piped(monkeypatch, "编号,意见\n1,价格太贵了\n2,交货很准时\n".encode(encoding))
    assert (reading.file, reading.columns.text, ids(reading)) == ("stdin", ("意见",), ["1", "2"])


def test_standard_input_may_be_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ids(piped(monkeypatch, (FILES / "surveys/plain.xlsx").read_bytes()))) == 4


def test_standard_input_may_be_a_transcript(monkeypatch: pytest.MonkeyPatch) -> None:
    (talk,) = piped(monkeypatch, TALK.encode()).rows
    assert isinstance(talk, Verbatim)
    assert talk.turns[0].text == "The pump hums all day."


def test_a_table_in_a_text_file_is_a_table(tmp_path: Path) -> None:
    (reading,) = opened(folder(tmp_path, a_txt=CSV.replace(",", "\t")))
    assert ids(reading) == ["1", "2"]


def test_files_of_the_same_name_in_a_folder_have_ids_that_differ(tmp_path: Path) -> None:
    bare = CSV.replace("id,", "place,")
    path = folder(tmp_path, a__call_vtt=TALK, b__call_vtt=TALK, b__may_csv=bare, call_vtt=TALK, may_csv=bare)
    found = [name for reading in opened(path) for name in ids(reading)]
    assert found == ["a/call", "b/call", "b/may:row-2", "b/may:row-3", "call", "may:row-2", "may:row-3"]


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(folder(tmp_path, b_csv=CSV))
    with pytest.raises(FileError, match=f"'{name}' names no file; expected a file, a folder, or -"):
        opened(name)


def test_a_missing_path_is_named_before_anything_is_read(tmp_path: Path) -> None:
    readings = open_inputs([str(folder(tmp_path, b_csv=CSV)), "nowhere.csv"], ReadOptions())
    with pytest.raises(FileError, match=r"nowhere\.csv: no such file or folder"):
        next(readings)


def test_a_pipe_is_told_to_come_by_standard_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"pipe: this is a pipe; expected a file, or - and the pipe on standard input"):
        opened(tmp_path / "pipe")


def test_a_folder_without_a_file_to_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no file to read in this folder; expected \.csv, "):
        opened(folder(tmp_path, d_docx="x"))


@pytest.mark.parametrize("name", ["empty.csv", "empty.txt", "empty.vtt"])
def test_an_empty_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(FileError, match=f"{name}: the file is empty; expected a table or a transcript"):
        opened(tmp_path / name)


def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordinary_rights: Callable
) -> None:
    (folder(tmp_path, b_csv=CSV) / "b.csv").chmod(0)
    tmp_path.chmod(0o711)
    monkeypatch.chdir(tmp_path)
    with ordinary_rights(), pytest.raises(FileError, match=r"b\.csv: the file cannot be read \(Permission denied\)"):
        opened("b.csv")


def test_a_file_in_a_folder_that_may_not_be_entered_is_named(tmp_path: Path, ordinary_rights: Callable) -> None:
    path = folder(tmp_path, b_csv=CSV) / "b.csv"
    tmp_path.chmod(0)
    with ordinary_rights(), pytest.raises(FileError, match=r"b\.csv: cannot be looked at \(Permission denied\)"):
        opened(path)
