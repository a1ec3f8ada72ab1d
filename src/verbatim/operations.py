"""What can be done with the codes of a frame, as a draft keeps it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from verbatim.domain import Excerpt, Polarity
from verbatim.errors import CodebookError

Act = Literal["add", "rename", "redefine", "move", "merge", "split", "retire"]
ACTS: tuple[Act, ...] = get_args(Act)

Block = Mapping[str, Any]
"""The words of a code in one language: name, definition, include, exclude, examples, as far as they are given."""


@dataclass(frozen=True, slots=True)
class Example:
    """A verbatim, by number, that a new code is to be learnt from: where the evidence stands, and its polarity."""

    verbatim: int
    excerpts: tuple[Excerpt, ...] = ()
    polarity: Polarity = "neutral"


@dataclass(frozen=True, slots=True)
class Theme:
    """What a new code was made of: a theme's id and name, or excerpts that were chosen by hand."""

    id: str
    name: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of the codes that another is split into; without words it is one that is there."""

    code: str
    words: Mapping[str, Block] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be done with one code.

    `words` by language for add and redefine, `names` by language for rename; `to` is the category, or the new id, for
    move, and the other code for merge; `into` for split; `from_theme` where an added code comes from one.
    """

    act: Act
    code: str
    words: Mapping[str, Block] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    to: str | None = None
    into: tuple[Part, ...] = ()
    from_theme: Theme | None = None

    def as_json(self) -> dict[str, Any]:
        """The operation as a draft keeps it: without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


def operation_of(value: Mapping[str, Any]) -> Operation:
    """The operation that `as_json` gave, or that somebody wrote. Raises CodebookError for what is none."""
    act = value.get("act")
    if act not in ACTS:
        raise CodebookError(f"operation {short(act)}: expected one of {', '.join(ACTS)}")
    known = {"act", "code", "words", "names", "to", "into", "from_theme"}
    for name in value:
        if name not in known:
            raise CodebookError(f"{act}: no field {short(name)}; expected one of {', '.join(sorted(known))}")
    try:
        theme = value.get("from_theme")
        return Operation(
            act=act,
            code=str(value["code"]),
            words={**value.get("words", {})},
            names={**value.get("names", {})},
            to=value.get("to"),
            into=tuple(Part(str(one["code"]), {**one.get("words", {})}) for one in value.get("into", ())),
            from_theme=_theme(theme) if theme else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CodebookError(
            f"{act}: {type(error).__name__} {error}; expected code, and what the operation needs"
        ) from None


def _theme(value: Mapping[str, Any]) -> Theme:
    examples = tuple(
        Example(
            int(one["verbatim"]),
            tuple(Excerpt(**excerpt) for excerpt in one.get("excerpts", ())),
            one.get("polarity", "neutral"),
        )
        for one in value.get("examples", ())
    )
    return Theme(str(value["id"]), str(value["name"]), examples)


def short(value: object) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
