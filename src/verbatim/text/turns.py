"""A turn as a transcript gives it, before anyone has said which side its speaker is on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from verbatim.text.script import HAN

_CLOCK = re.compile(r"(-?)(?:(-?\d+):)?(-?\d+):(-?\d+(?:[.,]\d+)?)")
_SENTENCE_END = re.compile(r"""[.!?。！？…]["'”’」』）)]*\Z""")
_HAN_SEAM = re.compile(f"[{HAN}，。！？、；：]")


@dataclass(frozen=True, slots=True)
class RawTurn:
    """What one speaker said; `time` in seconds, `affiliation` and `email` where the file tells them."""

    speaker: str
    text: str
    time: float | None = None
    email: str | None = None
    affiliation: str | None = None


def seconds(stamp: str) -> float | None:
    """The seconds of `H:MM:SS.mmm`, `MM:SS` and the like, padded or not, negative too; None when it is no time."""
    match = _CLOCK.search(stamp)
    if not match:
        return None
    sign, *parts = match.groups()
    hours, minutes, rest = (abs(float((part or "0").replace(",", "."))) for part in parts)
    negative = sign or any((part or "").startswith("-") for part in parts)
    return round((-1 if negative else 1) * (hours * 3600 + minutes * 60 + rest), 3)


def merged(turns: Iterable[RawTurn]) -> tuple[RawTurn, ...]:
    """The turns with neighbours of one speaker joined; nameless ones are joined only up to the end of a sentence."""
    out: list[RawTurn] = []
    for turn in turns:
        if out and out[-1].speaker == turn.speaker and (turn.speaker or not _SENTENCE_END.search(out[-1].text)):
            out[-1] = replace(out[-1], text=_joined(out[-1].text, turn.text))
        else:
            out.append(turn)
    return tuple(out)


def _joined(before: str, after: str) -> str:
    seamless = _HAN_SEAM.match(before[-1:]) and _HAN_SEAM.match(after[:1])
    return before + ("" if seamless else " ") + after
