"""Lessons made once and learned again and again: what no weight changes, in files.

On a processor drawing, rendering, transforming and asking a teacher take longer than learning. Of
each part of a lesson a file holds all clips, as 16-bit floats; what is one number a clip stays in
32 bits.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.lib.format import open_memmap
from tqdm import tqdm

from .loss import Lesson


class Lessons:
    """`count` lessons in a folder; `made(k)` gives number k and those behind it."""

    def __init__(self, folder: pathlib.Path, count: int, made: Callable[[int], Iterator[Lesson]]):
        folder.mkdir(parents=True, exist_ok=True)
        until = folder / "until"  # the first number that is not in the files
        begin = int(until.read_text()) if until.exists() else 0
        numbers = tqdm(range(begin, count), desc="lessons", unit="lesson", disable=None)
        for number, lesson in zip(numbers, made(begin) if begin < count else (), strict=False):
            for name, part in lesson.items():
                path, rows, rest = folder / f"{name}.npy", len(part), part.shape[1:]
                if number == 0:
                    kind = np.float32 if rest.numel() == 1 else np.float16
                    open_memmap(path, "w+", kind, (count * rows, *rest))
                open_memmap(path, "r+")[number * rows : (number + 1) * rows] = part.cpu()
            until.write_text(str(number + 1))
        self.parts = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}

    def draw(self, clips: int, number: Sequence[int]) -> Lesson:
        """So many clips of all; which ones depends on the number alone."""
        count = len(next(iter(self.parts.values())))
        rows = np.sort(np.random.default_rng(number).choice(count, clips, replace=False))
        return {k: torch.from_numpy(v[rows]).float() for k, v in self.parts.items()}
