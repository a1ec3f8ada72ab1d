"""Verbatims of the same words in answer to the same question."""

from sqlalchemy import Connection, and_, distinct, func, select

from verbatim.store.listing import NOTHING_LEFT_OUT, Filters, narrowed
from verbatim.store.schema import code_mentions, effective_codings, verbatims
from verbatim.store.statements import NUMBERS

MOST = 10_000
"""So many twins of one verbatim are looked at."""


def twins_of(
    connection: Connection,
    organisation: str,
    number: int,
    filters: Filters = NOTHING_LEFT_OUT,
    limit: int = MOST,
    after: int = 0,
) -> list[int]:
    """The numbers of the verbatims with the same words and question as this one, without itself, after one.

    Only those that pass the filters. Raises as `list_verbatims`.
    """
    if number not in NUMBERS:
        return []
    one, other = verbatims.alias(), verbatims
    same = and_(
        other.c.organisation == one.c.organisation,
        other.c.text_hash == one.c.text_hash,
        other.c.question.is_not_distinct_from(one.c.question),
        other.c.id != one.c.id,
    )
    own = one.c.organisation == organisation, one.c.id == number, other.c.id > after
    chosen = select(other.c.id).select_from(one.join(other, same)).where(*own)
    chosen = chosen.where(*narrowed(connection, organisation, filters)).order_by(other.c.id).limit(limit)
    return list(connection.execute(chosen).scalars())


def inconsistent(connection: Connection, organisation: str, limit: int, after: int) -> list[list[int]]:
    """The numbers of twins whose codings in effect differ in a code or its polarity, in groups by their first number.

    Groups come by that number, after one. Only words that come more than once are looked at.
    """
    found: list[list[int]] = []
    for text_hash, question in _differing(connection, organisation, limit, after):
        own = verbatims.c.organisation == organisation, verbatims.c.text_hash == text_hash
        same = verbatims.c.question.is_not_distinct_from(question)
        chosen = select(verbatims.c.id).where(*own, same).order_by(verbatims.c.id).limit(MOST)
        found.append(list(connection.execute(chosen).scalars()))
    return found


def _differing(connection: Connection, organisation: str, limit: int, after: int) -> list[tuple[str, str | None]]:
    """The words, by hash, and the question of such twins.

    Twins are coded alike exactly where each pair of code and polarity that any of them has is had by all of them.
    """
    said, view, mentions = verbatims.c, effective_codings.c, code_mentions.c
    several = select(said.text_hash).where(said.organisation == organisation)
    several = several.group_by(said.text_hash).having(func.count() > 1)
    pairs = func.count(distinct(mentions.code + " " + mentions.polarity))
    joined = verbatims.join(effective_codings, view.verbatim_id == said.id)
    joined = joined.outerjoin(code_mentions, mentions.coding_id == view.id)
    chosen = (
        select(said.text_hash, said.question)
        .select_from(joined)
        .where(said.organisation == organisation, said.text_hash.in_(several))
        .group_by(said.text_hash, said.question)
        .having(func.count(mentions.code) < func.count(distinct(said.id)) * pairs, func.min(said.id) > after)
        .order_by(func.min(said.id))
        .limit(limit)
    )
    return [(row.text_hash, row.question) for row in connection.execute(chosen)]
