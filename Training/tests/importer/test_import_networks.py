"""The networks of examples/, made small: exported as their framework does, imported, streamed."""

from __future__ import annotations

import os
import pathlib
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from isolde_training.__main__ import main
from isolde_training.config import ROOT
from isolde_training.importer.bring import Brought, Options, import_module, import_onnx
from isolde_training.model.library import LIBRARY
from isolde_training.model.model_file import read

os.environ.setdefault("KERAS_BACKEND", "torch")
sys.path.insert(0, str(ROOT / "Training" / "examples"))

FILES = pathlib.Path(__file__).parent / "files"

import torch_crn  # noqa: E402
from show import Exported, import_exported  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters


def brought(
    export: Callable[[pathlib.Path], Exported],
    folder: pathlib.Path,
    axes: dict[str, str],
    outputs: tuple[str, ...],
) -> Brought:
    path, reference = export(folder)
    return import_exported(path, folder / "network.isolde", axes, outputs, reference)


def test_keras_unet(tmp_path: pathlib.Path) -> None:
    """All six levels: the delay is DESIGN's 252 frames."""
    pytest.importorskip("keras")
    import keras_unet

    found = brought(
        lambda folder: keras_unet.export(folder, 320, 64, channels=(2, 3, 4, 4, 5, 6)),
        tmp_path,
        {"magnitude": "NTFC"},
        ("voice",),
    )
    kinds = [layer.kind for layer in found.done.graph.layers]
    assert found.agreement.good and found.agreement.frames == 320 - 252
    assert found.agreement.reference == "Keras"
    assert found.agreement.delay == 252
    assert (kinds.count("conv"), kinds.count("upconv"), kinds.count("concat")) == (6, 6, 5)
    assert "max_pool" not in kinds and "crop" not in kinds  # cuts are part of the convolutions


@pytest.mark.parametrize("activation", ["LeakyReLU", "ELU"])
def test_spleeter(activation: str, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("keras")
    import spleeter

    found = brought(
        lambda folder: spleeter.export(folder, 64, 16, activation, channels=(3, 4, 5)),
        tmp_path,
        {"mix": "NTFC"},
        spleeter.STEMS,
    )
    assert found.agreement.good and found.agreement.delay == 31
    assert [x.edge for x in found.done.outputs.values()] == list(spleeter.STEMS)


def test_torch_crn(tmp_path: pathlib.Path) -> None:
    found = brought(
        lambda folder: torch_crn.export(folder, 32, bins=33, kept=9, bands=8, channels=8),
        tmp_path,
        {"spectrum": "NCTF"},
        ("cleaned",),
    )
    kinds = {layer.kind for layer in found.done.graph.layers}
    assert found.agreement.good and found.agreement.delay == 0
    assert kinds >= {"gru", "prelu", "layer_norm", "bands", "upconv", "dense"}


class Small(nn.Module):
    """What the newer exporter writes differently: norms, GRUs, shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=(2, 1)), nn.BatchNorm2d(4)
        self.gru, self.out = nn.GRU(4 * 6, 8, batch_first=True), nn.Linear(8, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(self.conv(x))[:, :, :-2].relu().transpose(1, 2).flatten(2)  # [B, T, C * F]
        return x * self.out(self.gru(y)[0]).sigmoid()[:, None]


def test_the_newer_exporter(tmp_path: pathlib.Path) -> None:
    options = Options(axes={"x": "NCTF"}, half=True)
    example = (torch.zeros(1, 1, 20, 6),)
    found = import_module(Small(), example, tmp_path / "small.isolde", options, dynamo=True)
    assert found.agreement.good and found.agreement.delay == 0
    assert found.agreement.reference == "PyTorch"
    if LIBRARY.exists():
        assert found.agreement.runner == "the engine"


@pytest.mark.parametrize(
    ("name", "delay"), [("tf2onnx_unet", 28), ("tf2onnx_unet_fixed", 28), ("tf2onnx_mixed", 3)]
)
def test_files_of_tf2onnx(name: str, delay: int, tmp_path: pathlib.Path) -> None:
    """Made by files/make.py; the first is for any number of frames."""
    options = Options(axes={"magnitude": "NTFC"})
    found = import_onnx(FILES / f"{name}.onnx", tmp_path / "network.isolde", options)
    assert found.agreement.good and found.agreement.delay == delay
    assert found.agreement.frames == next(iter(found.done.inputs.values())).time.size - delay


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["isolde_training", "import", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def test_the_command(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = str(FILES / "tf2onnx_unet.onnx"), tmp_path / "unet.isolde"
    told = ["--axes", "magnitude=NTFC", "--half", "--meta", "author=A. Nobody"]
    assert command(monkeypatch, given, "-o", str(out), *told) == 0
    text = capsys.readouterr().out
    assert "delay  28 frames" in text and "check  equal" in text
    model = read(out)
    assert model.texts == {"general.author": "A. Nobody", "general.name": "unet"}
    assert any(w.dtype == np.float16 for w in model.graph.tensors.values())

    assert command(monkeypatch, given, "-o", str(out), "--axes", "magnitude=NCC") == 1
    assert "NCC is no layout of the input magnitude" in capsys.readouterr().err
    assert command(monkeypatch, str(out), "-o", str(tmp_path / "x")) == 1
    assert "this is no ONNX file" in capsys.readouterr().err


def test_a_module_by_its_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\n"
        "def make():\n"
        "    return torch.nn.Conv2d(1, 2, 3, padding=1), (torch.zeros(1, 1, 20, 8),)\n"
    )
    monkeypatch.chdir(tmp_path)
    assert command(monkeypatch, "net.py:make", "--axes", "x=NCTF", "--text") == 0
    text = capsys.readouterr().out
    assert "look=1" in text and "PyTorch differ by" in text
    assert (tmp_path / "net.isolde").exists()
