"""Fine-tuning: an encoder learns to read feedback together with the heads that question it. PyTorch, for training only.

`rows` is what is learnt from, `questions` the heads and what they are asked, `use_network` and `transformer_network`
the two encoders as PyTorch networks, `rounds` the loop, `graph` the way to an 8-bit ONNX graph.
"""
