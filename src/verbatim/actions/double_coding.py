"""A share of what was reviewed, coded again by a second person who does not see what the first one said.

The second coding is never in effect by itself. Where both say the same, that is that; where they differ, somebody
decides, and what is decided is in effect.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from verbatim import review
from verbatim.actions.corrections import (
    Analyst,
    Corrected,
    Correction,
    keep,
    person_coding,
    seen_now,
)
from verbatim.errors import ConflictError, InputError, NotFoundError
from verbatim.store import audit, double_coding
from verbatim.store.codings import Judged, add_codings, codings_of, effective
from verbatim.store.double_coding import DoubleCoding
from verbatim.store.opening import reading, writing
from verbatim.store.records import StoredCoding, StoredVerbatim
from verbatim.store.review import coded_by
from verbatim.store.verbatims import stored_verbatims


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A verbatim that two persons coded differently: both codings, side by side, for somebody to decide."""

    id: int
    verbatim: StoredVerbatim
    first: StoredCoding
    second: StoredCoding


def want_second(analyst: Analyst, share: float, seed: int, coder: str | None = None) -> int:
    """How many more of the verbatims that one person has coded are to be coded by a second one, by that coder if named.

    They are a share drawn at random, named by a seed: to ask again later adds those that were coded since. Raises
    InputError for a share that cannot be.
    """
    chosen = review.reserve(seed, share)
    if chosen is None:
        raise InputError(f"share {share}: expected a number above 0 and below 1")
    with writing(analyst.engine, analyst.organisation) as connection:
        count = double_coding.want(connection, analyst.organisation, chosen, coder, analyst.actor)
        details = {"verbatims": count, "share": share, "seed": seed}
        event = audit.Event(analyst.actor, "want_second", "verbatims", details)
        audit.record(connection, analyst.organisation, event)
    return count


def code_blind(analyst: Analyst, verbatim: int, correction: Correction) -> int:
    """The number of the second coding of a verbatim, made without sight of the first one, and not in effect.

    Raises NotFoundError for an unknown verbatim, ConflictError where no second coding of it is wanted from this person,
    CodebookError and FieldError as `correct`.
    """
    with writing(analyst.engine, analyst.organisation) as connection:
        return coded_blind(connection, analyst, verbatim, correction)


def coded_blind(connection: Connection, analyst: Analyst, verbatim: int, correction: Correction) -> int:
    """What `code_blind` says, within a block that writes."""
    stored, first = seen_now(connection, analyst, verbatim)
    own = double_coding.wanted_of(connection, analyst.organisation, analyst.actor, [verbatim]).get(verbatim)
    if own is None:
        what = f"verbatim {verbatim}: no second coding is wanted from {analyst.actor!r}"
        raise ConflictError(f"{what}; expected one of the batch")
    coding = replace(person_coding(analyst, stored, correction, None), intents=(), frames={})
    judged = Judged(verbatim, coding, person=True, reason=correction.reason, blind=True)
    number = add_codings(connection, analyst.organisation, [judged])[0].id or 0
    _compare(connection, analyst, own, number, first)
    coded_by(connection, analyst.organisation, analyst.actor, [verbatim], datetime.now(UTC))
    event = audit.Event(analyst.actor, "code_blind", f"verbatim:{verbatim}", {"coding": number})
    audit.record(connection, analyst.organisation, event)
    return number


def disagreements(engine: Engine, organisation: str, limit: int = 50, after: int = 0) -> tuple[Disagreement, ...]:
    """What two persons coded differently and nobody has decided, by number, after one."""
    with reading(engine, organisation) as connection:
        waiting = double_coding.differing(connection, organisation, limit, after)
        numbers = [one.verbatim for one in waiting]
        stored = stored_verbatims(connection, organisation, numbers)
        codings = {one.id: one for one in codings_of(connection, organisation, numbers)}
    return tuple(
        Disagreement(one.id, stored[one.verbatim], codings[one.first], codings[one.second or 0]) for one in waiting
    )


def adjudicate(analyst: Analyst, disagreement: int, correction: Correction) -> Corrected:
    """What is in effect once somebody has decided what two persons coded differently: the decision.

    Raises NotFoundError for an unknown disagreement, ConflictError where there is nothing to decide any more, or not
    yet, CodebookError and FieldError as `correct`.
    """
    with writing(analyst.engine, analyst.organisation) as connection:
        return decided(connection, analyst, disagreement, correction)


def decided(connection: Connection, analyst: Analyst, disagreement: int, correction: Correction) -> Corrected:
    """What `adjudicate` says, within a block that writes."""
    verbatim = _double(connection, analyst, disagreement).verbatim
    stored, before = seen_now(connection, analyst, verbatim)
    # Read again, now that nobody else can code it until the block ends.
    _require_open(_double(connection, analyst, disagreement), stored)
    coding = person_coding(analyst, stored, correction, before)
    judged = Judged(verbatim, coding, person=True, reason=correction.reason)
    number = keep(connection, analyst, "adjudicate", [judged], {verbatim: stored})[verbatim]
    double_coding.note_decision(connection, analyst.organisation, disagreement, number, datetime.now(UTC))
    return Corrected(verbatim, effective(connection, analyst.organisation, [verbatim])[verbatim], before)


def _compare(
    connection: Connection, analyst: Analyst, own: DoubleCoding, number: int, standing: StoredCoding | None
) -> None:
    """Note the second coding beside the first coder's latest; settled where both say the same."""
    codings = {one.id: one for one in codings_of(connection, analyst.organisation, [own.verbatim])}
    again = standing is not None and standing.person and standing.coding.author == own.first_coder
    first = standing.id if standing is not None and again else own.first
    settled = datetime.now(UTC) if _says(codings[first]) == _says(codings[number]) else None
    noted = replace(own, first=first, second=number, second_coder=analyst.actor, settled=settled)
    double_coding.note_second(connection, analyst.organisation, noted)


def _says(stored: StoredCoding) -> tuple[object, ...]:
    coding = stored.coding
    return frozenset((one.id, one.polarity) for one in coding.codes), coding.stance.label


def _double(connection: Connection, analyst: Analyst, number: int) -> DoubleCoding:
    found = double_coding.double_coding(connection, analyst.organisation, number)
    if found is None:
        where = f"not in organisation {analyst.organisation!r}"
        raise NotFoundError(f"disagreement {number}: {where}; expected the id of one that is")
    return found


def _require_open(double: DoubleCoding, stored: StoredVerbatim) -> None:
    if double.settled is not None:
        raise ConflictError(f"disagreement {double.id}: settled before; expected one that is open")
    if double.second is None:
        raise ConflictError(f"disagreement {double.id}: no second coding yet; expected two")
    if double.revision != stored.revision:
        raise ConflictError(f"disagreement {double.id}: the words have changed since; expected them as they were coded")
