"""Names in Han characters: in full, before titles, and words that share a character with them."""

import pytest

from verbatim.text.redaction.han_names import HanNames

ROSTER = (
    "王小明",
    "李芳",
    "张伟",
    "刘建国",
    "欧阳雪梅",
    "高峰",
    "于洋",
    "方敏",
    "林志豪",
    "吳家豪",
    "马超",
    "向荣",
    "亚历山大·彼得罗夫",
)


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in HanNames(ROSTER).find(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("感谢王小明的帮助", ["王小明"]),
        ("王小明先生", ["王小明"]),
        ("王先生和李女士", ["王", "李"]),
        ("刘总说没问题", ["刘"]),
        ("王总是个好人", ["王"]),
        ("欧阳老师讲得好", ["欧阳"]),
        ("建国先生", ["建国"]),
        ("吴家豪跟吳家豪", ["吴家豪", "吳家豪"]),
        ("林小姐", ["林"]),
        ("小王老刘", ["小王", "老刘"]),
        ("高峰经理", ["高峰"]),
        ("王经理解释了", ["王"]),
        ("马超说的", ["马超"]),
        ("亚历山大·彼得罗夫来访", ["亚历山大", "彼得罗夫"]),
    ],
)
def test_a_name_is_found_and_its_title_stays(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        *(
            "高峰期很慢",
            "主张伟大",
            "对于洋葱",
            "方敏感器件",
            "李总结得好",
            "王总部",
            "由于经理不在",
            "对方经理",
            "向经理反映",
            "提高工资",
        ),
        *("小马达", "王经理由都不说", "林林总总", "方经理解我们", "马上", "先生您好", "大小王"),
    ],
)
def test_words_that_share_a_character_with_a_name_stay(text: str) -> None:
    assert found(text) == []
