"""What persons have corrected teaches a challenger, which takes the champion's place if it is better on gold.

    corrections ─► split by respondent ─► challenger ─► contest on gold ─► verdict ─► kept, or promoted and a recode job

A challenger learns all corrections at once, on top of the model that the organisation started with (`learning.adapt`),
which is grown first by codes that its frame did not have (`learning.growth`).
Gold is the share that is kept apart at random: nothing is learnt from it, nor from whoever said it.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

import verbatim
from verbatim import taxonomy
from verbatim.actions.champions import champion_folder, folder_of
from verbatim.actions.coding import codebook_of
from verbatim.actions.frame_in_use import walk
from verbatim.actions.stores import models_folder_of
from verbatim.coder import Coder, Model, parts_of
from verbatim.crosswalk import Learner
from verbatim.domain import Coding
from verbatim.encoders import load_encoder
from verbatim.errors import ModelError
from verbatim.learning.adapt import FEWEST, adapted
from verbatim.learning.challenger import Parted, Reviewed, part, round_of, taught_of, told_by, weights_of
from verbatim.learning.contest import Contest, contest
from verbatim.learning.examples import corpus_hash
from verbatim.learning.growth import Base, Soil, base_of, shown
from verbatim.learning.kept_vectors import KeptVectors
from verbatim.learning.policy import Policy, Verdict, judge, too_few, unjudged
from verbatim.learning.respondents import Respondent
from verbatim.registry import CODEBOOK, Manifest, labels, load, save
from verbatim.store import audit
from verbatim.store.codebook_versions import keep_codebook, kept_codebook
from verbatim.store.codings import list_models, register_model
from verbatim.store.jobs import enqueue
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import PersonCoding, person_codings
from verbatim.store.promotions import LONGEST_REASON, Step, promote, require_reason
from verbatim.store.publications import in_use
from verbatim.store.records import Values
from verbatim.store.review import sampled
from verbatim.store.statements import hold_organisation
from verbatim.taxonomy import Codebook

RETRAIN, RECODE = "retrain", "recode"
"""The kinds of the jobs that make a challenger, and that code all history anew."""

OWN = "-own"
"""What the name of an organisation's own models ends with: b2b@7 leads to b2b-own@1. None that ships is called so."""

DIGITS = 4

Note = Callable[[Connection, int, Values | None], None]
"""Notes in the transaction of the work how far it has come, of STEPS, and what came of it."""

STEPS = 3

Said = Callable[[], None]


def _unnoted(_connection: Connection, _done: int, _result: Values | None) -> None:
    """Note nothing."""


def _silent() -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class RetrainOrder:
    """For whom, by whom, and by which policy a challenger is made.

    `override` is the reason for which it takes the champion's place whatever the verdict. `gold` are the numbers of the
    verbatims to measure on in place of those that were drawn for it. `installed` is the folder of the installation's
    model.
    """

    organisation: str
    actor: str
    installed: Path
    policy: Policy = field(default_factory=Policy)
    override: str | None = None
    gold: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a retraining: the challenger's label, None where nothing was learnt, and the reasons in words.

    `corrections` were learnt from, `gold` measured on; `left_out` counts what was neither, by the reason why. `encoded`
    counts the texts that had not been read before. `recode` is the job that codes all history anew. `grounds` are the
    reasons as values. `new_codes` counts the examples of each code that was learnt though the origin has none of it,
    `scarce` those of each that has too few yet.
    """

    champion: str
    challenger: str | None
    promoted: bool
    overridden: bool
    reasons: tuple[str, ...]
    corrections: int
    gold: int
    contest: Contest | None
    left_out: Mapping[str, int]
    encoded: int
    recode: int | None
    grounds: tuple[Mapping[str, Any], ...] = ()
    new_codes: Mapping[str, int] = field(default_factory=dict)
    scarce: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as JSON takes it, its figures rounded."""
        return dict(rounded(asdict(self)))


