"""Operations on the default frame for tests: words in its three languages, and a small draft."""

from verbatim.operations import Operation, Part

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


def words(name, definition="What it codes."):
    """The words of a new code in every language."""
    examples = [f"{name} was bad.", f"{name} was good.", f"{name} is there."]
    return {tag: {"name": name, "definition": definition, "examples": examples} for tag in LANGUAGES}


def merge(code, to):
    return Operation("merge", code, to=to)


def retire(code):
    return Operation("retire", code)


def add(code, name="Tone"):
    return Operation("add", code, words=words(name))


def move(code, to):
    return Operation("move", code, to=to)


def split(code, *into):
    """A code split into new ones, or into ones that are there where the name ends with a star."""
    parts = [Part(one[:-1]) if one.endswith("*") else Part(one, words(one.partition(".")[2])) for one in into]
    return Operation("split", code, into=tuple(parts))
