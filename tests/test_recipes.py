"""A recipe is read whole, or refused with the key that is wrong."""

from pathlib import Path

import pytest

from verbatim.encoders import UseEncoder
from verbatim.errors import CorpusError
from verbatim.learning.columns import Columns
from verbatim.learning.limits import Limits
from verbatim.learning.recipes import English, Recipe, Tune, read_limits, read_recipe

ROOT = Path(__file__).parents[1]
PLAIN = 'name = "mine"\nversion = 2\ncorpus = "corpus"\nencoder = "hash-8"\n'


def refused(text: str, folder: Path) -> str:
    """The one line with which a recipe of that text is refused, behind the name of its file."""
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_recipe(path)
    file, _, told = str(caught.value).partition(": ")
    assert file == str(path)
    assert "\n" not in told
    return told


def test_what_a_recipe_leaves_out_has_a_default(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(PLAIN, encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe == Recipe("mine", 2, tmp_path / "corpus", None, "hash-8")
    assert recipe.label == "mine@2"


def test_paths_are_taken_from_the_recipes_own_folder(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f'{PLAIN}codebook = "../frame.yaml"\n', encoding="utf-8")
    assert read_recipe(path).codebook == tmp_path / ".." / "frame.yaml"


def test_the_recipe_of_the_default_model_can_be_read() -> None:
    recipe = read_recipe(ROOT / "training" / "recipes" / "base.toml")
    assert (recipe.encoder, recipe.codebook) == (UseEncoder.fingerprint, None)
    assert recipe.corpus.is_dir()


def test_an_encoder_may_stand_beside_another_for_english(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f"{PLAIN}[tune]\nepochs = 2\n[tune.english]\nrate = 1e-5\n", encoding="utf-8")
    assert read_recipe(path).tune == Tune(epochs=2, english=English(rate=1e-5))
    told = refused(f"{PLAIN}[tune.english]\nsteps = 2\n", tmp_path)
    assert told == "[tune.english]: unknown key 'steps'; expected some of encoder, epochs, rate"
    assert refused(f"{PLAIN}[tune]\nenglish = 2\n", tmp_path) == "[tune.english] is 2; expected a table"


def test_files_of_a_corpus_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f'{PLAIN}leave_out = ["old.jsonl"]\n', encoding="utf-8")
    assert read_recipe(path).leave_out == ("old.jsonl",)
    assert refused(f"{PLAIN}leave_out = 3\n", tmp_path) == "leave_out = 3; expected a list of names of files"
    data = f'{PLAIN}leave_out = ["old.jsonl"]\n[data]\npath = "some.csv"\ntext = "comment"\nlabels = "topic"\n'
    told = refused(data.replace('corpus = "corpus"\n', ""), tmp_path)
    assert told == "leave_out = ['old.jsonl'] beside [data]; expected one of the two"


def test_a_corpus_may_be_a_data_set_whose_columns_are_told(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    table = '[data]\npath = "some.csv"\ntext = "comment"\nlabels = "topic"\n'
    path.write_text(PLAIN.replace('corpus = "corpus"\n', "") + table, encoding="utf-8")
    recipe = read_recipe(path)
    assert (recipe.corpus, recipe.data) == (tmp_path / "some.csv", Columns("comment", "topic"))


def test_a_folder_beside_a_data_set_is_refused(tmp_path: Path) -> None:
    told = refused(f'{PLAIN}[data]\npath = "some.csv"\ntext = "comment"\nlabels = "topic"\n', tmp_path)
    assert told == "corpus = 'corpus' beside [data]; expected one of the two"


def test_the_limits_of_a_corpus_stand_in_its_recipe(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f"{PLAIN}[check]\nfloor = 7\n[check.floors]\nprice = 9\n", encoding="utf-8")
    assert read_limits(path) == Limits(floor=7, floors={"price": 9})
    assert read_recipe(path) == Recipe("mine", 2, tmp_path / "corpus", None, "hash-8")


def test_limits_that_cannot_be_are_refused_with_the_recipe(tmp_path: Path) -> None:
    assert refused(f"{PLAIN}[check]\nfloor = true\n", tmp_path).startswith("[check]: floor = True; expected a whole")


@pytest.mark.parametrize("key", ["name", "version", "corpus", "encoder"])
def test_a_key_that_must_be_there_is_missed(key: str, tmp_path: Path) -> None:
    text = "\n".join(line for line in PLAIN.splitlines() if not line.startswith(key))
    assert refused(text, tmp_path) == f"{key} is missing"


def test_an_unknown_key_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    told = refused(f"{PLAIN}learning_rate = 3\n", tmp_path)
    assert told.startswith("unknown key 'learning_rate'; expected some of c, category, check, codebook")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('folds = "5"', "folds = '5'; expected a whole number from 2 to 50"),
        ("folds = 1", "folds = 1; expected a whole number from 2 to 50"),
        ("folds = 2.5", "folds = 2.5; expected a whole number from 2 to 50"),
        ("seed = -1", "seed = -1; expected a whole number from 0"),
        ("c = true", "c = True; expected a number from 1e-06"),
        ("c = nan", "c = nan; expected a number from 1e-06"),
        ("whole = 1.5", "whole = 1.5; expected a number from 0 to 1"),
        ("codebook = 7", "codebook = 7; expected a text"),
    ],
)
def test_a_value_that_cannot_be_is_refused(line: str, told: str, tmp_path: Path) -> None:
    assert refused(f"{PLAIN}{line}\n", tmp_path).startswith(told)


@pytest.mark.parametrize("name", ['""', '"../up"', '"a/b"', '".hidden"', "3"])
def test_a_name_that_is_no_folder_name_is_refused(name: str, tmp_path: Path) -> None:
    assert refused(PLAIN.replace('"mine"', name), tmp_path).endswith("expected letters, digits and . _ -")


@pytest.mark.parametrize("text", ["name = ", "{}", "name = 'a'\nname = 'b'"])
def test_a_text_that_is_not_toml_is_refused(text: str, tmp_path: Path) -> None:
    assert refused(text, tmp_path).startswith("not a recipe in TOML (")


def test_a_recipe_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.toml", "binary.toml"):
        with pytest.raises(CorpusError, match=name):
            read_recipe(tmp_path / name)
