"""The engine itself, through libisolde: a model file run frame by frame, or on sound."""

from __future__ import annotations

import ctypes
import pathlib
from ctypes import c_bool, c_char_p, c_double, c_float, c_int32, c_uint32, c_uint64, c_void_p

import numpy as np

from .config import RATE, ROOT
from .model_file import read

LIBRARY = ROOT / "build" / "libisolde.so"
MESSAGE = 256  # bytes, ISOLDE_MESSAGE_SIZE


class Info(ctypes.Structure):
    """isolde_model_info of isolde.h."""

    _fields_ = [
        *((name, c_char_p) for name in ("name", "version", "author", "license", "description")),
        *((name, c_char_p) for name in ("data", "graph")),
        *((name, c_uint32) for name in ("rate", "hop", "window", "synthesis")),
        *((name, c_uint32) for name in ("look_ahead", "latency", "layers")),
        *((name, c_uint64) for name in ("parameters", "macs", "state_bytes")),
    ]


FUNCTIONS = {
    "isolde_model_open": (c_void_p, [c_char_p, c_char_p]),
    "isolde_model_free": (None, [c_void_p]),
    "isolde_model_get_info": (None, [c_void_p, ctypes.POINTER(Info)]),
    "isolde_network_new": (c_void_p, [c_void_p, c_int32, c_char_p]),
    "isolde_network_free": (None, [c_void_p]),
    "isolde_network_reset": (None, [c_void_p]),
    "isolde_network_delay": (c_uint32, [c_void_p]),
    "isolde_network_input": (ctypes.POINTER(c_float), [c_void_p, c_char_p]),
    "isolde_network_push": (None, [c_void_p]),
    "isolde_network_output": (ctypes.POINTER(c_float), [c_void_p, c_char_p]),
    "isolde_separator_new": (c_void_p, [c_void_p, c_double, c_uint32, c_char_p]),
    "isolde_separator_free": (None, [c_void_p]),
    "isolde_separator_reset": (None, [c_void_p]),
    "isolde_separator_latency": (c_uint32, [c_void_p]),
    "isolde_separator_split": (None, [c_void_p, c_float, c_bool, *4 * [c_void_p], c_uint32]),
}


def opened(library: pathlib.Path) -> ctypes.CDLL:
    """The library, its functions declared."""
    found = ctypes.CDLL(str(library))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


class Engine:
    """A network of a model file. `with Engine(path) as engine: engine.run(inputs)`."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path = LIBRARY, level: int = -1):
        self.library, self.network = opened(library), None
        message = ctypes.create_string_buffer(MESSAGE)
        self.model = self.library.isolde_model_open(str(path).encode(), message)
        if not self.model:
            raise ValueError(f"{path}: {message.value.decode()}")
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
        """A clip [T, bins, channels] from a fresh start; the outputs moved back by the delay."""
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


class Separator:
    """The stems of mono clips at 48 kHz, as plug-in and command line make them; kept for good."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path = LIBRARY):
        self.library = opened(library)
        message = ctypes.create_string_buffer(MESSAGE)
        model = self.library.isolde_model_open(str(path).encode(), message)
        self.separator = model and self.library.isolde_separator_new(model, RATE, 1, message)
        if not self.separator:
            raise ValueError(f"{path}: {message.value.decode()}")
        self.latency = int(self.library.isolde_separator_latency(self.separator))  # samples

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """A clip [N] from a fresh start to voice, reverb and ambience [3, N]; no delay is left."""
        padded = np.concatenate([x, np.zeros(self.latency)]).astype(np.float32)
        stems = np.empty((3, len(padded)), np.float32)
        into, *out = ((c_void_p * 1)(y.ctypes.data) for y in (padded, *stems))
        self.library.isolde_separator_reset(self.separator)
        self.library.isolde_separator_split(self.separator, 0, True, into, *out, len(padded))
        return stems[:, self.latency :]
