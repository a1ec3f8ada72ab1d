"""Pages of lists that go from the latest number to the first: the cursor is the number of the last one shown."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from fastapi import Query

from verbatim.api.problems import Fault, ProblemError, told

NUMBER = "^[1-9][0-9]{0,17}$"

Cursor = Annotated[
    str | None, Query(description="What the page before gave as `next`.", json_schema_extra={"pattern": NUMBER})
]


class Numbered(Protocol):
    """Whatever has a number."""

    @property
    def id(self) -> int:
        """The number."""


def after(cursor: str | None) -> int | None:
    """The number that a cursor stands for; None for the first page. Raises ProblemError for one that no page gave."""
    if cursor is None:
        return None
    if not re.fullmatch(NUMBER, cursor):
        expected = "one that a page of this list gave as next"
        raise ProblemError(422, f"cursor: expected {expected}", Fault("cursor", told("cursor", cursor), expected))
    return int(cursor)


def paged(items: Sequence[Numbered], limit: int) -> dict[str, Any]:
    """The first `limit` of the items, and the cursor for those after them where there are more."""
    shown = list(items[:limit])
    return {"items": shown, "next": str(shown[-1].id) if len(items) > limit else None}
