"""Codings against gold: both levels, each id, polarity, stance, and what was left for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from verbatim.domain import Coding, StanceLabel
from verbatim.learning.examples import Example
from verbatim.learning.measures import Agreement, compare, first_level, quadratic_kappa
from verbatim.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well codings agree with gold: shares from 0 to 1.

    `polarity` is the agreement on ids that both found; stance figures stand on the verbatims where both have one.
    """

    n: int
    categories: Agreement
    codes: Agreement
    polarity: float
    stance_answered: float
    stance_accuracy: float
    stance_kappa: float
    review_share: float
    unreviewed: float

    def figures(self) -> dict[str, float]:
        """The figures under their usual names, rounded to a thousandth."""
        found = {
            "l1_weighted": self.categories.weighted,
            "l1_micro": self.categories.micro,
            "l2_weighted": self.codes.weighted,
            "l2_micro": self.codes.micro,
            "l2_macro": self.codes.macro,
            "exact": self.codes.exact,
            "polarity": self.polarity,
            "stance_answered": self.stance_answered,
            "stance_accuracy": self.stance_accuracy,
            "stance_kappa": self.stance_kappa,
            "review_share": self.review_share,
            "l2_weighted_unreviewed": self.unreviewed,
        }
        return {name: round(value, 3) for name, value in found.items()}

    def per_code(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and n of each id that gold or the coder has."""
        return {id: score.figures() for id, score in self.codes.per_id.items()}


def evaluate(gold: Sequence[Example], codings: Sequence[Coding], codebook: Codebook) -> Evaluation:
    """Return the agreement of codings with gold, both in the same order."""
    want = [example.ids for example in gold]
    got = [frozenset(code.id for code in coding.codes) for coding in codings]
    pairs = list(zip(gold, codings, strict=True))
    sure = [number for number, coding in enumerate(codings) if not coding.review]
    stances = [(a.stance, b.stance.label) for a, b in pairs if a.stance and b.stance.label]
    asked = sum(example.stance is not None for example in gold)
    return Evaluation(
        n=len(gold),
        categories=compare(first_level(want, codebook.category_of), first_level(got, codebook.category_of)),
        codes=compare(want, got),
        polarity=_polarity(pairs),
        stance_answered=len(stances) / max(1, asked),
        stance_accuracy=_accuracy(stances),
        stance_kappa=quadratic_kappa(stances),
        review_share=1 - len(sure) / max(1, len(gold)),
        unreviewed=compare([want[number] for number in sure], [got[number] for number in sure]).weighted,
    )


def _polarity(pairs: Sequence[tuple[Example, Coding]]) -> float:
    both = [
        (polarity, code.polarity)
        for example, coding in pairs
        for code in coding.codes
        for id, polarity in example.codes
        if id == code.id
    ]
    return sum(a == b for a, b in both) / max(1, len(both))


def _accuracy(stances: Sequence[tuple[StanceLabel, StanceLabel]]) -> float:
    return sum(a == b for a, b in stances) / max(1, len(stances))
