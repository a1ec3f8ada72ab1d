"""Who could have answered, and who of the right people did: what is told beside every point of a series."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from verbatim.actions.figures import Figures
from verbatim.coverage import DIVISIONS, RIGHT, Sought
from verbatim.facts import NOBODY, Attribute, Facts, Flags, Integers, Labels, Narrowed, among, places_of

_OF_PEOPLE = frozenset(DIVISIONS)


@dataclass(frozen=True, slots=True)
class People:
    """The people on the roster that pass, of all (None) and by value of a split: how many, and how many right ones.

    `right_one` (n,) is the place of the right person who gave each verbatim of the facts, NOBODY where it is none.
    """

    right_one: Integers
    right: Mapping[str | None, int]
    all: Mapping[str | None, int]


def people_beside(
    figures: Figures, facts: Facts, narrowed: Narrowed, split: Attribute | None, sought: Sought = RIGHT
) -> People:
    """Who of the roster stands beside these facts, which were narrowed so."""
    roster = figures.roster
    member = np.ones(roster.n, np.bool_)
    for attribute in DIVISIONS:
        if values := narrowed.of(attribute):
            member &= among(_labels(figures, attribute), values)
    wanted = {one.casefold() for one in sought.right}
    influences = [name for name in roster.influence.names if name.casefold() in wanted]
    right = member & (among(roster.influence, influences) | among(roster.role, sought.roles))
    own = np.append(np.where(right, np.arange(roster.n), NOBODY), NOBODY).astype(np.int32)
    place = own[places_of(roster.contact, facts.contact)]
    return People(place, _counts(figures, right, split), _counts(figures, member, split))


def _counts(figures: Figures, chosen: Flags, split: Attribute | None) -> dict[str | None, int]:
    """How many of these people there are, of all and by value; a split of verbatims parts nobody."""
    found: dict[str | None, int] = {None: int(chosen.sum())}
    if split is None or split not in _OF_PEOPLE:
        return found
    labels = _labels(figures, split)
    of = labels.places[chosen]
    counts = np.bincount(of[of != NOBODY], minlength=len(labels.names))
    return found | {name: int(count) for name, count in zip(labels.names, counts, strict=True)}


def _labels(figures: Figures, attribute: str) -> Labels:
    """The values of an attribute by person."""
    roster = figures.roster
    if attribute in ("role", "influence"):
        return roster.role if attribute == "role" else roster.influence
    labels = next(one for name, one in figures.facts.accounts.attributes.items() if name == attribute)
    return Labels(np.append(labels.places, np.int32(NOBODY))[roster.account], labels.names)
