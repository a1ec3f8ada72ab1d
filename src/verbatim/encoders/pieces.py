"""Where the pieces of a tokenizer stand in the text, so that each clause knows its own."""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from verbatim.encoders.protocol import Span

MARK = "\u2581"
"""What SentencePiece writes for a space."""

_AHEAD = 24
"""How far a piece is looked for where the tokenizer's normal form is shorter or longer than the text."""


def piece_spans(text: str, pieces: Sequence[str]) -> list[Span]:
    """Return where each piece stands in `text`, in code points; a bare space mark has no width."""
    return list(_located(level(text), pieces))


def level(text: str) -> str:
    """Return the text with every character in its compatibility form (NFKC) where that is one character, too."""
    if text.isascii():
        return text
    forms = ((character, unicodedata.normalize("NFKC", character)) for character in text)
    return "".join(form if len(form) == 1 else character for character, form in forms)


def rows_of(span: Span, starts: np.ndarray, ends: np.ndarray) -> Span:
    """Return the run of pieces that touch a clause, as first and last + 1; of none, the run of all."""
    touched = np.flatnonzero((ends > span[0]) & (starts < span[1]) & (ends > starts))
    return (int(touched[0]), int(touched[-1]) + 1) if len(touched) else (0, len(starts))


def _located(text: str, pieces: Sequence[str]) -> Iterator[Span]:
    position = 0
    for piece in pieces:
        body = piece.replace(MARK, " ").strip()
        start = _first_visible(text, position)
        if not body:
            yield start, start
            continue
        if not text.startswith(body, start):
            found = text.find(body, start, start + len(body) + _AHEAD)
            start = found if found >= 0 and piece != "<unk>" else start
        position = min(len(text), start + (1 if piece == "<unk>" else len(body)))
        yield min(start, len(text)), position


def _first_visible(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
