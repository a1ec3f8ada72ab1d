"""What became of the codes of a frame from one version to the next, and of what was coded by them.

    kept, renamed, redefined   the id stands, the last two with other words
    moved                      one new id under another category: old → new
    merged                     old → the code that takes it in
    split                      old → several: only a person can say which one a mention belongs to
    retired                    old → nothing
    added                      nothing → new

Ids are never given twice, so that what became of an id does not depend on when it was used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from verbatim.domain import CodeMention, Coding, Excerpt, Polarity, merged_polarity
from verbatim.taxonomy import Code, Codebook

Kind = Literal["kept", "renamed", "redefined", "moved", "merged", "split", "retired", "added"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""From what changes least to what changes most."""

BREAKING: frozenset[Kind] = frozenset({"split", "retired", "added"})
"""Kinds at which counts before and after cannot be compared."""

EXCERPTS = 5
"""As many excerpts as a mention has at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one id; `old` is None for a code that is new."""

    old: str | None
    new: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Passed:
    """A version of a frame that was published: its label, when, and what became of the codes of the one before."""

    label: str
    at: datetime | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """That counts of a code up to a version, and from it on, cannot be compared, and why."""

    version: str
    at: datetime | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Mapped:
    """A coding by the ids of today, and why a person should look at it; None where all is clear."""

    coding: Coding
    reason: str | None


@dataclass(frozen=True, slots=True)
class Walk:
    """Where every id that ever was has gone; `ids` are those of today, in their order."""

    ids: tuple[str, ...]
    fates: Mapping[str, Entry]

    def of(self, id: str) -> Entry:
        """What became of an id; retired where no version of the frame had it."""
        if id in self.fates:
            return self.fates[id]
        return Entry(id, (id,), "kept") if id in self.ids else Entry(id, (), "retired")

    def found_as(self, id: str) -> tuple[str, ...]:
        """The ids to look for where this one is asked for: where it went, and all that went there and nowhere else."""
        gone = set(self.of(id).new)
        ways = self.fates.items()
        others = {old for old, entry in ways if entry.kind != "split" and entry.new and gone.issuperset(entry.new)}
        return tuple(sorted({id} | gone | others))

    def applied(self, coding: Coding) -> Mapped:
        """A coding by the ids of today. What was split keeps its old id, what was retired is left out.

        Both are for a person to look at, the latter where nothing else is left.
        """
        fates = [self.of(mention.id) for mention in coding.codes]
        if all(fate.new == (fate.old,) for fate in fates):
            return Mapped(coding, None)
        kept = [
            (fate.new[0] if fate.kind != "split" else mention.id, mention)
            for fate, mention in zip(fates, coding.codes, strict=True)
            if fate.new
        ]
        split = [fate for fate in fates if fate.kind == "split"]
        reason = _reason(split or ([] if kept else fates))
        codes = _joined(kept)
        unclear = len(split) / len(fates) if kept else 1.0
        changed = replace(coding, codes=codes, trust=round(coding.trust * (1 - unclear), 3))
        return Mapped(replace(changed, review=changed.review or reason is not None), reason)


@dataclass(frozen=True, slots=True)
class Learner:
    """What a model of these ids can be told of today's codes: each by an id that it knows, where one became it."""

    walk: Walk
    ids: tuple[str, ...]

    def codes(self, codes: Sequence[tuple[str, Polarity]]) -> tuple[tuple[str, Polarity], ...]:
        """Today's codes by the model's ids; one that it does not know keeps its own."""
        known = self.known()
        return tuple({known.get(id, id): polarity for id, polarity in codes}.items())

    def coding(self, coding: Coding) -> Coding:
        """What the model answers, as it is taken today, by its own ids: what became one code is one."""
        known = self.known()
        found = self.walk.applied(coding).coding
        return replace(coding, codes=tuple(replace(one, id=known.get(one.id, one.id)) for one in found.codes))

    def known(self) -> dict[str, str]:
        """The id that the model has for each of today's that it has not, and that one of its own became."""
        ways: dict[str, list[str]] = {}
        for id in self.ids:
            fate = self.walk.of(id)
            if len(fate.new) == 1 and fate.kind != "split" and fate.new[0] not in self.ids:
                ways.setdefault(fate.new[0], []).append(id)
        return {new: olds[0] for new, olds in ways.items()}


def compared(former: Codebook, codebook: Codebook) -> tuple[Entry, ...]:
    """What became of the codes of a frame, as far as two versions of it tell: an id that is missing was retired."""
    entries = [_compared(code, codebook) for code in former.codes]
    return (*entries, *(Entry(None, (id,), "added") for id in codebook.ids if id not in former))


