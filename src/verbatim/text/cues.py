"""WebVTT and SubRip text into turns.

Own parsing, because the files of meeting software break the grammar that subtitle libraries insist on: unpadded and
negative times, JSON in place of text, missing blank lines.
"""

import html
import json
import re
from collections.abc import Iterator

from verbatim.text.speakers import named_line
from verbatim.text.turns import RawTurn, merged, seconds

_TIMING = re.compile(r"^[ \t]*(-?\d[\d:.,-]*)[ \t]*-->[ \t]*(-?\d[\d:.,-]*)[^\n]*$", re.MULTILINE)
_COMMENT = re.compile(r"(?:\A|(?<=\n\n))(?:NOTE|STYLE|REGION)\b(?:[^\n]|\n(?!\n))*")
_IDENTIFIER = re.compile(r"(?:(?<=\n)|\A)\d+[ \t]*\n?\Z|\n[ \t]*\n[^\n]+\n?\Z")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,99})?[ \t]+([^<>\n]{0,200})>(.*?)(?=</v>|<v[\s.]|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<\d[\d:.]{0,20}>")
_SPACE = re.compile(r"\s+")

Cue = tuple[float | None, str]


def is_cues(text: str) -> bool:
    """Whether a text is WebVTT or SubRip: a WEBVTT header, or a line `time --> time`."""
    return text.lstrip("\ufeff \t\r\n").startswith("WEBVTT") or _TIMING.search(text) is not None


def read_cues(text: str) -> tuple[str, tuple[RawTurn, ...]]:
    """The layout ("webvtt", "webvtt (teams)", "webvtt (zoom)" or "srt") and the turns of a cue file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \t\n")
    is_webvtt = text.startswith("WEBVTT")
    cues = [cue for cue in _cues(_COMMENT.sub("", text)) if cue[1]]
    for variant, read in (("teams", _metadata_turns), ("teams", _voice_turns), ("zoom", _named_turns)):
        if turns := read(cues):
            return (f"webvtt ({variant})" if is_webvtt else "srt"), merged(turns)
    nameless = (RawTurn("", words, time) for time, body in cues if (words := _plain(body)))
    return ("webvtt" if is_webvtt else "srt"), merged(nameless)


def _cues(text: str) -> Iterator[Cue]:
    timings = list(_TIMING.finditer(text))
    ends = [match.start() for match in timings[1:]] + [len(text)]
    for match, end in zip(timings, ends, strict=False):
        body = text[match.end() : end]
        if end < len(text):
            body = _IDENTIFIER.sub("", body)
        yield seconds(match[1]), body.strip()


def _metadata_turns(cues: list[Cue]) -> list[RawTurn]:
    """Turns of the Teams form in which every cue is a JSON object."""
    turns: list[RawTurn] = []
    for time, body in cues:
        cue = _json_object(body)
        if "spokenText" not in cue:
            return []
        turns.append(RawTurn(str(cue.get("speakerName") or ""), str(cue["spokenText"]).strip(), time))
    return [turn for turn in turns if turn.text]


def _json_object(body: str) -> dict[str, object]:
    if not body.startswith("{"):
        return {}
    try:
        value = json.loads(body)
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _voice_turns(cues: list[Cue]) -> list[RawTurn]:
    """Turns of cues with voice tags; a cue without one belongs to nobody."""
    if not any(_VOICE.search(body) for _, body in cues):
        return []
    turns: list[RawTurn] = []
    for time, body in cues:
        voices = _VOICE.findall(body) or [("", body)]
        turns.extend(RawTurn(_plain(name), _plain(said), time) for name, said in voices)
    return [turn for turn in turns if turn.text]


def _named_turns(cues: list[Cue]) -> list[RawTurn]:
    """Turns of cues that open with `Name: `, when at least a third do; one without a name goes on with the last."""
    named = [(time, named_line(_plain(body)), _plain(body)) for time, body in cues]
    if 3 * sum(line is not None for _, line, _ in named) < max(1, len(named)):
        return []
    turns: list[RawTurn] = []
    for time, line, body in named:
        speaker = line.speaker if line else (turns[-1].speaker if turns else "")
        turns.append(RawTurn(speaker, line.text if line else body, time))
    return [turn for turn in turns if turn.text]


def _plain(body: str) -> str:
    return _SPACE.sub(" ", html.unescape(_TAG.sub("", body)).replace("\u200b", "")).strip()
