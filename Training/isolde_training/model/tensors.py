"""Converts PyTorch layers to the tensors of a model file."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn


def sparse(matrix: Tensor) -> dict[str, np.ndarray]:
    """Tensors of `bands` for a matrix [out, in] whose rows have one run of values each."""
    first, count, values = [], [], []
    for row in matrix.cpu().double().numpy():
        (used,) = np.nonzero(row)
        first.append(used[0])
        count.append(used[-1] - used[0] + 1)
        values.append(row[used[0] : used[-1] + 1])
    first, count = np.array(first, np.int32), np.array(count, np.int32)
    return {"first": first, "count": count, "value": np.concatenate(values).astype(np.float32)}


def tensors(layer: nn.Module) -> dict[str, Any]:
    """Weight and bias of a layer under the names of the file."""
    return {key: value.cpu().numpy() for key, value in layer.state_dict().items()}
