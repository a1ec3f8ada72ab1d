"""Rows taken out of corpora; the others stay as they are."""

import json

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.pruning import prune


def write(folder, name, *lines):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes("\n".join(lines).encode() + b"\n")
    return folder / name


def is_b(row):
    return row.get("id") == "b"


def test_rows_go_and_the_other_lines_stay_byte_for_byte(tmp_path):
    kept = '{"id":  "a", "text": "\\u592a\\u8d35"}', "", '{"text": "太贵", "id": "c"}'
    path = write(tmp_path / "own", "one.jsonl", kept[0], '{"id": "b"}', *kept[1:])
    path.chmod(0o640)
    assert prune(path.parent, is_b) == 1
    assert path.read_bytes() == ("\n".join(kept) + "\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in path.parent.iterdir()] == ["one.jsonl"]


def test_a_file_in_which_all_stay_is_not_touched(tmp_path):
    path = write(tmp_path, "one.jsonl", '{"id": "a"}')
    write(tmp_path, "two.jsonl", '{"id": "b"}', '{"id": "b"}')
    before = path.stat()
    assert prune(tmp_path, is_b) == 2
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (tmp_path / "two.jsonl").read_bytes() == b""


def test_a_file_behind_a_link_is_changed_where_it_lies(tmp_path):
    path = write(tmp_path / "far", "one.jsonl", json.dumps({"id": "b"}))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "one.jsonl").symlink_to(path)
    assert prune(tmp_path / "own", is_b) == 1
    assert path.read_bytes() == b""
    assert (tmp_path / "own" / "one.jsonl").is_symlink()


@pytest.mark.parametrize("line", ["{", "[]", "null", '{"id": "\udcff"}'.encode("utf-8", "surrogateescape")])
def test_a_line_that_cannot_be_read_stops_it_before_anything_is_changed(line, tmp_path):
    first = write(tmp_path, "one.jsonl", '{"id": "b"}')
    (tmp_path / "two.jsonl").write_bytes(b'{"id": "b"}\n' + (line if isinstance(line, bytes) else line.encode()))
    with pytest.raises(CorpusError, match=r"two\.jsonl:2: not an object of JSON"):
        prune(tmp_path, is_b)
    assert first.read_bytes() == b'{"id": "b"}\n'


def test_a_folder_without_a_corpus_is_told(tmp_path):
    with pytest.raises(CorpusError, match=r"no \*\.jsonl file; expected a folder of coded verbatims"):
        prune(tmp_path, is_b)
