"""Lessons made once and learned again and again: what no weight changes, in files.

On a processor drawing, rendering, transforming and asking a teacher take longer than learning. Of
each part of a lesson a file holds all clips one after the other, as 16-bit floats; a part that is
one number a clip stays in 32 bits.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from .loss import Lesson


def stored(part: Tensor) -> np.ndarray:
    """[B, …] as its file holds it."""
    return part.numpy().astype(np.float32 if part[0].numel() == 1 else np.float16)


class Lessons:
    """`count` clips in a folder, of which `make` gives some more at each call, by its number."""

    def __init__(self, folder: pathlib.Path, count: int, make: Callable[[int], Lesson]):
        folder.mkdir(parents=True, exist_ok=True)
        first = {name: stored(part) for name, part in make(0).items()}
        size = len(first["features"])
        paths = {name: folder / f"{name}.bin" for name in first}
        for path in paths.values():
            path.touch()
        begin = min(paths[k].stat().st_size // part.nbytes for k, part in first.items())
        groups = -(-count // size)
        for name, part in first.items():
            os.truncate(paths[name], begin * part.nbytes)
        for i in tqdm(range(begin, groups), desc="lessons", unit="group", disable=None):
            for name, part in make(i).items():
                with open(paths[name], "ab") as file:
                    file.write(stored(part).tobytes())
        self.count = groups * size
        self.parts = {
            name: np.memmap(paths[name], part.dtype, "r", shape=(self.count, *part.shape[1:]))
            for name, part in first.items()
        }

    def draw(self, clips: int, *number: int) -> Lesson:
        """Some of the clips, which ones depends on the number alone."""
        rows = np.sort(np.random.default_rng(number).choice(self.count, clips, replace=False))
        return {k: torch.from_numpy(v[rows]).float() for k, v in self.parts.items()}
