"""What nobody had a code for, for tests of themes: three matters said in many ways, and what fits nowhere."""

from datetime import UTC, datetime, timedelta

from verbatim.domain import Verbatim
from verbatim.store.opening import writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.verbatims import Received, add_verbatims

CHATBOT = "The chatbot answers nonsense about berth {}"
PARKING = "Parking near gate {} costs visitors a fortune"
NEWSLETTER = "Your newsletter number {} floods everybody's inbox daily"
MATTERS = (CHATBOT, PARKING, NEWSLETTER)
STRANGE = ("Zebra quilts hum", "Violet anchors mumble softly", "Eleven kettles agree")

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def texts(size=12):
    """So many of each matter, one after the other, and what fits nowhere."""
    return [matter.format(place + 100) for matter in MATTERS for place in range(size)] + list(STRANGE)


def said(engine, matters=MATTERS, size=12, first=100, day=MARCH, account="Acme", contact=None, organisation="north"):
    """The numbers of new verbatims that nobody has coded, so many of each matter, each a day later."""
    rows = [
        Verbatim(
            f"{account}-{contact}-{matter[:9]}-{first + place}",
            matter.format(first + place),
            account=account,
            contact=contact,
            date=day + timedelta(days=place),
        )
        for matter in matters
        for place in range(size)
    ]
    with writing(engine, organisation) as connection:
        if contact:
            add_contacts(connection, organisation, [Contact(contact, account, permission="named")])
        return [one.id for one in add_verbatims(connection, organisation, "s", [*map(Received, rows)])]
