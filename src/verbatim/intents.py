"""What a verbatim is up to beside its reasons: complaint, praise, wish, question, staying, leaving, urgency, and more.

Complaint and praise follow from the polarity of the codes. The others are found clause by clause by the phrases of a
table (`verbatim.cue_table`), aware of denial ("won't renew"), of an if, and of intentions given up. Every intent has
the clauses, or the sentence, that show it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from verbatim.cue_table import CueTable, Place, Rule
from verbatim.domain import (
    INTENTS,
    RELATIONS,
    CodeMention,
    Competitor,
    Excerpt,
    Intent,
    IntentId,
    Polarity,
    Relation,
    Segment,
)
from verbatim.text.phrases import NAME, Finder, Phrase
from verbatim.text.script import columns, fold_in_place

EXCERPTS = 5
QUOTE = (15, 200)
"""How wide a quotable sentence is, in columns of a screen, where a Han character takes two."""

Span = tuple[int, int]

_OPPOSITES = frozenset({"renewal", "leaving"})
_DENIABLE = frozenset({"switching_to", "praised"})
_NO_QUOTE = frozenset({"wish", "question", "leaving", "urgency", "competitor"})
# The intent of a polarity, and the intents of a clause that make it another thing: what is only wished for is no
# complaint, who will stay does not complain by saying so, and who leaves does not praise by it.
_JUDGEMENTS: dict[Polarity, tuple[IntentId, frozenset[IntentId]]] = {
    "negative": ("complaint", frozenset({"wish", "renewal", "unaware"})),
    "positive": ("praise", frozenset({"leaving"})),
}
_OTHER_NAME = "\ue001"
_ASKS = re.compile(r"[?？][\s\"'”’」』)）]*\Z")
_FULL_STOP = re.compile(r"[.。．!！?？;；\n\r\u2028]")
_REACH = 40
"""How many characters before a cue are searched for a denial."""


class Passage(Protocol):
    """One reply, or one turn of a call: its text, its clauses, and the number of its turn."""

    @property
    def text(self) -> str:
        """The words as they were given."""

    @property
    def clauses(self) -> tuple[Segment, ...]:
        """The clauses in order."""

    @property
    def turn(self) -> int | None:
        """The number of the turn; None for a reply."""


@dataclass(frozen=True, slots=True)
class Found:
    """One place that shows an intent; `sure` when the words stand as they are, whatever is denied around them."""

    id: IntentId
    excerpt: Excerpt
    conditional: bool = False
    sure: bool = False
    name: str | None = None
    relation: Relation | None = None


class IntentReader:
    """Reads intents by one table of cues and one list of competitors."""

    def __init__(self, table: CueTable, competitors: Sequence[Competitor] = ()) -> None:
        self._table = table
        self._names = _Names(competitors)

    def read(self, passages: Iterable[Passage], codes: Sequence[CodeMention]) -> tuple[Intent, ...]:
        """The intents of one verbatim, in the order of `INTENTS`; `codes` are its own, with their excerpts."""
        views = [_View(passage) for passage in passages]
        found = [each for view in views for each in (*self._by_cues(view), *self._competitors(view))]
        found += _judged(codes, found)
        found += [each for view in views for each in self._quotable(view, codes, found)]
        return _gathered(found)

    def _by_cues(self, view: "_View") -> Iterator[Found]:
        for number in range(len(view.clauses)):
            words = _Words(view.words(number), self._table.finder, self._table)
            own = [each for id in words.ids for each in self._in_clause(view, number, words, self._table.rules[id])]
            sure = {each.id for each in own if each.sure} & _OPPOSITES
            yield from (each for each in own if each.sure or not sure or each.id not in _OPPOSITES)

    def _in_clause(self, view: "_View", number: int, words: "_Words", rule: Rule) -> Iterator[Found]:
        excerpt = view.excerpt(number)
        if words.stands(rule.id, "fixed"):
            yield Found(rule.id, excerpt, rule.intends and self._hangs_on_an_if(view, number), sure=True)
            return
        asks = _ASKS.search(words.folded) and not self._is_answered(view, number)
        cue = (asks and words.stands(rule.id, "asked")) or words.stands(rule.id, "cues")
        if not cue or words.stands(rule.id, "never"):
            return
        meant = self._meant(rule, words.folded, cue)
        if meant:
            yield Found(meant, excerpt, rule.intends and self._hangs_on_an_if(view, number))

    def _meant(self, rule: Rule, words: str, cue: re.Match[str]) -> IntentId | None:
        """What a cue means in its clause: its intent, what a denial makes of it, or nothing."""
        if rule.intends and _first(self._table.abandoned, words):
            return None
        return rule.denied if rule.deniable and self._denies(words, cue) else rule.id

    def _denies(self, words: str, cue: re.Match[str]) -> bool:
        """Whether an odd number of denials stands before a cue and inside it."""
        before, inside = words[max(0, cue.start() - _REACH) : cue.start()], cue.group()
        for phrase in self._table.exempt:
            before, inside = (phrase.pattern.sub("", part) for part in (before, inside))
        turns = sum(len(phrase.pattern.findall(inside)) for phrase in self._table.inside)
        return (turns + (_first(self._table.before, before) is not None)) % 2 == 1

    def _hangs_on_an_if(self, view: "_View", number: int) -> bool:
        """Whether the sentence of a clause says if, unless, or that something is only being considered."""
        start, end = view.sentence_at(view.clauses[number].start)
        return _first(self._table.conditional, view.folded[start:end]) is not None

    def _is_answered(self, view: "_View", number: int) -> bool:
        """Whether the next clause answers what this one asks."""
        return number + 1 < len(view.clauses) and _first(self._table.answers, view.words(number + 1)) is not None

    def _competitors(self, view: "_View") -> Iterator[Found]:
        for name, span in self._names.within(view.folded):
            number = view.clause_at(span[0])
            relation, cue = self._relation(view, span)
            conditional = relation == "switching_to" and self._hangs_on_an_if(view, number)
            yield Found("competitor", view.excerpt(number), conditional, name=name, relation=relation)
            if relation == "switching_to" and cue:
                yield Found("leaving", view.excerpt(number), conditional)

    def _relation(self, view: "_View", span: Span) -> tuple[Relation, re.Match[str] | None]:
        """How the name at a span comes in, by the sentence around it, and the words that say so."""
        start, end = view.sentence_at(span[0])
        before, after = view.folded[start : span[0]], view.folded[span[1] : end]
        words = self._names.hidden(before) + NAME + self._names.hidden(after)
        for relation, phrases in self._table.relations.items():
            cue = _first(phrases, words)
            if cue and not (relation in _DENIABLE and self._is_off(words, cue)):
                return relation, cue
        return "mentioned", None

    def _is_off(self, words: str, cue: re.Match[str]) -> bool:
        return self._denies(words, cue) or _first(self._table.abandoned, words) is not None

    def _quotable(self, view: "_View", codes: Sequence[CodeMention], found: Sequence[Found]) -> Iterator[Found]:
        praised = [excerpt for code in codes if code.polarity == "positive" for excerpt in code.excerpts]
        spoilt = [excerpt for code in codes if code.polarity != "positive" for excerpt in code.excerpts]
        spoilt += [each.excerpt for each in found if each.id in _NO_QUOTE]
        for start, end in view.sentences:
            excerpt, folded = Excerpt(start, end, view.turn), view.folded[start:end]
            if QUOTE[0] <= columns(folded) <= QUOTE[1] and not _overlaps(excerpt, spoilt):
                words = _Words(folded, self._table.quotes, self._table)
                strong = words.stands("quotable", "fixed")
                fair = strong or (_overlaps(excerpt, praised) and words.stands("quotable", "cues"))
                if fair and not words.stands("quotable", "never"):
                    yield Found("quotable", excerpt)


class _View:
    """A passage as it is looked at: folded, clause by clause."""

    def __init__(self, passage: Passage) -> None:
        self.clauses, self.turn = passage.clauses, passage.turn
        self.folded = fold_in_place(passage.text)

    def words(self, number: int) -> str:
        """A clause, folded."""
        return self.folded[self.clauses[number].start : self.clauses[number].end]

    def excerpt(self, number: int) -> Excerpt:
        """Where a clause stands."""
        return Excerpt(self.clauses[number].start, self.clauses[number].end, self.turn)

    def clause_at(self, place: int) -> int:
        """The number of the clause that a place lies in, or the one before it."""
        return max((n for n, clause in enumerate(self.clauses) if clause.start <= place), default=0)

    def sentence_at(self, place: int) -> Span:
        """Start and end of the sentence around a place; the whole text where it lies in none."""
        return next(((a, b) for a, b in self.sentences if a <= place < b), (0, len(self.folded)))

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The clauses, taken together where no full stop, question or exclamation mark or line break parts them."""
        spans: list[Span] = []
        for number, clause in enumerate(self.clauses):
            before = self.folded[self.clauses[number - 1].end - 1 : clause.start] if number else "."
            spans.append((clause.start if _FULL_STOP.search(before) else spans.pop()[0], clause.end))
        return tuple(spans)


