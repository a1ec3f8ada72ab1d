"""A store with four months of feedback: one complaint rises in the third and stays; gold says how the coder errs."""

from datetime import UTC, datetime

from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import writing
from verbatim.store.review import add_sample
from verbatim.store.roster import Account, put_accounts
from verbatim.store.verbatims import Received, add_verbatims

ACCOUNTS = 40
SHARES = {1: 0.2, 2: 0.2, 3: 0.6, 4: 0.6}
MODEL = "small@1"
DEAR, OTHER = "price.level", "other"


def fill(engine, organisation="north"):
    """Numbers of verbatims by month: each account says one thing a month, and scores it."""
    with writing(engine, organisation) as connection:
        put_accounts(
            connection,
            organisation,
            [Account(_name(at), region=_region(at), revenue=1000.0 + at) for at in range(ACCOUNTS)],
        )
        register_model(connection, organisation, MODEL)
        return {month: _month(connection, organisation, month, share) for month, share in SHARES.items()}


def add_gold(engine, organisation="north", numbers=()):
    """Persons code these, drawn at random: half of what the model took for other is about the price."""
    with writing(engine, organisation) as connection:
        add_sample(connection, organisation, numbers, 1, datetime(2026, 5, 1, tzinfo=UTC))
        codes = [DEAR if place % 2 else OTHER for place in range(len(numbers))]
        add_codings(
            connection,
            organisation,
            [Judged(n, _coding(c, "ann"), person=True) for n, c in zip(numbers, codes, strict=True)],
        )


def _month(connection, organisation, month, share):
    said = [_said(month, at, at < round(share * ACCOUNTS)) for at in range(ACCOUNTS)]
    numbers = [one.id for one in add_verbatims(connection, organisation, "survey", [Received(one) for one in said])]
    codes = [DEAR if at < round(share * ACCOUNTS) else OTHER for at in range(ACCOUNTS)]
    add_codings(connection, organisation, [Judged(n, _coding(c, MODEL)) for n, c in zip(numbers, codes, strict=True)])
    return numbers


def _said(month, at, dear):
    when = datetime(2026, month, 10, tzinfo=UTC)
    text = "It costs too much by far." if dear else "The tool shed is fine."
    return Verbatim(
        f"{month}-{at}", text, score=2 if dear else 10, date=when, account=_name(at), contact=f"P{at}", role="buyer"
    )


def _coding(code, author):
    mentions = (CodeMention(code, "negative" if code == DEAR else "positive", 0.9, ()),)
    stance = Stance("critic" if code == DEAR else "promoter", "score", 1.0)
    return Coding("x", "en", mentions, stance, False, author)


def _name(at):
    return "Acme" if at == 0 else f"Account {at}"


def _region(at):
    return "north" if at % 2 else "south"
