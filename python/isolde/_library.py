"""The functions of libisolde, as isolde.h declares them: from the wheel, or the installed one."""

from __future__ import annotations

import ctypes
import pathlib
from ctypes import POINTER, c_bool, c_char_p, c_double, c_float, c_int32, c_uint32, c_void_p

MESSAGE = 256  # bytes, ISOLDE_MESSAGE_SIZE
NAME = "libisolde.so.0"
STEMS = ("voice", "reverb", "background")


class ControlInfo(ctypes.Structure):
    """isolde_control_info."""

    _fields_ = [
        *((name, c_char_p) for name in ("id", "name", "unit", "comment")),
        *((name, c_float) for name in ("initial", "minimum", "maximum")),
        ("kind", c_int32),
    ]


TYPES = (c_float, c_float, c_int32, c_bool)  # of a field, by isolde_control_kind


def find() -> ctypes.CDLL:
    """The library."""
    beside = pathlib.Path(__file__).with_name(NAME)
    try:
        return ctypes.CDLL(str(beside) if beside.exists() else NAME)
    except OSError as error:
        raise ImportError(f"{error}; install Isolde, or its wheel") from error


def controls(library: ctypes.CDLL) -> dict[str, ControlInfo]:
    """All controls by their fields, in the order of isolde_controls."""
    library.isolde_control_get_info.restype = c_bool
    found = {}
    info = ControlInfo()
    while library.isolde_control_get_info(c_uint32(len(found)), ctypes.byref(info)):
        found[info.id.decode()] = info
        info = ControlInfo()
    return found


LIBRARY = find()
FIELDS = controls(LIBRARY)


class Controls(ctypes.Structure):
    """isolde_controls."""

    _fields_ = [(field, TYPES[info.kind]) for field, info in FIELDS.items()]


# Field, minimum and maximum of each control; the field `ambience` is the background.
CONTROLS = {
    "background" if field == "ambience" else field: (field, info.minimum, info.maximum)
    for field, info in FIELDS.items()
}

FUNCTIONS = {
    "isolde_last_status": (c_int32, []),
    "isolde_model_open": (c_void_p, [c_char_p, c_char_p]),
    "isolde_model_free": (None, [c_void_p]),
    "isolde_controls_default": (Controls, []),
    "isolde_separator_new": (c_void_p, [c_void_p, c_double, c_uint32, c_char_p]),
    "isolde_separator_free": (None, [c_void_p]),
    "isolde_separator_reset": (None, [c_void_p]),
    "isolde_separator_latency": (c_uint32, [c_void_p]),
    "isolde_separator_mix": (None, [c_void_p, POINTER(Controls), c_void_p, c_void_p, c_uint32]),
    "isolde_separator_split": (None, [c_void_p, c_float, c_bool, *4 * [c_void_p], c_uint32]),
}
for _name, (_result, _arguments) in FUNCTIONS.items():
    _function = getattr(LIBRARY, _name)
    _function.restype, _function.argtypes = _result, _arguments
