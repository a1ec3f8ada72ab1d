"""A model measured on gold that a person coded: figures, a report, and the learning curve."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from verbatim import taxonomy
from verbatim.coder import Coder, Model
from verbatim.domain import Coding, Verbatim
from verbatim.encoders import Encoder, load_encoder
from verbatim.errors import CorpusError
from verbatim.formats.coded import partial_file
from verbatim.formats.evaluations import render
from verbatim.formats.figures import figures_text
from verbatim.learning.assess import assess
from verbatim.learning.economy import Remembered, check_size, economy
from verbatim.learning.evaluate import Evaluation, evaluate
from verbatim.learning.examples import Example, GoldRow, read_gold, read_gold_rows
from verbatim.learning.slices import fields_of
from verbatim.quality import Assessment
from verbatim.registry import find, load
from verbatim.taxonomy import Codebook

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EvaluationOrder:
    """A gold file, the model to measure on it, and what to make of that.

    `by` names the fields to slice by in place of language, length and source; `report` and `json` the files to write.
    """

    gold: Path
    model: str | None = None
    codebook: Path | None = None
    by: tuple[str, ...] = ()
    economy: bool = False
    report: Path | None = None
    json: Path | None = None
    language: str = "en"


def evaluate_file(order: EvaluationOrder, say: Say = print) -> Assessment:
    """Return how well a model codes the texts of a gold file, written as page and as JSON where files are named.

    Scores in the file are not shown to the model. Raises an InputError for gold, a model, a field or an output that
    cannot be used, before the long work.
    """
    codebook = taxonomy.load(order.codebook) if order.codebook else taxonomy.default()
    model, _ = load(find(order.model), codebook)
    rows = read_gold_rows(order.gold, codebook)
    _check_rows(rows, order.gold)
    fields = fields_of(rows, order.by)
    if order.economy:
        check_size(len(rows))
    with ExitStack() as stack:
        named = [path for path in (order.report, order.json) if path]
        files = {path: stack.enter_context(partial_file(path.parent, path.name)) for path in named}
        found = _assessed(order, model, codebook, rows, fields, say)
        for path, partial in files.items():
            partial.write_text(_told(found, codebook, order, path), encoding="utf-8", errors="xmlcharrefreplace")
    return found


def evaluate_model(model: Model, gold: Path, codebook: Codebook) -> Evaluation:
    """Return how well a model in memory codes the texts of a gold file; CorpusError where it holds none."""
    examples = read_gold(gold, codebook)
    _check_rows(examples, gold)
    return evaluate(examples, _coded(model, load_encoder(model.encoder, model.weights), examples), codebook)


def _assessed(
    order: EvaluationOrder, model: Model, codebook: Codebook, rows: Sequence[GoldRow], fields: Sequence[str], say: Say
) -> Assessment:
    encoder = Remembered(load_encoder(model.encoder, model.weights))
    examples = [row.example for row in rows]
    found = assess(rows, _coded(model, encoder, examples), codebook, fields, order.gold.name)
    return replace(found, economy=economy(examples, model, encoder, codebook, say)) if order.economy else found


def _coded(model: Model, encoder: Encoder, examples: Sequence[Example]) -> list[Coding]:
    verbatims = (Verbatim(id=example.id, text=example.text) for example in examples)
    return [coding for _, coding in Coder(model, encoder).code(verbatims)]


def _check_rows(rows: Sequence[object], gold: Path) -> None:
    if not rows:
        raise CorpusError(f"{gold}: the file is empty; expected JSON lines with id, text, codes and stance")


def _told(found: Assessment, codebook: Codebook, order: EvaluationOrder, path: Path) -> str:
    """Return what goes into one of the files that were named."""
    if path == order.report:
        return render(found, codebook, order.language, date.today())
    return figures_text(found)
