"""The relative loss, and a run that trains a network of published shape with it."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from isolde_training.config import Config
from isolde_training.data.mixer import Mixer
from isolde_training.network.checkpoint import described, write
from isolde_training.network.deepfilter import DeepFilterConfig, DeepFilterNet
from isolde_training.train.relative import RelativeLoss
from isolde_training.train.train import Run

Folders = tuple[pathlib.Path, pathlib.Path]


@pytest.fixture(scope="module")
def net() -> DeepFilterNet:
    torch.manual_seed(0)
    return DeepFilterNet(DeepFilterConfig())


def deciding(net: DeepFilterNet, gain: float) -> Callable[..., tuple[Tensor, Tensor]]:
    """A decision that gives both stems the mixture times a gain, above and below 4.8 kHz."""

    def decide(levels: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        b, _, t, bands = levels.shape
        taps = torch.zeros(b, t, low.shape[3], 2, net.c.taps, 2)
        taps[..., net.c.before, 0] = 1
        return torch.full((b, 2, t, bands), gain), taps

    return decide


def loss_of(
    net: DeepFilterNet, config: Config, gain: float, monkeypatch: pytest.MonkeyPatch
) -> Tensor:
    """Distances [clip, stem] of mixture x gain from a voice that is all of the mixture."""
    monkeypatch.setattr(net, "decide", deciding(net, gain))
    loss = RelativeLoss(config.train, net)
    torch.manual_seed(1)
    stems = torch.zeros(2, 3, 9600)
    stems[:, 0] = 0.1 * torch.randn(2, 9600)
    return loss.distances(loss.lesson(stems, torch.full((2,), 24000.0)))


def test_what_equals_the_voice_has_no_distance(net, config, monkeypatch) -> None:
    assert loss_of(net, config, 1.0, monkeypatch).abs().max() < 1e-6


def test_missing_voice_counts_its_weight_more_than_too_much(net, config, monkeypatch) -> None:
    config.train.keep = (1.0, 3.0)
    speech, voice = loss_of(net, config, 0.5, monkeypatch).mean(0)
    assert voice / speech == pytest.approx(3, rel=0.01)
    speech, voice = loss_of(net, config, 2.0, monkeypatch).mean(0)
    assert voice == pytest.approx(speech.item(), rel=1e-4)


@pytest.mark.parametrize("trunk", [0.0, 0.1])
def test_a_run_trains_the_heads_and_its_share_of_the_trunk(
    tmp_path: pathlib.Path, folders: Folders, config: Config, net: DeepFilterNet, trunk: float
) -> None:
    write(described(net), tmp_path / "begin.pt")
    config.train.start, config.train.trunk = str(tmp_path / "begin.pt"), trunk
    folder = tmp_path / "run"
    folder.mkdir()
    one = Run(folder, config, Mixer(config.mix, *folders))
    for _ in range(2):
        value, _ = one.advance(0.5)
        assert value.isfinite()
    one.save()
    again = Run(folder, config, Mixer(config.mix, *folders))
    assert again.step == 2
    before, now = net.state_dict(), again.net.state_dict()
    moved = {key.split(".")[0] for key in before if not torch.equal(before[key], now[key])}
    assert "heads" in moved and ("egru" in moved) == (trunk > 0)
