"""The draft of the next version of a code frame: begun, changed, looked at for its effect, published.

A draft is a list of operations on the version in use. Whoever changes it names the revision that was seen; where
another one is there by now, nothing is kept (`StaleError`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from verbatim import taxonomy
from verbatim.actions.codebooks import CROSSWALK, Editor, NewVersion, bring_into_use, ensure_kept, ids_ever
from verbatim.actions.corrections import ALONE, words_at
from verbatim.crosswalk import walk_of
from verbatim.domain import CodeMention, Coding, Stance
from verbatim.errors import CodebookError, ConflictError, StaleError
from verbatim.operations import Example, Operation
from verbatim.revision import Revised, revised
from verbatim.store.codebook_versions import list_codebooks
from verbatim.store.codings import Judged, add_codings, effective, hold
from verbatim.store.opening import reading, writing
from verbatim.store.publications import (
    Draft,
    draft,
    hold_frame,
    in_use,
    put_draft,
    require_seen,
    steps_of,
)
from verbatim.store.publications import history as published
from verbatim.store.records import StoredVerbatim
from verbatim.store.review import coded_by
from verbatim.store.verbatims import stored_verbatims
from verbatim.taxonomy import Codebook
from verbatim.text.language import language_of

__all__ = ["CROSSWALK", "Drafted", "Published", "edit_draft", "extend_draft", "publish_draft", "seen_draft"]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it stands, the frame that it starts from, and what it comes to.

    `outdated` where another version came into use since; then it is to be begun anew, and comes to what it would on
    its own base.
    """

    draft: Draft
    base: Codebook
    revised: Revised
    outdated: bool


@dataclass(frozen=True, slots=True)
class Published:
    """A version that came into use, and the job that brings all history under it; None where no id changed."""

    codebook: Codebook
    job: int | None


def seen_draft(editor: Editor) -> Drafted:
    """The draft; one without operations on the version in use where nobody has begun one. Raises NotFoundError."""
    with reading(editor.engine, editor.organisation) as connection:
        return _seen(connection, editor)


def edit_draft(editor: Editor, operations: Sequence[Operation], seen: int) -> Drafted:
    """The draft with these operations in place of all that were there, on the version in use now.

    Raises StaleError where another revision than the one seen is there, CodebookError, naming operation and value, for
    what cannot be done.
    """
    with writing(editor.engine, editor.organisation) as connection:
        ensure_kept(connection, editor)
        return _put(connection, editor, operations, seen)


def extend_draft(editor: Editor, operations: Sequence[Operation], seen: int) -> Drafted:
    """The draft with these operations after those that were there. Raises as `edit_draft`.

    ConflictError where another version came into use since the draft was begun.
    """
    with writing(editor.engine, editor.organisation) as connection:
        base = ensure_kept(connection, editor)
        require_seen(connection, editor.organisation, seen)
        before = draft(connection, editor.organisation)
        former = before.operations if before else ()
        if former and before and before.base != base.label:
            raise _outdated(before, base.label)
        return _put(connection, editor, (*former, *operations), seen)


def publish_draft(editor: Editor, seen: int, reason: str) -> Published:
    """What came of publishing the draft: the next version in use, its crosswalk kept, and a job for all history.

    The examples of added codes become codings by whoever publishes. Raises StaleError where another revision than the
    one seen is there, ConflictError where the draft starts from a version that is no longer in use, CodebookError for a
    draft without operations, StoreError for a reason that is blank.
    """
    with writing(editor.engine, editor.organisation) as connection:
        hold_frame(connection, editor.organisation)
        former = ensure_kept(connection, editor)
        require_seen(connection, editor.organisation, seen)
        found = _seen(connection, editor)
        if not found.draft.operations:
            raise CodebookError("codebook draft: no operations; expected one at least")
        if found.outdated:
            raise _outdated(found.draft, former.label)
        _check_examples(connection, editor, found.draft.operations)
        frame, entries = found.revised.codebook, found.revised.entries
        version = NewVersion(frame, taxonomy.written(frame), former, entries, reason, found.draft.operations)
        number, job = bring_into_use(connection, editor, version)
        put_draft(connection, editor.organisation, seen, Draft(frame.label, seen, (), editor.actor))
        _code_examples(connection, editor, found, number)
    return Published(frame, job)


