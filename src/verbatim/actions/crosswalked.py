"""All history goes over to the version of the code frame that is in use: a job, which may be killed at any moment.

First what persons coded: a coding in effect that has an id of former versions is mapped by the crosswalk, as a new
coding that names the one that it was made of. What a split leaves open keeps its old id, and is for review, with the
reason; so is a coding of which nothing is left. Where all ids stand, a person's coding stays as it is. Then everything
that the current model has not coded by this version.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from verbatim.actions.champions import champion_desk
from verbatim.actions.corrections import CORRECTED
from verbatim.actions.desk import Desk
from verbatim.actions.frame_in_use import FrameInUse, frame_in_use
from verbatim.actions.kept_codings import ensure_introduced
from verbatim.actions.stored_coding import code_all
from verbatim.crosswalk import Walk
from verbatim.store.codebook_versions import alike, kept_codebook
from verbatim.store.coded_by_frame import behind, count_behind
from verbatim.store.codings import Judged, add_codings, count_uncoded, effective, hold
from verbatim.store.jobs import Lease
from verbatim.store.opening import writing
from verbatim.store.records import Values
from verbatim.store.statements import BATCH
from verbatim.store.webhooks import announce


def author_of(label: str) -> str:
    """Who a coding is by that a crosswalk made of a person's."""
    return f"crosswalk of {label}"


def run_crosswalk(desk: Desk, lease: Lease) -> None:
    """Bring what persons and the current model coded under the version in use, from where a worker left off."""
    organisation = lease.job.organisation
    desk = champion_desk(desk, organisation)
    ensure_introduced(desk, organisation)
    told = _carried(desk, lease)
    code_all(desk, lease, told["mapped"] + told["flagged"], told)


def _carried(desk: Desk, lease: Lease) -> dict[str, int]:
    """How many codings of persons were mapped, and flagged for review, when all are."""
    former = lease.job.result or {}
    told = {name: former.get(name, 0) for name in ("mapped", "flagged", "person_after")}
    total = lease.job.total
    while True:
        with writing(desk.engine, lease.job.organisation) as connection:
            frame = frame_in_use(connection, desk, lease.job.organisation, held=True)
            if frame is None or frame.walk is None:
                return told
            if total is None:
                total = _total(connection, desk, lease.job.organisation, frame)
            numbers = _waiting(connection, lease.job.organisation, frame, frame.walk, told["person_after"])
            if not numbers:
                lease.progress(connection, told["mapped"] + told["flagged"], total, _result(lease, told))
                return told
            mapped, flagged = _map(connection, lease.job.organisation, frame, frame.walk, numbers)
            told = {
                "mapped": told["mapped"] + mapped,
                "flagged": told["flagged"] + flagged,
                "person_after": numbers[-1],
            }
            lease.progress(connection, told["mapped"] + told["flagged"], total, _result(lease, told))


def _result(lease: Lease, told: dict[str, int]) -> Values:
    return {**(lease.job.result or {}), **told}


def _total(connection: Connection, desk: Desk, organisation: str, frame: FrameInUse) -> int:
    """How much there is to do."""
    assert frame.walk is not None
    versions = _alike(connection, organisation, frame)
    persons = count_behind(connection, organisation, frame.walk.ids, versions)
    return persons + count_uncoded(connection, organisation, desk.model)


def _alike(connection: Connection, organisation: str, frame: FrameInUse) -> frozenset[int]:
    kept = kept_codebook(connection, organisation, frame.label)
    return alike(connection, organisation, kept) if kept else frozenset()


def _waiting(connection: Connection, organisation: str, frame: FrameInUse, walk: Walk, after: int) -> list[int]:
    versions = _alike(connection, organisation, frame)
    return behind(connection, organisation, walk.ids, versions, after, BATCH)


def _map(
    connection: Connection, organisation: str, frame: FrameInUse, walk: Walk, numbers: Sequence[int]
) -> tuple[int, int]:
    """How many codings by persons were mapped, and how many of them were flagged for review instead."""
    of = hold(connection, organisation, numbers)
    judged: list[Judged] = []
    for number, standing in effective(connection, organisation, list(of)).items():
        if not standing.person or standing.codebook == frame.label:
            continue
        found = walk.applied(standing.coding)
        # A person's judgement is not thrown away: where nothing is left of it, it stands as it was, and is flagged.
        coding = found.coding if found.coding.codes else replace(standing.coding, review=True)
        coding = replace(coding, author=author_of(frame.label))
        judged.append(Judged(number, coding, True, found.reason, standing.revision, based_on=standing.id))
    add_codings(connection, organisation, judged, of, frame.id)
    told = [
        {"id": one.verbatim, "external_id": one.coding.verbatim_id, "source": of[one.verbatim].source} for one in judged
    ]
    if told:
        announce(connection, organisation, CORRECTED, {"verbatims": told, "by": author_of(frame.label)})
    flagged = sum(one.reason is not None for one in judged)
    return len(judged) - flagged, flagged
