"""What an output needs to know of the code frame: ids, their order, their parents, their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class FrameCode(Protocol):
    """One id of a frame with its words per language."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def definitions(self) -> Mapping[str, str]:
        """What it codes, by language."""

    @property
    def include(self) -> Mapping[str, Sequence[str]]:
        """What belongs to it, by language."""

    @property
    def exclude(self) -> Mapping[str, Sequence[str]]:
        """What does not, by language."""


class Frame(Protocol):
    """A two-level code frame that can be looked up; `verbatim.taxonomy.Codebook` is one."""

    @property
    def label(self) -> str:
        """Name and version, such as "b2b@1"."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages it is written in."""

    @property
    def ids(self) -> Sequence[str]:
        """Every id, in the order of the file."""

    @property
    def codes(self) -> Sequence[FrameCode]:
        """Every id with its words, in the same order."""

    def children(self, id: str) -> Sequence[str]:
        """The ids under this one."""

    def category_of(self, id: str) -> str:
        """The id of the first level that this id stands under; itself for one of the first level."""

    def name_of(self, id: str, language: str) -> str:
        """What the id is called in this language."""

    def id_with_role(self, role: str) -> str | None:
        """The id that plays "no_content", "none", "general" or "other" in this frame, if one does."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The frame that a run codes by, and those of the models that code beside it, by the label of each model."""

    main: Frame
    beside: Mapping[str, Frame] = field(default_factory=dict)
