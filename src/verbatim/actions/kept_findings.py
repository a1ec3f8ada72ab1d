"""Findings that take a while, kept for as long as nothing of what they stand on has changed.

Facts are made anew whenever a verbatim, a coding, an account or a contact changes (`actions.figures`): while they are
the very same object, so is all that follows from them.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from verbatim.actions.figures import Counting, facts_of
from verbatim.facts import Facts

Finding = TypeVar("Finding")

MOST = 32
"""So many findings of a store are kept, the latest."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A finding, and the facts of the whole organisation that it stands on."""

    facts: Facts
    value: Any


_KEPT: WeakKeyDictionary[Engine, dict[tuple[str, Hashable], _Kept]] = WeakKeyDictionary()


def kept(desk: Counting, organisation: str, key: Hashable, make: Callable[[], Finding]) -> Finding:
    """What `make` gives, made once for these facts of an organisation; the key says everything else it depends on."""
    facts, known = facts_of(desk, organisation), _KEPT.setdefault(desk.engine, {})
    found = known.get((organisation, key))
    if found is None or found.facts is not facts:
        value = make()
        stale = [one for one, each in list(known.items()) if one[0] == organisation and each.facts is not facts]
        for one in (*stale, *list(known)[: max(0, len(known) - len(stale) - MOST + 1)]):
            known.pop(one, None)
        known[organisation, key] = _Kept(facts, value)
        return value
    return cast("Finding", found.value)
