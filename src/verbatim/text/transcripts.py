"""A transcript's text into turns: cue files, call recordings in JSON, and plain text with names."""

import re
from itertools import pairwise

from verbatim.errors import TranscriptError
from verbatim.text.calls import is_call, read_call
from verbatim.text.cues import is_cues, read_cues
from verbatim.text.sides import is_role
from verbatim.text.speakers import NamedLine, header_line, named_line
from verbatim.text.turns import RawTurn

_FOOTER = re.compile(r"(?<!\s)\s*+Transcribed by https?://\S+\s*\Z")
_CHAT_STAMP = re.compile(
    r"^\u200e?\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s(?:上午|下午)?\d{1,2}:\d{2}(?::\d{2})?"
    r"(?:\s?[ap]\.?m\.?)?\]?(?: -)? (?=\S)",
    re.MULTILINE | re.IGNORECASE,
)
"""The date and time before each message of an exported chat: no times of a call."""
_LINES_A_TURN = 8
_EXPECTED = "expected WebVTT, SRT, Otter, Gong JSON or lines such as `Name: text`"


def read_turns(text: str, name: str) -> tuple[str, tuple[RawTurn, ...]]:
    """The layout recognised and the turns: "webvtt", "webvtt (teams|zoom)", "srt", "otter", "gong" or "turns".

    `name` is the file's, for errors. Raises TranscriptError where no turn is found.
    """
    if is_cues(text):
        layout, turns = read_cues(text)
    elif is_call(text):
        layout, turns = "gong", read_call(text, name)
    else:
        layout, turns = _plain_turns(_FOOTER.sub("", text))
    if not turns:
        raise TranscriptError(f"{name}: no turn found in {len(text)} characters; {_EXPECTED}")
    return layout, turns


def is_conversation(text: str) -> bool:
    """Whether plain text is a talk: turns of two speakers or more, with times, roles or a speaker coming back.

    A list of answers in which a line here and there looks like `Name: text` is none: a turn opens every eighth line.
    """
    _, turns = _plain_turns(text)
    speakers = {turn.speaker for turn in turns}
    lines = sum(1 for line in text.splitlines() if line.strip())
    if len(speakers) < 2 or len(turns) * _LINES_A_TURN < lines:
        return False
    return len(turns) > len(speakers) or any(turn.time is not None or is_role(turn.speaker) for turn in turns)


def _plain_turns(text: str) -> tuple[str, tuple[RawTurn, ...]]:
    """The layout and the turns of plain text: `Name  0:12` over the words where there are such, else `Name: text`."""
    lines = _CHAT_STAMP.sub("", text).splitlines()
    headers = {number: header for number, line in enumerate(lines) if (header := header_line(line))}
    if headers:
        layout = "otter" if any(two_spaces for _, two_spaces in headers.values()) else "turns"
        return layout, _gathered(lines, {number: opening for number, (opening, _) in headers.items()})
    return "turns", _gathered(
        lines, {number: found for number, line in enumerate(lines) if (found := named_line(line))}
    )


def _gathered(lines: list[str], openings: dict[int, NamedLine]) -> tuple[RawTurn, ...]:
    """One turn an opening, with the lines up to the next one; what stands before the first opening is no turn."""
    numbers = [*openings, len(lines)]
    turns = []
    for start, end in pairwise(numbers):
        opening = openings[start]
        said = "\n".join(part for line in (opening.text, *lines[start + 1 : end]) if (part := line.strip()))
        if said:
            turns.append(RawTurn(opening.speaker, said, opening.time))
    return tuple(turns)
