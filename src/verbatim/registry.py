"""Models on disk: a folder of arrays and JSON for each version, and a file that says which one is current.

    models/CURRENT                    the label of the current model
    models/<label>/manifest.json      what it is, what it fits, its numbers, and the SHA-256 of its arrays
    models/<label>/model.safetensors  the arrays; of more than 95 MB the rest lies in model-2.safetensors, and so on
    models/<label>/CARD.md            what a person should know of it
    models/<label>/codebook.yaml      the frame it codes by, where that is its maker's own

Nothing in a model is ever run: no pickle. A file that was changed, or that this version cannot know, is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from verbatim.coder import Model
from verbatim.codes import Frame, Thresholds
from verbatim.corrections import Correction
from verbatim.earlier import from_first
from verbatim.errors import ModelError
from verbatim.features import Floats, Vocabulary
from verbatim.heads import Heads, ngram_heads, vector_heads
from verbatim.resources import data_path
from verbatim.stance import SUMMARY, StanceModel, StanceRules
from verbatim.taxonomy import Codebook
from verbatim.trust import SIGNS, Trust

FORMAT = 2
"""The layout of a model on disk; a model of a later one is refused, one of an earlier one is brought to it."""

ENCODER = "encoder."
"""What the names of a fine-tuned encoder's arrays begin with."""

CORRECTION = "correction."
"""What the names of the arrays begin with that were learnt of one customer."""

CODEBOOK = "codebook.yaml"
"""The name of the frame in the folder of a model that was trained for one of its maker's own."""

LARGEST = 95_000_000
"""How many bytes of arrays go into one file: hosts of source code take none of more than 100 MB."""

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is told of a model beside its arrays: the values of the file, and where its folder lies."""

    folder: Path
    values: Mapping[str, object]

    @property
    def label(self) -> str:
        """Name and version."""
        return str(self.values["label"])

    @property
    def quality(self) -> Mapping[str, object]:
        """How well the model coded what it had not seen; empty where nothing was measured."""
        return cast("Mapping[str, object]", self.values.get("quality") or {})

    @property
    def training(self) -> Mapping[str, object]:
        """Recipe, data hash and code version that the model was made with."""
        return cast("Mapping[str, object]", self.values.get("training") or {})

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files of arrays."""
        return tuple(_digests(self.values))

    @property
    def taught(self) -> frozenset[int]:
        """The numbers of an organisation's verbatims that a retrained model has learnt from."""
        return frozenset(cast("list[int]", self.values.get("taught") or []))


def models_folder() -> Path:
    """Return the folder of the models that came with this software."""
    return data_path("models")


def find(name: str | None, folder: Path | None = None) -> Path:
    """Return the folder of a model: the current one, one by its label, or any folder that holds a manifest.

    A name without a version, such as "accurate", stands for the newest version of that name.
    """
    if name and (Path(name) / "manifest.json").is_file():
        return Path(name)
    root = folder or models_folder()
    label = name or _current(root)
    versions = [one for one in labels(root) if one.rpartition("@")[0] == label]
    label = max(versions, key=lambda one: int(one.rpartition("@")[2]), default=label)
    if not (root / label / "manifest.json").is_file():
        known = ", ".join(labels(root)) or "none"
        raise ModelError(f"no model {label!r} in {root}; expected a folder with a manifest.json, or one of: {known}")
    return root / label


