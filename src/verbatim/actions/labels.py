"""A corpus looked through for labels that are likely wrong, by heads that had not seen them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from verbatim import taxonomy
from verbatim.encoders import UseEncoder
from verbatim.formats.coded import partial_file
from verbatim.formats.figures import figures_text
from verbatim.learning.corpora import read_examples
from verbatim.learning.fit import hold_out
from verbatim.learning.label_problems import LabelProblems, label_problems
from verbatim.learning.recipes import read_recipe

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LabelReport:
    """The likely errors of a corpus, and the text of each example that has any, by its id."""

    problems: LabelProblems
    texts: dict[str, str]


def check_labels(recipe_file: Path, json_file: Path | None = None, say: Say = print) -> LabelReport:
    """Return the likely label errors of a recipe's corpus, written as JSON too (ids, no texts) where a file is named.

    Each example is judged by heads learnt from the other folds, over vectors of an encoder that is used as it comes: a
    recipe that tunes its encoder is looked through with the default one.
    """
    recipe = read_recipe(recipe_file)
    if recipe.tune:
        recipe = replace(recipe, encoder=UseEncoder.fingerprint, tune=None)
    codebook = taxonomy.load(recipe.codebook) if recipe.codebook else taxonomy.default()
    examples = read_examples(recipe, codebook)
    frame, held = hold_out(examples, codebook, recipe, say)
    count = len(frame.ids)
    found = label_problems(
        held.told[:, :count].astype(float),
        held.gold[:, :count].astype(bool),
        [example.id for example in examples],
        frame.ids,
    )
    if json_file is not None:
        with partial_file(json_file.parent, json_file.name) as partial:
            partial.write_text(figures_text(found), encoding="utf-8", errors="backslashreplace")
    concerned = {problem.example for problem in found.problems}
    return LabelReport(found, {example.id: example.text for example in examples if example.id in concerned})
