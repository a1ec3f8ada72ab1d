"""A person's coding: corrected, accepted or taken back, in effect at once.

What a person says stands above what any model says, and is added beside it, never written over it. An author names the
coding that was seen; where another one is in effect by now, nothing is kept, and both are told (`StaleError`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from verbatim.domain import POLARITIES, STANCES, CodeMention, Coding, Excerpt, Polarity, Stance, StanceLabel
from verbatim.errors import FieldError, NotFoundError, StaleError
from verbatim.stance import band
from verbatim.store import audit
from verbatim.store.codings import Judged, add_codings, codings_of, effective, hold, withdraw
from verbatim.store.double_coding import reopen
from verbatim.store.opening import writing
from verbatim.store.records import StoredCoding, StoredVerbatim, words_of
from verbatim.store.review import coded_by
from verbatim.store.webhooks import announce
from verbatim.taxonomy import Code, Codebook
from verbatim.text.language import language_of

CORRECTED = "verbatim.corrected"
"""The event of codings by persons that came into effect, or were taken back."""

LONGEST_REASON = 2000
ALONE = ("no_content", "none")
"""The roles of codes that stand alone."""


@dataclass(frozen=True, slots=True)
class Analyst:
    """A person who codes: in which store, by which code frame, for which organisation, under which name."""

    engine: Engine
    codebook: Codebook
    organisation: str
    actor: str


@dataclass(frozen=True, slots=True)
class ChosenCode:
    """A code that a person gives: the polarity of the mention, and where the evidence stands, if that is told."""

    id: str
    polarity: Polarity
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """All that a person judges about a verbatim: its codes, its stance (None: the words do not say), and a reason."""

    codes: tuple[ChosenCode, ...]
    stance: StanceLabel | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What is in effect now for a verbatim, and what was before; None where nobody has coded it."""

    verbatim: int
    coding: StoredCoding | None
    before: StoredCoding | None


def correct(analyst: Analyst, verbatim: int, correction: Correction, based_on: int | None) -> Corrected:
    """What is in effect once a person has coded a verbatim, having seen the coding `based_on` (None: no coding).

    The same correction again changes nothing. Raises StaleError where another coding is in effect by now,
    NotFoundError for an unknown verbatim, CodebookError for a code that the frame lacks, FieldError for a code that
    comes twice or beside one that stands alone, and an excerpt that is no piece of the text.
    """
    with writing(analyst.engine, analyst.organisation) as connection:
        return corrected(connection, analyst, verbatim, correction, based_on)


def corrected(
    connection: Connection, analyst: Analyst, verbatim: int, correction: Correction, based_on: int | None
) -> Corrected:
    """What `correct` says, within a block that writes."""
    stored, before = seen_now(connection, analyst, verbatim)
    coding = person_coding(analyst, stored, correction, before)
    if before is not None and before.person and _same(before, coding, correction.reason):
        return Corrected(verbatim, before, before)
    require_current(connection, analyst, verbatim, based_on, before)
    keep(connection, analyst, "correct", [Judged(verbatim, coding, True, correction.reason)], {verbatim: stored})
    return Corrected(verbatim, effective(connection, analyst.organisation, [verbatim])[verbatim], before)


def accept(analyst: Analyst, verbatim: int, based_on: int) -> Corrected:
    """What is in effect once a person has confirmed the coding that was seen: a coding by that person, saying the same.

    To accept one's own, or the same once more, changes nothing. Raises StaleError and NotFoundError as `correct`,
    CodebookError for a coding with a code that the frame has no longer.
    """
    with writing(analyst.engine, analyst.organisation) as connection:
        return accepted(connection, analyst, verbatim, based_on)


def accepted(connection: Connection, analyst: Analyst, verbatim: int, based_on: int) -> Corrected:
    """What `accept` says, within a block that writes."""
    stored, before = seen_now(connection, analyst, verbatim)
    if before is not None and _confirms(connection, analyst, before, based_on):
        return Corrected(verbatim, before, before)
    require_current(connection, analyst, verbatim, based_on, before)
    if before is None or _is_own(analyst, before):
        return Corrected(verbatim, before, before)
    for code in before.coding.codes:
        require_code(analyst, code.id)
    keep(connection, analyst, "accept", [Judged(verbatim, confirmed(analyst, before.coding), True)], {verbatim: stored})
    return Corrected(verbatim, effective(connection, analyst.organisation, [verbatim])[verbatim], before)


def undo(analyst: Analyst, verbatim: int, coding: int | None = None) -> Corrected:
    """What is in effect once a person has taken back a coding of their own, the last one if none is named.

    That is what stood before, or what a newer model has said since. The coding stays in the history, marked as taken
    back; to take it back once more changes nothing. Raises StaleError where anybody has coded since, NotFoundError
    where there is nothing to take back.
    """
    with writing(analyst.engine, analyst.organisation) as connection:
        return taken_back(connection, analyst, verbatim, coding)


