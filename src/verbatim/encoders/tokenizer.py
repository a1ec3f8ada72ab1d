"""The tokenizer of the default encoder, run by SentencePiece (Kudo and Richardson 2018): numbers of pieces.

The package brings a port of its own in plain Python, which gives the same numbers and takes 17 times as long.
"""

from collections.abc import Sequence
from pathlib import Path

_UNKNOWN, _OPEN, _CLOSE = 0, 1, 2


class Tokenizer:
    """Cuts texts into the likeliest pieces of a vocabulary; a character that is in none of them is unknown."""

    def __init__(self, model: Path) -> None:
        from sentencepiece import SentencePieceProcessor  # noqa: PLC0415 - brings a library of its own

        self._processor = SentencePieceProcessor(model_file=str(model))

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces between those of its ends; a text of spaces is one unknown piece."""
        found: list[int] = self._processor.encode(text)
        if _UNKNOWN in found:
            # SentencePiece joins unknown characters that follow each other; the encoder has learnt them one by one.
            written: list[str] = self._processor.encode(text, out_type=str)
            lengths = (1 if number else len(piece) for number, piece in zip(found, written, strict=True))
            found = [number for number, length in zip(found, lengths, strict=True) for _ in range(length)]
        return [_OPEN, *(found or [_UNKNOWN]), _CLOSE]

    def names(self, numbers: Sequence[int]) -> list[str]:
        """Return how pieces are written, a space as U+2581, an unknown one as `<unk>`."""
        names: list[str] = self._processor.id_to_piece(list(numbers))
        return names
