"""A network and the file made of it are the same thing."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pytest
import torch

from isolde_training.config import Config, NetworkConfig
from isolde_training.model.export import model_of
from isolde_training.model.graph import parse
from isolde_training.model.lower import graph_of, rounded
from isolde_training.model.model_file import read, write
from isolde_training.model.stream import Stream
from isolde_training.network.network import Network

SMALL = NetworkConfig(
    window=256,
    hop=64,
    synthesis=256,
    narrow=16,
    wide=16,
    channels=(4, 6, 8, 8, 8),
    hidden=12,
    tau=0.05,
)


VARIANTS = {
    "full": {},
    "no recurrence": {"hidden": 0},
    "gains alone": {"filter": False},
    "complex mask": {"before": 0, "after": 0},
    "gains above 1": {"top": 2.0, "limit": 2.0},
    "no look-ahead": {
        "look": (0,) * 5,
        "kernel": 2,
        "before": 4,
        "after": 0,
        "window": 128,
        "synthesis": 128,
    },
}


def network(seed: int = 0, **changes) -> Network:
    """A small network with all weights, norms and biases away from their beginnings."""
    torch.manual_seed(seed)
    net = Network(dataclasses.replace(SMALL, **changes)).eval()
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.add_(0.05 * torch.randn_like(value).abs())
    return net


def sound(channels: int, hops: int) -> torch.Tensor:
    """Noise with silence at the beginning and in the middle: [1, A, N]."""
    x = 0.1 * torch.randn(1, channels, hops * SMALL.hop)
    x[..., : 8 * SMALL.hop] = 0
    x[..., 20 * SMALL.hop : 27 * SMALL.hop] = 0
    return x


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_running_the_file_frame_by_frame_equals_the_whole_clip(
    tmp_path: pathlib.Path, changes: dict
) -> None:
    net = network(**changes)
    write(model_of(net, Config()), tmp_path / "net.isolde")
    model = read(tmp_path / "net.isolde")
    net = rounded(net)
    spectra = net.transform(sound(2, 50)[0])[None]  # [1, A, T, K]
    with torch.no_grad():
        gain, low = net.analyse(spectra)
    gain = gain ** (1 / SMALL.law) @ net.bands  # [1, 2, T, K]
    taps = low.flatten(1, 3)  # [1, 4 * taps, T, narrow]
    n = SMALL.narrow
    turns = np.exp(-2j * np.pi * np.arange(n) * net.c.hop / net.c.window)
    edges = {"mask": gain, "taps": taps} if net.taps else {"mask": gain}
    stream, past, found = Stream(model.graph), np.zeros((2, n)), {edge: [] for edge in edges}
    for x in spectra[0].movedim(1, 0).numpy():  # [A, K]
        a = (x[:, :n] * past.conj() * turns).sum(0)
        a, past = a / (np.abs(a) + 1e-9), x[:, :n]
        power = (np.abs(x) ** 2).mean(0, keepdims=True)
        frame = {"power": power, "advance": np.stack([a.real, a.imag])}
        for edge, value in stream.push(frame).items():
            found[edge].append(value)
    assert stream.delay == net.look
    for edge, whole in edges.items():
        streamed = np.stack(found[edge], 1)  # [C, T - delay, F]
        assert streamed.shape[1] == whole.shape[2] - net.look
        whole = whole[0, :, : streamed.shape[1]].numpy()
        np.testing.assert_allclose(streamed, whole, atol=2e-5)


def test_graph_text_and_tensors_come_back(tmp_path: pathlib.Path) -> None:
    model = model_of(network(), Config(model={"license": "GPL-3.0-or-later"}))
    write(model, tmp_path / "net.isolde")
    back = read(tmp_path / "net.isolde")
    assert back.graph.text() == model.graph.text() == parse(model.graph.text()).text()
    assert back.graph.tensors.keys() == model.graph.tensors.keys()
    for name, value in model.graph.tensors.items():
        assert back.graph.tensors[name].dtype == value.dtype
        np.testing.assert_array_equal(back.graph.tensors[name], value)
    edges = back.graph.edges()
    assert (edges["mask"].channels, edges["mask"].bins, edges["mask"].delay) == (2, 129, 3)
    assert (edges["taps"].channels, edges["taps"].bins, edges["taps"].delay) == (12, 16, 3)
    assert back.texts["general.license"] == "GPL-3.0-or-later"
    assert (back.hop, back.window, back.synthesis, back.before, back.after) == (64, 256, 256, 1, 1)


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_folding_the_norms_changes_nothing(changes: dict) -> None:
    net, x = network(**changes), sound(1, 40)
    with torch.no_grad():
        difference = net.separate(x) - rounded(net).separate(x)
    assert difference.abs().max() < 2e-3 * x.abs().max()  # what fp16 costs


@pytest.mark.parametrize("place", [b"sigmoid", b"isolde.hop", b""], ids=["graph", "key", "tensor"])
def test_damage_is_noticed_wherever_it_is(place: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "net.isolde"
    write(model_of(network(), Config()), path)
    raw = bytearray(path.read_bytes())
    raw[raw.index(place) + len(place) + 5 if place else -1000] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="damaged"):
        read(path)


def test_wrong_shape_names_the_layer() -> None:
    graph = graph_of(network())
    graph.tensors["encode2.weight"] = graph.tensors["encode2.weight"][:, :-1]
    with pytest.raises(ValueError, match="encode2.*expected"):
        graph.edges()
