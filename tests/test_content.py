import pytest

from verbatim.text.content import is_no_content

SAY_NOTHING = """
- | -- | - - - | 。 | ？？ | N/A | n.a. | NA | none | Nil | Nothing. | No comments! | 7 | ９ | 10/10 | 11111
无 | 無 | 没有 | 沒有。 | 暂无 | 暫無 | 没有，谢谢 | 不知道 | I don't know
暂无建议 | 暂无评论。 | 目前没有建议 | 暂时没有其他建议
没什么建议 | 無建議 | 暫無建議 | 目前沒有評論
暫時沒有什麼建議 | 沒有其他補充 | 目前無
Nothing. Thank you. | no thanks | none at the moment, thanks | can't remember | 沒有，謝謝 | 不记得了 | 没有什么
"""
SAY_SOMETHING = """
没意见 | 沒意見 | 暂无意见 | 目前沒有意見 | 没有反馈渠道 | 没有回复我 | 没回复 | 没有反馈 | 没有内容
no complaints | 快 | 贵 | ok | 无线很差 | 没有人接电话 | None of them call back | 👍
😡😡 | No. Too slow | nothing works | 9 out of 10
thanks | 谢谢 | Nothing to add to your price list | nothing at the moment works | did not answer | nota
"""


@pytest.mark.parametrize(
    "text", ["", " \n", "\0", *(part.strip() for part in SAY_NOTHING.replace("\n", "|").split("|"))]
)
def test_an_answer_without_content_is_known(text):
    assert is_no_content(text)


@pytest.mark.parametrize("text", [part.strip() for part in SAY_SOMETHING.strip().replace("\n", "|").split("|")])
def test_an_answer_with_content_is_left_to_the_model(text):
    assert not is_no_content(text)
