"""Which words before a colon, in brackets or beside a time name a speaker, and which only look like it."""

import re
from typing import NamedTuple

from verbatim.text.script import HAN
from verbatim.text.turns import seconds

STAMP = r"[\[(（]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])）]?"
"""A time of a call, bare or in brackets, for use inside a regular expression."""

_NAME = r"[^\W\d_](?:[^:：\[\]{}()（）\n\t?!。，；<>/]|[(（][^()（）\n]{1,30}[)）]){0,39}?"
_COLON = r"(?:：|:(?!//)(?!(?<=\d:)\d))"
_NAMED = re.compile(
    rf"""[ \t]*(?:[-*•][ \t]+)?
    (?:(?P<before>{STAMP})[ \t]*(?:[-–—][ \t]*)?)?
    (?: [\[{{【](?P<bracketed>[^\[\]{{}}【】\n:：]{{1,40}})[\]}}】][ \t]*[:：]?(?=[ \t]*\S)
      | [#@]?(?P<name>{_NAME})[ \t]*(?P<after>{STAMP})?[ \t]*{_COLON} )
    [ \t]*(?P<text>[^\n]*)""",
    re.VERBOSE,
)
_HEADER = re.compile(rf"[ \t]*(?P<name>{_NAME})(?P<gap>[ \t\u3000]+)(?P<after>{STAMP})[ \t]*[:：]?[ \t]*")
_STAMPED_HEADER = re.compile(rf"[ \t]*(?P<before>{STAMP})[ \t\u3000]+(?P<name>{_NAME})[ \t]*[:：]?[ \t]*")
_QUESTION_OR_ANSWER = re.compile(r"[ \t]*(?P<name>[QA问問答])\d{0,3}[ \t]*[.、:：][ \t]*(?P<text>\S[^\n]*)")

_LATIN_NAME = re.compile(r"(?:[A-Z][\w'’.&-]*|de|van|von|der|da|di|la|al|bin|of|\d{1,3}|\||-|–|@)(?:[ ,]+|\Z)")
_ROLES = "interviewer interviewee moderator customer client agent support sales rep speaker respondent caller me"
_HEADINGS = """
note notes ps nb re fwd subject date time topic title summary attendees participants agenda keywords example question
answer pros cons price service product quality delivery tip update warning edit total meeting call recording duration
location host from to cc http https webvtt kind language url link
优点 缺点 优势 劣势 不足 建议 备注 时间 日期 地点 主题 会议主题 参会人 参会人员 参会者 录制 关键词 总结 摘要 价格 服务
质量 物流 产品 注意 例如 比如 问题 原因 其他 会议时间 时长
優點 缺點 建議 備註 時間 地點 主題 與會者 價格 服務 價錢 品質 產品 時長
"""
_LOWER_CASE_ROLES = frozenset(_ROLES.split())
_NO_NAMES = frozenset(_HEADINGS.split())


class NamedLine(NamedTuple):
    """A line that opens a turn: the speaker, the time in seconds or None, and the words on the same line."""

    speaker: str
    time: float | None
    text: str


def named_line(line: str) -> NamedLine | None:
    """The opening of a turn in `Name: text`, `[00:12] Name: text`, `[Name] text`, `Q: text` and the like, or None.

    Clock times, addresses and headings such as `Note:` or `优点：` are no speakers.
    """
    if match := _QUESTION_OR_ANSWER.match(line):
        return NamedLine(match["name"], None, match["text"].strip())
    match = _NAMED.match(line)
    if not match:
        return None
    name = (match["name"] or match["bracketed"]).strip()
    if not is_name(name):
        return None
    return NamedLine(name, seconds(match["before"] or match["after"] or ""), match["text"].strip())


def header_line(line: str) -> tuple[NamedLine, bool] | None:
    """The opening of a turn whose words follow on the next lines, `Name  0:12` or `00:12 Name`, or None.

    Also whether two spaces part name and time, as Otter writes it.
    """
    match = _HEADER.fullmatch(line)
    found = match or _STAMPED_HEADER.fullmatch(line)
    if not found or not is_name(found["name"].strip()):
        return None
    stamp = found.groupdict().get("after") or found.groupdict().get("before") or ""
    return NamedLine(found["name"].strip(), seconds(stamp), ""), bool(match and len(match["gap"]) > 1)


def is_name(name: str) -> bool:
    """Whether words can be a speaker's name: a few capitalised words, a short run of Han, or a known role."""
    words = name.split()
    first = re.sub(r"[\W\d]+\Z", "", words[0]).casefold() if words else ""
    if not first or name.casefold() in _NO_NAMES or first in _NO_NAMES:
        return False
    if first in _LOWER_CASE_ROLES:
        return len(words) <= 4
    if re.match(f"[{HAN}]", name):
        return len(re.findall(f"[{HAN}]", name)) <= 12
    plain = re.sub(r"[(（].*?[)）]", "", name).strip()
    if not plain.isascii():
        return len(words) <= 5 and not name[0].islower()
    return len(words) <= 6 and _LATIN_NAME.sub("", plain).strip() == ""