def retrain(engine: Engine, order: RetrainOrder, note: Note = _unnoted, said: Said = _silent) -> Outcome:
    """What came of a retraining: a challenger in the organisation's folder of models, promoted where it is better.

    `note` is called in each transaction, `said` after every piece of work. Fewer than ten corrections teach nothing.
    Raises ModelError where the champion, or the model that it came from, is not there or was changed, ConflictError
    where another model was promoted meanwhile, StoreError for an override without a reason.
    """
    if order.override is not None:
        require_reason(order.override)
    ring = ring_of(engine, order, said)
    base, parted = _parted(engine, order, ring)
    label = _next_label(engine, order.organisation, ring)
    examples = [one.example for one in parted.taught]
    weights = weights_of(parted.taught, order.policy.weights)
    learnt = adapted(base.model, ring.encoder, examples, label, weights, base.fresh)
    if learnt.model is base.model:
        return _nothing_learnt(engine, _Trial(order, ring, base, parted), note)
    challenger = shown(learnt.model, base.fresh)
    with writing(engine, order.organisation) as connection:
        note(connection, 1, None)
    found = _contest(ring, base, challenger, parted.gold, order.policy)
    ring.encoder.save()
    verdict = judge(found, order.policy, learnt.coherence)
    return _kept(engine, _Trial(order, ring, base, parted, found, verdict, learnt.coherence), challenger, note)


@dataclass(frozen=True, slots=True)
class Ring:
    """The champion, the model that it came from with its frame, their manifests, the encoder of both.

    `learner` knows what became of the ids of the latter; None where nothing did.
    """

    champion: Model
    manifest: Manifest
    origin: Model
    origin_manifest: Manifest
    codebook: Codebook
    encoder: KeptVectors
    learner: Learner | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    """All that is known of a challenger when it was measured."""

    order: RetrainOrder
    ring: Ring
    base: Base
    parted: Parted
    found: Contest = field(default_factory=lambda: Contest(0, 0, {}, {}))
    verdict: Verdict = field(default_factory=lambda: Verdict(False, ()))
    coherence: float = 0.0

    @property
    def reason(self) -> str | None:
        """Why the challenger is to be promoted; None where it is not."""
        if self.order.override is not None:
            return self.order.override
        return "; ".join(self.verdict.reasons)[:LONGEST_REASON] if self.verdict.promoted else None

    def facts(self) -> dict[str, Any]:
        """What is told of the challenger beside its arrays."""
        ring, found = self.ring, self.found
        told = {name: round(change.after, 3) for name, change in found.figures.items()}
        return {
            "quality": {
                "measured_on": f"{found.n} verbatims of {found.respondents} respondents, of the share kept apart",
                **told,
                "per_code": {id: {"f1": round(one.after, 3), "n": one.n} for id, one in found.codes.items()},
            },
            "training": {
                "recipe": self.order.policy.as_json(),
                "verbatims": len(self.parted.taught),
                "corpus_sha256": corpus_hash([one.example for one in self.parted.taught]),
                "verbatim": verbatim.__version__,
                "parent": ring.champion.label,
                "origin": ring.origin.label,
                "origin_sha256": ring.origin_manifest.values["sha256"],
            },
            "report": {
                "promoted": self.verdict.promoted,
                "reasons": list(self.verdict.reasons),
                "grounds": [one.as_json() for one in self.verdict.grounds],
                "coherence": round(self.coherence, 1),
                "left_out": dict(self.parted.left_out),
                **({"new_codes": dict(self.base.new)} if self.base.new else {}),
                **({"scarce": dict(self.base.scarce)} if self.base.scarce else {}),
                "changed": {"corrections": _changed(self.parted.taught), "gold": _changed(self.parted.gold)},
                "unjudged": list(unjudged(found, self.order.policy)),
                "contest": rounded(asdict(found)),
            },
        }


def _changed(rows: Sequence[Reviewed]) -> dict[str, int]:
    """How many of these codings by persons are not what a model said: many more than of gold make one wonder."""
    return {"n": len(rows), "changed": sum(one.changed for one in rows)}


