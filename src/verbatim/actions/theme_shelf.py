"""Themes as somebody sees them: with what the own accounts said only, and with words that may be shown.

Sizes and series are counted from the facts as they are now; the state, and the change behind it, is that of the latest
run, of the whole organisation. Words are those that the seen members said; an excerpt is a piece of its verbatim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from verbatim.actions.desk import Desk
from verbatim.actions.figures import Narrowed, facts_of, narrow
from verbatim.errors import NotFoundError
from verbatim.facts import NOBODY, Facts
from verbatim.store import themes as kept
from verbatim.store.opening import reading
from verbatim.store.records import StoredVerbatim
from verbatim.store.themes import Member, StoredRun, StoredTheme
from verbatim.store.verbatims import stored_verbatims
from verbatim.text.script import columns
from verbatim.themes import Months, Point, mask_of, months_of, names_of, series_of

EXCERPTS = 12
OFFERS = 60
"""So many members, the nearest to the middle, are looked at for excerpts."""

READABLE = (10, 240)
"""Columns on a screen of an excerpt that is shown first; a Chinese character takes two."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: the accounts that are seen, None for all, and whether words of those shown in counts only are."""

    organisation: str
    accounts: tuple[str, ...] | None = None
    sees_all: bool = True

    def may_read(self, permission: str | None) -> bool:
        """Whether the words of a contact with this permission may be shown."""
        return self.sees_all or permission != "aggregate"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a theme is seen: segments, verbatims, persons, accounts; `share` of the verbatims with content."""

    segments: int
    verbatims: int
    respondents: int
    accounts: int
    share: float


@dataclass(frozen=True, slots=True)
class SeenTheme:
    """A theme as it is seen, with its series by month; `words` only those that were said where one looks."""

    stored: StoredTheme
    size: Size
    words: dict[str, list[str]]
    series: tuple[Point, ...]

    def name(self, language: str) -> str:
        """What it is called: as somebody named it, else by its words, in that language where it has some."""
        if self.stored.name:
            return self.stored.name
        words = self.words.get(language) or next((some for some in self.words.values() if some), [])
        return names_of(words)


@dataclass(frozen=True, slots=True)
class SeenExcerpt:
    """A piece of a verbatim that stands for its theme, word for word; of an anonymous person nothing but that."""

    verbatim: int
    turn: int | None
    start: int
    end: int
    text: str
    account: str | None
    role: str | None
    date: datetime | None
    permission: str | None
    nearness: float


@dataclass(frozen=True, slots=True)
class Shelf:
    """The themes of a scope: the latest run, how many verbatims with content there are, the themes, largest first."""

    scope: str
    scopes: tuple[str, ...]
    run: StoredRun | None
    base: int
    themes: tuple[SeenTheme, ...]


def shelf(desk: Desk, reader: Reader, scope: str = kept.RESIDUAL) -> Shelf:
    """The themes of a scope, those with the most verbatims first. Who sees some accounts sees no theme without them."""
    with reading(desk.engine, reader.organisation) as connection:
        stored = kept.list_themes(connection, reader.organisation, scope)
        pairs = kept.pairs(connection, reader.organisation)
        run = kept.latest_run(connection, reader.organisation, scope)
        scopes = kept.scopes(connection, reader.organisation)
    facts = _within(facts_of(desk, reader.organisation, reader.accounts), run)
    seen, months = [], months_of(facts)
    for theme in stored:
        rows = pairs[pairs[:, 0] == theme.id, 1]
        one = _seen(desk, reader, theme, (facts, months), rows)
        if one is not None:
            seen.append(one)
    ordered = sorted(seen, key=lambda one: (-one.size.verbatims, -one.size.segments, one.stored.id))
    return Shelf(scope, scopes, run, int((~facts.empty).sum()), tuple(ordered))


def seen_theme(desk: Desk, reader: Reader, number: int) -> tuple[SeenTheme, StoredRun | None]:
    """One theme, and the latest run of its scope. Raises NotFoundError, also where nothing of it is seen."""
    with reading(desk.engine, reader.organisation) as connection:
        theme = kept.theme(connection, reader.organisation, number)
        found = kept.members(connection, reader.organisation, [number])
        run = kept.latest_run(connection, reader.organisation, theme.scope)
    facts = _within(facts_of(desk, reader.organisation, reader.accounts), run)
    rows = np.array([one.verbatim for one in found], dtype=np.int64)
    seen = _seen(desk, reader, theme, (facts, months_of(facts)), rows)
    if seen is None:
        raise NotFoundError(
            f"theme {number}: not in organisation {reader.organisation!r}; expected the id of one that is"
        )
    return seen, run


def excerpts(desk: Desk, reader: Reader, number: int, most: int = EXCERPTS) -> tuple[SeenExcerpt, ...]:
    """What stands for a theme: pieces of what was said nearest to its middle, no two alike, one from a verbatim.

    From contacts whose words may be shown to the reader, and whose verbatims are as they were.
    """
    facts = facts_of(desk, reader.organisation, reader.accounts)
    with reading(desk.engine, reader.organisation) as connection:
        near = kept.members(connection, reader.organisation, [number], facts.number)
        found: list[SeenExcerpt] = []
        for start in range(0, len(near), OFFERS):
            some = near[start : start + OFFERS]
            stored = stored_verbatims(connection, reader.organisation, sorted({one.verbatim for one in some}))
            _offer(found, some, stored, reader)
            if len(found) >= most:
                break
    found.sort(key=lambda one: not READABLE[0] <= columns(one.text) <= READABLE[1])
    return tuple(found[:most])


def verbatims_of(desk: Desk, organisation: str, number: int) -> NDArray[np.int64]:
    """The verbatims of a theme by number, for `themes.mask_of`. Raises NotFoundError."""
    with reading(desk.engine, organisation) as connection:
        kept.theme(connection, organisation, number)
        return kept.verbatims_of(connection, organisation, number)


def _offer(found: list[SeenExcerpt], some: Sequence[Member], stored: dict[int, StoredVerbatim], reader: Reader) -> None:
    taken, texts = {one.verbatim for one in found}, {one.text.casefold() for one in found}
    for member in some:
        one = stored.get(member.verbatim)
        if one is None or member.verbatim in taken or not reader.may_read(one.permission):
            continue
        text = kept.words_of_member(one, member)
        if not text.strip() or text.casefold() in texts:
            continue
        found.append(_excerpt(one, member, text))
        taken.add(member.verbatim)
        texts.add(text.casefold())


def _excerpt(stored: StoredVerbatim, member: Member, text: str) -> SeenExcerpt:
    anonymous = stored.permission == "anonymous"
    return SeenExcerpt(
        verbatim=member.verbatim,
        turn=member.turn,
        start=member.start,
        end=member.end,
        text=text,
        account=None if anonymous else stored.verbatim.account,
        role=None if anonymous else stored.verbatim.role,
        date=stored.verbatim.date,
        permission=stored.permission,
        nearness=round(member.nearness, 3),
    )


def _within(facts: Facts, run: StoredRun | None) -> Facts:
    """The facts of the period that the run looked at."""
    if run is None or (run.since is None and run.until is None):
        return facts
    return narrow(facts, Narrowed(run.since and run.since.date(), run.until and run.until.date()))


def _seen(
    desk: Desk, reader: Reader, theme: StoredTheme, dated: tuple[Facts, Months], verbatims: NDArray[np.int64]
) -> SeenTheme | None:
    """The theme as the reader sees it; None where a reader of some accounts sees nothing of it."""
    facts, months = dated
    rows = mask_of(facts, verbatims)
    if reader.accounts is not None and not rows.any():
        return None
    segments = int(np.isin(verbatims, facts.number).sum())
    accounts = np.unique(facts.account[rows])
    base = int((~facts.empty).sum())
    size = Size(
        segments=segments,
        verbatims=int(rows.sum()),
        respondents=len(np.unique(facts.respondent[rows])),
        accounts=int((accounts != NOBODY).sum()),
        share=round(float((rows & ~facts.empty).sum()) / base, 5) if base else 0.0,
    )
    return SeenTheme(theme, size, _words(desk, reader, theme, facts), series_of(months, rows))


def _words(desk: Desk, reader: Reader, theme: StoredTheme, facts: Facts) -> dict[str, list[str]]:
    """The words of a theme; for a reader of some accounts those that stand in what these said."""
    words = {language: list(some) for language, some in theme.words.items()}
    if reader.accounts is None:
        return words
    with reading(desk.engine, reader.organisation) as connection:
        own = kept.members(connection, reader.organisation, [theme.id], facts.number)
        return kept.kept_words(words, kept.said(connection, reader.organisation, own))
