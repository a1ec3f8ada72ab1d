"""The version of the code frame that an organisation codes by, and what it makes of a model that knows another one.

A model answers with the ids that it was trained on. What became of them since is known (`crosswalk`): a merged code is
given as the one that took it in, a retired one never, and of a split one a person must say which.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Connection, Engine

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.crosswalk import Walk, walk_of
from verbatim.domain import Coding
from verbatim.store.codebook_versions import kept_codebook
from verbatim.store.codings import Judged
from verbatim.store.opening import reading
from verbatim.store.publications import history, named_in_use, named_in_use_held, steps_of
from verbatim.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class FrameInUse:
    """A version of the frame by its number and label, and where every id has gone; None where none ever changed."""

    id: int
    label: str
    walk: Walk | None

    def judged(self, given: Iterable[Judged]) -> list[Judged]:
        """The codings by the ids of this version, each with the reason why a person should look at it, if any."""
        if self.walk is None:
            return list(given)
        found = [(one, self.walk.applied(one.coding)) for one in given]
        return [replace(one, coding=mapped.coding, reason=mapped.reason or one.reason) for one, mapped in found]


def frame_in_use(connection: Connection, desk: Desk, organisation: str, *, held: bool = False) -> FrameInUse | None:
    """The frame of an organisation; `held` against publications until the block ends. None where none is kept yet."""
    find = named_in_use_held if held else named_in_use
    kept = find(connection, organisation, desk.codebook.fingerprint)
    if kept is None:
        return None
    key = organisation, kept.id
    if key not in desk.frames:
        desk.frames[key] = FrameInUse(kept.id, kept.label, walk(connection, organisation))
    return desk.frames[key]


def walk(connection: Connection, organisation: str) -> Walk | None:
    """Where every id of an organisation's frame has gone; None where nothing was ever published."""
    steps = steps_of(history(connection, organisation))
    if not steps:
        return None
    return walk_of(steps, [id for entry in steps[-1] for id in entry.new])


def in_ids_of_today(desk: Desk, organisation: str, codings: Sequence[Coding]) -> list[Coding]:
    """What a model answered, by the frame that is in use."""
    with reading(desk.engine, organisation) as connection:
        frame = frame_in_use(connection, desk, organisation)
    if frame is None or frame.walk is None:
        return list(codings)
    return [frame.walk.applied(one).coding for one in codings]


class Framed(Protocol):
    """What a frame is asked of: a store, the frame of the installation, and those that are known already."""

    @property
    def engine(self) -> Engine:
        """The store."""

    @property
    def codebook(self) -> Codebook:
        """The frame of the installation."""

    @property
    def codebooks(self) -> dict[tuple[str, int], Codebook]:
        """Versions by organisation and number."""


def codebook(desk: Framed, organisation: str) -> Codebook:
    """The version in use: that published last, else that kept last of those with the ids of the model, else its own."""
    with reading(desk.engine, organisation) as connection:
        named = named_in_use(connection, organisation, desk.codebook.fingerprint)
        if named is None:
            return desk.codebook
        key = organisation, named.id
        kept = None if key in desk.codebooks else kept_codebook(connection, organisation, named.label)
    if kept is not None:
        desk.codebooks[key] = taxonomy.parse(kept.content, kept.label)
    return desk.codebooks[key]
