"""Looking for themes, as a job: segments are read and clustered, and each cluster is a theme that was known, or new.

What is kept is kept in one transaction: the run, its themes, their members. Where a verbatim was changed or erased
meanwhile, everything is looked at again, so that nothing of it stays in words or centroids; where an analyst changed a
theme meanwhile, the clusters are matched again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, select

from verbatim.actions.champions import champion_desk
from verbatim.actions.codebooks import codebook
from verbatim.actions.desk import Desk
from verbatim.actions.figures import Narrowed, facts_of, narrow
from verbatim.actions.stores import THEMES, models_folder_of
from verbatim.actions.theme_segments import Looked, Scope, look
from verbatim.encoders import Encoder
from verbatim.errors import InternalError, LeaseLostError, ModelError
from verbatim.facts import Facts
from verbatim.learning import theming
from verbatim.learning.kept_vectors import KeptVectors
from verbatim.store import audit
from verbatim.store import themes as kept
from verbatim.store.jobs import Lease, begin, enqueue, fail, finish, require_none
from verbatim.store.opening import reading, writing
from verbatim.store.records import Values
from verbatim.store.schema import verbatims
from verbatim.store.statements import BATCH, hold_organisation
from verbatim.store.themes import RESIDUAL, Member, StoredRun, StoredTheme
from verbatim.text.script import traditional
from verbatim.text.terms import terms
from verbatim.themes import (
    Change,
    Cluster,
    Known,
    Match,
    Matched,
    Named,
    State,
    changes_of,
    mask_of,
    matched,
    named,
    state_of,
)

STAGES = 3
"""Steps of a run beside those that read verbatims: clustering, naming, keeping."""

TRIES = 5
RESIDUE = Scope()
WHILE = timedelta(minutes=10)
BROKEN_OFF = "it was broken off"
DONE: frozenset[State] = frozenset({"promoted", "dismissed"})
"""What an analyst decided stays, whatever a run finds."""


@dataclass(frozen=True, slots=True)
class ThemeOrder:
    """For whom, by whom, and in what themes are looked for."""

    organisation: str
    actor: str
    scope: Scope = RESIDUE


@dataclass(frozen=True, slots=True)
class _Found:
    """What was clustered: the segments, the theme of each, and the words of each segment."""

    looked: Looked
    themes: theming.Themes
    words: list[list[Any]]
    encoder: str


@dataclass(frozen=True, slots=True)
class _Theme:
    """A theme to be kept: its number where it was known, its segments by place in `looked`, and what is told of it."""

    id: int | None
    rows: NDArray[np.intp]
    centroid: NDArray[np.float32]
    nearness: NDArray[np.float32]
    words: Named
    match: Match | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be kept of a run: its themes, those there were before, and which of these went into others."""

    themes: Sequence[_Theme]
    former: Sequence[StoredTheme]
    absorbed: Mapping[int, int]


def request_themes(desk: Desk, order: ThemeOrder) -> int:
    """The number of a job that looks for themes.

    Raises ConflictError, naming the job, while another one is waiting or running, CodebookError for a code that there
    is not, NotFoundError for an unknown organisation.
    """
    if order.scope.code is not None:
        codebook(desk, order.organisation)[order.scope.code]
    with writing(desk.engine, order.organisation) as connection:
        return _enqueue(connection, order)


def run_themes(desk: Desk, lease: Lease) -> None:
    """Look for themes as the job's payload says."""
    if lease.job.result:
        return  # kept by a worker that ended before it could say so
    payload = lease.job.payload
    dates = {name: datetime.fromisoformat(payload[name]) for name in ("since", "until") if payload.get(name)}
    order = ThemeOrder(lease.job.organisation, lease.job.actor or "", Scope(payload.get("scope", RESIDUAL), **dates))
    _run(desk, order, lease)


def find_themes(desk: Desk, order: ThemeOrder) -> StoredRun:
    """The run that looked for themes here and now; workers see it as a job. Raises as `request_themes`."""
    if order.scope.code is not None:
        codebook(desk, order.organisation)[order.scope.code]
    with writing(desk.engine, order.organisation) as connection:
        number = _enqueue(connection, order)
        worker = f"command/{token_hex(4)}"
        lease = Lease(desk.engine, begin(connection, number, worker, WHILE), worker, WHILE)
    done = False
    try:
        _run(desk, order, lease)
        done = True
    finally:
        with suppress(LeaseLostError), writing(desk.engine, order.organisation) as connection:
            finish(connection, lease) if done else fail(connection, lease, BROKEN_OFF)
    with reading(desk.engine, order.organisation) as connection:
        run = kept.latest_run(connection, order.organisation, order.scope.name)
    if run is None:
        raise InternalError(f"scope {order.scope.name!r}: no run; expected the one that was just made")
    return run


def _enqueue(connection: Connection, order: ThemeOrder) -> int:
    hold_organisation(connection, order.organisation)
    require_none(connection, order.organisation, THEMES)
    scope = order.scope
    dates = {name: at.isoformat() for name in ("since", "until") if (at := getattr(scope, name)) is not None}
    return enqueue(connection, order.organisation, THEMES, {"scope": scope.name, **dates}, order.actor)


