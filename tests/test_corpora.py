"""A recipe's corpus is read wherever it lies."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.columns import Columns
from verbatim.learning.corpora import read_examples, read_rows
from verbatim.learning.recipes import Recipe
from verbatim.taxonomy import default

FILES = Path(__file__).parent / "files"
SMALL = Recipe("small", 1, FILES / "corpora" / "small", None, "hash-8")


def test_a_folder_of_json_lines_needs_no_library() -> None:
    examples, rows = read_examples(SMALL, default()), list(read_rows(SMALL, default()))
    assert [example.id for example in examples] == [row.fields["id"] for row in rows]
    assert rows[0].place == f"{SMALL.corpus / 'answers.jsonl'}, line 1"


def test_files_that_are_left_out_are_checked_but_not_learnt_from(tmp_path: Path) -> None:
    for name, text in {"a": "Too dear", "b": "Slow again"}.items():
        segment = {"text": text, "codes": [{"id": "price.level", "polarity": "negative"}]}
        row = {"id": name, "text": text, "lang": "en", "segments": [segment], "stance": "critic", "score": 3}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    recipe = replace(SMALL, corpus=tmp_path, leave_out=("a.jsonl",))
    assert [example.id for example in read_examples(recipe, default())] == ["b"]
    assert [row.fields["id"] for row in read_rows(recipe, default())] == ["a", "b"]
    with pytest.raises(CorpusError, match=r"leave_out names 'c\.jsonl'; expected the name of a \*\.jsonl file in"):
        read_examples(replace(recipe, leave_out=("c.jsonl",)), default())


def test_a_data_set_is_read_by_its_columns(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is not installed")
    path = tmp_path / "some.csv"
    path.write_text("comment,topic\nToo dear,Dear\n", encoding="utf-8")
    recipe = replace(SMALL, corpus=path, data=Columns("comment", "topic", mapping={"Dear": {"id": "price.level"}}))
    [example] = read_examples(recipe, default())
    assert (example.text, example.codes) == ("Too dear", (("price.level", "neutral"),))


def test_a_label_that_is_mapped_to_no_id_of_the_frame_is_named() -> None:
    recipe = replace(SMALL, data=Columns("comment", "topic", mapping={"Dear": {"id": "prize"}, "None": None}))
    with pytest.raises(CorpusError, match=r"\[data.mapping\] 'Dear' = 'prize'; expected an id of b2b@1"):
        read_rows(recipe, default())
