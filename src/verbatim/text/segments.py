"""A text cut into clauses with offsets, so that each holds one judgement where the writing lets us see that.

Separators (white space, commas, stops, bullets, list numbers) lie in the gaps between segments; `!`, `?`, quotation
marks and emoji stay inside, because they carry tone. A contrast word belongs to the clause that it opens:
"快，但是贵" is "快" and "但是贵".
"""

import re
from collections.abc import Iterator

from verbatim.domain import Segment
from verbatim.text.boundaries import BOUNDARY, CONTINUES, CUT_POINT, EMOJI, LIST_MARK, MINIMUM, SCENE, SEPARATORS
from verbatim.text.language import language_of
from verbatim.text.script import HAN

WORDS_LIMIT = 60
HAN_LIMIT = 120
_LETTERS_LIMIT = 400
_WRAPPED_LINE = 50
_LOOK_BACK = 200

_HAN_LETTER = re.compile(f"[{HAN}]")
_CONTENT = re.compile(r"[^\W_]")
_LEAD = re.compile(rf"(?:{LIST_MARK}|(?![.-]\d)[{SEPARATORS}])*+", re.VERBOSE)
_TRAIL = re.compile(rf"(?<![{SEPARATORS}])[{SEPARATORS}]*+\Z")
_MANY_WORDS = re.compile(rf"(?:\S+\s+){{{WORDS_LIMIT}}}")

Span = tuple[int, int]


def segments(text: str) -> tuple[Segment, ...]:
    """The clauses of `text` in order, not overlapping; no letter or digit lies outside them, list numbers excepted."""
    spans: list[Span] = []
    for start, end in _clauses(text):
        first, last = _trimmed(text, start, end)
        if _CONTENT.search(text, first, last) or (not spans and EMOJI.search(text, first, last)):
            spans.extend(_cut_to_length(text, first, last))
        elif spans and EMOJI.search(text, first, last):
            spans[-1] = (spans[-1][0], last)
    return tuple(Segment(start, end, language_of(text[start:end])) for start, end in spans)


def _clauses(text: str) -> Iterator[Span]:
    """The text between the boundaries that hold, still with the separators around it."""
    start = 0
    found = [match for match in BOUNDARY.finditer(text) if match.lastgroup != "protected"]
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=False):
        if _holds(text, start, match, end):
            yield start, match.end()
            start = match.end()
    yield start, len(text)


def _holds(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether a boundary parts what stands before it since `start` from what follows up to the next one at `end`."""
    kind = match.lastgroup or "hard"
    if kind == "hard":
        return not _is_wrapped_line(text, match)
    left = text[max(start, match.start() - _LOOK_BACK) : match.start()]
    right = text[match.end() : min(end, match.end() + _LOOK_BACK)]
    if kind in ("comma", "comma_and") and (CONTINUES.match(right) or SCENE.search(left)):
        return False
    before_han, after_han, before_words, after_words = MINIMUM[kind]
    if _HAN_LETTER.search(left) or _HAN_LETTER.search(right):
        return len(left.strip()) >= before_han and len(right.strip()) >= after_han
    return len(left.split()) >= before_words and len(right.split()) >= after_words


def _is_wrapped_line(text: str, match: re.Match[str]) -> bool:
    """Whether a single line break only wraps a long line: the next one goes on in lower case."""
    if match.group() not in ("\n", "\r\n"):
        return False
    line = match.start() - text.rfind("\n", 0, match.start()) - 1
    following = text[match.end() : match.end() + 1]
    return line >= _WRAPPED_LINE and following.isascii() and following.islower()


def _trimmed(text: str, start: int, end: int) -> Span:
    lead = _LEAD.match(text, start, end)
    first = lead.end() if lead else start
    clause = text[first:end]
    trail = _TRAIL.search(clause)
    return first, first + (trail.start() if trail else len(clause))


def _cut_to_length(text: str, start: int, end: int) -> Iterator[Span]:
    """The span itself, or pieces of at most 60 words or 120 Han characters, cut at conjunctions where there are any."""
    limit = _limit(text, start, end)
    while end - start > limit:
        cut = _last_cut(text, start + limit // 3, start + limit)
        yield _trimmed(text, start, cut)
        start = cut
        limit = _limit(text, start, end)
    yield _trimmed(text, start, end)


def _limit(text: str, start: int, end: int) -> int:
    if end - start <= HAN_LIMIT:
        return HAN_LIMIT
    window = text[start : start + _LETTERS_LIMIT]
    if len(_HAN_LETTER.findall(window)) > len(window) // 4:
        return HAN_LIMIT
    words = _MANY_WORDS.match(window)
    return words.end() if words else _LETTERS_LIMIT


def _last_cut(text: str, earliest: int, latest: int) -> int:
    cut = max((match.end() for match in CUT_POINT.finditer(text, earliest, latest)), default=0)
    return cut or text.rfind(" ", earliest, latest) + 1 or latest
