"""The line in one object: verbatims go in, codings come out, in order, a batch at a time."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from verbatim import cue_table
from verbatim.codes import Evidence, Frame, Thresholds, blend, evidence, given
from verbatim.corrections import Correction
from verbatim.domain import CodeMention, Coding, Excerpt, Segment, Verbatim, merged_polarity
from verbatim.encoders import Encoder, Span, load_encoder
from verbatim.errors import ModelError
from verbatim.features import Floats, Vocabulary, ngram_matrix
from verbatim.heads import Features, Heads, sigmoid, softmax
from verbatim.intents import IntentReader
from verbatim.stance import StanceModel, StanceRules, judge, summarise
from verbatim.text.content import is_no_content
from verbatim.text.language import dominant
from verbatim.text.segments import segments
from verbatim.trust import Trust, joined, part_signs

BATCH = 128
WORKERS = min(4, os.cpu_count() or 1)
"""How many batches are coded at a time."""

EXCERPTS = 5
CALL_CONFIDENCE = 0.33
"""How sure a code of one turn must be: a call has dozens of turns, each with its own chance of a false alarm."""

Weights = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that was learnt, as arrays and plain values; `registry` keeps it on disk.

    `label` is name@version. `heads` read clauses, `wholes` whole texts. `weights` are those of a fine-tuned encoder,
    empty for one that is used as it comes. `trust` says how far a coding may stand without a person. `correction` is
    what was learnt of one customer afterwards, from verbatims that a person reviewed.
    """

    label: str
    codebook: str
    codebook_fingerprint: str
    encoder: str
    weights: Weights
    vocabulary: Vocabulary
    heads: Heads
    wholes: Heads
    frame: Frame
    thresholds: Thresholds
    stance: StanceModel
    stance_rules: StanceRules
    trust: Trust
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One reply, or one turn of a call: its text, its clauses, and the number of its turn."""

    text: str
    clauses: tuple[Segment, ...]
    turn: int | None = None

    def spans(self) -> list[Span]:
        """Return where each clause stands."""
        return [(clause.start, clause.end) for clause in self.clauses]


@dataclass(frozen=True, slots=True)
class Units:
    """The features of some parts: of every clause, and of each part as a whole.

    `sizes` counts the clauses of each part, `lengths` the characters of each clause.
    """

    clauses: Features
    wholes: Features
    sizes: tuple[int, ...]
    lengths: NDArray[np.int64]

    def spans(self) -> list[slice]:
        """Return where the clauses of each part stand."""
        ends = np.cumsum(self.sizes)
        return [slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)]


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part judged: its codes, and what the stance is told of it: polarity of its clauses (s, 3), and sound (4,)."""

    codes: tuple[Evidence, ...]
    polarity: Floats
    sound: Floats
    signs: Floats


@dataclass(frozen=True, slots=True)
class Weighed:
    """What heads say of some parts: blended scores (parts, k + c), and how each sounds (parts, 4): stances and score.

    Of every clause: scores (clauses, k + c), and the polarity that each id would have there (clauses, k, 3), coloured
    by the part around it.
    """

    scores: Floats
    clauses: Floats
    sides: Floats
    sounds: Floats

    def polarity(self, count: int) -> Floats:
        """Return the polarity of every clause, (clauses, 3): that of its ids, by how surely each is meant."""
        meant = self.clauses[:, :count] + 1e-6
        return np.asarray(np.einsum("sk,skp->sp", meant, self.sides) / meant.sum(axis=1, keepdims=True))


