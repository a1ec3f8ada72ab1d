"""What publishing a draft would change, version by version what changed, and the crosswalk between any two."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from verbatim import taxonomy
from verbatim.actions.codebooks import Editor
from verbatim.actions.drafts import Drafted, seen_draft
from verbatim.crosswalk import BREAKING, Break, Entry, Walk, breaks, compared, composed, walk_of
from verbatim.errors import NotFoundError, StoreError
from verbatim.learning.growth import FEWEST_OF_NEW
from verbatim.operations import Act
from verbatim.revision import Done
from verbatim.store.codebook_versions import KeptCodebook, kept_codebook, list_codebooks
from verbatim.store.coded_by_frame import CodedBy, coded_by, counts_in_effect
from verbatim.store.opening import reading
from verbatim.store.publications import Publication, in_use, steps_of
from verbatim.store.publications import history as published

OfModels = Literal["unchanged", "at_once", "never", "persons_only"]
"""How models code by what an operation made: as before; by the new id at once, through the crosswalk; not at all; by
persons only, until a retraining has learnt it from what they coded."""

_OF_MODELS: dict[Act, OfModels] = {
    "add": "persons_only",
    "rename": "unchanged",
    "redefine": "unchanged",
    "move": "at_once",
    "merge": "at_once",
    "split": "persons_only",
    "retire": "never",
}


@dataclass(frozen=True, slots=True)
class OperationEffect:
    """What one operation touches: verbatims by whoever coded them in effect, and some of their numbers.

    `changes` is false where codings stay as they are, and only words change. `ambiguous` verbatims cannot be mapped:
    they keep the old id and go to the review queue. `learns` counts the examples that come with a new code, `missing`
    those that each new one needs beside them until a retraining learns it.
    """

    place: int
    act: Act
    code: str
    leads_to: tuple[str, ...]
    coded: CodedBy
    changes: bool
    ambiguous: int
    models: OfModels
    learns: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What publishing the draft would change, operation by operation and in all; `label` is the next version's."""

    drafted: Drafted
    label: str
    operations: tuple[OperationEffect, ...]
    changed: CodedBy
    ambiguous: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version that an organisation has had: whether it is in use, and how it came to be that, if it was published."""

    label: str
    current: bool
    codes: int
    created: datetime
    publication: Publication | None


@dataclass(frozen=True, slots=True)
class Crossed:
    """What became of every code from one version to another, and where counts cannot be compared in between."""

    former: str
    label: str
    entries: tuple[Entry, ...]
    breaks: tuple[Break, ...]


def effect(editor: Editor) -> Effect:
    """What publishing the draft would change, as things stand."""
    drafted = seen_draft(editor)
    with reading(editor.engine, editor.organisation) as connection:
        walk = _walk(connection, editor, drafted)
        rows = enumerate(drafted.revised.done, 1)
        found = tuple(_effect(connection, editor, walk, place, one) for place, one in rows)
        done = drafted.revised.done
        changing = _ids(walk, (id for one in done if _changes(one) for id in one.touches))
        unclear = {entry.old for entry in drafted.revised.entries if entry.kind == "split" and entry.old}
        changed = coded_by(connection, editor.organisation, changing)
        ambiguous = coded_by(connection, editor.organisation, _ids(walk, unclear)).verbatims
    return Effect(drafted, drafted.revised.codebook.label, found, changed, ambiguous)


def versions(editor: Editor) -> tuple[Version, ...]:
    """The versions of the frame, from the first to the latest; the installation's where none is kept yet."""
    with reading(editor.engine, editor.organisation) as connection:
        kept = list_codebooks(connection, editor.organisation)
        now = in_use(connection, editor.organisation, editor.frame.fingerprint)
        past = {one.label: one for one in published(connection, editor.organisation)}
    return tuple(
        Version(one.label, now is not None and one.id == now.id, _codes(one), one.created, past.get(one.label))
        for one in kept
    )


