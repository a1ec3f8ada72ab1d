"""A transcript in any known form is handed in: read whole, with a side for each speaker, and received as one call."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from verbatim.actions.desk import Desk
from verbatim.actions.importing import CALL, file_name
from verbatim.actions.intake import Receipt, receive
from verbatim.domain import Turn, Verbatim
from verbatim.errors import FileError, TranscriptError
from verbatim.formats.encodings import HEAD_BYTES, binary_kind
from verbatim.formats.reading import ReadOptions
from verbatim.formats.transcripts import read_transcript, require_length
from verbatim.store.verbatims import Received
from verbatim.text.sides import without_speaker


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as it is handed in: the name of its file, its bytes, who is who in it, and what is known beside.

    One without an id is named after its content, so that the same file again is the same call.
    """

    name: str
    data: bytes = field(repr=False)
    options: ReadOptions = field(default_factory=ReadOptions)
    external_id: str | None = None
    date: datetime | None = None
    account: str | None = None
    contact: str | None = None
    role: str | None = None
    score: float | None = None


def receive_transcript(desk: Desk, organisation: str, source: str, handed: Transcript, actor: str) -> Receipt:
    """What became of a transcript: one arrival, as `receive` tells it.

    Raises FileError for bytes that are no text or too many, TranscriptError where there is no turn in it, and what
    `receive` raises.
    """
    verbatim = Verbatim(
        id=handed.external_id or f"file-{hashlib.sha256(handed.data).hexdigest()[:16]}",
        turns=turns_of(handed.name, handed.data, handed.options),
        date=handed.date,
        account=handed.account,
        contact=handed.contact,
        role=handed.role,
        score=handed.score,
    )
    return receive(desk, organisation, source, [Received(verbatim, channel=CALL)], actor)


def turns_of(name: str, data: bytes, options: ReadOptions) -> tuple[Turn, ...]:
    """The turns of a transcript called `name`, with a side for each speaker.

    Raises FileError for bytes that are no text or too many, TranscriptError where there is no turn, or where nobody is
    called as a customer is said to be.
    """
    known = file_name(name)
    require_length(known, len(data))
    if kind := binary_kind(data[:HEAD_BYTES]):
        raise FileError(f"{known}: this is {kind}; expected a transcript: WebVTT, SRT, JSON or text with speakers")
    (verbatim,) = read_transcript(known, data, options).rows
    turns = verbatim.turns if isinstance(verbatim, Verbatim) else ()
    speakers = {turn.speaker for turn in turns}
    if missing := without_speaker(options.customers, speakers):
        expected = f"names of some of the {len(speakers)} speakers"
        raise TranscriptError(
            f"{known}: {len(missing)} of the customers named speak nowhere in it; expected {expected}"
        )
    return turns
