import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.language import dominant, language_of
from verbatim.text.script import columns, fold, script_characters


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("价格太贵了", "zh-Hans"),
        ("價格太貴了", "zh-Hant"),
        ("快", "zh"),
        ("很好吃", "zh"),
        ("Too slow", "en"),
        ("ok", "en"),
        ("Trop cher, dommage", "en"),
        ("слишком дорого", "en"),
        ("我们用 Salesforce 和 SAP 对接，很稳", "zh-Hans"),
        ("The 老板 was kind enough to call us back", "en"),
        ("", "und"),
        ("  - 9/10 !", "und"),
        ("👍👍", "und"),
        ("\ud800", "und"),
    ],
)
def test_language_follows_the_script_and_never_the_length(text, language):
    assert language_of(text) == language


def test_the_script_with_more_of_its_own_characters_wins_in_a_mixed_text():
    assert language_of("這個价格還是太貴") == "zh-Hant"
    assert language_of("这个价格还是太貴") == "zh-Hans"


def test_characters_that_both_sides_write_tell_no_script():
    simplified, traditional = script_characters()
    shared = set("台里只回同合面出吃家才修")
    assert not shared & (simplified | traditional)
    assert not simplified & traditional
    assert set("价这们与发机么") <= simplified
    assert set("價這們與發機麼") <= traditional


@pytest.mark.parametrize(
    ("parts", "language"),
    [
        ([], "und"),
        ([("und", 40)], "und"),
        ([("en", 30), ("zh-Hans", 10)], "en"),
        ([("en", 10), ("zh-Hans", 8), ("zh", 6)], "zh-Hans"),
        ([("zh", 20), ("zh-Hant", 3)], "zh-Hant"),
        ([("zh", 20), ("und", 50)], "zh"),
        ([("zh-Hans", 5), ("zh-Hant", 9)], "zh-Hant"),
    ],
)
def test_the_dominant_language_weighs_lengths_and_gives_plain_han_to_the_script_beside_it(parts, language):
    assert dominant(parts) == language


def test_folding_brings_both_scripts_and_both_widths_together():
    assert fold("這套軟體的網路不穩") == fold("这套软件的网络不稳")
    assert fold("ＡＰＩ很慢") == "api很慢"
    assert fold("Too SLOW") == "too slow"


@given(st.text())
def test_folding_survives_any_text(text):
    assert isinstance(fold(text), str)


def test_folding_survives_nul_and_lone_surrogates_without_losing_what_follows():
    assert fold("價格\0太貴\ud800了") == "价格 太贵 了"


@pytest.mark.parametrize(("words", "room"), [("", 0), ("too dear", 8), ("太贵", 4), ("ok, 還行", 8), ("é", 1)])
def test_a_chinese_character_takes_the_room_of_two(words, room):
    assert columns(words) == room
