"""Words of customers for a briefing: cut out by offsets, the clearest ones, as far as those who said them permit.

permission of the contact   what is shown
named                       the words, account, role, name
anonymous                   the words alone: at a customer of three people a role is a name
aggregate                   nothing
no contact                  the words, account, role
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from verbatim.briefing import Cited
from verbatim.composing.subjects import Wanted
from verbatim.composing.unknown import Hidden
from verbatim.domain import POLARITIES, CodeMention, Excerpt, Polarity, Verbatim
from verbatim.facts import Facts
from verbatim.formats.cells import source_text
from verbatim.store.codings import effective
from verbatim.store.people import Permission, contacts_by_permission
from verbatim.store.records import StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.text.script import columns

SHOWN = 2
"""So many excerpts stand for a code."""

LOOKED_AT = 40
"""Of so many verbatims of a code, drawn by lot but always the same, the clearest are shown."""

READABLE = (14, 200)
LONGEST = 320
HIDDEN: Permission = "aggregate"
NAMED: Permission = "named"
ANONYMOUS: Permission = "anonymous"

Rank = tuple[bool, float, int]


@dataclass(frozen=True, slots=True)
class Permissions:
    """The numbers of the contacts whose words are counted only, and of those that are quoted without their name."""

    counted_only: frozenset[int]
    unnamed: frozenset[int]


def permissions(connection: Connection, organisation: str) -> Permissions:
    """What the contacts of an organisation permit."""
    found = contacts_by_permission(connection, organisation)
    return Permissions(found.get(HIDDEN, frozenset()), found.get(ANONYMOUS, frozenset()))


def quotable(facts: Facts, allowed: Permissions) -> NDArray[np.bool_]:
    """Which rows may be quoted at all."""
    return ~np.isin(facts.contact, np.array(sorted(allowed.counted_only), np.int64))


def hidden(facts: Facts, allowed: Permissions) -> Hidden:
    """How much may be counted only, and how many people are not named."""
    unnamed = facts.contact[np.isin(facts.contact, np.array(sorted(allowed.unnamed), np.int64))]
    return Hidden(int(np.count_nonzero(~quotable(facts, allowed))), len(np.unique(unnamed)))


def citations(
    connection: Connection, organisation: str, facts: Facts, wanted: Iterable[Wanted], *, one_account: bool = False
) -> dict[Wanted, tuple[Cited, ...]]:
    """The clearest excerpts of each code and polarity, at most SHOWN, no two of one account where there are others."""
    free = quotable(facts, permissions(connection, organisation))
    drawn = {one: _drawn(facts, one, free) for one in dict.fromkeys(wanted)}
    numbers = sorted({number for some in drawn.values() for number in some})
    offers = _offers(connection, organisation, numbers)
    taken: set[tuple[int, int]] = set()
    return {
        wanted: _clearest([one for number in some for one in offers.get((number, *wanted), ())], taken, one_account)
        for wanted, some in drawn.items()
    }


def _offers(
    connection: Connection, organisation: str, numbers: Sequence[int]
) -> dict[tuple[int, str, Polarity], list[tuple[StoredVerbatim, CodeMention]]]:
    """What these verbatims offer, by number, code and polarity; nothing of those whose words are not shown."""
    rows = connection.execute(chosen_verbatims(organisation, numbers))
    stored = {row.id: stored_verbatim(row) for row in rows}
    found: dict[tuple[int, str, Polarity], list[tuple[StoredVerbatim, CodeMention]]] = {}
    for number, coding in effective(connection, organisation, numbers).items():
        one = stored.get(number)
        if one is not None and one.permission != HIDDEN:
            for mention in coding.coding.codes:
                if mention.excerpts:
                    found.setdefault((number, mention.id, mention.polarity), []).append((one, mention))
    return found


def cite(stored: StoredVerbatim, mention: CodeMention, *, one_account: bool = False) -> Cited:
    """The first readable excerpt of a mention, else its first, without the blanks around it, at most LONGEST long."""
    verbatim = stored.verbatim
    excerpt = next((one for one in mention.excerpts if _readable(verbatim, one)), mention.excerpts[0])
    whole = source_text(verbatim, excerpt)
    words = whole[excerpt.start : excerpt.end]
    start = excerpt.start + len(words) - len(words.lstrip())
    end = start + len(words.strip()[:LONGEST].rstrip())
    anonymous = stored.permission == ANONYMOUS
    return Cited(
        text=whole[start:end],
        number=stored.id,
        start=start,
        end=end,
        turn=excerpt.turn,
        polarity=mention.polarity,
        language=stored.language,
        day=verbatim.date.date() if verbatim.date else None,
        account=None if anonymous or one_account else verbatim.account,
        role=None if anonymous else verbatim.role,
        person=verbatim.contact if stored.permission == NAMED else None,
        anonymous=anonymous,
        cut=end < excerpt.start + len(words.rstrip()),
    )


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
        folded = one.text.casefold()
        if source in kept or folded in texts or (one.number, one.start) in taken or not one.text:
            continue
        kept[source] = one
        texts.add(folded)
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
