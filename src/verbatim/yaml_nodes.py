"""A YAML text as nodes that know their lines, for files that people write and whose mistakes are told by line."""

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text cannot be read as YAML: the line (from 1), and what is wrong there."""

    line: int
    message: str


def compose(text: str) -> Node | Broken | None:
    """The root node of a YAML text, None for an empty one; Broken where it is not YAML or nests beyond MAX_DEPTH."""
    try:
        return _too_deep(text) or yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Broken(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
    except yaml.reader.ReaderError as error:
        return Broken(_line_at(text, error.position), f"not YAML: {error.reason}")
    except UnicodeEncodeError as error:
        return Broken(_line_at(text, error.start), "not YAML: a lone surrogate is not a character")


def values_in(text: str) -> dict[str, Any]:
    """The mapping in a YAML text that comes with the package, read by libyaml where there is one, ten times as fast."""
    found: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe loader in either case
    return found


def line_of(node: Node) -> int:
    """The line a node begins on, from 1."""
    return int(node.start_mark.line) + 1


def fields_of(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by key, the first where a key stands twice; empty for anything else."""
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in reversed(node.value) if isinstance(key, ScalarNode)}


def items_of(node: Node | None) -> list[Node]:
    """The items of a list; empty for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def text_of(node: Node | None) -> str:
    """A scalar as it is written, without blanks around it; empty for anything else."""
    return node.value.strip() if isinstance(node, ScalarNode) else ""


def texts_of(node: Node | None) -> tuple[str, ...]:
    """The items of a list as they are written; empty for anything else."""
    return tuple(map(text_of, items_of(node)))


def is_text(node: Node) -> bool:
    """True for text that is not blank; false for what YAML reads as a number, a date, a truth value or null."""
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str" and bool(node.value.strip())


def described(node: Node) -> str:
    """A node in a few words, for messages: the scalar itself, "a list of 3", or "a mapping"."""
    if isinstance(node, SequenceNode):
        return f"a list of {len(node.value)}"
    return "a mapping" if isinstance(node, MappingNode) else repr(text_of(node)[:60])


def _too_deep(text: str) -> Broken | None:
    """Asked before composing, because libyaml composes by recursion and deep nesting brings the process down."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            return Broken(event.start_mark.line + 1 if event.start_mark else 1, f"nested more than {MAX_DEPTH} deep")
    return None


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
