"""Weights of one network as the start of another with more channels or other bands.

Kernels do not depend on bands and are copied. New channels get random input weights and zero
output weights: with the same bands the larger network starts as the smaller. The recurrent layer's
inputs and outputs belong to groups of bands, and move by frequency.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import RATE, NetworkConfig
from ..network.network import Network
from ..network.transform import band_matrix


def groups(c: NetworkConfig) -> Tensor:
    """Edges of the deepest layer's groups of bands, on a scale like hearing's, [groups + 1]."""
    bins = band_matrix(c).argmax(1)[:: 2 ** len(c.channels)]
    edges = torch.cat([bins, bins.new_tensor([c.window // 2 + 1])])
    return torch.log(edges * RATE / c.window + 700)


def overlap(new: NetworkConfig, old: NetworkConfig) -> Tensor:
    """Overlap of the new groups of bands with the old ones, [new groups, old groups]."""
    a, b = groups(new)[:, None], groups(old)
    return (torch.minimum(a[1:], b[1:]) - torch.maximum(a[:-1], b[:-1])).clamp(min=0)


def grown(old: Tensor, new: Tensor, inputs: int | None, name: str) -> Tensor:
    """`old` in a corner of `new`; the new entries of axis `inputs` have no effect yet."""
    if old.dim() != new.dim() or any(a > b for a, b in zip(old.shape, new.shape, strict=True)):
        was, now = list(old.shape), list(new.shape)
        raise SystemExit(f"{name}: weights {was} do not fit into {now}; layers may only grow")
    out, corner = new.clone(), [slice(0, n) for n in old.shape]
    if inputs is not None:
        wide = corner.copy()
        wide[inputs] = slice(None)
        out[tuple(wide)] = 0
    out[tuple(corner)] = old
    return out


def moved(start: Network, net: Network) -> dict[str, Tensor]:
    """The recurrent layer's way in [hidden, groups, C], way out [groups, C, hidden] and bias."""
    shared = overlap(net.c, start.c).to(start.memory.up.bias)
    sizes = (-1, start.c.channels[-1])
    way_in = start.memory.down.weight.unflatten(1, sizes)
    way_out, bias = start.memory.up.weight.unflatten(0, sizes), start.memory.up.bias
    mean = shared / shared.sum(1, keepdim=True)
    return {
        "memory.down.weight": torch.einsum("hjc,ij->hic", way_in, shared / shared.sum(0)),
        "memory.up.weight": torch.einsum("jch,ij->ich", way_out, mean),
        "memory.up.bias": mean @ bias.unflatten(0, sizes),
    }


@torch.no_grad()
def adapted(start: Network, net: Network) -> dict[str, Tensor]:
    """A state for `net` from the weights of `start`."""
    old, new = start.state_dict(), net.state_dict()
    if all(k in old and v.shape == old[k].shape for k, v in new.items()):
        return old
    by_bands = moved(start, net) if start.memory is not None else {}
    owners = dict(net.named_modules())
    for name, value in new.items():
        owner, part = name.rsplit(".", 1)
        inputs = 1 if value.dim() > 1 else None
        if name not in old:
            raise SystemExit(f"{name}: the weights to start from have no such layer")
        if name in by_bands:
            old[name], axis = by_bands[name], 1 if owner == "memory.down" else 0
            value = value.unflatten(axis, (-1, net.c.channels[-1]))
            inputs = 2 if value.dim() > 2 else None
        elif isinstance(owners[owner], nn.GRU):  # three gates
            old[name], value = (v.unflatten(0, (3, -1)) for v in (old[name], value))
            inputs = 2 if value.dim() > 2 else None
        elif isinstance(owners[owner], nn.ConvTranspose2d) and part == "weight":
            inputs = 0
        new[name] = grown(old[name], value, inputs, name).reshape(new[name].shape)
    return new
