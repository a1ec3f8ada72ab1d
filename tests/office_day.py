"""A store with an office's customers: two types in two teams, shops that complain and plants that are content.

Twelve accounts of five contacts, a decider, an influencer and three users, who answered in two quarters of 2026. Every
shop's decider is a critic. One contact of each account stays anonymous, one is counted only.
"""

from datetime import UTC, datetime

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.roster import Account, put_accounts
from verbatim.store.verbatims import Received, add_verbatims

INFLUENCE = ("decider", "influencer", "user", "user", "user")
PERMISSIONS = ("named", "named", "named", "anonymous", "aggregate")
SECRET, NAMELESS = "Counted only", "Nameless"
BAD, GOOD = "Support is slow and such a hassle", "The training was very good"


def fill(engine, organisation="north"):
    """The numbers of the verbatims, in order."""
    accounts = [_account(kind, number) for kind in ("shop", "plant") for number in range(6)]
    said = [_said(one, number, day) for one in accounts for number in range(5) for day in ("2026-02-10", "2026-05-10")]
    people = [
        Contact(f"{one.name} {place}", one.name, _role(place), INFLUENCE[place], permission=PERMISSIONS[place])
        for one in accounts
        for place in range(5)
    ]
    with writing(engine, organisation) as connection:
        register_model(connection, organisation, "small@1")
        put_accounts(connection, organisation, accounts)
        add_contacts(connection, organisation, people)
        kept = add_verbatims(connection, organisation, "nps", [Received(one) for one in said])
        judged = [Judged(one.id, _coding(verbatim)) for one, verbatim in zip(kept, said, strict=True)]
        add_codings(connection, organisation, judged)
    return [one.id for one in kept]


def _account(kind, number):
    name = f"{kind.title()} {number}"
    team = "East" if kind == "shop" else "West"
    return Account(name, customer_type=kind, team=team, revenue=1000.0 * (number + 1), cost_to_serve=100.0)


def _role(place):
    return "buyer" if place < 2 else "user"


def _said(account, place, day):
    critical = account.customer_type == "shop" and place != 1
    words = {3: f"{NAMELESS}. ", 4: f"{SECRET}. "}.get(place, "") + (BAD if critical else GOOD)
    return Verbatim(
        id=f"{account.name} {place} {day}",
        text=f"{words}, at {account.name} since {day}.",
        score=3 if critical else 9,
        date=datetime.fromisoformat(day).replace(tzinfo=UTC),
        account=account.name,
        contact=f"{account.name} {place}",
        role=_role(place),
    )


def _coding(verbatim):
    critical = BAD in verbatim.text
    code, polarity = ("service.responsiveness", "negative") if critical else ("service.training", "positive")
    start = verbatim.text.index(BAD if critical else GOOD)
    mention = CodeMention(code, polarity, 0.9, (Excerpt(0 if start else start, len(verbatim.text) - 1),))
    stance = Stance("critic" if critical else "promoter", "score", 1.0)
    return Coding(verbatim.id, "en", (mention,), stance, False, "small@1", 0.9)
