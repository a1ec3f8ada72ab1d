"""Which theme of this run is which of the former one, so that a theme keeps its number from month to month.

    likeness   the cosine of both centroids
    shared     |A ∩ B| / |A ∪ B|, over the segments that belonged to some theme before and were looked at now
    score      the mean of both; where one of them cannot be told, the other alone

The assignment that has the greatest sum of scores is taken, one to one (H. W. Kuhn 1955, as scipy solves it), and only
pairs that reach a least score. A cluster that is left over is taken in

    by a theme that it broke off from, as long as it still resembles that one, and
    by a theme into which somebody merged the one that it resembles;

else it is new. A theme that is left over goes into the one that most of its members are in now; if most of them are in
none, they stay what they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int, int]
"""Where a segment stands: the number of its verbatim, its turn (-1 in a reply), its start."""

Vector = NDArray[np.float32]
Scores = NDArray[np.float64]

LEAST = 0.45
"""A theme is the same from this score on."""

LEAST_LIKE = 0.8
"""The same where only centroids can be compared."""

MOST_OF = 0.5
"""A theme that is left over goes into another that has more than this share of its members now."""


LEAST_PART = 0.7
"""The likeness from which on a part that broke off stays with its theme."""

KNOWN_OF_PART = 0.3
"""The share of such a part's members that belonged to some theme before, at least."""

FEWEST = 6
"""So many members that are in no cluster now keep a theme there."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a run has found: where its members stand, and their centroid (d,)."""

    members: frozenset[Place]
    centroid: Vector


@dataclass(frozen=True, slots=True)
class Known:
    """A theme of former runs: its number, members and centroid, None where it cannot be compared; `into`: merged."""

    id: int
    members: frozenset[Place]
    centroid: Vector | None
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """That a cluster, by its place, is a theme that was known: the score, and what it is made of, None for untold."""

    cluster: int
    id: int
    score: float
    likeness: float | None
    shared: float | None


@dataclass(frozen=True, slots=True)
class Matched:
    """The clusters that were known; a cluster without is new.

    By number, of themes that no cluster is: into which others they went, and where those stand that stay so.
    """

    matches: tuple[Match, ...]
    absorbed: Mapping[int, int]
    staying: Mapping[int, frozenset[Place]]


def matched(clusters: Sequence[Cluster], known: Sequence[Known], looked_at: frozenset[Place]) -> Matched:
    """Which clusters are themes that were known. `looked_at` are the segments of this run, placed or not."""
    if not clusters or not known:
        return Matched((), {}, _staying(known, clusters, looked_at) if known else {})
    scored = _scored(clusters, known, looked_at)
    roots = [place for place, one in enumerate(known) if one.into is None]
    pairs = _assigned(scored.score[:, roots]) if roots else []
    found = [_match(scored, cluster, roots[at], known[roots[at]].id) for cluster, at in pairs]
    found += _parts(scored, clusters, known, found)
    rest = sorted(set(range(len(clusters))) - {one.cluster for one in found})
    found += _taken_in(scored, rest, known)
    owners = {one.cluster: one.id for one in found}
    left = [known[place] for place in roots if known[place].id not in owners.values()]
    absorbed = _absorbed(left, clusters, owners, looked_at)
    staying = _staying([one for one in left if one.id not in absorbed], clusters, looked_at)
    return Matched(tuple(sorted(found, key=lambda one: one.cluster)), absorbed, staying)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Of every cluster with every theme: score, likeness and shared, (clusters, known); NaN for what is not told."""

    score: Scores
    likeness: Scores
    shared: Scores


def _scored(clusters: Sequence[Cluster], known: Sequence[Known], looked_at: frozenset[Place]) -> _Scored:
    likeness = _likeness(clusters, known)
    shared = _shared(clusters, known, looked_at)
    both = np.where(np.isnan(shared), likeness, np.where(np.isnan(likeness), shared, (likeness + shared) / 2))
    alone = np.isnan(shared) & ~np.isnan(likeness)
    enough = np.where(alone, both >= LEAST_LIKE, both >= LEAST)
    return _Scored(np.where(enough, both, 0.0), likeness, shared)


def _likeness(clusters: Sequence[Cluster], known: Sequence[Known]) -> Scores:
    found = np.full((len(clusters), len(known)), np.nan)
    told = [place for place, one in enumerate(known) if one.centroid is not None]
    if told:
        ours = _unit(np.stack([one.centroid for one in clusters]))
        theirs = _unit(np.stack([known[place].centroid for place in told]))  # type: ignore[misc]
        found[:, told] = np.clip(ours @ theirs.T, 0.0, 1.0)
    return found


def _unit(rows: NDArray[np.float32]) -> Scores:
    wide = rows.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-9))


def _shared(clusters: Sequence[Cluster], known: Sequence[Known], looked_at: frozenset[Place]) -> Scores:
    """NaN in the column of a theme none of whose members was looked at."""
    owner = {place: at for at, one in enumerate(known) for place in one.members if place in looked_at}
    sizes = np.bincount(np.fromiter(owner.values(), np.int64, len(owner)), minlength=len(known))
    common = np.zeros((len(clusters), len(known)))
    for row, cluster in enumerate(clusters):
        for place in cluster.members:
            at = owner.get(place)
            if at is not None:
                common[row, at] += 1
    union = common.sum(axis=1, keepdims=True) + sizes - common
    return np.asarray(np.where(sizes > 0, common / np.maximum(union, 1), np.nan))


def _assigned(score: Scores) -> list[tuple[int, int]]:
    """The pairs of cluster and theme with the greatest sum of scores, those that reach the least only."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    rows, columns = linear_sum_assignment(score, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if score[row, column] > 0]


