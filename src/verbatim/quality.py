"""How well codings agree with gold, as plain values: what an evaluation finds and a page or a terminal shows.

Figures have the names under which commercial coders report them: `l1_weighted` is the F1 of the categories weighted by
gold support, `l2_macro` the plain mean over the full ids, `l2_exact` the share of verbatims whose whole set of ids is
right. All but kappa run from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from verbatim.domain import Interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% limits."""

    value: float
    low: float
    high: float


Figures = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class CodeQuality:
    """One id: how often gold has it (`n`), how often the coder gave it, and how well the two agree.

    No precision where it was never given, and no recall where gold never has it.
    """

    id: str
    n: int
    given: int
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate


@dataclass(frozen=True, slots=True)
class Step:
    """Codes of about one confidence, from `low` to `high`: the mean of what was stated, and the share that is right."""

    low: float
    high: float
    stated: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept without review: the trust that it has at least, its share of all, and how well it is coded."""

    least: float
    share: float
    l2_weighted: Estimate


@dataclass(frozen=True, slots=True)
class Sample:
    """A verbatim as an example."""

    id: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Verbatims in which `given` was given and `missed` was missed; one of them None where nothing stood against it.

    `of` is how often gold has the missed id, or how often the given one was given where none was missed.
    """

    missed: str | None
    given: str | None
    n: int
    of: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """The verbatims with one value of a field; None for those without the field."""

    value: str | None
    n: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How well a second coder agrees with gold on `n` verbatims, and the model on the same ones."""

    n: int
    coder: Figures
    model: Figures


@dataclass(frozen=True, slots=True)
class Learnt:
    """What corrections learnt from so many reviewed verbatims give; `gain` is that of `l2_weighted` over none.

    Limits are those of the mean over the splits.
    """

    reviewed: int
    figures: Figures
    gain: Estimate


@dataclass(frozen=True, slots=True)
class Economy:
    """The learning curve: each of its points measured on the same `measured` verbatims of each of so many splits."""

    splits: int
    measured: int
    points: tuple[Learnt, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that an evaluation finds out about one model on one gold file of `n` verbatims.

    `figures` has no figure that nothing stands behind. `own` is where the model's own review flag stands on the
    coverage curve; `slices` are by field, the most frequent value first.
    """

    gold: str
    model: str
    codebook: str
    n: int
    figures: Figures
    per_code: tuple[CodeQuality, ...]
    calibration_error: float
    reliability: tuple[Step, ...]
    coverage: tuple[Kept, ...]
    own: Kept | None
    confusions: tuple[Confusion, ...]
    slices: Mapping[str, tuple[Slice, ...]]
    ceiling: Ceiling | None = None
    economy: Economy | None = None
