"""Fine-tuning: an encoder learns to read feedback together with the heads that question it. PyTorch, for training only.

`rows` is what is learnt from, `questions` the heads and what they are asked, `use_network` and `transformer_network`
the two encoders as PyTorch networks, `rounds` the loop, `graph` the way to an 8-bit ONNX graph.
"""

import os


def keep_kernels() -> None:
    """Let PyTorch keep the kernels that it compiles for each length of text; call it before torch is imported.

    Its own limit, 1,024, is less than the lengths of a corpus need, and compiling them again doubles the time.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")