def _run(desk: Desk, order: ThemeOrder, lease: Lease) -> None:
    desk = champion_desk(desk, order.organisation)
    for _ in range(TRIES):
        found = _find(desk, order, lease)
        if _kept(desk, order, lease, found):
            return
    raise InternalError(f"themes: verbatims were changed {TRIES} times while they were looked at; expected some rest")


def _find(desk: Desk, order: ThemeOrder, lease: Lease) -> _Found:
    encoder = theming.Meaning(desk.coder.encoder)
    front = _with_memory(desk.engine, order.organisation, encoder, lambda: _renew(lease))
    frame = codebook(desk, order.organisation)

    def note(done: int, total: int) -> None:
        with writing(lease.engine, order.organisation) as connection:
            lease.progress(connection, done, total + STAGES)

    looked = look(desk.engine, order.organisation, order.scope, frame, front, note)
    if isinstance(front, KeptVectors):
        front.save()
    segments = theming.Segments(looked.texts, looked.languages, looked.matrix(encoder.dimension))
    looked.vectors.clear()
    found = theming.themes_of(segments)
    _renew(lease)
    return _Found(looked, found, [terms(text) for text in looked.texts], encoder.fingerprint)


def _with_memory(engine: Engine, organisation: str, encoder: Encoder, said: Any) -> Encoder:
    """The encoder with what it read for the run before; without, where there is no folder to keep that in."""
    try:
        return KeptVectors(encoder, models_folder_of(engine, organisation) / THEMES, said)
    except ModelError:
        return encoder


def _kept(desk: Desk, order: ThemeOrder, lease: Lease, found: _Found) -> bool:
    """Whether all was kept; not where a verbatim was changed or erased meanwhile."""
    facts = _within(facts_of(desk, order.organisation), order.scope)
    for _ in range(TRIES):
        with reading(desk.engine, order.organisation) as connection:
            known = _known(connection, order, found.encoder)
        same = matched(_clusters(found), [one for one, _ in known], frozenset(found.looked.places))
        former = [stored for _, stored in known]
        draft = _Draft(_drafted(found, same, facts), former, same.absorbed)
        with writing(desk.engine, order.organisation) as connection:
            hold_organisation(connection, order.organisation)
            if not _still_there(connection, order.organisation, found.looked):
                return False
            if _stamps(former) == _stamps(_of_scope(connection, order)):
                _keep(connection, order, lease, found, draft)
                return True
    raise InternalError(f"themes: changed {TRIES} times while they were matched; expected some rest")


def _known(connection: Connection, order: ThemeOrder, encoder: str) -> list[tuple[Known, StoredTheme]]:
    """The themes of the scope with their members; centroids of another encoder are not compared."""
    stored = _of_scope(connection, order)
    run = kept.latest_run(connection, order.organisation, order.scope.name)
    comparable = run is not None and run.encoder == encoder
    places: dict[int, set[tuple[int, int, int]]] = {}
    for one in kept.members(connection, order.organisation, [theme.id for theme in stored]):
        turn = -1 if one.turn is None else one.turn
        places.setdefault(one.theme, set()).add((one.verbatim, turn, one.start))
    return [
        (
            Known(
                theme.id,
                frozenset(places.get(theme.id, ())),
                theme.centroid if comparable else None,
                theme.into if theme.state == "merged" else None,
            ),
            theme,
        )
        for theme in stored
    ]


def _of_scope(connection: Connection, order: ThemeOrder) -> tuple[StoredTheme, ...]:
    return kept.list_themes(connection, order.organisation, order.scope.name)


def _stamps(stored: Sequence[StoredTheme]) -> list[tuple[object, ...]]:
    return [(one.id, one.state, one.into, one.last_run, one.changed) for one in stored]


def _still_there(connection: Connection, organisation: str, looked: Looked) -> bool:
    numbers = sorted(looked.revisions)
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        own = verbatims.c.organisation == organisation, verbatims.c.id.in_(some)
        there = dict(connection.execute(select(verbatims.c.id, verbatims.c.revision).where(*own)).all())
        if any(there.get(number) != looked.revisions[number] for number in some):
            return False
    return True


def _clusters(found: _Found) -> list[Cluster]:
    places, labels = found.looked.places, found.themes.labels
    return [
        Cluster(frozenset(places[row] for row in np.flatnonzero(labels == label)), centroid)
        for label, centroid in enumerate(found.themes.centroids)
    ]


def _within(facts: Facts, scope: Scope) -> Facts:
    """The facts of the period that was looked at."""
    return narrow(facts, Narrowed(scope.since and scope.since.date(), scope.until and scope.until.date()))


