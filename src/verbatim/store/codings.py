"""Models, and what they and persons judged about verbatims: added to, never changed.

The effective coding of a verbatim is the latest by a person, else that of the newest model; a coding of words that have
changed since is history. So is one that its author took back; and one that was made blind, without sight of another
person's, is never in effect.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, exists, func, select, true

from verbatim.domain import CodeMention, Coding, Excerpt
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.codebook_versions import alike
from verbatim.store.publications import named_in_use
from verbatim.store.records import (
    StoredCoding,
    StoredVerbatim,
    Values,
    chosen_verbatims,
    coding_values,
    mention,
    mention_values,
    stored_coding,
    stored_verbatim,
)
from verbatim.store.review_tables import withdrawals
from verbatim.store.schema import code_mentions, codebook_versions, codings, effective_codings, models, verbatims
from verbatim.store.statements import BATCH, insert_into, owned, require_organisation, require_storable


@dataclass(frozen=True, slots=True)
class Judged:
    """A coding of the verbatim with that number, by a model or by a person, who may give a reason.

    `revision` is what the author read; None stands for the verbatim as it is now. `blind` where the author saw nothing
    of another person's coding, and this one is to be compared with it. `based_on` is the number of the coding that a
    crosswalk made this one of.
    """

    verbatim: int
    coding: Coding
    person: bool = False
    reason: str | None = None
    revision: int | None = None
    blind: bool = False
    based_on: int | None = None


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model that an organisation knows: its number, name@version, its code frame, what is told of it."""

    id: int
    label: str
    codebook: str | None
    facts: Values | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a coding: added under a number, there already by that model, or of words that have changed."""

    result: Literal["added", "there", "outdated"]
    id: int | None = None


def register_model(
    connection: Connection, organisation: str, label: str, codebook: str | None = None, facts: Values | None = None
) -> int:
    """The number of a model; the one registered last is the newest. What is known of a label is not changed."""
    require_organisation(connection, organisation)
    row = {"organisation": organisation, "label": label, "codebook": codebook, "facts": facts}
    connection.execute(insert_into(connection, models).on_conflict_do_nothing(), row)
    return _model_ids(connection, organisation, {label})[label]


def list_models(connection: Connection, organisation: str) -> tuple[StoredModel, ...]:
    """The models of an organisation, from the first registered to the newest."""
    rows = connection.execute(select(models).where(models.c.organisation == organisation).order_by(models.c.id))
    return tuple(StoredModel(row.id, row.label, row.codebook, row.facts, row.created) for row in rows)


def add_codings(
    connection: Connection,
    organisation: str,
    judged: Sequence[Judged],
    held: Mapping[int, StoredVerbatim] | None = None,
    codebook: int | None = None,
) -> tuple[Noted, ...]:
    """What became of each coding, in order. A model codes a verbatim once, a person as often as there is reason to.

    `held` are the verbatims where the caller holds them all already. All codings are of one version of the code frame,
    by its number, the one in use if left out: by another version a model codes a verbatim again. Raises NotFoundError
    for a verbatim or a model that the organisation does not have, StoreError for a code that comes twice or an excerpt
    that lies outside the text.
    """
    labels = {one.coding.author for one in judged if not one.person}
    known = _model_ids(connection, organisation, labels) if labels else {}
    if codebook is None:
        kept = named_in_use(connection, organisation)
        codebook = kept.id if kept else 0
    fixed = {"organisation": organisation, "codebook_id": codebook}
    noted: list[Noted] = []
    for start in range(0, len(judged), BATCH):
        batch = judged[start : start + BATCH]
        of = held if held is not None else _words(connection, organisation, {one.verbatim for one in batch})
        noted += _add(connection, fixed, batch, known, of)
    return tuple(noted)


def effective(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, StoredCoding]:
    """The codings in effect of these verbatims, by number; those that nobody has coded are left out."""
    view = effective_codings.c
    chosen = _IN_EFFECT.where(owned(view.organisation, organisation), view.verbatim_id.in_(numbers))
    rows = connection.execute(chosen).all()
    codes = _mentions(connection, organisation, [row.id for row in rows])
    return {row.verbatim_id: stored_coding(row, row.external_id, codes.get(row.id, ()), False) for row in rows}


def codings_of(connection: Connection, organisation: str, numbers: Sequence[int]) -> tuple[StoredCoding, ...]:
    """All codings of these verbatims from the first to the latest, of former revisions too."""
    chosen = _ALL.where(owned(codings.c.organisation, organisation), codings.c.verbatim_id.in_(numbers))
    rows = connection.execute(chosen.order_by(codings.c.id)).all()
    ids = [row.id for row in rows]
    codes = _mentions(connection, organisation, ids)
    withdrawn = select(withdrawals.c.coding_id).where(withdrawals.c.coding_id.in_(ids))
    gone = set(connection.execute(withdrawn).scalars())
    return tuple(stored_coding(row, row.external_id, codes.get(row.id, ()), row.id in gone) for row in rows)


# Made once: to put a statement together takes longer than to look up a row.
_NAMES = verbatims.c.external_id, codebook_versions.c.label.label("codebook")
_IN_EFFECT = (
    select(effective_codings, *_NAMES)
    .join(verbatims, verbatims.c.id == effective_codings.c.verbatim_id)
    .outerjoin(codebook_versions, codebook_versions.c.id == effective_codings.c.codebook_id)
)
_ALL = (
    select(codings, *_NAMES)
    .join(verbatims, verbatims.c.id == codings.c.verbatim_id)
    .outerjoin(codebook_versions, codebook_versions.c.id == codings.c.codebook_id)
)


def uncoded(
    connection: Connection,
    organisation: str,
    model: str,
    limit: int = BATCH,
    after: int = 0,
    numbers: Sequence[int] | None = None,
) -> tuple[StoredVerbatim, ...]:
    """The first verbatims, by number, that this model has not coded as they are now, by the code frame that is in use.

    Only those after a number, and only some where `numbers` lists them. Raises NotFoundError.
    """
    chosen = chosen_verbatims(organisation).where(*_uncoded(connection, organisation, model), verbatims.c.id > after)
    if numbers is not None:
        chosen = chosen.where(verbatims.c.id.in_(numbers))
    rows = connection.execute(chosen.order_by(verbatims.c.id).limit(limit))
    return tuple(stored_verbatim(row) for row in rows)


def count_uncoded(connection: Connection, organisation: str, model: str) -> int:
    """How many verbatims this model has not coded as they are now. Raises NotFoundError."""
    chosen = select(func.count()).select_from(verbatims).where(*_uncoded(connection, organisation, model))
    return connection.scalar(chosen) or 0


def _uncoded(connection: Connection, organisation: str, model: str) -> tuple[ColumnElement[bool], ...]:
    number = _model_ids(connection, organisation, {model})[model]
    kept = named_in_use(connection, organisation, _fingerprint(connection, organisation, number))
    by_frame = codings.c.codebook_id.in_(alike(connection, organisation, kept)) if kept else true()
    done = exists().where(
        codings.c.verbatim_id == verbatims.c.id,
        codings.c.revision == verbatims.c.revision,
        codings.c.model_id == number,
        by_frame,
    )
    return verbatims.c.organisation == organisation, ~done


def _fingerprint(connection: Connection, organisation: str, model: int) -> str | None:
    """That of the frame which a model was registered with, if that is known."""
    kept = codebook_versions.c
    own = kept.organisation == organisation, models.c.id == model
    joined = codebook_versions.join(models, kept.label == models.c.codebook)
    return connection.scalar(select(kept.fingerprint).select_from(joined).where(*own))


def _model_ids(connection: Connection, organisation: str, labels: set[str]) -> dict[str, int]:
    chosen = select(models.c.label, models.c.id).where(models.c.organisation == organisation)
    known = dict(connection.execute(chosen).all())
    for label in sorted(labels - set(known)):
        expected = ", ".join(sorted(known)) or "one that was registered"
        raise NotFoundError(f"model {label!r}: not registered in organisation {organisation!r}; expected {expected}")
    return known


def hold(connection: Connection, organisation: str, numbers: Iterable[int]) -> dict[int, StoredVerbatim]:
    """Those of these verbatims that there are, by number, held against change and other coders until the block ends."""
    chosen = chosen_verbatims(organisation, numbers).with_for_update(of=verbatims, key_share=True)
    return {row.id: stored_verbatim(row) for row in connection.execute(chosen.order_by(verbatims.c.id))}


def withdraw(connection: Connection, organisation: str, coding: int, actor: str) -> None:
    """Let a coding, by number, be in effect no more; nothing changes where it was taken back before."""
    row = {"organisation": organisation, "coding_id": coding, "actor": actor}
    connection.execute(insert_into(connection, withdrawals).on_conflict_do_nothing(), row)


def _words(connection: Connection, organisation: str, numbers: set[int]) -> dict[int, StoredVerbatim]:
    found = hold(connection, organisation, numbers)
    for number in sorted(numbers - set(found)):
        raise NotFoundError(f"verbatim {number}: not in organisation {organisation!r}; expected the id of one that is")
    return found


def _add(
    connection: Connection,
    fixed: Values,
    batch: Sequence[Judged],
    known: Mapping[str, int],
    of: Mapping[int, StoredVerbatim],
) -> list[Noted]:
    organisation = fixed["organisation"]
    fresh = {place: one for place, one in enumerate(batch) if one.revision in (None, of[one.verbatim].revision)}
    for one in fresh.values():
        _check(one.coding, of[one.verbatim])
    rows = {place: _row(fixed, one, of[one.verbatim], known) for place, one in fresh.items()}
    numbers = _insert(connection, rows)
    mentions = [
        {"organisation": organisation, "coding_id": number, **values}
        for place, number in numbers.items()
        for values in mention_values(batch[place].coding.codes)
    ]
    if mentions:
        connection.execute(insert_into(connection, code_mentions), mentions)
    return [_noted(place in fresh, numbers.get(place)) for place in range(len(batch))]


def _row(fixed: Values, judged: Judged, of: StoredVerbatim, known: Mapping[str, int]) -> Values:
    return {
        **fixed,
        "verbatim_id": of.id,
        "revision": of.revision,
        "model_id": None if judged.person else known[judged.coding.author],
        "reason": judged.reason and require_storable(judged.reason, "reason"),
        "blind": judged.blind,
        "based_on": judged.based_on,
        **coding_values(judged.coding),
    }


def _insert(connection: Connection, rows: Mapping[int, Values]) -> dict[int, int]:
    """The numbers of the rows that were added, by place; those of models go together, since none comes twice."""
    insert = insert_into(connection, codings).on_conflict_do_nothing()
    returning = insert.returning(codings.c.id, codings.c.verbatim_id, codings.c.model_id)
    of_models = [row for row in rows.values() if row["model_id"] is not None]
    found = connection.execute(returning, of_models).all() if of_models else []
    added = {(row.verbatim_id, row.model_id): row.id for row in found}
    numbers: dict[int, int | None] = {}
    for place, row in rows.items():
        if row["model_id"] is None:
            numbers[place] = connection.scalar(returning, row)
        else:
            numbers[place] = added.pop((row["verbatim_id"], row["model_id"]), None)
    return {place: number for place, number in numbers.items() if number is not None}


def _noted(fresh: bool, number: int | None) -> Noted:
    if number is not None:
        return Noted("added", number)
    return Noted("there" if fresh else "outdated")


def _check(coding: Coding, of: StoredVerbatim) -> None:
    """Raise StoreError for a code that comes twice or an excerpt that is not a piece of the text."""
    ids = [one.id for one in coding.codes]
    for value in (coding.author, coding.language, *ids):
        require_storable(value, f"verbatim {of.id}: coding")
    for code in {code for code in ids if ids.count(code) > 1}:
        raise StoreError(f"verbatim {of.id}: code {code!r} comes {ids.count(code)} times; expected each code once")
    for excerpt in _excerpts(coding):
        length = _length(of, excerpt.turn)
        if not 0 <= excerpt.start < excerpt.end <= length:
            where = f"verbatim {of.id}" if excerpt.turn is None else f"verbatim {of.id}, turn {excerpt.turn}"
            raise StoreError(f"{where}: excerpt {excerpt.start}:{excerpt.end}; expected a piece of 0:{length}")


def _excerpts(coding: Coding) -> Iterator[Excerpt]:
    for mentions in (coding.codes, *coding.frames.values()):
        for one in mentions:
            yield from one.excerpts
    for intent in coding.intents:
        yield from intent.excerpts


def _length(of: StoredVerbatim, turn: int | None) -> int:
    turns = of.verbatim.turns
    if turn is None:
        return len(of.verbatim.text)
    return len(turns[turn].text) if 0 <= turn < len(turns) else 0


def _mentions(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, list[CodeMention]]:
    chosen = select(code_mentions).where(
        owned(code_mentions.c.organisation, organisation), code_mentions.c.coding_id.in_(numbers)
    )
    found: dict[int, list[CodeMention]] = {}
    for row in connection.execute(chosen.order_by(code_mentions.c.coding_id, code_mentions.c.position)):
        found.setdefault(row.coding_id, []).append(mention(row))
    return found
