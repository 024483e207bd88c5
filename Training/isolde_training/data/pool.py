"""The newest groups of clips, rendered on the training device; every step draws from all of them.

A GPU takes clips many times faster than processors render them: out of thousands it pairs voices
and backgrounds again at every step. Which groups a step sees depends on its number alone, so a run
that stopped goes on with the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from .render import render


class Pool:
    """Up to `size` groups; group k is stored at k modulo `size`. `begun` is the first one."""

    def __init__(self, groups: Iterator[dict[str, Tensor]], size: int, begun: int, device: str):
        self.groups, self.size, self.taken, self.device = groups, size, begun, device
        self.memory: dict[str, Tensor] = {}  # of each part [size, B, N]

    def until(self, number: int) -> dict[str, Tensor]:
        """All clips of the newest groups up to `number`; of each part [clips, N]."""
        while self.taken <= number:
            group = next(self.groups)
            parts = {k: v.to(self.device, non_blocking=True) for k, v in group.items()}
            for name, part in render(parts).items():
                if name not in self.memory:
                    self.memory[name] = part.new_empty(self.size, *part.shape)
                self.memory[name][self.taken % self.size] = part
            self.taken += 1
        return {k: v[: self.taken].flatten(0, 1) for k, v in self.memory.items()}
