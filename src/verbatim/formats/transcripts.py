"""Transcript files: which files are transcripts, and one verbatim with turns and sides from each."""

from collections.abc import Iterable
from pathlib import PurePath

from verbatim.domain import Turn, Verbatim
from verbatim.errors import FileError
from verbatim.formats.encodings import decode, sniff
from verbatim.formats.reading import Columns, Reading, ReadOptions
from verbatim.text.calls import is_call
from verbatim.text.sides import assign_sides
from verbatim.text.transcripts import is_conversation, read_turns

LARGEST = 16 * 1024 * 1024
"""Bytes of a transcript: far more than the longest talk."""

MOST_LINES = 200_000
"""Lines of a transcript, four for each of 50,000 cues: a day and a night of talk. Turns are found line by line."""

_CUE_SUFFIXES = (".vtt", ".srt")
_TOLD_BY_CONTENT = {".txt": is_conversation, ".json": is_call}


def is_transcript(name: str, head: bytes) -> bool:
    """Whether a file is a transcript: .vtt and .srt always, .txt and .json when their first bytes show a talk.

    Raises FileError when a .txt or .json file is no text.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in _CUE_SUFFIXES:
        return True
    told = _TOLD_BY_CONTENT.get(suffix)
    return told is not None and told(head.decode(sniff(head, None, name), errors="ignore"))


def require_length(name: str, length: int) -> None:
    """Raise FileError for more bytes than a transcript has; asked before they are in memory."""
    if length > LARGEST:
        raise FileError(f"{name}: {length:,} bytes; expected at most {LARGEST:,} of a transcript")


def read_transcript(name: str, data: bytes, options: ReadOptions, stem: str | None = None) -> Reading:
    """The transcript as one verbatim named `stem` (or after the file), with a side per speaker.

    Raises TranscriptError where there is no turn, FileError where the bytes are no text, or more than a talk has.
    """
    require_length(name, len(data))
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > MOST_LINES:
        raise FileError(f"{name}: {lines:,} lines; expected at most {MOST_LINES:,} of a transcript")
    text, encoding = decode(data, options.encoding, name)
    layout, raw = read_turns(text, name)
    turns = assign_sides(raw, options.customers, options.ours)
    verbatim = Verbatim(id=stem or PurePath(name).stem, turns=turns, row=1)
    return Reading(name, layout, Columns(), (f"encoding {encoding}", *_notes(turns)), iter((verbatim,)))


def _notes(turns: Iterable[Turn]) -> Iterable[str]:
    """Remarks on whose turns will be coded."""
    speakers: dict[str, set[str]] = {}
    for turn in turns:
        speakers.setdefault(turn.side, set()).add(turn.speaker or "(nobody named)")
    for side, names in sorted(speakers.items()):
        yield f"side {side}: {', '.join(sorted(names))}"
    if "unknown" in speakers:
        yield "turns of unknown side are coded and marked; --customer NAME tells who is one and leaves out the others"
