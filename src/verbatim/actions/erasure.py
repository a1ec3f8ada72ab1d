"""A person taken out of everything that is kept: the store, kept exports, training corpora; a receipt stays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from verbatim.access import ORGANISATION
from verbatim.actions.stores import drop_vectors
from verbatim.errors import NotFoundError, StoreError
from verbatim.learning.pruning import Gone, prune
from verbatim.store.audit import OPERATOR
from verbatim.store.erasure import blanked, drop_exports, erase, hashes_of, require_no_import
from verbatim.store.opening import reading, scrub, writing
from verbatim.store.people import StoredContact, contacts_named
from verbatim.store.records import text_hash
from verbatim.store.statements import hold_organisation

SCRUBBINGS = 5
"""How often the log of SQLite is tried to be emptied while others read it."""


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Who is to be erased, by name; at which account, "" for none, where the name alone does not say who is meant."""

    contact: str
    account: str | None = None
    corpora: tuple[Path, ...] = ()
    organisation: str = ORGANISATION
    actor: str = OPERATOR


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: numbers of receipts and contacts, and counts.

    `exports` were dropped, for they may have held the person; from `corpora` rows were taken out, so a model trained on
    them is to be trained again. `complete` is false where another process read on, so that deleted bytes stay in the
    log of SQLite until the next erasure or retention.
    """

    receipts: tuple[int, ...]
    contacts: tuple[int, ...]
    verbatims: int
    codings: int
    masked: int
    exports: int
    corpora: Mapping[str, int]
    complete: bool


def erase_person(engine: Engine, order: ErasureOrder) -> Erased:
    """Erase a person, and return what came of it, which names nobody.

    Corpora come first: where anything fails, the same order can be given again. A row of a corpus goes when it is what
    the person said, as it was stored, or holds the name. Raises NotFoundError for a name that no contact has,
    StoreError for one that contacts of several accounts have, ConflictError while an import is waiting or running,
    CorpusError for a corpus that cannot be read.
    """
    with reading(engine, order.organisation) as connection:
        require_no_import(connection, order.organisation)
        people = _meant(connection, order)
        said = frozenset().union(*(hashes_of(connection, order.organisation, one.id) for one in people))
    gone = _telling(said, [one.contact.name for one in people])
    corpora = {str(folder): prune(folder, gone) for folder in order.corpora}
    with writing(engine, order.organisation) as connection:
        hold_organisation(connection, order.organisation)
        require_no_import(connection, order.organisation)
        receipts = [erase(connection, order.organisation, one.id, order.actor) for one in people]
        exports = drop_exports(connection, order.organisation)
    drop_vectors(engine, order.organisation)
    return Erased(
        receipts=tuple(one.id for one in receipts),
        contacts=tuple(one.contact for one in receipts),
        verbatims=sum(one.verbatims for one in receipts),
        codings=sum(one.codings for one in receipts),
        masked=sum(one.masked for one in receipts),
        exports=exports + drop_late_exports(engine, order.organisation),
        corpora=corpora,
        complete=scrubbed(engine),
    )


def drop_late_exports(engine: Engine, organisation: str) -> int:
    """How many exports were dropped that began while the block that deleted had not ended, so that they saw it all."""
    with writing(engine, organisation) as connection:
        return drop_exports(connection, organisation)


def scrubbed(engine: Engine) -> bool:
    """Whether what was deleted is off the disk; tried several times, since others may be reading."""
    return any(scrub(engine) for _ in range(SCRUBBINGS))


def _meant(connection: Connection, order: ErasureOrder) -> Sequence[StoredContact]:
    named = contacts_named(connection, order.organisation, order.contact)
    found = [one for one in named if order.account is None or (one.contact.account or "") == order.account]
    if not found:
        at = "" if order.account is None else f" of account {order.account!r}"
        who = f"contact of {len(order.contact)} characters{at}"
        raise NotFoundError(f"{who}: not in organisation {order.organisation!r}; expected the name of one that is")
    accounts = sorted({one.contact.account or "" for one in found})
    if len(accounts) > 1:
        told = ", ".join(map(repr, accounts))
        raise StoreError(
            f"contact of {len(order.contact)} characters: at {len(accounts)} accounts; expected one of {told}"
        )
    return found


def _telling(said: frozenset[str], names: Sequence[str]) -> Gone:
    """What tells a row of a corpus that holds what was said, or one of the names."""

    def gone(row: Mapping[str, object]) -> bool:
        if text_hash(_words(row)) in said:
            return True
        return any(blanked(text, name) != text for text in _texts(row) for name in names)

    return gone


def _words(row: Mapping[str, object]) -> str:
    """Everything that was said in a row, as the store puts it together."""
    turns = row.get("turns")
    if isinstance(turns, list) and turns:
        return "\n".join(str(turn.get("text", "")) for turn in turns if isinstance(turn, dict))
    return str(row.get("text", ""))


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a value of JSON, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
