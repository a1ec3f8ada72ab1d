"""What is personal is taken out of what arrives, before anything is kept, by the setting of its source.

Names are those of the organisation's contacts, and of the contacts that arrive with the words. A redactor knows every
form of every name and is made anew only when the contacts have changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from verbatim.domain import Turn, Verbatim
from verbatim.store.people import contact_names
from verbatim.store.schema import contacts
from verbatim.store.sources import source as source_of
from verbatim.store.verbatims import Received
from verbatim.text.redaction import Redactor

NAME = "name"
LONGEST_REMEMBERED = 80
"""Values of columns up to this length come again and again, and are looked through once."""

Redact = Callable[[str], str]
Stamp = tuple[int, int]
"""How many contacts there are and the highest number: a number is never given twice, a name never changed."""


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: Stamp
    names: frozenset[str]
    redactor: Redactor


class Redactors:
    """The redactors of organisations, remembered until a contact comes or goes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, frozenset[str]], _Known] = {}

    def redacting(
        self, connection: Connection, organisation: str, source: str, arrivals: Sequence[Received]
    ) -> Callable[[Received], Received]:
        """A function that returns an arrival of this source without what is personal in its words."""
        kinds = source_of(connection, organisation, source).kinds
        if not kinds:
            return lambda arrival: arrival
        known = self._of(connection, organisation, kinds)
        new = {one.verbatim.contact for one in arrivals if one.verbatim.contact} - known.names
        passes = [known.redactor]
        if new and NAME in kinds:
            passes.append(Redactor(frozenset({NAME}), sorted(new)))
        redact = _remembering(_one_after_the_other(passes))
        return lambda arrival: replace(arrival, verbatim=_redacted(arrival.verbatim, redact, names=NAME in kinds))

    def _of(self, connection: Connection, organisation: str, kinds: frozenset[str]) -> _Known:
        stamp = _stamp(connection, organisation) if NAME in kinds else (0, 0)
        known = self._known.get((organisation, kinds))
        if known is None or known.stamp != stamp:
            names = contact_names(connection, organisation) if NAME in kinds else frozenset()
            known = _Known(stamp, names, Redactor(kinds, sorted(names)))
            self._known[organisation, kinds] = known
        return known


def _stamp(connection: Connection, organisation: str) -> Stamp:
    chosen = select(func.count(), func.coalesce(func.max(contacts.c.id), 0))
    count, highest = connection.execute(chosen.where(contacts.c.organisation == organisation)).one()
    return count, highest


def _one_after_the_other(redactors: Sequence[Redactor]) -> Redact:
    def redact(text: str) -> str:
        for redactor in redactors:
            text = redactor.redact(text).text
        return text

    return redact


def _remembering(redact: Redact) -> Redact:
    """The same function, which looks through a short text once; it lives as long as the batch that it is made for."""
    seen: dict[str, str] = {}

    def remembered(text: str) -> str:
        if len(text) > LONGEST_REMEMBERED:
            return redact(text)
        if text not in seen:
            seen[text] = redact(text)
        return seen[text]

    return remembered


def _redacted(verbatim: Verbatim, redact: Redact, *, names: bool) -> Verbatim:
    """The verbatim with its words and the texts of its columns redacted; the survey's own question stays."""

    def cleaned(value: object) -> object:
        if isinstance(value, str):
            return value if value == verbatim.question else redact(value)
        if isinstance(value, Mapping):
            return {name: cleaned(part) for name, part in value.items()}
        return [cleaned(part) for part in value] if isinstance(value, list | tuple) else value

    return replace(
        verbatim,
        text=redact(verbatim.text),
        turns=tuple(_redacted_turn(turn, redact, names=names) for turn in verbatim.turns),
        fields={name: cleaned(value) for name, value in verbatim.fields.items()},
    )


def _redacted_turn(turn: Turn, redact: Redact, *, names: bool) -> Turn:
    """The turn with its words redacted, and its speaker where that is somebody of the roster and not one of us."""
    speaker = redact(turn.speaker) if names and turn.side != "us" else turn.speaker
    return replace(turn, speaker=speaker, text=redact(turn.text))