class Coder:
    """Codes verbatims with one model, and the same words with the models of the coders `beside` it.

    `intents` reads what the verbatims are up to; by the table that ships, and without competitors, if left out.
    """

    def __init__(
        self,
        model: Model,
        encoder: Encoder | None = None,
        intents: IntentReader | None = None,
        beside: Sequence["Coder"] = (),
    ) -> None:
        self.model = model
        self._intents = intents or IntentReader(cue_table.default())
        self._beside = tuple(beside)
        self._encoder = encoder or load_encoder(model.encoder, model.weights)
        if self._encoder.fingerprint != model.encoder:
            have = self._encoder.fingerprint
            raise ModelError(f"model {model.label} was trained with encoder {model.encoder!r}; this one is {have!r}")
        if len(model.heads.vectors) != self._encoder.dimension:
            expected = len(model.heads.vectors)
            raise ModelError(
                f"model {model.label} expects vectors of {expected}; its encoder gives {self._encoder.dimension}"
            )

    @property
    def encoder(self) -> Encoder:
        """The encoder that it reads with, for other models that were trained with it."""
        return self._encoder

    def code(self, verbatims: Iterable[Verbatim]) -> Iterator[tuple[Verbatim, Coding]]:
        """Yield each verbatim with its coding, in order; only a few hundred are held at a time.

        Batches are coded side by side, each on one core: two threads inside a matrix product gain less than that, and
        wait for each other where the machine has other work to do.
        """
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(WORKERS) as pool:
            waiting: deque[Future[list[tuple[Verbatim, Coding]]]] = deque()
            for batch in batches(verbatims):
                waiting.append(pool.submit(self.code_batch, batch))
                if len(waiting) > WORKERS:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def code_texts(self, texts: Sequence[str]) -> list[Coding]:
        """Return the coding of each text, as a reply without score."""
        rows = (Verbatim(id=str(number), text=text) for number, text in enumerate(texts))
        return [coding for _, coding in self.code(rows)]

    def code_batch(self, batch: Sequence[Verbatim]) -> list[tuple[Verbatim, Coding]]:
        """Return each verbatim with its coding, in order, made on the thread that asks, in one piece."""
        parts = [parts_of(verbatim) for verbatim in batch]
        rows = zip(batch, parts, self._judged(parts), strict=True)
        codings = [self._coding(verbatim, own, judged) for verbatim, own, judged in rows]
        for coder in self._beside:
            found = map(coder._all_codes, batch, parts, coder._judged(parts))
            codings = [_beside(coding, coder.model.label, codes) for coding, codes in zip(codings, found, strict=True)]
        return list(zip(batch, codings, strict=True))

    def _judged(self, parts: Sequence[Sequence[Part]]) -> list[list[JudgedPart]]:
        """The judgements of the parts of each verbatim."""
        flat = [part for own in parts for part in own]
        judged = iter(judge_parts(self.model, units_of(flat, self._encoder, self.model.vocabulary)))
        return [list(islice(judged, len(own))) for own in parts]

    def _all_codes(
        self, verbatim: Verbatim, parts: Sequence[Part], judged: Sequence[JudgedPart]
    ) -> tuple[CodeMention, ...]:
        """The codes of one verbatim, also where nobody or nothing is heard in it."""
        if parts:
            return self._codes(parts, judged)
        return () if is_unheard(verbatim) else _empty(self.model.frame)

    def _coding(self, verbatim: Verbatim, parts: Sequence[Part], judged: Sequence[JudgedPart]) -> Coding:
        model, unheard = self.model, is_unheard(verbatim)
        codes = self._all_codes(verbatim, parts, judged)
        reasons = [code.polarity for code in codes if code.id != model.frame.no_content_id]
        estimate = self._estimate(parts, judged) if parts and (reasons or not codes) else None
        stance = judge(verbatim.score, estimate, model.stance, model.stance_rules, reasons)
        trust = float(model.trust.estimate(joined([part.signs for part in judged])[None])[0]) if parts else 1.0
        language = dominant((clause.language, clause.end - clause.start) for part in parts for clause in part.clauses)
        review = trust < model.trust.least or (bool(parts) and not codes) or unheard or stance.conflict
        intents = self._intents.read(parts, codes)
        return Coding(verbatim.id, language, codes, stance, review, model.label, round(trust, 3), intents)

    def _codes(self, parts: Sequence[Part], judged: Sequence[JudgedPart]) -> tuple[CodeMention, ...]:
        found: dict[int, list[tuple[Evidence, Part]]] = {}
        for part, judgement in zip(parts, judged, strict=True):
            least = 0.0 if part.turn is None else CALL_CONFIDENCE
            for code in judgement.codes:
                if code.confidence >= least:
                    found.setdefault(code.id, []).append((code, part))
        if len(found) > 1:
            found = {column: own for column, own in found.items() if column not in self.model.frame.alone}
        mentions = [self._mention(column, evidence) for column, evidence in found.items()]
        return tuple(sorted(mentions, key=lambda mention: -mention.confidence))

    def _mention(self, column: int, found: Sequence[tuple[Evidence, Part]]) -> CodeMention:
        ranked = sorted(found, key=lambda pair: -pair[0].confidence)
        excerpts = [
            Excerpt(part.clauses[clause].start, part.clauses[clause].end, part.turn)
            for code, part in ranked
            for clause in code.clauses
        ]
        polarity = merged_polarity(code.polarity for code, _ in ranked)
        confidence = round(ranked[0][0].confidence, 3)
        return CodeMention(self.model.frame.ids[column], polarity, confidence, tuple(excerpts[:EXCERPTS]))

    def _estimate(self, parts: Sequence[Part], judged: Sequence[JudgedPart]) -> float:
        lengths = [clause.end - clause.start for part in parts for clause in part.clauses]
        polarity = np.concatenate([judgement.polarity for judgement in judged])
        weights = [len(part.text) for part in parts]
        sound = np.average([judgement.sound for judgement in judged], weights=weights, axis=0)
        return float(self.model.stance.estimate(summarise(polarity, lengths, sound)[None])[0])


