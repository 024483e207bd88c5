"""What an Extender is taught."""

from __future__ import annotations

import pathlib

import pytest
import torch

from isolde_training.config import RATE, Config, MixConfig
from isolde_training.data.narrow import Narrow
from isolde_training.network.checkpoint import load
from isolde_training.network.extender import Extender, ExtenderConfig
from isolde_training.train.extend import ExtendLoss, ExtendSource
from isolde_training.train.train import start


def clips(edge: float) -> dict[str, torch.Tensor]:
    """Noise, with and without what lies above the edge."""
    torch.manual_seed(3)
    full = 0.1 * torch.randn(2, 24_576)
    spectrum = torch.fft.rfft(full)
    f = torch.fft.rfftfreq(full.shape[1], 1 / RATE)
    low = torch.fft.irfft(spectrum * (f < edge), full.shape[1])
    return {
        "narrow": low,
        "full": full,
        "edge": torch.full((2, 1), edge),
        "end": torch.full((2, 1), 20000.0),
    }


def with_gates(open_gates: bool) -> Extender:
    torch.manual_seed(1)
    net = Extender(ExtenderConfig(hidden=8))
    torch.nn.init.zeros_(net.out.weight)
    net.out.bias.data[: 2 * net.filled] = 0.3  # about as loud as the low bins
    net.out.bias.data[2 * net.filled :] = 4.0 if open_gates else -4.0
    return net


@pytest.mark.parametrize(("edge", "open_is_better"), [(4000.0, True), (20000.0, False)])
def test_gates_are_to_be_open_above_the_edge_and_closed_below(
    edge: float, open_is_better: bool
) -> None:
    found = {}
    for is_open in (True, False):
        net = with_gates(is_open)
        loss = ExtendLoss(net, "cpu")
        found[is_open] = loss(loss.lesson(clips(edge))).item()
    assert (found[True] < found[False]) == open_is_better


def test_closed_gates_below_the_edge_cost_nothing() -> None:
    net = with_gates(False)
    loss = ExtendLoss(net, "cpu")
    assert loss(loss.lesson(clips(20000.0))).item() == pytest.approx(0, abs=1e-5)


def test_a_lesson_depends_on_the_step_alone(folders) -> None:
    config = Config(task="extend", mix=MixConfig(seconds=0.5, batch=2, pool=4))
    config.train.device = "cpu"
    loss = ExtendLoss(with_gates(True), "cpu")
    narrow = Narrow(config.mix, *folders)
    one, other = (ExtendSource(config, narrow, loss) for _ in range(2))
    for step in range(6):
        lesson = one.lesson(step)
    assert len(one.groups) <= 4
    assert (other.lesson(5)["narrow"] == lesson["narrow"]).all()


def test_a_run_writes_weights_that_open_again(
    folders, config: Config, tmp_path: pathlib.Path
) -> None:
    config.task = "extend"
    start(tmp_path, config, *folders)
    net, read = load(tmp_path / "model.pt")
    assert isinstance(net, Extender)
    assert read.task == "extend"
