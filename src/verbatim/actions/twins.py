"""Twins: the same words, whatever their script, case and spaces, in answer to the same question.

They should be coded alike. A correction of one is offered to the others; those that are coded otherwise are listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from verbatim.actions.bulk_corrections import Outcome, Result, Seen, apply
from verbatim.actions.corrections import Analyst, confirmed, seen_now, words_at
from verbatim.domain import CodeMention, Coding, Excerpt, Polarity
from verbatim.errors import StoreError
from verbatim.store.codings import effective
from verbatim.store.listing import NOTHING_LEFT_OUT, require_listed
from verbatim.store.opening import reading, writing
from verbatim.store.records import StoredCoding, StoredVerbatim
from verbatim.store.statements import BATCH
from verbatim.store.twins import inconsistent, twins_of

Codes = tuple[tuple[str, Polarity], ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """A verbatim of the same words, the number of the coding in effect, its codes, and whether a person gave them."""

    verbatim: int
    coding: int | None
    codes: Codes
    person: bool


def twins(engine: Engine, organisation: str, verbatim: int) -> tuple[Twin, ...]:
    """The twins of a verbatim, by number, without itself; none for an unknown one."""
    with reading(engine, organisation) as connection:
        numbers = twins_of(connection, organisation, verbatim)
        return _told(numbers, _effective(connection, organisation, numbers))


def apply_to_twins(analyst: Analyst, verbatim: int, chosen: Sequence[Seen] | None = None) -> tuple[Outcome, ...]:
    """What became of each twin once it has the codes of a verbatim that a person has coded.

    Of those that were chosen, or of all that no person has coded. A stance stays that of the twin's own score. Raises
    StoreError where no person has coded the verbatim, NotFoundError for an unknown one.
    """
    with reading(analyst.engine, analyst.organisation) as connection:
        require_listed(connection, analyst.organisation, verbatim, NOTHING_LEFT_OUT)
        numbers = twins_of(connection, analyst.organisation, verbatim)
    rows = {one.verbatim: one for one in chosen} if chosen is not None else {number: Seen(number) for number in numbers}
    picked = [rows[number] for number in numbers if number in rows]
    found: list[Outcome] = []
    for start in range(0, len(picked), BATCH):
        with writing(analyst.engine, analyst.organisation) as connection:
            stored, model = seen_now(connection, analyst, verbatim)
            if model is None or not model.person:
                raise StoreError(f"verbatim {verbatim}: not coded by a person; expected one that is, to take it over")

            def made(twin: StoredVerbatim, before: StoredCoding) -> Coding | Result:
                if chosen is None and before.person:
                    return "unchanged"
                return _like(analyst, (stored, model), twin, before)  # noqa: B023 - used within this round

            found += apply(connection, analyst, "twin", picked[start : start + BATCH], made)
    return tuple(found)


def inconsistent_twins(
    engine: Engine, organisation: str, limit: int = 100, after: int = 0
) -> tuple[tuple[Twin, ...], ...]:
    """Groups of twins that are not coded alike in effect, stance aside.

    Groups come by the number of their first verbatim, after one, each from the first to the last.
    """
    with reading(engine, organisation) as connection:
        groups = inconsistent(connection, organisation, limit, after)
        codings = _effective(connection, organisation, [number for members in groups for number in members])
    return tuple(_told(members, codings) for members in groups)


def _effective(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, StoredCoding]:
    """The codings in effect of however many: an engine takes so many numbers at once, and no more."""
    found: dict[int, StoredCoding] = {}
    for start in range(0, len(numbers), BATCH):
        found |= effective(connection, organisation, numbers[start : start + BATCH])
    return found


def _told(numbers: Sequence[int], codings: Mapping[int, StoredCoding]) -> tuple[Twin, ...]:
    return tuple(_twin(number, codings.get(number)) for number in numbers)


def _twin(number: int, coding: StoredCoding | None) -> Twin:
    if coding is None:
        return Twin(number, None, (), False)
    return Twin(number, coding.id, _codes(coding.coding.codes), coding.person)


def _codes(mentions: Sequence[CodeMention]) -> Codes:
    return tuple(sorted((one.id, one.polarity) for one in mentions))


def _like(
    analyst: Analyst, model: tuple[StoredVerbatim, StoredCoding], twin: StoredVerbatim, before: StoredCoding
) -> Coding | Result:
    """The twin's coding with the codes of the model's, or that there is nothing to change."""
    stored, coding = model
    if before.person and _codes(before.coding.codes) == _codes(coding.coding.codes):
        return "unchanged"
    codes = tuple(
        replace(one, excerpts=tuple(moved for each in one.excerpts if (moved := _moved(stored, twin, each))))
        for one in coding.coding.codes
    )
    return replace(confirmed(analyst, before.coding), codes=codes)


def _moved(stored: StoredVerbatim, twin: StoredVerbatim, excerpt: Excerpt) -> Excerpt | None:
    """Where the words of an excerpt stand in a twin; None where they are written in another way there."""
    words = words_at(stored, excerpt)
    if words and words_at(twin, excerpt) == words:
        return excerpt
    if excerpt.turn is not None or not words:
        return None
    start = twin.verbatim.text.find(words)
    return Excerpt(start, start + len(words)) if start >= 0 else None
