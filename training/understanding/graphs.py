"""Layers of the encoder as an ONNX graph: the same for those of the package and for those that were
tuned.

Inputs: `states` (n, t, 384), `mask` (n, t) of 1 and 0; where `beside` is asked for also `keys_L`,
`values_L` (n, 12, s, 32) a layer and `seen` (n, s): what the texts attend to beside themselves.
Outputs: `above` (n, t, 384), and with `beside` each layer's own `own_keys_L`, `own_values_L`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from langchain_app.encoder.quantised import quantised
from langchain_app.encoder.weights import HEADS, WIDTH

OPSET = 17
EPSILON = 1e-12

Array = NDArray[np.generic]


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, value: Array) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def layers(
    weights: Mapping[str, NDArray[np.float32]],
    numbers: Sequence[int],
    *,
    beside: bool,
    outside: bool = False,
    smooth: Mapping[str, NDArray[np.float32]],
) -> onnx.ModelProto:
    """Return the graph of the layers `numbers` of `weights` (`l3.q.w` and so on).

    Linear weights are small whole numbers, and so is what they are multiplied with, for the whole
    batch at once; `smooth` (`l3.qkv`, `l3.ao`, ...) says by how much each input is divided first,
    so that the few large ones do not drown the rest. `outside` leaves the weights out: the session
    is given them."""
    graph, inputs, outputs = _Graph(), ["states", "mask"], []
    graph.constant("heads_shape", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64))
    graph.constant("flat_shape", np.array([0, 0, WIDTH], np.int64))
    graph.constant("scale", np.array((WIDTH // HEADS) ** -0.5, np.float32))
    graph.constant("one", np.array(1, np.float32))
    graph.constant("far", np.array(-1e9, np.float32))
    graph.constant("axes", np.array([1, 2], np.int64))
    if beside:
        graph.node("Concat", ["mask", "seen"], "all_mask", axis=1)
        inputs.append("seen")
    unseen = graph.node("Sub", ["one", "all_mask" if beside else "mask"], "unseen")
    away = graph.node("Mul", [graph.node("Unsqueeze", [unseen, "axes"], "unseen4"), "far"], "away")
    states = "states"
    for number in numbers:
        states = _layer(graph, weights, number, states, away, beside, smooth, outputs)
        if beside:
            inputs += [f"keys_{number}", f"values_{number}"]
    graph.node("Identity", [states], "above")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "layers",
            [_declared(name) for name in inputs],
            [_declared(name) for name in ("above", *outputs)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)],
    )
    model.ir_version = 9
    if outside:
        _put_outside(model)
    return model


def _declared(name: str) -> onnx.ValueInfoProto:
    if name in ("mask", "seen"):
        shape: list[str | int] = ["n", "t" if name == "mask" else "s"]
    elif "keys" in name or "values" in name:
        shape = ["n", HEADS, "t" if name.startswith("own") else "s", WIDTH // HEADS]
    else:
        shape = ["n", "t", WIDTH]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _layer(
    graph: _Graph,
    weights: Mapping[str, NDArray[np.float32]],
    number: int,
    states: str,
    away: str,
    beside: bool,
    smooth: Mapping[str, NDArray[np.float32]],
    outputs: list[str],
) -> str:
    at = f"l{number}."

    def smoothed(group: str, source: str) -> str:
        by = graph.constant(f"s{number}.{group}", 1 / smooth[f"{at}{group}"])
        return graph.node("Mul", [source, by], f"{at}{group}in")

    def linear(name: str, source: str) -> str:
        group = "qkv" if name in "qkv" else name
        whole, scale = quantised(weights[f"{at}{name}.w"] * smooth[f"{at}{group}"])
        parts = [
            graph.constant(f"{at}{name}.w", whole),
            graph.constant(f"{at}{name}.s", scale),
            graph.constant(f"{at}{name}.z", np.zeros(len(scale), np.int8)),
            graph.constant(f"{at}{name}.b", weights[f"{at}{name}.b"]),
        ]
        return graph.node(
            "DynamicQuantizeMatMul", [source, *parts], f"{at}{name}", domain="com.microsoft"
        )

    def by_head(name: str, turn: Sequence[int]) -> str:
        shaped = graph.node("Reshape", [linear(name, source), "heads_shape"], f"{at}{name}h")
        return graph.node("Transpose", [shaped], f"{at}{name}t", perm=list(turn))

    def normed(name: str, one: str, other: str) -> str:
        parts = [
            graph.constant(f"{at}{name}.{part}", weights[f"{at}{name}.{part}"]) for part in "wb"
        ]
        both = graph.node("Add", [one, other], f"{at}{name}a")
        return graph.node(
            "LayerNormalization", [both, *parts], f"{at}{name}", axis=-1, epsilon=EPSILON
        )

    source = smoothed("qkv", states)
    query, keys, values = (by_head(name, (0, 2, 1, 3)) for name in "qkv")
    if beside:
        outputs += [
            graph.node("Identity", [keys], f"own_keys_{number}"),
            graph.node("Identity", [values], f"own_values_{number}"),
        ]
        keys = graph.node("Concat", [keys, f"keys_{number}"], f"{at}kk", axis=2)
        values = graph.node("Concat", [values, f"values_{number}"], f"{at}vv", axis=2)
    turned = graph.node("Transpose", [keys], f"{at}kT", perm=[0, 1, 3, 2])
    query = graph.node("Mul", [query, "scale"], f"{at}qs")
    scores = graph.node(
        "Add", [graph.node("MatMul", [query, turned], f"{at}qk"), away], f"{at}masked"
    )
    looks = graph.node("Softmax", [scores], f"{at}p", axis=-1)
    found = graph.node("MatMul", [looks, values], f"{at}f")
    found = graph.node("Transpose", [found], f"{at}fT", perm=[0, 2, 1, 3])
    found = graph.node("Reshape", [found, "flat_shape"], f"{at}ff")
    states = normed("aln", states, linear("ao", smoothed("ao", found)))
    inner = graph.node(
        "Gelu", [linear("fi", smoothed("fi", states))], f"{at}g", domain="com.microsoft"
    )
    return normed("oln", states, linear("fo", smoothed("fo", inner)))


def _put_outside(model: onnx.ModelProto) -> None:
    """Leave the weights out of the file: a session is given them by name."""
    for tensor in model.graph.initializer:
        if not tensor.name.startswith("l") or tensor.name.endswith(".z"):
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "given"
