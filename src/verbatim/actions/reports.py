"""Codings become a report: counted as they stream by, in memory that does not grow with their number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from verbatim.actions.intents import IntentTally
from verbatim.actions.quotes import Best, Sample
from verbatim.domain import POLARITIES, STANCES, CodeMention, Coding, Polarity, Stance, Verbatim
from verbatim.estimates import nps, wilson
from verbatim.formats.cells import rolled_up
from verbatim.formats.coded import partial_file
from verbatim.formats.reports import (
    CategoryFigure,
    CodeFigure,
    FrameFigure,
    GroupFigure,
    Report,
    RunFacts,
    StanceFigure,
    Uncoded,
    render,
)
from verbatim.taxonomy import Codebook

QUOTES: Mapping[Polarity, int] = {"negative": 3, "neutral": 1, "positive": 3}
EXAMPLES = 8
GROUPS = 5_000  # accounts, roles or months that are told apart; whatever comes after them is counted only in the whole
SHOWN = 25
BINS = 10

K = TypeVar("K")


class Tally:
    """Counts codings one by one; `report` says what came together.

    Its memory depends on the accounts, contacts and codes that occur, not on the number of verbatims.
    """

    def __init__(self, codebook: Codebook, beside: Mapping[str, Codebook] | None = None) -> None:
        self._codebook = codebook
        self._beside = {label: Tally(frame) for label, frame in (beside or {}).items()}
        self._intents = IntentTally()
        self._empty_id = codebook.id_with_role("no_content")
        self._codes = {code: CodeTally() for code in codebook.ids}
        self._bare = {code: CodeTally() for code in codebook.categories}
        self._whole = GroupTally()
        self._accounts: dict[str, GroupTally] = {}
        self._roles: dict[str, GroupTally] = {}
        self._months: dict[date, GroupTally] = {}
        self._people = People()
        self._counts: Counter[str] = Counter()
        self._review = 0
        self._languages: Counter[str] = Counter()
        self._bins = [0] * BINS
        self._examples = Sample(EXAMPLES)
        self._dates: tuple[datetime, datetime] | None = None

    def add(self, verbatim: Verbatim, coding: Coding) -> None:
        """Count one coded verbatim. Those of one input row are expected one after the other."""
        opens = self._people.add(verbatim)
        self._counts[self._outcome(verbatim, coding)] += 1
        self._review += coding.review
        self._languages[coding.language] += 1
        if verbatim.date:
            self._see_date(verbatim.date)
        for mention in coding.codes:
            self._add_mention(verbatim, coding, mention)
        polarities = rolled_up(coding.codes, self._codebook)
        for code, polarity in polarities.items():
            self._codes[code].add(polarity, verbatim.account)
        counted = coding.stance if opens or coding.stance.source == "estimated" else None
        for group in self._groups(verbatim):
            group.add(counted, polarities)
        self._intents.add(verbatim, coding)
        for label, tally in self._beside.items():
            tally.add(verbatim, replace(coding, codes=coding.frames.get(label, ()), intents=(), frames={}))

    def report(self, run: RunFacts) -> Report:
        """What was counted, with shares, intervals, scores and the strongest excerpts."""
        first, last = self._dates or (None, None)
        return Report(
            verbatims=self._counts.total(),
            respondents=self._people.respondents,
            accounts=self._people.accounts,
            meaningful=self._meaningful(),
            coded=self._counts["coded"],
            review=self._review,
            first=first,
            last=last,
            categories=tuple(self._category(code) for code in self._first_level() if self._codes[code].k),
            stance=self._whole.stance(),
            months={month: group.figure(str(month)) for month, group in sorted(self._months.items())},
            by_account=_table(self._accounts),
            by_role=_table(self._roles),
            languages=dict(self._languages.most_common()),
            uncoded=self._uncoded(),
            confidence=tuple(self._bins),
            run=run,
            intents=self._intents.figure(self._meaningful()),
            frames=tuple(tally.as_frame(label) for label, tally in self._beside.items()),
        )

    def as_frame(self, label: str) -> FrameFigure:
        """What a model that codes beside the main one found: its figures by the frame's own order."""
        figures = tuple(self._category(code) for code in self._first_level() if self._codes[code].k)
        return FrameFigure(label, self._codebook, figures, self._meaningful())

    def _uncoded(self) -> Uncoded:
        count = self._counts
        return Uncoded(count["no_content"], count["no_customer"], count["nothing"], self._examples.taken())

    def _outcome(self, verbatim: Verbatim, coding: Coding) -> str:
        if coding.codes:
            return "no_content" if coding.codes[0].id == self._empty_id else "coded"
        if verbatim.turns and all(turn.side == "us" for turn in verbatim.turns):
            return "no_customer"
        self._examples.offer(verbatim, coding)
        return "nothing"

    def _meaningful(self) -> int:
        return self._counts["coded"] + self._counts["nothing"]

    def _see_date(self, when: datetime) -> None:
        plain = when.replace(tzinfo=None)
        first, last = self._dates or (plain, plain)
        self._dates = min(first, plain), max(last, plain)

    def _add_mention(self, verbatim: Verbatim, coding: Coding, mention: CodeMention) -> None:
        if mention.id != self._empty_id:
            self._bins[min(BINS - 1, int(mention.confidence * BINS))] += 1
        tally = self._bare.get(mention.id)
        if tally is not None:
            tally.add(mention.polarity, verbatim.account)
        best = (tally or self._codes[mention.id]).quotes(mention.polarity)
        best.offer(verbatim, coding, mention.excerpts, mention.confidence)

    def _groups(self, verbatim: Verbatim) -> Iterable["GroupTally"]:
        yield self._whole
        month = verbatim.date.date().replace(day=1) if verbatim.date else None
        yield from _group(self._accounts, verbatim.account)
        yield from _group(self._roles, verbatim.role)
        yield from _group(self._months, month)

    def _first_level(self) -> list[str]:
        book = self._codebook
        return [code for code in book.ids if book.category_of(code) == code and code != self._empty_id]

    def _category(self, code: str) -> CategoryFigure:
        n, bare = self._meaningful(), self._bare.get(code)
        children = [child for child in self._codebook.children(code) if self._codes[child].k]
        return CategoryFigure(
            self._codes[code].figure(code, n),
            bare.figure(code, n) if bare and bare.k else None,
            tuple(self._codes[child].figure(child, n) for child in children),
        )


