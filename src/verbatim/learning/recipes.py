"""A recipe: everything that decides what a model becomes, in one TOML file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from verbatim.errors import CorpusError
from verbatim.learning.columns import Columns, columns_of
from verbatim.learning.limits import Limits, limits_of
from verbatim.learning.toml_keys import TEXT, TEXTS, TRUTH, checked, number

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
    "own_threshold": (False, 0, 1_000_000),
    "category": (False, 0, 1),
    "floor": (False, 0, 1),
    "review_share": (False, 0, 1),
    "doubt": (False, 0, 3),
}
_TUNE_RULES = {
    "start": TEXT,
    "epochs": number(0.01, 100),
    "steps": number(0, 1_000_000, whole=True),
    "rate": number(1e-7, 0.1),
    "head_rate": number(1e-7, 0.1),
    "batch": number(2, 4096, whole=True),
    "dropout": number(0, 0.9),
    "held_out": number(0.01, 0.5),
    "share": number(0, 1),
    "sound": number(0, 1),
    "again": TRUTH,
    "pairs": number(0, 4),
}
_ENGLISH_RULES = {"encoder": TEXT, "epochs": number(0.01, 100), "rate": number(1e-7, 0.1)}

E5_SMALL = "multilingual-e5-small"
MPNET = "all-mpnet-base-v2"
"""The encoders of accurate models, of every language and of English, which are there to be tuned only."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEXT = re.compile(r".+")


@dataclass(frozen=True, slots=True)
class English:
    """The second encoder, tuned on the texts without a Han character: `epochs` of them at `rate`, the rest alike."""

    encoder: str = MPNET
    epochs: float = 3.0
    rate: float = 7e-5


@dataclass(frozen=True, slots=True)
class Tune:
    """How an encoder is tuned: `epochs` in batches of `batch` verbatims, at `rate`, its heads at `head_rate`.

    `start` names a model whose tuned encoder is where it begins, in place of the encoder as it comes. `steps` is the
    least number of batches, for corpora so small that `epochs` are few. `held_out` is the share of the corpus kept from
    it, on which thresholds, calibration, stance and trust are fitted; `again` says that heads and encoder then learn
    once more, from all of the corpus. `share` is the weight of the tuned vectors beside the n-grams where ids are asked
    for, `sound` where polarity and stance are. `pairs` is how many pairs of short texts are read as one besides, for
    each verbatim of the corpus. `english` is an encoder beside the recipe's own, for English alone.
    """

    start: str | None = None
    epochs: float = 5.0
    steps: int = 0
    rate: float = 3.5e-4
    head_rate: float = 3e-3
    batch: int = 48
    dropout: float = 0.3
    held_out: float = 0.07
    share: float = 0.5
    sound: float = 0.5
    again: bool = False
    pairs: float = 0.0
    english: English | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where the corpus lies, and the numbers of the fit.

    Paths are taken from the recipe's own folder. `data` tells the columns of a corpus that is a data set; of one
    that is a folder, the files named in `leave_out` are checked, but not learnt from. `c` is the inverse strength of
    the heads' L2 penalty, `score_alpha` that penalty for the score, `least_verbatims` how many verbatims an n-gram
    must stand in, `whole` the weight of a text read as a whole beside its best clause.

    `threshold` is the score at which an id is given, each id keeping its own ratio to it; `floor` the part of its
    threshold that the best id of an otherwise uncoded text must reach. Either is fitted on held-out examples where it
    is left out, as those ratios are: `own_threshold` is the number of examples from which on a ratio counts more than
    none, low for a corpus like the texts to come, high for one unlike them. `category` is the score at which a category
    alone is given, `review_share` the share of held-out verbatims that goes to review. `doubt` is taken from the
    log-odds of every confidence, as texts to come are harder than what was held out of a corpus by the same writers.
    `tune` says how the encoder is tuned, None that it is used as it comes.
    """

    name: str
    version: int
    corpus: Path
    codebook: Path | None
    encoder: str
    data: Columns | None = None
    leave_out: tuple[str, ...] = ()
    seed: int = 7
    folds: int = 5
    c: float = 1.0
    score_alpha: float = 2.0
    least_verbatims: int = 8
    whole: float = 0.5
    threshold: float | None = None
    own_threshold: float = 2000
    category: float = 0.6
    floor: float | None = None
    review_share: float = 0.3
    doubt: float = 0.0
    tune: Tune | None = None

    @property
    def label(self) -> str:
        """Name and version of the model it makes, such as "b2b@1"."""
        return f"{self.name}@{self.version}"


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file; CorpusError names an unknown or missing key, or a value that cannot be."""
    given = _read(path)
    limits_of(given.pop("check", {}), f"{path}: [check]")  # a mistake there is told before the corpus is checked
    given = _with_data(given, path)
    known = {field.name for field in fields(Recipe)}
    for key in given:
        if key not in known:
            raise CorpusError(f"{path}: unknown key {key!r}; expected some of {', '.join(sorted({*known, 'check'}))}")
    for key in ("name", "version", "corpus", "encoder"):
        if key not in given:
            raise CorpusError(f"{path}: {key} is missing")
    tuned = given.pop("tune", None)
    plan = None if tuned is None else _plan(tuned, path)
    without = given.pop("leave_out", [])
    if not TEXTS.fits(without):
        raise CorpusError(f"{path}: leave_out = {without!r}; expected a list of names of files")
    for key, value in given.items():
        if key != "data" and (expected := _expected(key, value)):
            raise CorpusError(f"{path}: {key} = {value!r}; expected {expected}")
    folder = path.parent
    frame = given.get("codebook")
    paths = {"corpus": folder / given["corpus"], "codebook": folder / frame if frame else None}
    return Recipe(**{**given, **paths, "tune": plan, "leave_out": tuple(without)})


def read_limits(path: Path) -> Limits:
    """Return what the [check] table of a recipe asks of its corpus, with the defaults of what it leaves out."""
    return limits_of(_read(path).get("check", {}), f"{path}: [check]")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CorpusError(f"{path}: not a recipe in TOML ({problem})") from problem


def _plan(tuned: Mapping[str, Any], path: Path) -> Tune:
    """Return the [tune] table of a recipe, and the [tune.english] table in it."""
    flat = {key: value for key, value in tuned.items() if key != "english"}
    plan = Tune(**checked(flat, _TUNE_RULES, (), f"{path}: [tune]"))  # type: ignore[arg-type]
    if "english" not in tuned:
        return plan
    second = checked(tuned["english"], _ENGLISH_RULES, (), f"{path}: [tune.english]")
    return replace(plan, english=English(**second))  # type: ignore[arg-type]


def _with_data(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a recipe's keys with its [data] table read, whose path is the corpus."""
    if "data" not in given:
        return dict(given)
    if "leave_out" in given:
        raise CorpusError(f"{path}: leave_out = {given['leave_out']!r} beside [data]; expected one of the two")
    if "corpus" in given:
        raise CorpusError(f"{path}: corpus = {given['corpus']!r} beside [data]; expected one of the two")
    corpus, columns = columns_of(given["data"], f"{path}: [data]")
    return {**given, "corpus": corpus, "data": columns}


def _expected(key: str, value: object) -> str:
    """Return what was expected under a key, or nothing where the value is that."""
    if key in _NUMBERS:
        whole, least, greatest = _NUMBERS[key]
        rule = number(least, greatest, whole=whole)
        return "" if rule.fits(value) else rule.expected
    pattern, words = (_NAME, "letters, digits and . _ -") if key == "name" else (_TEXT, "a text")
    return "" if isinstance(value, str) and pattern.fullmatch(value) else words
