"""Weights and settings of a run, in one file.

`net`: the weights. `config`: the settings. `deepfilter` or `extender`: the shape of such a network;
without it the network is the U-Net of `config.network`.
"""

from __future__ import annotations

import pathlib
from dataclasses import asdict
from typing import Any

import torch

from ..config import Config, config_from
from .deepfilter import DeepFilterConfig, DeepFilterNet
from .extender import Extender, ExtenderConfig
from .network import Network

AnyNetwork = Network | DeepFilterNet | Extender
SHAPES = {"deepfilter": (DeepFilterNet, DeepFilterConfig), "extender": (Extender, ExtenderConfig)}


def load(path: pathlib.Path) -> tuple[AnyNetwork, Config]:
    """The network of a checkpoint, ready to be used, and its settings."""
    if not path.exists():
        raise SystemExit(f"{path}: no such weights")
    saved = torch.load(path, weights_only=True, map_location="cpu")
    config = config_from(saved.get("config", {}))
    net = made(saved) or Network(config.network)
    state = saved["net"]
    net.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return net.eval(), config


def made(saved: dict[str, Any]) -> DeepFilterNet | Extender | None:
    """A network of the shape that a checkpoint states; None if it states none."""
    for key, (network, shape) in SHAPES.items():
        if key in saved:
            return network(shape(**saved[key]))
    return None


def described(net: AnyNetwork) -> dict[str, Any]:
    """The weights of a network and, where the settings do not determine it, its shape."""
    values = {"net": net.state_dict()}
    for key, (network, _) in SHAPES.items():
        if isinstance(net, network):
            values[key] = asdict(net.c)
    return values


def write(values: dict, path: pathlib.Path) -> None:
    """Save to a temporary file and rename it, so that no file is ever half-written."""
    aside = path.with_suffix(".tmp")
    torch.save(values, aside)
    aside.rename(path)
