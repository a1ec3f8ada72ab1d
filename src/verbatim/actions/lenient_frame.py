"""A code frame that also names ids which it does not have: those that an earlier model coded by."""

from collections.abc import Sequence

from verbatim.taxonomy import Code, Codebook


class LenientFrame:
    """The frame of an export. An id that is not in it is called by itself, under what stands before its dot."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook

    @property
    def label(self) -> str:
        """Name and version."""
        return self._codebook.label

    @property
    def languages(self) -> Sequence[str]:
        """The languages it is written in."""
        return self._codebook.languages

    @property
    def ids(self) -> Sequence[str]:
        """Every id of the frame."""
        return self._codebook.ids

    @property
    def codes(self) -> Sequence[Code]:
        """Every id of the frame with its words."""
        return self._codebook.codes

    def children(self, id: str) -> Sequence[str]:
        """The ids under this one."""
        return self._codebook.children(id) if id in self._codebook else ()

    def category_of(self, id: str) -> str:
        """The id of the first level that this id stands under."""
        return self._codebook.category_of(id) if id in self._codebook else id.partition(".")[0]

    def name_of(self, id: str, language: str) -> str:
        """What the id is called in this language."""
        return self._codebook.name_of(id, language) if id in self._codebook else id

    def id_with_role(self, role: str) -> str | None:
        """The id that plays this role, if one does."""
        return self._codebook.id_with_role(role)
