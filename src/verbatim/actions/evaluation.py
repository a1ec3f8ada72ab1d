"""A model measured on gold that a person coded."""

from pathlib import Path

from verbatim import taxonomy
from verbatim.coder import Coder, Model
from verbatim.domain import Verbatim
from verbatim.errors import CorpusError
from verbatim.learning.evaluate import Evaluation, evaluate
from verbatim.learning.examples import read_gold
from verbatim.registry import find, load
from verbatim.taxonomy import Codebook


def evaluate_file(gold: Path, model: str | None = None, codebook: Path | None = None) -> Evaluation:
    """Return how well a model codes the texts of a gold file; scores in the file are not shown to it."""
    frame = taxonomy.load(codebook) if codebook else taxonomy.default()
    loaded, _ = load(find(model), frame)
    return evaluate_model(loaded, gold, frame)


def evaluate_model(model: Model, gold: Path, codebook: Codebook) -> Evaluation:
    """Return how well a model in memory codes the texts of a gold file; CorpusError where it holds none."""
    examples = read_gold(gold, codebook)
    if not examples:
        raise CorpusError(f"{gold}: the file is empty; expected JSON lines with id, text, codes and stance")
    verbatims = (Verbatim(id=example.id, text=example.text) for example in examples)
    codings = [coding for _, coding in Coder(model).code(verbatims)]
    return evaluate(examples, codings, codebook)
