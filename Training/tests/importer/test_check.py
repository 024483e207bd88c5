"""What the check of an import finds, and what comes of it."""

from __future__ import annotations

import pathlib

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from isolde_training.importer.bring import Brought, Options, import_module, import_onnx, summary
from isolde_training.importer.ops.table import OPERATORS
from isolde_training.model.layer import Layer, spell
from isolde_training.model.library import LIBRARY
from isolde_training.model.model_file import read

SHAPE = [1, 1, 24, 9]
needs_engine = pytest.mark.skipif(not LIBRARY.exists(), reason="make")


class Floored(nn.Module):
    """A logarithm with a floor that PyTorch's optimizer takes for zero."""

    def __init__(self, floor: float):
        super().__init__()
        self.floor, self.mix = floor, nn.Linear(9, 9)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix((x * x + self.floor).log10()).sigmoid()


def file_of(*nodes: onnx.NodeProto, **constants: np.ndarray) -> onnx.ModelProto:
    """An ONNX file that makes y of x."""
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in "xy"]
    tensors = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "graph", ports[:1], ports[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def bring(model: onnx.ModelProto, folder: pathlib.Path, engine: bool = False) -> Brought:
    options = Options(axes={"x": "NCTF"}, engine=engine)
    return import_onnx(model, folder / "net.isolde", options)


def test_a_small_floor_is_kept(tmp_path: pathlib.Path) -> None:
    options = Options(axes={"x": "NCTF"}, engine=False)
    found = import_module(Floored(1e-9), (torch.rand(SHAPE),), tmp_path / "net.isolde", options)
    assert found.agreement.good and found.agreement.silence
    offsets = [layer.get("offset", 0) for layer in found.done.graph.layers]
    assert max(offsets) == pytest.approx(1e-9)


def test_a_file_without_its_floor_is_warned_about(tmp_path: pathlib.Path) -> None:
    found = bring(file_of(helper.make_node("Log", ["x"], ["y"])), tmp_path)
    assert found.agreement.good and not found.agreement.silence
    assert "warning: at silence ONNX Runtime gives no number" in summary(
        found, tmp_path / "net.isolde", 512
    )


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [("Clip", ["x", "edge"]), ("Clip", ["x", "", "edge"]), ("Max", ["x", "edge"])],
)
@pytest.mark.parametrize("engine", [False, pytest.param(True, marks=needs_engine)])
def test_one_sided_limits(kind: str, inputs: list[str], engine: bool, tmp_path) -> None:
    node = helper.make_node(kind, inputs, ["y"])
    assert bring(file_of(node, edge=np.float32(0.1)), tmp_path, engine).agreement.good


@needs_engine
def test_numbers_of_any_size_are_read_by_the_engine(tmp_path: pathlib.Path) -> None:
    for number in (1e-20, 1.5e-38, 3e38, 1.2345678e-10):
        node = helper.make_node("Max", ["x", "edge"], ["y"])
        assert bring(file_of(node, edge=np.float32(number)), tmp_path, True).agreement.good


@pytest.mark.parametrize("number", [0.1, -2.5, 1e-5, 3e38, -3e38, 1e-20, 1.2345678e-10])
def test_a_number_is_spelled_so_that_it_is_read_back(number: float) -> None:
    assert np.float32(spell(number)) == np.float32(number)
    assert len(spell(number)) <= 18 and "+" not in str(Layer("a", "clamp", (), {"low": number}))


def test_a_constant_is_cast_like_a_value(tmp_path: pathlib.Path) -> None:
    cast = helper.make_node("CastLike", ["two", "x"], ["cast"])
    model = file_of(cast, helper.make_node("Mul", ["x", "cast"], ["y"]), two=np.float64(2))
    assert bring(model, tmp_path).agreement.good


def test_dense_by_groups(tmp_path: pathlib.Path) -> None:
    class Grouped(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 3, 5))

        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("btgi,gih->btgh", x[:, 0].unflatten(2, (3, 3)), self.weight)

    options = Options(axes={"x": "NCTF"}, engine=False)
    out = tmp_path / "net.isolde"
    found = import_module(Grouped(), (torch.rand(SHAPE),), out, options, dynamo=False)
    assert found.agreement.good
    kinds = [(layer.kind, layer.get("groups", 1)) for layer in found.done.graph.layers]
    assert ("dense", 3) in kinds


def test_an_unequal_network_is_not_written_and_the_node_is_named(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = [
        helper.make_node("Sigmoid", ["x"], ["a"], name="first"),
        helper.make_node("Neg", ["a"], ["b"], name="wrong"),
        helper.make_node("Tanh", ["b"], ["y"], name="later"),
    ]
    monkeypatch.setitem(OPERATORS, "Neg", lambda c: c.x)  # a planted fault
    out = tmp_path / "net.isolde"
    out.write_bytes(b"what was there")
    found = bring(file_of(*nodes), tmp_path)
    assert not found.agreement.good and found.agreement.place == "Neg wrong"
    assert out.read_bytes() == b"what was there"
    text = summary(found, out, 512)
    assert "NOT WRITTEN" in text and "differs first: Neg wrong" in text


def test_an_export_that_is_not_the_module_is_named(tmp_path: pathlib.Path) -> None:
    options = Options(axes={"x": "NCTF"}, engine=False, reference=("PyTorch", lambda clips: clips))
    found = import_onnx(
        file_of(helper.make_node("Neg", ["x"], ["y"])), tmp_path / "net.isolde", options
    )
    assert found.agreement.place == "PyTorch and what it exports"


def test_a_missing_number_is_a_difference(tmp_path: pathlib.Path) -> None:
    options = Options(
        axes={"x": "NCTF"},
        engine=False,
        reference=("PyTorch", lambda clips: [np.zeros(SHAPE, np.float32)]),
    )
    found = import_onnx(
        file_of(helper.make_node("Log", ["x"], ["y"])), tmp_path / "net.isolde", options
    )
    assert found.agreement.difference == float("inf")


def test_windows_are_written(tmp_path: pathlib.Path) -> None:
    options = Options(axes={"x": "NCTF"}, engine=False, hop=480, window=960, synthesis=960)
    import_onnx(file_of(helper.make_node("Relu", ["x"], ["y"])), tmp_path / "net.isolde", options)
    model = read(tmp_path / "net.isolde")
    assert (model.hop, model.window, model.synthesis) == (480, 960, 960)
