"""The code frame of an organisation: in use, brought into use, and whole frames put in place of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.actions.frame_in_use import codebook
from verbatim.crosswalk import Entry, compared, used_ids
from verbatim.errors import CodebookError, ConflictError
from verbatim.operations import Operation
from verbatim.store import audit
from verbatim.store.codebook_versions import KeptCodebook, keep_codebook, kept_codebook
from verbatim.store.jobs import enqueue
from verbatim.store.opening import writing
from verbatim.store.promotions import require_reason
from verbatim.store.publications import history as published
from verbatim.store.publications import hold_frame, in_use, publish, steps_of
from verbatim.taxonomy import Codebook

__all__ = ["CROSSWALK", "Editor", "bring_into_use", "codebook", "ensure_kept", "ids_ever", "put_codebook"]

LONGEST = 1_000_000
"""Characters of a frame."""

TOLD = 10
"""How many problems, or ids, a message names."""

CROSSWALK = "crosswalk"
"""The kind of the job that brings all history under the frame in use."""

PUT = "a whole frame was put"
"""Why a frame came into use that nobody drafted."""

SAME: frozenset[str] = frozenset({"kept", "renamed", "redefined"})
"""Kinds that leave codings as they are."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who works on the frame of an organisation; `frame` is the one of the installation's model, where none is kept."""

    engine: Engine
    organisation: str
    actor: str
    frame: Codebook


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A frame that is to come into use: its text, in place of which, what became of the codes, and why."""

    frame: Codebook
    text: str
    former: KeptCodebook
    entries: tuple[Entry, ...]
    reason: str
    operations: tuple[Operation, ...] | None = None


def put_codebook(desk: Desk, organisation: str, yaml_text: str, actor: str) -> Codebook:
    """The frame of a YAML text, in use from now on as the newest version; nothing changes where it is kept already.

    An id that is missing there is retired, and one that is new is added: to rename, merge or split a code, a draft says
    so. Raises CodebookError, by line, for a text that is no frame, naming the ids where one was used before or changes
    its role; ConflictError where the organisation has another frame of that name and version.
    """
    frame = _parsed(yaml_text)
    editor = Editor(desk.engine, organisation, actor, desk.codebook)
    with writing(desk.engine, organisation) as connection:
        hold_frame(connection, organisation)
        former = ensure_kept(connection, editor)
        kept = kept_codebook(connection, organisation, frame.label)
        if kept is None:
            before = taxonomy.parse(former.content, former.label)
            _check(connection, organisation, before, frame)
            bring_into_use(connection, editor, NewVersion(frame, yaml_text, former, compared(before, frame), PUT))
            return frame
    if taxonomy.written(taxonomy.parse(kept.content)) != taxonomy.written(frame):
        raise ConflictError(f"codebook {frame.label}: kept already with other words; expected a new version")
    return frame


def ensure_kept(connection: Connection, editor: Editor) -> KeptCodebook:
    """The version in use; the installation's frame is kept where there is none yet. Raises NotFoundError."""
    own = editor.frame
    found = in_use(connection, editor.organisation, own.fingerprint)
    if found is None:
        keep_codebook(connection, editor.organisation, own.label, own.fingerprint, taxonomy.written(own))
        found = in_use(connection, editor.organisation, own.fingerprint)
    assert found is not None
    return found


def bring_into_use(connection: Connection, editor: Editor, version: NewVersion) -> tuple[int, int | None]:
    """The number of the version that is in use from now on, and the job that brings all history under it.

    There is no job where all ids stand. Hold the frame first. Raises ConflictError where the label is taken, StoreError
    for a reason that is blank or too long.
    """
    organisation, frame = editor.organisation, version.frame
    reason = require_reason(version.reason)
    if not keep_codebook(connection, organisation, frame.label, frame.fingerprint, version.text):
        raise ConflictError(f"codebook {frame.label}: kept already; expected a new version")
    kept = kept_codebook(connection, organisation, frame.label)
    assert kept is not None
    changed = any(entry.kind not in SAME for entry in version.entries)
    payload = {"codebook": frame.label}
    job = enqueue(connection, organisation, CROSSWALK, payload, editor.actor) if changed else None
    operations = None if version.operations is None else [one.as_json() for one in version.operations]
    about = {"former": version.former.label, "actor": editor.actor, "reason": reason, "job": job}
    publish(connection, organisation, kept.id, {"entries": version.entries, "operations": operations, **about})
    told = {"former": version.former.label, "job": job}
    event = audit.Event(editor.actor, "codebook changed", f"codebook:{frame.label}", told)
    audit.record(connection, organisation, event)
    return kept.id, job


def ids_ever(connection: Connection, organisation: str) -> frozenset[str]:
    """Every id that a version of an organisation's frame had."""
    return used_ids(steps_of(published(connection, organisation)))


def _parsed(text: str) -> Codebook:
    if len(text) > LONGEST:
        raise CodebookError(f"codebook: {len(text):,} characters; expected at most {LONGEST:,}")
    found = taxonomy.problems(text)
    if found:
        more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
        raise CodebookError("; ".join(problem.told("codebook") for problem in found[:TOLD]) + more)
    return taxonomy.parse(text)


def _check(connection: Connection, organisation: str, former: Codebook, frame: Codebook) -> None:
    """Raise CodebookError for an id that an earlier version had, and for one whose role is another one."""
    ever = ids_ever(connection, organisation)
    again = [id for id in frame.ids if id in ever and id not in former]
    if again:
        what = f"used by an earlier version: {_listed(again)}"
        raise CodebookError(f"codebook {frame.label}: {what}; expected ids that were never used")
    changed = [code.id for code in frame.codes if code.id in former and code.role != former[code.id].role]
    if changed:
        what = f"with another role: {_listed(changed)}"
        raise CodebookError(f"codebook {frame.label}: {what}; expected the roles of {former.label}")
    if not any(id in former for id in frame.ids):
        raise CodebookError(f"codebook {frame.label}: no id of {former.label} in it; expected some of them")


def _listed(ids: Iterable[str]) -> str:
    first, rest = list(ids)[:TOLD], list(ids)[TOLD:]
    return ", ".join(first) + (f" and {len(rest)} more" if rest else "")