def _seen(connection: Connection, editor: Editor) -> Drafted:
    kept = in_use(connection, editor.organisation, editor.frame.fingerprint)
    now = taxonomy.parse(kept.content, kept.label) if kept else editor.frame
    found = draft(connection, editor.organisation)
    if found is None or not found.operations:
        found = replace(found, base=now.label) if found else Draft(now.label, 0, ())
    base = now
    outdated = found.base != now.label
    if outdated:
        kept = next(one for one in list_codebooks(connection, editor.organisation) if one.label == found.base)
        base = taxonomy.parse(kept.content, kept.label)
    return Drafted(found, base, _done(connection, editor, base, found.operations), outdated)


def _done(connection: Connection, editor: Editor, base: Codebook, operations: Sequence[Operation]) -> Revised:
    labels = [one.label.rpartition("@") for one in list_codebooks(connection, editor.organisation)]
    taken = [int(version) for name, _, version in labels if name == base.name and version.isdecimal()]
    used = ids_ever(connection, editor.organisation)
    return revised(base, operations, used, max([base.version, *taken]) + 1)


def _put(connection: Connection, editor: Editor, operations: Sequence[Operation], seen: int) -> Drafted:
    base = ensure_kept(connection, editor)
    frame = taxonomy.parse(base.content, base.label)
    done = _done(connection, editor, frame, operations)
    _check_examples(connection, editor, operations)
    change = Draft(base.label, seen, tuple(operations), editor.actor)
    return Drafted(put_draft(connection, editor.organisation, seen, change), frame, done, outdated=False)


def _outdated(found: Draft, now: str) -> ConflictError:
    what = f"codebook draft {found.revision}: starts from {found.base}, and {now} is in use"
    return StaleError(f"{what}; expected the draft to be put anew on {now}", found.revision, found)


def _check_examples(connection: Connection, editor: Editor, operations: Sequence[Operation]) -> None:
    """Raise CodebookError for an example that is no verbatim of the organisation, or no words of it."""
    examples = [(one.code, example) for one in operations if one.from_theme for example in one.from_theme.examples]
    numbers = [example.verbatim for _, example in examples]
    stored = stored_verbatims(connection, editor.organisation, numbers) if numbers else {}
    for code, example in examples:
        if example.verbatim not in stored:
            raise CodebookError(f"add {code!r}: example {example.verbatim}: expected the id of a verbatim")
        for excerpt in example.excerpts:
            if not words_at(stored[example.verbatim], excerpt).strip():
                where = f"{excerpt.start}:{excerpt.end}"
                raise CodebookError(f"add {code!r}: example {example.verbatim}, {where}: expected a piece of its text")


def _code_examples(connection: Connection, editor: Editor, found: Drafted, codebook: int) -> None:
    """Let the examples of added codes be coded so, by whoever publishes: the first that a retraining learns from."""
    walk = walk_of(steps_of(published(connection, editor.organisation)), found.revised.codebook.ids)
    for operation in found.draft.operations:
        examples = {one.verbatim: one for one in operation.from_theme.examples} if operation.from_theme else {}
        code = walk.of(operation.code).new or (operation.code,)
        if not examples or code[0] not in found.revised.codebook:
            continue
        stored = hold(connection, editor.organisation, list(examples))
        before = effective(connection, editor.organisation, list(stored))
        why = f"example of the theme {operation.from_theme.id}" if operation.from_theme else None
        judged = []
        for number, one in stored.items():
            standing = before.get(number)
            former = walk.applied(standing.coding).coding if standing else None
            coding = _with_code(editor, found.revised.codebook, one, former, (code[0], examples[number]))
            judged.append(Judged(number, coding, person=True, reason=why, based_on=standing.id if standing else None))
        add_codings(connection, editor.organisation, judged, stored, codebook)
        coded_by(connection, editor.organisation, editor.actor, list(stored), datetime.now(UTC))


def _with_code(
    editor: Editor, frame: Codebook, stored: StoredVerbatim, former: Coding | None, added: tuple[str, Example]
) -> Coding:
    """A person's coding: what stands, and the new code beside it."""
    id, example = added
    others = former.codes if former else ()
    kept = [one for one in others if one.id != id and one.id in frame and frame[one.id].role not in ALONE]
    codes = (*(replace(one, confidence=1.0) for one in kept), CodeMention(id, example.polarity, 1.0, example.excerpts))
    if former is not None:
        return replace(former, codes=codes, review=False, author=editor.actor, trust=1.0)
    language = stored.language or language_of(stored.verbatim.text)
    return Coding(stored.verbatim.id, language, codes, Stance(None, "estimated", 1.0), False, editor.actor)
