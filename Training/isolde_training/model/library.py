"""libisolde: its functions, as isolde.h declares them."""

from __future__ import annotations

import ctypes
import pathlib
from ctypes import c_bool, c_char_p, c_double, c_float, c_int32, c_uint32, c_uint64, c_void_p

from ..config import ROOT

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
        ("task", c_char_p),
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
