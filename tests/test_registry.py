"""A model comes back from disk as it was saved, or is refused in one line that names the file."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from verbatim import registry
from verbatim.coder import Coder
from verbatim.errors import InternalError, ModelError
from verbatim.registry import find, labels, load, models_folder, promote, read_manifest, save
from verbatim.taxonomy import default
from verbatim.taxonomy import load as load_codebook

HARBOUR = Path(__file__).parent / "files" / "codebooks" / "harbour.yaml"
TEXTS = ["The price is too high, but delivery was on time.", "機器又壞", "N/A", "很满意"]

Edit = Callable[[Path], None]


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of the small model, to be damaged."""
    return Path(shutil.copytree(trained / "small@1", tmp_path / "small@1"))


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edited(folder: Path, **changes: object) -> None:
    """Change values of the manifest; the SHA-256 of the arrays is brought up to date."""
    file = folder / "manifest.json"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    values = {**json.loads(file.read_text(encoding="utf-8")), "sha256": digest, **changes}
    file.write_text(json.dumps({key: value for key, value in values.items() if value is not ...}), encoding="utf-8")


def test_a_saved_model_codes_as_it_did_before(trained: Path, tmp_path: Path) -> None:
    first, manifest = load(trained / "small@1", default())
    again, copied = load(save(first, tmp_path, {"quality": {"l2": 0.5}}), default())
    assert Coder(again).code_texts(TEXTS) == Coder(first).code_texts(TEXTS)
    assert copied.quality == {"l2": 0.5}
    assert copied.values["sha256"] == manifest.values["sha256"]


def test_a_manifest_tells_label_quality_and_training(trained: Path) -> None:
    manifest = read_manifest(trained / "small@1")
    assert (manifest.label, manifest.folder) == ("small@1", trained / "small@1")
    assert 0 < float(str(manifest.quality["l2_weighted"])) <= 1
    assert manifest.training["verbatims"] == 62


def test_models_are_found_by_label_by_folder_and_as_the_current_one(trained: Path, folder: Path) -> None:
    assert labels(trained) == ["harbour@3", "small@1"]
    assert find("harbour@3", trained) == trained / "harbour@3"
    assert find(None, trained) == trained / "small@1"
    assert find(str(folder), trained) == folder


def test_another_model_becomes_the_current_one(trained: Path, tmp_path: Path) -> None:
    models = Path(shutil.copytree(trained, tmp_path / "models"))
    promote("harbour@3", models)
    assert find(None, models).name == "harbour@3"


def test_an_unknown_label_is_refused_with_the_known_ones(trained: Path) -> None:
    for attempt in (lambda: find("big@9", trained), lambda: promote("big@9", trained)):
        with pytest.raises(ModelError, match=r"no model 'big@9' in .*; expected .* one of: harbour@3, small@1$"):
            attempt()


def test_a_folder_without_a_current_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no CURRENT file"):
        find(None, tmp_path)


