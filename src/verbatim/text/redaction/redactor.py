"""A text before it is stored: what is personal in it, as far as rules and a roster can tell, becomes placeholders."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from verbatim.text.redaction.han_names import HanNames
from verbatim.text.redaction.kinds import KINDS, Finder
from verbatim.text.redaction.latin_names import LatinNames
from verbatim.text.redaction.plain import plain, visible
from verbatim.text.redaction.spans import Found, Redacted, replaced, resolved

ALL_KINDS = frozenset(KINDS)

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_PLACEHOLDERS = {kind: row.placeholder for kind, row in KINDS.items()}
_PLACED = re.compile("|".join(map(re.escape, _PLACEHOLDERS.values())))


@dataclass(frozen=True, slots=True)
class Redactor:
    """Finds the kinds asked for; `roster` holds names of people as they are written in full, `Lopez, Maria` too.

    An entry may hold a name in both scripts; what it has in brackets is no part of the name. Names need a roster: none
    is guessed. ValueError naming a kind that is none. The roster stays out of the repr.
    """

    kinds: frozenset[str] = ALL_KINDS
    roster: Sequence[str] = field(default=(), repr=False)
    _finders: tuple[Finder, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if unknown := sorted(self.kinds - ALL_KINDS):
            raise ValueError(f"unknown kind {unknown[0]!r}; expected some of {', '.join(KINDS)}")
        by_rule = (row.find for kind, row in KINDS.items() if kind in self.kinds and row.find)
        by_roster = (LatinNames(self.roster).find, HanNames(self.roster).find) if "name" in self.kinds else ()
        object.__setattr__(self, "_finders", (*by_rule, *by_roster))

    def redact(self, text: str) -> Redacted:
        """The text with a placeholder for each find, and where the finds stood; placeholders in it stay as they are."""
        found = _outside(_PLACED.finditer(text), self._found(text))
        return replaced(text, resolved(found, _RANK), _PLACEHOLDERS)

    def _found(self, text: str) -> Iterator[Found]:
        """What every finder finds, with the offsets of the text as it was given."""
        seen, places = visible(text)
        read = plain(seen)
        for each in chain.from_iterable(find(read) for find in self._finders):
            yield Found(each.kind, places[each.start], places[each.end - 1] + 1)


def _outside(placed: Iterable[re.Match[str]], found: Iterable[Found]) -> list[Found]:
    """The finds that share no character with a placeholder that a text already holds."""
    taken = {offset for match in placed for offset in range(*match.span())}
    return [each for each in found if taken.isdisjoint(range(each.start, each.end))] if taken else list(found)
