"""Muon (K. Jordan, 2024): momentum, made orthogonal before it is applied.

All directions of a matrix learn equally fast, and a run needs half the steps that it needs with
AdamW (docs/models.md). torch's own works in bfloat16, which costs as much as the rest of the step
on processors that imitate it, and takes no convolutions; this one is in float32.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .network import Network

QUINTIC = (3.4445, -4.7750, 2.0315)  # drives singular values to 0.7 … 1.2 in five steps
SIZE = 0.2  # RMS of an update, about that of AdamW's: one rate serves both


def orthogonal(g: Tensor) -> Tensor:
    """Matrices [G, R, C] with the same singular vectors and values near 1."""
    a, b, c = QUINTIC
    tall = g.shape[-2] > g.shape[-1]
    x = g.mT if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions and more; the first is a row, or a group's `gates` of rows."""

    def __init__(self, groups: list[dict], rate: float, decay: float, momentum: float = 0.95):
        super().__init__(groups, {"lr": rate, "weight_decay": decay, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                if p not in self.state:
                    self.state[p]["mean"] = torch.zeros_like(p)
                mean = self.state[p]["mean"]
                mean.lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(mean, group["momentum"])  # Nesterov's
                matrices = orthogonal(update.reshape(group["gates"], len(p) // group["gates"], -1))
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
