"""Words of customers to stand beside a figure: cut out by offsets, as far as those who said them permit.

permission of the contact   what is shown
named                       the words, account, role, name
anonymous                   the words alone: at a customer of three people a role is a name
aggregate                   nothing
no contact                  the words, account, role
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from verbatim.briefing import Cited
from verbatim.composing.subjects import Wanted
from verbatim.composing.unknown import Hidden
from verbatim.domain import POLARITIES, CodeMention, Coding, Excerpt, Polarity, Verbatim
from verbatim.facts import Facts
from verbatim.formats.cells import source_text
from verbatim.store.codings import effective
from verbatim.store.people import Permission, contacts_by_permission
from verbatim.store.records import StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.store.spoken import quotable
from verbatim.text.script import columns

SHOWN = 2
"""So many excerpts stand for a code."""

LOOKED_AT = 40
"""Of so many verbatims of a code, drawn by lot but always the same, the clearest are shown."""

CANDIDATES = 12
"""Of the verbatims that are sought by number so many, that may be quoted, are read."""

READABLE = (14, 200)
LONGEST = 320
"""Characters of an excerpt; what is longer ends there, and is a piece of the text still."""

HIDDEN: Permission = "aggregate"
NAMED: Permission = "named"
ANONYMOUS: Permission = "anonymous"

Rank = tuple[bool, float, int]


@dataclass(frozen=True, slots=True)
class Sought:
    """What to cite: verbatims by number, the best first; of a code and polarity where these are given."""

    numbers: tuple[int, ...]
    polarity: Polarity | None = None
    code: str | None = None
    most: int = SHOWN


@dataclass(frozen=True, slots=True)
class Permissions:
    """The numbers of the contacts whose words are counted only, and of those that are quoted without their name."""

    counted_only: frozenset[int]
    unnamed: frozenset[int]


def permissions(connection: Connection, organisation: str) -> Permissions:
    """What the contacts of an organisation permit."""
    found = contacts_by_permission(connection, organisation)
    return Permissions(found.get(HIDDEN, frozenset()), found.get(ANONYMOUS, frozenset()))


def _free(facts: Facts, allowed: Permissions) -> NDArray[np.bool_]:
    """Which rows may be quoted at all."""
    return ~np.isin(facts.contact, np.array(sorted(allowed.counted_only), np.int64))


def hidden(facts: Facts, allowed: Permissions) -> Hidden:
    """How much may be counted only, and how many people are not named."""
    unnamed = facts.contact[np.isin(facts.contact, np.array(sorted(allowed.unnamed), np.int64))]
    return Hidden(int(np.count_nonzero(~_free(facts, allowed))), len(np.unique(unnamed)))


def citations(
    connection: Connection, organisation: str, facts: Facts, wanted: Iterable[Wanted], *, one_account: bool = False
) -> dict[Wanted, tuple[Cited, ...]]:
    """The clearest excerpts of each code and polarity, at most SHOWN, no two of one account where there are others."""
    free = _free(facts, permissions(connection, organisation))
    drawn = {one: _drawn(facts, one, free) for one in dict.fromkeys(wanted)}
    numbers = sorted({number for some in drawn.values() for number in some})
    offers = _offers(connection, organisation, numbers)
    taken: set[tuple[int, int]] = set()
    return {
        wanted: _clearest([one for number in some for one in offers.get((number, *wanted), ())], taken, one_account)
        for wanted, some in drawn.items()
    }


def cited(connection: Connection, organisation: str, sought: Sequence[Sought]) -> list[tuple[Cited, ...]]:
    """For each that is sought its excerpts, of different accounts first, as many as are wanted and there are."""
    free = quotable(connection, organisation, sorted({number for one in sought for number in one.numbers}))
    sought = [replace(one, numbers=tuple(each for each in one.numbers if each in free)[:CANDIDATES]) for one in sought]
    known = _read(connection, organisation, sorted({number for one in sought for number in one.numbers}))
    found = [[_sought(*known[number], one) for number in one.numbers if number in known] for one in sought]
    return [tuple(_varied(each for each in some if each)[: one.most]) for one, some in zip(sought, found, strict=True)]


def _read(
    connection: Connection, organisation: str, numbers: Sequence[int]
) -> dict[int, tuple[StoredVerbatim, Coding | None]]:
    """These verbatims with their codings in effect, without those whose words are not shown."""
    if not numbers:
        return {}
    codings = effective(connection, organisation, numbers)
    stored = map(stored_verbatim, connection.execute(chosen_verbatims(organisation, numbers)))
    return {
        one.id: (one, codings[one.id].coding if one.id in codings else None)
        for one in stored
        if one.permission != HIDDEN
    }


def _offers(
    connection: Connection, organisation: str, numbers: Sequence[int]
) -> dict[tuple[int, str, Polarity], list[tuple[StoredVerbatim, CodeMention]]]:
    """What these verbatims offer, by number, code and polarity."""
    found: dict[tuple[int, str, Polarity], list[tuple[StoredVerbatim, CodeMention]]] = {}
    for number, (stored, coding) in _read(connection, organisation, numbers).items():
        for mention in coding.codes if coding else ():
            if mention.excerpts:
                found.setdefault((number, mention.id, mention.polarity), []).append((stored, mention))
    return found


def _sought(stored: StoredVerbatim, coding: Coding | None, sought: Sought) -> Cited | None:
    """The first mention that is meant; the whole text where any is."""
    for mention in coding.codes if coding else ():
        of_code = sought.code in (None, mention.id, mention.id.partition(".")[0])
        if of_code and sought.polarity in (None, mention.polarity) and mention.excerpts:
            return cite(stored, mention)
    return cite(stored) if sought.code is None and sought.polarity is None else None


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


def cite(stored: StoredVerbatim, mention: CodeMention | None = None, *, one_account: bool = False) -> Cited | None:
    """The first readable excerpt of a mention, else its first, or the whole text; without the blanks around it, at most
    LONGEST long; None where nothing is left.
    """
    verbatim = stored.verbatim
    excerpt = _excerpt(verbatim, mention.excerpts) if mention else Excerpt(0, len(verbatim.text))
    whole = source_text(verbatim, excerpt)
    words = whole[excerpt.start : excerpt.end]
    start = excerpt.start + len(words) - len(words.lstrip())
    text = words.strip()[:LONGEST].rstrip()
    anonymous = stored.permission == ANONYMOUS
    told = Cited(
        text=text,
        number=stored.id,
        start=start,
        end=start + len(text),
        turn=excerpt.turn,
        code=mention.id if mention else None,
        polarity=mention.polarity if mention else None,
        language=stored.language,
        day=verbatim.date.date() if verbatim.date else None,
        account=None if anonymous or one_account else verbatim.account,
        role=None if anonymous else verbatim.role,
        person=verbatim.contact if stored.permission == NAMED else None,
        anonymous=anonymous,
        cut=len(text) < len(words.strip()),
    )
    return told if text else None


def _excerpt(verbatim: Verbatim, offered: Sequence[Excerpt]) -> Excerpt:
    return next((one for one in offered if _readable(verbatim, one)), offered[0])


def _clearest(
    offers: Sequence[tuple[StoredVerbatim, CodeMention]], taken: set[tuple[int, int]], one_account: bool
) -> tuple[Cited, ...]:
    """The best of the offers: from several accounts, none that says what another says, none that was taken before."""
    ranked = sorted(offers, key=lambda pair: _rank(*pair), reverse=True)
    kept: dict[str, Cited] = {}
    texts: set[str] = set()
    for stored, mention in ranked:
        one = cite(stored, mention, one_account=one_account)
        source = stored.verbatim.account if stored.verbatim.account and not one_account else str(stored.id)
        if one is None or source in kept or one.text.casefold() in texts or (one.number, one.start) in taken:
            continue
        kept[source] = one
        texts.add(one.text.casefold())
        if len(kept) == SHOWN:
            break
    taken |= {(one.number, one.start) for one in kept.values()}
    return tuple(kept.values())


def _drawn(facts: Facts, wanted: Wanted, free: NDArray[np.bool_]) -> list[int]:
    """The numbers of verbatims with a mention of this kind, drawn by lot."""
    code, polarity = wanted
    if code not in facts.codes:
        return []
    kept = (facts.mention_code == facts.codes.index(code)) & (facts.mention_polarity == POLARITIES.index(polarity))
    rows = facts.mention_row[kept]
    numbers = facts.number[rows[free[rows]]].tolist()
    return sorted(numbers, key=_lot)[:LOOKED_AT]


def _rank(stored: StoredVerbatim, mention: CodeMention) -> Rank:
    readable = any(_readable(stored.verbatim, one) for one in mention.excerpts)
    return readable, round(mention.confidence, 3), _lot(stored.id)


def _lot(number: int) -> int:
    """A number that looks drawn by chance and is the same on every run."""
    return crc32(str(number).encode())


def _readable(verbatim: Verbatim, excerpt: Excerpt) -> bool:
    words = source_text(verbatim, excerpt)[excerpt.start : excerpt.end].strip()
    least, most = READABLE
    return len(words) <= most and least <= columns(words) <= most
