"""An encoder that keeps what it has read in a file, so that no text is encoded twice from one retraining to the next.

The file holds arrays (safetensors), under the hash of each text with its clauses, and belongs to one encoder. It holds
no words, but vectors tell something of them: it is for its owner's eyes only, what was not asked for between opening
and saving is dropped from it, and an erasure drops the file.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verbatim.encoders import Encoder, Read, Span, Vectors
from verbatim.features import Floats

PIECE = 256
"""How many texts are encoded at a time."""

SUFFIX = ".vectors.safetensors"

Said = Callable[[], None]
Arrays = dict[str, NDArray[np.generic]]


class KeptVectors:
    """An encoder in front of another one, with a file in a folder; `said` is called after every piece of work."""

    def __init__(self, encoder: Encoder, folder: Path, said: Said = lambda: None) -> None:
        self._said = said
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension
        self.file = folder / f"{hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:16]}{SUFFIX}"
        self.behind = encoder
        """The encoder itself."""
        self._known = _read(self.file, encoder.dimension)
        self._asked: set[bytes] = set()
        self.encoded = 0
        """How many texts were not there."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, (n, dimension), as the encoder itself gives it."""
        return self.behind.encode(texts)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return the rows of clauses and of whole texts, as the encoder itself gives them."""
        keys = [key_of(text, own) for text, own in zip(texts, spans, strict=True)]
        self._asked.update(keys)
        new = {key: place for place, key in enumerate(keys) if key not in self._known}
        places = list(new.values())
        for start in range(0, len(places), PIECE):
            some = places[start : start + PIECE]
            self._keep([keys[at] for at in some], [texts[at] for at in some], [spans[at] for at in some])
        nothing = np.zeros((0, self.dimension), dtype=np.float32)
        rows = [self._known[key] for key in keys]
        return Read(
            np.concatenate([nothing, *(row[:-1] for row in rows)]),
            np.concatenate([nothing, *(row[-1:] for row in rows)]),
        )

    def save(self) -> None:
        """Write what was asked for since the file was opened, and nothing else."""
        from safetensors.numpy import save as to_bytes  # noqa: PLC0415 - only retraining writes

        keys = sorted(self._asked)
        rows = [self._known[key] for key in keys]
        nothing = np.zeros((0, self.dimension), dtype=np.float32)
        arrays: Arrays = {
            "keys": np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 32),
            "sizes": np.array([len(row) for row in rows], dtype=np.int64),
            "rows": np.concatenate([nothing, *rows]),
        }
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.file.with_name(f".{self.file.name}.{os.getpid()}.partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(to_bytes(arrays))
        partial.replace(self.file)

    def _keep(self, keys: Sequence[bytes], texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
        """Encode some texts: of each the rows of its clauses, and then that of the whole."""
        read = self.behind.read(texts, spans)
        ends = np.cumsum([len(own) for own in spans])
        for number, (key, end) in enumerate(zip(keys, ends, strict=True)):
            clauses = read.clauses[end - len(spans[number]) : end]
            self._known[key] = np.concatenate([clauses, read.wholes[number : number + 1]])
        self.encoded += len(keys)
        self._said()


def drop(folder: Path) -> int:
    """Return how many files of vectors there were in a folder; they are deleted."""
    files = list(folder.glob(f"*{SUFFIX}"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def key_of(text: str, spans: Sequence[Span]) -> bytes:
    """Return the hash that a text is kept under, with the places of its clauses."""
    cut = ",".join(f"{start}-{end}" for start, end in spans)
    return hashlib.sha256(f"{cut}\n{text}".encode("utf-8", "surrogatepass")).digest()


def _read(file: Path, dimension: int) -> dict[bytes, Floats]:
    """Return what a file holds; nothing where there is none, or where it is damaged: it can be made anew."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load as load_bytes  # noqa: PLC0415

    try:
        arrays = load_bytes(file.read_bytes())
    except (OSError, SafetensorError):
        return {}
    names = ("keys", "sizes", "rows")
    if not all(name in arrays for name in names):
        return {}
    keys, sizes, rows = (arrays[name] for name in names)
    whole = keys.shape == (len(sizes), 32) and rows.shape == (sizes.sum(), dimension) and bool((sizes > 0).all())
    if not whole:
        return {}
    ends = np.cumsum(sizes)
    return {
        key.tobytes(): rows[end - size : end].astype(np.float32)
        for key, size, end in zip(keys, sizes, ends, strict=True)
    }
