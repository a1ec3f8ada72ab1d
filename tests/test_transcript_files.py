from pathlib import Path

import pytest

from verbatim.errors import FileError, TranscriptError
from verbatim.formats.reading import ReadOptions
from verbatim.formats.transcripts import is_transcript, read_transcript

FILES = Path(__file__).parent / "files" / "transcripts"
LETTERS = {"us": "u", "customer": "c", "unknown": "?"}


def read(name, **options):
    reading = read_transcript(name, (FILES / name).read_bytes(), ReadOptions(**options))
    (verbatim,) = reading.rows
    return reading, verbatim


@pytest.mark.parametrize(
    ("name", "layout", "sides", "times"),
    [
        ("teams.vtt", "webvtt (teams)", "???", [-1.5, 4.0, 60.0]),
        ("teams_metadata.vtt", "webvtt (teams)", "??", [16.246, 18.0]),
        ("zoom.vtt", "webvtt (zoom)", "???", [2.01, 5.9, 16.0]),
        ("no_speakers.vtt", "webvtt", "??", [1.0, 3608.0]),
        ("support.srt", "srt", "ucu", [1.2, 3.5, 10.0]),
        ("20260304 0930 - review.txt", "otter", "???", [0.0, 7.0, 3723.0]),
        ("gong.json", "gong", "uc??", [1.5, 6.0, 65.25, 70.0]),
        ("names.txt", "turns", "????", [None] * 4),
        ("bracketed.txt", "turns", "u?u?", [5.0, 12.0, 3723.0, 3730.0]),
        ("questions.txt", "turns", "ucuc", [None] * 4),
        ("hash_names.txt", "turns", "???", [None] * 3),
        ("wenda.txt", "turns", "ucuc", [None] * 4),
        ("fangtan.txt", "turns", "ucuc", [None] * 4),
        ("fangtan_hant.txt", "turns", "ucuc", [None] * 4),
        ("jiayi.txt", "turns", "???", [None] * 3),
        ("tencent.txt", "turns", "???", [3.0, 12.0, 65.0]),
        ("feishu.txt", "turns", "??", [3.0, 12.0]),
    ],
)
def test_every_form_is_recognised_and_read_into_turns_with_sides_and_times(name, layout, sides, times):
    reading, verbatim = read(name)
    assert is_transcript(name, (FILES / name).read_bytes())
    assert reading.layout == layout
    assert "".join(LETTERS[turn.side] for turn in verbatim.turns) == sides
    assert [turn.time for turn in verbatim.turns] == times


def test_every_file_here_is_read_by_a_test():
    assert len(list(FILES.iterdir())) == 17 + 6


def test_a_transcript_is_one_verbatim_named_after_its_file():
    reading, verbatim = read("names.txt")
    assert (verbatim.id, verbatim.row, verbatim.text) == ("names", 1, "")
    assert reading.file == "names.txt"
    assert "side unknown: Ines Kade, Tom Brack" in reading.notes


def test_cues_of_one_speaker_join_and_tags_and_entities_go():
    _, verbatim = read("teams.vtt")
    assert verbatim.turns[1].text == "The pumps run well & nobody complains. But every spare part takes five weeks."


def test_a_chinese_utterance_over_several_cues_joins_without_spaces():
    _, verbatim = read("teams_metadata.vtt")
    assert verbatim.turns[1].text == "機台很穩，但是說明書都是英文的。"


def test_lines_without_a_name_stay_with_the_turn_before():
    _, verbatim = read("names.txt")
    assert verbatim.turns[1].text.splitlines()[1:] == [
        "See http://brackmill.example/photos: all clean.",
        "Note: we only tested line two.",
    ]


def test_the_named_customer_decides_the_sides():
    _, verbatim = read("zoom.vtt", customers=("周凯",))
    assert [turn.side for turn in verbatim.turns] == ["us", "customer", "us"]


def test_a_mail_domain_decides_the_sides_of_a_recorded_call():
    _, verbatim = read("gong.json", customers=("@brackmill.example",))
    assert [turn.side for turn in verbatim.turns] == ["us", "customer", "customer", "unknown"]


def test_a_customer_who_is_not_in_this_call_makes_nobody_ours():
    _, verbatim = read("zoom.vtt", customers=("丁浩",))
    assert {turn.side for turn in verbatim.turns} == {"unknown"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("damaged_no_cues.vtt", "no turn found in"),
        ("damaged_no_text.vtt", "no turn found in"),
        ("damaged_prose.txt", "no turn found in"),
        ("damaged_cut.json", "damaged JSON"),
        ("damaged_two_calls.json", "2 calls in one file; expected exactly one"),
    ],
)
def test_a_damaged_transcript_is_a_one_line_error_that_names_the_file(name, message):
    with pytest.raises(TranscriptError) as caught:
        read(name)
    assert str(caught.value).startswith(f"{name}: {message}")
    assert "\n" not in str(caught.value)


def test_a_picture_called_srt_is_told_from_a_transcript():
    with pytest.raises(FileError, match=r"damaged_binary\.srt: .*PNG"):
        read("damaged_binary.srt")


def test_prose_and_tables_are_no_transcripts():
    assert not is_transcript("damaged_prose.txt", (FILES / "damaged_prose.txt").read_bytes())
    assert not is_transcript("rows.json", b'[{"id": 1, "text": "too slow"}]')
    assert not is_transcript("rows.csv", b"Q: why?\nA: price\n")


def test_the_beginning_of_a_long_file_is_enough_even_when_it_ends_inside_a_character():
    head = ("问：怎么样？\n答：很好，就是慢。\n" * 3000).encode()[:70_000]
    assert is_transcript("long.txt", head)
