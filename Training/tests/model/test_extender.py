"""An Extender, the file made of it, and the engine that runs it are the same thing."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import torch

from isolde_training.config import RATE, Config
from isolde_training.model.export import model_of
from isolde_training.model.library import LIBRARY
from isolde_training.model.lower import rounded
from isolde_training.model.model_file import read, write
from isolde_training.model.separator import Separator
from isolde_training.model.stream import Stream
from isolde_training.network.extender import LOW, Extender, ExtenderConfig, engine_noise


def network() -> Extender:
    """Random weights, with gates that are open in about half of the bands."""
    torch.manual_seed(1)
    net = Extender(ExtenderConfig(hidden=16)).eval()
    torch.nn.init.normal_(net.out.weight, std=0.5)
    return rounded(net)


def sound(seconds: float) -> torch.Tensor:
    """A gliding tone in noise, with silence at the beginning: [N]."""
    torch.manual_seed(2)
    t = torch.arange(int(seconds * RATE)) / RATE
    x = 0.05 * torch.randn(len(t)) + 0.2 * torch.sin(2000 * t * (1 + t))
    x[: RATE // 50] = 0
    return x


def test_running_the_file_frame_by_frame_equals_the_whole_clip() -> None:
    net = network()
    spectra = net.transform(sound(0.15)[None])[None]  # [1, 1, T, K]
    noise = engine_noise(spectra.shape[2])
    with torch.no_grad():
        whole = net.fill(spectra, noise)[0].numpy()
    stream, found = Stream(model_of(net, Config()).graph), []
    for x, hiss in zip(spectra[0, 0].numpy(), noise[0].numpy(), strict=True):
        frame = {"power": np.abs(x[None]) ** 2}
        frame |= {
            key: np.stack([v.real, v.imag]) for key, v in (("spectrum", x[:LOW]), ("noise", hiss))
        }
        real, imaginary = stream.push(frame)["fill"]
        found.append(real + 1j * imaginary)
    assert stream.delay == 0
    np.testing.assert_allclose(np.stack(found), whole, rtol=1e-4, atol=1e-6)
    assert np.abs(whole).max() > 0.01


@pytest.mark.skipif(not LIBRARY.exists(), reason="no build/libisolde.so; make builds it")
def test_the_engine_adds_what_pytorch_adds(tmp_path: pathlib.Path) -> None:
    net, x, path = network(), sound(0.5), tmp_path / "net.isolde"
    write(model_of(net, Config()), path)
    assert read(path).task == "extend"
    separator = Separator(path)
    assert separator.latency == 3 * net.c.hop
    added = separator(x.numpy())[0]
    with torch.no_grad():
        expected = (net.extend(x[None, None])[0, 0] - x).numpy()
    rest = np.square(added - expected).sum() / np.square(expected).sum()
    assert 10 * np.log10(rest) < -80


def test_what_is_below_the_lowest_band_stays() -> None:
    net, x = network(), sound(0.3)
    with torch.no_grad():
        y = net.extend(x[None, None])[0, 0]
    f = torch.fft.rfftfreq(len(x), 1 / RATE)
    change = torch.fft.rfft(y - x).abs().square()
    low = change[f < 2000].sum() / change.sum()  # what the window spreads
    assert 10 * torch.log10(low) < -35


def test_the_level_of_the_recording_leaves_no_trace() -> None:
    net, x = network(), sound(0.4)
    with torch.no_grad():
        loud, quiet = (net.extend(x[None, None] * g) / g for g in (1.0, 0.01))
    assert (loud - quiet).abs().max() < 1e-3 * loud.abs().max()
