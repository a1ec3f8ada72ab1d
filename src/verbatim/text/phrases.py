"""Phrases as people write them in a table of cues, made into patterns: a small language instead of regular expressions.

    will renew          these words, in either case and either Chinese script; don't also finds don’t and dont
    cancel*             a word that begins so
    (won't|will not)    one of several; one of them may be empty
    will … renew        up to four words in between; with no blanks around it, as in 会…续, up to eight characters
    {stay}              one of the phrases of the word list `stay`
    不(!错|断)            not where one of these follows
    ^ and $             the clause begins, or ends, here
    {name}              where a name stands that is looked at (in phrases about names only)

Each pattern's time is bounded, and each knows words of which one must stand in a text before it is worth trying.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from verbatim.text.script import HAN, fold_in_place

NAME = "\ue000"
"""What stands in a text in place of the name that phrases with {name} ask for."""

LATIN_KEY, HAN_KEY = 3, 2
"""By how many of its first letters, or characters, a needed word is filed."""

_TOKEN = re.compile(rf"\{{(\w+)\}}|[a-z0-9'&]+\*?|[{HAN}]+|\(!|[()|^$]|\s*…\s*|\s+|.")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789'&")
_WORDS = re.compile(r"[a-z0-9&]+")
_FOREIGN = frozenset("[]{}+\\*")
# A blank, or the place after one, so that the blanks around a word that may be missing count once.
_SPACE = r"(?:[\s-]+|(?<=[\s-])|\A)"
_MARKS = {"^": r"\A\W*", "$": r"\W*\Z"}

Words = Mapping[str, Sequence[str]]
Needs = tuple[frozenset[str], ...]


@dataclass(frozen=True, eq=False)
class Phrase:
    """A pattern over folded text; of each set in `needed`, the most telling one first, one stands in all it matches."""

    source: str
    expression: str
    needed: Needs

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled when it is first wanted: most phrases of a table never are in one run."""
        return re.compile(self.expression)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a phrase under way: its regular expression, and what it needs; nothing where it may be empty."""

    expression: str
    needed: Needs = ()


def phrase(source: str, words: Words) -> Phrase:
    """The phrase that is written so; ValueError saying what is wrong with it."""
    tokens = [match.group() for match in _TOKEN.finditer(fold_in_place(source))]
    reader = _Reader(tokens, words)
    piece = reader.alternatives()
    if reader.at < len(tokens):
        raise ValueError("a bracket is closed that was not opened")
    if not piece.needed:
        raise ValueError("expected at least one word that must be there")
    return Phrase(source, piece.expression, piece.needed)


class Finder:
    """Many phrases looked for at once: which of them may stand in some words, told by the letters that they need."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._order = {each: number for number, each in enumerate(phrases)}
        self._by_key: dict[str, list[tuple[str, Phrase]]] = {}
        for each in self._order:
            for letters in each.needed[0]:
                size = LATIN_KEY if letters[0] in _LATIN else HAN_KEY
                self._by_key.setdefault(letters[:size], []).append((letters, each))

    def possible(self, folded: str) -> list[Phrase]:
        """The phrases that may stand in folded words, in their order; the others do not."""
        keys = {word[:LATIN_KEY] for word in _WORDS.findall(folded)}
        if not folded.isascii():
            keys.update(folded[place : place + size] for size in (1, HAN_KEY) for place in range(len(folded)))
        found = {
            each
            for key in self._by_key.keys() & keys
            for letters, each in self._by_key[key]
            if letters in folded and all(any(one in folded for one in need) for need in each.needed[1:])
        }
        return sorted(found, key=self._order.__getitem__)


class _Reader:
    """Reads tokens one after the other; `at` is the next one."""

    def __init__(self, tokens: Sequence[str], words: Words, depth: int = 0) -> None:
        self._tokens, self._words, self._depth = tokens, words, depth
        self.at = 0

    def alternatives(self) -> _Piece:
        """What stands up to the end, or up to the bracket that closes: one or several, divided by |."""
        found = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            found.append(self._sequence())
        return _one_of(found)

    def _sequence(self) -> _Piece:
        pieces = []
        while self._next() not in ("|", ")", ""):
            pieces.append(self._piece())
        needs = dict.fromkeys(need for piece in pieces for need in piece.needed)
        telling = sorted(needs, key=lambda need: len(need) / 100 - min(map(len, need)))
        return _Piece("".join(piece.expression for piece in pieces), tuple(telling))

    def _piece(self) -> _Piece:
        token = self._next()
        self.at += 1
        if token in ("(", "(!"):
            inner = self.alternatives()
            if self._next() != ")":
                raise ValueError("a bracket is not closed")
            self.at += 1
            return _Piece(f"(?!{inner.expression})") if token.endswith("!") else inner
        return self._list(token[1:-1]) if token[0] == "{" and len(token) > 1 else _plain(token)

    def _list(self, name: str) -> _Piece:
        if name == "name":
            return _Piece(f"{NAME}(?:'?s(?![a-z0-9]))?", (frozenset((NAME,)),))
        if name not in self._words:
            raise ValueError(f"no word list {name!r}; expected one of {', '.join(self._words)}")
        if self._depth > 3:
            raise ValueError(f"word list {name!r} stands in itself")
        return _one_of([self._read(each) for each in self._words[name]])

    def _read(self, source: str) -> _Piece:
        tokens = [match.group() for match in _TOKEN.finditer(fold_in_place(source))]
        return _Reader(tokens, self._words, self._depth + 1).alternatives()

    def _next(self) -> str:
        return self._tokens[self.at] if self.at < len(self._tokens) else ""


def _one_of(pieces: Sequence[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    expression = f"(?:{'|'.join(piece.expression for piece in pieces)})"
    if not all(piece.needed for piece in pieces):
        return _Piece(expression)
    return _Piece(expression, (frozenset[str]().union(*(piece.needed[0] for piece in pieces)),))


def _plain(token: str) -> _Piece:
    if token in _MARKS:
        return _Piece(_MARKS[token])
    if "…" in token:
        return _Piece(rf"{_SPACE}(?:[^\s-]+[\s-]+){{0,4}}?" if token.strip() != token else ".{0,8}?")
    if token.isspace():
        return _Piece(_SPACE)
    if token in _FOREIGN:
        raise ValueError(f"{token!r} stands for nothing here; expected words, ( | ) (! …) … * ^ $ or {{a list}}")
    if token[0] == "'":
        raise ValueError(f"{token!r}: a word cannot begin with an apostrophe; expected such as we'll")
    if token[0] in _LATIN:
        return _latin(token)
    return _Piece(re.escape(token), (frozenset((token,)),))


def _latin(token: str) -> _Piece:
    stem = token.removesuffix("*")
    end = "[a-z]*" if stem != token else "(?![a-z0-9])"
    longest = max(stem.split("'"), key=len)
    return _Piece(f"(?<![a-z0-9]){stem.replace(chr(39), chr(39) + '?')}{end}", (frozenset((longest,)),))
