"""A recipe: everything that decides what a model becomes, in one TOML file."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from verbatim.errors import CorpusError

# key: whether it is a whole number, the least and the greatest value that make sense
_NUMBERS = {
    "version": (True, 1, 999_999),
    "seed": (True, 0, 2**32 - 1),
    "folds": (True, 2, 50),
    "c": (False, 1e-6, 1e6),
    "score_alpha": (False, 1e-6, 1e6),
    "least_verbatims": (True, 1, 1_000_000),
    "whole": (False, 0, 1),
    "threshold": (False, 0.01, 0.99),
    "category": (False, 0, 1),
    "floor": (False, 0, 1),
    "review_share": (False, 0, 1),
}
_TUNE_NUMBERS = {
    "epochs": (False, 0.01, 100),
    "rate": (False, 1e-7, 0.1),
    "head_rate": (False, 1e-7, 0.1),
    "batch": (True, 2, 4096),
    "dropout": (False, 0, 0.9),
    "held_out": (False, 0.01, 0.5),
    "share": (False, 0, 1),
}
E5_SMALL = "multilingual-e5-small"
"""The encoder of accurate models, which is there to be tuned only."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEXT = re.compile(r".+")


@dataclass(frozen=True, slots=True)
class Tune:
    """How an encoder is tuned: `epochs` in batches of `batch` verbatims, at `rate`, its heads at `head_rate`.

    `held_out` is the share of the corpus kept from it, on which thresholds, calibration, stance and trust are fitted;
    `share` is the weight of the tuned vectors beside the n-grams.
    """

    epochs: float = 5.0
    rate: float = 3.5e-4
    head_rate: float = 3e-3
    batch: int = 48
    dropout: float = 0.3
    held_out: float = 0.07
    share: float = 0.55


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where the corpus lies, and the numbers of the fit.

    Paths are taken from the recipe's own folder. `c` is the inverse strength of the heads' L2 penalty, `score_alpha`
    that penalty for the score, `least_verbatims` how many verbatims an n-gram must stand in, `whole` the weight of a
    text read as a whole beside its best clause. `threshold` is the score at which an id is given; each id keeps its
    own ratio to it, fitted on held-out examples. `category` is that score for a category alone, `floor` the part of
    its threshold that the best id of an otherwise uncoded text must reach, `review_share` the share of held-out
    verbatims that goes to review. `tune` says how the encoder is tuned, None that it is used as it comes.
    """

    name: str
    version: int
    corpus: Path
    codebook: Path | None
    encoder: str
    seed: int = 7
    folds: int = 5
    c: float = 1.0
    score_alpha: float = 2.0
    least_verbatims: int = 8
    whole: float = 0.5
    threshold: float = 0.3
    category: float = 0.6
    floor: float = 0.5
    review_share: float = 0.3
    tune: Tune | None = None

    @property
    def label(self) -> str:
        """Name and version of the model it makes, such as "b2b@1"."""
        return f"{self.name}@{self.version}"


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file; CorpusError names an unknown or missing key, or a value that cannot be."""
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
    plan = _plan(path, given.pop("tune", None))
    for key, value in given.items():
        if expected := _expected(key, value):
            raise CorpusError(f"{path}: {key} = {value!r}; expected {expected}")
    folder = path.parent
    frame = given.get("codebook")
    paths = {"corpus": folder / given["corpus"], "codebook": folder / frame if frame else None}
    return Recipe(**{**given, **paths, "tune": plan})


def _plan(path: Path, given: object) -> Tune | None:
    """Return what the table [tune] says, None where there is none."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise CorpusError(f"{path}: tune = {given!r}; expected a table [tune]")
    for key, value in given.items():
        if key not in _TUNE_NUMBERS:
            raise CorpusError(f"{path}: unknown key {key!r} in [tune]; expected some of {', '.join(_TUNE_NUMBERS)}")
        if expected := _expected_number(value, *_TUNE_NUMBERS[key]):
            raise CorpusError(f"{path}: [tune] {key} = {value!r}; expected {expected}")
    return Tune(**given)


def _expected(key: str, value: object) -> str:
    """Return what was expected under a key, or nothing where the value is that."""
    if key in _NUMBERS:
        return _expected_number(value, *_NUMBERS[key])
    pattern, words = (_NAME, "letters, digits and . _ -") if key == "name" else (_TEXT, "a text")
    return "" if isinstance(value, str) and pattern.fullmatch(value) else words


def _expected_number(value: object, whole: bool, least: float, greatest: float) -> str:
    number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    fits = number and least <= value <= greatest  # type: ignore[operator]
    return "" if fits else f"a {'whole ' if whole else ''}number from {least:g} to {greatest:g}"
