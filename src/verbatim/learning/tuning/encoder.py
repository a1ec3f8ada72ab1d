"""An encoder tuned on examples: its weights as a model keeps them, and the heads that were tuned with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame
from verbatim.encoders import transformer_pair, tuned_transformer, tuned_use
from verbatim.errors import CorpusError
from verbatim.features import Floats
from verbatim.heads import Heads
from verbatim.learning.examples import Example
from verbatim.learning.recipes import E5_SMALL, MPNET, Recipe, Tune
from verbatim.learning.tuning.rounds import Rounds, tune
from verbatim.learning.tuning.rows import Row, row_of
from verbatim.registry import find, load

if TYPE_CHECKING:
    from verbatim.learning.tuning.transformer_network import TransformerNetwork

Arrays = dict[str, NDArray[np.generic]]
Columns = tuple[Floats, Floats]
Weights = Mapping[str, NDArray[np.generic]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TunedEncoder:
    """Fingerprint and weights, and the heads: coefficients (d, 4k + c + 4) and intercepts, of clauses and wholes."""

    fingerprint: str
    weights: Arrays
    clauses: Columns
    wholes: Columns

    @staticmethod
    def joined(words: Heads, columns: Columns, plan: Tune) -> Heads:
        """Return heads whose logits are a share × those over the vectors plus the rest × those over the n-grams."""
        coded = words.ids + words.categories
        share, narrow = (_shares(count, coded, plan) for count in (columns[0].shape[1], words.ngrams.shape[1]))
        vectors = (share * columns[0]).astype(np.float16).astype(np.float32)
        ngrams = ((1 - narrow) * words.ngrams).astype(np.float16).astype(np.float32)
        bias = (share * columns[1] + (1 - share) * words.bias).astype(np.float32)
        return Heads(words.ids, words.categories, ngrams, vectors, bias)


def tune_encoder(examples: Sequence[Example], frame: Frame, recipe: Recipe, say: Say) -> TunedEncoder:
    """Return the recipe's encoder tuned on the examples; CorpusError for one that cannot be tuned, or started from."""
    plan = recipe.tune or Tune()
    rows = [row_of(example, frame) for example in examples]
    counts = len(frame.ids), len(frame.categories)
    if plan.english and (recipe.encoder, plan.english.encoder) != (E5_SMALL, MPNET):
        raise CorpusError(
            f"english = {plan.english.encoder!r} beside encoder {recipe.encoder!r}; expected {MPNET!r} and {E5_SMALL!r}"
        )
    if recipe.encoder == tuned_use.PACKAGE:
        return _tuned_use(rows, counts, _rounds(plan, recipe.seed, len(rows)), _start(plan.start), say)
    if recipe.encoder == E5_SMALL and not plan.start:
        return _tuned_transformers(rows, counts, recipe, say)
    if plan.start:
        raise CorpusError(f"start = {plan.start!r} beside encoder {recipe.encoder!r}; expected {tuned_use.PACKAGE!r}")
    raise CorpusError(f"encoder {recipe.encoder!r} cannot be tuned; expected {tuned_use.PACKAGE!r} or {E5_SMALL!r}")


def _rounds(plan: Tune, seed: int, rows: int) -> Rounds:
    return Rounds(
        steps=max(1, plan.steps, int(plan.epochs * rows / plan.batch)),
        rate=plan.rate,
        head_rate=plan.head_rate,
        batch=plan.batch,
        dropout=plan.dropout,
        seed=seed,
    )


def _shares(columns: int, coded: int, plan: Tune) -> Floats:
    """Return the weight of the vectors in each column of heads: those of ids and categories first, then the others."""
    return np.where(np.arange(columns) < coded, plan.share, plan.sound).astype(np.float32)


def _start(model: str | None) -> Weights | None:
    """Return the weights of a model's tuned encoder, None where no model is named."""
    if model is None:
        return None
    found, _ = load(find(model))
    if not found.encoder.startswith(f"{tuned_use.KIND}:"):
        raise CorpusError(
            f"start = {model!r}: its encoder is {found.encoder!r}; expected a tuned {tuned_use.PACKAGE!r}"
        )
    return found.weights


def _tuned_use(
    rows: Sequence[Row], counts: tuple[int, int], rounds: Rounds, start: Weights | None, say: Say
) -> TunedEncoder:
    from verbatim.learning.tuning.use_network import UseNetwork  # noqa: PLC0415

    network = UseNetwork(tuned_use.Table(), start)
    columns = tune(network, rows, counts, rounds, say)
    weights: Arrays = dict(network.arrays())
    return TunedEncoder(tuned_use.fingerprint(network.arrays()), weights, columns.clauses, columns.wholes)


def _tuned_transformers(rows: Sequence[Row], counts: tuple[int, int], recipe: Recipe, say: Say) -> TunedEncoder:
    """Return the tuned multilingual encoder; where the plan has one for English, the pair of both."""
    from verbatim.learning.tuning.mpnet import read_mpnet  # noqa: PLC0415
    from verbatim.learning.tuning.transformer_network import english, multilingual  # noqa: PLC0415

    plan = recipe.tune or Tune()
    base = read_mpnet() if plan.english else None  # if it is not there, that is told before the long work
    rounds = _rounds(plan, recipe.seed, len(rows))
    first = _tuned_network(multilingual([row.text for row in rows]), rows, counts, rounds, say)
    if not plan.english or not base:
        return first
    chosen = [row for row in rows if transformer_pair.is_english(row.text)]
    say(f"tuning {plan.english.encoder} on {len(chosen):,} English texts")
    rounds = _rounds(replace(plan, epochs=plan.english.epochs, rate=plan.english.rate), recipe.seed, len(chosen))
    second = _tuned_network(english(base), chosen, counts, rounds, say)
    weights = {**first.weights, **{f"{transformer_pair.ENGLISH}{name}": own for name, own in second.weights.items()}}
    return TunedEncoder(
        transformer_pair.pair_fingerprint(weights),
        weights,
        _beside(first.clauses, second.clauses),
        _beside(first.wholes, second.wholes),
    )


def _beside(first: Columns, second: Columns) -> Columns:
    """Return the heads over vectors of a pair: the last component carries what the second's intercepts have more."""
    return np.concatenate([first[0], second[0], (second[1] - first[1])[None]]), first[1]


def _tuned_network(
    network: "TransformerNetwork", rows: Sequence[Row], counts: tuple[int, int], rounds: Rounds, say: Say
) -> TunedEncoder:
    from verbatim.learning.tuning.graph import graph_of  # noqa: PLC0415

    columns = tune(network, rows, counts, rounds, say)
    kept = {tuned_transformer.GRAPH: graph_of(network.body), tuned_transformer.TOKENIZER: network.tokenizer.encode()}
    weights: Arrays = {name: np.frombuffer(content, dtype=np.uint8) for name, content in kept.items()}
    return TunedEncoder(tuned_transformer.fingerprint(weights), weights, columns.clauses, columns.wholes)
