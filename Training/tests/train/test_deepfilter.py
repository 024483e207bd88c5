"""DeepFilterNet's answer lies in time and in level with the question."""

from __future__ import annotations

import pathlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from isolde_training.train import deepfilter
from isolde_training.train.deepfilter import AHEAD, BANDS, GRAPHS, LOW, ORDER, DeepFilter


def write(path: pathlib.Path, inputs: dict[str, list], kernel: np.ndarray, out: str) -> None:
    """A graph that answers with `kernel` in every frame of its first input [1, 1, T, …]."""
    first = next(iter(inputs))
    nodes = [
        helper.make_node("Constant", [], ["zero"], value=numpy_helper.from_array(np.float32([0]))),
        helper.make_node("Constant", [], ["kernel"], value=numpy_helper.from_array(kernel)),
        helper.make_node("ReduceMean", [first], ["mean"], axes=[3], keepdims=1),  # [1, 1, T, 1]
        helper.make_node("Mul", ["mean", "zero"], ["none"]),
        helper.make_node("Add", ["none", "kernel"], [out]),
    ]
    values = [
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, shape) for k, shape in named.items()]
        for named in (inputs, {out: None})
    ]
    graph = helper.make_graph(nodes, "graph", *values)
    opset = [helper.make_opsetid("", 13)]
    path.parent.mkdir(exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


@pytest.fixture
def cache(tmp_path: pathlib.Path) -> pathlib.Path:
    """Graphs that leave every band and every bin as they are."""
    erb, spec = [1, 1, None, BANDS], [1, 2, None, LOW]
    taps = np.zeros((LOW, ORDER, 2), np.float32)
    taps[:, ORDER - 1 - AHEAD, 0] = 1  # the frame itself
    encoder, gains, taps_graph = (g.file(tmp_path) for g in GRAPHS)
    write(encoder, {"feat_erb": erb, "feat_spec": spec}, np.ones(1, np.float32), "emb")
    write(gains, {"emb": [1, 1, None, 1]}, np.ones(BANDS, np.float32), "m")
    write(taps_graph, {"emb": [1, 1, None, 1]}, taps.ravel(), "coefs")
    return tmp_path


@pytest.mark.parametrize("level", [1.0, 1e-3])
def test_what_is_left_as_it_is_comes_back(cache: pathlib.Path, level: float) -> None:
    x = level * np.random.default_rng(0).standard_normal(9701).astype(np.float32)
    y = DeepFilter(cache)(x)
    assert y.shape == x.shape
    assert np.abs(y - x)[480:].max() < 1e-3 * level  # nothing lies before the first window


def test_without_its_graphs_it_says_what_to_do(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deepfilter, "fetch", lambda cache, wanted: list(wanted))
    with pytest.raises(SystemExit, match="enc.onnx.*train.deepfilter=false"):
        DeepFilter(tmp_path)
