"""The codebook: a code frame of two levels, parsed, checked and looked up.

A frame is a YAML file:

    name: b2b
    version: 1
    languages: [en, zh-Hans]
    codes:
      - id: price                  # a category, `category.subcategory`, or an id with a role
        role: other                # optional: general, other, no_content or none
        en: {name: …, definition: …, include: [], exclude: [], examples: [three at least]}
        zh-Hans: {…}

`include` and `exclude` may be left out. `no_content` is for answers that say nothing, `none` for answers that say
something, but nothing that the frame is about: both stand alone. Any company may bring its own frame in this form, in
one language or many.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from verbatim.errors import CodebookError
from verbatim.resources import data_path
from verbatim.yaml_nodes import Broken, compose, described, fields_of, is_text, items_of, line_of, text_of, texts_of

ROLES = ("general", "other", "no_content", "none")
MIN_EXAMPLES = 3

Texts = Mapping[str, tuple[str, ...]]

_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a frame: line (from 1), the id it concerns if any, and what was expected."""

    line: int
    id: str | None
    message: str

    def told(self, source: str) -> str:
        """The problem in one line, with the name of the file."""
        return ": ".join(filter(None, (f"{source}, line {self.line}", self.id, self.message)))


@dataclass(frozen=True, slots=True)
class Code:
    """One id of a frame with its words per language; `parent` is None for categories and for ids with a role."""

    id: str
    parent: str | None
    role: str | None
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    include: Texts
    exclude: Texts
    examples: Texts
    line: int = 0

    @property
    def is_category(self) -> bool:
        """True for an id that subcategories may stand under."""
        return self.parent is None and self.role is None


@dataclass(frozen=True, slots=True)
class Codebook:
    """A code frame that holds together; `codes` in the order of the file."""

    name: str
    version: int
    languages: tuple[str, ...]
    codes: tuple[Code, ...]
    _by_id: Mapping[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {code.id: code for code in self.codes})

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> Code:
        if id not in self._by_id:
            raise CodebookError(f"no id {id!r} in codebook {self.label}{closest(id, self.ids)}")
        return self._by_id[id]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, in the order of the file."""
        return tuple(self._by_id)

    @property
    def categories(self) -> tuple[str, ...]:
        """The ids of the first level, without the ones that have a role."""
        return tuple(code.id for code in self.codes if code.is_category)

    @property
    def label(self) -> str:
        """Name and version, such as "b2b@1"."""
        return f"{self.name}@{self.version}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of what a model depends on: ids, parents and roles, whatever their order and wording."""
        rows = sorted(f"{code.id}\t{code.parent or ''}\t{code.role or ''}\n" for code in self.codes)
        return sha256("".join(rows).encode()).hexdigest()

    def category_of(self, id: str) -> str:
        """The category that an id stands under; the id itself where it is of the first level or has a role."""
        return self[id].parent or id

    def children(self, id: str) -> tuple[str, ...]:
        """The subcategories of an id, in the order of the file; empty where it has none."""
        known = self[id].id
        return tuple(code.id for code in self.codes if code.parent == known)

    def name_of(self, id: str, language: str) -> str:
        """The name of an id in a language; in English, else in the first language, where the frame lacks it."""
        names = self[id].names
        return next(names[tag] for tag in (language, "en", *self.languages) if tag in names)

    def id_with_role(self, role: str) -> str | None:
        """The id that has the role general, other, no_content or none; None where the frame lacks it."""
        return next((code.id for code in self.codes if code.role == role), None)


def parse(text: str, source: str = "codebook") -> Codebook:
    """The codebook written in a YAML text; CodebookError with the first problem, its line and id."""
    root, found = _checked(text)
    if found:
        raise CodebookError(found[0].told(source))
    return _codebook(root)


def problems(text: str) -> list[Problem]:
    """Everything that is wrong in a YAML text, by line; empty for a frame that can be used."""
    return _checked(text)[1]


def written(codebook: Codebook) -> str:
    """The codebook as a YAML text that `parse` reads back."""
    import yaml  # noqa: PLC0415 - what reads a frame needs its nodes only

    frame = {
        "name": codebook.name,
        "version": codebook.version,
        "languages": list(codebook.languages),
        "codes": [plain(code, codebook.languages) for code in codebook.codes],
    }
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(frame, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120))


def load(path: Path) -> Codebook:
    """The codebook in a file; CodebookError naming the file where it cannot be read or does not hold together."""
    return parse(read(path), str(path))


