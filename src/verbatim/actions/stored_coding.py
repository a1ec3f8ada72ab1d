"""What is stored becomes coded, by jobs: what arrived just now, or everything that the current model has not coded.

A batch is coded first and kept afterwards, with the progress of the job, in one transaction. A worker that dies in
between has kept nothing of it, and another one codes it again; what was kept is coded no second time, since a model has
one coding of a verbatim as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from verbatim.actions.champions import champion_desk
from verbatim.actions.desk import Desk
from verbatim.actions.kept_codings import ensure_introduced, keep_codings, writing_codings
from verbatim.coder import BATCH
from verbatim.domain import Coding
from verbatim.errors import InternalError, NotFoundError
from verbatim.store.codings import Judged, count_uncoded, uncoded
from verbatim.store.jobs import Lease
from verbatim.store.opening import reading
from verbatim.store.records import StoredVerbatim, words_of

STEP = BATCH
"""How many verbatims are coded and kept at a time."""

LONGEST_STEP = 200_000
"""A step that holds so many characters takes no more verbatims: about ten seconds' work."""

TRIES = 10
"""How often a step is begun anew because its verbatims were changed or erased meanwhile."""

Note = Callable[[Connection], None]
"""Notes the progress of a job in the transaction of the work."""


def run_coding(desk: Desk, lease: Lease) -> None:
    """Code the verbatims that the job lists, or all that the current model has not coded."""
    listed = lease.job.payload.get("verbatims")
    if listed is None:
        run_recoding(desk, lease)
        return
    organisation, total = lease.job.organisation, len(listed)
    desk = champion_desk(desk, organisation)
    for start in range(lease.job.done, total, STEP):
        numbers = listed[start : start + STEP]
        done = start + len(numbers)
        code_stored(desk, organisation, numbers, _noting(lease, done, total, {"coded": done}))


def run_recoding(desk: Desk, lease: Lease) -> None:
    """Code everything that the current model has not coded, from the first to the latest."""
    code_all(champion_desk(desk, lease.job.organisation), lease, 0, {})


def code_all(desk: Desk, lease: Lease, before: int, told: Mapping[str, int]) -> None:
    """Code everything that the desk's model has not coded; the job did `before` steps by then, and has more to tell."""
    organisation, job = lease.job.organisation, lease.job
    former = job.result or {}
    after, coded = former.get("after", 0), former.get("coded", 0)
    with writing_codings(desk, organisation) as connection:
        rest = count_uncoded(connection, organisation, desk.model)
        total = job.total or before + coded + rest
        lease.progress(connection, before + coded, total)
    while True:
        with reading(desk.engine, organisation) as connection:
            waiting = uncoded(connection, organisation, desk.model, STEP, after)
        if not waiting:
            return
        numbers = [one.id for one in next(steps(waiting))]
        after, coded = numbers[-1], coded + len(numbers)
        done = before + coded
        total = max(total, done)
        result = {**told, "coded": coded, "after": after}
        code_stored(desk, organisation, numbers, _noting(lease, done, total, result))


def code_stored(desk: Desk, organisation: str, numbers: Sequence[int], note: Note) -> None:
    """Code those of these verbatims that the model has not coded as they are, and note it in the same transaction.

    One that is changed while it is coded is coded again, one that is erased is left out. Raises what `note` raises;
    nothing is kept then.
    """
    ensure_introduced(desk, organisation)
    for _ in range(TRIES):
        with reading(desk.engine, organisation) as connection:
            waiting = _uncoded(connection, desk, organisation, numbers)
        codings = [coding for _, coding in desk.coder.code(one.verbatim for one in waiting)]
        try:
            with writing_codings(desk, organisation) as connection:
                if _keep(connection, desk, organisation, waiting, codings):
                    note(connection)
                    return
        except NotFoundError:
            continue
    raise InternalError(f"{len(numbers)} verbatims: changed {TRIES} times while they were coded; expected some rest")


def steps(waiting: Sequence[StoredVerbatim]) -> Iterator[list[StoredVerbatim]]:
    """Yield the verbatims in order, in steps of neither too many nor too long ones."""
    step: list[StoredVerbatim] = []
    characters = 0
    for one in waiting:
        if step and (len(step) == STEP or characters >= LONGEST_STEP):
            yield step
            step, characters = [], 0
        step.append(one)
        characters += len(words_of(one.verbatim))
    if step:
        yield step


def _uncoded(
    connection: Connection, desk: Desk, organisation: str, numbers: Sequence[int]
) -> tuple[StoredVerbatim, ...]:
    if not numbers:
        return ()
    return uncoded(connection, organisation, desk.model, len(numbers), numbers=numbers)


def _keep(
    connection: Connection,
    desk: Desk,
    organisation: str,
    waiting: Sequence[StoredVerbatim],
    codings: Sequence[Coding],
) -> bool:
    """Whether all are coded as they are now."""
    judged = [Judged(one.id, coding, revision=one.revision) for one, coding in zip(waiting, codings, strict=True)]
    outcome = keep_codings(connection, desk, organisation, judged, {one.id: one.source for one in waiting})
    return all(note.result != "outdated" for _, note in outcome)


def _noting(lease: Lease, done: int, total: int, result: dict[str, int]) -> Note:
    return lambda connection: lease.progress(connection, done, total, dict(result))
