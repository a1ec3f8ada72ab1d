"""Words that something may be named by, in English and Chinese."""

import pytest

from verbatim.text.terms import stem, terms


def keys(text):
    return [term.key for term in terms(text)]


def test_english_words_count_by_their_stem_and_pairs_do_not_go_over_stop_words():
    assert keys("Charges for the service times") == ["charg", "servic", "tim", "servic tim"]


def test_both_chinese_scripts_give_the_same_words():
    assert keys("停車場收費太貴") == keys("停车场收费太贵")
    assert "停车场" in keys("停車場收費太貴")


def test_a_single_character_counts_in_a_pair_only():
    assert all(len(term.text) > 1 for term in terms("车很贵"))


def test_words_beside_chinese_ones_are_found():
    assert {"app", "客服"} <= set(keys("App 的客服"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("charges", "charg"), ("charged", "charg"), ("stopping", "stop"), ("copies", "copy"), ("glass", "glass")],
)
def test_a_stem_is_without_endings(word, expected):
    assert stem(word) == expected