def _match(scored: _Scored, cluster: int, place: int, id: int) -> Match:
    both = scored.likeness, scored.shared
    told = [None if np.isnan(one[cluster, place]) else round(float(one[cluster, place]), 4) for one in both]
    return Match(cluster, id, round(float(scored.score[cluster, place]), 4), *told)


def _parts(scored: _Scored, clusters: Sequence[Cluster], known: Sequence[Known], found: Sequence[Match]) -> list[Match]:
    """The clusters that broke off from a theme which is there, and still resemble it."""
    owner = {place: at for at, one in enumerate(known) for place in one.members}
    there, taken = {one.id for one in found}, {one.cluster for one in found}
    parts = []
    for number, cluster in enumerate(clusters):
        owners = [owner[place] for place in cluster.members if place in owner]
        if number in taken or not owners or len(owners) < KNOWN_OF_PART * len(cluster.members):
            continue
        counts = np.bincount(owners)
        at = int(counts.argmax())
        alike = np.nan_to_num(scored.likeness[number, at]) >= LEAST_PART
        if alike and counts[at] >= MOST_OF * len(owners) and known[at].id in there:
            parts.append(_match(scored, number, at, known[at].id))
    return parts


def _taken_in(scored: _Scored, rest: Sequence[int], known: Sequence[Known]) -> list[Match]:
    """What somebody merged stays merged: clusters that resemble a merged theme belong to the one it went into."""
    merged = [place for place, one in enumerate(known) if one.into is not None]
    found = []
    for cluster in rest:
        likest = max(merged, key=lambda place: (np.nan_to_num(scored.likeness[cluster, place]), -place), default=None)
        if likest is not None and np.nan_to_num(scored.likeness[cluster, likest]) >= LEAST_LIKE:
            likeness = round(float(scored.likeness[cluster, likest]), 4)
            found.append(Match(cluster, root_of(known[likest].id, known), likeness, likeness, None))
    return found


def root_of(id: int, known: Sequence[Known]) -> int:
    """The theme that another was merged into at last; itself where it was not."""
    into = {one.id: one.into for one in known}
    seen: set[int] = set()
    while (next_ := into.get(id)) is not None and id not in seen:
        seen.add(id)
        id = next_
    return id


def _staying(
    left: Sequence[Known], clusters: Sequence[Cluster], looked_at: frozenset[Place]
) -> dict[int, frozenset[Place]]:
    """Where the members stand of themes that are in no cluster any more, if most of them are in none."""
    placed = frozenset().union(*(one.members for one in clusters))
    found = {}
    for theme in left:
        still = theme.members & looked_at
        alone = still - placed
        if theme.into is None and len(alone) >= max(FEWEST, MOST_OF * len(still)):
            found[theme.id] = alone
    return found


def _absorbed(
    left: Sequence[Known], clusters: Sequence[Cluster], owners: Mapping[int, int], looked_at: frozenset[Place]
) -> dict[int, int]:
    """Where the themes went of which most members are in a cluster that is another theme now."""
    of = {place: at for at, one in enumerate(clusters) for place in one.members}
    found: dict[int, int] = {}
    for theme in left:
        still = [place for place in theme.members if place in looked_at]
        counts = np.bincount([of[place] for place in still if place in of], minlength=1)
        most = int(counts.argmax())
        if still and counts[most] > MOST_OF * len(still) and most in owners:
            found[theme.id] = owners[most]
    return found