class _Words:
    """Folded words with the phrases of a table that may stand in them."""

    def __init__(self, folded: str, finder: Finder, table: CueTable) -> None:
        self.folded = folded
        self._possible: dict[Place, list[Phrase]] = {}
        for phrase in finder.possible(folded):
            self._possible.setdefault(table.places[phrase], []).append(phrase)

    @property
    def ids(self) -> dict[IntentId, None]:
        """The intents of which something else than what rules them out may stand here, in the table's order."""
        return dict.fromkeys(id for id, name in self._possible if name != "never")

    def stands(self, id: IntentId, name: str) -> re.Match[str] | None:
        """The first phrase of a list of an intent that stands here."""
        return _first(self._possible.get((id, name), ()), self.folded)


class _Names:
    """The competitors' names as one pattern over folded text, the longest name first."""

    def __init__(self, competitors: Sequence[Competitor]) -> None:
        pairs = [(_spaced(alias), each.name) for each in competitors for alias in (each.name, *each.aliases)]
        self._canonical = dict(reversed(pairs))
        longest = sorted(self._canonical, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_name_pattern, longest))) if longest else None

    def within(self, folded: str) -> list[tuple[str, Span]]:
        """The canonical name and the place of every name in a folded text."""
        matches = self._pattern.finditer(folded) if self._pattern else ()
        return [(self._canonical[_spaced(match.group())], match.span()) for match in matches]

    def hidden(self, folded: str) -> str:
        """The text with a neutral mark in place of every name."""
        return self._pattern.sub(_OTHER_NAME, folded) if self._pattern else folded


