"""A tuned transformer as an ONNX graph in 8 bits, as `encoders.tuned_transformer` runs it.

Weight matrices are rounded to 8 bits column by column, activations while it runs (Jacob et al. 2018), the table of
pieces row by row. One scale for all activations that a matrix meets costs MPNet a hundredth of F1: its two widest
matrices are rounded to 4 bits in blocks of 32, each with a scale of its own, and so are the activations that they meet,
to 8. The one scale is taken from the batch, so that the last digits of an answer depend on what is read beside it.
Operators of onnxruntime's own set keep what belongs together in one step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from verbatim.encoders.tuned_transformer import RUN
from verbatim.features import Floats

OURS = "com.microsoft"
ONNX_SET, IR = 17, 8
GREATEST = 127
BLOCK, LOWEST = 32, -8
"""How many weights share a scale in 4 bits, and the least of their sixteen steps."""

MPNET_NAMES = {"attention.attn.q.": "attention.self.query.", "attention.attn.k.": "attention.self.key."}
MPNET_NAMES |= {"attention.attn.v.": "attention.self.value.", "attention.attn.o.": "attention.output.dense."}
MPNET_NAMES |= {"attention.LayerNorm.": "attention.output.LayerNorm."}
"""What MPNet calls the arrays of a layer, and what BERT calls them."""

FIRST_PLACE = 2
"""The row of MPNet's table of places that the first piece takes."""

Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(slots=True)
class Graph:
    """Nodes and constants, as they are added."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, array: NDArray[np.generic]) -> str:
        """Add an array under a name, and return that."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: int | float | str) -> str:
        """Add a standard operator, and return the name of what it gives."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def own(self, kind: str, inputs: list[str], output: str, **attributes: int | float) -> str:
        """Add an operator of onnxruntime's own set, and return the name of what it gives."""
        return self.node(kind, inputs, output, domain=OURS, **attributes)

    def dense(self, entry: str, name: str, weight: Floats, bias: Floats) -> str:
        """Add entry @ weight.T + bias with the weight in 8 bits, (out, in)."""
        steps, scale = quantised(weight)
        inputs = [entry, self.constant(f"{name}.steps", steps.T), self.constant(f"{name}.scale", scale)]
        return self.own("DynamicQuantizeMatMul", [*inputs, "", self.constant(f"{name}.bias", bias)], name)

    def blockwise(self, entry: str, name: str, weight: Floats, bias: Floats) -> str:
        """Add entry @ weight.T + bias with the weight in 4 bits by blocks of inputs, (out, in)."""
        steps, scale = packed(weight)
        inputs = [entry, self.constant(f"{name}.steps", steps), self.constant(f"{name}.scale", scale)]
        out, width = weight.shape
        options = {"K": width, "N": out, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
        product = self.own("MatMulNBits", inputs, f"{name}.product", **options)
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)], name)


