"""Trends of an organisation's feedback: what was asked is put into measures, and what is known is laid beside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from verbatim.actions.coder_error import CoderError, coder_error
from verbatim.actions.desk import Desk
from verbatim.actions.figures import ALL, Narrowed, facts_of, narrow
from verbatim.actions.frame_in_use import codebook
from verbatim.crosswalk import Passed, Walk, breaks, used_ids, walk_of
from verbatim.domain import STANCES, Polarity
from verbatim.drivers import DriverQuestion, Drivers, drivers
from verbatim.errors import InputError
from verbatim.store.opening import reading
from verbatim.store.publications import Publication, history, steps_of
from verbatim.taxonomy import Codebook
from verbatim.trends import Edition, Known, Measure, Question, Trends, trends

EVERY = "all"
"""In place of ids: every code of the frame, or every category."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: codes, categories, stances, the score, contradictions; of a polarity or of any.

    Where nothing is named it is every category of the frame, and the score.
    """

    codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    nps: bool = False
    conflict: bool = False
    polarity: Polarity | None = None
    themes: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class TrendsWanted:
    """What is asked: what is looked at, of which verbatims, over which periods; `question` has no measures yet.

    `accounts` are the only ones that whoever asks may see.
    """

    looked: Looked = field(default_factory=Looked)
    narrowed: Narrowed = ALL
    question: Question = field(default_factory=lambda: Question(()))
    accounts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrendsFound:
    """The answer, the code frame that it is in, and how the coder's error was measured."""

    trends: Trends
    narrowed: Narrowed
    frame: Codebook
    coder: CoderError


@dataclass(frozen=True, slots=True)
class DriversFound:
    """What goes with the score, and the code frame that it is told in."""

    drivers: Drivers
    narrowed: Narrowed
    frame: Codebook


def trends_of(desk: Desk, organisation: str, wanted: TrendsWanted) -> TrendsFound:
    """The trends of an organisation as it is at this moment.

    Raises InputError for a code, a category, a value of the split that there is not, and for too many points.
    """
    frame = codebook(desk, organisation)
    with reading(desk.engine, organisation) as connection:
        past = history(connection, organisation)
    facts = facts_of(desk, organisation, wanted.accounts)
    measures = measures_of(wanted.looked, frame, past)
    error = coder_error(desk, organisation)
    since, until = wanted.narrowed.since, wanted.narrowed.until
    question = replace(wanted.question, measures=measures, since=since, until=until and until - timedelta(1))
    known = Known(gold={**error.categories, **error.codes}, editions=_editions(past, measures))
    return TrendsFound(trends(narrow(facts, wanted.narrowed), question, known), wanted.narrowed, frame, error)


def drivers_of(
    desk: Desk, organisation: str, question: DriverQuestion, narrowed: Narrowed = ALL, accounts: tuple[str, ...] | None = None
) -> DriversFound:
    """What goes with the score of the verbatims that pass, as it is at this moment."""
    facts = narrow(facts_of(desk, organisation, accounts), narrowed)
    return DriversFound(drivers(facts, question), narrowed, codebook(desk, organisation))


def measures_of(looked: Looked, frame: Codebook, past: Sequence[Publication] = ()) -> tuple[Measure, ...]:
    """The measures of what is looked at, each code with the ids that it had before. Raises InputError for unknown ids."""
    if not (looked.codes or looked.categories or looked.stances or looked.nps or looked.conflict or looked.themes):
        looked = replace(looked, categories=(EVERY,), nps=looked.polarity is None)
    walk = _walk(past, frame)
    codes = _ids(looked.codes, "code", frame.ids, used_ids(steps_of(past)))
    categories = _ids(looked.categories, "category", frame.categories, ())
    polarity = looked.polarity
    made = [Measure("category", id, polarity) for id in categories]
    made += [Measure("code", id, polarity, _former(walk, id)) for id in codes]
    made += [replace(one, polarity=polarity) for one in looked.themes]
    made += [Measure("stance", one) for one in _ids(looked.stances, "stance", STANCES, ())]
    made += [Measure("nps")] if looked.nps else []
    made += [Measure("conflict")] if looked.conflict else []
    return tuple(made)


def _ids(given: Iterable[str], what: str, known: Sequence[str], former: Iterable[str]) -> tuple[str, ...]:
    found = []
    for id in given:
        if id == EVERY:
            found += known
        elif id in known or id in former:
            found.append(id)
        else:
            raise InputError(f"{what} {id[:60]!r}: expected one of {', '.join([*known][:12])} …, or {EVERY}")
    return tuple(dict.fromkeys(found))


def _walk(past: Sequence[Publication], frame: Codebook) -> Walk | None:
    return walk_of(steps_of(past), frame.ids) if past else None


def _former(walk: Walk | None, id: str) -> frozenset[str]:
    return frozenset(walk.found_as(id)) if walk else frozenset()


def _editions(past: Sequence[Publication], measures: Iterable[Measure]) -> Mapping[str, tuple[Edition, ...]]:
    """The versions of the frame that cut each code, which were published and when."""
    versions = [Passed(one.label, one.created, one.entries) for one in past]
    numbers = {one.label: one.codebook for one in past}
    found = {}
    for measure in measures:
        if measure.kind != "code" or not versions:
            continue
        cuts = breaks(versions, str(measure.id))
        found[measure.name] = tuple(
            Edition(numbers[one.version], one.version, one.at.date(), one.entry.kind, one.entry.old, one.entry.new)
            for one in cuts
            if one.at is not None
        )
    return found
