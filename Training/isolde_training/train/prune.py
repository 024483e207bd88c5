"""Removes the least active units of the recurrent layer.

The activity of a unit is how much it varies over some mixtures times the weights that read it. The
mean of a removed unit goes into the biases that follow, so a constant unit is removed exactly.
"""

from __future__ import annotations

import dataclasses
import pathlib

import torch
from torch import Tensor

from ..config import Config
from ..data.mixer import APART, Mixer
from ..network.checkpoint import load, write
from ..network.network import Network
from .loss import Loss

FOLLOWING = ("gru.weight_ih_l0", "gru.weight_hh_l0", "up.weight")  # hear the units, one column each


@torch.no_grad()
def moves(net: Network, spectra: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Units before and after the GRU, frames of all mixtures [B, T, K]: each [frames, hidden]."""
    before, after = [], []
    hooks = [
        net.memory.gru.register_forward_pre_hook(lambda _, x: before.append(x[0].flatten(0, 1))),
        net.memory.gru.register_forward_hook(lambda _, x, y: after.append(y[0].flatten(0, 1))),
    ]
    for mix in spectra:
        net.analyse(mix[:, None])
    for hook in hooks:
        hook.remove()
    return torch.cat(before), torch.cat(after)


def stay(units: Tensor, after: Tensor, count: int) -> Tensor:
    """Sorted numbers of the `count` units [frames, hidden] that are most active."""
    return (units.std(0) * after.norm(dim=0)).topk(count).indices.sort().values


@torch.no_grad()
def pruned(net: Network, config: Config, spectra: list[Tensor], count: int) -> Network:
    """The network with `count` units before and after the GRU."""
    old, (before, after) = net.state_dict(), moves(net, spectra)
    first, gates, up = (old[f"memory.{k}"] for k in FOLLOWING)
    a = stay(before, first, count)
    b = stay(after, torch.cat([gates, up]), count)
    gone = torch.ones(2, net.c.hidden)
    gone[0, a], gone[1, b] = 0, 0
    lost = before.mean(0) * gone[0], after.mean(0) * gone[1]
    rows = (b + net.c.hidden * torch.arange(3)[:, None]).flatten()  # three gates
    new = old | {
        "memory.down.weight": old["memory.down.weight"][a],
        "memory.down.bias": old["memory.down.bias"][a],
        "memory.gru.weight_ih_l0": first[rows][:, a],
        "memory.gru.bias_ih_l0": (old["memory.gru.bias_ih_l0"] + first @ lost[0])[rows],
        "memory.gru.weight_hh_l0": gates[rows][:, b],
        "memory.gru.bias_hh_l0": (old["memory.gru.bias_hh_l0"] + gates @ lost[1])[rows],
        "memory.up.weight": up[:, b],
        "memory.up.bias": old["memory.up.bias"] + up @ lost[1],
    }
    config.network.hidden = count
    small = Network(config.network)
    small.load_state_dict(new)
    return small.eval()


def prune(
    weights: pathlib.Path, count: int, out: pathlib.Path, data: pathlib.Path, cache: pathlib.Path
) -> None:
    """Write out/model.pt: the weights with a memory of `count` units, judged by 96 clips."""
    net, config = load(weights)
    if not 0 < count <= net.c.hidden:
        raise SystemExit(f"{weights}: {count} units of a memory of {net.c.hidden}")
    train = dataclasses.replace(config.train, device="cpu", compile=False)
    mixer, loss = Mixer(config.mix, data, cache), Loss(train, net)
    numbers = range(APART, APART + 96 // config.mix.batch)
    mixtures = (mixer.combine(mixer.rendered(i), i) for i in numbers)
    small = pruned(net, config, [loss.spectra(*m)[0] for m in mixtures], count)
    saved = torch.load(weights, weights_only=True, map_location="cpu")
    out.mkdir(parents=True, exist_ok=True)
    write(saved | {"config": config.dump(), "net": small.state_dict()}, out / "model.pt")
