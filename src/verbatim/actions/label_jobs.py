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
from verbatim.encoders import Encoder, Read, Span, Vectors
from verbatim.learning.adapt import FEWEST, best, review
from verbatim.learning.adapt import Reviewed as Judged
from verbatim.learning.contradictions import Coded, contradictions
from verbatim.learning.examples import Example, corpus_hash, frame_examples, read_corpus
from verbatim.learning.kept_vectors import KeptVectors
from verbatim.learning.label_problems import LabelProblems, label_problems
from verbatim.learning.tuning.rows import marks
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
    judged = review(ring.origin, ring.encoder, [_example(one) for one in found])
    _note(lease, 1)
    told = {"model": ring.origin.label, **_problems(found, judged, ring)}
    _note(lease, 2, told)
    _note(lease, STEPS, told | {"seed": _seed(lease, ring, found, judged)})


def _is_usable(one: PersonCoding, ring: Ring) -> bool:
    known = all(code.id in ring.origin.frame.ids for code in one.coding.coding.codes)
    return known and not one.stored.verbatim.turns and bool(parts_of(one.stored.verbatim))


def _example(one: PersonCoding) -> Example:
    codes = tuple((code.id, code.polarity) for code in one.coding.coding.codes)
    return Example(str(one.stored.id), one.stored.verbatim.text, (), codes, None, None, "und")


def _problems(found: Sequence[PersonCoding], judged: Judged, ring: Ring) -> Values:
    """What is likely wrong with these codings; nothing of so few that nothing is learnt from them."""
    ids = ring.origin.frame.ids
    nothing = LabelProblems(len(found), (), (), ())
    looked = (
        nothing
        if len(found) < FEWEST
        else label_problems(
            best(judged, ring.origin).held[:, : len(ids)].astype(np.float64),
            judged.gold[:, : len(ids)],
            [str(place) for place in range(len(found))],
            ids,
        )
    )
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


def _seed(lease: Lease, ring: Ring, found: Sequence[PersonCoding], judged: Judged) -> Values:
    """What persons contradict of the seed: the examples of the frame, and of a corpus if one is named."""
    examples = [*frame_examples(ring.codebook), *_corpus(ring.codebook)]
    ids = ring.origin.frame.ids
    known = [one for one in examples if one.ids <= set(ids) and parts_of(Verbatim(one.id, one.text))]
    numbers = [str(one.stored.id) for one in found]
    corrected = Coded(numbers, judged.vectors, judged.gold[:, : len(ids)])
    own = models_folder_of(lease.engine, lease.job.organisation) / SEED
    seed = _coded(known, ring, KeptVectors(_Wholes(ring.encoder.behind), own, lambda: _renew(lease)))
    looked = contradictions(seed, corrected, ids)
    told = [{**asdict(one), "neighbours": [int(number) for number in one.neighbours]} for one in looked.found]
    return {
        "examples": looked.examples,
        "asked": looked.asked,
        "contradicted": len({one.example for one in looked.found}),
        "found": rounded(told[:MOST]),
        "sha256": corpus_hash(known),
    }


def _corpus(codebook: Codebook) -> list[Example]:
    """The corpus that the installation names. Raises CorpusError where it cannot be read by this frame."""
    folder = preset().corpus
    return read_corpus(folder, codebook) if folder else []


def _coded(examples: Sequence[Example], ring: Ring, encoder: KeptVectors) -> Coded:
    """Examples with their vectors, which are kept for the next time."""
    texts = [one.text for one in examples]
    vectors = encoder.read(texts, [()] * len(texts)).wholes
    encoder.save()
    count = len(ring.origin.frame.ids)
    rows = [marks(one.ids, ring.origin.frame)[:count] for one in examples]
    return Coded([one.id for one in examples], vectors, np.array(rows, dtype=bool).reshape(len(examples), count))


class _Wholes:
    """An encoder that gives the vectors of whole texts only, cut into clauses as always: so half the room is enough."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, as the encoder itself gives it."""
        return self._encoder.encode(texts)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:  # noqa: ARG002 - as encoders have it
        """Return the rows of whole texts, and none of clauses, whatever spans there are."""
        cut = [parts_of(Verbatim("", text))[0].spans() for text in texts]
        return Read(np.zeros((0, self.dimension), dtype=np.float32), self._encoder.read(texts, cut).wholes)


def _note(lease: Lease, done: int, result: Values | None = None) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.progress(connection, done, STEPS, result)


def _renew(lease: Lease) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.renew(connection)
