"""The engine itself, through libisolde: a model file run frame by frame."""

from __future__ import annotations

import ctypes
import pathlib

import numpy as np

from .library import LIBRARY, MESSAGE, Info, opened
from .model_file import read


def multiply_adds(path: pathlib.Path, library: pathlib.Path = LIBRARY) -> int:
    """The cost of a frame of a model file, as the engine counts it."""
    with Engine(path, library) as engine:
        return int(engine.info.macs)


class Engine:
    """A network of a model file. `with Engine(path) as engine: engine.run(inputs)`."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path = LIBRARY, level: int = -1):
        self.library, self.network = opened(library), None
        message = ctypes.create_string_buffer(MESSAGE)
        self.model = self.library.isolde_model_open(str(path).encode(), message)
        if not self.model:
            raise ValueError(message.value.decode())
        self.network = self.library.isolde_network_new(self.model, level, message)
        if not self.network:
            self.close()
            raise ValueError(f"{path}: {message.value.decode()}")
        self.info = Info()
        self.library.isolde_model_get_info(self.model, ctypes.byref(self.info))
        self.delay = int(self.library.isolde_network_delay(self.network))  # frames
        self.edges = read(path).graph.edges()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.network:
            self.library.isolde_network_free(self.network)
        if self.model:
            self.library.isolde_model_free(self.model)
        self.network = self.model = None

    def run(self, inputs: dict[str, np.ndarray], outputs: list[str]) -> dict[str, np.ndarray]:
        """Run a clip [T, bins, channels] from a reset; the outputs are moved back by the delay."""
        self.library.isolde_network_reset(self.network)
        (frames,) = {len(x) for x in inputs.values()}
        into = {name: self.row(self.library.isolde_network_input, name) for name in inputs}
        out: dict[str, list[np.ndarray]] = {name: [] for name in outputs}
        for t in range(frames):
            for name, x in inputs.items():
                into[name][:] = x[t]
            self.library.isolde_network_push(self.network)
            for name in outputs:
                out[name].append(self.row(self.library.isolde_network_output, name).copy())
        return {name: np.stack(rows)[self.delay :] for name, rows in out.items()}

    def row(self, find: ctypes._CFuncPtr, name: str) -> np.ndarray:
        """The engine's own memory of an edge, [bins, channels]."""
        pointer = find(self.network, name.encode())
        if not pointer:
            raise ValueError(f"the network has no {name}")
        return np.ctypeslib.as_array(pointer, (self.edges[name].bins, self.edges[name].channels))
