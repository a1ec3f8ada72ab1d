"""Facts out of what is coded in effect and what is known of accounts and contacts."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from verbatim.coverage import Roster
from verbatim.facts import DENSE, NOBODY, OF_VERBATIM, AccountFacts, Facts, Integers, Labels, computed_tiers, places_of
from verbatim.store.coded_columns import CodedRows
from verbatim.store.roster import Asked, Person, StoredAccount


def as_facts(rows: CodedRows, known: Sequence[StoredAccount], people: Sequence[Person], empty: frozenset[str]) -> Facts:
    """The rows as they are counted; `empty` are the ids of codes for no content."""
    accounts = _accounts(known)
    account = places_of(accounts.numbers, rows.account)
    contact = places_of(np.array([one.id for one in people], np.int64), rows.contact)
    role = _first(rows.labels["role"], _of(contact, [one.role for one in people]))
    product = _first(rows.labels["product"], _of(account, [one.account.product for one in known]))
    told = {**rows.labels, "role": role, "product": product}
    told["influence"] = _of(contact, [one.influence for one in people]).in_use()
    return Facts(
        number=rows.number,
        day=rows.day,
        account=account,
        contact=np.where(rows.contact == 0, NOBODY, rows.contact),
        respondent=_counted_up(rows.person),
        score=rows.score,
        stance=rows.stance,
        estimated=rows.estimated,
        conflict=rows.conflict,
        review=rows.review,
        coded=rows.coded,
        empty=_empty(rows, empty),
        by_person=rows.by_person,
        book=rows.book,
        attributes={name: told[name] for name in OF_VERBATIM},
        mention_row=rows.mention_row,
        mention_code=rows.mention_code.places,
        mention_polarity=rows.mention_polarity,
        codes=rows.mention_code.names,
        accounts=accounts,
    )


def _counted_up(persons: NDArray[np.int64]) -> Integers:
    """The persons (n,) numbered from 0 in the order of their numbers."""
    greatest = int(persons.max(initial=0))
    if greatest >= DENSE or int(persons.min(initial=0)) < 0:
        return np.unique(persons, return_inverse=True)[1].astype(np.int32)
    there = np.zeros(greatest + 1, np.bool_)
    there[persons] = True
    found: Integers = (np.cumsum(there, dtype=np.int32) - 1)[persons]
    return found


def _accounts(known: Sequence[StoredAccount]) -> AccountFacts:
    told = [one.account for one in known]
    revenue, cost = (_amounts(getattr(one, name) for one in told) for name in ("revenue", "cost_to_serve"))
    strategic = np.array([bool(one.strategic) for one in told], np.bool_)
    names = tuple(one.name for one in told)
    follows = computed_tiers(revenue, strategic)
    tiers = [one.tier or (str(tier) if tier else None) for one, tier in zip(told, follows.tolist(), strict=True)]
    return AccountFacts(
        numbers=np.array([one.id for one in known], np.int64),
        names=names,
        revenue=revenue,
        cost_to_serve=cost,
        strategic=strategic,
        attributes={
            "account": Labels(np.arange(len(names), dtype=np.int32), names),
            "tier": _labels(tiers),
            "customer_type": _labels([one.customer_type for one in told]),
            "region": _labels([one.region for one in told]),
            "team": _labels([one.team for one in told]),
        },
    )


def _amounts(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _labels(values: Sequence[str | None]) -> Labels:
    """Values as places; the names in alphabetical order."""
    names = sorted({value for value in values if value is not None})
    place = {name: at for at, name in enumerate(names)}
    return Labels(np.array([NOBODY if one is None else place[one] for one in values], np.int32), tuple(names))


def _of(place: Integers, values: Sequence[str | None]) -> Labels:
    """What each row has by the place that it points to."""
    labels = _labels(values)
    found = np.append(labels.places, np.int32(NOBODY))
    return Labels(found[place], labels.names)


def _first(own: Labels, other: Labels) -> Labels:
    """What a row has of its own, else the other."""
    names, places = own.taking_in(other)
    return Labels(np.where(own.places == NOBODY, places, own.places), names).in_use()


def _empty(rows: CodedRows, ids: frozenset[str]) -> NDArray[np.bool_]:
    wanted = np.array([place for place, name in enumerate(rows.mention_code.names) if name in ids], np.int32)
    found = np.zeros(rows.n, np.bool_)
    found[rows.mention_row[np.isin(rows.mention_code.places, wanted)]] = True
    return found


def as_roster(known: AccountFacts, people: Sequence[Person], asked: Sequence[Asked]) -> Roster:
    """The people on the roster, by the places of their accounts, and when they were asked."""
    contact = np.array([one.id for one in people], np.int64)
    invited = places_of(contact, np.array([one.contact for one in asked], np.int64))
    return Roster(
        contact=contact,
        account=places_of(known.numbers, np.array([one.account for one in people], np.int64)),
        role=_labels([one.role for one in people]),
        influence=_labels([one.influence for one in people]),
        invited=invited[invited != NOBODY],
        day=np.array([one.day for one in asked], np.int32)[invited != NOBODY],
    )
