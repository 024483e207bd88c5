"""The networks of examples/, made small: exported as their framework does, imported, streamed."""

from __future__ import annotations

import os
import pathlib
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from isolde_training.config import ROOT
from isolde_training.engine import LIBRARY
from isolde_training.importer import Brought, Options, import_module

os.environ.setdefault("KERAS_BACKEND", "torch")
sys.path.insert(0, str(ROOT / "Training" / "examples"))

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
