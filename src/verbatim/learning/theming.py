"""Segments that belong together, found by density: vectors levelled and reduced, then HDBSCAN, then those nearby.

    fold      a text that was written several times is one point
    level     every language's own mean is taken out, so that languages do not lie apart
    reduce    principal components, then the leading eigenvectors of the graph of nearest neighbours
    cluster   HDBSCAN (R. J. G. B. Campello et al. 2013), as scikit-learn has it, on at most `sample` points: those
              whose texts hash lowest, so that nearly the same ones are drawn when more is said
    join      every other point goes to the theme of most of its nearest neighbours, if it lies as close to its middle
              as all but the outermost of those that were clustered

What belongs nowhere stays nowhere. The same segments in the same order give the same themes: nothing is drawn by
chance, signs of components are fixed, and sums run on one thread.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from verbatim.encoders import Encoder, Read, Span, Vectors, tuned_transformer, tuned_use
from verbatim.encoders.pair import EncoderPair
from verbatim.text.script import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float32]
Wide = NDArray[np.float64]
Labels = NDArray[np.int64]
Places = NDArray[np.intp]

NOWHERE = -1
BLOCK = 1024
DENSE = 500
"""Of so many points at most all eigenvectors are found at once, exactly."""

FEWEST_OF_A_LANGUAGE = 20
"""The mean of a language is taken out where it has so many segments; with fewer that of all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How themes are looked for; kept with every run.

    `least` different texts make a theme, and where there are many segments at least `rooted` times the root of their
    number. `core`: the neighbours by which HDBSCAN tells density. `outer`: the share of a theme's members that lie
    farther out than what may join; nothing belongs to a theme whose cosine to its
    middle is below `least_near`, or below half of what is usual there. Themes whose middles are `alike` are one.
    `largest`: what holds a larger share of the points is looked into further.
    """

    components: int = 64
    neighbours: int = 15
    dimensions: int = 16
    least: int = 6
    rooted: float = 0.08
    core: int = 5
    sample: int = 20_000
    outer: float = 0.1
    least_near: float = 0.25
    alike: float = 0.85
    largest: float = 0.05

    def least_of(self, points: int) -> int:
        """How many different texts make a theme among so many."""
        return max(self.least, round(self.rooted * float(np.sqrt(points))))


@dataclass(frozen=True, slots=True)
class Segments:
    """What is looked through: texts, their languages as `text.language` tells them, and vectors (n, d)."""

    texts: Sequence[str]
    languages: Sequence[str]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Themes:
    """The theme of each segment (n,), NOWHERE where it has none; the largest is 0.

    `level` (n, d) are the levelled vectors, `centroids` (themes, d) the middles of themes among them, all unit rows.
    """

    labels: Labels
    level: Floats
    centroids: Floats

    @property
    def nearness(self) -> Floats:
        """The cosine of each segment to the centroid of its theme, (n,); 0 where it has none."""
        found = np.zeros(len(self.labels), dtype=np.float32)
        placed = self.labels >= 0
        found[placed] = np.einsum("ij,ij->i", self.level[placed], self.centroids[self.labels[placed]])
        return found

    def middle(self, rows: Places) -> Floats:
        """The middle of some segments, (d,), a unit row."""
        return np.asarray(_unit(self.level[rows].mean(axis=0, keepdims=True))[0], dtype=np.float32)


class Meaning:
    """An encoder that gives of every clause only the part that stands for what it means as a whole, and of no whole.

    A tuned encoder's vector holds the greatest of each feature beside it, which tell words rather than what is meant.
    Of two networks only the one that reads every language is asked.
    """

    def __init__(self, encoder: Encoder) -> None:
        own = encoder.common if isinstance(encoder, EncoderPair) else encoder
        self._encoder = own
        kind = own.fingerprint.partition(":")[0]
        halves = {tuned_use.KIND: tuned_use.SENTENCE, tuned_transformer.KIND: own.dimension // 2}
        self.dimension = halves.get(kind, own.dimension)
        self.fingerprint = f"meaning of {own.fingerprint}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, (n, dimension) float32."""
        return np.ascontiguousarray(self._encoder.encode(texts)[:, : self.dimension])

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause of each text, read in its place, and nothing of the wholes: one zero each."""
        found = self._encoder.read(texts, spans)
        nothing = np.zeros((len(texts), self.dimension), dtype=np.float32)
        return Read(np.ascontiguousarray(found.clauses[:, : self.dimension]), nothing)


def themes_of(segments: Segments, plan: Plan | None = None) -> Themes:
    """The themes of some segments; none of too few."""
    plan = plan or Plan()
    dimension = segments.vectors.shape[1]
    first, point = _folded(segments.texts)
    if len(first) < 2 * plan.least_of(len(first)):
        return Themes(np.full(len(segments.texts), NOWHERE), levelled(segments), np.zeros((0, dimension), np.float32))
    with threadpool_limits(limits=1):
        level = levelled(segments)
        rows = _components(level[first], plan.components)
        drawn = _drawn([segments.texts[at] for at in first], plan.sample)
        cores = _clustered(rows[drawn], plan, plan.least_of(len(first)) * len(drawn) / len(first))
        cores = _as_one(rows[drawn], cores, plan.alike)
        labels = _joined(rows, drawn, cores, plan)[point]
        return _told(level, _in_order(labels, first, plan.least_of(len(first))))


def levelled(segments: Segments) -> Floats:
    """The vectors (n, d) as unit rows, with the mean of each language taken out: one language says all it says in it.

    Both Chinese scripts are one language: the encoders read them alike.
    """
    rows = _unit(segments.vectors)
    if not len(rows):
        return rows
    spoken = np.array(["zh" if one.startswith("zh") else one for one in segments.languages])
    mean = rows.mean(axis=0)
    for language in sorted(set(spoken.tolist())):
        own = spoken == language
        rows[own] -= rows[own].mean(axis=0) if own.sum() >= FEWEST_OF_A_LANGUAGE else mean
    return _unit(rows)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _folded(texts: Sequence[str]) -> tuple[Places, Places]:
    """Where each different text stands first, (points,), and the point of each segment, (n,)."""
    known: dict[str, int] = {}
    point = np.array([known.setdefault(" ".join(fold(text).split()), len(known)) for text in texts], dtype=np.intp)
    first = np.full(len(known), len(texts), dtype=np.intp)
    np.minimum.at(first, point, np.arange(len(texts)))
    return first, point


def _drawn(texts: Sequence[str], most: int) -> Places:
    """Which points are clustered, ascending: all of few, else those whose texts hash lowest."""
    if len(texts) <= most:
        return np.arange(len(texts))
    hashes = [hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8] for text in texts]
    order = np.argsort(np.frombuffer(b"".join(hashes), dtype=">u8"), kind="stable")
    return np.sort(order[:most])


def _components(rows: Floats, count: int) -> Floats:
    """The rows in their leading principal components, as unit rows."""
    wide = rows.astype(np.float64)
    _, vectors = np.linalg.eigh(wide.T @ wide)
    leading = _signed(vectors[:, ::-1][:, :count])
    return _unit((wide @ leading).astype(np.float32))


def _signed(vectors: Wide) -> Wide:
    """Columns with the sign that makes their greatest entry positive."""
    greatest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[greatest, np.arange(vectors.shape[1])])
    return np.asarray(vectors * np.where(signs == 0, 1.0, signs))


def _clustered(rows: Floats, plan: Plan, least: float) -> Labels:
    """The theme of each drawn point by density, NOWHERE where there is too little around it."""
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - slow to import

    found = HDBSCAN(
        min_cluster_size=max(plan.least, round(least)),
        min_samples=plan.core,
        max_cluster_size=max(10 * plan.least, round(plan.largest * len(rows))),
        cluster_selection_method="eom",
        algorithm="kd_tree",
        copy=True,
        n_jobs=1,
    ).fit(_embedded(rows, plan))
    return np.asarray(found.labels_, dtype=np.int64)


def _embedded(rows: Floats, plan: Plan) -> Floats:
    """The rows by the leading eigenvectors of their neighbourhood graph: near is what can be reached by near steps.

    Of the normalised adjacency, without the first (M. Belkin and P. Niyogi 2003), as unit rows (A. Ng, M. Jordan and Y.
    Weiss 2002).
    """
    from scipy.sparse import diags_array  # noqa: PLC0415 - slow to import

    count = min(plan.dimensions, max(2, len(rows) // (4 * plan.least)))
    graph = _graph(rows, min(plan.neighbours, len(rows) - 1))
    degree = np.asarray(graph.sum(axis=1)).ravel() + 1e-9
    halves = diags_array(degree**-0.5)
    values, vectors = _leading(halves @ graph @ halves, np.sqrt(degree / degree.sum()), count)
    found = _signed(vectors) / np.sqrt(degree)[:, None] * np.maximum(values, 0)
    return np.asarray(np.round(_unit(found.astype(np.float32)), 6), dtype=np.float32)


def _leading(matrix: "csr_array", first: Wide, count: int) -> tuple[Wide, Wide]:
    """The greatest eigenvalues but that of `first`, descending, and their eigenvectors (n, count).

    The first is known, the roots of the degrees. In a graph of several parts other eigenvectors share its value, and
    which of them came out first, to be left out, would be chance: it is taken out of the matrix instead.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh  # noqa: PLC0415 - slow to import

    if len(first) <= DENSE:
        values, vectors = np.linalg.eigh(matrix.toarray() - np.outer(first, first))
    else:
        rest = LinearOperator(matrix.shape, matvec=lambda row: matrix @ row - first * (first @ row), dtype=np.float64)
        start = np.random.default_rng(0).standard_normal(len(first))
        values, vectors = eigsh(rest, k=count, which="LA", v0=start, tol=1e-6)
    order = np.argsort(-values, kind="stable")[:count]
    return values[order], vectors[:, order]


