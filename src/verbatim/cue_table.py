"""The table of cues that intents are found by: a YAML file that a company may edit, read and checked.

    version: 1
    words: {stay: [renew*, …]}                            lists that phrases name as {stay}
    denial: {before: […], inside: […], exempt: […]}       what turns a cue around, and what only looks so
    abandoned: […]    conditional: […]    answers: […]
    intents: {renewal: {denied: leaving, cues: {en: […], zh: […]}, fixed: …, asked: …, never: …}}
    relations: {compared: […], …}                         how a competitor comes in; {name} is its place

`verbatim.text.phrases` says how a phrase is written; `taxonomy/intents.yaml` is the table that ships.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yaml.nodes import MappingNode, Node

from verbatim.domain import INTENTS, RELATIONS, IntentId, Relation
from verbatim.errors import CueError
from verbatim.resources import data_path
from verbatim.text.phrases import Finder, Phrase, phrase
from verbatim.yaml_nodes import Broken, compose, described, fields_of, is_text, items_of, line_of, text_of

LISTS = ("cues", "fixed", "asked", "never")
NOTHING = "nothing"

Phrases = tuple[Phrase, ...]
Place = tuple[IntentId, str]
"""An intent, and the name of one of its lists."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The phrases of one intent. `denied`: what a denied cue means: another intent, nothing (""), or still this one."""

    id: IntentId
    denied: IntentId | None
    deniable: bool
    cues: Phrases
    fixed: Phrases
    asked: Phrases
    never: Phrases

    @property
    def intends(self) -> bool:
        """Whether it is about what the customer will do, so that an if and a past matter."""
        return self.denied is not None


@dataclass(frozen=True, slots=True)
class CueTable:
    """Everything that a table says, with a finder for the phrases of the intents (but quotable), and one for quotable.

    `places` says in which list of which intent each phrase stands.
    """

    rules: Mapping[IntentId, Rule]
    before: Phrases
    inside: Phrases
    exempt: Phrases
    abandoned: Phrases
    conditional: Phrases
    answers: Phrases
    relations: Mapping[Relation, Phrases]
    finder: Finder
    quotes: Finder
    places: Mapping[Phrase, Place]


def load(path: Path) -> CueTable:
    """The table in a file; CueError naming file, line and phrase where it cannot be read or does not hold together."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CueError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CueError(f"{path}: expected UTF-8 text, found byte 0x{error.object[error.start]:02x}") from error
    return parse(text, str(path))


@cache
def default() -> CueTable:
    """The table that ships with the package, read once."""
    return load(data_path("taxonomy", "intents.yaml"))


def parse(text: str, source: str = "intents") -> CueTable:
    """The table written in a YAML text; CueError with the first thing that is wrong, and its line."""
    root = compose(text)
    if isinstance(root, Broken):
        raise CueError(f"{source}, line {root.line}: {root.message}")
    if not isinstance(root, MappingNode):
        found = described(root) if root else "nothing"
        raise CueError(f"{source}: expected a mapping with words, denial, intents, found {found}")
    return _Reader(source, root).table()


class _Reader:
    """Reads the nodes of one file."""

    def __init__(self, source: str, root: MappingNode) -> None:
        self._source = source
        self._root = self._known(root, ("version", "words", "denial", *_PLAIN, "intents", "relations"))
        self._words = {name: self._texts(node) for name, node in fields_of(self._root.get("words")).items()}

    def table(self) -> CueTable:
        denial = self._known(self._root.get("denial"), ("before", "inside", "exempt"))
        intents = self._known(self._root.get("intents"), INTENTS)
        relations = self._known(self._root.get("relations"), RELATIONS)
        rules = {id: self._rule(id, intents[id]) for id in INTENTS if id in intents}
        places = {each: (rule.id, name) for rule in rules.values() for name in LISTS for each in getattr(rule, name)}
        return CueTable(
            rules=rules,
            relations={relation: self._phrases(relations[relation]) for relation in RELATIONS if relation in relations},
            finder=Finder(each for each, (id, _) in places.items() if id != "quotable"),
            quotes=Finder(each for each, (id, _) in places.items() if id == "quotable"),
            places=places,
            **{name: self._phrases(denial.get(name)) for name in ("before", "inside", "exempt")},
            **{name: self._phrases(self._root.get(name)) for name in _PLAIN},
        )

    def _rule(self, id: IntentId, node: Node) -> Rule:
        given = self._known(node, ("denied", *LISTS))
        denied = text_of(given.get("denied"))
        if denied and denied not in (*INTENTS, NOTHING):
            raise self._wrong(given["denied"], f"denied: expected an intent or {NOTHING!r}, found {denied!r}")
        lists = {name: self._by_language(given.get(name)) for name in LISTS}
        meant = next((each for each in INTENTS if each == denied), None)
        return Rule(id, meant, bool(denied), **lists)

    def _by_language(self, node: Node | None) -> Phrases:
        return tuple(each for part in fields_of(node).values() for each in self._phrases(part))

    def _phrases(self, node: Node | None) -> Phrases:
        return tuple(self._phrase(item) for item in items_of(node))

    def _phrase(self, node: Node) -> Phrase:
        self._text(node)
        try:
            return phrase(node.value, self._words)
        except ValueError as problem:
            raise self._wrong(node, f"phrase {text_of(node)!r}: {problem}") from problem

    def _texts(self, node: Node) -> tuple[str, ...]:
        return tuple(self._text(item) for item in items_of(node))

    def _text(self, node: Node) -> str:
        if not is_text(node):
            told = f"a phrase, in quotes where it looks like a number, found {described(node)}"
            raise self._wrong(node, f"expected {told}")
        return str(node.value)

    def _known(self, node: Node | None, keys: Iterable[str]) -> dict[str, Node]:
        known = tuple(keys)
        found = fields_of(node)
        for key, value in found.items():
            if key not in known:
                raise self._wrong(value, f"unknown key {key!r}; expected some of {', '.join(known)}")
        return found

    def _wrong(self, node: Node, message: str) -> CueError:
        return CueError(f"{self._source}, line {line_of(node)}: {message}")


_PLAIN = ("abandoned", "conditional", "answers")
