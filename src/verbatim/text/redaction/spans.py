"""What was found and what took its place, with offsets that lead from the original to the redacted text and back."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

Offsets = tuple[int, int]
"""Where a span begins and ends, the end excluded, in Unicode code points."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something personal in a text: its kind, and where it stands."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """A part that was replaced: its kind, where it stood in the original, and where its placeholder stands now."""

    kind: str
    start: int
    end: int
    new_start: int
    new_end: int


Side = Callable[[Replaced], Offsets]
_OLD: Side = attrgetter("start", "end")
_NEW: Side = attrgetter("new_start", "new_end")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without what was found in it; `spans` in order, not overlapping. The text stays out of its repr."""

    text: str = field(repr=False)
    spans: tuple[Replaced, ...] = ()

    def to_redacted(self, offset: int) -> int:
        """Where an offset of the original stands in the redacted text; from inside a find, its placeholder's start."""
        return _moved(offset, self.spans, _OLD, _NEW)[0]

    def to_original(self, offset: int) -> int:
        """Where an offset of the redacted text stands in the original; from inside a placeholder, the find's start."""
        return _moved(offset, self.spans, _NEW, _OLD)[0]

    def span_in_redacted(self, start: int, end: int) -> Offsets:
        """An excerpt of the original in the redacted text, widened to the whole of each placeholder that it touches."""
        return self.to_redacted(start), _moved(end, self.spans, _OLD, _NEW)[1]

    def span_in_original(self, start: int, end: int) -> Offsets:
        """An excerpt of the redacted text in the original, widened to the whole of each find that it touches."""
        return self.to_original(start), _moved(end, self.spans, _NEW, _OLD)[1]


def resolved(found: Iterable[Found], rank: Mapping[str, int]) -> tuple[Found, ...]:
    """The finds in order, without overlaps.

    Finds that overlap become one over all that they cover, so that no end of the weaker one stays readable. Its kind is
    that of the longest; among equally long ones, that of the lowest rank.
    """
    groups: list[list[Found]] = []
    end = -1
    for each in sorted(found, key=lambda each: each.start):
        if each.start < end:
            groups[-1].append(each)
        else:
            groups.append([each])
        end = max(end, each.end)
    return tuple(_joined(group, rank) for group in groups)


def replaced(text: str, found: Iterable[Found], placeholders: Mapping[str, str]) -> Redacted:
    """The text with each find replaced by the placeholder of its kind; the finds in order, not overlapping."""
    pieces, spans = [], []
    copied = length = 0
    for each in found:
        placeholder = placeholders[each.kind]
        pieces += [text[copied : each.start], placeholder]
        length += each.start - copied
        spans.append(Replaced(each.kind, each.start, each.end, length, length + len(placeholder)))
        copied, length = each.end, length + len(placeholder)
    return Redacted("".join([*pieces, text[copied:]]), tuple(spans))


def _joined(group: list[Found], rank: Mapping[str, int]) -> Found:
    weightiest = min(group, key=lambda each: (each.start - each.end, rank[each.kind]))
    return Found(weightiest.kind, group[0].start, max(each.end for each in group))


def _moved(offset: int, spans: Sequence[Replaced], here: Side, there: Side) -> Offsets:
    """Where an offset of one side stands on the other: one place, or from inside a span, both ends of that span."""
    if offset < 0:
        raise ValueError(f"offset {offset}: expected 0 or more")
    at = bisect_right(spans, offset, key=lambda span: here(span)[0])
    if at == 0:
        return offset, offset
    (start, end), (new_start, new_end) = here(spans[at - 1]), there(spans[at - 1])
    if start < offset < end:
        return new_start, new_end
    moved = new_start if offset == start else offset - end + new_end
    return moved, moved