class CodeTally:
    """One code: verbatims by polarity, the accounts behind them, the excerpts on offer."""

    def __init__(self) -> None:
        self._polarities: Counter[Polarity] = Counter()
        self._accounts: set[int] = set()
        self._quotes: dict[Polarity, Best] = {polarity: Best() for polarity in POLARITIES}

    @property
    def k(self) -> int:
        """Verbatims with this code."""
        return self._polarities.total()

    def add(self, polarity: Polarity, account: str | None) -> None:
        """Count one verbatim."""
        self._polarities[polarity] += 1
        if account is not None:
            self._accounts.add(hash(account))

    def quotes(self, polarity: Polarity) -> Best:
        """The excerpts of this polarity."""
        return self._quotes[polarity]

    def figure(self, code: str, n: int) -> CodeFigure:
        """Counts as shares of n answers with content."""
        quotes = {polarity: self.quotes(polarity).taken(QUOTES[polarity]) for polarity in POLARITIES}
        by_polarity = {polarity: wilson(self._polarities[polarity], n) for polarity in POLARITIES}
        return CodeFigure(code, wilson(self.k, n), by_polarity, len(self._accounts), quotes)


class People:
    """Who answered: contacts once each, and rows without a contact as one person each."""

    def __init__(self) -> None:
        self._contacts: set[int] = set()
        self._accounts: set[int] = set()
        self._unnamed = 0
        self._row: tuple[int, set[str]] = (0, set())

    @property
    def respondents(self) -> int | None:
        """People, as far as they can be told apart; None where no row names a contact."""
        return len(self._contacts) + self._unnamed if self._contacts else None

    @property
    def accounts(self) -> int:
        """Accounts that were named."""
        return len(self._accounts)

    def add(self, verbatim: Verbatim) -> bool:
        """Note who speaks; True unless this is another answer out of the row before."""
        opens = self._opens(verbatim)
        if verbatim.account is not None:
            self._accounts.add(hash(verbatim.account))
        if verbatim.contact is not None:
            self._contacts.add(hash((verbatim.account, verbatim.contact)))
        else:
            self._unnamed += opens
        return opens

    def _opens(self, verbatim: Verbatim) -> bool:
        row, asked = self._row
        if verbatim.question is None or verbatim.row != row or verbatim.question in asked:
            self._row = verbatim.row, {verbatim.question or ""}
            return True
        asked.add(verbatim.question)
        return False


class GroupTally:
    """The verbatims of one account, role, month, or all."""

    def __init__(self) -> None:
        self._verbatims = 0
        self._stances: Counter[tuple[str, str | None]] = Counter()
        self._conflicts = 0
        self._codes: Counter[tuple[Polarity, str]] = Counter()

    def add(self, stance: Stance | None, polarities: Mapping[str, Polarity]) -> None:
        """Count one verbatim; no stance where its score was counted with another answer of the same row."""
        self._verbatims += 1
        if stance is not None:
            self._stances[stance.source, stance.label] += 1
            self._conflicts += stance.conflict
        self._codes.update((polarity, code) for code, polarity in polarities.items() if "." in code)

    def stance(self) -> StanceFigure:
        """Its critics, passives and promoters."""
        scored = tuple(self._stances["score", label] for label in STANCES)
        estimated = tuple(self._stances["estimated", label] for label in STANCES)
        unknown = self._stances["estimated", None] + self._stances["score", None]
        critics, passives, promoters = scored
        return StanceFigure(
            (critics, passives, promoters),
            (estimated[0], estimated[1], estimated[2]),
            unknown,
            self._conflicts,
            nps(promoters, passives, critics),
        )

    def figure(self, name: str) -> GroupFigure:
        """What it comes to."""
        return GroupFigure(name, self._verbatims, self.stance(), self._most("negative"), self._most("positive"))

    def _most(self, polarity: Polarity) -> tuple[str, int] | None:
        found = [(code, k) for (p, code), k in self._codes.items() if p == polarity]
        return min(found, key=lambda pair: (-pair[1], pair[0]), default=None)


def publish(report: Report, codebook: Codebook, folder: Path, language: str = "en") -> Path:
    """The file `report.html` in this folder, there only when whole. Raises OutputError where it cannot be written."""
    with partial_file(folder, "report.html") as partial:
        partial.write_text(render(report, codebook, language), encoding="utf-8", errors="xmlcharrefreplace")
    return folder / "report.html"


def _group(groups: dict[K, GroupTally], key: K | None) -> Iterable[GroupTally]:
    if key is None:
        return ()
    if key not in groups:
        if len(groups) >= GROUPS:
            return ()
        groups[key] = GroupTally()
    return (groups[key],)


def _table(groups: Mapping[str, GroupTally]) -> tuple[GroupFigure, ...]:
    figures = [group.figure(name) for name, group in groups.items()]
    return tuple(sorted(figures, key=_urgency)[:SHOWN])


def _urgency(group: GroupFigure) -> tuple[int, int, str]:
    stance = group.stance
    critics = (stance.scored if stance.nps else stance.estimated)[0]
    return -critics, -group.verbatims, group.name
