"""Words as the index keeps them: lower-cased words, and Han characters by one and by two in simplified script.

The form is folded character by character, so that a piece of a text folds to the same piece of the folded text: what
was written in traditional characters is found by simplified ones, and the other way about. A word of one or two
characters is looked up as it is. Of a longer one all pairs are looked up, and then the word itself among the texts
that have them all.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ARRAY, Connection, Text, bindparam, cast, column, delete, literal, select, table
from sqlalchemy.sql.elements import ColumnElement

from verbatim.errors import StoreError
from verbatim.store.schema import search_texts
from verbatim.store.statements import insert_into
from verbatim.text.script import HAN, fold_in_place
from verbatim.text.words import words

LONGEST_WORD = 100
"""Letters of a word that count: PostgreSQL's index holds no piece of more than 2,700 bytes, and no one seeks longer."""

_RUN = re.compile(f"[{HAN}]+")
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")
_index = table("search_index", column("rowid"), column("search_index"))


@dataclass(frozen=True, slots=True)
class Sought:
    """What a query looks for: tokens that must all be there, and runs of three or more Han characters."""

    tokens: tuple[str, ...]
    runs: tuple[str, ...]


def folded(text: str) -> str:
    """The form of a text that is searched."""
    return fold_in_place(_NOT_KEPT.sub(" ", unicodedata.normalize("NFC", text)))


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a folded text, each once, in order of the alphabet."""
    found = _words(text)
    for run in _RUN.findall(text):
        found.update(run, map("".join, pairwise(run)))
    return tuple(sorted(found))


def sought(query: str) -> Sought:
    """What a query looks for. Raises StoreError where it holds neither a word nor a Han character."""
    text = folded(query)
    runs: list[str] = _RUN.findall(text)
    parts = [part for run in runs for part in (map("".join, pairwise(run)) if len(run) > 1 else run)]
    found = tuple(sorted({*_words(text), *parts}))
    if not found:
        raise StoreError(f"search of {len(query)} characters: expected at least one word or Chinese character")
    return Sought(found, tuple(run for run in runs if len(run) > 2))


def matches(connection: Connection, organisation: str, query: str) -> ColumnElement[bool]:
    """A condition on `search_texts`: the text holds every word of the query. Raises StoreError as `sought` does."""
    what = sought(query)
    condition = search_texts.c.organisation == organisation
    if connection.dialect.name == "postgresql":
        wanted = cast(literal(list(what.tokens), ARRAY(Text)), ARRAY(Text))
        condition &= search_texts.c.tokens.bool_op("@>")(wanted)
    else:
        quoted = " ".join(f'"{token}"' for token in what.tokens)
        condition &= search_texts.c.verbatim_id.in_(select(_index.c.rowid).where(_index.c.search_index.match(quoted)))
    for run in what.runs:
        condition &= search_texts.c.folded.contains(run)
    return condition


def index(connection: Connection, organisation: str, texts: Iterable[tuple[int, str]]) -> None:
    """Make these texts, by the numbers of their verbatims, what is searched; former ones of theirs are gone."""
    rows = [_row(organisation, number, folded(text)) for number, text in texts]
    if not rows:
        return
    gone = delete(search_texts).where(
        search_texts.c.organisation == organisation, search_texts.c.verbatim_id == bindparam("number")
    )
    connection.execute(gone, [{"number": row["verbatim_id"]} for row in rows])
    connection.execute(insert_into(connection, search_texts), rows)


def _words(text: str) -> set[str]:
    return {word[:LONGEST_WORD] for word in words(text)}


def _row(organisation: str, number: int, text: str) -> dict[str, object]:
    return {"organisation": organisation, "verbatim_id": number, "folded": text, "tokens": list(tokens(text))}
