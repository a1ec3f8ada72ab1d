"""Many verbatims accepted or changed at once: so many in one transaction, and what became of each is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from verbatim.actions.corrections import ALONE, Analyst, confirmed, keep, person_stance, require_code
from verbatim.domain import POLARITIES, STANCES, CodeMention, Coding, Polarity, StanceLabel, merged_polarity
from verbatim.errors import FieldError
from verbatim.store.codings import Judged, effective, hold
from verbatim.store.listing import Filters, numbers_of
from verbatim.store.opening import reading, writing
from verbatim.store.records import StoredCoding, StoredVerbatim
from verbatim.store.statements import BATCH

LARGEST_SELECTION = 10_000
"""So many verbatims can be changed by one call."""

Action = Literal["add", "remove", "replace", "polarity", "stance"]
Result = Literal["changed", "unchanged", "stale", "uncoded", "refused", "missing"]
ACTIONS: tuple[Action, ...] = ("add", "remove", "replace", "polarity", "stance")
"""What can be changed: a code added, removed, replaced by `to`, given another polarity; or the stance."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A verbatim that was chosen, and the coding of it that was seen; None for whichever is in effect."""

    verbatim: int
    coding: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What to change in many codings: see `ACTIONS`. The stance None says that the words do not say."""

    action: Action
    code: str | None = None
    to: str | None = None
    polarity: Polarity | None = None
    stance: StanceLabel | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one verbatim: changed, with the number of the coding in effect, or why it was left as it was.

    `stale`: another coding than the one seen is in effect; `uncoded`: there is nothing to accept or to change;
    `refused`: the code stands alone and others are there; `missing`: there is no such verbatim.
    """

    verbatim: int
    result: Result
    coding: int | None = None


Selection = Sequence[Seen] | Filters
_Made = Coding | Result

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "add": ("code", "polarity"),
    "remove": ("code",),
    "replace": ("code", "to"),
    "polarity": ("code", "polarity"),
}


def accept_many(analyst: Analyst, selection: Selection) -> tuple[Outcome, ...]:
    """What became of each verbatim, in order, once a person has confirmed the codings of those that were chosen.

    What was done stays done where a later part cannot be: to ask again changes nothing twice. Raises FieldError for
    too many.
    """

    def made(_stored: StoredVerbatim, before: StoredCoding) -> _Made:
        own = before.person and before.coding.author == analyst.actor
        if any(code.id not in analyst.codebook for code in before.coding.codes):
            return "refused"
        return "unchanged" if own else confirmed(analyst, before.coding)

    return _in_batches(analyst, "accept", selection, made)


def change_many(analyst: Analyst, selection: Selection, change: Change) -> tuple[Outcome, ...]:
    """What became of each verbatim, in order, once a person has made one change to all that were chosen.

    Raises as `accept_many`, and for a change that cannot be: CodebookError for a code that the frame lacks.
    """
    _check(analyst, change)

    def made(stored: StoredVerbatim, before: StoredCoding) -> _Made:
        changed = _changed(analyst, change, before.coding, stored.verbatim.score)
        if isinstance(changed, str) or changed == before.coding:
            return changed if isinstance(changed, str) else "unchanged"
        return confirmed(analyst, changed)

    return _in_batches(analyst, "change", selection, made)


def _in_batches(
    analyst: Analyst,
    action: str,
    selection: Selection,
    made: Callable[[StoredVerbatim, StoredCoding], _Made],
) -> tuple[Outcome, ...]:
    chosen = _chosen(analyst, selection)
    found: list[Outcome] = []
    for start in range(0, len(chosen), BATCH):
        with writing(analyst.engine, analyst.organisation) as connection:
            found += apply(connection, analyst, action, chosen[start : start + BATCH], made)
    return tuple(found)


def apply(
    connection: Connection,
    analyst: Analyst,
    action: str,
    chosen: Sequence[Seen],
    made: Callable[[StoredVerbatim, StoredCoding], _Made],
) -> Iterator[Outcome]:
    """Yield what became of each verbatim: `made` gives its new coding, or says why it stays as it is."""
    of = hold(connection, analyst.organisation, [one.verbatim for one in chosen])
    before = effective(connection, analyst.organisation, list(of))
    results = {one.verbatim: _result(analyst, one, of, before, made) for one in chosen}
    judged = [Judged(number, one, person=True) for number, one in results.items() if isinstance(one, Coding)]
    codings = keep(connection, analyst, action, judged, of) if judged else {}
    for number, one in results.items():
        standing = before[number].id if number in before else None
        yield Outcome(number, one if isinstance(one, str) else "changed", codings.get(number, standing))