def packed(matrix: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Return a matrix in 4 bits, two to a byte, (out, blocks, 16), and the scales (out × blocks,)."""
    blocks = matrix.reshape(len(matrix), -1, BLOCK)
    greatest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1)[..., None], axis=-1)
    scale = np.where(greatest == 0, 1, greatest / LOWEST).astype(np.float32)
    steps = np.clip(np.rint(blocks / scale) - LOWEST, 0, 15).astype(np.uint8)
    return steps[..., 0::2] | (steps[..., 1::2] << 4), scale.ravel()


def quantised(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return a matrix in 8 bits, and the scale of each row."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-8) / GREATEST
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What layers are told: heads of attention, epsilon, what is added to attention, how wide matrices are kept."""

    heads: int
    epsilon: float
    bias: str
    wide: Callable[[str, str, Floats, Floats], str]


def graph_of(body: nn.Module) -> bytes:
    """Return the graph of a BertModel or an MPNetModel.

    In go pieces (n, t) int64 and mask (n, t) int32, out comes the last layer (n, t, width).
    """
    shape = body.config
    is_mpnet = shape.model_type == "mpnet"
    arrays = {_usual(name): tensor.detach().float().numpy() for name, tensor in body.state_dict().items()}
    graph = Graph()
    state = _embedded(graph, arrays, shape.layer_norm_eps, _places(arrays))
    bias = _nearness(graph, _by_distance(body)) if is_mpnet else ""
    wide = graph.blockwise if is_mpnet else graph.dense
    layout = _Layout(shape.num_attention_heads, shape.layer_norm_eps, bias, wide)
    for layer in range(shape.num_hidden_layers):
        own = {
            name.removeprefix(f"encoder.layer.{layer}."): array
            for name, array in arrays.items()
            if name.startswith(f"encoder.layer.{layer}.")
        }
        state = _layer(graph, f"l{layer}", own, state, layout)
    graph.node("Identity", [state], "states")
    ports = [
        helper.make_tensor_value_info("pieces", TensorProto.INT64, ["n", "t"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["n", "t"]),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "t", shape.hidden_size])
    whole = helper.make_graph(graph.nodes, "encoder", ports, [states], graph.constants)
    sets = [helper.make_opsetid("", ONNX_SET), helper.make_opsetid(OURS, 1)]
    return bytes(helper.make_model(whole, opset_imports=sets, ir_version=IR).SerializeToString(deterministic=True))


def _usual(name: str) -> str:
    """Return the name of an array as BERT has it."""
    for theirs, ours in MPNET_NAMES.items():
        name = name.replace(theirs, ours)
    return name


def _places(arrays: Arrays) -> Floats:
    """Return what is added to the first piece, the second, and so on, (places, width)."""
    table, kinds = (
        arrays["embeddings.position_embeddings.weight"],
        arrays.get("embeddings.token_type_embeddings.weight"),
    )
    return table[FIRST_PLACE : FIRST_PLACE + RUN] if kinds is None else table + kinds[:1]


def _by_distance(body: nn.Module) -> Floats:
    """Return what MPNet adds to attention for every distance from -(RUN - 1) to RUN - 1, (heads, 2 × RUN - 1)."""
    buckets = body.encoder.relative_position_bucket(
        torch.arange(1 - RUN, RUN), num_buckets=body.config.relative_attention_num_buckets
    )
    return np.ascontiguousarray(body.encoder.relative_attention_bias.weight.detach().float().numpy()[buckets.numpy()].T)


def _embedded(graph: Graph, arrays: Arrays, epsilon: float, places: Floats) -> str:
    table, scale = quantised(arrays["embeddings.word_embeddings.weight"])
    steps = graph.node("Gather", [graph.constant("table", table), "pieces"], "table.steps")
    scales = graph.node("Gather", [graph.constant("table.scale", scale[:, None]), "pieces"], "table.scales")
    words = graph.node("Mul", [graph.node("Cast", [steps], "table.floats", to=TensorProto.FLOAT), scales], "words")
    zero, one = graph.constant("zero", np.array([0], np.int64)), graph.constant("one", np.array([1], np.int64))
    length = graph.node(
        "Slice", [graph.node("Shape", ["pieces"], "shape"), one, graph.constant("two", np.array([2]))], "length"
    )
    positions = graph.node("Slice", [graph.constant("places", places), zero, length, zero], "positions")
    total = graph.node("Add", [words, positions], "embedded")
    norm = [graph.constant(f"embedded.{name}", arrays[f"embeddings.LayerNorm.{name}"]) for name in ("weight", "bias")]
    return graph.node("LayerNormalization", [total, *norm], "embedded.norm", axis=-1, epsilon=epsilon)


def _nearness(graph: Graph, by_distance: Floats) -> str:
    """Add what attention of each piece to each other gains by their distance, (1, heads, t, t), for all layers."""
    start, step = graph.constant("start", np.array(0)), graph.constant("step", np.array(1))
    counted = graph.node("Range", [start, graph.node("Squeeze", ["length"], "count"), step], "counted")
    across, down = (
        graph.node("Unsqueeze", [counted, "zero"], "across"),
        graph.node("Unsqueeze", [counted, "one"], "down"),
    )
    distance = graph.node("Sub", [across, down], "distance")
    column = graph.node("Add", [distance, graph.constant("middle", np.array(RUN - 1))], "column")
    nearness = graph.node("Gather", [graph.constant("by_distance", by_distance), column], "nearness", axis=1)
    return graph.node("Unsqueeze", [nearness, "zero"], "nearness.all")


def _layer(graph: Graph, name: str, arrays: Arrays, state: str, layout: _Layout) -> str:
    asked = [
        graph.dense(
            state, f"{name}.{part}", arrays[f"attention.self.{part}.weight"], arrays[f"attention.self.{part}.bias"]
        )
        for part in ("query", "key", "value")
    ]
    inputs = [*asked, "", "mask", *([layout.bias] if layout.bias else [])]
    seen = graph.own("MultiHeadAttention", inputs, f"{name}.seen", num_heads=layout.heads)
    output = arrays["attention.output.dense.weight"], arrays["attention.output.dense.bias"]
    told = graph.dense(seen, f"{name}.told", *output)
    state = _added(graph, f"{name}.first", (state, told), arrays, "attention.output.LayerNorm", layout.epsilon)
    inner = arrays["intermediate.dense.weight"], arrays["intermediate.dense.bias"]
    bent = graph.own("Gelu", [layout.wide(state, f"{name}.wide", *inner)], f"{name}.bent")
    narrow = layout.wide(bent, f"{name}.narrow", arrays["output.dense.weight"], arrays["output.dense.bias"])
    return _added(graph, f"{name}.second", (state, narrow), arrays, "output.LayerNorm", layout.epsilon)


def _added(graph: Graph, name: str, sum_of: tuple[str, str], arrays: Arrays, norm: str, epsilon: float) -> str:
    inputs = [graph.constant(f"{name}.{part}", arrays[f"{norm}.{part}"]) for part in ("weight", "bias")]
    return graph.own("SkipLayerNormalization", [*sum_of, *inputs], name, epsilon=epsilon)
