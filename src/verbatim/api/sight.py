"""What a role may see of a verbatim: the words by the permission of the contact, the name by that and the role.

permission of the contact   analyst, admin   manager            submitter, of what it handed in
named                       words, name      words, name        words
anonymous                   words, name      words              words
aggregate                   words, name      neither            words
no contact                  words            words              words
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from verbatim.access import SEES_ALL, Role, Sight, sight
from verbatim.api.call import Asked
from verbatim.api.shown import (
    ShownHistory,
    ShownJudgement,
    ShownTurn,
    ShownVerbatim,
    shown_codes,
    shown_coding,
    shown_intents,
    shown_stance,
)
from verbatim.domain import Verbatim
from verbatim.store import audit, double_coding
from verbatim.store.access_keys import scope
from verbatim.store.listing import Filters, Listed
from verbatim.store.opening import writing
from verbatim.store.records import StoredCoding, StoredVerbatim
from verbatim.store.verbatims import History


def narrowed(asked: Asked, filters: Filters) -> Filters:
    """The filters within what the key may see; words that it may not see are not searched either."""
    hidden = asked.role == "manager" and filters.search is not None
    return scope(asked.holder, replace(filters, quotable=filters.quotable or hidden))


def hidden_codings(asked: Asked, connection: Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Those of these verbatims that the holder is to code without sight of other codings."""
    if asked.role not in SEES_ALL or not numbers:
        return frozenset()
    return double_coding.hidden_from(connection, asked.organisation, asked.actor, numbers, datetime.now(UTC))


def without_hidden(asked: Asked, connection: Connection, items: Sequence[Listed]) -> list[Listed]:
    """The same, those that the holder is to code blind without their codings."""
    hidden = hidden_codings(asked, connection, [one.stored.id for one in items])
    return [replace(one, coding=None) if one.stored.id in hidden else one for one in items]


def shown_verbatim(listed: Listed, role: Role) -> ShownVerbatim:
    """A verbatim with the coding in effect, as this role sees it."""
    return ShownVerbatim(**_members(listed.stored, listed.coding, role))


def shown_history(history: History, role: Role) -> ShownHistory:
    """A verbatim with everything that was judged about it, as this role sees it."""
    members = _members(history.stored, history.effective, role)
    return ShownHistory(**members, revision=history.stored.revision, history=judgements(history, role))


def judgements(history: History, role: Role) -> list[ShownJudgement]:
    """All codings of a verbatim, from the first to the latest."""
    return [shown_judgement(history.stored, one, role) for one in history.codings]


def shown_judgement(stored: StoredVerbatim, one: StoredCoding, role: Role) -> ShownJudgement:
    """A coding of a verbatim; one of former words has the places of its excerpts only, since the words are gone."""
    sees = sight(stored.permission, role)
    words = stored.verbatim if sees.words and one.revision == stored.revision else None
    return ShownJudgement(
        **dict(shown_coding(one.coding, words)),
        id=one.id,
        revision=one.revision,
        person=one.person,
        reason=one.reason if sees.words else None,
        blind=one.blind,
        withdrawn=one.withdrawn,
        created=one.created,
        codebook=one.codebook,
        based_on=one.based_on,
    )


def note_reading(asked: Asked, seen: Sequence[StoredVerbatim], subject: str = "verbatims") -> None:
    """Keep that named feedback was read, in numbers; nothing where nobody was named."""
    named = sum(one.verbatim.contact is not None and sight(one.permission, asked.role).name for one in seen)
    if named:
        event = audit.Event(asked.actor, "read", subject, {"verbatims": len(seen), "named": named})
        with writing(asked.desk.engine, asked.organisation) as connection:
            audit.record(connection, asked.organisation, event)


def _members(stored: StoredVerbatim, coding: StoredCoding | None, role: Role) -> dict[str, Any]:
    verbatim, sees = stored.verbatim, sight(stored.permission, role)
    return {
        "id": stored.id,
        "external_id": verbatim.id,
        "source": stored.source,
        "text": verbatim.text if sees.words and not verbatim.turns else None,
        "turns": _turns(verbatim, sees),
        "question": verbatim.question,
        "score": verbatim.score,
        "date": verbatim.date,
        "account": verbatim.account,
        "contact": verbatim.contact if sees.name else None,
        "role": verbatim.role,
        "channel": stored.channel,
        "language": stored.language or (coding.coding.language if coding else None),
        **_judged(coding, verbatim if sees.words else None),
        "created": stored.created,
    }


def _turns(verbatim: Verbatim, sees: Sight) -> list[ShownTurn] | None:
    if not (verbatim.turns and sees.words):
        return None
    return [
        ShownTurn(
            speaker=one.speaker if sees.speakers or one.side == "us" else None,
            side=one.side,
            time=one.time,
            text=one.text,
        )
        for one in verbatim.turns
    ]


def _judged(stored: StoredCoding | None, words: Verbatim | None) -> dict[str, Any]:
    if stored is None:
        nothing: dict[str, Any] = dict.fromkeys(("stance", "review", "trust", "model", "coding", "person"))
        return {"codes": [], "intents": [], **nothing}
    coding = stored.coding
    return {
        "codes": shown_codes(coding.codes, words),
        "stance": shown_stance(coding),
        "intents": shown_intents(coding.intents, words),
        "review": coding.review,
        "trust": coding.trust,
        "model": coding.author,
        "coding": stored.id,
        "person": stored.person,
    }