def _graph(rows: Floats, neighbours: int) -> "csr_array":
    """The cosines of every row with its nearest neighbours, either way, (n, n)."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    near, likeness = _nearest(rows, rows, neighbours + 1)
    own = near == np.arange(len(rows))[:, None]
    weights = np.where(own, 0.0, np.maximum(likeness, 0.0))
    starts = np.arange(0, near.size + 1, near.shape[1])
    graph = csr_array((weights.ravel(), near.ravel(), starts), shape=(len(rows), len(rows)))
    graph.eliminate_zeros()
    return graph.maximum(graph.T)


def _nearest(rows: Floats, others: Floats, count: int) -> tuple[Places, Floats]:
    """Which of the others are nearest to each row, (n, count), and their cosines; in no order."""
    near = np.empty((len(rows), count), dtype=np.intp)
    likeness = np.empty((len(rows), count), dtype=np.float32)
    for block in _blocks(len(rows)):
        cosines = rows[block] @ others.T
        near[block] = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        likeness[block] = np.take_along_axis(cosines, near[block], axis=1)
    return near, likeness


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, BLOCK):
        yield slice(start, start + BLOCK)


def _as_one(rows: Floats, labels: Labels, alike: float) -> Labels:
    """The labels with themes as one whose middles are alike, directly or by others between."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - slow to import

    count = int(labels.max(initial=NOWHERE)) + 1
    if count < 2:
        return labels
    middles = _middles(rows, labels, count)
    _, groups = connected_components(middles @ middles.T >= alike, directed=False)
    return np.append(groups, NOWHERE).astype(np.int64)[labels]