def _beside(coding: Coding, label: str, codes: tuple[CodeMention, ...]) -> Coding:
    """Return the coding with the codes of one more model."""
    return replace(coding, frames={**coding.frames, label: codes})


def is_unheard(verbatim: Verbatim) -> bool:
    """Say whether a call holds no words but our own."""
    return bool(verbatim.turns) and all(turn.side == "us" for turn in verbatim.turns)


def parts_of(verbatim: Verbatim) -> list[Part]:
    """Return what is to be coded: the reply, or the turns that are not our own, without those that say nothing."""
    texts: list[tuple[str, int | None]] = [(verbatim.text, None)]
    if verbatim.turns:
        texts = [(turn.text, number) for number, turn in enumerate(verbatim.turns) if turn.side != "us"]
    parts = (Part(text, segments(text), turn) for text, turn in texts if not is_no_content(text))
    return [part for part in parts if part.clauses]


def units_of(parts: Sequence[Part], encoder: Encoder, vocabulary: Vocabulary) -> Units:
    """Return the features of the parts."""
    texts, spans = [part.text for part in parts], [part.spans() for part in parts]
    clauses = [text[start:end] for text, own in zip(texts, spans, strict=True) for start, end in own]
    grams = ngram_matrix([*clauses, *texts], vocabulary)
    read = encoder.read(texts, spans)
    sizes = tuple(len(own) for own in spans)
    count = len(clauses)
    lengths = np.array([len(clause) for clause in clauses], dtype=np.int64)
    return Units(Features(grams[:count], read.clauses), Features(grams[count:], read.wholes), sizes, lengths)


def weigh(heads: Heads, wholes: Heads, units: Units, whole: float) -> Weighed:
    """Return what the heads say of some parts, a whole text counting `whole` beside its best clause."""
    clause, around = heads.answers(units.clauses), wholes.answers(units.wholes)
    scores = sigmoid(clause.coded)
    context = np.repeat(around.sides, units.sizes, axis=0)
    sounds = np.concatenate([softmax(around.stance), around.score[:, None]], axis=1)
    return Weighed(
        scores=blend(scores, units.sizes, sigmoid(around.coded), whole),
        clauses=scores,
        sides=_coloured(clause.sides, context, shared=wholes is heads),
        sounds=sounds,
    )


def _coloured(clauses: Floats, around: Floats, *, shared: bool) -> Floats:
    """Return the polarity of clauses in their text, from logits of the clause and of the text, (clauses, k, 3).

    Where each was learnt apart, the geometric mean of both opinions (logarithmic pool, Genest and Zidek 1986), so that
    the surer one decides; where both come from one head, the arithmetic mean.
    """
    if shared:
        return 0.5 * softmax(clauses) + 0.5 * softmax(around)
    return softmax(0.5 * (clauses + around))


def judge_parts(model: Model, units: Units) -> list[JudgedPart]:
    """Return the judgement of each part."""
    frame = model.frame
    weighed = weigh(model.heads, model.wholes, units, model.thresholds.whole)
    scores = model.correction.applied(weighed.scores, units.wholes.vectors) if model.correction else weighed.scores
    count = len(frame.ids)
    confidence = model.thresholds.confidence(scores[:, :count])
    chosen = given(scores, frame, model.thresholds)
    polarity = weighed.polarity(count)
    signs = part_signs(chosen, confidence, weighed.clauses[:, :count], units.sizes)
    judged = []
    for part, own in enumerate(units.spans()):
        codes = evidence(chosen[part], weighed.clauses[own, :count], weighed.sides[own], confidence[part], frame)
        judged.append(JudgedPart(tuple(codes), polarity[own], weighed.sounds[part], signs[part]))
    return judged


def batches(verbatims: Iterable[Verbatim]) -> Iterator[list[Verbatim]]:
    """Yield the verbatims in lists of at most 128."""
    rows = iter(verbatims)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _empty(frame: Frame) -> tuple[CodeMention, ...]:
    """Return the coding of an answer that says nothing, if the frame has an id for it."""
    empty = frame.no_content_id
    return (CodeMention(empty, "neutral", 1.0, ()),) if empty else ()