def ring_of(engine: Engine, order: RetrainOrder, said: Said = _silent) -> Ring:
    """The models and the encoder that a retraining works with. Raises ModelError as `retrain`."""
    folder = champion_folder(engine, order.organisation, order.installed)
    champion, manifest = load(folder)
    origin, origin_manifest = (champion, manifest) if champion.correction is None else _origin(engine, order, manifest)
    own = models_folder_of(engine, order.organisation)
    encoder = KeptVectors(load_encoder(origin.encoder, origin.weights), own, said)
    with reading(engine, order.organisation) as connection:
        walked = walk(connection, order.organisation)
    learner = Learner(walked, origin.frame.ids) if walked else None
    return Ring(champion, manifest, origin, origin_manifest, codebook_of(origin_manifest), encoder, learner)


def _origin(engine: Engine, order: RetrainOrder, manifest: Manifest) -> tuple[Model, Manifest]:
    """The model that a champion came from. Raises ModelError where it is not told, not there, or another one by now."""
    label, expected = (manifest.training.get(name) for name in ("origin", "origin_sha256"))
    if not isinstance(label, str):
        raise ModelError(f"model {manifest.label} was adapted elsewhere; expected one that verbatim retrain made")
    model, found = load(folder_of(engine, order.organisation, label, order.installed))
    if found.values["sha256"] != expected:
        raise ModelError(f"model {label} is another one than {manifest.label} came from; expected {expected}")
    return model, found


def _parted(engine: Engine, order: RetrainOrder, ring: Ring) -> tuple[Base, Parted]:
    """What is learnt on top of, and what is learnt and measured on, told by its ids."""
    now = datetime.now(UTC)
    with reading(engine, order.organisation) as connection:
        reviewed = [reviewed_of(one, now) for one in person_codings(connection, order.organisation)]
        drawn = frozenset(sampled(connection, order.organisation) if order.gold is None else order.gold)
        kept = in_use(connection, order.organisation, ring.codebook.fingerprint) if ring.learner else None
    base = Base(ring.origin, ring.codebook, ring.learner)
    if ring.learner and kept:
        soil = Soil(ring.origin, ring.codebook, taxonomy.parse(kept.content, kept.label), ring.learner.walk)
        held = Learner(soil.walk, ring.champion.frame.ids)
        base = base_of(soil, partial(taught_of, reviewed, drawn), {*held.ids, *held.known()})
    return base, part(told_by(reviewed, base.learner), drawn, base.model.frame.ids, ring.manifest.taught)


def _next_label(engine: Engine, organisation: str, ring: Ring) -> str:
    """The next label of the organisation's own models, which no model that ships will ever have."""
    name = ring.origin.label.rpartition("@")[0].removesuffix(OWN) + OWN
    with reading(engine, organisation) as connection:
        known = [one.label for one in list_models(connection, organisation)]
    known += labels(models_folder_of(engine, organisation))
    versions = [int(label.rpartition("@")[2]) for label in known if label.rpartition("@")[0] == name]
    return f"{name}@{max(versions, default=0) + 1}"


def _contest(ring: Ring, base: Base, challenger: Model, gold: Sequence[Reviewed], policy: Policy) -> Contest:
    parts = [one for row in gold for one in parts_of(row.verbatim)]
    ring.encoder.read([one.text for one in parts], [one.spans() for one in parts])
    codings = [_codings(model, ring, base, gold) for model in (ring.champion, challenger)]
    return contest(round_of(gold, *codings), base.codebook, policy.confidence)


def _codings(model: Model, ring: Ring, base: Base, gold: Sequence[Reviewed]) -> list[Coding]:
    codings = [coding for _, coding in Coder(model, ring.encoder).code(one.verbatim for one in gold)]
    return [base.learner.coding(one) for one in codings] if base.learner else codings


def _kept(engine: Engine, trial: _Trial, challenger: Model, note: Note) -> Outcome:
    """Save the challenger, make it known, and promote it where there is a reason to."""
    order, ring, base, facts = trial.order, trial.ring, trial.base, trial.facts()
    own = models_folder_of(engine, order.organisation)
    _keep_origin(ring.origin_manifest, own)
    folder = save(challenger, own, {**facts, "taught": [one.number for one in trial.parted.taught]})
    if base.new:
        (folder / CODEBOOK).write_text(taxonomy.written(base.codebook), encoding="utf-8")
    elif (ring.origin_manifest.folder / CODEBOOK).is_file():
        shutil.copyfile(ring.origin_manifest.folder / CODEBOOK, folder / CODEBOOK)
    with writing(engine, order.organisation) as connection:
        hold_organisation(connection, order.organisation)
        register(connection, order.organisation, ring.manifest)
        register_model(connection, order.organisation, challenger.label, base.codebook.label, facts)
        recode = None
        if trial.reason is not None:
            step = Step(challenger.label, ring.champion.label, order.actor, trial.reason)
            recode = promote_and_recode(connection, order.organisation, step)
        outcome = _outcome(trial, challenger.label, recode)
        _record(connection, order, outcome)
        note(connection, STEPS, told(outcome))
    return outcome


