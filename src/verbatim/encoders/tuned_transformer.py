"""The accurate encoder: a multilingual transformer in 8 bits, tuned with a model, that reads clauses in their text.

The model keeps the network as an ONNX graph and the tokenizer as JSON, both as bytes; onnxruntime runs the one and
`tokenizers` the other, without PyTorch. A text is read once, so that every piece has seen the whole; a clause is then
the `[mean ; greatest]` of its own pieces' last layer. A text of more pieces than the network reads at once is read in
runs.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.encoders.pieces import rows_of
from verbatim.encoders.protocol import Read, Span, Vectors, encodable
from verbatim.errors import InputError
from verbatim.text.script import simplified

KIND = "tuned-transformer"
GRAPH, TOKENIZER = "graph", "tokenizer"
EXTRA = "pip install 'verbatim[accurate]'"

RUN = 384
"""Pieces that are read at once."""

_BUDGET = 1024
"""Pieces of a batch, padding included."""

_ROUND = 8
_PAD = 1
Weights = Mapping[str, NDArray[np.generic]]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as piece numbers, with its clauses as runs of them."""

    numbers: Numbers
    clauses: tuple[Span, ...]


class TunedTransformer:
    """The network that a model keeps."""

    def __init__(self, weights: Weights) -> None:
        try:
            from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as missing:
            raise InputError(f"this model needs onnxruntime and tokenizers: {EXTRA}") from missing
        graph, tokenizer = (np.asarray(weights[name], dtype=np.uint8).tobytes() for name in (GRAPH, TOKENIZER))
        self.fingerprint = fingerprint(weights)
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # batches run side by side, each on one core
        options.enable_cpu_mem_arena = False  # it keeps what the longest batch needed, as fast as without
        options.log_severity_level = 3
        self._session = InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(tokenizer.decode())
        self._width = int(self._session.get_outputs()[0].shape[-1])
        self.dimension = 2 * self._width

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, read as a whole, (n, dimension) float32."""
        return self.read(texts, [()] * len(texts)).wholes

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause in its place, and one for each whole text, (·, dimension) float32."""
        pieces = self._pieces(texts, spans)
        firsts = np.cumsum([0, *(len(own) for own in spans)])
        clauses = np.empty((int(firsts[-1]), self.dimension), dtype=np.float32)
        wholes = np.empty((len(texts), self.dimension), dtype=np.float32)
        for group in _batches([len(text.numbers) for text in pieces]):
            for text, states in zip(group, self._states([pieces[text].numbers for text in group]), strict=True):
                wholes[text] = _pooled(states, (0, len(states)))
                for row, run in enumerate(pieces[text].clauses, start=int(firsts[text])):
                    clauses[row] = _pooled(states, run)
        return Read(clauses, wholes)

    def _pieces(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Pieces]:
        found = []
        cut = self._tokenizer.encode_batch([simplified(encodable(text)) for text in texts])
        for text, own in zip(cut, spans, strict=True):
            starts, ends = np.array(text.offsets).reshape(-1, 2).T
            numbers = np.array(text.ids, dtype=np.int64)
            found.append(Pieces(numbers, tuple(rows_of(span, starts, ends) for span in own)))
        return found

    def _states(self, texts: Sequence[Numbers]) -> list[Vectors]:
        """Return the last layer of each text, (its pieces, width)."""
        runs = [text[start : start + RUN] for text in texts for start in range(0, len(text), RUN)]
        width = -(-max(map(len, runs)) // _ROUND) * _ROUND
        numbers = np.full((len(runs), width), _PAD, dtype=np.int64)
        for row, run in enumerate(runs):
            numbers[row, : len(run)] = run
        mask = (np.arange(width) < np.array([[len(run)] for run in runs])).astype(np.int32)
        states = iter(self._session.run(None, {"pieces": numbers, "mask": mask})[0])
        return [
            np.concatenate([next(states)[: len(text) - start] for start in range(0, len(text), RUN)]) for text in texts
        ]


def fingerprint(weights: Weights) -> str:
    """Return the name of an encoder with this graph and tokenizer: its kind, and the start of their SHA-256."""
    digest = hashlib.sha256()
    for name in (GRAPH, TOKENIZER):
        digest.update(np.ascontiguousarray(weights[name], dtype=np.uint8).tobytes())
    return f"{KIND}:{digest.hexdigest()[:16]}"


def _pooled(states: Vectors, run: Span) -> Vectors:
    own = states[run[0] : run[1]]
    return np.concatenate([own.mean(axis=0), own.max(axis=0)])


def _batches(sizes: Sequence[int]) -> list[list[int]]:
    """Return the numbers of the texts in batches of like length, of at most 1,024 pieces unless one text has more."""
    found: list[list[int]] = []
    for text in sorted(range(len(sizes)), key=lambda text: sizes[text]):
        if not found or sizes[text] * (len(found[-1]) + 1) > _BUDGET:
            found.append([])
        found[-1].append(text)
    return found
