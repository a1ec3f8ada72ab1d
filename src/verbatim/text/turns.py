"""A turn as a transcript gives it, before anyone has said which side its speaker is on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, pairwise

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
    groups: list[list[RawTurn]] = []
    for turn in turns:
        if groups and _goes_on(groups[-1][-1], turn):
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return tuple(replace(group[0], text=_joined([turn.text for turn in group])) for group in groups)


def _goes_on(before: RawTurn, after: RawTurn) -> bool:
    return before.speaker == after.speaker and bool(after.speaker or not _SENTENCE_END.search(before.text[-8:]))


def _joined(parts: list[str]) -> str:
    seams = ("" if _HAN_SEAM.match(one[-1:]) and _HAN_SEAM.match(two[:1]) else " " for one, two in pairwise(parts))
    return "".join(chain.from_iterable(zip(("", *seams), parts, strict=True)))
