"""The desk that everything arrives at: a store, a model that codes, and what they have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from verbatim import taxonomy
from verbatim.actions.coding import codebook_of
from verbatim.actions.coding_line import CodingLine
from verbatim.actions.redacting import Redactors
from verbatim.actions.together import Together
from verbatim.coder import Coder
from verbatim.registry import Manifest, find, load, read_manifest
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store
from verbatim.taxonomy import Codebook

if TYPE_CHECKING:
    from verbatim.actions.figures import Memory
    from verbatim.actions.frame_in_use import FrameInUse


@dataclass(frozen=True, slots=True)
class Desk:
    """A store, the model that codes what arrives, its manifest and its code frame.

    `line` is where callers are coded together, `together` where what they hand in is kept together, `redactors` what is
    known of rosters, `introduced` the organisations that know the model already, `champions` the desks of organisations
    that code with a model of their own, by organisation and label, `frames` and `codebooks` what is known of versions
    of code frames, by organisation and number, `figures` what is counted of each organisation: all belong to this desk
    and to the process that it is in.
    """

    engine: Engine
    coder: Coder
    manifest: Manifest
    codebook: Codebook
    line: CodingLine = field(init=False, repr=False, compare=False)
    together: Together[Any, Any] = field(init=False, repr=False, compare=False)
    redactors: Redactors = field(init=False, repr=False, compare=False)
    introduced: set[str] = field(init=False, repr=False, compare=False)
    champions: dict[tuple[str, str], "Desk"] = field(init=False, repr=False, compare=False)
    frames: dict[tuple[str, int], "FrameInUse"] = field(init=False, repr=False, compare=False)
    codebooks: dict[tuple[str, int], Codebook] = field(init=False, repr=False, compare=False)
    figures: dict[str, "Memory"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", CodingLine(self.coder))
        object.__setattr__(self, "together", Together())
        object.__setattr__(self, "redactors", Redactors())
        object.__setattr__(self, "introduced", set())
        for name in ("champions", "frames", "codebooks", "figures"):
            object.__setattr__(self, name, {})

    @property
    def model(self) -> str:
        """The label of the model."""
        return self.coder.model.label

    def beside(self, coder: Coder, manifest: Manifest, codebook: Codebook) -> "Desk":
        """A desk of the same store with another model, which knows what this one knows of rosters and figures."""
        desk = Desk(self.engine, coder, manifest, codebook)
        for name in ("redactors", "figures"):
            object.__setattr__(desk, name, getattr(self, name))
        return desk

    def close(self) -> None:
        """Code what still waits, and let go of the store."""
        for desk in (self, *self.champions.values()):
            desk.line.close()
        self.engine.dispose()


def open_desk(url: str, model: str | None = None, codebook: str | None = None) -> Desk:
    """The desk of the store at a URL, brought to the layout of this version, with a model by label or folder.

    `codebook` is a file with the frame that the model was trained for; the model's own, or the one that ships, if left
    out. Raises ModelError, CodebookError and StoreError for what cannot be opened; the store is opened last.
    """
    return desk_of(lambda: _upgraded(url), model, codebook)


def desk_of(opened: Callable[[], Engine], model: str | None = None, codebook: str | None = None) -> Desk:
    """The desk of a store, which is opened last, with a model by label or folder. Raises as `open_desk`."""
    folder = find(model)
    frame = taxonomy.load(Path(codebook)) if codebook else codebook_of(read_manifest(folder))
    learnt, manifest = load(folder, frame)
    return Desk(opened(), Coder(learnt), manifest, frame)


def _upgraded(url: str) -> Engine:
    engine = open_store(url)
    upgrade(engine)
    return engine