def _result(
    analyst: Analyst,
    seen: Seen,
    of: Mapping[int, StoredVerbatim],
    before: Mapping[int, StoredCoding],
    made: Callable[[StoredVerbatim, StoredCoding], _Made],
) -> _Made:
    if seen.verbatim not in of:
        return "missing"
    if seen.verbatim not in before:
        return "uncoded" if seen.coding is None else "stale"
    standing = before[seen.verbatim]
    given = made(of[seen.verbatim], standing)
    if seen.coding in (None, standing.id):
        return given
    # What was asked for is done already by the same person: it was asked twice.
    done = given == "unchanged" and standing.person and standing.coding.author == analyst.actor
    return "unchanged" if done else "stale"


def _chosen(analyst: Analyst, selection: Selection) -> list[Seen]:
    if isinstance(selection, Filters):
        with reading(analyst.engine, analyst.organisation) as connection:
            found = numbers_of(connection, analyst.organisation, selection, LARGEST_SELECTION + 1)
        chosen = [Seen(number) for number in found]
    else:
        chosen = list({one.verbatim: one for one in selection}.values())
    if len(chosen) > LARGEST_SELECTION:
        told = f"more than {LARGEST_SELECTION} verbatims were chosen; expected at most so many at once"
        raise FieldError(told, "items", len(chosen), f"at most {LARGEST_SELECTION} verbatims")
    return chosen


def _check(analyst: Analyst, change: Change) -> None:
    if change.action not in ACTIONS:
        raise _refused("action", change.action, f"one of {', '.join(ACTIONS)}")
    for name in _NEEDED.get(change.action, ()):
        if getattr(change, name) is None:
            told = f"action {change.action!r}: {name} is missing; expected a value"
            raise FieldError(told, name, None, f"a value: {change.action} needs one")
    # What is taken away may be of an earlier frame; what is put there may not.
    given = change.code if change.action == "add" else change.to
    if given is not None:
        require_code(analyst, given)
    if change.polarity not in (None, *POLARITIES):
        raise _refused("polarity", change.polarity, f"one of {', '.join(POLARITIES)}")
    if change.stance not in (None, *STANCES):
        raise _refused("stance", change.stance, f"one of {', '.join(STANCES)}, or none")


def _refused(field: str, value: str | None, expected: str) -> FieldError:
    return FieldError(f"{field} {value!r}: expected {expected}", field, value, expected)


def _changed(analyst: Analyst, change: Change, coding: Coding, score: float | None) -> Coding | Result:
    if change.action == "stance":
        stance = person_stance(change.stance, score)
        return "unchanged" if stance.label == coding.stance.label else replace(coding, stance=stance)
    there = {code.id: code for code in coding.codes}
    code = there.get(change.code or "")
    if change.action == "add":
        return _with(analyst, coding, CodeMention(change.code or "", change.polarity or "neutral", 1.0, ()))
    if code is None:
        return "unchanged"
    if change.action == "polarity":
        return _with(analyst, coding, replace(code, polarity=change.polarity or code.polarity))
    rest = replace(coding, codes=tuple(one for one in coding.codes if one.id != code.id))
    return rest if change.action == "remove" else _with(analyst, rest, replace(code, id=change.to or code.id))


def _with(analyst: Analyst, coding: Coding, given: CodeMention) -> Coding | Result:
    """The coding with a code: joined with what is there of it, in place of one that stands alone."""
    others = [one for one in coding.codes if one.id != given.id]
    if others and _is_alone(analyst, given.id):
        return "refused"
    kept = tuple(one for one in others if not _is_alone(analyst, one.id))
    former = next((one for one in coding.codes if one.id == given.id), None)
    if former is None:
        return replace(coding, codes=(*kept, given))
    if not given.excerpts or given.excerpts == former.excerpts:
        joined = replace(former, polarity=given.polarity)
    else:
        excerpts = tuple(dict.fromkeys((*former.excerpts, *given.excerpts)))
        joined = replace(former, polarity=merged_polarity((former.polarity, given.polarity)), excerpts=excerpts)
    return replace(coding, codes=tuple(joined if one.id == given.id else one for one in coding.codes))


def _is_alone(analyst: Analyst, code: str) -> bool:
    return code in analyst.codebook and analyst.codebook[code].role in ALONE
