"""A contact's words and name taken out of everything that is kept; what stays is a receipt that names nobody.

What the contact said is deleted, with all that was judged about it and all that searches find. The name is blanked
where others mention it: by as many █ as it had characters, so that offsets of excerpts hold. `opening.scrub`, after the
block, takes the deleted bytes off the disk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Result, Row, Select, Table, delete, func, or_, select, update

from verbatim.domain import Turn, Verbatim
from verbatim.errors import ConflictError, NotFoundError
from verbatim.store import audit
from verbatim.store.office_tables import invitations
from verbatim.store.promotions import promotions
from verbatim.store.publications import drafts, publications
from verbatim.store.records import Values, text_hash, words_of
from verbatim.store.schema import (
    audit_events,
    codings,
    contacts,
    deliveries,
    erasures,
    idempotency_keys,
    job_errors,
    job_files,
    jobs,
    verbatims,
)
from verbatim.store.search import index
from verbatim.store.statements import NUMBERS, insert_into
from verbatim.store.theme_tables import themes
from verbatim.store.themes import themes_of_contact, unsay
from verbatim.text.script import fold_in_place
from verbatim.text.words import han

BLANK = "█"

IMPORT, EXPORT = "import", "export"
"""The kinds of jobs whose files hold customers' words."""

DROPPED = "its file held what was deleted since; ask for it anew"

