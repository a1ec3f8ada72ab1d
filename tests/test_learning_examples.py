"""Coded examples: read with their offsets, or refused with file and line."""

import json
from pathlib import Path

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.examples import (
    Example,
    LabelledSegment,
    corpus_hash,
    read_corpus,
    read_gold,
    read_gold_rows,
)
from verbatim.taxonomy import default

CORPORA = Path(__file__).parent / "files" / "corpora"
GOOD = {
    "id": "a1",
    "text": "Fair price. Late again, late.",
    "lang": "en",
    "segments": [
        {"text": "Fair price", "codes": [{"id": "price.level", "polarity": "positive"}]},
        {"text": "late", "codes": [{"id": "service.delivery", "polarity": "negative"}]},
    ],
    "stance": "passive",
    "score": 7,
}
CODE = {"id": "price", "polarity": "negative"}


def written(folder: Path, *rows: object, name: str = "some.jsonl") -> Path:
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(CorpusError) as caught:
        read_corpus(folder, default())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_example_has_its_segments_with_offsets_and_its_codes(tmp_path: Path) -> None:
    [example] = read_corpus(written(tmp_path, GOOD), default())
    first = LabelledSegment(0, 10, (("price.level", "positive"),))
    second = LabelledSegment(24, 28, (("service.delivery", "negative"),))
    assert example.segments == (first, second)
    assert example.codes == (("price.level", "positive"), ("service.delivery", "negative"))
    assert (example.stance, example.score, example.language) == ("passive", 7.0, "en")


def test_segments_are_looked_for_one_after_the_other(tmp_path: Path) -> None:
    late = {"text": "late", "codes": [CODE]}
    row = {"id": 1, "text": "late, late", "segments": [late, late]}
    [example] = read_corpus(written(tmp_path, row), default())
    assert [(segment.start, segment.end) for segment in example.segments] == [(0, 4), (6, 10)]


@pytest.mark.parametrize(
    ("polarities", "expected"),
    [
        (["negative", "positive"], "neutral"),
        (["neutral", "positive"], "positive"),
        (["negative", "negative"], "negative"),
        (["neutral", "neutral"], "neutral"),
    ],
)
def test_the_whole_has_each_id_once_with_one_polarity(polarities: list[str], expected: str, tmp_path: Path) -> None:
    segments = [{"text": "so", "codes": [{"id": "price", "polarity": polarity}]} for polarity in polarities]
    [example] = read_corpus(written(tmp_path, {"id": 1, "text": "so so", "segments": segments}), default())
    assert example.codes == (("price", expected),)


def test_files_are_read_in_the_order_of_their_names_and_others_left_alone(tmp_path: Path) -> None:
    written(tmp_path, {**GOOD, "id": "late"}, name="b.jsonl")
    written(tmp_path, {**GOOD, "id": "early"}, name="a.jsonl")
    written(tmp_path, "not an example", name="notes.json")
    assert [example.id for example in read_corpus(tmp_path, default())] == ["early", "late"]


@pytest.mark.parametrize("mark", ["\u2028", "\u0085", "\x1c"])
def test_a_line_separator_inside_a_text_does_not_end_the_line(mark: str, tmp_path: Path) -> None:
    row = {**GOOD, "text": f"Fair price{mark}late"}
    (tmp_path / "some.jsonl").write_text(json.dumps(row, ensure_ascii=mark == "\x1c") + "\n", encoding="utf-8")
    assert read_corpus(tmp_path, default())[0].text == f"Fair price{mark}late"


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_bytes(f"\ufeff{json.dumps(GOOD)}\r\n\r\n".encode())
    assert len(read_corpus(tmp_path, default())) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"segments": [{"text": "Fair price", "codes": [{**CODE, "id": "prize"}]}]},
            "'prize' is not in codebook b2b@1",
        ),
        (
            {"segments": [{"text": "Fair price", "codes": [{**CODE, "polarity": "bad"}]}]},
            "polarity 'bad'; expected one",
        ),
        ({"segments": [{"text": "Fair price", "codes": ["price"]}]}, "code 'price'; expected an object"),
        ({"segments": [{"text": "Fair price", "codes": [{"id": ["price"]}]}]}, "['price'] is not in codebook"),
        ({"segments": [{"text": "Fair price"}]}, "expected a list of codes, found None"),
        ({"segments": [{"text": "Fair prize", "codes": [CODE]}]}, "segment 'Fair prize' does not stand in the text"),
        ({"segments": GOOD["segments"][::-1]}, "segment 'Fair price' does not stand in the text after the one before"),
        ({"segments": [{"text": "", "codes": [CODE]}]}, "segment '' does not stand"),
        ({"segments": ["Fair price"]}, "segment 'Fair price'; expected an object"),
        ({"segments": []}, "expected segments with codes"),
        ({"stance": "detractor"}, "stance 'detractor'; expected one of critic, passive, promoter"),
        ({"stance": "promoter"}, "score 7 is a passive, but the stance is 'promoter'"),
        ({"score": "7"}, "score '7'; expected a number from 0 to 10"),
        ({"score": 11}, "score 11; expected a number from 0 to 10"),
        ({"text": None}, "expected an object with id and text"),
    ],
)
def test_an_example_that_does_not_hold_together_is_refused(
    changes: dict[str, object], told: str, tmp_path: Path
) -> None:
    written(tmp_path, {**GOOD, "id": "before"}, {**GOOD, **changes})
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'some.jsonl'}, line 2: ")
    assert told in message


