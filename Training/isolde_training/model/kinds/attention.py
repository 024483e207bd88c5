"""`attention`: softmax(q·k/√d)·v, among the bins of a frame or along the frames of a bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kind import Clip, Frame, Kind, Step
from .softmax import softmax

if TYPE_CHECKING:
    from torch import Tensor


def step(s: Step) -> Frame:
    heads = s.get("heads", 1)
    d = s.out.channels // heads
    q = s.x.reshape(heads, d, -1)
    if s.get("over", "bins") == "bins":
        k, v = (s.frame(s.j, i).reshape(heads, d, -1) for i in (1, 2))
        weight = softmax(np.einsum("hdb,hdc->hbc", q, k) / np.sqrt(d), 2)
        return np.einsum("hbc,hdc->hdb", weight, v).reshape(s.x.shape)
    times = range(max(s.j - s.get("window", 1) + 1, 0), s.j + 1)
    k, v = (np.stack([s.frame(t, i).reshape(heads, d, -1) for t in times]) for i in (1, 2))
    weight = softmax(np.einsum("hdb,thdb->thb", q, k) / np.sqrt(d), 0)
    return np.einsum("thb,thdb->hdb", weight, v).reshape(s.x.shape)


def clip(c: Clip) -> Tensor:
    import torch
    from torch.nn import functional as fn

    heads, over = c.get("heads", 1), c.get("over", "bins")
    q, k, v = (x.unflatten(1, (heads, -1)) for x in c.given)  # [1, head, d, T, F]
    if over == "bins":
        order, back, mask = (0, 1, 3, 4, 2), (0, 1, 4, 2, 3), None  # [1, head, T, F, d]
    else:
        order, back = (0, 1, 4, 3, 2), (0, 1, 4, 3, 2)  # [1, head, F, T, d]
        age = torch.arange(c.frames)[:, None] - torch.arange(c.frames)
        mask = (age >= 0) & (age < c.get("window", 1))
    q, k, v = (x.permute(order) for x in (q, k, v))
    return fn.scaled_dot_product_attention(q, k, v, mask).permute(back).flatten(1, 2)


KINDS = {"attention": Kind(step, clip, inputs=range(3, 4))}
