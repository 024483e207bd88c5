"""Constant operands: which of their numbers meets which number of the frame."""

from __future__ import annotations

from math import prod

import numpy as np

from .axes import Value
from .refusal import RefusedError


def on_frame(x: Value, constant: np.ndarray) -> np.ndarray:
    """A constant, broadcast like in numpy, as an array over the memory of a value's frame.

    An axis of the result is 1 where the constant is the same along it.
    """
    constant = constant.reshape((1,) * (len(x.axes) - constant.ndim) + constant.shape)
    if constant.ndim > len(x.axes):
        raise RefusedError(
            f"a constant of shape {list(constant.shape)} widens a value of {x.shape}"
        )
    atoms, shape = [], []  # of the constant, axis after axis, without time
    for axis, size in zip(x.axes, constant.shape, strict=True):
        if size not in (1, prod(atom.size for atom in axis)):
            raise RefusedError(
                f"a constant of shape {list(constant.shape)} widens a value of {x.shape}"
            )
        atoms += axis
        shape += [atom.size if size > 1 else 1 for atom in axis]
    constant = constant.reshape(shape)
    for place, atom in enumerate(atoms):
        if atom.time:
            first = constant.take([0], place)
            if not np.array_equal(constant, np.broadcast_to(first, constant.shape)):
                raise RefusedError(
                    "a constant changes with time", "a stream has no first frame to count from"
                )
            constant = first
    order = [i for i, atom in enumerate(atoms) if atom.time]
    order += [atoms.index(atom) for atom in x.memory]  # memory order, time first
    constant = constant.transpose(order)
    constant = constant.reshape(constant.shape[len(order) - len(x.memory) :])
    for place in range(constant.ndim):  # an axis along which nothing changes becomes 1
        first = constant.take([0], place)
        if np.array_equal(constant, np.broadcast_to(first, constant.shape)):
            constant = first
    return constant


def full(x: Value, constant: np.ndarray) -> np.ndarray:
    """All numbers of a frame, flattened, from what `on_frame` gives."""
    return np.broadcast_to(constant, [x.real(atom) for atom in x.memory]).ravel()


def channels_of(x: Value, *constants: np.ndarray) -> int:
    """How many numbers repeat from bin to bin: the innermost atoms on which constants depend."""
    outer = 0
    while outer < len(x.memory) and all(c.shape[outer] == 1 for c in constants):
        outer += 1
    return x.size(x.memory[outer:])
