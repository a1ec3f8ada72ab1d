"""Facts made by hand: a few rows in, columns out, as the store would give them."""

from datetime import date

import numpy as np

from verbatim.domain import POLARITIES, STANCES
from verbatim.facts import NOBODY, OF_ACCOUNT, OF_VERBATIM, UNDATED, AccountFacts, Facts, Labels

EPOCH = date(1970, 1, 1).toordinal()


def facts(rows, accounts=None):
    """The columns of some rows. What a row leaves out is not known.

    A row is a dict of `number` (counted from 1), `day` ("2026-03-01", a date or days since 1970), `account`, `contact`
    and `respondent` (a name or a number), `score`, `stance` (told by the score where that is left out), `estimated`,
    `conflict`, `review`, `coded`, `empty`, `by_person`, `book`, the attributes of OF_VERBATIM, and `codes`: each an id,
    taken as negative, or a pair with its polarity. A tuple (day, account, codes) is short for that. `accounts` maps a
    name to a dict of revenue, cost_to_serve, strategic, tier, customer_type, region, team.
    """
    rows = [row if isinstance(row, dict) else dict(zip(("day", "account", "codes"), row, strict=False)) for row in rows]
    known = dict(accounts or {})
    for row in rows:
        if row.get("account") is not None:
            known.setdefault(row["account"], {})
    names = tuple(known)
    people = _numbers(row.get("contact") for row in rows)
    persons = _numbers(_person(place, row) for place, row in enumerate(rows))
    mentions = [(place, *_mention(one)) for place, row in enumerate(rows) for one in row.get("codes", ())]
    codes = tuple(dict.fromkeys(code for _, code, _ in mentions))
    stances = [row.get("stance", _stance(row.get("score"))) for row in rows]
    return Facts(
        number=np.array([row.get("number", place + 1) for place, row in enumerate(rows)], np.int64),
        day=np.array([_day(row.get("day")) for row in rows], np.int32),
        account=np.array([_place(names, row.get("account")) for row in rows], np.int32),
        contact=np.array(people, np.int64),
        respondent=np.array(persons, np.int32),
        score=np.array([np.nan if row.get("score") is None else row["score"] for row in rows], np.float32),
        stance=np.array([_place(STANCES, one) for one in stances], np.int8),
        estimated=_flags(row.get("estimated", row.get("score") is None) for row in rows),
        conflict=_flags(row.get("conflict") for row in rows),
        review=_flags(row.get("review") for row in rows),
        coded=_flags(row.get("coded", True) for row in rows),
        empty=_flags(row.get("empty") for row in rows),
        by_person=_flags(row.get("by_person") for row in rows),
        book=np.array([row.get("book", 1) for row in rows], np.int32),
        attributes={name: _labels(row.get(name) for row in rows) for name in OF_VERBATIM},
        mention_row=np.array([row for row, _, _ in mentions], np.int32),
        mention_code=np.array([codes.index(code) for _, code, _ in mentions], np.int32),
        mention_polarity=np.array([POLARITIES.index(polarity) for _, _, polarity in mentions], np.int8),
        codes=codes,
        accounts=_accounts(names, known),
    )


def _accounts(names, known):
    of = [known[name] for name in names]
    return AccountFacts(
        numbers=np.arange(1, len(names) + 1, dtype=np.int64),
        names=names,
        revenue=np.array([one.get("revenue", np.nan) for one in of], np.float64),
        cost_to_serve=np.array([one.get("cost_to_serve", np.nan) for one in of], np.float64),
        strategic=_flags(one.get("strategic") for one in of),
        attributes={
            name: _labels(names if name == "account" else (_text(one.get(name)) for one in of)) for name in OF_ACCOUNT
        },
    )


def _labels(values):
    values = [_text(value) for value in values]
    names = tuple(dict.fromkeys(value for value in values if value is not None))
    return Labels(np.array([_place(names, value) for value in values], np.int32), names)


def _text(value):
    return None if value is None else str(value)


def _place(names, value):
    return NOBODY if value is None else names.index(value)


def _numbers(values):
    """Numbers as they are, names as numbers from 1, None as NOBODY."""
    values = list(values)
    names = list(dict.fromkeys(value for value in values if value is not None and not isinstance(value, int)))
    return [NOBODY if one is None else one if isinstance(one, int) else names.index(one) + 1 for one in values]


def _person(place, row):
    """Who speaks: told, else the contact, else somebody else in each row."""
    told = row.get("respondent", row.get("contact"))
    return f"row {place}" if told is None else told


def _day(value):
    if value is None:
        return UNDATED
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return value.toordinal() - EPOCH if isinstance(value, date) else value


def _stance(score):
    if score is None:
        return None
    return "critic" if score <= 6 else "passive" if score <= 8 else "promoter"


def _mention(one):
    return (one, "negative") if isinstance(one, str) else tuple(one)


def _flags(values):
    return np.array([bool(value) for value in values], np.bool_)
