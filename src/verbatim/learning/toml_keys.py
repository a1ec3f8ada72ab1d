"""What may stand under the keys of a TOML table: each key with a rule, and one line for what breaks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from verbatim.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Rule:
    """What is expected under a key, in words, and whether a value is that."""

    expected: str
    fits: Callable[[object], bool]


def number(least: float, greatest: float, *, whole: bool = False) -> Rule:
    """Return the rule of a number, or of a whole number, between two limits."""

    def fits(value: object) -> bool:
        kind = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        return kind and least <= value <= greatest  # type: ignore[operator]

    return Rule(f"a {'whole ' if whole else ''}number from {least:g} to {greatest:g}", fits)


def choice(values: Sequence[str]) -> Rule:
    """Return the rule of one out of several texts."""
    return Rule(f"one of {', '.join(values)}", lambda value: value in values)


def texts(value: object) -> bool:
    """Say whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)


def table_of(rule: Rule) -> Rule:
    """Return the rule of a table whose every value follows another rule."""
    return Rule(
        f"a table in which each value is {rule.expected}",
        lambda table: isinstance(table, dict) and all(map(rule.fits, table.values())),
    )


TRUTH = Rule("true or false", lambda value: isinstance(value, bool))
TEXT = Rule("a text", lambda value: isinstance(value, str) and value != "")
TEXTS = Rule("a list of texts", texts)


def checked(given: object, rules: Mapping[str, Rule], required: Sequence[str], place: str) -> Mapping[str, object]:
    """Return a table that keeps to the rules; CorpusError names the key that is unknown or missing, or the value."""
    if not isinstance(given, dict):
        raise CorpusError(f"{place} is {given!r}; expected a table")
    for key, value in given.items():
        if key not in rules:
            raise CorpusError(f"{place}: unknown key {key!r}; expected some of {', '.join(sorted(rules))}")
        if not rules[key].fits(value):
            raise CorpusError(f"{place}: {key} = {value!r}; expected {rules[key].expected}")
    for key in required:
        if key not in given:
            raise CorpusError(f"{place}: {key} is missing")
    return given
