"""The recurrent layer without the units that do least."""

from __future__ import annotations

import copy

import torch

from isolde_training.config import Config
from isolde_training.network.network import Network
from isolde_training.train.prune import pruned


def prepared(config: Config) -> tuple[Network, list[torch.Tensor]]:
    torch.manual_seed(3)
    bins = config.network.window // 2 + 1
    return Network(config.network).eval(), [torch.randn(2, 40, bins, dtype=torch.complex64)]


def gains(net: Network, spectra: list[torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        return net.analyse(spectra[0][:, None])[0]


def test_units_that_nothing_hears_or_that_never_move_go_without_a_trace(config: Config) -> None:
    net, spectra = prepared(config)
    memory, h = net.memory, config.network.hidden
    with torch.no_grad():
        memory.gru.weight_ih_l0[:, 1] = 0  # unheard before the GRU
        memory.down.weight[4], memory.down.bias[4] = 0, 0.7  # constant before it
        memory.up.weight[:, 0], memory.gru.weight_hh_l0[:, 0] = 0, 0  # unheard behind it
        memory.gru.weight_ih_l0[[2, h + 2, 2 * h + 2]] = 0  # constant behind it: always 0
        memory.gru.weight_hh_l0[[2, h + 2, 2 * h + 2]] = 0
        memory.gru.bias_ih_l0[[2, h + 2, 2 * h + 2]] = 0
        memory.gru.bias_hh_l0[[2, h + 2, 2 * h + 2]] = 0
    small = pruned(net, copy.deepcopy(config), spectra, h - 2)
    assert small.memory.gru.hidden_size == h - 2
    assert gains(net, spectra).std() > 0.001
    torch.testing.assert_close(gains(small, spectra), gains(net, spectra), atol=1e-5, rtol=0)


def test_the_units_that_do_most_stay(config: Config) -> None:
    net, spectra = prepared(config)
    with torch.no_grad():
        net.memory.up.weight[:, 3] *= 100
    small = pruned(net, copy.deepcopy(config), spectra, 1)
    torch.testing.assert_close(small.memory.up.weight[:, 0], net.memory.up.weight[:, 3])
