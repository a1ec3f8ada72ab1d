"""What `simulate.py` draws: accounts with shares of their own, and the answers that they give."""

from datetime import date

import numpy as np

from verbatim.estimates import Cells
from verbatim.facts import NOBODY, OF_ACCOUNT, OF_VERBATIM, AccountFacts, Facts, Labels

ACCOUNTS = 2000
MONTHS = 12
CODES = 30
FIRST_DAY = date(2025, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def answers(chance, shape, mean=2.0):
    """Answers of each account: at least one, geometric beyond that."""
    return chance.geometric(1 / mean, shape)


def own_shares(chance, share, rho, shape):
    """The accounts' own shares of a code."""
    if rho == 0:
        return np.full(shape, share)
    size = 1 / rho - 1
    return chance.beta(share * size, (1 - share) * size, shape)


def one_period(chance, draws, accounts, share, rho):
    """Answers n and those that say it k, (draws, accounts)."""
    n = answers(chance, (draws, accounts))
    return chance.binomial(n, own_shares(chance, share, rho, (draws, accounts))), n


def cells_of_draws(n):
    """The cells of many draws: each is a group of its own."""
    draws, accounts = n.shape
    group = np.repeat(np.arange(draws), accounts)
    return Cells(np.tile(np.arange(accounts), draws), group, n.ravel().astype(float), draws)


def two_periods(chance, draws, accounts, share, rho, shift):
    """(k, n) of the later and the earlier period, (draws, 1.5 accounts): each account in one of them or in both."""
    whole = accounts * 3 // 2
    own = own_shares(chance, share, rho, (draws, whole))
    raised = own + shift / (1 - share) * (1 - own)  # the mean rises by the shift
    n = [answers(chance, (draws, whole)) for _ in range(2)]
    n[0][:, : whole - accounts] = 0
    n[1][:, accounts:] = 0
    return (chance.binomial(n[0], raised), n[0]), (chance.binomial(n[1], own), n[1])


def cells_of_pairs(n):
    draws, accounts = n.shape
    kept = n.ravel() > 0
    group = np.repeat(np.arange(draws), accounts)[kept]
    return Cells(np.tile(np.arange(accounts), draws)[kept], group, n.ravel()[kept].astype(float), draws)


def drawn_facts(chance, shifted: int, shift: float) -> Facts:
    """The facts of a year: about one account in three answers in a month; codes have shares from 3 to 25 %."""
    there = chance.random((ACCOUNTS, MONTHS)) < 0.35
    counts = np.where(there, answers(chance, there.shape, 1.6), 0)
    account, month = (np.repeat(one.ravel(), counts.ravel()) for one in np.indices(counts.shape))
    n = len(account)
    base = np.linspace(0.25, 0.03, CODES)[(np.arange(CODES) * 7) % CODES]
    own = np.stack([own_shares(chance, share, 0.12, ACCOUNTS) for share in base], axis=1)
    share = own[account]
    if shifted:
        late = (month >= MONTHS // 2)[:, None]
        raised = share[:, :shifted] + shift / (1 - base[:shifted]) * (1 - share[:, :shifted])
        share[:, :shifted] = np.where(late, raised, share[:, :shifted])
    rows, codes = np.nonzero(chance.random((n, CODES)) < share)
    return facts_of_columns(FIRST_DAY + month * 30 + 14 + month // 2, account, rows, codes)


def facts_of_columns(day, account, rows, codes) -> Facts:
    n = len(account)
    none = Labels(np.full(n, NOBODY, np.int32), ())
    off = np.zeros(n, np.bool_)
    names = tuple(f"account {at}" for at in range(ACCOUNTS))
    nothing = Labels(np.full(ACCOUNTS, NOBODY, np.int32), ())
    own = Labels(np.arange(ACCOUNTS, dtype=np.int32), names)
    return Facts(
        number=np.arange(1, n + 1),
        day=np.asarray(day, np.int32),
        account=np.asarray(account, np.int32),
        contact=np.arange(1, n + 1),
        respondent=np.arange(n, dtype=np.int32),
        score=np.full(n, np.nan, np.float32),
        stance=np.full(n, NOBODY, np.int8),
        estimated=off,
        conflict=off,
        review=off,
        coded=~off,
        empty=off,
        by_person=off,
        book=np.ones(n, np.int32),
        attributes=dict.fromkeys(OF_VERBATIM, none),
        mention_row=np.asarray(rows, np.int32),
        mention_code=np.asarray(codes, np.int32),
        mention_polarity=np.zeros(len(rows), np.int8),
        codes=tuple(f"c.{at:02d}" for at in range(CODES)),
        accounts=AccountFacts(
            numbers=np.arange(1, ACCOUNTS + 1),
            names=names,
            revenue=np.full(ACCOUNTS, np.nan),
            cost_to_serve=np.full(ACCOUNTS, np.nan),
            strategic=np.zeros(ACCOUNTS, np.bool_),
            attributes={name: own if name == "account" else nothing for name in OF_ACCOUNT},
        ),
    )
