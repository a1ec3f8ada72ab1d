"""What is not known: what no code was found for, what nobody has looked at, what may not be shown, how coders err."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from verbatim.briefing import LEAST, CodeName, Grid, Part, Phrase, Share, Statement
from verbatim.composing.view import View, said
from verbatim.estimates import Accuracy
from verbatim.facts import NOBODY

MEASURED = ("briefing.column_code", "briefing.column_finds", "briefing.column_spares", "briefing.column_gold")


@dataclass(frozen=True, slots=True)
class Coder:
    """What is known of whoever coded: its label, its F1, what it was measured on, and how well it finds each code.

    `source`: gold of the organisation, the model's card, or nothing; of n verbatims.
    """

    label: str
    f1: float | None = None
    source: str = "nothing"
    n: int = 0
    by_code: Mapping[str, Accuracy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many verbatims may be counted only, and how many people behind quoted ones are not named."""

    counted_only: int = 0
    unnamed: int = 0


def unknown_part(view: View, coder: Coder, hidden: Hidden, told: Iterable[str]) -> Part:
    """The part on what is not known; `told` are the codes that the briefing speaks of."""
    statements = tuple(Statement(one) for one in (*_uncoded(view), *_who(view, hidden), *_coder(view, coder)))
    known = [(id, coder.by_code[id]) for id in dict.fromkeys(told) if id in coder.by_code]
    rows = tuple((CodeName(id), one.sensitivity, one.specificity, one.sensitivity.n) for id, one in known)
    return Part("unknown", statements, grids=(Grid("briefing.measured_codes", MEASURED, rows),) if rows else ())


def _uncoded(view: View) -> list[Phrase]:
    now = view.now
    told = said(now)
    bare = int(np.count_nonzero(told & ~_mentioned(view)))
    found = [
        ("briefing.not_coded", int(np.count_nonzero(~now.coded))),
        ("briefing.no_content", int(np.count_nonzero(now.coded & now.empty))),
        ("briefing.undated", view.undated),
    ]
    phrases = [Phrase(key, {"n": n}) for key, n in found if n]
    if bare:
        share = Share(bare / max(1, int(np.count_nonzero(told))))
        phrases.insert(0, Phrase("briefing.no_code", {"n": bare, "share": share}))
    return phrases


def _mentioned(view: View) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    rows = np.zeros(view.now.n, np.bool_)
    rows[view.now.mention_row] = True
    return rows


def _who(view: View, hidden: Hidden) -> list[Phrase]:
    now = view.now
    nobody = int(np.count_nonzero(now.contact == NOBODY))
    without = int(np.count_nonzero(now.account == NOBODY))
    found = [
        ("briefing.no_contact", nobody),
        ("briefing.no_account", without),
        ("briefing.counted_only", hidden.counted_only),
        ("briefing.unnamed", hidden.unnamed),
    ]
    return [Phrase(key, {"n": n, "least": LEAST}) for key, n in found if n]


def _coder(view: View, coder: Coder) -> list[Phrase]:
    people = int(np.count_nonzero(view.now.by_person & said(view.now)))
    told = [Phrase("briefing.by_person", {"n": people, "of": int(np.count_nonzero(said(view.now)))})]
    if coder.source == "nothing":
        return [*told, Phrase("briefing.not_measured", {"model": coder.label})]
    told.append(Phrase(f"briefing.measured_{coder.source}", {"model": coder.label, "n": coder.n}))
    return [*told, Phrase("briefing.f1", {"model": coder.label, "f1": Share(coder.f1)})] if coder.f1 else told