def walk_of(steps: Sequence[Sequence[Entry]], ids: Sequence[str]) -> Walk:
    """Where every id went over all versions, from the first on; `ids` are those of the last."""
    fates: dict[str, Entry] = {}
    for entries in steps:
        by_old = {entry.old: entry for entry in entries if entry.old is not None}
        fates = {id: _further(fate, by_old) for id, fate in fates.items()}
        fates = {**by_old, **fates}
        for id in (id for entry in entries for id in entry.new):
            fates.setdefault(id, Entry(id, (id,), "kept"))
    return Walk(tuple(ids), fates)


def composed(steps: Sequence[Sequence[Entry]]) -> tuple[Entry, ...]:
    """What became of the codes of the version before the first step by the last one."""
    if not steps:
        return ()
    fates = walk_of(steps, ()).fates
    first = [entry.old for entry in steps[0] if entry.old is not None]
    olds = [fates[id] for id in first]
    reached = {id for fate in olds for id in fate.new}
    last = [id for entry in steps[-1] for id in entry.new]
    fresh = [id for id in dict.fromkeys(last) if id not in reached]
    return (*olds, *(Entry(None, (id,), "added") for id in fresh))


def breaks(versions: Sequence[Passed], code: str) -> tuple[Break, ...]:
    """Where a series of counts of a code is not one: versions, from the first, in which it or what became it was cut.

    Renamed, moved and merged codes make no break: their earlier mentions are counted with those of the code that they
    became.
    """
    walk = walk_of([one.entries for one in versions], ())
    family = set(walk.found_as(code)) if walk.fates else {code}
    found = []
    for one in versions:
        for entry in one.entries:
            met = family & {entry.old, *entry.new} if entry.kind in BREAKING else ()
            if met:
                found.append(Break(one.label, one.at, entry))
    return tuple(found)


def used_ids(steps: Iterable[Sequence[Entry]]) -> frozenset[str]:
    """Every id that a version had."""
    return frozenset(id for entries in steps for entry in entries for id in (entry.old, *entry.new) if id is not None)


def _compared(code: Code, codebook: Codebook) -> Entry:
    if code.id not in codebook:
        return Entry(code.id, (), "retired")
    now = codebook[code.id]
    if (now.definitions, now.include, now.exclude, now.examples) != (
        code.definitions,
        code.include,
        code.exclude,
        code.examples,
    ):
        return Entry(code.id, (code.id,), "redefined")
    return Entry(code.id, (code.id,), "kept" if now.names == code.names else "renamed")


def _further(fate: Entry, by_old: Mapping[str, Entry]) -> Entry:
    """What became of an id one version on."""
    steps = [by_old.get(id, Entry(id, (), "retired")) for id in fate.new]
    new = tuple(dict.fromkeys(id for step in steps for id in step.new))
    kinds = [step.kind for step in steps]
    if fate.new and not new:
        return Entry(fate.old, (), "retired")
    if fate.kind == "split":  # what belonged to it may have gone any of its ways
        return Entry(fate.old, new, "split")
    return Entry(fate.old, new, max((fate.kind, *kinds), key=KINDS.index))


def _joined(kept: Sequence[tuple[str, CodeMention]]) -> tuple[CodeMention, ...]:
    """The mentions by their new ids, each id once: the surest first, with the polarity of all taken together."""
    groups: dict[str, list[CodeMention]] = {}
    for id, mention in kept:
        groups.setdefault(id, []).append(mention)
    joined = [_one(id, sorted(group, key=lambda one: -one.confidence)) for id, group in groups.items()]
    return tuple(sorted(joined, key=lambda one: -one.confidence))


def _one(id: str, group: Sequence[CodeMention]) -> CodeMention:
    if len(group) == 1:
        return replace(group[0], id=id)
    excerpts: dict[Excerpt, None] = dict.fromkeys(excerpt for one in group for excerpt in one.excerpts)
    polarity = merged_polarity(one.polarity for one in group)
    return CodeMention(id, polarity, group[0].confidence, tuple(excerpts)[:EXCERPTS])


def _reason(unclear: Sequence[Entry]) -> str | None:
    """Why a person should look, in ids."""
    told = dict.fromkeys(
        f"{entry.old} was {entry.kind}" + (f" into {', '.join(entry.new)}" if entry.new else "") for entry in unclear
    )
    return "; ".join(told) or None
