"""The life of an organisation's models: listed, explained, compared, promoted, rolled back."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from verbatim import taxonomy
from verbatim.actions.champions import folder_of
from verbatim.actions.coding import codebook_of
from verbatim.actions.frame_in_use import walk
from verbatim.actions.retraining import RECODE, promote_and_recode, register, reviewed_of
from verbatim.actions.stores import models_folder_of
from verbatim.coder import Coder, Model, parts_of
from verbatim.crosswalk import Walk
from verbatim.domain import Coding
from verbatim.encoders import load_encoder
from verbatim.errors import ConflictError, ModelError, NotFoundError
from verbatim.learning.challenger import Reviewed, part, round_of
from verbatim.learning.contest import Contest, contest
from verbatim.learning.kept_vectors import KeptVectors
from verbatim.registry import Manifest, load, read_manifest
from verbatim.store.codings import StoredModel, list_models
from verbatim.store.jobs import enqueue
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import person_codings
from verbatim.store.promotions import Promotion, Step, current, history, require_reason, roll_back, standing
from verbatim.store.publications import history as published
from verbatim.store.publications import in_use
from verbatim.store.records import Values
from verbatim.store.review import sampled
from verbatim.taxonomy import Codebook

State = Literal["champion", "challenger", "retired"]
"""What a model is to an organisation: it codes now, it may yet, it did once."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the models of an organisation in a store; `installed` is the folder of the installation's model."""

    engine: Engine
    organisation: str
    actor: str
    installed: Path

    def current(self, connection: Connection) -> str:
        """The label of the model that codes now."""
        return current(connection, self.organisation) or read_manifest(self.installed).label

    def folder(self, label: str) -> Path:
        """The folder of a model. Raises ModelError where it is not there."""
        return folder_of(self.engine, self.organisation, label, self.installed)

    def require(self, label: str) -> str:
        """The label of a model that the organisation knows, or that ships. Raises NotFoundError for any other one."""
        with reading(self.engine, self.organisation) as connection:
            known = [one.label for one in list_models(connection, self.organisation)]
        try:
            if label not in known:
                self.folder(label)
        except ModelError:
            expected = ", ".join(known) or read_manifest(self.installed).label
            where = f"not in organisation {self.organisation!r}"
            raise NotFoundError(f"model {label!r}: {where}; expected one of {expected}") from None
        return label


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model as it is listed: whether it codes now, what it was made from, how well it coded gold, and the verdict.

    `l2_weighted` is the F1 at level 2 on what it was measured on; `passed` is None for a model that was not retrained,
    as is the number of `corrections` that it learnt from.
    """

    label: str
    current: bool
    state: State
    codebook: str | None
    parent: str | None
    corrections: int | None
    l2_weighted: float | None
    quality: dict[str, Any] | None
    passed: bool | None
    reasons: tuple[str, ...]
    report: dict[str, Any] | None
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that is told of a model: quality, training (data hash, recipe, version of the code), report.

    `sha256` is the hash of its arrays, which were checked; `promotions` are those that it came or went with.
    """

    label: str
    current: bool
    codebook: str
    sha256: str
    quality: dict[str, Any]
    training: dict[str, Any]
    report: dict[str, Any] | None
    promotions: tuple[Promotion, ...]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A retraining on the learning curve: the F1 at level 2 of its champion and of its challenger, with limits.

    It was reached with so many `corrections`, and measured on so many verbatims of `gold`: each on those that there
    were at the time. There are no limits where none were kept.
    """

    label: str
    parent: str | None
    corrections: int
    gold: int
    before: float
    after: float
    low: float | None
    high: float | None
    passed: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """That another model is the current one: the promotion, and the job that codes all history anew."""

    promotion: Promotion
    job: int


def known_models(keeper: Keeper) -> tuple[KnownModel, ...]:
    """The models that an organisation knows, from the first to the newest; the installation's at least."""
    with reading(keeper.engine, keeper.organisation) as connection:
        stored = list_models(connection, keeper.organisation)
        now = keeper.current(connection)
        moves = history(connection, keeper.organisation)
    before = {label for one in moves for label in (one.model, one.former)}
    found = [_known(one.label, one.codebook, one.facts or {}, one.created) for one in stored]
    if now not in {one.label for one in stored}:
        manifest = read_manifest(keeper.installed)
        facts = {"quality": dict(manifest.quality), "training": dict(manifest.training)}
        found.append(_known(manifest.label, str(manifest.values["codebook"]), facts, None))
    return tuple(replace(one, current=one.label == now, state=_state(one, now, before)) for one in found)