def crossed(editor: Editor, former: str | None = None, label: str | None = None, code: str | None = None) -> Crossed:
    """What became of the codes from one version to a later one: from the first to that in use if left out.

    Of one code, where it is named, and what became of it. Raises NotFoundError for a version that there is not,
    StoreError where the second is the earlier one.
    """
    with reading(editor.engine, editor.organisation) as connection:
        past = published(connection, editor.organisation)
        chain = [str(past[0].former), *(one.label for one in past)] if past else []
        now = in_use(connection, editor.organisation, editor.frame.fingerprint)
        newest = now.label if now else editor.frame.label
        first, last = former or (chain[0] if chain else newest), label or newest
        frames = {name: _frame(connection, editor, name) for name in dict.fromkeys((first, last))}
    if first in chain and last in chain:
        start, end = chain.index(first), chain.index(last)
        if start > end:
            raise StoreError(f"to {last!r}: earlier than {first!r}; expected a later version")
        between = past[start:end]
        entries = composed(steps_of(between)) or compared(frames[first], frames[last])
        passed = [one.passed for one in between]
        cuts = breaks(passed, code) if code else _all_breaks(between)
        return Crossed(first, last, _of(entries, code), cuts)
    entries = compared(frames[first], frames[last])
    cuts = tuple(Break(last, None, one) for one in entries if one.kind in BREAKING)
    return Crossed(first, last, _of(entries, code), cuts)


def _of(entries: Sequence[Entry], code: str | None) -> tuple[Entry, ...]:
    return tuple(one for one in entries if code is None or code in (one.old, *one.new))


def _all_breaks(between: Sequence[Publication]) -> tuple[Break, ...]:
    cut = [(one, entry) for one in between for entry in one.entries if entry.kind in BREAKING]
    return tuple(Break(one.label, one.created, entry) for one, entry in cut)


def _walk(connection: Connection, editor: Editor, drafted: Drafted) -> Walk:
    return walk_of(steps_of(published(connection, editor.organisation)), drafted.base.ids)


def _ids(walk: Walk, touched: Iterable[str]) -> Collection[str]:
    """These ids, and those of former versions that went there: not all history may have gone over yet."""
    ids = set(touched)
    return ids | {old for old, fate in walk.fates.items() if ids & set(fate.new)}


def _changes(done: Done) -> bool:
    return done.operation.act not in ("rename", "redefine")


def _effect(connection: Connection, editor: Editor, walk: Walk, place: int, done: Done) -> OperationEffect:
    operation = done.operation
    coded = coded_by(connection, editor.organisation, _ids(walk, done.touches))
    knows = set(editor.frame.ids) & set(done.leads_to)
    models = "at_once" if operation.act == "add" and knows else _OF_MODELS[operation.act]
    examples = operation.from_theme.examples if operation.from_theme else ()
    learns = len({one.verbatim for one in examples})
    return OperationEffect(
        place=place,
        act=operation.act,
        code=operation.code,
        leads_to=done.leads_to,
        coded=coded,
        changes=_changes(done),
        ambiguous=coded.verbatims if operation.act == "split" else 0,
        models=models,
        learns=learns,
        missing=max(0, FEWEST_OF_NEW - learns) if models == "persons_only" else 0,
    )


def _codes(kept: KeptCodebook) -> int:
    return len(taxonomy.parse(kept.content, kept.label).ids)


def _frame(connection: Connection, editor: Editor, label: str) -> taxonomy.Codebook:
    kept = kept_codebook(connection, editor.organisation, label)
    if kept is not None:
        return taxonomy.parse(kept.content, kept.label)
    if label == editor.frame.label:
        return editor.frame
    known = ", ".join(one.label for one in list_codebooks(connection, editor.organisation)) or editor.frame.label
    raise NotFoundError(f"codebook {label!r}: not in organisation {editor.organisation!r}; expected one of {known}")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many verbatims are coded, in effect, by each id and by any of each category, in the version in use."""

    label: str
    codes: dict[str, int]
    categories: dict[str, int]


def counts(editor: Editor) -> Counted:
    """How many verbatims each code has."""
    with reading(editor.engine, editor.organisation) as connection:
        now = in_use(connection, editor.organisation, editor.frame.fingerprint)
        codes = counts_in_effect(connection, editor.organisation, by="code")
        categories = counts_in_effect(connection, editor.organisation, by="category")
    return Counted(now.label if now else editor.frame.label, codes, categories)
