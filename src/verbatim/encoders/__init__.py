"""From texts to vectors: one protocol, and what stands behind it.

`frozen` encoders come ready from a package or a folder and read every clause by itself. `tuned` ones were fine-tuned
with a model, keep their weights in it, and read every clause in its place in the whole text.

Heavy libraries load inside constructors, so that importing this package costs nothing.
"""

from verbatim.encoders.frozen import HashEncoder, SentenceEncoder, UseEncoder
from verbatim.encoders.loading import fingerprint_of, load_encoder
from verbatim.encoders.protocol import Encoder, Read, Span, Vectors, encodable, whole_vectors

__all__ = [
    "Encoder",
    "HashEncoder",
    "Read",
    "SentenceEncoder",
    "Span",
    "UseEncoder",
    "Vectors",
    "encodable",
    "fingerprint_of",
    "load_encoder",
    "whole_vectors",
]
