"""A recipe: everything that decides what a model becomes, in one TOML file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from verbatim.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where the corpus lies, and the numbers of the fit.

    Paths are taken from the recipe's own folder. `c` is the inverse strength of the heads' L2 penalty, `score_alpha`
    that penalty for the score, `least_verbatims` how many verbatims an n-gram must stand in, `whole` the weight of a
    text read as a whole beside its best clause. `threshold` is the score at which an id is given; each id keeps its
    own ratio to it, fitted on held-out examples. `category` is that score for a category alone, `floor` the part of
    its threshold that the best id of an otherwise uncoded text must reach, `review_share` the share of held-out
    verbatims that goes to review.
    """

    name: str
    version: int
    corpus: Path
    codebook: Path | None
    encoder: str
    seed: int = 7
    folds: int = 5
    c: float = 3.0
    score_alpha: float = 2.0
    least_verbatims: int = 8
    whole: float = 0.5
    threshold: float = 0.25
    category: float = 0.5
    floor: float = 0.4
    review_share: float = 0.3

    @property
    def label(self) -> str:
        """Name and version of the model it makes, such as "b2b@1"."""
        return f"{self.name}@{self.version}"


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file; CorpusError names an unknown or missing key, or a value of the wrong type."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CorpusError(f"{path}: not a recipe in TOML ({problem})") from problem
    known = {field.name for field in fields(Recipe)}
    for key in given:
        if key not in known:
            raise CorpusError(f"{path}: unknown key {key!r}; expected some of {', '.join(sorted(known))}")
    for key in ("name", "version", "corpus", "encoder"):
        if key not in given:
            raise CorpusError(f"{path}: {key} is missing")
    for key in set(given) - {"name", "corpus", "codebook", "encoder"}:
        if isinstance(given[key], bool) or not isinstance(given[key], int | float):
            raise CorpusError(f"{path}: {key} = {given[key]!r}; expected a number")
    folder = path.parent
    frame = given.get("codebook")
    return Recipe(**{**given, "corpus": folder / given["corpus"], "codebook": folder / frame if frame else None})
