import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verbatim.text.boundaries import LIST_MARK, SEPARATORS
from verbatim.text.segments import segments

GAP = re.compile(rf"""(?:{LIST_MARK}|[{SEPARATORS}]|[^\w\s]|_)*""", re.VERBOSE)
PIECES = st.sampled_from(
    [
        *(
            "fast",
            "but",
            " and ",
            "the ",
            ", ",
            ". ",
            "\n",
            "- ",
            "1. ",
            "2、",
            "...",
            "!?",
            " :) ",
            "http://a.b/c?d=1",
        ),
        *(
            "快",
            "但是贵",
            "，",
            "。",
            "服务好",
            "……",
            "　",
            "😀",
            "\ud800",
            "\0",
            "3.5",
            "10:30",
            "U.S.",
            "①",
            '"',
            "（",
            "）",
            "If ",
        ),
    ]
)


def clauses(text):
    return [text[segment.start : segment.end] for segment in segments(text)]


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
@example("1. 价格贵\n2. 服务好")
def test_segments_are_in_order_and_between_them_lie_only_separators_and_list_marks(text):
    position = 0
    for segment in (*segments(text), None):
        start = segment.start if segment else len(text)
        assert position <= start
        assert GAP.fullmatch(text[position:start])
        if segment:
            assert segment.start < segment.end
            position = segment.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("快，但是贵", ["快", "但是贵"]),
        ("Fast, but expensive", ["Fast", "but expensive"]),
        ("价格合理，服务好，就是发货慢。", ["价格合理", "服务好", "就是发货慢"]),
        ("品質不錯但是價格太高", ["品質不錯", "但是價格太高"]),
        ("不但便宜而且好用", ["不但便宜而且好用"]),
        ("Good lead times. Certificates sometimes wrong!", ["Good lead times", "Certificates sometimes wrong!"]),
        ("Although the price is fair, support is slow", ["Although the price is fair", "support is slow"]),
        ("If you call after four, nobody answers", ["If you call after four, nobody answers"]),
        ("The fitter came at 3 p.m. Support was kind", ["The fitter came at 3 p.m", "Support was kind"]),
        ("The fitter came at 3 P.M. Support was kind", ["The fitter came at 3 P.M", "Support was kind"]),
        ("Jo holds a Ph.D. The pump still leaks", ["Jo holds a Ph.D", "The pump still leaks"]),
        ("I like the desk, chair, and lamp", ["I like the desk, chair, and lamp"]),
        ("优点：打通了总账 缺点：报表难改", ["优点：打通了总账", "缺点：报表难改"]),
        ("1. Too slow\n2. Too dear", ["Too slow", "Too dear"]),
        ("一、价格高\n二、发货慢", ["价格高", "发货慢"]),
        ("• slow\n• pricey", ["slow", "pricey"]),
        ("车是好车 就是不保值", ["车是好车", "就是不保值"]),
        ("teacher was super... less grammar please", ["teacher was super", "less grammar please"]),
        ("it is a great tool You cant learn it fast", ["it is a great tool", "You cant learn it fast"]),
        ("The app is stable - the portal is a mess", ["The app is stable", "the portal is a mess"]),
    ],
)
def test_each_judgement_becomes_a_clause(text, expected):
    assert clauses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Smith of Acme Inc. in the U.S. answered",
        "We run v2.1 since May",
        "Their engineer with a Ph.D. in optics was kind",
        "The Ph.D. Ann Lee of Acme answered",
        "They came at 3 p.m. on Monday",
        "They came at 3 p.m. Friday",
        "It cost 1,200.50 a year",
        "They came at 10:30 sharp",
        "See https://example.com/a,b?c=d;e!f for it",
        "Mail to jo.doe@example.com about it",
        "The file report.final.xlsx is broken",
        "Well... it does the job",
        "Works e.g. with No. 5 and similar ones",
        "Great :) really",
        "花了1,200.50元",
    ],
)
def test_stops_and_commas_inside_a_word_or_number_part_nothing(text):
    assert len(segments(text)) == 1


def test_a_wrapped_line_goes_on_and_a_list_of_lines_does_not():
    wrapped = "We have been waiting for the promised spare part for\nabout six weeks"
    assert len(segments(wrapped)) == 1
    assert clauses("slow\npricey\nbuggy") == ["slow", "pricey", "buggy"]


def test_emoji_stay_with_the_clause_before_and_stand_alone_only_without_words():
    assert clauses("Great support. 👍") == ["Great support. 👍"]
    assert clauses("👍👍") == ["👍👍"]
    assert clauses(" - - ") == []


def test_every_segment_knows_the_language_of_its_own_words():
    languages = [segment.language for segment in segments("价格太贵了。The portal is slow. 網路不穩。")]
    assert languages == ["zh-Hans", "en", "zh-Hant"]


@pytest.mark.parametrize("text", ["word and then " * 400, "我们打了电话然后等了半天" * 60, "a" * 5000, "很" * 5000])
def test_speech_without_punctuation_is_cut_within_the_limits(text):
    for clause in clauses(text):
        assert len(clause.split()) <= 60
        assert len(clause) <= (400 if clause.isascii() else 120)


@pytest.mark.parametrize(
    "unit", [" ", ".", "\n", ",", "a", "1.", "(", "很", "，", "— ", "U.", "…", " and the ", "http://"]
)
def test_time_stays_linear_on_hostile_text(unit):
    began = time.process_time()
    segments(unit * (50_000 // len(unit)) + "x")
    assert time.process_time() - began < 3
