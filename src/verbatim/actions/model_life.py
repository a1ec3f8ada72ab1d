"""The life of an organisation's models: listed, explained, compared, promoted, rolled back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from verbatim.actions.champions import folder_of
from verbatim.actions.coding import codebook_of
from verbatim.actions.retraining import RECODE, promote_and_recode, register, reviewed_of
from verbatim.coder import Coder, Model
from verbatim.domain import Coding
from verbatim.errors import ModelError
from verbatim.learning.challenger import Reviewed, part, round_of
from verbatim.learning.contest import Contest, contest
from verbatim.registry import Manifest, load, read_manifest
from verbatim.store.codings import list_models
from verbatim.store.jobs import enqueue
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import person_codings
from verbatim.store.promotions import Promotion, Step, current, history, require_reason, roll_back, standing
from verbatim.store.review import sampled


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


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model as it is listed: whether it codes now, what it was made from, how well it coded gold, and the verdict.

    `l2_weighted` is the F1 at level 2 on what it was measured on; `passed` is None for a model that was not retrained.
    """

    label: str
    current: bool
    parent: str | None
    l2_weighted: float | None
    passed: bool | None
    reasons: tuple[str, ...]
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
class Moved:
    """That another model is the current one: the promotion, and the job that codes all history anew."""

    promotion: Promotion
    job: int


def known_models(keeper: Keeper) -> tuple[KnownModel, ...]:
    """The models that an organisation knows, from the first to the newest; the installation's at least."""
    with reading(keeper.engine, keeper.organisation) as connection:
        stored = list_models(connection, keeper.organisation)
        now = keeper.current(connection)
    found = [_known(one.label, one.facts or {}, one.label == now, one.created) for one in stored]
    if now not in {one.label for one in stored}:
        manifest = read_manifest(keeper.installed)
        facts = {"quality": manifest.quality, "training": manifest.training}
        found.append(_known(manifest.label, facts, manifest.label == now, None))
    return tuple(found)


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

    What either of them has learnt from is left out. Raises ModelError where one is not there, damaged, or of another
    code frame.
    """
    (one, manifest), (other, other_manifest) = (load(keeper.folder(label)) for label in (first, second))
    if one.codebook_fingerprint != other.codebook_fingerprint:
        raise ModelError(f"model {second} codes by {other.codebook}; expected {one.codebook}, as {first} does")
    gold = _gold(keeper, one, (manifest, other_manifest))
    shared = Coder(one)
    beside = Coder(other, shared.encoder if one.encoder == other.encoder else None)
    return contest(round_of(gold, _coded(shared, gold), _coded(beside, gold)), codebook_of(manifest), confidence)


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
    if model.codebook_fingerprint != former.codebook_fingerprint:
        raise ModelError(f"model {label} codes by {model.codebook}; expected {former.codebook}, as {now} does")
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


def _known(label: str, facts: dict[str, Any], now: bool, created: datetime | None) -> KnownModel:
    report, quality = facts.get("report") or {}, facts.get("quality") or {}
    return KnownModel(
        label=label,
        current=now,
        parent=(facts.get("training") or {}).get("parent"),
        l2_weighted=quality.get("l2_weighted"),
        passed=report.get("promoted"),
        reasons=tuple(report.get("reasons", ())),
        created=created,
    )


def _gold(keeper: Keeper, model: Model, manifests: Sequence[Manifest]) -> tuple[Reviewed, ...]:
    now = datetime.now(UTC)
    with reading(keeper.engine, keeper.organisation) as connection:
        drawn = frozenset(sampled(connection, keeper.organisation))
        found = person_codings(connection, keeper.organisation)
        rows = [reviewed_of(one, now) for one in found if one.stored.id in drawn]
    return part(rows, drawn, model.frame, frozenset().union(*(one.taught for one in manifests))).gold


def _coded(coder: Coder, gold: Sequence[Reviewed]) -> list[Coding]:
    return [coding for _, coding in coder.code(one.verbatim for one in gold)]
