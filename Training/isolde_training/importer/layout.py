"""Which axis of an input is time, frequency or channels: given by the user or inferred.

A layout is a word with a letter an axis: N (one clip), C (channels), T (frames), F (bins), as
`NCTF` for PyTorch's usual [batch, channel, frame, bin] or `NTFC` for Keras's.
"""

from __future__ import annotations

from .axes import Atom, Axis, Value, axis_of
from .onnx_file import Tensor
from .refusal import RefusedError

USUAL = {  # by number of axes and place of time
    (4, 2): "NCTF",
    (4, 1): "NTFC",
    (4, 3): "NCFT",
    (3, 1): "NTF",
    (3, 2): "NFT",
    (2, 0): "TF",
}


def layout_of(x: Tensor, told: str | None, time: int | None) -> str:
    """The layout of an input; if not given, guessed from the one axis of any size."""
    hint = f"give its layout: --axes {x.name}=NCTF, a letter for each of its {len(x.shape)} axes"
    if told:
        if len(told) != len(x.shape) or set(told) - set("NCTF") or told.count("T") != 1:
            raise RefusedError(f"{told} is no layout of the input {x.name} {x.shape}", hint)
        return told
    if time is None:
        free = [i for i, size in enumerate(x.shape) if size is None and i > 0]
        if len(free) != 1:
            raise RefusedError(f"which axis of the input {x.name} {x.shape} is time", hint)
        (time,) = free
    layout = USUAL.get((len(x.shape), time % len(x.shape)))
    if layout is None:
        raise RefusedError(f"the layout of the input {x.name} {x.shape} is no usual one", hint)
    return layout


def input_value(name: str, x: Tensor, layout: str, frames: int) -> tuple[Value, int, int]:
    """The value of an input, whose edge is [F][C], with its channels and bins."""
    axes: list[Axis] = []
    memory: dict[str, Axis] = {}
    for letter, size in zip(layout, x.shape, strict=True):
        if letter == "T":
            axes.append((Atom(size or frames, time=True),))
        elif letter == "N":
            if size not in (None, 1):
                raise RefusedError(
                    f"the input {x.name} takes {size} clips at once", "export it for one"
                )
            axes.append(())
        elif size is None:
            raise RefusedError(
                f"the axis {letter} of the input {x.name} has no size", "export it with one"
            )
        else:
            axes.append(axis_of(size))
            memory[letter] = axes[-1]
    bins, channels = memory.get("F", ()), memory.get("C", ())
    value = Value(name, [*bins, *channels], axes)
    return value, value.size(channels), value.size(bins)