def read(path: Path) -> str:
    """The text of a codebook file; CodebookError naming the file where it is not there or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CodebookError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CodebookError(f"{path}: expected UTF-8 text, found byte 0x{error.object[error.start]:02x}") from error


def shipped(name: str) -> Path | None:
    """The file of the frame of that name that ships with the package; None where none does."""
    files = default_path().resolve().parent.glob("*.yaml")
    return next((file for file in files if file.stem == name), None)


def default_path() -> Path:
    """The file of the codebook that ships with the package."""
    return data_path("taxonomy", "b2b.yaml")


@cache
def default() -> Codebook:
    """The codebook that ships with the package, read once."""
    return load(default_path())


def closest(word: str, known: Iterable[str]) -> str:
    """The end of a message that names what a word may have been meant for; nothing where nothing is near."""
    near = get_close_matches(word, tuple(known), n=3, cutoff=0.5)
    return f"; closest: {', '.join(near)}" if near else ""


def is_id(text: str) -> bool:
    """Whether a text can be the id of a code."""
    return _ID.fullmatch(text) is not None


def _parent(id: str) -> str | None:
    return id.partition(".")[0] if "." in id else None


def _codebook(root: Node | None) -> Codebook:
    fields = fields_of(root)
    languages = texts_of(fields["languages"])
    codes = tuple(_code(node, languages) for node in items_of(fields["codes"]))
    return Codebook(text_of(fields["name"]), int(text_of(fields["version"])), languages, codes)


def _code(node: Node, languages: tuple[str, ...]) -> Code:
    fields = fields_of(node)
    words = {language: fields_of(fields[language]) for language in languages}
    id = text_of(fields["id"])
    return Code(
        id=id,
        parent=_parent(id),
        role=text_of(fields["role"]) if "role" in fields else None,
        names={language: text_of(block["name"]) for language, block in words.items()},
        definitions={language: text_of(block["definition"]) for language, block in words.items()},
        include={language: texts_of(block.get("include")) for language, block in words.items()},
        exclude={language: texts_of(block.get("exclude")) for language, block in words.items()},
        examples={language: texts_of(block["examples"]) for language, block in words.items()},
        line=line_of(node),
    )


def plain(code: Code, languages: Iterable[str]) -> dict[str, object]:
    """A code as the mapping that a file holds."""
    lists = {"include": code.include, "exclude": code.exclude, "examples": code.examples}
    words = {
        language: {
            "name": code.names[language],
            "definition": code.definitions[language],
            **{name: list(texts[language]) for name, texts in lists.items() if texts[language]},
        }
        for language in languages
    }
    return {"id": code.id, **({"role": code.role} if code.role else {}), **words}


def _is_texts(node: Node) -> bool:
    return isinstance(node, SequenceNode) and all(map(is_text, node.value))


def _is_version(node: Node) -> bool:
    return isinstance(node, ScalarNode) and re.fullmatch(r"[1-9][0-9]{0,8}", node.value) is not None


def _is_languages(node: Node) -> bool:
    tags = texts_of(node)
    fit = all(_LANGUAGE.fullmatch(tag) and tag != "id" for tag in tags)
    return bool(tags) and fit and len(set(tags)) == len(tags)


def _is_id(node: Node) -> bool:
    return isinstance(node, ScalarNode) and _ID.fullmatch(node.value) is not None


def _is_examples(node: Node) -> bool:
    return _is_texts(node) and len(set(texts_of(node))) >= MIN_EXAMPLES


_QUOTES = "in quotes where it looks like a number, a date or yes/no"
_TEXT = (f"text ({_QUOTES})", is_text)
_LIST = (f"a list of texts (each {_QUOTES})", _is_texts)
_EXAMPLES = (f"at least {MIN_EXAMPLES} different texts (each {_QUOTES})", _is_examples)
_BLOCK = ("a block with name, definition and examples", lambda node: isinstance(node, MappingNode))

# key: what was expected there, and whether a node is that
_SHAPES: dict[str, tuple[str, Callable[[Node], bool]]] = {
    "languages": ("a list of different language tags such as [en, zh-Hans]", _is_languages),
    "version": ("a whole number from 1", _is_version),
    "codes": ("a list of at least one code", lambda node: bool(items_of(node))),
    "id": ("`category` or `category.subcategory` in a-z, 0-9 and _", _is_id),
    "role": (f"one of {', '.join(ROLES)}", lambda node: text_of(node) in ROLES),
    "name": _TEXT,
    "definition": _TEXT,
    "include": _LIST,
    "exclude": _LIST,
    "examples": _EXAMPLES,
}
_FRAME = ("name", "version", "languages", "codes")
_WORDS = ("name", "definition", "examples")


@dataclass(frozen=True, slots=True)
class _Place:
    """A mapping under check: its node, the id and the language it belongs to, the keys it must and may have."""

    node: Node
    id: str | None
    language: str | None
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def problem(self, node: Node, message: str) -> Problem:
        return Problem(line_of(node), self.id, f"{self.language}: {message}" if self.language else message)


def _checked(text: str) -> tuple[Node | None, list[Problem]]:
    root = compose(text)
    if isinstance(root, Broken):
        return None, [Problem(root.line, None, root.message)]
    return root, sorted(_frame_problems(root), key=lambda problem: problem.line)


def _frame_problems(root: Node | None) -> Iterator[Problem]:
    if not isinstance(root, MappingNode):
        found = described(root) if root else "nothing"
        yield Problem(1, None, f"expected a mapping with {', '.join(_FRAME)}, found {found}")
        return
    yield from _mapping_problems(_Place(root, None, None, _FRAME))
    fields = fields_of(root)
    codes = items_of(fields.get("codes"))
    languages = tuple(dict.fromkeys(texts_of(fields.get("languages"))))
    for node in codes if languages else ():
        yield from _code_problems(node, languages)
    yield from _frame_wide_problems(codes)


def _code_problems(node: Node, languages: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(node, MappingNode):
        yield Problem(line_of(node), None, f"expected a code with id, {', '.join(languages)}, found {described(node)}")
        return
    fields = fields_of(node)
    id = text_of(fields.get("id")) or None
    yield from _mapping_problems(_Place(node, id, None, ("id", *languages), ("role",)))
    for language in languages:
        block = fields.get(language)
        if isinstance(block, MappingNode):
            yield from _mapping_problems(_Place(block, id, language, _WORDS, ("include", "exclude")))


def _mapping_problems(place: _Place) -> Iterator[Problem]:
    known = (*place.required, *place.optional)
    seen: set[str] = set()
    for key, value in place.node.value:
        name = key.value if isinstance(key, ScalarNode) else described(key)
        if name not in known:
            yield place.problem(key, f"unknown key {name!r}{closest(name, known) or '; known: ' + ', '.join(known)}")
        elif name in seen:
            yield place.problem(key, f"the key {name!r} stands here twice")
        else:
            yield from _shape_problems(place, name, value)
        seen.add(name)
    for name in place.required:
        if name not in seen:
            yield place.problem(place.node, f"{name} is missing")


def _shape_problems(place: _Place, name: str, value: Node) -> Iterator[Problem]:
    expected, fits = _SHAPES.get(name, _BLOCK)
    if not fits(value):
        items = items_of(value) if name in ("include", "exclude", "examples") else []
        culprit = next((item for item in items if not is_text(item)), value)
        yield place.problem(culprit, f"{name}: expected {expected}, found {described(culprit)}")


def _frame_wide_problems(codes: list[Node]) -> Iterator[Problem]:
    """What only shows between codes: an id or a role given twice, a parent that is not there or cannot be one."""
    lines: dict[str, int] = {}
    roles: dict[str, str] = {}
    for node in codes:
        fields = fields_of(node)
        id, role = text_of(fields.get("id")), text_of(fields.get("role"))
        if id and id in lines:
            yield Problem(line_of(node), id, f"this id is already on line {lines[id]}")
        elif role and role in roles.values():
            yield Problem(line_of(node), id, f"the role {role!r} is already given to another id")
        lines.setdefault(id, line_of(node))
        roles[id] = role
    for node in codes:
        yield from _parent_problems(node, roles)


def _parent_problems(node: Node, roles: Mapping[str, str]) -> Iterator[Problem]:
    id = text_of(fields_of(node).get("id"))
    parent = _parent(id)
    if parent is None or not _ID.fullmatch(id):
        return
    if parent not in roles:
        near = closest(parent, (known for known in roles if "." not in known))
        yield Problem(line_of(node), id, f"unknown parent {parent!r}{near}")
    elif roles[parent]:
        yield Problem(line_of(node), id, f"{parent!r} has a role and can have no subcategories")
    if roles[id]:
        yield Problem(line_of(node), id, "a role can only be given to an id without a category")
