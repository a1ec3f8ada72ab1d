"""Which model an organisation codes with, and how it came to be that one: promotions are added, none is changed.

A promotion puts a model before all others: of what models judged, its codings are in effect. What is rolled back to is
promoted anew, so that it stands in front again. Codings by persons stand before those of any model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args

from sqlalchemy import Column, Connection, Index, Select, Table, Text, bindparam, select

from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store import audit
from verbatim.store.codings import StoredModel, list_models
from verbatim.store.columns import BIG, created, number, one_of, own, owner, to
from verbatim.store.schema import metadata, models
from verbatim.store.statements import hold_organisation, insert_into, require_storable

Act = Literal["promote", "roll_back"]
ACTS: tuple[Act, ...] = get_args(Act)

LONGEST_REASON = 1000

# `former` is the label of the model that was current before, the installation's own at first.
promotions = Table(
    "promotions",
    metadata,
    number(),
    owner(),
    Column("model_id", BIG, nullable=False),
    Column("former", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    created(),
    own(),
    to("models", "model_id"),
    one_of("act", ACTS),
    Index("promotions_model", "organisation", "model_id", "id"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Promotion:
    """That a model became the current one in place of `former`: by whom, why, and when."""

    id: int
    model: str
    former: str
    act: Act
    actor: str
    reason: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A model that is to become the current one in place of `former`, by whom and why."""

    model: str
    former: str
    actor: str
    reason: str


def promote(connection: Connection, organisation: str, step: Step) -> Promotion:
    """The promotion that makes a model the current one.

    Raises NotFoundError for a model that the organisation does not know, StoreError for a reason that is blank or too
    long, ConflictError where another model than `former` is current, or the model itself.
    """
    hold_organisation(connection, organisation)
    now = current(connection, organisation) or step.former
    if now != step.former:
        raise ConflictError(f"model {now!r} is the current one; expected {step.former!r}, as it was a moment ago")
    if now == step.model:
        raise ConflictError(f"model {step.model!r} is the current one already; expected another one")
    return _add(connection, organisation, step, "promote")


def roll_back(connection: Connection, organisation: str, actor: str, reason: str) -> Promotion:
    """The promotion that brings back the model which the current one took the place of.

    Raises ConflictError where the current model took no other's place, StoreError as `promote`.
    """
    hold_organisation(connection, organisation)
    stack = standing(history(connection, organisation))
    if len(stack) < 2:
        at = f"model {stack[0]!r}" if stack else "the installation's model"
        raise ConflictError(f"{at} is the first one; expected a promotion to roll back")
    *_, before, now = stack
    return _add(connection, organisation, Step(before, now, actor, reason), "roll_back")


def history(connection: Connection, organisation: str) -> tuple[Promotion, ...]:
    """The promotions of an organisation, from the first to the latest."""
    joined = promotions.join(models, promotions.c.model_id == models.c.id)
    chosen = select(promotions, models.c.label).select_from(joined).where(promotions.c.organisation == organisation)
    rows = connection.execute(chosen.order_by(promotions.c.id))
    names = ("label", "former", "act", "actor", "reason", "created")
    return tuple(Promotion(row.id, *(getattr(row, name) for name in names)) for row in rows)


def current(connection: Connection, organisation: str) -> str | None:
    """The label of the model that was promoted last; None where none ever was, and the installation's own codes."""
    label: str | None = connection.scalar(_newest(), {"of": organisation})
    return label


@cache
def _newest() -> Select[Any]:
    """Made once: it is asked with every verbatim that comes."""
    joined = promotions.join(models, promotions.c.model_id == models.c.id)
    mine = promotions.c.organisation == bindparam("of")
    return select(models.c.label).select_from(joined).where(mine).order_by(promotions.c.id.desc()).limit(1)


def standing(past: Sequence[Promotion]) -> tuple[str, ...]:
    """The labels from the installation's own model to the current one, without what was rolled back."""
    stack = [past[0].former] if past else []
    for one in past:
        if one.act == "roll_back":
            stack.pop()
        else:
            stack.append(one.model)
    return tuple(stack)


def stored_model(connection: Connection, organisation: str, label: str) -> StoredModel:
    """One model. Raises NotFoundError."""
    found = list_models(connection, organisation)
    for one in found:
        if one.label == label:
            return one
    known = ", ".join(one.label for one in found) or "one that was registered"
    raise NotFoundError(f"model {label!r}: not in organisation {organisation!r}; expected {known}")


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises StoreError for one that is blank, too long or not storable."""
    words = require_storable(reason.strip(), "reason")
    if not 1 <= len(words) <= LONGEST_REASON:
        raise StoreError(f"reason of {len(words)} characters: expected 1 to {LONGEST_REASON}")
    return words


def _add(connection: Connection, organisation: str, step: Step, act: Act) -> Promotion:
    known = stored_model(connection, organisation, step.model)
    reason = require_reason(step.reason)
    values = {"organisation": organisation, "model_id": known.id, "former": step.former, "act": act}
    row = {**values, "actor": require_storable(step.actor, "actor"), "reason": reason}
    added = connection.scalar(insert_into(connection, promotions).returning(promotions.c.id), row)
    told = {"former": step.former, "promotion": added}
    audit.record(connection, organisation, audit.Event(step.actor, act, f"model:{step.model}", told))
    return next(one for one in history(connection, organisation) if one.id == added)
