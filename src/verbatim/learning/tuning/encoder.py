"""An encoder tuned on examples: its weights as a model keeps them, and the heads that were tuned with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame
from verbatim.encoders import pair, tuned_transformer, tuned_use
from verbatim.errors import CorpusError
from verbatim.features import Floats
from verbatim.heads import Heads
from verbatim.learning.examples import Example
from verbatim.learning.recipes import E5_SMALL, MPNET, English, Recipe, Tune
from verbatim.learning.tuning.mpnet import Mpnet, read_mpnet
from verbatim.learning.tuning.rounds import Rounds, tune
from verbatim.learning.tuning.rows import Row, pairs_of, row_of
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
    known = (tuned_use.PACKAGE, E5_SMALL)
    if plan.start and recipe.encoder != tuned_use.PACKAGE:
        raise CorpusError(f"start = {plan.start!r} beside encoder {recipe.encoder!r}; expected {tuned_use.PACKAGE!r}")
    if recipe.encoder not in known:
        raise CorpusError(f"encoder {recipe.encoder!r} cannot be tuned; expected {known[0]!r} or {known[1]!r}")
    if plan.english and (recipe.encoder, plan.english.encoder) != (E5_SMALL, MPNET):
        raise CorpusError(
            f"english = {plan.english.encoder!r} beside encoder {recipe.encoder!r}; expected {MPNET!r} and {E5_SMALL!r}"
        )
    base = read_mpnet() if plan.english else None  # that it is not there is told before the long work
    rows = [row_of(example, frame) for example in examples]
    rows += pairs_of(examples, rows, frame, plan.pairs, recipe.seed)
    counts = len(frame.ids), len(frame.categories)
    tuned = _tuned_use if recipe.encoder == tuned_use.PACKAGE else _tuned_multilingual
    first = tuned(rows, counts, recipe, say)
    return _with_english(first, base, rows, counts, recipe, say) if base else first


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
    if found.encoder.partition(":")[0] != tuned_use.KIND:
        raise CorpusError(
            f"start = {model!r}: its encoder is {found.encoder!r}; expected a tuned {tuned_use.PACKAGE!r}"
        )
    return found.weights


def _tuned_use(rows: Sequence[Row], counts: tuple[int, int], recipe: Recipe, say: Say) -> TunedEncoder:
    from verbatim.learning.tuning.use_network import UseNetwork  # noqa: PLC0415

    plan = recipe.tune or Tune()
    network = UseNetwork(tuned_use.Table(), _start(plan.start))
    columns = tune(network, rows, counts, _rounds(plan, recipe.seed, len(rows)), say)
    weights: Arrays = dict(network.arrays())
    return TunedEncoder(tuned_use.fingerprint(network.arrays()), weights, columns.clauses, columns.wholes)


def _tuned_multilingual(rows: Sequence[Row], counts: tuple[int, int], recipe: Recipe, say: Say) -> TunedEncoder:
    from verbatim.learning.tuning.transformer_network import multilingual  # noqa: PLC0415

    rounds = _rounds(recipe.tune or Tune(), recipe.seed, len(rows))
    return _tuned_network(multilingual([row.text for row in rows]), rows, counts, rounds, say)


def _with_english(
    first: TunedEncoder, base: Mpnet, rows: Sequence[Row], counts: tuple[int, int], recipe: Recipe, say: Say
) -> TunedEncoder:
    """Return the pair of an encoder of every language and of one that is tuned on English, beginning from `base`."""
    from verbatim.learning.tuning.transformer_network import english  # noqa: PLC0415

    plan = recipe.tune or Tune()
    own = plan.english or English()
    chosen = [row for row in rows if pair.is_english(row.text)]
    say(f"tuning {own.encoder} on {len(chosen):,} English texts")
    rounds = _rounds(replace(plan, epochs=own.epochs, rate=own.rate), recipe.seed, len(chosen))
    second = _tuned_network(english(base), chosen, counts, rounds, say)
    weights = {**first.weights, **{f"{pair.ENGLISH}{name}": array for name, array in second.weights.items()}}
    clauses, wholes = _beside(first.clauses, second.clauses), _beside(first.wholes, second.wholes)
    return TunedEncoder(pair.fingerprint(weights), weights, clauses, wholes)


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