def test_an_id_used_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    written(tmp_path, GOOD, name="a.jsonl")
    written(tmp_path, {**GOOD, "id": "b"}, GOOD, name="b.jsonl")
    places = f"{tmp_path / 'b.jsonl'}, line 2: id 'a1' was used before, at {tmp_path / 'a.jsonl'}, line 1"
    assert refused(tmp_path) == places


@pytest.mark.parametrize("line", ["{", "[1, 2]", '"text"', '{"text": "no id"}', "nonsense"])
def test_a_line_that_is_no_example_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    assert "some.jsonl, line 2: " in refused(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_bytes("价格".encode("gb18030"))
    assert "some.jsonl: cannot be read as UTF-8 text" in refused(tmp_path)


def test_a_folder_without_examples_is_refused(tmp_path: Path) -> None:
    assert "no *.jsonl file" in refused(tmp_path)
    assert "no *.jsonl file" in refused(tmp_path / "missing")
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    assert refused(tmp_path) == f"{tmp_path}: its *.jsonl files are empty; expected coded verbatims"


def test_gold_has_codes_for_the_whole_text() -> None:
    gold = read_gold(CORPORA / "gold.jsonl", default())
    assert gold[2].ids == {"service.attitude", "service.delivery"}
    assert gold[3].stance is None
    assert {example.segments for example in gold} == {()}


def test_a_gold_row_has_the_second_coder_and_the_other_fields(tmp_path: Path) -> None:
    code = {"id": "price", "polarity": "negative"}
    first = {"id": 1, "text": "Dear", "codes": [code], "lang": "en", "score": 3}
    second = first | {"id": 2, "codes_second": [], "stance_second": "critic", "source": "web"}
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, (first, second))), encoding="utf-8")
    alone, twice = read_gold_rows(tmp_path / "gold.jsonl", default())
    assert (alone.second, alone.second_stance, alone.fields) == (None, None, {"lang": "en", "score": 3})
    assert (twice.second, twice.second_stance, twice.fields["source"]) == ((), "critic", "web")
    assert [alone.example, twice.example] == read_gold(tmp_path / "gold.jsonl", default())


def test_a_second_coding_that_is_no_list_is_named(tmp_path: Path) -> None:
    row = {"id": 1, "text": "Dear", "codes": [], "codes_second": "price"}
    (tmp_path / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold\.jsonl, line 1: expected a list of codes, found 'price'"):
        read_gold_rows(tmp_path / "gold.jsonl", default())


def test_gold_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gold\.jsonl: cannot be read"):
        read_gold(tmp_path / "gold.jsonl", default())


def test_the_hash_of_a_corpus_knows_content_and_not_order() -> None:
    one, other = (Example(id, "text", (), (), None, None, "en") for id in ("1", "2"))
    assert corpus_hash([one, other]) == corpus_hash([other, one])
    assert corpus_hash([one]) != corpus_hash([other])
    assert len(corpus_hash([Example("\ud800", "\udfff", (), (), None, None, "und")])) == 64


def test_the_shipped_corpus_holds_together() -> None:
    examples = read_corpus(Path(__file__).parents[1] / "training" / "seed", default())
    assert {"en", "zh-Hans", "zh-Hant"} <= {example.language for example in examples}
    assert all(example.codes for example in examples)