def test_a_current_file_that_names_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("gone@1\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"no model 'gone@1' in .*one of: none"):
        find(None, tmp_path)


def test_a_model_of_another_codebook_is_refused(trained: Path) -> None:
    with pytest.raises(ModelError, match=r"small@1 was trained for codebook b2b@1; it does not fit harbour@3"):
        load(trained / "small@1", load_codebook(HARBOUR))


def test_one_flipped_bit_is_seen(folder: Path) -> None:
    file = folder / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert refused(folder).startswith(f"{file}: damaged or exchanged: SHA-256 ")


@pytest.mark.parametrize("name", ["manifest.json", "model.safetensors"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    assert refused(folder).startswith(f"{folder / name}: cannot be read")


def test_a_model_of_a_later_format_asks_for_an_upgrade(folder: Path) -> None:
    edited(folder, format=registry.FORMAT + 1)
    assert refused(folder) == f"{folder / 'manifest.json'}: format 3 is newer than this software knows (2); " + (
        "upgrade verbatim"
    )


def test_a_model_of_the_first_format_still_codes() -> None:
    model, manifest = load(models_folder() / "b2b@1", default())
    assert manifest.values["format"] == 1
    first, second = Coder(model).code_texts(["The delivery was two weeks late.", "技术支持很专业"])
    assert [(code.id, code.polarity) for code in first.codes] == [("service.delivery", "negative")]
    assert [(code.id, code.polarity) for code in second.codes] == [("service.competence", "positive")]
    assert first.author == "b2b@1"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"b2b"', "{}", '{"format": "1"}', '{"format": true}'])
def test_foreign_json_is_refused(text: str, folder: Path) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert refused(folder).startswith(f"{folder / 'manifest.json'}: ")


def test_a_manifest_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff\xfe{")
    assert "cannot be read as a model's manifest" in refused(folder)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _headless(file: Path) -> None:
    file.write_bytes(b"\xff" * 8 + file.read_bytes()[8:])


def _pickled(file: Path) -> None:
    file.write_bytes(pickle.dumps(_Trap()))


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


class _Trap:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return _sprung, ("a pickle was opened",)


def _sprung(reason: str) -> None:
    raise AssertionError(reason)


@pytest.mark.parametrize("damage", [_cut, _headless, _pickled, _emptied])
def test_arrays_of_another_form_are_refused_even_with_the_right_hash(damage: Edit, folder: Path) -> None:
    damage(folder / "model.safetensors")
    assert "damaged or exchanged" in refused(folder)
    edited(folder)
    assert refused(folder).startswith(f"{folder / 'model.safetensors'}: not a safetensors file (")


def reshaped(folder: Path, name: str) -> None:
    """Give one array a row too few."""
    arrays = load_file(folder / "model.safetensors")
    arrays[name] = np.ascontiguousarray(arrays[name][:-1])
    save_file(arrays, folder / "model.safetensors")
    edited(folder)


def test_an_array_of_another_shape_is_refused(trained: Path, tmp_path: Path) -> None:
    for name in load_file(trained / "small@1" / "model.safetensors").keys() - {"heads.vectors"}:
        folder = Path(shutil.copytree(trained / "small@1", tmp_path / name))
        reshaped(folder, name)
        message = refused(folder)
        assert message.startswith(f"{folder}: manifest and arrays do not fit together")
        assert "expected" in message


def test_an_array_that_is_not_there_is_refused(folder: Path) -> None:
    arrays = load_file(folder / "model.safetensors")
    del arrays["heads.bias"]
    save_file(arrays, folder / "model.safetensors")
    edited(folder)
    assert "'heads.bias'" in refused(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"label": ...},
        {"ids": ["price"]},
        {"categories": []},
        {"stance": None},
        {"stance": {"bias": 1, "cuts": [6], "spread": 1}},
        {"stance_rules": {"most": 1}},
        {"trust": {"bias": 0.5}},
        {"trust": "often"},
    ],
)
def test_a_manifest_that_does_not_fit_its_arrays_is_refused(changes: dict[str, object], folder: Path) -> None:
    edited(folder, **changes)
    assert refused(folder).startswith(f"{folder}: manifest and arrays do not fit together")


def test_the_shipped_model_fits_the_shipped_codebook() -> None:
    try:
        shipped = find(None)
    except (InternalError, ModelError):
        pytest.skip("no model has been shipped yet")
    model, manifest = load(shipped, default())
    assert model.label == manifest.label == shipped.name
    assert shipped.parent == models_folder()
    assert (shipped / "CARD.md").is_file()


def test_a_name_without_a_version_stands_for_its_newest(trained: Path, tmp_path: Path) -> None:
    for version in (2, 10, 9):
        shutil.copytree(trained / "small@1", tmp_path / f"small@{version}")
    assert find("small", tmp_path) == tmp_path / "small@10"
    with pytest.raises(ModelError, match="no model 'smal' in"):
        find("smal", tmp_path)
