"""Weights of one network as the start of another with more channels or other bands."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from isolde_training.config import NetworkConfig
from isolde_training.network.network import Network
from isolde_training.train.adapt import adapted, overlap

SMALL = NetworkConfig(
    window=512, hop=128, synthesis=256, narrow=32, wide=16,
    channels=(8, 8, 12), look=(1, 0, 0), hidden=10,
)  # fmt: skip


def network(seed: int, **changes: object) -> Network:
    torch.manual_seed(seed)
    net = Network(dataclasses.replace(SMALL, **changes)).eval()
    for norm in (m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)):
        torch.nn.init.uniform_(norm.running_mean), torch.nn.init.uniform_(norm.running_var, 0.5, 2)
    return net


def started(start: Network, net: Network) -> torch.Tensor:
    """Gains of `net`, begun with the weights of `start`, on noise: [B, 2, T, F]."""
    net.load_state_dict(adapted(start, net))
    torch.manual_seed(7)
    with torch.no_grad():
        return net.analyse(torch.randn(1, 1, 30, 257, dtype=torch.complex64))[0]


def test_a_larger_network_begins_as_the_smaller_one():
    start = network(1)
    larger = network(2, channels=(16, 8, 24), hidden=14)
    same, more = started(start, network(3)), started(start, larger)
    assert same.std() > 0.01
    torch.testing.assert_close(more, same, atol=1e-5, rtol=0)
    assert larger.encoder[0].conv.weight[8:].abs().sum() > 0  # what is new hears


def test_other_bands_keep_the_kernels_and_what_enters_the_memory():
    start, net = network(1), network(2, narrow=16, wide=16)
    assert started(start, net).isfinite().all()
    assert torch.equal(net.encoder[2].conv.weight, start.encoder[2].conv.weight)
    even = start.memory.down.weight.unflatten(1, (-1, 12)).sum(1)  # the answer to even inputs
    torch.testing.assert_close(net.memory.down.weight.unflatten(1, (-1, 12)).sum(1), even)


def test_groups_share_frequencies_with_their_neighbours_alone():
    shared = overlap(network(1, narrow=16, wide=16).c, SMALL)
    assert shared.shape == (4, 6)
    assert shared[0, 0] > 0 and shared[0, 2:].sum() == 0  # the lowest: 8 bins each
    assert shared[3, 5] > 0 and shared[3, :4].sum() == 0


def test_a_smaller_network_is_refused():
    with pytest.raises(SystemExit, match="encoder.0.conv.weight.*may only grow"):
        adapted(network(1), network(2, channels=(4, 8, 12)))
