"""Trends of an organisation's feedback: what was asked is put into measures, and what is known is laid beside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import numpy as np

from verbatim.access import ORGANISATION
from verbatim.actions.beside import people_beside
from verbatim.actions.coder_error import CoderError, coder_error
from verbatim.actions.figures import ALL, Counting, Narrowed, figures_of, narrow
from verbatim.actions.frame_in_use import codebook
from verbatim.actions.office import Office
from verbatim.coverage import RIGHT, Sought
from verbatim.crosswalk import Passed, Walk, breaks, used_ids, walk_of
from verbatim.domain import STANCES, Polarity
from verbatim.drivers import DriverQuestion, Drivers, drivers
from verbatim.errors import InputError
from verbatim.facts import Facts
from verbatim.registry import Manifest
from verbatim.store.opening import reading
from verbatim.store.publications import Publication, history, steps_of
from verbatim.store.themes import theme, verbatims_of
from verbatim.taxonomy import Codebook
from verbatim.trends import Edition, Known, Measure, Question, Trends, trends

EVERY = "all"
"""In place of ids: every code of the frame, or every category."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: codes, categories, themes, stances, the score, contradictions; of a polarity or of any.

    Where nothing is named it is every category of the frame, and the score.
    """

    codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    nps: bool = False
    conflict: bool = False
    polarity: Polarity | None = None
    themes: tuple[int, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing is named."""
        return not (self.codes or self.categories or self.stances or self.nps or self.conflict or self.themes)


@dataclass(frozen=True, slots=True)
class TrendsWanted:
    """Whose trends, what is looked at, of which verbatims, over which periods; `question` has no measures yet.

    `accounts` are the only ones that whoever asks may see. `roster`: intervals are corrected for the number of people
    on it.
    """

    organisation: str = ORGANISATION
    looked: Looked = field(default_factory=Looked)
    narrowed: Narrowed = ALL
    question: Question = field(default_factory=lambda: Question(()))
    accounts: tuple[str, ...] | None = None
    roster: bool = False
    sought: Sought = RIGHT


@dataclass(frozen=True, slots=True)
class TrendsFound:
    """The answer, the code frame that it is in, how the coder's error was measured, and what themes are called.

    `population` is what intervals were corrected for, of all (None) or by value of the split.
    """

    trends: Trends
    wanted: TrendsWanted
    frame: Codebook
    coder: CoderError
    themes: Mapping[str, str]
    population: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What follows from facts, the roster and what is known beside them."""

    trends: Trends
    themes: Mapping[str, str]
    population: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class DriversWanted:
    """Whose score is explained by what, of which verbatims; of these accounts only."""

    organisation: str = ORGANISATION
    question: DriverQuestion = field(default_factory=DriverQuestion)
    narrowed: Narrowed = ALL
    accounts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DriversFound:
    """What goes with the score, and the code frame that it is told in."""

    drivers: Drivers
    wanted: DriversWanted
    frame: Codebook


def trends_of(desk: Counting, manifest: Manifest, wanted: TrendsWanted) -> TrendsFound:
    """The trends of an organisation as it is at this moment; the manifest is that of the installation's model.

    Raises InputError for a code, a category, a value of the split that there is not, and for too many points.
    """
    organisation, narrowed = wanted.organisation, wanted.narrowed
    frame = codebook(desk, organisation)
    with reading(desk.engine, organisation) as connection:
        past = history(connection, organisation)
    measures = measures_of(wanted.looked, frame, past)
    error = coder_error(desk.engine, organisation, manifest)
    known = Known(
        gold={(kind, id): one for kind, found in error.kinds.items() for id, one in found.items()},
        editions=_editions(past, measures),
    )
    key = ("trends", wanted.question, measures, wanted.roster, wanted.sought)
    beside = frozenset(known.gold.items()), frozenset(known.editions.items())
    office, make = Office(desk, organisation, wanted.accounts), partial(_answered, desk, wanted, measures, known)
    # Which verbatims are of a theme changes without the facts.
    answer = make() if wanted.looked.themes else office.kept((*key, *beside), narrowed, make)
    return TrendsFound(answer.trends, wanted, frame, error, answer.themes, answer.population)


def drivers_of(desk: Counting, wanted: DriversWanted) -> DriversFound:
    """What goes with the score of the verbatims that pass, as it is at this moment."""
    office, narrowed, question = Office(desk, wanted.organisation, wanted.accounts), wanted.narrowed, wanted.question
    found = office.kept(("drivers", question), narrowed, lambda: drivers(office.facts(narrowed), question))
    return DriversFound(found, wanted, codebook(desk, wanted.organisation))


def _answered(desk: Counting, wanted: TrendsWanted, measures: tuple[Measure, ...], known: Known) -> _Answer:
    narrowed, asked = wanted.narrowed, wanted.question
    figures = figures_of(desk, wanted.organisation, wanted.accounts)
    facts = narrow(figures.facts, narrowed)
    themes = _themes(desk, wanted, facts)
    until = narrowed.until and narrowed.until - timedelta(1)
    question = replace(asked, measures=(*measures, *themes.values()), since=narrowed.since, until=until)
    people = people_beside(figures, facts, narrowed, asked.split, wanted.sought)
    population = people.all if wanted.roster else {}
    known = replace(known, population=population, right_one=people.right_one, right=people.right)
    return _Answer(trends(facts, question, known), {one.name: name for name, one in themes.items()}, population)


def measures_of(looked: Looked, frame: Codebook, past: Sequence[Publication] = ()) -> tuple[Measure, ...]:
    """The measures of what is looked at, each code with the ids that it had before. InputError for unknown ids."""
    if looked.nothing:
        looked = replace(looked, categories=(EVERY,), nps=looked.polarity is None)
    walk = walk_of(steps_of(past), frame.ids) if past else None
    codes = _ids(looked.codes, "code", frame.ids, used_ids(steps_of(past)))
    categories = _ids(looked.categories, "category", frame.categories, ())
    polarity = looked.polarity
    made = [Measure("category", id, polarity) for id in categories]
    made += [Measure("code", id, polarity, _former(walk, id)) for id in codes]
    made += [Measure("stance", one) for one in _ids(looked.stances, "stance", STANCES, ())]
    made += [Measure("nps")] if looked.nps else []
    made += [Measure("conflict")] if looked.conflict else []
    return tuple(made)


def _themes(desk: Counting, wanted: TrendsWanted, facts: Facts) -> dict[str, Measure]:
    """The measures of themes by their names, which may be words of accounts that whoever asks may not see.

    Raises NotFoundError for a theme that there is not.
    """
    found, organisation = {}, wanted.organisation
    with reading(desk.engine, organisation) as connection:
        for number in dict.fromkeys(wanted.looked.themes):
            told = theme(connection, organisation, number).name if wanted.accounts is None else None
            rows = np.isin(facts.number, verbatims_of(connection, organisation, number))
            found[told or f"theme {number}"] = Measure("theme", str(number), wanted.looked.polarity, rows=rows)
    return found


def _ids(given: Iterable[str], what: str, known: Sequence[str], former: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for id in given:
        if id == EVERY:
            found += known
        elif id in known or id in former:
            found.append(id)
        else:
            raise InputError(f"{what} {id[:60]!r}: expected one of {', '.join([*known][:12])} …, or {EVERY}")
    return tuple(dict.fromkeys(found))


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
