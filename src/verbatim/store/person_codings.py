"""What persons have coded, with whoever stands behind each verbatim: to learn from, and to measure by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from verbatim.store.codings import codings_of, effective
from verbatim.store.records import StoredCoding, StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.store.schema import effective_codings, verbatims
from verbatim.store.statements import BATCH


@dataclass(frozen=True, slots=True)
class PersonCoding:
    """A verbatim and the coding by a person that is in effect.

    `contact` and `account` are numbers, `words` is the hash of what was said; `changed` is false where a model gave the
    verbatim, as it reads now, the very same codes.
    """

    stored: StoredVerbatim
    coding: StoredCoding
    contact: int | None
    account: int | None
    words: str
    changed: bool


def person_codings(connection: Connection, organisation: str) -> Iterator[PersonCoding]:
    """Yield the verbatims whose coding in effect is a person's, by number, some hundreds at a time."""
    view = effective_codings.c
    by_persons = select(view.verbatim_id).where(view.organisation == organisation, view.model_id.is_(None))
    numbers = sorted(connection.execute(by_persons).scalars())
    for start in range(0, len(numbers), BATCH):
        yield from _batch(connection, organisation, numbers[start : start + BATCH])


def _batch(connection: Connection, organisation: str, numbers: list[int]) -> Iterator[PersonCoding]:
    chosen = chosen_verbatims(organisation).where(verbatims.c.id.in_(numbers)).order_by(verbatims.c.id)
    in_effect = effective(connection, organisation, numbers)
    of_models: dict[int, list[StoredCoding]] = {}
    for one in codings_of(connection, organisation, numbers):
        if not one.person:
            of_models.setdefault(one.verbatim, []).append(one)
    for row in connection.execute(chosen):
        yield _coding(row, in_effect[row.id], of_models.get(row.id, []))


def _coding(row: Row[Any], coding: StoredCoding, of_models: list[StoredCoding]) -> PersonCoding:
    same = [one for one in of_models if one.revision == row.revision and _ids(one) == _ids(coding)]
    return PersonCoding(stored_verbatim(row), coding, row.contact_id, row.account_id, row.text_hash, not same)


def _ids(coding: StoredCoding) -> frozenset[str]:
    return frozenset(code.id for code in coding.coding.codes)
