"""What persons have coded, made ready for a retraining: what is learnt from, what is measured on, what is neither."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from verbatim.crosswalk import Learner
from verbatim.domain import Coding, Verbatim
from verbatim.learning.contest import Round
from verbatim.learning.examples import Codes, Example
from verbatim.learning.policy import CorrectionWeights
from verbatim.learning.respondents import Respondent, apart, groups
from verbatim.learning.tallies import of_codes, of_coding


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A verbatim as a person coded it: its number, whoever stands behind it, how old the coding is in days.

    `changed` is false where the person let a model's codes stand.
    """

    number: int
    verbatim: Verbatim
    codes: Codes
    respondent: Respondent
    days: float
    changed: bool

    @property
    def example(self) -> Example:
        """The verbatim as an example to learn from; its id is its number."""
        return Example(str(self.number), self.verbatim.text, (), self.codes, None, None, "und")


@dataclass(frozen=True, slots=True)
class Parted:
    """What is taught and what is measured on, no respondent in both; `left_out` counts the others by the reason why."""

    taught: tuple[Reviewed, ...]
    gold: tuple[Reviewed, ...]
    left_out: Mapping[str, int]


def part(
    reviewed: Sequence[Reviewed],
    drawn: frozenset[int],
    ids: Collection[str],
    taught_before: frozenset[int] = frozenset(),
) -> Parted:
    """Return what may be learnt from and what measured on: of the numbers in `drawn`, which nothing is learnt from.

    `ids` are those that the model knows, or is to learn. `taught_before` are the numbers that the champion has learnt
    from: it would be measured on what it knows. Calls are measured on, and not learnt from.
    """
    known = [one for one in reviewed if all(id in ids for id, _ in one.codes)]
    kept_apart = [one for one in known if one.number in drawn]
    gold = [one for one in kept_apart if one.number not in taught_before]
    others = [one for one in known if one.number not in drawn]
    replies = [one for one in others if not one.verbatim.turns]
    alone = apart([one.respondent for one in replies], [one.respondent for one in kept_apart])
    taught = [one for one, free in zip(replies, alone, strict=True) if free]
    left_out = {
        "codes that the model does not know": len(reviewed) - len(known),
        "calls": len(others) - len(replies),
        "respondents of the gold share": len(replies) - len(taught),
        "gold that the champion has learnt from": len(kept_apart) - len(gold),
    }
    return Parted(tuple(taught), tuple(gold), {why: count for why, count in left_out.items() if count})


def told_by(reviewed: Sequence[Reviewed], learner: Learner | None) -> list[Reviewed]:
    """Return what persons coded by today's ids, told by those of a model."""
    return [replace(one, codes=learner.codes(one.codes)) for one in reviewed] if learner else [*reviewed]


def taught_of(
    reviewed: Sequence[Reviewed], drawn: frozenset[int], learner: Learner, ids: Collection[str]
) -> dict[str, int]:
    """Return how many verbatims, of other words each, would teach each id to a model of these ids."""
    words: dict[str, set[str]] = {}
    for one in part(told_by(reviewed, learner), drawn, ids).taught:
        for id, _ in one.codes:
            words.setdefault(id, set()).add(one.respondent.words)
    return {id: len(found) for id, found in words.items()}


def weights_of(taught: Sequence[Reviewed], weights: CorrectionWeights) -> list[float]:
    """Return how much each counts; those of the same words share the weight of one."""
    twins: dict[str, int] = {}
    for one in taught:
        twins[one.respondent.words] = twins.get(one.respondent.words, 0) + 1
    return [weights.of(one.changed, one.days) / twins[one.respondent.words] for one in taught]


def round_of(gold: Sequence[Reviewed], champion: Sequence[Coding], challenger: Sequence[Coding]) -> Round:
    """Return gold beside what both models say of it, in the same order."""
    return Round(
        [of_codes(one.codes, None) for one in gold],
        [*map(of_coding, champion)],
        [*map(of_coding, challenger)],
        groups([one.respondent for one in gold]),
    )
