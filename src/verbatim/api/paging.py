"""Pages of lists that go from the latest number to the first: the cursor is the number of the last one shown."""

from collections.abc import Sequence
from typing import Any, Protocol

from verbatim.api.problems import Fault, ProblemError
from verbatim.store.statements import NUMBERS


class Numbered(Protocol):
    """Whatever has a number."""

    @property
    def id(self) -> int:
        """The number."""


def after(cursor: str | None) -> int | None:
    """The number that a cursor stands for; None for the first page. Raises ProblemError for one that no page gave."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 and int(cursor) in NUMBERS):
        expected = "one that a page of this list gave as next"
        raise ProblemError(422, f"cursor: expected {expected}", Fault("cursor", None, expected))
    return int(cursor)


def paged(items: Sequence[Numbered], limit: int) -> dict[str, Any]:
    """The first `limit` of the items, and the cursor for those after them where there are more."""
    shown = list(items[:limit])
    return {"items": shown, "next": str(shown[-1].id) if len(items) > limit else None}