def taken_back(connection: Connection, analyst: Analyst, verbatim: int, coding: int | None) -> Corrected:
    """What `undo` says, within a block that writes."""
    stored, before = seen_now(connection, analyst, verbatim)
    own = _own(connection, analyst, stored, coding)
    if own.withdrawn:
        return Corrected(verbatim, before, before)
    if before is None or before.id != own.id:
        by = "again" if before is not None and _is_own(analyst, before) else "by another person"
        what = f"verbatim {verbatim}: coded {by} since coding {own.id}"
        raise StaleError(f"{what}; expected yours to be the latest", own, before)
    withdraw(connection, analyst.organisation, own.id, analyst.actor)
    reopen(connection, analyst.organisation, own.id)
    now = effective(connection, analyst.organisation, [verbatim]).get(verbatim)
    tell(connection, analyst, "undo", {verbatim: stored}, {verbatim: own.id})
    return Corrected(verbatim, now, before)


def seen_now(connection: Connection, analyst: Analyst, verbatim: int) -> tuple[StoredVerbatim, StoredCoding | None]:
    """A verbatim, held until the block ends, and the coding in effect. Raises NotFoundError."""
    stored = hold(connection, analyst.organisation, [verbatim]).get(verbatim)
    if stored is None:
        where = f"not in organisation {analyst.organisation!r}"
        raise NotFoundError(f"verbatim {verbatim}: {where}; expected the id of one that is")
    return stored, effective(connection, analyst.organisation, [verbatim]).get(verbatim)


def require_current(
    connection: Connection, analyst: Analyst, verbatim: int, based_on: int | None, current: StoredCoding | None
) -> None:
    """Raise StaleError unless the coding that was seen is the one in effect."""
    if based_on == (current.id if current else None):
        return
    known = codings_of(connection, analyst.organisation, [verbatim])
    seen = next((one for one in known if one.id == based_on), None)
    found = f"coding {current.id}" if current else "no coding"
    wanted = f"coding {based_on}" if based_on else "no coding"
    raise StaleError(f"verbatim {verbatim}: {found} is in effect; expected {wanted}, which was seen", seen, current)


def person_coding(
    analyst: Analyst, stored: StoredVerbatim, correction: Correction, before: StoredCoding | None
) -> Coding:
    """What a correction says, as a coding; intents and frames, which it says nothing of, stay as they were.

    Raises CodebookError and FieldError as `correct`.
    """
    _check(analyst.codebook, stored, correction)
    verbatim = stored.verbatim
    former = before.coding if before else None
    return Coding(
        verbatim_id=verbatim.id,
        language=former.language if former else stored.language or language_of(words_of(verbatim)),
        codes=tuple(CodeMention(one.id, one.polarity, 1.0, one.excerpts) for one in correction.codes),
        stance=person_stance(correction.stance, verbatim.score),
        review=False,
        author=analyst.actor,
        intents=former.intents if former else (),
        frames=former.frames if former else {},
    )


def person_stance(label: StanceLabel | None, score: float | None) -> Stance:
    """The stance that a person reads in the words; that of the score where they say none or the same."""
    if score is None:
        return Stance(label, "estimated", 1.0)
    if label in (None, band(score)):
        return Stance(band(score), "score", 1.0)
    return Stance(label, "estimated", 1.0, conflict=True)


def confirmed(analyst: Analyst, coding: Coding) -> Coding:
    """The coding of a person who agrees with one that was there."""
    codes = tuple(replace(code, confidence=1.0) for code in coding.codes)
    stance = replace(coding.stance, confidence=1.0)
    return replace(coding, codes=codes, stance=stance, review=False, author=analyst.actor, trust=1.0)


def require_code(analyst: Analyst, code: str) -> Code:
    """A code of the frame. Raises CodebookError, with the nearest ones, for one that the frame lacks."""
    return analyst.codebook[code]


def keep(
    connection: Connection, analyst: Analyst, action: str, judged: Sequence[Judged], of: Mapping[int, StoredVerbatim]
) -> dict[int, int]:
    """The numbers of a person's codings, one a verbatim, by those of the verbatims: in effect, noted and announced.

    `of` are the verbatims, held until the block ends. Raises as `add_codings`.
    """
    noted = add_codings(connection, analyst.organisation, judged, of)
    numbers = {one.verbatim: note.id for one, note in zip(judged, noted, strict=True) if note.id is not None}
    coded_by(connection, analyst.organisation, analyst.actor, list(numbers), datetime.now(UTC))
    tell(connection, analyst, action, {number: of[number] for number in numbers}, numbers)
    return numbers


