import pytest

from verbatim.effort import tells_of_effort


@pytest.mark.parametrize(
    "text",
    [
        "Ordering is such a hassle every time.",
        "We had to chase your support for three weeks.",
        "The returns process is far too complicated.",
        "I called five times before anybody answered.",
        "We were sent from pillar to post.",
        "It is hard to reach anyone.",
        "退货流程太繁琐了",
        "手續太麻煩",
        "我们催了好几次才有人回复",
        "各部门互相踢皮球",
        "報價要來回溝通很多輪",
    ],
)
def test_words_of_effort_are_found_in_both_languages_and_scripts(text):
    assert tells_of_effort([text])


@pytest.mark.parametrize(
    "text",
    [
        "Ordering is hassle-free.",
        "No hassle at all, it just works.",
        "The portal is not too complicated.",
        "We never had to chase anybody.",
        "Prices are too high.",
        "下单一点也不麻烦",
        "麻烦您转告一下销售，谢谢",
        "流程不复杂",
        "没有麻烦，很顺利",
        "价格太贵",
    ],
)
def test_what_is_denied_or_polite_is_none(text):
    assert not tells_of_effort([text])


def test_one_passage_of_several_is_enough_and_none_is_nothing():
    assert tells_of_effort(["Fine.", "Such a hassle."])
    assert not tells_of_effort([])