# Where a name may stand beside the rows of the contact. From jobs on they hold numbers only, and are looked through
# all the same.
_MENTIONS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (verbatims, ("text", "turns", "question", "fields", "role", "channel")),
    (contacts, ("role", "influence", "tier")),
    (invitations, ("survey",)),
    (codings, ("reason",)),
    (promotions, ("reason",)),
    (publications, ("reason", "operations")),
    (drafts, ("operations",)),
    (themes, ("name", "words")),
    (jobs, ("payload", "result", "error")),
    (job_errors, ("reason",)),
    (deliveries, ("payload", "error")),
    (idempotency_keys, ("answer",)),
    (audit_events, ("details",)),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was erased: how many verbatims and codings were deleted, and in how many rows a name was blanked."""

    id: int
    contact: int
    actor: str
    verbatims: int
    codings: int
    masked: int
    created: datetime


def erase(connection: Connection, organisation: str, contact: int, actor: str) -> Receipt:
    """Take out a contact, by number, and return the receipt. Raises NotFoundError.

    A name of one word, such as Will, is blanked only where it is all that a speaker is called: elsewhere it may be a
    word. On PostgreSQL the bytes go with the next VACUUM (`opening.scrub`).
    """
    person = contacts.c.organisation == organisation, contacts.c.id == contact
    name = connection.scalar(select(contacts.c.name).where(*person)) if contact in NUMBERS else None
    if name is None:
        raise NotFoundError(f"contact {contact}: not in organisation {organisation!r}; expected the id of one that is")
    own = verbatims.c.organisation == organisation, verbatims.c.contact_id == contact
    of_own = codings.c.verbatim_id.in_(select(verbatims.c.id).where(*own))
    judged = connection.scalar(select(func.count()).select_from(codings).where(of_own)) or 0
    of_themes = themes_of_contact(connection, organisation, contact)
    said = connection.execute(delete(verbatims).where(*own)).rowcount
    unsay(connection, organisation, of_themes)
    connection.execute(delete(contacts).where(*person))
    masked = sum(_mask(connection, organisation, table, columns, name) for table, columns in _MENTIONS)
    counts = {"verbatims": said, "codings": judged, "masked": masked}
    audit.record(connection, organisation, audit.Event(actor, "erase", f"contact:{contact}", counts))
    row = {"organisation": organisation, "contact_id": contact, "actor": actor, **counts}
    number = connection.scalar(insert_into(connection, erasures).returning(erasures.c.id), row)
    return next(one for one in receipts(connection, organisation) if one.id == number)


def hashes_of(connection: Connection, organisation: str, contact: int) -> frozenset[str]:
    """The hashes of what a contact said (`records.text_hash`), by number: what tells its words in other places."""
    own = verbatims.c.organisation == organisation, verbatims.c.contact_id == contact
    said = connection.execute(select(verbatims.c.text_hash).where(*own).distinct()).scalars()
    return frozenset(said) - {text_hash("")}


def require_no_import(connection: Connection, organisation: str) -> None:
    """Raise ConflictError while the file of an import waits to be read: nobody knows whom it holds."""
    waiting = jobs.c.organisation == organisation, jobs.c.kind == IMPORT, jobs.c.state.in_(("queued", "running"))
    number = connection.scalar(select(jobs.c.id).where(*waiting).order_by(jobs.c.id).limit(1))
    if number is not None:
        raise ConflictError(
            f"job {number}: an import is waiting or running; expected to be asked again when it is done"
        )


def drop_exports(connection: Connection, organisation: str) -> int:
    """How many kept exports were dropped, with the files of whatever else has ended; exports being made are cancelled.

    An export that waits is made later, without what is gone by then.
    """
    made = jobs.c.organisation == organisation, jobs.c.kind == EXPORT, jobs.c.state.in_(("running", "done"))
    values = {"state": "cancelled", "error": DROPPED, "worker": None, "leased_until": None}
    ended = func.coalesce(jobs.c.finished, datetime.now(UTC))
    count = connection.execute(update(jobs).where(*made).values(**values, finished=ended)).rowcount
    going = select(jobs.c.id).where(jobs.c.organisation == organisation, jobs.c.state.in_(("queued", "running")))
    files = job_files.c
    connection.execute(delete(job_files).where(files.organisation == organisation, files.job_id.not_in(going)))
    return count


def receipts(connection: Connection, organisation: str) -> tuple[Receipt, ...]:
    """The receipts of an organisation, from the first to the latest."""
    rows = connection.execute(select(erasures).where(erasures.c.organisation == organisation).order_by(erasures.c.id))
    names = ("id", "contact_id", "actor", "verbatims", "codings", "masked", "created")
    return tuple(Receipt(*(getattr(row, name) for name in names)) for row in rows)


def blanked(text: str, name: str) -> str:
    """The text with the name blanked wherever it stands, in either script, whatever its case; as long as before."""
    pattern = _pattern(name)
    if pattern is None:
        return BLANK * len(text) if _folded(text.strip()) == _folded(name.strip()) else text
    places = [match.span() for match in pattern.finditer(_folded(text))]
    for start, end in places:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text


@lru_cache(8)
def _pattern(name: str) -> re.Pattern[str] | None:
    """What finds a name in a folded text; None for a name of one word, which may be a word."""
    form = _folded(name.strip())
    if len(han(form)) < 2 and re.fullmatch(r"[^\W\d_]*", form):
        return None
    before = "" if han(form[0]) else r"(?<!\w)"
    after = "" if han(form[-1]) else r"(?!\w)"
    spaced = r"\s".join(re.escape(part) for part in re.split(r"\s", form))
    return re.compile(before + spaced + after)


def _folded(text: str) -> str:
    form = fold_in_place(text)
    return form if len(form) == len(text) else text


def _mask(connection: Connection, organisation: str, table: Table, columns: tuple[str, ...], name: str) -> int:
    """Blank the name in these columns of a table, and return in how many rows it stood.

    All rows are read: no engine finds a name in both scripts, in any case, and inside JSON.
    """
    kept = [table.c[column] for column in columns]
    filled = or_(*(column.is_not(None) for column in kept))
    chosen = select(*table.primary_key, *kept).where(table.c.organisation == organisation, filled)
    change = partial(blanked, name=name)
    pairs = (
        (row, {column: _in_value(getattr(row, column), change) for column in columns})
        for row in _rows(connection, chosen)
    )
    changed = [(row, new) for row, new in pairs if any(new[column] != getattr(row, column) for column in columns)]
    for row, new in changed:
        _keep(connection, organisation, table, row, new)
    return len(changed)


def _rows(connection: Connection, chosen: Select[Any]) -> Result[Any]:
    """The rows, some at a time, so that not all are in memory."""
    return connection.execute(chosen, execution_options={"yield_per": 1000})


def _in_value(value: object, change: Callable[[str], str]) -> object:
    """The value with every text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_value(one, change) for one in value]
    if isinstance(value, dict):
        return {key: _in_value(one, change) for key, one in value.items()}
    return value


def _keep(connection: Connection, organisation: str, table: Table, row: Row[Any], values: Values) -> None:
    key = [column == getattr(row, column.name) for column in table.primary_key]
    if table is verbatims:
        words = words_of(Verbatim("", values["text"], tuple(Turn(**turn) for turn in values["turns"] or ())))
        values = {**values, "text_hash": text_hash(words)}
        index(connection, organisation, [(row.id, words)])
    connection.execute(update(table).where(table.c.organisation == organisation, *key).values(values))
