"""Teachers move the stems and not their sum; the second one answers where it is asked and right."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from isolde_training.config import Config
from isolde_training.model.export import export
from isolde_training.model.library import LIBRARY
from isolde_training.network.checkpoint import write
from isolde_training.network.network import Network
from isolde_training.train.teacher import Teacher, between, hearing

COUNT = 9600
T = torch.arange(COUNT) / 48000
TONE, BUZZ = torch.sin(2 * np.pi * 440 * T), 0.3 * torch.sign(torch.sin(2 * np.pi * 90 * T))


@pytest.fixture
def net(config: Config) -> Network:
    torch.manual_seed(0)
    return Network(config.network).eval()


def stems(reverb: float) -> Tensor:
    """One clip [1, 3, N]: a tone, some of another one as its reverb, a buzz."""
    return torch.stack([TONE, reverb * torch.cos(2 * np.pi * 500 * T), BUZZ])[None]


def knowing(voice: Tensor) -> Callable[[Tensor], Tensor]:
    """A teacher of a voice [N]; what it says of the rest must not matter."""

    def hear(mixtures: Tensor) -> Tensor:
        y = torch.full((len(mixtures), 1, 3, COUNT), torch.nan)
        y[:, 0, 0] = voice
        return y

    return hear


def test_a_teacher_moves_the_stems_and_not_their_sum(net: Network) -> None:
    x = stems(0.3)
    learned = Teacher(0.75, net.separate)(x)
    said = net.separate(x.sum(1, keepdim=True))[:, 0].detach()
    torch.testing.assert_close(learned - x, 0.75 * (said - x), rtol=0, atol=1e-5)
    torch.testing.assert_close(learned.sum(1), x.sum(1), rtol=0, atol=1e-5)


def test_what_the_second_one_knows_is_learned(net: Network) -> None:
    x = stems(0)
    alone = Teacher(1, net.separate)(x)
    both = Teacher(1, net.separate, knowing(TONE))(x)
    errors = [(y - x)[0, 0].square().mean().item() for y in (both, alone)]
    assert errors[0] < 0.5 * errors[1]
    torch.testing.assert_close(both.sum(1), x.sum(1), rtol=0, atol=1e-5)


def test_what_the_second_one_gets_wrong_is_not_learned(net: Network) -> None:
    x = stems(0)
    taught = [Teacher(1, net.separate, knowing(BUZZ))(x), Teacher(1, net.separate)(x)]
    torch.testing.assert_close(*taught, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("reverb", "giver"), [(0, 2), (0.3, 1)])
def test_a_better_voice_takes_from_the_reverb_in_rooms_only(
    net: Network, reverb: float, giver: int
) -> None:
    x = stems(reverb)
    alone, both = (Teacher(1, net.separate, *more)(x)[0] for more in ([], [knowing(TONE)]))
    changes = (both - alone).square().mean(1)
    assert changes[0] > 1e-3
    torch.testing.assert_close(changes[giver], changes[0], rtol=1e-3, atol=0)
    assert changes[3 - giver] < 1e-9


def test_between_two_sounds_lies_their_geometric_mean() -> None:
    y = between(TONE[None], 0.25 * TONE[None])
    torch.testing.assert_close(y, 0.5 * TONE[None], rtol=0, atol=1e-4)


@pytest.mark.skipif(not LIBRARY.exists(), reason="no build/libisolde.so; make builds it")
def test_a_file_through_the_engine_hears_what_its_weights_do(
    tmp_path: pathlib.Path, config: Config, net: Network
) -> None:
    weights, file = tmp_path / "t.pt", tmp_path / "t.isolde"
    write({"config": config.dump(), "net": net.state_dict()}, weights)
    export(weights, file, {})
    x = torch.cat([stems(0.3), 0.1 * stems(1)]).sum(1, keepdim=True)
    with torch.no_grad():
        by_engine, by_torch = (hearing(path, "cpu")(x) for path in (file, weights))
    torch.testing.assert_close(by_engine, by_torch, rtol=0, atol=2e-3)
    assert by_torch[:, 0, 0].std() > 0.1


@pytest.mark.skipif(not LIBRARY.exists(), reason="no build/libisolde.so; make builds it")
def test_a_file_that_is_no_model_is_one_line(tmp_path: pathlib.Path) -> None:
    (tmp_path / "t.isolde").write_text("no model")
    with pytest.raises(SystemExit, match="t.isolde: not a model file"):
        hearing(tmp_path / "t.isolde", "cpu")
