"""Recorded calls in Gong's JSON shape into turns: times in milliseconds, speakers joined from the parties."""

import json
from collections.abc import Mapping

from verbatim.errors import TranscriptError
from verbatim.text.turns import RawTurn, merged

Record = Mapping[str, object]


def is_call(text: str) -> bool:
    """Whether a text, or its beginning, is a call in Gong's JSON shape."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and '"transcript"' in text and '"sentences"' in text


def read_call(text: str, name: str) -> tuple[RawTurn, ...]:
    """The turns of one call, alone or in a `callTranscripts` list; `parties` may stand beside it or in `calls`.

    Raises TranscriptError for damaged JSON, and for a file with several calls; `name` is the file's.
    """
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise TranscriptError(f"{name}: damaged JSON ({error}); expected one call with `transcript`") from error
    root = data if isinstance(data, dict) else {"callTranscripts": data}
    calls = [call for call in _records(root.get("callTranscripts")) or [root] if "transcript" in call]
    if len(calls) != 1:
        raise TranscriptError(f"{name}: {len(calls)} calls in one file; expected exactly one")
    holders = [root, *calls, *_records(root.get("calls"))]
    parties = {_word(party, "speakerId"): party for holder in holders for party in _records(holder.get("parties"))}
    return merged(turn for part in _records(calls[0]["transcript"]) if (turn := _turn(part, parties)).text)


def _turn(part: Record, parties: Mapping[str, Record]) -> RawTurn:
    speaker = _word(part, "speakerId")
    party = parties.get(speaker, {})
    sentences = _records(part.get("sentences"))
    start = sentences[0].get("start") if sentences else None
    return RawTurn(
        _word(party, "name") or _word(party, "emailAddress") or speaker,
        " ".join(filter(None, (_word(sentence, "text") for sentence in sentences))),
        start / 1000 if isinstance(start, int | float) else None,
        _word(party, "emailAddress") or None,
        _word(party, "affiliation") or None,
    )


def _records(value: object) -> list[Record]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _word(record: Record, key: str) -> str:
    value = record.get(key)
    return str(value).strip() if isinstance(value, str | int) else ""
