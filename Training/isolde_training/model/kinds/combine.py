"""`add`, `subtract`, `multiply`: element by element, from left to right."""

from __future__ import annotations

import operator
from functools import reduce

from .kind import Kind


def combine(operation) -> Kind:
    """An operator that numpy arrays and PyTorch tensors share."""
    return Kind(
        lambda s: reduce(operation, s.given),
        lambda c: reduce(operation, c.given),
        inputs=range(2, 65),
    )


KINDS = {
    "add": combine(operator.add),
    "subtract": combine(operator.sub),
    "multiply": combine(operator.mul),
}