def _middles(rows: Floats, labels: Labels, count: int) -> Floats:
    """The middle of each theme, a unit row."""
    return np.stack([_unit(rows[labels == one].mean(axis=0, keepdims=True))[0] for one in range(count)])


def _joined(rows: Floats, drawn: Places, cores: Labels, plan: Plan) -> Labels:
    """The theme of every point: those clustered keep theirs, others join where they lie close enough."""
    labels = np.full(len(rows), NOWHERE)
    labels[drawn] = cores
    count = int(cores.max(initial=NOWHERE)) + 1
    if not count:
        return labels
    middles = _middles(rows, labels, count)
    near = [rows[labels == one] @ middles[one] for one in range(count)]
    for one in range(count):
        least = max(plan.least_near, float(np.median(near[one])) / 2)
        labels[np.flatnonzero(labels == one)[near[one] < least]] = NOWHERE
    reach = np.array([max(plan.least_near, np.quantile(own, plan.outer)) for own in near], dtype=np.float32)
    rest = np.flatnonzero(labels == NOWHERE)
    clustered = np.flatnonzero(labels != NOWHERE)
    closest, _ = _nearest(rows[rest], rows[clustered], min(plan.neighbours, len(clustered)))
    votes = labels[clustered][closest]
    chosen = _most_of(votes, count)
    close = np.einsum("ij,ij->i", rows[rest], middles[chosen]) >= reach[chosen]
    labels[rest[close]] = chosen[close]
    return labels


def _most_of(votes: Labels, count: int) -> Labels:
    """The label that most of the votes of each row (n, k) name, the lowest of several."""
    found = np.empty(len(votes), dtype=np.int64)
    for block in _blocks(len(votes)):
        some = votes[block]
        tally = np.zeros((len(some), count), dtype=np.int16)
        np.add.at(tally, (np.arange(len(some))[:, None], some), 1)
        found[block] = tally.argmax(axis=1)
    return found


def _in_order(labels: Labels, first: Places, least: int) -> Labels:
    """The themes with enough different texts, from the one with the most segments; then by where each begins."""
    count = int(labels.max(initial=NOWHERE)) + 1
    if not count:
        return labels
    of_points = labels[first]
    texts = np.bincount(of_points[of_points >= 0], minlength=count)
    sizes = np.bincount(labels[labels >= 0], minlength=count)
    begins = np.full(count, len(labels))
    np.minimum.at(begins, labels[labels >= 0], np.flatnonzero(labels >= 0))
    kept = [one for one in np.lexsort((begins, -sizes)) if texts[one] >= least]
    new = np.full(count + 1, NOWHERE)
    new[kept] = np.arange(len(kept))
    return new[labels]


def _told(level: Floats, labels: Labels) -> Themes:
    """The themes with their centroids."""
    count = int(labels.max(initial=NOWHERE)) + 1
    nothing = np.zeros((0, level.shape[1]), dtype=np.float32)
    return Themes(labels, level, _middles(level, labels, count) if count else nothing)
