"""From texts to arrays: hashed word and character n-grams beside the encoder's vectors.

Every n-gram is a span of one long array of code points, and its hash is the polynomial hash of that span, so a whole
batch is hashed with a handful of array operations. Texts are folded first (traditional to simplified script, case,
width), and only here: the original is never altered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from verbatim.text.script import fold

Hashes = NDArray[np.uint64]
Floats = NDArray[np.float32]

LONGEST_CHARACTERS = 5
"""Character n-grams have one to this many characters."""

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_WORD_SALT = np.uint64(0xD6E8FEB86659FD93)
_FIRST_HAN = 0x2E80


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams that a model knows: their hashes, ascending, and the weight of each, from its document frequency."""

    hashes: Hashes
    idf: Floats

    def __len__(self) -> int:
        return len(self.hashes)


def learn_vocabulary(texts: Sequence[str], least: int) -> Vocabulary:
    """Return the n-grams that stand in at least `least` of the texts, weighted by ln((1 + N) / (1 + df)) + 1."""
    rows, hashes = ngrams(texts)
    order = np.lexsort((rows, hashes))
    rows, hashes = rows[order], hashes[order]
    first = np.append(True, (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1]))[: len(hashes)]
    known, frequency = np.unique(hashes[first], return_counts=True)
    kept = frequency >= least
    idf = np.log((1 + len(texts)) / (1 + frequency[kept])) + 1
    return Vocabulary(known[kept], idf.astype(np.float32))


def ngram_matrix(texts: Sequence[str], vocabulary: Vocabulary) -> csr_array:
    """Return the n-grams of each text, (n, len(vocabulary)) float32: presence times weight, rows of unit length."""
    rows, hashes = ngrams(texts)
    columns = np.searchsorted(vocabulary.hashes, hashes)
    known = columns < len(vocabulary)
    known[known] = vocabulary.hashes[columns[known]] == hashes[known]
    rows, columns = rows[known], columns[known]
    shape = (len(texts), len(vocabulary))
    matrix = csr_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data = vocabulary.idf[matrix.indices]
    counts = np.diff(matrix.indptr)
    squares = np.bincount(np.repeat(np.arange(len(texts)), counts), weights=matrix.data**2, minlength=len(texts))
    lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    matrix.data /= np.repeat(lengths, counts)
    return matrix


def ngrams(texts: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """Return every n-gram of every text: the number of its text, and its 64-bit hash, with repetitions.

    Characters: one to five inside a text, spaces counted, single ones for Han and other East Asian characters only.
    Words: runs of letters and digits, and pairs of neighbours, hashed apart from characters.
    """
    joined = "\n".join([" " + " ".join(fold(text).split()) + " " for text in texts])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    breaks = points == ord("\n")
    owner = np.cumsum(breaks)
    prefix, undo = _prefix_hashes(points)
    starts, ends = _character_spans(points, breaks)
    characters = (prefix[ends] - prefix[starts]) * undo[starts]
    first, last = _word_spans(points)
    words = ((prefix[last] - prefix[first]) * undo[first]) ^ _WORD_SALT
    neighbours = np.flatnonzero(owner[first][1:] == owner[first][:-1])
    pairs = words[neighbours] * np.uint64(_BASE) + words[neighbours + 1]
    rows = np.concatenate([owner[starts], owner[first], owner[first][neighbours]])
    return rows, np.concatenate([characters, words, pairs])


def _prefix_hashes(points: NDArray[np.uint32]) -> tuple[Hashes, Hashes]:
    """Return the running polynomial hash before every position, and the factor that moves a span to position 0."""
    count = len(points)
    powers = np.full(count + 1, _BASE, dtype=np.uint64)
    undo = np.full(count + 1, _INVERSE, dtype=np.uint64)
    powers[0] = undo[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(undo, out=undo)
    prefix = np.zeros(count + 1, dtype=np.uint64)
    np.cumsum(_scattered(points) * powers[:count], out=prefix[1:])
    return prefix, undo


def _scattered(points: NDArray[np.uint32]) -> Hashes:
    """Return a 64-bit value for every code point (the finaliser of splitmix64, Steele et al. 2014)."""
    mixed = (points.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _character_spans(
    points: NDArray[np.uint32], breaks: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return start and end of every character n-gram that stays inside its text."""
    edges = np.append(np.flatnonzero(breaks), len(points))
    room = np.repeat(edges, np.diff(edges, prepend=-1))[: len(points)] - np.arange(len(points))
    single = np.flatnonzero((points >= _FIRST_HAN) & (room > 0))
    longer = [(np.flatnonzero(room >= size), size) for size in range(2, LONGEST_CHARACTERS + 1)]
    starts = np.concatenate([single, *(begin for begin, _ in longer)])
    ends = np.concatenate([single + 1, *(begin + size for begin, size in longer)])
    return starts, ends


def _word_spans(points: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return start and end of every run of letters and digits; folding has made letters small and digits ASCII."""
    inside = np.zeros(len(points) + 2, dtype=bool)
    inside[1:-1] = ((points >= 0x61) & (points <= 0x7A)) | ((points >= 0x30) & (points <= 0x39))
    inside[1:-1] |= (points >= 0xC0) & ((points < 0x2000) | (points >= 0x3040)) & (points < 0xFF00)
    return np.flatnonzero(inside[1:] & ~inside[:-1]), np.flatnonzero(inside[:-1] & ~inside[1:])
