"""What is older than an organisation keeps it, deleted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from verbatim.actions.erasure import drop_late_exports, scrubbed
from verbatim.actions.stores import drop_vectors
from verbatim.errors import InputError
from verbatim.store.audit import OPERATOR
from verbatim.store.erasure import drop_exports
from verbatim.store.opening import writing
from verbatim.store.themes import themes_before, unsay
from verbatim.store.verbatims import delete_older

LONGEST = 36_500


@dataclass(frozen=True, slots=True)
class Retained:
    """How many verbatims and kept exports were deleted; `complete` as in an erasure."""

    verbatims: int
    exports: int
    complete: bool


def retain(engine: Engine, organisation: str, days: int, actor: str = OPERATOR) -> Retained:
    """Delete the verbatims older than so many days, and what came of it; kept exports go where they may hold any.

    Raises InputError for a number of days that cannot be, NotFoundError for an unknown organisation.
    """
    if not 1 <= days <= LONGEST:
        raise InputError(f"older than {days} days: expected 1 to {LONGEST}")
    before = datetime.now(UTC) - timedelta(days=days)
    with writing(engine, organisation) as connection:
        thinned = themes_before(connection, organisation, before)
        count = delete_older(connection, organisation, before, actor)
        unsay(connection, organisation, thinned if count else ())
        exports = drop_exports(connection, organisation) if count else 0
    if count:
        exports += drop_late_exports(engine, organisation)
        drop_vectors(engine, organisation)
    return Retained(count, exports, scrubbed(engine))
