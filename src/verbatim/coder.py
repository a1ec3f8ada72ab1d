"""The line in one object: verbatims go in, codings come out, in order, a batch at a time."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from threadpoolctl import threadpool_limits

from verbatim import cue_table
from verbatim.codes import Evidence, Frame, Thresholds, blend, evidence, given
from verbatim.domain import CodeMention, Coding, Excerpt, Segment, Verbatim, merged_polarity
from verbatim.encoders import Encoder, load_encoder
from verbatim.errors import ModelError
from verbatim.features import Floats, Vocabulary, ngram_matrix
from verbatim.heads import Features, Heads, sigmoid, softmax
from verbatim.intents import IntentReader
from verbatim.stance import StanceModel, StanceRules, judge, summarise
from verbatim.text.content import is_no_content
from verbatim.text.language import dominant
from verbatim.text.segments import segments

BATCH = 128
WORKERS = min(4, os.cpu_count() or 1)
"""How many batches are coded at a time."""

EXCERPTS = 5
CALL_CONFIDENCE = 0.4
"""How sure a code of one turn must be: a call has dozens of turns, each with its own chance of a false alarm."""

CONTEXT = 0.5
"""How much of a clause's polarity is taken from the whole part around it."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that was learnt, as arrays and plain values; `registry` keeps it on disk.

    `label` is name@version. `review` is the calibrated confidence under which a code is handed to a person.
    """

    label: str
    codebook: str
    codebook_fingerprint: str
    encoder: str
    vocabulary: Vocabulary
    heads: Heads
    frame: Frame
    thresholds: Thresholds
    stance: StanceModel
    stance_rules: StanceRules
    review: float


@dataclass(frozen=True, slots=True)
class Part:
    """One reply, or one turn of a call: its text, its clauses, and the number of its turn."""

    text: str
    clauses: tuple[Segment, ...]
    turn: int | None = None

    def clause_texts(self) -> list[str]:
        """Return the words of each clause."""
        return [self.text[clause.start : clause.end] for clause in self.clauses]


@dataclass(frozen=True, slots=True)
class Units:
    """The features of some parts: of every clause, and of each part with several clauses as a whole.

    `sizes` counts the clauses of each part, `several` names the parts that have more than one.
    """

    clauses: Features
    wholes: Features
    sizes: tuple[int, ...]
    several: tuple[int, ...]

    def spans(self) -> list[slice]:
        """Return where the clauses of each part stand."""
        ends = np.cumsum(self.sizes)
        return [slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)]

    def of_parts(self, of_clauses: Floats, of_wholes: Floats) -> Floats:
        """Return one row a part: of its whole, or of its only clause; a part without clauses gives zeros."""
        rows = np.zeros((len(self.sizes), of_clauses.shape[1]), dtype=np.float32)
        sizes = np.asarray(self.sizes, dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        single = np.flatnonzero(sizes == 1)
        rows[single] = of_clauses[starts[single]]
        rows[list(self.several)] = of_wholes
        return rows


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part judged: its codes, the polarity of its clauses (s, 3), and the score that its words sound like."""

    codes: tuple[Evidence, ...]
    polarity: Floats
    text_score: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What heads say of some parts: blended scores (parts, k + c) and the score each sounds like (parts,).

    Of every clause: scores (clauses, k + c), and polarity (clauses, 3) coloured by the part around it.
    """

    scores: Floats
    clauses: Floats
    polarity: Floats
    sounds: Floats


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
        self.encoder = encoder or load_encoder(model.encoder)
        if self.encoder.fingerprint != model.encoder:
            have = self.encoder.fingerprint
            raise ModelError(f"model {model.label} was trained with encoder {model.encoder!r}; this one is {have!r}")
        if len(model.heads.vectors) != self.encoder.dimension:
            expected = len(model.heads.vectors)
            raise ModelError(
                f"model {model.label} expects vectors of {expected}; its encoder gives {self.encoder.dimension}"
            )

    def code(self, verbatims: Iterable[Verbatim]) -> Iterator[tuple[Verbatim, Coding]]:
        """Yield each verbatim with its coding, in order; only a few hundred are held at a time.

        Batches are coded side by side, each on one core: two threads inside a matrix product gain less than that, and
        wait for each other where the machine has other work to do.
        """
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(WORKERS) as pool:
            waiting: deque[Future[list[tuple[Verbatim, Coding]]]] = deque()
            for batch in batches(verbatims):
                waiting.append(pool.submit(self._code_batch, batch))
                if len(waiting) > WORKERS:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def code_texts(self, texts: Sequence[str]) -> list[Coding]:
        """Return the coding of each text, as a reply without score."""
        rows = (Verbatim(id=str(number), text=text) for number, text in enumerate(texts))
        return [coding for _, coding in self.code(rows)]

    def _code_batch(self, batch: Sequence[Verbatim]) -> list[tuple[Verbatim, Coding]]:
        parts = [parts_of(verbatim) for verbatim in batch]
        texts = [text for own in parts for part in own for text in part.clause_texts()]
        vectors = self.encoder.encode(texts)
        rows = zip(batch, parts, self._judged(parts, texts, vectors), strict=True)
        codings = [self._coding(verbatim, own, judged) for verbatim, own, judged in rows]
        for coder in self._beside:
            same = coder.encoder is self.encoder
            judgements = coder._judged(parts, texts, vectors if same else coder.encoder.encode(texts))
            found = map(coder._all_codes, batch, parts, judgements)
            codings = [_beside(coding, coder.model.label, codes) for coding, codes in zip(codings, found, strict=True)]
        return list(zip(batch, codings, strict=True))

    def _judged(self, parts: Sequence[Sequence[Part]], texts: Sequence[str], vectors: Floats) -> list[list[JudgedPart]]:
        """The judgements of the parts of each verbatim; `texts` are all their clauses, with their vectors."""
        flat = [part for own in parts for part in own]
        judged = iter(judge_parts(self.model, units_of(flat, texts, vectors, self.model.vocabulary)))
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
        doubtful = min((code.confidence for code in codes), default=0.0 if parts else 1.0) < model.review
        language = dominant((clause.language, clause.end - clause.start) for part in parts for clause in part.clauses)
        review = doubtful or unheard or stance.conflict
        intents = self._intents.read(parts, codes)
        return Coding(verbatim.id, language, codes, stance, review, model.label, intents)

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
        sound = float(np.average([judgement.text_score for judgement in judged], weights=weights))
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


def units_of(parts: Sequence[Part], texts: Sequence[str], vectors: Floats, vocabulary: Vocabulary) -> Units:
    """Return the features of the parts, whose clauses are `texts` with their vectors, in order.

    The vector of a whole is the mean of its clauses', weighted by the root of their length.
    """
    sizes = tuple(len(part.clauses) for part in parts)
    several = tuple(number for number, size in enumerate(sizes) if size > 1)
    grams = ngram_matrix([*texts, *(parts[number].text for number in several)], vocabulary)
    wholes = whole_vectors(vectors, [len(text) for text in texts], sizes)[list(several)]
    return Units(Features(grams[: len(texts)], vectors), Features(grams[len(texts) :], wholes), sizes, several)


def whole_vectors(vectors: Floats, lengths: Sequence[int], sizes: Sequence[int]) -> Floats:
    """Return the vector of each part, (parts, d) unit rows: its clauses' mean, weighted by the root of their length."""
    owners = np.repeat(np.arange(len(sizes)), sizes)
    sums = np.zeros((len(sizes), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors * np.sqrt(np.asarray(lengths, dtype=np.float32))[:, None])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def weigh(heads: Heads, units: Units, whole: float) -> Weighed:
    """Return what the heads say of some parts, a whole text counting `whole` beside its best clause."""
    clause_logits, whole_logits = heads.logits(units.clauses), heads.logits(units.wholes)
    coded, sides, sound = slice(0, heads.columns("polarity:").start), heads.columns("polarity:"), heads.columns("score")
    clauses, alone = sigmoid(clause_logits[:, coded]), softmax(clause_logits[:, sides])
    wholes = units.of_parts(clauses, sigmoid(whole_logits[:, coded]))
    around = units.of_parts(alone, softmax(whole_logits[:, sides]))
    return Weighed(
        scores=blend(clauses, units.sizes, wholes, whole),
        clauses=clauses,
        polarity=(1 - CONTEXT) * alone + CONTEXT * np.repeat(around, units.sizes, axis=0),
        sounds=units.of_parts(clause_logits[:, sound], whole_logits[:, sound])[:, 0],
    )


def judge_parts(model: Model, units: Units) -> list[JudgedPart]:
    """Return the judgement of each part."""
    frame = model.frame
    weighed = weigh(model.heads, units, model.thresholds.whole)
    confidence = model.thresholds.confidence(weighed.scores[:, : len(frame.ids)])
    chosen = given(weighed.scores, frame, model.thresholds)
    clauses = weighed.clauses[:, : len(frame.ids)]
    judged = []
    for part, own in enumerate(units.spans()):
        polarity = weighed.polarity[own]
        codes = evidence(chosen[part], clauses[own], polarity, confidence[part], frame)
        judged.append(JudgedPart(tuple(codes), polarity, float(weighed.sounds[part])))
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
