"""Which answers say nothing: answered, but without content."""

import re

from verbatim.text.script import fold

_NOTHING = frozenset(
    [
        *("na", "n a", "nil", "none", "nothing", "nope", "no", "null", "not applicable", "x", "xx", "xxx", "test"),
        *("no comment", "no comments", "no further comment", "no further comments", "no comment at this time"),
        *("nothing to add", "nothing to say", "nothing else", "nothing comes to mind", "cant think of anything"),
        *("none really", "not really", "no answer", "no response", "no feedback"),
        *("dont know", "i dont know", "idk", "no idea", "not sure", "see above", "as above", "asdf"),
        *("cant remember", "i cant remember", "dont remember", "i dont remember", "no remarks", "no further remarks"),
        *(
            f"{none} {when}"
            for none in ("none", "nothing", "no comment", "no comments")
            for when in ("really", "at all", "at the moment", "at present", "at this time", "right now", "for now")
        ),
        *("无", "没有", "没", "没了", "没有了", "没有什么"),
        *("想不起来", "想不起来了", "不记得", "不记得了", "记不清", "记不清了"),
        *("暂无", "暂时无", "暂时没有", "目前无", "目前没有"),
        *("不知道", "不清楚", "说不好", "不好说", "没想好", "不适用", "略", "空", "同上", "跳过"),
        *("没什么说的", "没什么想说的", "没什么好说的", "没什么可说的", "没什么要说的", "没啥想说的", "没啥可说"),
        *(
            f"{when}{none}{more}{what}"
            for when in ("", "暂", "暂时", "目前", "现在")
            for none in ("无", "没有", "没")
            for more in ("", "什么", "其他", "其它", "更多")
            for what in ("建议", "评论", "留言", "补充", "想法")
        ),
    ]
)
_POLITE = re.compile(r" (?:thank you|thanks|thank u|ta|sorry)$| ?(?:谢谢|谢谢你们|多谢)$")
_LONGEST = max(map(len, _NOTHING)) + 24
_MARKS = re.compile(r"[^\w\s]|_")
_LETTER = re.compile(r"[^\W\d_]")
_PICTURE = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")


def is_no_content(text: str) -> bool:
    """Whether an answer says nothing: empty, only marks, a bare number, or a set phrase of a table, with thanks or not.

    Traditional characters are folded first. "No complaints", 没意见 and 暂无意见 are mild satisfaction, 没有反馈 may be
    a complaint about silence, and an emoji may be a judgement: all are left to the model.
    """
    if not _LETTER.search(text):
        return not _PICTURE.search(text)
    if len(text) > _LONGEST:
        return False
    words = " ".join(_MARKS.sub("", fold(text).replace("/", "")).split())
    return words in _NOTHING or _POLITE.sub("", words) in _NOTHING