def curve(keeper: Keeper) -> tuple[CurvePoint, ...]:
    """What each retraining came to that was measured, from the first to the latest."""
    with reading(keeper.engine, keeper.organisation) as connection:
        stored = list_models(connection, keeper.organisation)
    return tuple(_point(one, one.facts) for one in stored if one.facts and _measured(one.facts))


def past(keeper: Keeper) -> tuple[Promotion, ...]:
    """The promotions of an organisation, from the first to the latest."""
    with reading(keeper.engine, keeper.organisation) as connection:
        return history(connection, keeper.organisation)


def explain(keeper: Keeper, label: str) -> Explained:
    """Everything that is told of a model, whose arrays are checked. Raises ModelError where it is damaged or away."""
    model, manifest = load(keeper.folder(label))
    with reading(keeper.engine, keeper.organisation) as connection:
        now = keeper.current(connection)
        moves = tuple(one for one in history(connection, keeper.organisation) if label in (one.model, one.former))
    report = manifest.values.get("report")
    return Explained(
        label=label,
        current=label == now,
        codebook=model.codebook,
        sha256=str(manifest.values["sha256"]),
        quality=dict(manifest.quality),
        training=dict(manifest.training),
        report=dict(report) if isinstance(report, dict) else None,
        promotions=moves,
    )


def compare(keeper: Keeper, first: str, second: str, confidence: float = 0.95) -> Contest:
    """How the second model differs from the first on what persons have coded of the share that is kept apart.

    What either of them has learnt from is left out. Models of two versions of the organisation's frame are compared by
    that in use. Raises ModelError where one is not there, damaged, or of another code frame.
    """
    (one, manifest), (other, other_manifest) = (load(keeper.folder(label)) for label in (first, second))
    frame, crosswalk = codebook_of(manifest), None
    if one.codebook_fingerprint != other.codebook_fingerprint:
        with reading(keeper.engine, keeper.organisation) as connection:
            _require_same_frame(connection, keeper, one, other)
            frame, crosswalk = _today(connection, keeper, frame)
    gold = _gold(keeper, frame.ids, (manifest, other_manifest))
    encoder = _reader(keeper, one, gold)
    beside = encoder if one.encoder == other.encoder else _reader(keeper, other, gold)
    sides = (_coded(Coder(one, encoder), gold, crosswalk), _coded(Coder(other, beside), gold, crosswalk))
    return contest(round_of(gold, *sides), frame, confidence)


def rival(keeper: Keeper, label: str) -> str:
    """The model that one is best compared with: the current one, or of that the one whose place it took.

    Raises ConflictError where it took no other's place.
    """
    with reading(keeper.engine, keeper.organisation) as connection:
        now = keeper.current(connection)
    if label != now:
        return now
    before = standing(past(keeper))[-2:-1]
    if not before:
        raise ConflictError(f"model {label!r} is the first one; expected another one to compare it with")
    return before[0]


def promote_model(keeper: Keeper, label: str, reason: str) -> Moved:
    """What came of making a model the current one, whatever its verdict was: a job codes all history anew.

    Raises ModelError where it is not there, damaged or of another code frame than the current one, ConflictError where
    it is the current one, StoreError for a blank reason.
    """
    require_reason(reason)
    folder = keeper.folder(label)
    model, manifest = load(folder)
    with reading(keeper.engine, keeper.organisation) as connection:
        now = keeper.current(connection)
    former, former_manifest = load(keeper.folder(now))
    with reading(keeper.engine, keeper.organisation) as connection:
        _require_same_frame(connection, keeper, former, model)
    with writing(keeper.engine, keeper.organisation) as connection:
        for one in (former_manifest, manifest):
            register(connection, keeper.organisation, one)
        job = promote_and_recode(connection, keeper.organisation, Step(label, now, keeper.actor, reason))
        return Moved(history(connection, keeper.organisation)[-1], job)


