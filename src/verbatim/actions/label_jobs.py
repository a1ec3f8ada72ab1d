"""The labels of an organisation looked through, as a job: what persons coded likely wrong, codes that blur, seed rows
that persons contradict.

Every coding by a person is judged by a correction that was learnt from the others, on top of the model that the
organisation started with. Seed rows are the examples of the code frame, and those of the corpus that VERBATIM_CORPUS
names. What a job keeps are numbers, ids and codes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy import Engine

from verbatim.actions.desk import Desk
from verbatim.actions.retraining import RetrainOrder, Ring, ring_of, rounded
from verbatim.actions.stores import models_folder_of
from verbatim.coder import parts_of
from verbatim.domain import Verbatim
from verbatim.learning.adapt import FEWEST, Learnt, best, learn, review
from verbatim.learning.adapt import Reviewed as Judged
from verbatim.learning.contradictions import Coded, Contradiction, Told, contradictions
from verbatim.learning.examples import Codes, Example, corpus_hash, frame_examples, read_corpus
from verbatim.learning.kept_vectors import KeptVectors
from verbatim.learning.label_problems import LabelProblems, label_problems
from verbatim.settings import preset
from verbatim.store.codings import effective
from verbatim.store.jobs import Lease, StoredJob, enqueue, latest, require_none
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import PersonCoding, person_codings
from verbatim.store.records import Values
from verbatim.store.statements import hold_organisation
from verbatim.taxonomy import Codebook

LABELS = "labels"
"""The kind of the job."""

STEPS = 3

MOST = 200
"""So many likely errors, and so many contradicted examples, are kept: the likeliest."""

SEED = "seed"
"""The folder, beside an organisation's own models, of the vectors of seed rows."""


@dataclass(frozen=True, slots=True)
class LabelReview:
    """What the latest look at the labels found, without what was settled since: coded anew, changed or erased.

    `result` is that of the job, `settled` counts what is left out of it.
    """

    job: StoredJob
    result: Values
    settled: int


def request_labels(engine: Engine, organisation: str, actor: str) -> int:
    """The number of a job that looks through the labels.

    Raises ConflictError, naming the job, while another one is waiting or running, NotFoundError for an unknown
    organisation.
    """
    with writing(engine, organisation) as connection:
        hold_organisation(connection, organisation)
        require_none(connection, organisation, LABELS)
        return enqueue(connection, organisation, LABELS, {}, actor, STEPS)


def label_review(engine: Engine, organisation: str) -> LabelReview | None:
    """What the latest look at the labels found; None where there was none yet."""
    with reading(engine, organisation) as connection:
        job = latest(connection, organisation, LABELS)
        if job is None or job.result is None:
            return None
        problems = job.result["problems"]
        now = effective(connection, organisation, [one["verbatim"] for one in problems])
    open_ = [one for one in problems if one["verbatim"] in now and now[one["verbatim"]].id == one["coding"]]
    return LabelReview(job, {**job.result, "problems": open_}, len(problems) - len(open_))


def run_labels(desk: Desk, lease: Lease) -> None:
    """Look through the labels, and keep in the job what was found."""
    organisation = lease.job.organisation
    order = RetrainOrder(organisation, lease.job.actor or "", desk.manifest.folder)
    ring = ring_of(lease.engine, order, lambda: _renew(lease))
    with reading(lease.engine, organisation) as connection:
        found = [one for one in person_codings(connection, organisation) if _is_usable(one, ring)]
    judged = review(ring.origin, ring.encoder, [_example(one, ring) for one in found])
    _note(lease, 1)
    learnt = best(judged, ring.origin) if len(found) >= FEWEST else None
    looked = _problems(found, judged, learnt, ring)
    _note(lease, 2)
    told = {"model": ring.origin.label, **looked, "seed": _seed(lease, ring, judged, learnt, found)}
    _note(lease, STEPS, told)


def _is_usable(one: PersonCoding, ring: Ring) -> bool:
    known = all(id in ring.origin.frame.ids for id, _ in _codes(one, ring))
    return known and not one.stored.verbatim.turns and bool(parts_of(one.stored.verbatim))


def _codes(one: PersonCoding, ring: Ring) -> Codes:
    """The codes that a person gave, by the ids of the model."""
    codes = tuple((code.id, code.polarity) for code in one.coding.coding.codes)
    return ring.learner.codes(codes) if ring.learner else codes


def _example(one: PersonCoding, ring: Ring) -> Example:
    return Example(str(one.stored.id), one.stored.verbatim.text, (), _codes(one, ring), None, None, "und")


def _problems(found: Sequence[PersonCoding], judged: Judged, learnt: Learnt | None, ring: Ring) -> Values:
    """What is likely wrong with these codings; nothing of so few that nothing is learnt from them."""
    ids = ring.origin.frame.ids
    looked = LabelProblems(len(found), (), (), ())
    if learnt is not None:
        held, gold = learnt.held[:, : len(ids)].astype(np.float64), judged.gold[:, : len(ids)]
        looked = label_problems(held, gold, [str(place) for place in range(len(found))], ids)
    problems = [
        {
            "verbatim": found[int(one.example)].stored.id,
            "coding": found[int(one.example)].coding.id,
            "code": one.code,
            "given": one.given,
            "probability": one.probability,
            "margin": one.margin,
        }
        for one in looked.problems
    ]
    return {
        "examples": looked.examples,
        "likely": len(problems),
        "problems": rounded(problems[:MOST]),
        "noise": rounded([asdict(one) for one in looked.noise if one.wrong or one.missing]),
        "blurred": rounded([asdict(one) for one in looked.blurred]),
    }


def _seed(lease: Lease, ring: Ring, judged: Judged, learnt: Learnt | None, found: Sequence[PersonCoding]) -> Values:
    """What persons contradict of the seed: the examples of the frame, and of a corpus if one is named."""
    ids = ring.origin.frame.ids
    examples = [*frame_examples(ring.codebook), *_corpus(ring.codebook)]
    known = [one for one in examples if one.ids <= set(ids) and parts_of(Verbatim(one.id, one.text))]
    looked: tuple[Contradiction, ...] = ()
    if learnt is not None:
        own = models_folder_of(lease.engine, lease.job.organisation) / SEED
        encoder = KeptVectors(ring.encoder.behind, own, lambda: _renew(lease))
        taught = review(ring.origin, encoder, known)
        encoder.save()
        before = Told(taught.scores[:, : len(ids)], ring.origin.thresholds.given)
        # All that there is to learn, though less may code better: what it would move is asked, not whether it should.
        scores = (learnt.correction or learn(judged.taught)).applied(taught.scores, taught.vectors)[:, : len(ids)]
        corrected = Coded([str(one.stored.id) for one in found], judged.gold[:, : len(ids)], judged.vectors)
        seed = Coded([one.id for one in known], taught.gold[:, : len(ids)], taught.vectors)
        looked = contradictions(seed, before, Told(scores, ring.origin.thresholds.given), corrected, ids)
    told = [{**asdict(one), "nearest": [int(number) for number in one.nearest]} for one in looked[:MOST]]
    return {
        "examples": len(known),
        "contradicted": len({one.example for one in looked}),
        "found": rounded(told),
        "sha256": corpus_hash(known),
    }


def _corpus(codebook: Codebook) -> list[Example]:
    """The corpus that the installation names. Raises CorpusError where it cannot be read by this frame."""
    folder = preset().corpus
    return read_corpus(folder, codebook) if folder else []


def _note(lease: Lease, done: int, result: Values | None = None) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.progress(connection, done, STEPS, result)


def _renew(lease: Lease) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.renew(connection)
