"""Separates a dialogue recording into voice, reverb and background: libisolde for NumPy.

    import isolde, soundfile

    x, rate = soundfile.read("take1.wav")
    stems = isolde.separate(x, rate)
    soundfile.write("voice.wav", stems.voice, rate)

Sound is an array of samples, (samples,) or (samples, channels), with full scale at 1. Output is
float32, in the shape of the input. Channels of one array are linked. `model` is the
name of an installed model, "studio", "live", "deepfilter" or "deepfilter_live", or the path of a
model file.
"""

from __future__ import annotations

import ctypes
import enum
import typing

import numpy as np

from ._library import CONTROLS, LIBRARY, MESSAGE, STEMS, Controls

__all__ = ["Error", "Status", "Stems", "Stream", "clean", "extend", "separate"]


class Status(enum.IntEnum):
    """Kinds of failures: isolde_status of isolde.h."""

    NOT_FOUND = 1
    UNREADABLE = 2
    BAD_MODEL = 3
    UNSUITABLE_MODEL = 4
    BAD_ARGUMENT = 5
    OUT_OF_MEMORY = 6


class Error(ValueError):
    """A failure of libisolde: one line with the remedy, and its kind."""

    def __init__(self, message: str, status: Status = Status.BAD_ARGUMENT):
        super().__init__(message)
        self.status = status


class Stems(typing.NamedTuple):
    """The three stems of a sound, each in the sound's shape; they sum to it."""

    voice: np.ndarray
    reverb: np.ndarray
    background: np.ndarray


class Stream:
    """One stream of audio, in blocks of any length. The output is delayed by `latency` samples.

    A stream belongs to one thread at a time. `with Stream(48000) as stream:` frees it at the end.
    """

    def __init__(self, rate: float, channels: int = 1, model: str = "studio"):
        self._model = self._separator = None
        message = ctypes.create_string_buffer(MESSAGE)
        self._model = LIBRARY.isolde_model_open(str(model).encode(), message)
        if self._model:
            self._separator = LIBRARY.isolde_separator_new(self._model, rate, channels, message)
        if not self._separator:
            status = Status(LIBRARY.isolde_last_status())
            self.close()
            raise Error(message.value.decode(), status)
        self.channels = channels
        self.latency: int = LIBRARY.isolde_separator_latency(self._separator)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Frees the memory; the stream cannot be used any more."""
        if self._separator:
            LIBRARY.isolde_separator_free(self._separator)
        if self._model:
            LIBRARY.isolde_model_free(self._model)
        self._separator = self._model = None

    def reset(self) -> None:
        """Resets the stream; samples that have not come out yet are discarded."""
        LIBRARY.isolde_separator_reset(self._open())

    def split(self, block: np.ndarray, sensitivity: float = 0) -> Stems:
        """Separates the next block; `sensitivity` in %, from -100 to 100."""
        controls = controls_of({"sensitivity": sensitivity})
        rows, form = self._rows(block)
        stems = [np.empty_like(rows) for _ in STEMS]
        LIBRARY.isolde_separator_split(
            self._open(), controls.sensitivity, True, *map(pointers, [rows, *stems]), rows.shape[1]
        )
        return Stems(*(stem.T.reshape(form) for stem in stems))

    def mix(self, block: np.ndarray, **controls: float) -> np.ndarray:
        """Mixes the next block by the plug-in's controls; those not named have their defaults.

        Levels `voice`, `reverb`, `background` and `trim` in dB, `sensitivity` in %, `listen` from 0
        to 4 (mix, voice, reverb, background, difference), `enabled`.
        """
        asked = controls_of(controls)
        rows, form = self._rows(block)
        mixed = np.empty_like(rows)
        LIBRARY.isolde_separator_mix(
            self._open(), ctypes.byref(asked), pointers(rows), pointers(mixed), rows.shape[1]
        )
        return mixed.T.reshape(form)

    def _open(self) -> int:
        if not self._separator:
            raise Error("the stream is closed; make another")
        return self._separator

    def _rows(self, block: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
        """A block as [channels, samples], contiguous float32, and its original shape."""
        block = samples_of(block)
        channels = 1 if block.ndim == 1 else block.shape[1]
        if channels != self.channels:
            raise Error(f"the block has {channels} channels, the stream {self.channels}")
        return np.ascontiguousarray(block.reshape(len(block), channels).T), block.shape


def separate(x: np.ndarray, rate: float, model: str = "studio", sensitivity: float = 0) -> Stems:
    """The stems of a whole recording, without delay; `rate` in Hz, 8000 to 192000."""

    def split(stream: Stream, block: np.ndarray) -> Stems:
        return stream.split(block, sensitivity)

    return Stems(*whole(x, rate, model, split))


def clean(x: np.ndarray, rate: float, model: str = "studio", **controls: float) -> np.ndarray:
    """The mix of a whole recording, without delay, by the controls of `Stream.mix`."""

    def mix(stream: Stream, block: np.ndarray) -> tuple[np.ndarray]:
        return (stream.mix(block, **controls),)

    return whole(x, rate, model, mix)[0]


def extend(x: np.ndarray, rate: float, amount: float = 0, model: str = "extend") -> np.ndarray:
    """The whole recording with the highs that it lost, without delay.

    `amount` in dB is the level of what is added, above `x`'s edge up to 20 kHz: `rate` should be
    44100 or more, so resample a telephone call first. What is added is invented.
    """
    return clean(x, rate, model, amount=amount)


def whole(
    x: np.ndarray,
    rate: float,
    model: str,
    process: typing.Callable[[Stream, np.ndarray], tuple[np.ndarray, ...]],
) -> list[np.ndarray]:
    """Sends the recording, then zeros for the latency, block by block."""
    x = samples_of(x)
    with Stream(rate, 1 if x.ndim == 1 else x.shape[1], model) as stream:
        ended = np.concatenate([x, np.zeros((stream.latency, *x.shape[1:]), np.float32)])
        parts = [process(stream, ended[at : at + BLOCK]) for at in range(0, len(ended), BLOCK)]
        return [np.concatenate(part)[stream.latency :] for part in zip(*parts, strict=True)]


BLOCK = 65536  # samples


def samples_of(x: np.ndarray) -> np.ndarray:
    """Samples as float32, one or two axes. Integers are refused, as their full scale is unknown."""
    x = np.asarray(x)
    if x.ndim not in (1, 2):
        raise Error(f"the array has {x.ndim} axes; take (samples,) or (samples, channels)")
    if not np.issubdtype(x.dtype, np.floating):
        raise Error(f"the array is of {x.dtype}; take floats with full scale at 1")
    return x.astype(np.float32, copy=False)


def controls_of(asked: dict[str, float]) -> Controls:
    """The default controls with the given changes."""
    controls = LIBRARY.isolde_controls_default()
    for name, value in asked.items():
        if name not in CONTROLS:
            raise Error(f"there is no control {name!r}; there are {', '.join(CONTROLS)}")
        field, low, high = CONTROLS[name]
        if not low <= value <= high:
            raise Error(f"{name} is {value}; take {low:g} to {high:g}")
        setattr(controls, field, type(getattr(controls, field))(value))
    return controls


def pointers(rows: np.ndarray) -> ctypes.Array:
    """The addresses of the rows, for C."""
    return (ctypes.c_void_p * len(rows))(*(row.ctypes.data for row in rows))
