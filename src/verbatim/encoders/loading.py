"""The encoder that a model was trained with, from its fingerprint."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verbatim.encoders import pair, tuned_transformer, tuned_use
from verbatim.encoders.frozen import HashEncoder, SentenceEncoder, UseEncoder
from verbatim.encoders.protocol import Encoder
from verbatim.errors import InputError, ModelError

Weights = Mapping[str, NDArray[np.generic]]

_TUNED: Mapping[str, Callable[[Weights], Encoder]] = {
    tuned_use.KIND: tuned_use.TunedUse,
    tuned_transformer.KIND: tuned_transformer.TunedTransformer,
    pair.KIND: pair.EncoderPair,
}
_KNOWN = re.compile(r"sentence-transformers:.+|hash-[0-9]+")


def load_encoder(fingerprint: str, weights: Weights | None = None) -> Encoder:
    """Return an encoder; `weights` are those that a model keeps of a tuned one.

    Raises InputError for a fingerprint that this version does not know, ModelError where a tuned encoder's weights are
    missing or are others.
    """
    if fingerprint == UseEncoder.fingerprint:
        return UseEncoder()
    kind, _, rest = fingerprint.partition(":")
    if kind == "sentence-transformers" and rest:
        return SentenceEncoder(rest)
    if fingerprint.startswith("hash-") and fingerprint[5:].isdecimal() and int(fingerprint[5:]):
        return HashEncoder(int(fingerprint[5:]))
    if kind in _TUNED:
        return _tuned(fingerprint, kind, weights)
    known = f"{UseEncoder.fingerprint}, sentence-transformers:NAME, hash-N"
    raise InputError(f"encoder {fingerprint!r} is not known here; expected one of {known}")


def fingerprint_of(name: str) -> str:
    """Return the fingerprint of the encoder that a person named: one known here, else a sentence-transformers model.

    A folder is told whole, so that it is found from everywhere on this machine.
    """
    if name == UseEncoder.fingerprint or _KNOWN.fullmatch(name):
        return name
    folder = Path(name)
    return f"sentence-transformers:{folder.resolve() if folder.is_dir() else name}"


def _tuned(fingerprint: str, kind: str, weights: Weights | None) -> Encoder:
    if not weights:
        raise ModelError(f"encoder {fingerprint!r} was fine-tuned with a model, and its weights are not there")
    try:
        encoder = _TUNED[kind](weights)
    except KeyError as missing:
        raise ModelError(f"encoder {fingerprint!r} lacks the array {missing}") from missing
    if encoder.fingerprint != fingerprint:
        raise ModelError(f"encoder {fingerprint!r} expected, but the weights are those of {encoder.fingerprint!r}")
    return encoder
