"""What became of rows that were handed in: kept, refused one by one, and told row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from verbatim.actions import intake
from verbatim.actions.arrivals import problem_of, require_source
from verbatim.actions.intake import Refused as RefusedArrival
from verbatim.actions.intake import Taken
from verbatim.api.call import Asked
from verbatim.api.problems import KINDS, Fault, Problem, invalid, told
from verbatim.api.shown import ShownJobRef, ShownProblem, ShownReceipt, ShownResult, shown_codes, shown_stance
from verbatim.store.keys import Answer
from verbatim.store.opening import reading
from verbatim.store.verbatims import Received, held_by_others

Outcome = Taken | Problem


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of each row, in order, under its id where it has one; and the job that codes them, if any."""

    rows: tuple[tuple[str | None, Outcome], ...]
    job: int | None = None


def hand_in(
    ask: Asked, source: str, given: Sequence[Received | Problem], ids: Sequence[str | None] | None = None
) -> Handed:
    """Keep the rows that may be kept; each other one with its problem.

    `ids` are the ids that the rows of a list came with; None for a row that is no list's.
    """
    within = "" if ids is None else "items."
    sound = {place: one for place, one in enumerate(given) if isinstance(one, Received)}
    held = _held(ask, source, list(sound.values()))
    free = {place: one for place, one in sound.items() if one.verbatim.id not in held}
    found: dict[int, Outcome] = {place: one for place, one in enumerate(given) if isinstance(one, Problem)}
    found |= {place: _held_by_another(at(within, place), one) for place, one in sound.items() if place not in free}
    job = None
    if free:
        receipt = intake.receive(ask.desk, ask.organisation, source, list(free.values()), ask.actor)
        kept = zip(free, receipt.arrivals, strict=True)
        found |= {place: _kept(at(within, place), one) for place, one in kept}
        job = receipt.job
    if job is not None:
        ask.wake()
    known = dict(enumerate(ids or ())) | {place: one.verbatim.id for place, one in sound.items()}
    return Handed(tuple((known.get(place), found[place]) for place in range(len(given))), job)


def at(within: str, place: int) -> str:
    """What the names of the fields of a row begin with."""
    return f"{within}{place}." if within else ""


def answer(ask: Asked, handed: Handed) -> Answer:
    """What is told of the rows: 200 all kept and coded, 202 coded by a job, 207 some refused, 422 all refused."""
    results = [_result(id, outcome) for id, outcome in handed.rows]
    job = ShownJobRef(id=handed.job, href=job_href(handed.job)) if handed.job else None
    body = ShownReceipt(results=results, job=job).model_dump(mode="json")
    problems = [outcome for _, outcome in handed.rows if isinstance(outcome, Problem)]
    if len(problems) == len(results):
        return Answer(422, {**_all_refused(problems, ask.id), **body})
    return Answer(207 if problems else 202 if job else 200, body)


def job_href(job: int) -> str:
    """Where to look how far a job is."""
    return f"/v1/jobs/{job}"


def _held(ask: Asked, source: str, rows: Sequence[Received]) -> frozenset[str]:
    """The ids under which somebody else's verbatims are kept, which a submitter may neither see nor change."""
    require_source(source)
    if ask.role != "submitter":
        return frozenset()  # the store is asked for those only whom it binds
    now = datetime.now(UTC)
    ids = [one.verbatim.id for one in rows if problem_of(one, now) is None]
    with reading(ask.desk.engine, ask.organisation) as connection:
        return held_by_others(connection, ask.organisation, source, ids, ask.actor)


def _held_by_another(within: str, row: Received) -> Problem:
    expected = "an id that no other key has handed in under this source"
    fault = Fault(f"{within}external_id", told("external_id", row.verbatim.id), expected)
    return Problem(409, f"{fault.field}: expected {expected}", (fault,))


def _kept(within: str, outcome: Taken | RefusedArrival) -> Outcome:
    if isinstance(outcome, Taken):
        return outcome
    problem = outcome.problem
    name = "external_id" if problem.field == "id" else problem.field
    return invalid([Fault(f"{within}{name}", problem.found, problem.expected)])


def _result(id: str | None, outcome: Outcome) -> ShownResult:
    if isinstance(outcome, Problem):
        faults = [{"field": one.field, "value": one.value, "expected": one.expected} for one in outcome.errors]
        title = KINDS[outcome.status][1]
        shown = ShownProblem(title=title, status=outcome.status, detail=outcome.detail, errors=faults)
        return ShownResult(external_id=id, status=409 if outcome.status == 409 else 422, problem=shown)
    coding = outcome.coding
    return ShownResult(
        external_id=outcome.id,
        status=201 if outcome.kept.change == "added" else 200,
        id=outcome.kept.id,
        change=outcome.kept.change,
        codes=shown_codes(coding.codes) if coding else None,
        stance=shown_stance(coding) if coding else None,
        review=coding.review if coding else None,
        model=coding.author if coding else None,
    )


def _all_refused(problems: Sequence[Problem], request: str) -> dict[str, object]:
    faults = tuple(fault for one in problems for fault in one.errors)
    count = len(problems)
    detail = problems[0].detail if count == 1 else f"none of {count} rows can be used; results tells why of each"
    return Problem(422, detail, faults).body(request)
