"""Which answers tell of effort, in memory, as they are worded at this moment.

The words are read once, and those that change since anew, by the same log of changes as the facts.
"""

from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from verbatim.actions.figures import Counting
from verbatim.effort import tells_of_effort
from verbatim.facts import Facts, Flags
from verbatim.store.changes import Place, changed_since, place
from verbatim.store.opening import reading
from verbatim.store.spoken import spoken


@dataclass(slots=True)
class Telling:
    """The numbers of verbatims that tell of effort, up to a place of the log; no place before a reading."""

    lock: Lock = field(default_factory=Lock)
    place: Place | None = None
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


_TELLING: WeakKeyDictionary[Engine, dict[str, Telling]] = WeakKeyDictionary()
"""What is known of each store, by organisation."""


def effort_of(desk: Counting, organisation: str, facts: Facts) -> Flags:
    """Of each row of some facts of an organisation, whether its words tell of effort.

    The first call reads the words of all, later ones what has changed since.
    """
    telling = _TELLING.setdefault(desk.engine, {}).setdefault(organisation, Telling())
    with telling.lock:
        _read(desk, organisation, telling)
        found: Flags = np.isin(facts.number, telling.numbers)
    return found


def _read(desk: Counting, organisation: str, telling: Telling) -> None:
    with reading(desk.engine, organisation) as connection:
        changed = changed_since(connection, organisation, telling.place) if telling.place is not None else None
        if changed is None or changed.everything:
            reached = place(connection, organisation)
            found = [number for number, said in spoken(connection, organisation) if tells_of_effort(said)]
            telling.place, telling.numbers = reached, np.array(found, np.int64)
            return
        telling.place = changed.place
        if not changed.verbatims:
            return
        texts = spoken(connection, organisation, changed.verbatims)
        fresh = [number for number, said in texts if tells_of_effort(said)]
    stay = telling.numbers[~np.isin(telling.numbers, np.array(changed.verbatims, np.int64))]
    telling.numbers = np.sort(np.concatenate([stay, np.array(fresh, np.int64)]))