def reviewed_of(one: PersonCoding, now: datetime) -> Reviewed:
    """What the store knows of a person's coding, ready to learn from or to measure on."""
    return Reviewed(
        number=one.stored.id,
        verbatim=one.stored.verbatim,
        codes=tuple((code.id, code.polarity) for code in one.coding.coding.codes),
        respondent=Respondent(one.contact, one.account, one.words),
        days=(now - one.coding.created).total_seconds() / 86_400,
        changed=one.changed,
    )


def promote_and_recode(connection: Connection, organisation: str, step: Step) -> int:
    """The job that codes all history by the model that is the current one from now on. Raises as `promote`."""
    promote(connection, organisation, step)
    return enqueue(connection, organisation, RECODE, {}, step.actor)


def register(connection: Connection, organisation: str, manifest: Manifest) -> None:
    """Make a model and its frame known to an organisation; nothing changes where they are."""
    frame = codebook_of(manifest)
    facts = {name: manifest.values[name] for name in ("quality", "training", "report") if name in manifest.values}
    register_model(connection, organisation, manifest.label, frame.label, facts)
    if kept_codebook(connection, organisation, frame.label) is None:
        keep_codebook(connection, organisation, frame.label, frame.fingerprint, taxonomy.written(frame))


def told(outcome: Outcome) -> Values:
    """What a job tells of an outcome: numbers, labels and our own words."""
    found = outcome.as_json()
    gains = {name: change["gain"] for name, change in (found.pop("contest") or {"figures": {}})["figures"].items()}
    return {**found, "gains": gains}


def _keep_origin(manifest: Manifest, own: Path) -> None:
    """Copy the model that a challenger came from beside it: an upgrade of this software may ship it no longer."""
    target = own / manifest.label
    if manifest.folder.parent == own or (target / "manifest.json").is_file():
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in (*manifest.files, CODEBOOK, "CARD.md", "manifest.json"):
        if (manifest.folder / name).is_file():
            shutil.copyfile(manifest.folder / name, target / name)


def _nothing_learnt(engine: Engine, trial: _Trial, note: Note) -> Outcome:
    verdict = Verdict(False, (too_few(len(trial.parted.taught), FEWEST),))
    outcome = _outcome(replace(trial, verdict=verdict), None, None)
    with writing(engine, trial.order.organisation) as connection:
        note(connection, STEPS, told(outcome))
    return outcome


def _outcome(trial: _Trial, challenger: str | None, recode: int | None) -> Outcome:
    return Outcome(
        champion=trial.ring.champion.label,
        challenger=challenger,
        promoted=recode is not None,
        overridden=recode is not None and not trial.verdict.promoted,
        reasons=trial.verdict.reasons,
        corrections=len(trial.parted.taught),
        gold=len(trial.parted.gold),
        contest=trial.found if challenger else None,
        left_out=trial.parted.left_out,
        encoded=trial.ring.encoder.encoded,
        recode=recode,
        grounds=tuple(one.as_json() for one in trial.verdict.grounds),
        new_codes=trial.base.new,
        scarce=trial.base.scarce,
    )


def _record(connection: Connection, order: RetrainOrder, outcome: Outcome) -> None:
    details = {"promoted": outcome.promoted, "corrections": outcome.corrections, "gold": outcome.gold}
    audit.record(
        connection, order.organisation, audit.Event(order.actor, RETRAIN, f"model:{outcome.challenger}", details)
    )


def rounded(value: Any) -> Any:
    """Return a value with every fraction in it rounded."""
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return round(value, DIGITS) if isinstance(value, float) else value