def _spaced(name: str) -> str:
    return " ".join(fold_in_place(name).split())


def _name_pattern(name: str) -> str:
    """A name as a pattern: where it begins or ends with a Latin letter or digit, no other one may follow there."""
    words = r"\s+".join(map(re.escape, name.split()))
    before, after = "(?<![a-z0-9])", "(?![a-z0-9])"
    return f"{before if _is_latin(name[0]) else ''}{words}{after if _is_latin(name[-1]) else ''}"


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _first(phrases: Iterable[Phrase], words: str) -> re.Match[str] | None:
    return next((match for phrase in phrases if (match := phrase.pattern.search(words))), None)


def _judged(codes: Sequence[CodeMention], found: Sequence[Found]) -> list[Found]:
    """Complaint and praise: the evidence of negative and of positive codes, but where the words say otherwise."""
    judged = []
    for polarity, (id, spoilers) in _JUDGEMENTS.items():
        spoilt = [each.excerpt for each in found if each.id in spoilers]
        places = [excerpt for code in codes if code.polarity == polarity for excerpt in code.excerpts]
        judged += [Found(id, excerpt) for excerpt in places if not _overlaps(excerpt, spoilt)]
    return judged


def _overlaps(excerpt: Excerpt, others: Iterable[Excerpt]) -> bool:
    return any(
        other.turn == excerpt.turn and other.start < excerpt.end and excerpt.start < other.end for other in others
    )


def _gathered(found: Sequence[Found]) -> tuple[Intent, ...]:
    """One intent an id, and one a competitor, with its excerpts in the order of the text."""
    groups: dict[tuple[int, str], list[Found]] = {}
    for each in found:
        groups.setdefault((INTENTS.index(each.id), each.name or ""), []).append(each)
    return tuple(_intent(groups[key]) for key in sorted(groups))


def _intent(places: Sequence[Found]) -> Intent:
    excerpts = sorted({each.excerpt for each in places}, key=lambda excerpt: (excerpt.turn or 0, excerpt.start))
    relations = [each.relation for each in places if each.relation]
    return Intent(
        id=places[0].id,
        excerpts=tuple(excerpts[:EXCERPTS]),
        conditional=all(each.conditional for each in places),
        name=places[0].name,
        relation=min(relations, key=RELATIONS.index) if relations else None,
    )
