"""A tuned transformer as an ONNX graph in 8 bits, as `encoders.tuned_transformer` runs it.

Weight matrices are rounded to 8 bits column by column, activations while it runs (Jacob et al. 2018), the table of
pieces row by row. Operators of onnxruntime's own set keep what belongs together in one step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from verbatim.features import Floats

OURS = "com.microsoft"
ONNX_SET, IR = 17, 8
GREATEST = 127

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


def quantised(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return a matrix in 8 bits, and the scale of each row."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-8) / GREATEST
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def graph_of(body: nn.Module) -> bytes:
    """Return the graph of a BertModel: pieces (n, t) int64 and mask (n, t) int32 in, last layer (n, t, width) out."""
    arrays = {name: tensor.detach().float().numpy() for name, tensor in body.state_dict().items()}
    shape = body.config
    graph = Graph()
    state = _embedded(graph, arrays, shape.layer_norm_eps)
    for layer in range(shape.num_hidden_layers):
        own = {
            name.removeprefix(f"encoder.layer.{layer}."): array
            for name, array in arrays.items()
            if name.startswith(f"encoder.layer.{layer}.")
        }
        state = _layer(graph, f"l{layer}", own, state, (shape.num_attention_heads, shape.layer_norm_eps))
    graph.node("Identity", [state], "states")
    ports = [
        helper.make_tensor_value_info("pieces", TensorProto.INT64, ["n", "t"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["n", "t"]),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "t", shape.hidden_size])
    whole = helper.make_graph(graph.nodes, "encoder", ports, [states], graph.constants)
    sets = [helper.make_opsetid("", ONNX_SET), helper.make_opsetid(OURS, 1)]
    return bytes(helper.make_model(whole, opset_imports=sets, ir_version=IR).SerializeToString(deterministic=True))


def _embedded(graph: Graph, arrays: Arrays, epsilon: float) -> str:
    table, scale = quantised(arrays["embeddings.word_embeddings.weight"])
    places = arrays["embeddings.position_embeddings.weight"] + arrays["embeddings.token_type_embeddings.weight"][:1]
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


def _layer(graph: Graph, name: str, arrays: Arrays, state: str, shape: tuple[int, float]) -> str:
    heads, epsilon = shape
    asked = [
        graph.dense(
            state, f"{name}.{part}", arrays[f"attention.self.{part}.weight"], arrays[f"attention.self.{part}.bias"]
        )
        for part in ("query", "key", "value")
    ]
    seen = graph.own("MultiHeadAttention", [*asked, "", "mask"], f"{name}.seen", num_heads=heads)
    output = arrays["attention.output.dense.weight"], arrays["attention.output.dense.bias"]
    told = graph.dense(seen, f"{name}.told", *output)
    state = _added(graph, f"{name}.first", (state, told), arrays, "attention.output.LayerNorm", epsilon)
    inner = arrays["intermediate.dense.weight"], arrays["intermediate.dense.bias"]
    wide = graph.own("Gelu", [graph.dense(state, f"{name}.wide", *inner)], f"{name}.bent")
    narrow = graph.dense(wide, f"{name}.narrow", arrays["output.dense.weight"], arrays["output.dense.bias"])
    return _added(graph, f"{name}.second", (state, narrow), arrays, "output.LayerNorm", epsilon)


def _added(graph: Graph, name: str, sum_of: tuple[str, str], arrays: Arrays, norm: str, epsilon: float) -> str:
    inputs = [graph.constant(f"{name}.{part}", arrays[f"{norm}.{part}"]) for part in ("weight", "bias")]
    return graph.own("SkipLayerNormalization", [*sum_of, *inputs], name, epsilon=epsilon)
