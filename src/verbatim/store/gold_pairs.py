"""Gold and what a model made of it: the codes that persons gave what was drawn at random, beside the model's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from verbatim.store.review import codes_of, sampled
from verbatim.store.schema import codings, effective_codings, models, verbatims
from verbatim.store.statements import BATCH, owned


@dataclass(frozen=True, slots=True)
class GoldPair:
    """The codes of one verbatim: a person's, which are in effect, and the model's of the very same words."""

    person: frozenset[str]
    model: frozenset[str]


def gold_pairs(connection: Connection, organisation: str, model: str) -> list[GoldPair]:
    """What was drawn at random, coded by a person in effect, and by the model of this label too."""
    numbers = sorted(sampled(connection, organisation))
    found: list[GoldPair] = []
    for start in range(0, len(numbers), BATCH):
        found += _batch(connection, organisation, model, numbers[start : start + BATCH])
    return found


def _batch(connection: Connection, organisation: str, model: str, numbers: Sequence[int]) -> list[GoldPair]:
    view = effective_codings.c
    own = owned(view.organisation, organisation), view.verbatim_id.in_(numbers), view.model_id.is_(None)
    of_persons = dict(connection.execute(select(view.verbatim_id, view.id).where(*own, ~view.review)).all())
    now = and_(verbatims.c.id == codings.c.verbatim_id, verbatims.c.revision == codings.c.revision)
    theirs = and_(models.c.id == codings.c.model_id, models.c.label == model, models.c.organisation == organisation)
    latest = (
        select(codings.c.verbatim_id, func.max(codings.c.id))
        .join(models, theirs)
        .join(verbatims, now)
        .where(owned(codings.c.organisation, organisation), codings.c.verbatim_id.in_([*of_persons]))
        .group_by(codings.c.verbatim_id)
    )
    pairs = [(of_persons[number], coding) for number, coding in connection.execute(latest)]
    codes = codes_of(connection, organisation, [coding for pair in pairs for coding in pair])
    return [GoldPair(frozenset(codes[one]), frozenset(codes[other])) for one, other in pairs]