def roll_back_model(keeper: Keeper, reason: str) -> Moved:
    """What came of bringing back the model that the current one took the place of. Raises as `promote_model`.

    Raises ConflictError where there is none.
    """
    before = standing(past(keeper))[-2:-1]
    for label in before:
        load(keeper.folder(label))
    with writing(keeper.engine, keeper.organisation) as connection:
        promotion = roll_back(connection, keeper.organisation, keeper.actor, reason)
        return Moved(promotion, enqueue(connection, keeper.organisation, RECODE, {}, keeper.actor))


def _known(label: str, codebook: str | None, facts: Values, created: datetime | None) -> KnownModel:
    """A model as its facts tell of it, before it is known which one codes now."""
    report, quality, training = (facts.get(name) or {} for name in ("report", "quality", "training"))
    return KnownModel(
        label=label,
        current=False,
        state="retired",
        codebook=codebook,
        parent=training.get("parent"),
        corrections=training.get("verbatims") if report else None,
        l2_weighted=quality.get("l2_weighted"),
        quality=quality or None,
        passed=report.get("promoted"),
        reasons=tuple(report.get("reasons", ())),
        report=report or None,
        created=created,
    )


def _state(one: KnownModel, now: str, before: Set[str]) -> State:
    if one.label == now:
        return "champion"
    return "retired" if one.passed is None or one.label in before else "challenger"


def _measured(facts: Values) -> bool:
    return "l2_weighted" in ((facts.get("report") or {}).get("contest") or {}).get("figures", {})


def _point(one: StoredModel, facts: Values) -> CurvePoint:
    report, training = facts["report"], facts["training"]
    figure = report["contest"]["figures"]["l2_weighted"]
    low, high = figure.get("limits") or (None, None)
    return CurvePoint(
        label=one.label,
        parent=training.get("parent"),
        corrections=training["verbatims"],
        gold=report["contest"]["n"],
        before=figure["before"],
        after=figure["after"],
        low=low,
        high=high,
        passed=report["promoted"],
        created=one.created,
    )


def _reader(keeper: Keeper, model: Model, gold: Sequence[Reviewed]) -> KeptVectors:
    """The encoder of a model, which has read all gold: what a retraining kept of it, and the rest now."""
    own = models_folder_of(keeper.engine, keeper.organisation)
    encoder = KeptVectors(load_encoder(model.encoder, model.weights), own)
    parts = [part for one in gold for part in parts_of(one.verbatim)]
    encoder.read([one.text for one in parts], [one.spans() for one in parts])
    return encoder


def _require_same_frame(connection: Connection, keeper: Keeper, one: Model, other: Model) -> None:
    """Raise ModelError unless both models code by one frame, or by versions of the organisation's that were in use."""
    versions = {label for one in published(connection, keeper.organisation) for label in (one.former, one.label)}
    if one.codebook_fingerprint != other.codebook_fingerprint and not {one.codebook, other.codebook} <= versions:
        raise ModelError(f"model {other.label} codes by {other.codebook}; expected {one.codebook}, as {one.label} does")


def _today(connection: Connection, keeper: Keeper, frame: Codebook) -> tuple[Codebook, Walk | None]:
    """The version of a frame that is in use, and where every id has gone."""
    kept = in_use(connection, keeper.organisation, frame.fingerprint)
    return taxonomy.parse(kept.content, kept.label) if kept else frame, walk(connection, keeper.organisation)


def _gold(keeper: Keeper, ids: Collection[str], manifests: Sequence[Manifest]) -> tuple[Reviewed, ...]:
    now = datetime.now(UTC)
    with reading(keeper.engine, keeper.organisation) as connection:
        drawn = frozenset(sampled(connection, keeper.organisation))
        found = person_codings(connection, keeper.organisation)
        rows = [reviewed_of(one, now) for one in found if one.stored.id in drawn]
    return part(rows, drawn, ids, frozenset().union(*(one.taught for one in manifests))).gold


def _coded(coder: Coder, gold: Sequence[Reviewed], crosswalk: Walk | None) -> list[Coding]:
    codings = [coding for _, coding in coder.code(one.verbatim for one in gold)]
    return [crosswalk.applied(one).coding for one in codings] if crosswalk else codings
