"""Data sets of every local format become training data, or are refused in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from verbatim.errors import CorpusError, InputError
from verbatim.learning.columns import Code, Columns
from verbatim.learning.data_sets import data_set_rows
from verbatim.learning.examples import Row, examples_of
from verbatim.taxonomy import default

datasets = pytest.importorskip("datasets", reason="datasets is not installed")
ROOT = Path(__file__).resolve().parents[1]
TEXTS = ["Too dear", "n/a", "贵，但是好用"]
TOPICS = ["Price", "Nothing", "Price"]
MAPPING: dict[str, Code | None] = {
    "Price": {"id": "price.level", "polarity": "negative"},
    "Ease": {"id": "product.usability"},
    "Nothing": None,
}
PLAIN = Columns("comment", "topic", mapping=MAPPING)


def table(**columns: list) -> Any:
    return datasets.Dataset.from_dict({"comment": TEXTS, "topic": TOPICS, **columns})


def csv(folder: Path, text: str, name: str = "some.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(rows: list[Row]) -> list[list[tuple[str, str]]]:
    return [[(code["id"], code["polarity"]) for code in row.fields["segments"][0]["codes"]] for row in rows]  # type: ignore[index]


def refused(path: Path, columns: Columns = PLAIN) -> str:
    with pytest.raises(CorpusError) as caught:
        data_set_rows(path, columns)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


SAVERS = {
    "some.parquet": lambda path: table().to_parquet(path),
    "some.csv": lambda path: table().to_csv(path, index=False),
    "some.tsv": lambda path: table().to_csv(path, index=False, sep="\t"),
    "some.jsonl": lambda path: table().to_json(path),
    "some.json": lambda path: path.write_text(json.dumps(table().to_list()), encoding="utf-8"),
    "saved": lambda path: table().save_to_disk(path),
    "splits": lambda path: datasets.DatasetDict({"train": table()}).save_to_disk(path),
}


@pytest.mark.parametrize("name", SAVERS)
def test_every_local_format_gives_the_same_rows(name: str, tmp_path: Path) -> None:
    SAVERS[name](tmp_path / name)
    rows = data_set_rows(tmp_path / name, PLAIN)
    assert [row.fields["text"] for row in rows] == TEXTS
    assert codes(rows) == [[("price.level", "negative")], [], [("price.level", "negative")]]
    assert [row.fields["lang"] for row in rows] == ["en", "en", "zh-Hans"]
    assert rows[2].place == f"{tmp_path / name}, row 3"


def test_an_arrow_file_is_read_by_its_name(tmp_path: Path) -> None:
    table().save_to_disk(tmp_path / "saved")
    [file] = (tmp_path / "saved").glob("*.arrow")
    assert len(data_set_rows(file, PLAIN)) == 3


def test_a_whole_text_becomes_one_clause_with_all_its_codes(tmp_path: Path) -> None:
    path = csv(tmp_path, "comment,topic\nToo dear but easy,Price; Ease\n")
    columns = Columns("comment", "topic", delimiter=";", mapping=MAPPING)
    [example] = examples_of(data_set_rows(path, columns), default())
    [segment] = example.segments
    assert (example.id, segment.start, segment.end) == ("some-1", 0, len("Too dear but easy"))
    assert example.codes == (("price.level", "negative"), ("product.usability", "neutral"))
    assert (example.stance, example.score) == (None, None)


def test_labels_may_be_lists_and_names_of_classes(tmp_path: Path) -> None:
    names = datasets.ClassLabel(names=["Price", "Ease"])
    features = datasets.Features({"comment": datasets.Value("string"), "topic": datasets.List(names)})
    listed = {"comment": TEXTS, "topic": [[0], [], [0, 1]]}
    datasets.Dataset.from_dict(listed, features=features).to_parquet(tmp_path / "some.parquet")
    columns = Columns("comment", "topic", mapping=MAPPING, polarity=None)
    found = codes(data_set_rows(tmp_path / "some.parquet", columns))
    assert found == [[("price.level", "negative")], [], [("price.level", "negative"), ("product.usability", "neutral")]]


def test_a_class_that_was_not_given_is_no_label(tmp_path: Path) -> None:
    names = datasets.ClassLabel(names=["Price"])
    features = datasets.Features({"comment": datasets.Value("string"), "topic": names})
    given = {"comment": ["a", "b"], "topic": [-1, 0]}
    datasets.Dataset.from_dict(given, features=features).save_to_disk(tmp_path / "saved")
    assert codes(data_set_rows(tmp_path / "saved", PLAIN)) == [[], [("price.level", "negative")]]


def test_polarity_stance_and_score_come_from_their_columns(tmp_path: Path) -> None:
    path = csv(tmp_path, "id,comment,topic,side,band,nps\nx1,So easy,Ease|Price,good|bad,fan,9\nx2,Ok,Ease,,,\n")
    columns = Columns(
        "comment",
        "topic",
        delimiter="|",
        id="id",
        polarity="side",
        stance="band",
        score="nps",
        mapping=MAPPING,
        polarities={"good": "positive", "bad": "negative"},
        stances={"fan": "promoter"},
    )
    first, second = examples_of(data_set_rows(path, columns), default())
    assert first.codes == (("product.usability", "positive"), ("price.level", "negative"))
    assert (first.id, first.stance, first.score) == ("x1", "promoter", 9)
    assert (second.codes, second.stance, second.score) == ((("product.usability", "neutral"),), None, None)


def test_labels_that_are_ids_need_no_mapping(tmp_path: Path) -> None:
    path = csv(tmp_path, "comment,topic\nToo dear,price.level\n")
    assert codes(data_set_rows(path, Columns("comment", "topic"))) == [[("price.level", "neutral")]]


def test_labels_without_an_id_are_refused_by_name(tmp_path: Path) -> None:
    path = csv(tmp_path, "comment,topic\na,Price\nb,Zeal\nc,Luck\nd,Zeal\n")
    assert refused(path) == "2 labels without an id in [data.mapping]: 'Luck', 'Zeal'"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (" ,Price,9,", "comment is ' '; expected a text"),
        ("Dear,Price,nine,", "score 'nine'; expected a number from 0 to 10"),
        ("Dear,Price|Ease,9,bad|good|bad", "2 labels, but 3 polarities; expected one, or one each"),
        ("Dear,Price,9,bad", "polarity 'bad'; expected one of negative, neutral, positive"),
    ],
)
def test_a_row_that_cannot_be_learnt_from_is_told_with_its_number(line: str, told: str, tmp_path: Path) -> None:
    path = csv(tmp_path, f"comment,topic,nps,side\nEasy,Ease,9,positive\n{line}\n")
    columns = Columns("comment", "topic", delimiter="|", polarity="side", score="nps", mapping=MAPPING)
    with pytest.raises(CorpusError) as caught:
        examples_of(data_set_rows(path, columns), default())
    assert str(caught.value) == f"{path}, row 2: {told}"


def test_one_of_several_splits_is_asked_for(tmp_path: Path) -> None:
    datasets.DatasetDict({"train": table(), "test": table().select([0])}).save_to_disk(tmp_path / "saved")
    assert refused(tmp_path / "saved") == "several splits; expected split = one of train, test"
    wrong = Columns("comment", "topic", split="dev", mapping=MAPPING)
    assert refused(tmp_path / "saved", wrong) == "no split 'dev'; expected split = one of train, test"
    assert len(data_set_rows(tmp_path / "saved", Columns("comment", "topic", split="test", mapping=MAPPING))) == 1


def test_the_files_of_a_folder_are_its_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        csv(tmp_path, "comment,topic\na,Price\n", f"{split}.csv")
    assert len(data_set_rows(tmp_path, Columns("comment", "topic", split="test", mapping=MAPPING))) == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("none.csv", None, "no such file or folder; expected a data set on this machine"),
        ("some.xyz", "comment", "no known format; expected format = one of arrow, csv, json, parquet, tsv, saved"),
        ("some.parquet", "no", "not a data set that can be read (Parquet file size is 2 bytes"),
        ("some.json", '{"comment": 1', "not a data set that can be read (JSON parse error"),
        ("some.csv", "text,topic\na,b\n", "no column 'comment'; expected one of text, topic"),
    ],
)
def test_what_is_no_data_set_is_refused(name: str, text: str | None, told: str, tmp_path: Path) -> None:
    path = csv(tmp_path, text, name) if text else tmp_path / name
    assert refused(path).startswith(told)


def test_a_format_may_be_told_where_the_name_says_nothing(tmp_path: Path) -> None:
    path = csv(tmp_path, "comment,topic\na,Price\n", "some.data")
    assert len(data_set_rows(path, Columns("comment", "topic", format="csv", mapping=MAPPING))) == 1
    assert refused(path, Columns("comment", "topic", format="saved", mapping=MAPPING)).startswith("not a data set")


def test_without_datasets_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"some\.csv: \[data\] needs datasets: pip install 'verbatim\[transformers\]'"):
        data_set_rows(csv(tmp_path, "comment,topic\n"), PLAIN)


READING = """
import os, sys
from pathlib import Path
def refuse(event, _arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}:
        os._exit(99)
sys.addaudithook(refuse)
from verbatim.learning.columns import Columns
from verbatim.learning.data_sets import data_set_rows
print(len(data_set_rows(Path(sys.argv[1]), Columns("comment", "topic"))))
"""


def test_reading_uses_no_network_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = csv(tmp_path, "comment,topic\na,price\n")
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"PYTHONPATH": f"{ROOT / 'src'}", "HOME": str(home), "HF_HOME": str(home)}
    command = [sys.executable, "-c", READING, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    assert not [file for file in home.rglob("*") if file.is_file()]
