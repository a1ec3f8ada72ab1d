"""A recipe's corpus is read wherever it lies."""

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
