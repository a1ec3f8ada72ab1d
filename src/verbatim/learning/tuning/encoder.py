"""An encoder tuned on examples: its weights as a model keeps them, and the heads that were tuned with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame
from verbatim.encoders import tuned_transformer, tuned_use
from verbatim.errors import CorpusError
from verbatim.features import Floats
from verbatim.heads import Heads
from verbatim.learning.examples import Example
from verbatim.learning.recipes import E5_SMALL, Tune
from verbatim.learning.tuning.rounds import Rounds, tune
from verbatim.learning.tuning.rows import Row, row_of

Arrays = dict[str, NDArray[np.generic]]
Columns = tuple[Floats, Floats]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TunedEncoder:
    """Fingerprint and weights, and the heads: coefficients (d, 4k + c + 4) and intercepts, of clauses and wholes."""

    fingerprint: str
    weights: Arrays
    clauses: Columns
    wholes: Columns

    @staticmethod
    def joined(words: Heads, columns: Columns, share: float) -> Heads:
        """Return heads whose logits are `share` × those over the vectors plus the rest × those over the n-grams."""
        rest = 1 - share
        vectors = (share * columns[0]).astype(np.float16).astype(np.float32)
        ngrams = (rest * words.ngrams).astype(np.float16).astype(np.float32)
        bias = (share * columns[1] + rest * words.bias).astype(np.float32)
        return Heads(words.ids, words.categories, ngrams, vectors, bias)


def tune_encoder(
    examples: Sequence[Example], frame: Frame, encoder: str, plan: Tune, seed: int, say: Say
) -> TunedEncoder:
    """Return the encoder tuned on the examples; CorpusError for one that cannot be tuned."""
    rows = [row_of(example, frame) for example in examples]
    rounds = Rounds(plan.epochs, plan.rate, plan.head_rate, plan.batch, plan.dropout, seed)
    counts = len(frame.ids), len(frame.categories)
    if encoder == tuned_use.PACKAGE:
        return _tuned_use(rows, counts, rounds, say)
    if encoder == E5_SMALL:
        return _tuned_transformer(rows, counts, rounds, say)
    raise CorpusError(f"encoder {encoder!r} cannot be tuned; expected {tuned_use.PACKAGE!r} or {E5_SMALL!r}")


def _tuned_use(rows: Sequence[Row], counts: tuple[int, int], rounds: Rounds, say: Say) -> TunedEncoder:
    from verbatim.learning.tuning.use_network import UseNetwork  # noqa: PLC0415

    network = UseNetwork(tuned_use.Table())
    columns = tune(network, rows, counts, rounds, say)
    weights: Arrays = dict(network.arrays())
    return TunedEncoder(tuned_use.fingerprint(network.arrays()), weights, columns.clauses, columns.wholes)


def _tuned_transformer(rows: Sequence[Row], counts: tuple[int, int], rounds: Rounds, say: Say) -> TunedEncoder:
    from verbatim.learning.tuning.graph import graph_of  # noqa: PLC0415
    from verbatim.learning.tuning.transformer_network import TransformerNetwork  # noqa: PLC0415

    network = TransformerNetwork([row.text for row in rows])
    columns = tune(network, rows, counts, rounds, say)
    kept = {tuned_transformer.GRAPH: graph_of(network.body), tuned_transformer.TOKENIZER: network.tokenizer.encode()}
    weights: Arrays = {name: np.frombuffer(content, dtype=np.uint8) for name, content in kept.items()}
    return TunedEncoder(tuned_transformer.fingerprint(weights), weights, columns.clauses, columns.wholes)
