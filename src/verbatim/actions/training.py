"""A recipe becomes a model on disk, with its figures and its card."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import verbatim
from verbatim import taxonomy
from verbatim.actions.evaluation import evaluate_model
from verbatim.encoders import fingerprint_of, load_encoder
from verbatim.learning.cards import card
from verbatim.learning.corpora import read_examples
from verbatim.learning.examples import corpus_hash, read_gold
from verbatim.learning.fit import fit, held_figures
from verbatim.learning.recipes import Recipe, read_recipe
from verbatim.registry import promote, save

Say = Callable[[str], None]


def train(
    recipe_file: Path, models: Path, gold: Path | None = None, say: Say = print, encoder: str | None = None
) -> Path:
    """Return the folder of the model that a recipe makes; it becomes the current one of `models`.

    `encoder` names one in place of the recipe's. `gold`, if given, is measured on and only its figures are kept.
    Results go to the manifest and to CARD.md. The same recipe and corpus give the same arrays, byte for byte, on the
    same machine.
    """
    recipe = read_recipe(recipe_file)
    recipe = replace(recipe, encoder=fingerprint_of(encoder)) if encoder else recipe
    codebook = taxonomy.load(recipe.codebook) if recipe.codebook else taxonomy.default()
    examples = read_examples(recipe, codebook)
    if gold is not None:
        read_gold(gold, codebook)  # a mistake in it is told before the long work
    fitted = fit(examples, codebook, recipe, load_encoder(recipe.encoder), say)
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
    promote(fitted.model.label, models)
    return folder


def _told(recipe: Recipe) -> dict[str, object]:
    """Return the numbers of a recipe, without the paths of the machine it ran on."""
    told = asdict(recipe)
    told["corpus"], told["codebook"] = recipe.corpus.name, recipe.codebook and recipe.codebook.name
    return dict(json.loads(json.dumps(told)))
