"""The head of a briefing: the figures that stand first, and the few findings that matter most."""

from collections.abc import Iterable

import numpy as np

from verbatim.briefing import LEAST, Figure, Part, Phrase, Statement, Value
from verbatim.composing.view import View, base, said, score

FINDINGS = 10
OF_A_PART = {"coverage": 1, "changes": 3, "served": 2, "subjects": 4, "priorities": 1}
"""How many sentences of a part stand among the findings at most; of others one."""


def figures(view: View) -> tuple[Figure, ...]:
    """How much came in, from how many, and the score; each beside that of the period before."""
    now, former = base(view.now), base(view.former)
    label = view.period.former.label
    found = [
        Figure("briefing.figure_verbatims", now.verbatims, _former(former.verbatims, label)),
        Figure("briefing.figure_people", now.respondents, _former(former.respondents, label)),
    ]
    if now.accounts and view.scope.reach != "account":
        found.append(Figure("briefing.figure_accounts", now.accounts, _former(former.accounts, label)))
    scored = score(view.now)
    if scored is not None:
        found.append(Figure("briefing.figure_score", scored, Phrase("briefing.figure_scored", {"n": scored.n})))
    return tuple(found)


def received(view: View) -> Statement:
    """What came in, as a sentence."""
    now, told = base(view.now), int(np.count_nonzero(said(view.now)))
    if not now.verbatims:
        return Statement(Phrase("briefing.nothing"))
    people = Phrase("from_people", {"n": now.respondents})
    values: dict[str, Value] = {"n": now.verbatims, "people": people, "said": told}
    if now.accounts and view.scope.reach != "account":
        return Statement(
            Phrase("briefing.received_at", {**values, "accounts": Phrase("at_accounts", {"n": now.accounts})})
        )
    return Statement(Phrase("briefing.received", values))


def too_few() -> Statement:
    """That so few people said something that nothing is counted."""
    return Statement(Phrase("briefing.too_few", {"least": LEAST}))


def findings(first: Iterable[Statement], parts: Iterable[Part], keys: Iterable[str]) -> tuple[Statement, ...]:
    """The sentences that stand first, then the leading ones of these parts, without excerpts: at most FINDINGS."""
    by_key = {part.key: part for part in parts}
    leading = [one for key in keys if key in by_key for one in _leading(by_key[key])]
    return (*first, *leading)[:FINDINGS]


def _leading(part: Part) -> list[Statement]:
    """The sentences of a part that tell good or bad news; of what is complained of and praised the first of each."""
    told = [one for one in (*part.statements, *part.cited) if one.tone != "plain"]
    if part.key == "subjects":
        told = [one for place, one in enumerate(told) if one.tone not in [each.tone for each in told[:place]]]
    return [Statement(one.says, one.tone) for one in told[: OF_A_PART.get(part.key, 1)]]


def _former(n: int, period: str) -> Phrase:
    return Phrase("briefing.figure_former", {"n": n, "period": period})
