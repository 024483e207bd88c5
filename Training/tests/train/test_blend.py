"""Blended weights lie between the runs', and different networks are not blended."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
import torch

from isolde_training.config import Config
from isolde_training.network.checkpoint import described, load, write
from isolde_training.network.deepfilter import DeepFilterConfig, DeepFilterNet
from isolde_training.network.network import Network
from isolde_training.train.blend import blend


def save(path: pathlib.Path, config: Config, seed: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    net = Network(config.network).state_dict()
    write({"config": config.dump(), "net": net, "step": seed, "spent": 0.0}, path)
    return net


def test_a_blend_lies_between(tmp_path: pathlib.Path, config: Config) -> None:
    one, other = (save(tmp_path / f"{k}.pt", config, k) for k in (1, 2))
    blend(tmp_path / "1.pt", tmp_path / "2.pt", 0.25, tmp_path / "out")
    net, _ = load(tmp_path / "out" / "model.pt")
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, (0.75 * one[name] + 0.25 * other[name]).to(value))


def test_other_networks_are_refused(tmp_path: pathlib.Path, config: Config) -> None:
    save(tmp_path / "1.pt", config, 1)
    config.network = dataclasses.replace(config.network, hidden=4)
    save(tmp_path / "2.pt", config, 2)
    with pytest.raises(SystemExit, match="another network"):
        blend(tmp_path / "1.pt", tmp_path / "2.pt", 0.5, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_published_weights_are_blended_with_trained_ones(tmp_path: pathlib.Path) -> None:
    """Those that `begin` writes carry no settings of a run."""
    for seed in (1, 2):
        torch.manual_seed(seed)
        write(described(DeepFilterNet(DeepFilterConfig())), tmp_path / f"{seed}.pt")
    blend(tmp_path / "1.pt", tmp_path / "2.pt", 0.5, tmp_path / "out")
    one, other, between = (
        load(tmp_path / name)[0].heads[0].gain.weight for name in ("1.pt", "2.pt", "out/model.pt")
    )
    torch.testing.assert_close(between, (one + other) / 2)
