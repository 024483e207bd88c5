"""DeepFilterNet, the file made of it, and the engine that runs it are the same thing."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pytest
import torch

from isolde_training.config import RATE, Config
from isolde_training.model.export import export, model_of
from isolde_training.model.library import LIBRARY
from isolde_training.model.lower import rounded
from isolde_training.model.model_file import read, write
from isolde_training.model.separator import Separator
from isolde_training.model.stream import Stream
from isolde_training.network.checkpoint import load
from isolde_training.network.deepfilter import DeepFilterConfig, DeepFilterNet, linked

VARIANTS = {
    "looking ahead": DeepFilterConfig(),
    "more ahead and before": DeepFilterConfig(look=3, frames=4, before=4),
    "none ahead": DeepFilterConfig(look=0, before=4, after=0, reach=3),
}


def network(c: DeepFilterConfig) -> DeepFilterNet:
    """Random weights; heads that differ."""
    torch.manual_seed(1)
    return DeepFilterNet(c).eval()


def sound(channels: int, seconds: float) -> torch.Tensor:
    """A gliding tone in noise, with silence at the beginning: [1, A, N]."""
    torch.manual_seed(2)
    t = torch.arange(int(seconds * RATE)) / RATE
    x = 0.05 * torch.randn(1, channels, len(t)) + 0.2 * torch.sin(2000 * t * (1 + t))
    x[..., : RATE // 50] = 0
    return x


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """dB of the difference below b."""
    return 10 * np.log10(np.square(a - b).sum() / np.square(b).sum())


@pytest.mark.parametrize("c", VARIANTS.values(), ids=VARIANTS)
def test_running_the_file_frame_by_frame_equals_the_whole_clip(c: DeepFilterConfig) -> None:
    net = rounded(network(c))
    model = model_of(net, Config())
    spectra = net.transform(sound(1, 0.12)[0])[None]  # [1, 1, T, K]
    with torch.no_grad():
        gains, taps = net.analyse(spectra)
    whole = {
        "mask": (gains @ net.bands)[0],  # [H, T, K]
        "taps": taps.permute(0, 3, 5, 4, 1, 2).flatten(1, 3)[0],  # [stem · part · tap, T, 96]
    }
    stream, found = Stream(model.graph), {edge: [] for edge in whole}
    for x in spectra[0, 0].numpy():
        low = x[:96]
        frame = {"power": np.abs(x[None]) ** 2, "spectrum": np.stack([low.real, low.imag])}
        for edge, value in stream.push(frame).items():
            found[edge].append(value)
    assert stream.delay == c.look
    for edge, value in whole.items():
        streamed = np.stack(found[edge], 1)  # [C, T - delay, F]
        assert streamed.shape[1] == value.shape[1] - c.look
        np.testing.assert_allclose(streamed, value[:, : streamed.shape[1]], atol=2e-5)


@pytest.mark.skipif(not LIBRARY.exists(), reason="no build/libisolde.so; make builds it")
@pytest.mark.parametrize("c", VARIANTS.values(), ids=VARIANTS)
def test_the_engine_makes_the_stems_that_pytorch_makes(
    c: DeepFilterConfig, tmp_path: pathlib.Path
) -> None:
    net, x = network(c), sound(1, 0.5)
    write(model_of(net, Config()), tmp_path / "net.isolde")
    separator = Separator(tmp_path / "net.isolde")
    assert separator.latency == (2 + c.look + c.after + 1) * c.hop
    with torch.no_grad():
        stems = rounded(net).separate(x)[0, 0].numpy()
    for streamed, whole in zip(separator(x[0, 0].numpy()), stems, strict=True):
        assert apart(streamed, whole) < -95


def test_a_checkpoint_becomes_the_file_of_its_network(tmp_path: pathlib.Path) -> None:
    c = VARIANTS["more ahead and before"]
    net = network(c)
    saved = {"net": net.state_dict(), "deepfilter": dataclasses.asdict(c)}
    torch.save(saved, tmp_path / "model.pt")
    back, _ = load(tmp_path / "model.pt")
    assert back.c == c
    export(tmp_path / "model.pt", tmp_path / "net.isolde", {"license": "MIT"})
    model = read(tmp_path / "net.isolde")
    assert (model.before, model.after, model.taps_of) == (4, 2, "masked")
    for name, value in model_of(net, Config()).graph.tensors.items():
        np.testing.assert_array_equal(model.graph.tensors[name], value)


def test_no_level_is_built_in() -> None:
    net, x = network(VARIANTS["looking ahead"]), sound(1, 0.5)[..., RATE // 50 :]
    with torch.no_grad():
        loud, quiet = net.separate(x), net.separate(x / 10)
    end = -4 * net.c.hop  # silence comes after it, whose level is that of the floor
    assert apart(10 * quiet[0, 0, 0, :end].numpy(), loud[0, 0, 0, :end].numpy()) < -60


def test_channels_of_opposite_polarity_do_not_cancel_each_other() -> None:
    net = network(VARIANTS["looking ahead"])
    x = net.transform(sound(1, 0.5)[0])[:, None]  # [1, 1, T, K]
    for pair in (torch.cat([x, x], 1), torch.cat([x, -x], 1), torch.cat([0 * x, x, -x], 1)):
        share = pair.shape[1] / 2
        torch.testing.assert_close(linked(pair, 512) * share, x[:, 0])
