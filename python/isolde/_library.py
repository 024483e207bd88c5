"""libisolde, as isolde.h declares it: that of the wheel, else the installed one."""

from __future__ import annotations

import ctypes
import pathlib
from ctypes import POINTER, c_bool, c_char_p, c_double, c_float, c_int32, c_uint32, c_void_p

MESSAGE = 256  # bytes, ISOLDE_MESSAGE_SIZE
NAME = "libisolde.so.0"
STEMS = ("voice", "reverb", "background")


class Controls(ctypes.Structure):
    """isolde_controls."""

    _fields_ = [
        ("enabled", c_bool),
        *((name, c_float) for name in ("voice", "reverb", "ambience", "sensitivity")),
        ("listen", c_int32),
        ("trim", c_float),
    ]


class ControlInfo(ctypes.Structure):
    """isolde_control_info."""

    _fields_ = [
        *((name, c_char_p) for name in ("id", "name", "unit", "comment")),
        *((name, c_float) for name in ("initial", "minimum", "maximum")),
    ]


FUNCTIONS = {
    "isolde_last_status": (c_int32, []),
    "isolde_model_open": (c_void_p, [c_char_p, c_char_p]),
    "isolde_model_free": (None, [c_void_p]),
    "isolde_controls_default": (Controls, []),
    "isolde_control_get_info": (c_bool, [c_uint32, POINTER(ControlInfo)]),
    "isolde_separator_new": (c_void_p, [c_void_p, c_double, c_uint32, c_char_p]),
    "isolde_separator_free": (None, [c_void_p]),
    "isolde_separator_reset": (None, [c_void_p]),
    "isolde_separator_latency": (c_uint32, [c_void_p]),
    "isolde_separator_mix": (None, [c_void_p, POINTER(Controls), c_void_p, c_void_p, c_uint32]),
    "isolde_separator_split": (None, [c_void_p, c_float, c_bool, *4 * [c_void_p], c_uint32]),
}


def load() -> ctypes.CDLL:
    """The library, its functions declared."""
    beside = pathlib.Path(__file__).with_name(NAME)
    try:
        library = ctypes.CDLL(str(beside) if beside.exists() else NAME)
    except OSError as error:
        raise ImportError(f"{error}; install Isolde, or its wheel") from error
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def ranges(library: ctypes.CDLL) -> dict[str, tuple[str, float, float]]:
    """Field, minimum and maximum of each control; the field `ambience` is the background."""
    found = {}
    for index, (field, *_) in enumerate(Controls._fields_):
        info = ControlInfo()
        if not library.isolde_control_get_info(index, info) or info.id.decode() != field:
            raise ImportError(f"libisolde has no control {field} there: it is of another version")
        name = "background" if field == "ambience" else field
        found[name] = (field, info.minimum, info.maximum)
    return found


LIBRARY = load()
CONTROLS = ranges(LIBRARY)
