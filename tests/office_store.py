"""A store with coded feedback for reports: what was said, by whom, how it was coded, word for word as it is given."""

from datetime import UTC, datetime

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Turn, Verbatim
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.verbatims import Received, add_verbatims

MODEL = "small@1"


def fill(engine, rows, organisation="north", source="survey"):
    """The numbers of these rows: dicts of text or turns, codes (id and polarity), score, day, account, contact,
    permission, role; the whole text, or its first turn, is the excerpt of each code.
    """
    verbatims = [_verbatim(place, row) for place, row in enumerate(rows)]
    people = {
        (row["contact"], row.get("account")): Contact(
            row["contact"], row.get("account"), row.get("role"), permission=row.get("permission", "named")
        )
        for row in rows
        if row.get("contact")
    }
    with writing(engine, organisation) as connection:
        register_model(connection, organisation, MODEL)
        add_contacts(connection, organisation, list(people.values()))
        kept = add_verbatims(connection, organisation, source, [Received(one) for one in verbatims])
        judged = [
            Judged(one.id, _coding(verbatim, row)) for one, verbatim, row in zip(kept, verbatims, rows, strict=True)
        ]
        add_codings(connection, organisation, judged)
    return [one.id for one in kept]


def quarter(n=8, account="Acme", **row):
    """Rows of n people of an account in the third quarter of 2026, complaining of slow answers."""
    said = [
        {"text": f"Support answered after {place + 2} days.", "codes": [("service.responsiveness", "negative")]}
        for place in range(n)
    ]
    said[-1] = {"text": "A fair price for what we get.", "codes": [("price.value", "positive")]}
    about = {"account": account, "day": "2026-08-03", "role": "buyer"}
    return [
        {**about, "score": 3 + place % 8, "contact": f"{account} person {place}", **one, **row}
        for place, one in enumerate(said)
    ]


def _verbatim(place, row):
    day = row.get("day")
    return Verbatim(
        id=row.get("id", f"{row.get('account', 'r')}-{row.get('day', '')}-{place}"),
        text=row.get("text", ""),
        turns=tuple(Turn(*turn) for turn in row.get("turns", ())),
        score=row.get("score"),
        date=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None,
        account=row.get("account"),
        contact=row.get("contact"),
        role=row.get("role"),
    )


def _coding(verbatim, row):
    turn = 0 if verbatim.turns else None
    end = len(verbatim.turns[0].text if verbatim.turns else verbatim.text)
    whole = (Excerpt(0, end, turn),)
    mentions = tuple(CodeMention(id, polarity, 0.9, whole) for id, polarity in row.get("codes", ()))
    score = row.get("score")
    label = None if score is None else "critic" if score <= 6 else "passive" if score <= 8 else "promoter"
    stance = Stance(label, "estimated" if score is None else "score", 0.9)
    return Coding(verbatim.id, "und", mentions, stance, False, MODEL, 0.9)