def labels(folder: Path) -> list[str]:
    """Return the labels of the models in a folder, in order of name."""
    return sorted(path.parent.name for path in folder.glob("*/manifest.json"))


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a model; ModelError if it is not one, or of a format that this version cannot know."""
    file = folder / "manifest.json"
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelError(f"{file}: cannot be read as a model's manifest ({problem})") from problem
    found = values.get("format") if isinstance(values, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise ModelError(f"{file}: not a model of this software; expected a JSON object with format {FORMAT}")
    if found > FORMAT:
        raise ModelError(f"{file}: format {found} is newer than this software knows ({FORMAT}); upgrade verbatim")
    return Manifest(folder, values)


def load(folder: Path, codebook: Codebook | None = None) -> tuple[Model, Manifest]:
    """Return the model in a folder, with its manifest.

    Raises ModelError when a file is missing, damaged or foreign, or when it was trained for another codebook.
    """
    manifest = read_manifest(folder)
    values = manifest.values
    arrays: Arrays = {}
    for name, digest in _digests(values).items():
        arrays |= _arrays(folder / name, digest)
    try:
        if values["format"] == 1:
            values, arrays = from_first(values, arrays)
        model = _model(values, arrays)
        _check_shapes(model, arrays)
    except (LookupError, TypeError, ValueError, AttributeError) as problem:
        raise ModelError(f"{folder}: manifest and arrays do not fit together ({problem!r})") from problem
    if codebook is not None and codebook.fingerprint != model.codebook_fingerprint:
        message = f"model {model.label} was trained for codebook {model.codebook}; it does not fit {codebook.label}"
        raise ModelError(f"{message}: train one with `verbatim train`, or leave --codebook out")
    return model, manifest


def save(model: Model, folder: Path, facts: Mapping[str, object], largest: int = LARGEST) -> Path:
    """Write the model into `folder`/<label> and return that path; `facts` (quality, training) go into the manifest.

    A file holds arrays of at most `largest` bytes, unless a single one has more.
    """
    from safetensors.numpy import save as to_bytes  # noqa: PLC0415 - only training writes

    target = folder / model.label
    target.mkdir(parents=True, exist_ok=True)
    parts = [to_bytes(part) for part in _parts(_to_arrays(model), largest)]
    first, *more = (hashlib.sha256(data).hexdigest() for data in parts)
    values = {**_to_values(model), **facts, "sha256": first, **({"more": more} if more else {})}
    text = json.dumps(values, ensure_ascii=False, indent=1)
    written = {**dict(zip(_digests(values), parts, strict=True)), "manifest.json": (text + "\n").encode()}
    for name, content in written.items():
        (target / f".{name}.partial").write_bytes(content)
    for name in written:
        (target / f".{name}.partial").replace(target / name)
    return target


def promote(label: str, folder: Path) -> None:
    """Make a model the current one of its folder."""
    find(label, folder)
    (folder / "CURRENT").write_text(label + "\n", encoding="utf-8")


def _current(folder: Path) -> str:
    file = folder / "CURRENT"
    if not file.is_file():
        raise ModelError(f"{folder}: no CURRENT file that names the current model")
    return file.read_text(encoding="utf-8").strip()


def _digests(values: Mapping[str, object]) -> dict[str, str]:
    """Return the SHA-256 that a manifest states of each of its files of arrays."""
    more = values.get("more") or []
    rest = enumerate(more if isinstance(more, list) else [more], start=2)
    return {"model.safetensors": str(values.get("sha256")), **{f"model-{n}.safetensors": str(one) for n, one in rest}}


def _parts(arrays: Arrays, largest: int) -> list[Arrays]:
    """Return the arrays as they go into files: each into the first one that has room for it."""
    parts: list[Arrays] = []
    for name, array in arrays.items():
        sizes = (sum(other.nbytes for other in part.values()) for part in parts)
        part = next((part for part, size in zip(parts, sizes, strict=False) if size + array.nbytes <= largest), None)
        if part is None:
            part = {}
            parts.append(part)
        part[name] = array
    return parts


def _arrays(file: Path, expected: str) -> Arrays:
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load as load_bytes  # noqa: PLC0415

    try:
        data = file.read_bytes()
    except OSError as problem:
        raise ModelError(f"{file}: cannot be read ({problem.strerror})") from problem
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ModelError(f"{file}: damaged or exchanged: SHA-256 {found[:12]}…, expected {expected[:12]}…")
    try:
        return cast("Arrays", load_bytes(data))
    except SafetensorError as problem:
        raise ModelError(f"{file}: not a safetensors file ({problem})") from problem


def _to_arrays(model: Model) -> Arrays:
    """Return the arrays of a model; coefficients in half precision, to which the fit has rounded them."""
    half = np.float16
    arrays: Arrays = {f"{ENCODER}{name}": array for name, array in model.weights.items()}
    arrays |= {
        "vocabulary.hashes": model.vocabulary.hashes,
        "vocabulary.idf": model.vocabulary.idf,
        "heads.ngrams": model.heads.ngrams.astype(half),
        "heads.vectors": model.heads.vectors.astype(half),
        "heads.bias": model.heads.bias,
        "thresholds.given": model.thresholds.given,
        "thresholds.category": model.thresholds.category,
        "thresholds.slope": model.thresholds.slope,
        "thresholds.offset": model.thresholds.offset,
        "stance.weights": model.stance.weights,
        "trust.weights": model.trust.weights,
        "frame.category": model.frame.category,
        "frame.bare": model.frame.bare,
    }
    if model.wholes is not model.heads:
        arrays |= {"wholes.vectors": model.wholes.vectors.astype(half), "wholes.bias": model.wholes.bias}
    if model.correction:
        arrays |= {f"{CORRECTION}{name}": array for name, array in asdict(model.correction).items()}
    return arrays


def _to_values(model: Model) -> dict[str, object]:
    return {
        "format": FORMAT,
        "label": model.label,
        "codebook": model.codebook,
        "codebook_fingerprint": model.codebook_fingerprint,
        "encoder": model.encoder,
        "ids": list(model.frame.ids),
        "categories": list(model.frame.categories),
        "general": model.frame.general,
        "no_content": model.frame.no_content,
        "none": model.frame.none,
        "floor": model.thresholds.floor,
        "whole": model.thresholds.whole,
        "stance": {"bias": model.stance.bias, "cuts": list(model.stance.cuts), "spread": model.stance.spread},
        "stance_rules": asdict(model.stance_rules),
        "trust": {"bias": model.trust.bias, "least": model.trust.least},
    }


def _model(values: Mapping[str, object], arrays: Arrays) -> Model:
    of = cast("Mapping[str, Mapping[str, float]]", values)
    weights = {name.removeprefix(ENCODER): array for name, array in arrays.items() if name.startswith(ENCODER)}
    own = {name: array for name, array in arrays.items() if not name.startswith(ENCODER)}
    floats = {name: array.astype(np.float32) for name, array in own.items() if array.dtype.kind == "f"}
    stance = cast("Mapping[str, list[float]]", values["stance"])
    frame = _frame(values, arrays)
    heads = _heads(frame, floats, "heads")
    return Model(
        label=str(values["label"]),
        codebook=str(values["codebook"]),
        codebook_fingerprint=str(values["codebook_fingerprint"]),
        encoder=str(values["encoder"]),
        weights=weights,
        vocabulary=Vocabulary(arrays["vocabulary.hashes"].astype(np.uint64), floats["vocabulary.idf"]),
        heads=heads,
        wholes=_heads(frame, floats, "wholes") if "wholes.bias" in floats else heads,
        frame=frame,
        thresholds=Thresholds(
            given=floats["thresholds.given"],
            category=floats["thresholds.category"],
            slope=floats["thresholds.slope"],
            offset=floats["thresholds.offset"],
            floor=float(cast("float", values["floor"])),
            whole=float(cast("float", values["whole"])),
        ),
        stance=StanceModel(
            weights=floats["stance.weights"],
            bias=float(of["stance"]["bias"]),
            cuts=(float(stance["cuts"][0]), float(stance["cuts"][1])),
            spread=float(of["stance"]["spread"]),
        ),
        stance_rules=StanceRules(**of["stance_rules"]),
        trust=Trust(floats["trust.weights"], float(of["trust"]["bias"]), float(of["trust"]["least"])),
        correction=_correction(floats),
    )


def _frame(values: Mapping[str, object], arrays: Arrays) -> Frame:
    return Frame(
        ids=tuple(cast("list[str]", values["ids"])),
        categories=tuple(cast("list[str]", values["categories"])),
        category=arrays["frame.category"].astype(np.int64),
        bare=arrays["frame.bare"].astype(np.bool_),
        general=cast("int | None", values["general"]),
        no_content=cast("int | None", values["no_content"]),
        none=cast("int | None", values.get("none")),
    )


def _correction(floats: Mapping[str, Floats]) -> Correction | None:
    own = {name.removeprefix(CORRECTION): array for name, array in floats.items() if name.startswith(CORRECTION)}
    return Correction(**own) if own else None


def _heads(frame: Frame, floats: Mapping[str, Floats], name: str) -> Heads:
    counts = len(frame.ids), len(frame.categories)
    return Heads(*counts, floats["heads.ngrams"], floats[f"{name}.vectors"], floats[f"{name}.bias"])


def _check_shapes(model: Model, arrays: Arrays) -> None:
    """Raise ValueError where an array has another shape than the names in the manifest ask for."""
    ids, categories = len(model.frame.ids), len(model.frame.categories)
    grams, dimension = len(model.vocabulary), model.heads.vectors.shape[0]
    heads = vector_heads(ids, categories)
    expected: dict[str, tuple[int, ...]] = {
        "vocabulary.idf": (grams,),
        "heads.ngrams": (grams, ngram_heads(ids, categories)),
        "thresholds.category": (categories,),
        "stance.weights": (SUMMARY,),
        "trust.weights": (SIGNS,),
    }
    for name in ("heads", "wholes")[: 2 if model.wholes is not model.heads else 1]:
        expected |= {f"{name}.vectors": (dimension, heads), f"{name}.bias": (heads,)}
    if model.correction:
        coded = ids + categories
        shapes = {"scores": (coded, coded), "vectors": (dimension, coded), "bias": (coded,)}
        expected |= {f"{CORRECTION}{name}": shape for name, shape in shapes.items()}
    of_ids = ("thresholds.given", "thresholds.slope", "thresholds.offset", "frame.category", "frame.bare")
    for name, shape in {**expected, **dict.fromkeys(of_ids, (ids,))}.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shape}")
