"""Muon (K. Jordan, 2024): momentum, made orthogonal before it is applied.

All directions of a matrix learn equally fast, and a run needs half the steps that it needs with
AdamW (notes/diary.md). torch's own works in bfloat16, which costs as much as the rest of the step
on processors that emulate it, and accepts no convolutions; this one is in float32.
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor

from ..network.network import Network

QUINTIC = (3.4445, -4.7750, 2.0315)  # drives singular values to 0.7 … 1.2 in five steps
SMALL = 96  # rows of the matrices that share a batch
SIZE = 0.2  # RMS of an update, about that of AdamW's: one rate serves both


def orthogonal(g: Tensor) -> Tensor:
    """Wide matrices [G, R, C] with the same singular vectors and values near 1."""
    a, b, c = QUINTIC
    x = g / (g.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x


def all_orthogonal(updates: list[Tensor]) -> list[Tensor]:
    """The orthogonal form of each [G, R, C], small and large ones in one batch each.

    Rows and columns of zeros, which make their shapes equal, stay zeros. One by one they are a
    thousand kernels a step, which take a GPU longer than the rest of it.
    """
    wide = [u.mT if u.shape[1] > u.shape[2] else u for u in updates]
    found = list(updates)
    for small in (True, False):
        batch = [i for i, u in enumerate(wide) if (u.shape[1] <= SMALL) == small]
        if not batch:
            continue
        rows, columns = (max(wide[i].shape[d] for i in batch) for d in (1, 2))
        pads = [(0, columns - wide[i].shape[2], 0, rows - wide[i].shape[1]) for i in batch]
        padded = [fn.pad(wide[i], pad) for i, pad in zip(batch, pads, strict=True)]
        parts = orthogonal(torch.cat(padded)).split([len(u) for u in padded])
        for i, part in zip(batch, parts, strict=True):
            x = part[:, : wide[i].shape[1], : wide[i].shape[2]]
            found[i] = x if wide[i] is updates[i] else x.mT
    return found


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions and more; the first is a row, or a group's `gates` of rows."""

    def __init__(self, groups: list[dict], rate: float, decay: float, momentum: float = 0.95):
        super().__init__(groups, {"lr": rate, "weight_decay": decay, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        weights = [(p, group) for group in self.param_groups for p in group["params"]]
        updates = []
        for p, group in weights:
            if p not in self.state:
                self.state[p]["mean"] = torch.zeros_like(p)
            mean = self.state[p]["mean"]
            mean.lerp_(p.grad, 1 - group["momentum"])
            update = p.grad.lerp(mean, group["momentum"])  # Nesterov's
            updates.append(update.reshape(group["gates"], len(p) // group["gates"], -1))
        for (p, group), matrices in zip(weights, all_orthogonal(updates), strict=True):
            scale = SIZE * max(matrices.shape[1:]) ** 0.5
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.add_(matrices.reshape(p.shape), alpha=-group["lr"] * scale)


def optimisers(net: Network, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    """Muon for what lies between hidden layers, AdamW for features, outputs and vectors."""
    ends = (net.encoder[0], net.gains, *([net.filter] if net.filter else []))
    outer = {id(p) for layer in ends for p in layer.parameters()}
    gates = {id(p) for p in net.memory.gru.parameters()} if net.memory else set()
    hidden = [p for p in net.parameters() if p.dim() > 1 and id(p) not in outer]
    groups = [
        {"params": [p for p in hidden if id(p) not in gates], "gates": 1},
        {"params": [p for p in hidden if id(p) in gates], "gates": 3},
    ]
    vectors = [p for p in net.parameters() if p.dim() == 1]
    rest = [
        {"params": [p for p in net.parameters() if p.dim() > 1 and id(p) in outer]},
        {"params": vectors, "weight_decay": 0.0},
    ]
    fused = next(net.parameters()).is_cuda
    return [
        Muon([g for g in groups if g["params"]], rate, decay),
        torch.optim.AdamW(rest, rate, (0.9, 0.98), weight_decay=decay, fused=fused),
    ]
