"""The corpus of a recipe, wherever it lies: a folder of JSON lines, or a data set."""

from collections.abc import Iterable

from verbatim.errors import CorpusError
from verbatim.learning.data_sets import data_set_rows
from verbatim.learning.examples import Example, Row, corpus_rows, examples_of, read_corpus
from verbatim.learning.recipes import Recipe
from verbatim.taxonomy import Codebook


def read_examples(recipe: Recipe, codebook: Codebook) -> list[Example]:
    """Return every example that a recipe's model learns from; CorpusError with the place of the first problem."""
    if recipe.data is None:
        return read_corpus(recipe.corpus, codebook, recipe.leave_out)
    return examples_of(read_rows(recipe, codebook), codebook)


def read_rows(recipe: Recipe, codebook: Codebook) -> Iterable[Row]:
    """Return every row of a recipe's corpus, those left out too, unchecked.

    Raises CorpusError where a label is mapped to no id of the frame.
    """
    if recipe.data is None:
        return corpus_rows(recipe.corpus)
    for label, code in recipe.data.mapping.items():
        if code and code["id"] not in codebook:
            raise CorpusError(
                f"{recipe.corpus}: [data.mapping] {label!r} = {code['id']!r}; expected an id of {codebook.label}"
            )
    return data_set_rows(recipe.corpus, recipe.data)
