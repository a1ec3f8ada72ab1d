"""Who was asked lately, by number."""

from datetime import datetime

from sqlalchemy import Connection, select

from verbatim.store.office_tables import invitations


def invited_between(connection: Connection, organisation: str, since: datetime, until: datetime) -> frozenset[int]:
    """The numbers of the contacts who were invited from a moment to before another."""
    chosen = select(invitations.c.contact_id).distinct()
    own = invitations.c.organisation == organisation, invitations.c.date >= since, invitations.c.date < until
    return frozenset(connection.execute(chosen.where(*own)).scalars())
