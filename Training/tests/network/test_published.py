"""What a run that begins with published weights does to them first."""

from __future__ import annotations

import torch

from isolde_training.network.deepfilter import LOW, DeepFilterConfig, DeepFilterNet
from isolde_training.network.published import open_up


def test_an_opened_head_nearly_passes_its_masked_frame_and_can_learn() -> None:
    torch.manual_seed(0)
    c = DeepFilterConfig(before=4)
    head = DeepFilterNet(c).heads[0]
    open_up(head, c)
    encoded, memory = torch.rand(1, 64, 6, LOW), torch.rand(1, 6, 256) - 0.5
    taps = head.taps(encoded, memory).mean((0, 1, 2))  # [taps, part]
    identity = torch.zeros(c.taps, 2)
    identity[c.before, 0] = 1
    torch.testing.assert_close(taps, identity, rtol=0, atol=0.15)
    taps.square().sum().backward()
    assert head.mix.bias.grad.count_nonzero() == 2 * c.taps
