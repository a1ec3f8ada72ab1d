"""A recipe becomes a model on disk, with its figures and its card."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import verbatim
from verbatim import taxonomy
from verbatim.actions.evaluation import evaluate_model
from verbatim.encoders import fingerprint_of
from verbatim.learning.cards import card
from verbatim.learning.corpora import read_examples
from verbatim.learning.examples import corpus_hash, read_gold
from verbatim.learning.fit import fit, held_figures
from verbatim.learning.recipes import Recipe, read_recipe
from verbatim.registry import CODEBOOK, promote, save

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """A recipe and where its model goes; `encoder` names one in place of the recipe's, which is used as it comes.

    `gold`, if given, is measured on and only its figures are kept. The model becomes the current one if `promoted`.
    """

    recipe: Path
    models: Path
    gold: Path | None = None
    encoder: str | None = None
    promoted: bool = True


def train(recipe_file: Path, models: Path, gold: Path | None = None, say: Say = print) -> Path:
    """Return the folder of the model that a recipe makes; it becomes the current one of `models`."""
    return train_order(TrainingOrder(recipe_file, models, gold), say)


def train_order(order: TrainingOrder, say: Say = print) -> Path:
    """Return the folder of the model that was ordered.


    Results go to the manifest and to CARD.md. The same recipe and corpus give the same arrays, byte for byte, on the
    same machine.
    """
    recipe = read_recipe(order.recipe)
    if order.encoder:
        recipe = replace(recipe, encoder=fingerprint_of(order.encoder), tune=None)
    gold, models = order.gold, order.models
    codebook = taxonomy.load(recipe.codebook) if recipe.codebook else taxonomy.default()
    examples = read_examples(recipe, codebook)
    if gold is not None:
        read_gold(gold, codebook)  # a mistake in it is told before the long work
    fitted = fit(examples, codebook, recipe, say)
    facts: dict[str, object] = {
        "quality": held_figures(fitted, codebook),
        "training": {
            "recipe": _told(recipe),
            "verbatims": len(examples),
            "segments": sum(len(example.segments) for example in examples),
            "corpus_sha256": corpus_hash(examples),
            "verbatim": verbatim.__version__,
        },
    }
    if gold is not None:
        say(f"measuring on {gold.name}")
        measured = evaluate_model(fitted.model, gold, codebook)
        facts["measured"] = {"n": measured.n, "figures": measured.figures(), "per_code": measured.per_code()}
    folder = save(fitted.model, models, facts)
    (folder / "CARD.md").write_text(card(fitted.model, facts, examples), encoding="utf-8")
    if recipe.codebook and recipe.codebook.resolve() != taxonomy.shipped(codebook.name):
        (folder / CODEBOOK).write_text(taxonomy.read(recipe.codebook), encoding="utf-8")
    if order.promoted:
        promote(fitted.model.label, models)
    return folder


def _told(recipe: Recipe) -> dict[str, object]:
    """Return the numbers of a recipe, without the paths of the machine it ran on."""
    told = asdict(recipe)
    told["corpus"], told["codebook"] = recipe.corpus.name, recipe.codebook and recipe.codebook.name
    return dict(json.loads(json.dumps(told)))
