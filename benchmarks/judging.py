"""From scores to labels by one rule for all, and from labels to figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.learning.measures import Agreement, compare, first_level

Scores = NDArray[np.float32]
Marks = NDArray[np.bool_]
Ids = frozenset[str]

STEPS = 400


@dataclass(frozen=True, slots=True)
class Rule:
    """A label is given where its score reaches `threshold`; `best`: where none does, the best one is given."""

    threshold: float
    best: bool

    def given(self, scores: Scores) -> Marks:
        """Return which labels (n, k) the scores (n, k) give."""
        found = scores >= self.threshold
        if self.best:
            silent = np.flatnonzero(~found.any(axis=1))
            found[silent, scores[silent].argmax(axis=1)] = True
        return found


def chosen_rule(scores: Scores, gold: Marks) -> Rule:
    """Return the rule with the greatest micro F1 on held-out texts: scores and gold are (n, k)."""
    highest = np.sort(scores, axis=None)[::-1][: 4 * max(1, int(gold.sum()))]
    thresholds = np.unique(np.quantile(highest, np.linspace(0, 1, STEPS)))
    rules = [Rule(float(threshold), best) for threshold in thresholds for best in (False, True)]
    return max(rules, key=lambda rule: micro_f1(rule.given(scores), gold))


def micro_f1(found: Marks, gold: Marks) -> float:
    """Return the F1 over all labels together."""
    return 2 * int((found & gold).sum()) / max(1, int(found.sum()) + int(gold.sum()))


def figures(gold: Sequence[Ids], found: Sequence[Ids], category_of: Callable[[str], str] | None) -> dict[str, float]:
    """Return weighted, micro and macro F1 of the labels, and of their categories where they have any."""
    codes = _of("l2" if category_of else "labels", compare(gold, found))
    if category_of is None:
        return codes
    return {**_of("l1", compare(first_level(gold, category_of), first_level(found, category_of))), **codes}


def _of(level: str, agreement: Agreement) -> dict[str, float]:
    kinds = {"weighted": agreement.weighted, "micro": agreement.micro, "macro": agreement.macro}
    return {f"{level}_{kind}": round(value, 4) for kind, value in kinds.items()}
