"""What arrives is checked, redacted, stored and coded: in one transaction, or coded by a job that is kept with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from verbatim.actions.arrivals import Problem, Refused, require_source, sifted
from verbatim.actions.champions import champion_desk
from verbatim.actions.desk import Desk, open_desk
from verbatim.actions.frame_in_use import in_ids_of_today
from verbatim.actions.kept_codings import keep_codings, writing_codings
from verbatim.domain import Coding, Verbatim
from verbatim.store.codings import Judged, effective
from verbatim.store.jobs import enqueue
from verbatim.store.opening import reading
from verbatim.store.records import words_of
from verbatim.store.verbatims import Kept, Received, add_verbatims

__all__ = ["AT_ONCE", "Desk", "Problem", "Receipt", "Refused", "Taken", "code_texts", "open_desk", "receive"]

AT_ONCE = 20
"""So many arrivals are coded before the answer; more are coded by a job."""

AT_ONCE_CHARACTERS = 20_000
"""As much text is coded before the answer: about half a second's work. A long call is coded by a job."""

CODE = "code"
"""The kind of the job that codes what was stored."""

Coded = list[tuple[Kept, Coding | None]]
"""What became of each arrival of a request, and the coding in effect."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An arrival that was kept: its place among the arrivals, from 0, the id in its source, what became of it.

    `coding` is the one in effect: None where a job will code it.
    """

    place: int
    id: str
    kept: Kept
    coding: Coding | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of each arrival, in order, and the job that codes them, if they were not coded at once."""

    arrivals: tuple[Taken | Refused, ...]
    job: int | None = None

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Those that were kept."""
        return tuple(one for one in self.arrivals if isinstance(one, Taken))

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Those that were not."""
        return tuple(one for one in self.arrivals if isinstance(one, Refused))


def code_texts(desk: Desk, verbatims: Iterable[Verbatim], organisation: str | None = None) -> list[Coding]:
    """The coding of each verbatim, in order, by the model of an organisation or of this desk; nothing is kept."""
    own = desk if organisation is None else champion_desk(desk, organisation)
    codings = own.line.code(verbatims)
    return codings if organisation is None else in_ids_of_today(own, organisation, codings)


def receive(desk: Desk, organisation: str, source: str, arrivals: Sequence[Received], actor: str) -> Receipt:
    """What became of each arrival: kept under the id that it has in its source, without what is personal, and coded.

    All that are sound are kept in one transaction with their codings, or with the job that codes them where they are
    many. What has not changed keeps its coding. Raises StoreError for a source that cannot be, NotFoundError for an
    unknown organisation, ModelError where the model that the organisation promoted is not there.
    """
    require_source(source)
    desk = champion_desk(desk, organisation)
    found = sifted(arrivals, datetime.now(UTC))
    places = [place for place, one in enumerate(found) if isinstance(one, Received)]
    sound = _redacted(desk, organisation, source, [one for one in found if isinstance(one, Received)], actor)
    if _few(sound):
        keep = partial(_keep_coded, desk, organisation, source)
        kept, job = desk.together.do((organisation, source), sound, keep), None
    else:
        kept, job = _keep_for_later(desk, organisation, source, sound, actor)
    rows = zip(places, sound, kept, strict=True)
    taken = iter([Taken(place, one.verbatim.id, *its) for place, one, its in rows])
    return Receipt(tuple(one if isinstance(one, Refused) else next(taken) for one in found), job)


def _keep_coded(desk: Desk, organisation: str, source: str, requests: Sequence[Sequence[Received]]) -> list[Coded]:
    """What became of the arrivals of several requests to one source: coded together, and kept in one transaction."""
    codings = iter(desk.line.code(one.verbatim for request in requests for one in request))
    outcomes: list[Coded] = []
    with writing_codings(desk, organisation) as connection:
        for group in _without_repeats(requests):
            flat = [one for request in group for one in request]
            kept = add_verbatims(connection, organisation, source, flat)
            pairs = list(zip(kept, islice(codings, len(flat)), strict=True))
            in_effect = _coded(connection, desk, organisation, source, pairs)
            told = iter([(one, in_effect.get(one.id)) for one in kept])
            outcomes += [list(islice(told, len(request))) for request in group]
    return outcomes


def _without_repeats(requests: Sequence[Sequence[Received]]) -> Iterator[list[Sequence[Received]]]:
    """Yield the requests in order, in groups in which no id comes twice: the second coming changes the first."""
    group: list[Sequence[Received]] = []
    known: set[str] = set()
    for request in requests:
        ids = {one.verbatim.id for one in request}
        if not known.isdisjoint(ids):
            yield group
            group, known = [], set()
        group.append(request)
        known |= ids
    yield group


def _keep_for_later(
    desk: Desk, organisation: str, source: str, sound: Sequence[Received], actor: str
) -> tuple[Coded, int | None]:
    """What became of the arrivals, and the job that codes them, kept in the same transaction."""
    with writing_codings(desk, organisation) as connection:
        kept = add_verbatims(connection, organisation, source, sound)
        in_effect = _former(connection, organisation, [one.id for one in kept if one.change == "unchanged"])
        job = _to_code_later(connection, organisation, [one.id for one in kept if one.id not in in_effect], actor)
    return [(one, in_effect.get(one.id)) for one in kept], job


def _redacted(desk: Desk, organisation: str, source: str, arrivals: Sequence[Received], actor: str) -> list[Received]:
    with reading(desk.engine, organisation) as connection:
        clean = desk.redactors.redacting(connection, organisation, source, arrivals)
    return [replace(clean(one), submitter=one.submitter or actor) for one in arrivals]


def _few(arrivals: Sequence[Received]) -> bool:
    """Whether so little has arrived that it is coded before the answer."""
    if len(arrivals) > AT_ONCE:
        return False
    return sum(len(words_of(one.verbatim)) for one in arrivals) <= AT_ONCE_CHARACTERS


def _coded(
    connection: Connection, desk: Desk, organisation: str, source: str, pairs: Sequence[tuple[Kept, Coding]]
) -> dict[int, Coding]:
    """The codings in effect, by number: those that were made now, and what stands already."""
    judged = [Judged(kept.id, coding) for kept, coding in pairs]
    outcome = keep_codings(connection, desk, organisation, judged, {kept.id: source for kept, _ in pairs})
    fresh = {one.verbatim: one.coding for one, note in outcome if note.result == "added"}
    return fresh | _former(connection, organisation, [kept.id for kept, _ in pairs if kept.change != "added"])


def _former(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, Coding]:
    """The codings in effect of verbatims that were here before, by number."""
    found = effective(connection, organisation, numbers) if numbers else {}
    return {number: one.coding for number, one in found.items()}


def _to_code_later(connection: Connection, organisation: str, numbers: Sequence[int], actor: str) -> int | None:
    """The job that codes these verbatims; None where there is nothing to code."""
    if not numbers:
        return None
    return enqueue(connection, organisation, CODE, {"verbatims": list(numbers)}, actor, len(numbers))
