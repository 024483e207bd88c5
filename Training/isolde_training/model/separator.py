"""The plug-in's separation through libisolde: a model file run on sound."""

from __future__ import annotations

import ctypes
import pathlib
from ctypes import c_void_p

import numpy as np

from ..config import RATE
from .library import LIBRARY, MESSAGE, opened


class Separator:
    """The stems of mono clips at 48 kHz, as from plug-in and command line. Never freed."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path = LIBRARY):
        self.library = opened(library)
        message = ctypes.create_string_buffer(MESSAGE)
        model = self.library.isolde_model_open(str(path).encode(), message)
        if not model:
            raise SystemExit(message.value.decode())
        self.separator = self.library.isolde_separator_new(model, RATE, 1, message)
        if not self.separator:
            raise SystemExit(f"{path}: {message.value.decode()}")
        self.latency = int(self.library.isolde_separator_latency(self.separator))  # samples

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Separate a clip [N] from a reset: voice, reverb, background [3, N], without delay."""
        padded = np.concatenate([x, np.zeros(self.latency)]).astype(np.float32)
        stems = np.empty((3, len(padded)), np.float32)
        into, *out = ((c_void_p * 1)(y.ctypes.data) for y in (padded, *stems))
        self.library.isolde_separator_reset(self.separator)
        self.library.isolde_separator_split(self.separator, 0, True, into, *out, len(padded))
        return stems[:, self.latency :]
