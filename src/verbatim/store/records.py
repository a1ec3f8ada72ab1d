"""Rows and values: what a row of the store says as a value of the domain, and the other way about."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, select

from verbatim.domain import CodeMention, Coding, Excerpt, Intent, Stance, Turn, Verbatim
from verbatim.formats.cells import as_json
from verbatim.store.columns import in_utc
from verbatim.store.schema import accounts, contacts, verbatims
from verbatim.store.statements import NUMBERS, owned
from verbatim.text.script import fold

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredVerbatim:
    """A verbatim and what the store knows beside: its number, where and when it came from.

    `verbatim.id` is the id that it has in its source; `revision` counts the changes of what a coder reads; `permission`
    is that of the contact, None where nobody is named.
    """

    id: int
    source: str
    verbatim: Verbatim
    revision: int
    channel: str | None
    language: str | None
    created: datetime
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class StoredCoding:
    """A coding and what the store knows beside; `verbatim` is a number, `revision` that which was judged.

    One that was made `blind`, beside another person's, or was `withdrawn` by its author, is not in effect. `codebook`
    is the label of the version that its ids are of; `based_on` the number of the coding that a crosswalk made it of.
    """

    id: int
    verbatim: int
    revision: int
    coding: Coding
    person: bool
    reason: str | None
    created: datetime
    blind: bool = False
    withdrawn: bool = False
    codebook: str | None = None
    based_on: int | None = None


def words_of(verbatim: Verbatim) -> str:
    """Everything that was said in a verbatim, a line for each turn."""
    return "\n".join(turn.text for turn in verbatim.turns) if verbatim.turns else verbatim.text


def text_hash(words: str) -> str:
    """The SHA-256 of words without regard to script, case, width and white space."""
    return hashlib.sha256(" ".join(fold(words).split()).encode("utf-8", "surrogatepass")).hexdigest()


def verbatim_values(verbatim: Verbatim) -> Values:
    """The columns that a verbatim fills by itself."""
    return {
        "external_id": verbatim.id,
        "text": verbatim.text,
        "turns": [asdict(turn) for turn in verbatim.turns] or None,
        "text_hash": text_hash(words_of(verbatim)),
        "question": verbatim.question,
        "date": in_utc(verbatim.date) if verbatim.date else None,
        "score": verbatim.score,
        "role": verbatim.role,
        "row": verbatim.row,
        "fields": json.loads(as_json(dict(verbatim.fields))) if verbatim.fields else None,
    }


def chosen_verbatims(organisation: str, numbers: Iterable[int] | None = None) -> Select[Any]:
    """A SELECT of verbatims of an organisation, or of some by number, for `stored_verbatim`.

    With the names of account and contact, and the permission.
    """
    if numbers is None:
        return _WITH_NAMES.where(verbatims.c.organisation == organisation)
    known = [number for number in numbers if number in NUMBERS]
    return _WITH_NAMES.where(owned(verbatims.c.organisation, organisation), verbatims.c.id.in_(known))


# Made once: to put a statement together takes longer than to look up a row.
_WITH_NAMES = select(
    verbatims, accounts.c.name.label("account"), contacts.c.name.label("contact"), contacts.c.permission
).select_from(
    verbatims.outerjoin(accounts, verbatims.c.account_id == accounts.c.id).outerjoin(
        contacts, verbatims.c.contact_id == contacts.c.id
    )
)


def stored_verbatim(row: Row[Any]) -> StoredVerbatim:
    """What a row of `chosen_verbatims` says."""
    verbatim = Verbatim(
        id=row.external_id,
        text=row.text,
        turns=tuple(Turn(**turn) for turn in row.turns or ()),
        row=row.row,
        question=row.question,
        score=row.score,
        date=row.date,
        account=row.account,
        contact=row.contact,
        role=row.role,
        fields=row.fields or {},
    )
    about = row.revision, row.channel, row.language, row.created, row.permission
    return StoredVerbatim(row.id, row.source, verbatim, *about)


def coding_values(coding: Coding) -> Values:
    """The columns that a coding fills by itself."""
    return {
        "author": coding.author,
        "language": coding.language,
        "stance": coding.stance.label,
        "stance_source": coding.stance.source,
        "stance_confidence": coding.stance.confidence,
        "conflict": coding.stance.conflict,
        "review": coding.review,
        "trust": coding.trust,
        "intents": [asdict(intent) for intent in coding.intents] or None,
        "frames": {label: [asdict(one) for one in codes] for label, codes in coding.frames.items()} or None,
    }


def mention_values(mentions: Sequence[CodeMention]) -> list[Values]:
    """The rows of the codes of a coding, in order."""
    return [
        {
            "code": mention.id,
            "category": mention.id.partition(".")[0],
            "position": position,
            "polarity": mention.polarity,
            "confidence": mention.confidence,
            "excerpts": [asdict(excerpt) for excerpt in mention.excerpts],
        }
        for position, mention in enumerate(mentions)
    ]


def mention(row: Row[Any]) -> CodeMention:
    """What a row of `code_mentions` says."""
    return CodeMention(row.code, row.polarity, row.confidence, _excerpts(row.excerpts))


def stored_coding(row: Row[Any], external_id: str, codes: Sequence[CodeMention], withdrawn: bool) -> StoredCoding:
    """What a row of `codings` says, with its codes; whether it was taken back stands elsewhere."""
    coding = Coding(
        verbatim_id=external_id,
        language=row.language,
        codes=tuple(codes),
        stance=Stance(row.stance, row.stance_source, row.stance_confidence, row.conflict),
        review=row.review,
        author=row.author,
        trust=row.trust,
        intents=tuple(_intent(intent) for intent in row.intents or ()),
        frames={label: tuple(map(_mention, codes)) for label, codes in (row.frames or {}).items()},
    )
    person = row.model_id is None
    about = row.reason, row.created, row.blind, withdrawn, row.codebook, row.based_on
    return StoredCoding(row.id, row.verbatim_id, row.revision, coding, person, *about)


def _intent(values: Values) -> Intent:
    return Intent(**{**values, "excerpts": _excerpts(values["excerpts"])})


def _mention(values: Values) -> CodeMention:
    return CodeMention(**{**values, "excerpts": _excerpts(values["excerpts"])})


def _excerpts(values: Sequence[Mapping[str, int]]) -> tuple[Excerpt, ...]:
    return tuple(Excerpt(**cast("Values", excerpt)) for excerpt in values)
