"""What is coded, in effect, by some ids of a code frame: counted, sampled, found where it must go over to others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, case, distinct, exists, func, select

from verbatim.store.schema import code_mentions, effective_codings

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class CodedBy:
    """How many verbatims are coded, in effect, by some ids; by persons and by models; the first of them by number."""

    verbatims: int = 0
    persons: int = 0
    models: int = 0
    samples: tuple[int, ...] = ()


def coded_by(connection: Connection, organisation: str, codes: Collection[str]) -> CodedBy:
    """What is coded by one of these ids or several."""
    if not codes:
        return CodedBy()
    view, mentions = effective_codings.c, code_mentions.c
    joined = code_mentions.join(effective_codings, view.id == mentions.coding_id)
    own = mentions.organisation == organisation, mentions.code.in_(codes), view.organisation == organisation
    person = case((view.model_id.is_(None), view.verbatim_id))
    counted = select(func.count(distinct(view.verbatim_id)), func.count(distinct(person)))
    verbatims, persons = connection.execute(counted.select_from(joined).where(*own)).one()
    chosen = select(view.verbatim_id).select_from(joined).where(*own).distinct().order_by(view.verbatim_id)
    samples = connection.execute(chosen.limit(SAMPLES)).scalars()
    return CodedBy(verbatims, persons, verbatims - persons, tuple(samples))


def counts_in_effect(connection: Connection, organisation: str, *, by: Literal["code", "category"]) -> dict[str, int]:
    """How many verbatims are coded, in effect, by each id, or by any of each category."""
    view, mentions = effective_codings.c, code_mentions.c
    joined = code_mentions.join(effective_codings, view.id == mentions.coding_id)
    own = mentions.organisation == organisation, view.organisation == organisation
    counted = func.count(distinct(view.verbatim_id))
    chosen = select(mentions[by], counted).select_from(joined).where(*own).group_by(mentions[by])
    return dict(connection.execute(chosen).all())


def count_behind(connection: Connection, organisation: str, ids: Sequence[str], versions: Collection[int]) -> int:
    """How many codings by persons are in effect that are of no such version, and have an id that is none of these."""
    chosen = select(func.count()).select_from(effective_codings).where(*_behind(organisation, ids, versions))
    return connection.scalar(chosen) or 0


def behind(
    connection: Connection, organisation: str, ids: Sequence[str], versions: Collection[int], after: int, limit: int
) -> list[int]:
    """The numbers of the verbatims with such codings, after one."""
    view = effective_codings.c
    chosen = select(view.verbatim_id).where(*_behind(organisation, ids, versions), view.verbatim_id > after)
    return list(connection.execute(chosen.order_by(view.verbatim_id).limit(limit)).scalars())


def _behind(organisation: str, ids: Sequence[str], versions: Collection[int]) -> list[ColumnElement[bool]]:
    view: Any = effective_codings.c
    mentions = code_mentions.alias().c
    others = exists().where(mentions.coding_id == view.id, mentions.code.not_in(ids))
    return [view.organisation == organisation, view.model_id.is_(None), view.codebook_id.not_in(versions), others]
