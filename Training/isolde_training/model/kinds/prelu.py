"""`prelu`: below 0 times a weight, one for each channel or one for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kind import Clip, Frame, Kind, Step

if TYPE_CHECKING:
    from torch import Tensor


def step(s: Step) -> Frame:
    return np.where(s.x > 0, s.x, s.x * s.tensors["weight"][:, None])


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    return fn.prelu(c.x, c.tensors["weight"])


KINDS = {
    "prelu": Kind(
        step,
        clip,
        tensors=lambda layer, inputs, out: {"weight": (out.channels,)},
        shared=("weight",),
        examples={
            "prelu": ("channels=7, bins=5", "prelu(x)"),
            "prelu_even": ("channels=16, bins=3", "prelu(x)"),
            "prelu_one": ("channels=5, bins=4", "prelu(x)"),
        },
    )
}