def tell(
    connection: Connection,
    analyst: Analyst,
    action: str,
    of: Mapping[int, StoredVerbatim],
    codings: Mapping[int, int],
) -> None:
    """Note who did what with which coding of each verbatim, and announce it."""
    for number in of:
        event = audit.Event(analyst.actor, action, f"verbatim:{number}", {"coding": codings[number]})
        audit.record(connection, analyst.organisation, event)
    told = [{"id": number, "external_id": one.verbatim.id, "source": one.source} for number, one in of.items()]
    announce(connection, analyst.organisation, CORRECTED, {"verbatims": told, "by": analyst.actor})


def _check(codebook: Codebook, stored: StoredVerbatim, correction: Correction) -> None:
    what = f"verbatim {stored.id}"
    _check_ids(codebook, what, [one.id for one in correction.codes])
    for place, one in enumerate(correction.codes):
        if one.polarity not in POLARITIES:
            expected = f"one of {', '.join(POLARITIES)}"
            told = f"{what}: polarity {one.polarity!r}; expected {expected}"
            raise FieldError(told, f"codes.{place}.polarity", one.polarity, expected)
        for number, excerpt in enumerate(one.excerpts):
            _check_excerpt(what, f"codes.{place}.excerpts.{number}", stored, excerpt)
    if correction.stance not in (None, *STANCES):
        expected = f"one of {', '.join(STANCES)}, or none"
        raise FieldError(f"{what}: stance {correction.stance!r}; expected {expected}", "stance", None, expected)
    length = len(correction.reason or "")
    if length > LONGEST_REASON:
        expected = f"at most {LONGEST_REASON}"
        raise FieldError(f"{what}: a reason of {length} characters; expected {expected}", "reason", length, expected)


def _check_ids(codebook: Codebook, what: str, ids: Sequence[str]) -> None:
    """Raise CodebookError for an id that the frame lacks, FieldError for one that comes twice or cannot stand there."""
    roles = {id: codebook[id].role for id in ids}
    for place, id in enumerate(ids):
        if id in ids[:place]:
            told = f"{what}: code {id!r} comes {ids.count(id)} times; expected each code once"
            raise FieldError(told, f"codes.{place}.id", id, "each code once")
        if roles[id] in ALONE and len(roles) > 1:
            told = f"{what}: code {id!r} beside {len(roles) - 1} others; expected it to stand alone"
            raise FieldError(told, f"codes.{place}.id", id, "a code that may stand beside others")


def _check_excerpt(what: str, field: str, stored: StoredVerbatim, excerpt: Excerpt) -> None:
    """Raise FieldError for an excerpt that lies outside the text, or has no word in it."""
    if not words_at(stored, excerpt).strip():
        where = f"{excerpt.start}:{excerpt.end}" + ("" if excerpt.turn is None else f" of turn {excerpt.turn}")
        expected = "a piece of the text that is not blank"
        raise FieldError(f"{what}: excerpt {where}; expected {expected}", field, where, expected)


def words_at(stored: StoredVerbatim, excerpt: Excerpt) -> str:
    """The words of an excerpt; none where it lies outside the text."""
    verbatim, turn = stored.verbatim, excerpt.turn
    if turn is not None and not 0 <= turn < len(verbatim.turns):
        return ""
    text = verbatim.text if turn is None else verbatim.turns[turn].text
    return text[excerpt.start : excerpt.end] if 0 <= excerpt.start < excerpt.end <= len(text) else ""


def _same(stored: StoredCoding, coding: Coding, reason: str | None) -> bool:
    return stored.coding == coding and stored.reason == reason


def _is_own(analyst: Analyst, stored: StoredCoding) -> bool:
    return stored.person and stored.coding.author == analyst.actor


def _confirms(connection: Connection, analyst: Analyst, own: StoredCoding, based_on: int) -> bool:
    """Whether the coding in effect is this person's own, which confirmed the one that was seen."""
    if not _is_own(analyst, own) or own.id == based_on:
        return False
    known = codings_of(connection, analyst.organisation, [own.verbatim])
    return any(confirmed(analyst, one.coding) == own.coding for one in known if one.id == based_on)


def _own(connection: Connection, analyst: Analyst, stored: StoredVerbatim, number: int | None) -> StoredCoding:
    """A coding of this person's, of the words as they are now: the one of that number, else the latest in effect.

    Raises NotFoundError.
    """
    known = codings_of(connection, analyst.organisation, [stored.id])
    own = [one for one in known if _is_own(analyst, one) and one.revision == stored.revision and not one.blind]
    chosen = [one for one in own if (not one.withdrawn if number is None else one.id == number)]
    if not chosen:
        which = "" if number is None else f" {number}"
        raise NotFoundError(f"verbatim {stored.id}: no coding{which} by {analyst.actor!r}; expected one to take back")
    return chosen[-1]
