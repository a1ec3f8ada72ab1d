"""A corpus is checked against its recipe, and nothing is trained."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from verbatim import taxonomy
from verbatim.encoders import UseEncoder
from verbatim.errors import OutputError
from verbatim.learning.check import Checked, Demands, check
from verbatim.learning.corpora import read_rows
from verbatim.learning.recipes import read_limits, read_recipe

DEFAULT_RECIPE = Path("training", "recipes", "base.toml")

Say = Callable[[str], None]


def check_corpus(recipe_file: Path, json_file: Path | None = None, say: Say = print) -> Checked:
    """Return the statistics and problems of a recipe's corpus, written as JSON too where a file is named.

    Vectors are compared by the default encoder, whatever the recipe trains with: the limits were chosen for it.
    """
    recipe = read_recipe(recipe_file)
    recipe = replace(recipe, corpus=Path(os.path.normpath(recipe.corpus)))  # named in every problem
    codebook = taxonomy.load(recipe.codebook) if recipe.codebook else taxonomy.default()
    demands = Demands(codebook, read_limits(recipe_file), UseEncoder())
    found = check(read_rows(recipe, codebook), str(recipe.corpus), demands, say)
    if json_file is not None:
        _write(found, json_file)
    return found


def _write(found: Checked, file: Path) -> None:
    told = {"statistics": found.statistics.as_json(), "problems": list(found.problems)}
    try:
        file.write_text(
            f"{json.dumps(told, ensure_ascii=False, indent=1)}\n", encoding="utf-8", errors="backslashreplace"
        )
    except OSError as problem:
        raise OutputError(f"{file}: cannot be written ({problem.strerror})") from problem
