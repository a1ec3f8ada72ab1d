"""From examples to heads: what they learn, what they are held back from, and corpora that leave them no choice."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from verbatim.coder import Coder
from verbatim.codes import frame_of
from verbatim.encoders import HashEncoder
from verbatim.errors import CorpusError
from verbatim.features import learn_vocabulary
from verbatim.heads import ngram_heads, sigmoid, vector_heads
from verbatim.learning.examples import Codes, Example, LabelledSegment, read_corpus
from verbatim.learning.fit import Fitted, fit, held_figures
from verbatim.learning.linear import NEVER, _one_head, gather, learn_heads
from verbatim.learning.recipes import Recipe, read_recipe
from verbatim.stance import band
from verbatim.taxonomy import Codebook, default, parse

FILES = Path(__file__).parent / "files"
RECIPE = Recipe("tiny", 1, Path("corpus"), None, "hash-8", folds=3, least_verbatims=1)
FAST, SLOW, FINE = ("fast crane here", "crane.speed"), ("slow crane there", "crane.speed"), ("good crane", "crane")


def frame(*ids: str) -> Codebook:
    """A codebook of these ids."""
    words = "en: {name: N, definition: D, examples: [one, two, three]}"
    codes = "".join(f"  - id: {id}\n    {words}\n" for id in ids)
    return parse(f"name: own\nversion: 1\nlanguages: [en]\ncodes:\n{codes}")


CRANE = frame("crane", "crane.speed")


def example(number: int, *clauses: tuple[str, str, str], score: float | None = None) -> Example:
    """An example of clauses (words, id or nothing, polarity), one after the other."""
    text, segments = "", []
    for words, id, polarity in clauses:
        codes: Codes = ((id, polarity),) if id else ()  # type: ignore[assignment]
        segments.append(LabelledSegment(len(text), len(text) + len(words), codes))
        text += f"{words}. "
    codes = tuple(dict(code for segment in segments for code in segment.codes).items())
    return Example(
        str(number), text.strip(), tuple(segments), codes, None if score is None else band(score), score, "en"
    )


def fitted(examples: list[Example], codebook: Codebook) -> Fitted:
    return fit(examples, codebook, RECIPE, lambda _: None)


@pytest.fixture(scope="module")
def small() -> tuple[list[Example], Fitted]:
    examples = read_corpus(FILES / "corpora" / "small", default())
    recipe = read_recipe(FILES / "models" / "small.toml")
    return examples, fit(examples, default(), recipe, lambda _: None)


def test_there_is_a_head_for_each_question(small: tuple[list[Example], Fitted]) -> None:
    heads = small[1].model.heads
    counts = len(default().ids), len(default().categories)
    assert (heads.ids, heads.categories) == counts
    assert heads.ngrams.shape[1] == ngram_heads(*counts)
    assert heads.vectors.shape[1] == len(heads.bias) == vector_heads(*counts)


def test_an_id_without_examples_never_answers(small: tuple[list[Example], Fitted]) -> None:
    model = small[1].model
    column = model.frame.ids.index("price.billing")
    assert model.heads.bias[column] == NEVER
    assert not model.heads.ngrams[:, column].any()


def test_coefficients_are_kept_as_half_precision_holds_them(small: tuple[list[Example], Fitted]) -> None:
    for weights in (small[1].model.heads.ngrams, small[1].model.heads.vectors):
        assert np.array_equal(weights, weights.astype(np.float16).astype(np.float32))


def test_every_example_is_judged_by_heads_that_had_not_seen_it(small: tuple[list[Example], Fitted]) -> None:
    examples, result = small
    assert result.held.told.shape == result.held.gold.shape == (len(examples), len(default().ids) + 4)
    assert result.held.told[:, : len(default().ids)].max(axis=1).min() > 0
    assert np.isfinite(result.held.summaries).all()


def test_a_child_implies_its_category_in_the_truth(small: tuple[list[Example], Fitted]) -> None:
    _, result = small
    level = default().ids.index("price.level")
    category = len(default().ids) + default().categories.index("price")
    assert result.held.gold[result.held.gold[:, level] == 1, category].all()
    assert result.held.gold[0, [level, category]].tolist() == [1, 1]


def test_what_an_example_teaches_is_gone_when_it_is_held_out() -> None:
    rows = [example(n, (FAST[0], "crane.speed", "positive"), score=9) for n in range(6)]
    rows += [example(n + 6, (FINE[0], "crane", "negative"), score=2) for n in range(6)]
    codes = CRANE.codes
    crane = frame_of(CRANE.ids, {code.id: code.parent for code in codes}, {code.id: code.role for code in codes})
    encoder = HashEncoder(8)
    material = gather(rows, crane, learn_vocabulary([row.text for row in rows], 1), encoder)
    without = learn_heads(material, np.arange(12) >= 6, crane, RECIPE)
    assert without.bias[crane.ids.index("crane.speed")] == NEVER
    assert without.bias[crane.ids.index("crane")] == -NEVER
    assert without.bias[3:9].tolist() == [0, NEVER, NEVER] * 2


def test_what_cannot_be_known_is_not_known_of_a_held_out_example() -> None:
    words = ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st", "uv", "wx", "yz", "ba", "dc", "fe", "hg", "ji"]
    rows = [example(n, (word, ("crane", "berth")[n % 2], "positive"), score=9) for n, word in enumerate(words)]
    result = fitted(rows, frame("crane", "berth"))
    known = Coder(result.model).code_texts(words)
    assert [coding.codes[0].id for coding in known] == ["crane", "berth"] * 9
    right = result.held.told[np.arange(18), np.arange(18) % 2] > result.held.told[np.arange(18), 1 - np.arange(18) % 2]
    assert right.mean() < 0.8


def test_the_figures_are_those_of_the_held_out_examples(small: tuple[list[Example], Fitted]) -> None:
    figures = held_figures(small[1], default())
    assert 0.4 < float(str(figures["l2_weighted"])) <= float(str(figures["l1_weighted"])) <= 1
    assert str(figures["measured_on"]).startswith("62 verbatims")
    per_code = figures["per_code"]
    assert isinstance(per_code, dict)
    assert per_code["price.level"]["n"] == 16


UNIFORM = {
    "one category": [(*FAST, "positive"), (*SLOW, "negative"), (*FINE, "neutral")],
    "praise alone": [(*FAST, "positive"), (*FINE, "positive")],
    "praise and blame": [(*FAST, "positive"), (*FINE, "negative")],
    "no praise": [(*FAST, "negative"), (*FINE, "neutral")],
    "one id": [(*FAST, "positive"), (*SLOW, "negative")],
    "no ids": [("fast crane", "", ""), ("slow crane", "", "")],
}


@pytest.mark.parametrize("clauses", UNIFORM.values(), ids=UNIFORM)
@pytest.mark.parametrize("scores", [(9, 2), (9, 9), (None, None)], ids=["scores", "one score", "no score"])
def test_a_corpus_without_variety_still_makes_a_model_that_codes(clauses, scores) -> None:
    rows = [example(n, clauses[n % len(clauses)], score=scores[n % 2]) for n in range(18)]
    model = fitted(rows, CRANE).model
    codings = Coder(model).code_texts([rows[0].text, "", "something else entirely. And more."])
    assert [code.id for code in codings[0].codes] == [id for _, id, _ in clauses[:1] if id]
    assert all(0 <= coding.stance.confidence <= 1 for coding in codings)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [("+-", ["positive", "negative"]), ("+=", ["positive", "neutral"]), ("=-", ["neutral", "negative"])],
)
def test_two_polarities_are_told_apart(sides: str, expected: list[str]) -> None:
    of = {"+": "positive", "-": "negative", "=": "neutral"}
    first, second = (
        (words, "crane", of[side]) for words, side in zip(("fast and quick", "old rusty hulk"), sides, strict=True)
    )
    rows = [example(n, (first, second)[n % 2], score=(9, 2)[n % 2]) for n in range(18)]
    codings = Coder(fitted(rows, CRANE).model).code_texts([first[0], second[0]])
    assert [coding.codes[0].polarity for coding in codings] == expected


def test_examples_of_several_clauses_teach_each_clause_and_the_whole() -> None:
    both = ((*FAST, "positive"), ("bad berth", "berth", "negative"))
    rows = [example(n, *both[: n % 3 + 1] if n % 3 < 2 else both[1:], score=9 - n % 3) for n in range(18)]
    model = fitted(rows, frame("crane", "crane.speed", "berth")).model
    [coding] = Coder(model).code_texts(["fast crane here. bad berth"])
    assert {code.id: code.polarity for code in coding.codes} == {"crane.speed": "positive", "berth": "negative"}


def test_a_corpus_of_a_handful_is_refused() -> None:
    rows = [example(n, (*FAST, "positive")) for n in range(9)]
    with pytest.raises(CorpusError, match=r"^corpus: 9 verbatims; expected at least 10$"):
        fitted(rows, CRANE)


def test_a_rare_id_among_many_examples_is_learnt():
    """A head that stops before it has learnt anything says no to everything: its coefficients stay near nothing."""
    present = np.random.default_rng(5).random((20_000, 30)) < np.where(np.arange(30) == 3, 0.004, 0.1)
    inputs, wanted = csr_matrix(present, dtype=np.float32) * 0.3, present[:, 3]
    weights, bias = _one_head(inputs, wanted.astype(np.int8), c=30.0)
    told = sigmoid(inputs @ weights + bias)
    assert told[wanted].mean() > 10 * told[~wanted].mean()