def _drafted(found: _Found, same: Matched, facts: Facts) -> list[_Theme]:
    """The themes to be kept; clusters that are one theme are one, and what stays what it was is a theme too."""
    labels, numbers = found.themes.labels, found.looked.numbers
    by_cluster = {one.cluster: one for one in same.matches}
    groups: dict[tuple[bool, int], list[int]] = {}
    for cluster in range(len(found.themes.centroids)):
        match = by_cluster.get(cluster)
        groups.setdefault((match is not None, match.id if match else cluster), []).append(cluster)
    rows = [np.flatnonzero(np.isin(labels, group)) for group in groups.values()]
    ids = [id if known else None for known, id in groups]
    matches = [_best(by_cluster, group) for group in groups.values()]
    at = {place: row for row, place in enumerate(found.looked.places)}
    for id, places in same.staying.items():
        rows.append(np.array(sorted(at[place] for place in places), dtype=np.intp))
        ids.append(id)
        matches.append(None)
    together = np.full(len(labels), theming.NOWHERE)
    for place, own in enumerate(rows):
        together[own] = place
    words = named(found.words, together, len(rows))
    changes = changes_of(facts, [mask_of(facts, np.unique(numbers[own])) for own in rows])
    middles = [found.themes.middle(own) for own in rows]
    return [
        _Theme(id, own, middle, found.themes.level[own] @ middle, name, match, change)
        for id, own, middle, name, match, change in zip(ids, rows, middles, words, matches, changes, strict=True)
    ]


def _best(by_cluster: Mapping[int, Match], group: Sequence[int]) -> Match | None:
    return max((by_cluster[one] for one in group if one in by_cluster), key=lambda one: one.score, default=None)


def _keep(connection: Connection, order: ThemeOrder, lease: Lease, found: _Found, draft: _Draft) -> None:
    organisation, looked, drafted = order.organisation, found.looked, draft.themes
    placed = int(sum(len(one.rows) for one in drafted))
    run = kept.add_run(connection, organisation, _run_values(order, lease, found, placed))
    states = {one.id: one.state for one in draft.former}
    rows: list[Member] = []
    for one in drafted:
        number = _put(connection, order, run, one, states)
        rows += _members(number, one, found.looked)
    _let_go(connection, organisation, run, draft)
    kept.put_members(connection, organisation, order.scope.name, rows)
    fresh = sum(one.id is None for one in drafted)
    result = {"run": run, "segments": len(looked.places), "placed": placed, "themes": len(drafted), "new": fresh}
    audit.record(connection, organisation, audit.Event(order.actor, "themes", f"themes:{order.scope.name}", result))
    total = lease.job.total or len(looked.revisions) + STAGES
    lease.progress(connection, total, total, result)


def _let_go(connection: Connection, organisation: str, run: int, draft: _Draft) -> None:
    """Say of the themes that were not found again what became of them; what an analyst decided stays."""
    found = {one.id for one in draft.themes}
    for theme in draft.former:
        if theme.id in found or theme.state in DONE | {"merged"}:
            continue
        into = draft.absorbed.get(theme.id)
        gone: Values = {"state": "merged", "into_id": into} if into else {"state": "fading"}
        kept.change_theme(connection, organisation, theme.id, {**gone, "last_run": run, "match": None})


def _run_values(order: ThemeOrder, lease: Lease, found: _Found, placed: int) -> Values:
    return {
        "scope": order.scope.name,
        "since": order.scope.since,
        "until": order.scope.until,
        "encoder": found.encoder,
        "plan": asdict(theming.Plan()),
        "segments": len(found.looked.places),
        "verbatims": len(found.looked.revisions),
        "placed": placed,
        "job": lease.job.id,
        "actor": order.actor,
    }


def _put(connection: Connection, order: ThemeOrder, run: int, one: _Theme, states: Mapping[int, State]) -> int:
    """The number of a theme that is kept, changed or new."""
    state = state_of(fresh=one.id is None, size=len(one.rows), change=one.change)
    values: Values = {
        "scope": order.scope.name,
        "words": _by_language(one.words),
        "state": states[one.id] if one.id is not None and states[one.id] in DONE else state,
        "last_run": run,
        "centroid": one.centroid,
        "match": asdict(one.match) if one.match else None,
        "change": asdict(one.change) if one.change else None,
    }
    if one.id is None:
        return kept.add_theme(connection, order.organisation, {**values, "first_run": run})
    kept.change_theme(connection, order.organisation, one.id, values)
    return one.id


def _by_language(words: Named) -> dict[str, list[str]]:
    found = {
        "en": list(words.english),
        "zh-Hans": list(words.chinese),
        "zh-Hant": [traditional(one) for one in words.chinese],
    }
    return {language: some for language, some in found.items() if some}


def _members(number: int, one: _Theme, looked: Looked) -> list[Member]:
    made = []
    for row, nearness in zip(one.rows.tolist(), one.nearness.tolist(), strict=True):
        verbatim, turn, start = looked.places[row]
        at = None if turn < 0 else turn
        made.append(
            Member(number, verbatim, looked.revisions[verbatim], at, start, looked.ends[row], round(nearness, 5))
        )
    return made


def _renew(lease: Lease) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.renew(connection)
