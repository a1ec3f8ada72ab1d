"""Words to stand beside a figure: pieces of what was said, by their places in it, of those who may be quoted.

Nobody's words are shown whose contact is to be counted only; of one who stays anonymous the account is not told either,
since at a customer of three people a role is a name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from verbatim.domain import Coding, Excerpt, Polarity
from verbatim.formats.cells import source_text
from verbatim.store.codings import effective
from verbatim.store.records import StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.store.spoken import quotable

LONGEST = 320
"""Characters of an excerpt; what is longer ends there, and is a piece of the text still."""

CANDIDATES = 12
"""So many verbatims whose words may be quoted are read for what is shown in one place."""

OFFERED = 200
"""So many are looked through for these."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A piece of a verbatim, by number: its places in the text, or in the text of a turn, and its words.

    `account` and `role` are None where the contact stays anonymous; `cut` where the piece goes on in the text.
    """

    verbatim: int
    start: int
    end: int
    turn: int | None
    text: str
    account: str | None
    role: str | None
    date: datetime | None
    code: str | None
    polarity: Polarity | None
    cut: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """What to cite: verbatims by number, the best first; of a code and polarity where these are given."""

    numbers: tuple[int, ...]
    polarity: Polarity | None = None
    code: str | None = None
    most: int = 2


def cited(connection: Connection, organisation: str, sought: Sequence[Sought]) -> list[tuple[Cited, ...]]:
    """For each that is sought its excerpts, of different accounts first, as many as are wanted and there are."""
    offered = sorted({number for one in sought for number in one.numbers})
    free = quotable(connection, organisation, offered)
    sought = [replace(one, numbers=tuple(each for each in one.numbers if each in free)[:CANDIDATES]) for one in sought]
    numbers = sorted({number for one in sought for number in one.numbers})
    if not numbers:
        return [() for _ in sought]
    rows = connection.execute(chosen_verbatims(organisation, numbers))
    stored = {row.id: stored_verbatim(row) for row in rows}
    codings = {number: one.coding for number, one in effective(connection, organisation, numbers).items()}
    return [_chosen(one, stored, codings) for one in sought]


def _chosen(one: Sought, stored: Mapping[int, StoredVerbatim], codings: Mapping[int, Coding]) -> tuple[Cited, ...]:
    found = [_cite(stored[number], codings.get(number), one) for number in one.numbers if number in stored]
    kept = [each for each in found if each is not None]
    return tuple(_varied(kept)[: one.most])


def _varied(found: Iterable[Cited]) -> list[Cited]:
    """The same in their order, but the second of an account after the first of all others; no text twice."""
    first: list[Cited] = []
    more: list[Cited] = []
    accounts: set[str] = set()
    texts: set[str] = set()
    for one in found:
        if one.text.casefold() in texts:
            continue
        texts.add(one.text.casefold())
        (more if one.account in accounts else first).append(one)
        accounts |= {one.account} if one.account else set()
    return first + more


def _cite(stored: StoredVerbatim, coding: Coding | None, sought: Sought) -> Cited | None:
    for mention in coding.codes if coding else ():
        of_code = sought.code in (None, mention.id, mention.id.partition(".")[0])
        if of_code and sought.polarity in (None, mention.polarity) and mention.excerpts:
            return cite(stored, mention.excerpts[0], mention.id, mention.polarity)
    if sought.code is not None or sought.polarity is not None:
        return None
    text = stored.verbatim.text
    return cite(stored, Excerpt(0, len(text)), None, None) if text else None


def cite(stored: StoredVerbatim, excerpt: Excerpt, code: str | None, polarity: Polarity | None) -> Cited | None:
    """That piece, without the blanks around it; None where nothing is left."""
    source = source_text(stored.verbatim, excerpt)
    words = source[excerpt.start : excerpt.end]
    start = excerpt.start + len(words) - len(words.lstrip())
    end = excerpt.start + len(words.rstrip())
    last = min(end, start + LONGEST)
    if start >= last:
        return None
    verbatim, anonymous = stored.verbatim, stored.permission == "anonymous"
    return Cited(
        verbatim=stored.id,
        start=start,
        end=last,
        turn=excerpt.turn,
        text=source[start:last],
        account=None if anonymous else verbatim.account,
        role=None if anonymous else verbatim.role,
        date=verbatim.date,
        code=code,
        polarity=polarity,
        cut=last < end,
    )
