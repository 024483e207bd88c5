"""Muon: updates are orthogonal, every weight has one optimiser, and it goes where AdamW goes."""

from __future__ import annotations

import pytest
import torch

from isolde_training.config import NetworkConfig
from isolde_training.network.network import Network
from isolde_training.train.muon import SIZE, Muon, all_orthogonal, optimisers, orthogonal


@pytest.mark.parametrize("shape", [(1, 8, 40), (1, 40, 8), (3, 16, 16)])
def test_singular_values_come_near_one_and_vectors_stay(shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    x = torch.randn(shape) * 1e-3
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    [y] = all_orthogonal([x])
    values = torch.diagonal(u.mT @ y @ v.mT, dim1=-2, dim2=-1)
    assert values.min() > 0.3 and values.max() < 1.3
    rest = y - u @ torch.diag_embed(values) @ v
    assert rest.abs().max() < 1e-3


def test_matrices_of_a_batch_do_not_meet() -> None:
    torch.manual_seed(1)
    shapes = ((1, 8, 40), (1, 40, 8), (3, 120, 100), (1, 12, 12), (1, 100, 300))
    updates = [torch.randn(shape) for shape in shapes]
    for x, y in zip(updates, all_orthogonal(updates), strict=True):
        assert x.shape == y.shape
        alone = orthogonal(x.mT).mT if x.shape[1] > x.shape[2] else orthogonal(x)
        torch.testing.assert_close(y, alone, rtol=0, atol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"filter": False}, {"hidden": 0}])
def test_every_weight_is_learnt_by_one_optimiser(changes: dict) -> None:
    net = Network(NetworkConfig(channels=(8, 8), look=(0, 0), **changes))
    found = [
        id(p)
        for optimiser in optimisers(net, 1e-3, 0.01)
        for group in optimiser.param_groups
        for p in group["params"]
    ]
    assert sorted(found) == sorted(id(p) for p in net.parameters())


def test_gates_are_made_orthogonal_one_by_one_and_rates_are_those_of_adam() -> None:
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.zeros(3 * 16, 16))
    weight.grad = (
        torch.randn_like(weight) * torch.tensor([1e-6, 1, 1e6]).repeat_interleave(16)[:, None]
    )
    Muon([{"params": [weight], "gates": 3}], 0.1, 0.0).step()
    sizes = weight.detach().view(3, -1).square().mean(1).sqrt()
    torch.testing.assert_close(sizes, torch.full((3,), 0.1 * SIZE), rtol=0.2, atol=0)


def test_it_finds_a_linear_map() -> None:
    torch.manual_seed(1)
    x, true = torch.randn(256, 12), torch.randn(12, 6)
    layer = torch.nn.Linear(12, 6, bias=False)
    optimiser = Muon([{"params": [layer.weight], "gates": 1}], 0.1, 0.0)
    first = None
    for k in range(150):
        optimiser.param_groups[0]["lr"] = 0.3 * (1 - k / 150)
        loss = (layer(x) - x @ true).square().mean()
        first = first or loss.item()
        layer.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 1e-3 * first
