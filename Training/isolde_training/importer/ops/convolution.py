"""Conv and ConvTranspose: paddings in time become look-ahead."""

from __future__ import annotations

import numpy as np

from ..axes import Atom, Axis, Value, axis_of, frame, size_of
from ..call import Call, Plane, Window, plane, windows
from ..refusal import RefusedError


def ordered(weight: np.ndarray, p: Plane) -> np.ndarray:
    """A weight [·, ·, spatial axes…] as [·, ·, T, F]."""
    places = [w.place for w in (p.time, p.bins) if w.place >= 0]
    rest = [i for i in range(2, weight.ndim) if i not in places]  # kernels of 1
    weight = weight.transpose(0, 1, *places, *rest)
    return weight.reshape(*weight.shape[:2], p.time.kernel, p.bins.kernel)


def prepared(c: Call, p: Plane) -> Value:
    """The input with its bins and channels in place and nothing moved in time that must not be."""
    x = c.x
    if p.bins.place >= 0 and len(x.axes[p.bins.place]) > 1 and any(a in x.pads for a in p.along):
        x = c.b.settle(x, time=False)
    for atom in list(x.pads):
        if atom not in p.along:
            x = c.b.settle(x, time=False)
            break
    return x


def outcome(x: Value, edge: str, p: Plane, times: int, bins: int, channels: int) -> Value:
    """The output [N, C, spatial axes…] of a convolution."""
    axes: list[Axis] = list(x.axes)
    axes[1] = axis_of(channels)
    if p.time.place >= 0:
        axes[p.time.place] = (Atom(times, time=True),)
    if p.bins.place >= 0 and bins != size_of(axes[p.bins.place]):
        axes[p.bins.place] = axis_of(bins)
    along = axes[p.bins.place] if p.bins.place >= 0 else ()
    return Value(edge, [*p.batch, *along, *axes[1]], axes)


def conv(c: Call) -> Value:
    """Frames s·j − before + d·k of the tensor are those up to s·j + look of the edge."""
    weight = c.weight(1)  # [out, in / groups, spatial axes…]
    p = plane(c, windows(c, list(weight.shape[2:])))
    return convolved(c, p, ordered(weight, p))


def convolved(c: Call, p: Plane, weight: np.ndarray) -> Value:
    """A convolution with weights [out, in / groups, T, F]."""
    x, groups = prepared(c, p), c.get("group", 1)
    if x.ahead > 0 and p.time.before:
        x = c.b.settle(x)
    look = p.time.span - p.time.before + x.ahead
    if look < 0:  # the kernel ends before frame j: more weights, which are zero
        more = -(look // p.time.dilation)
        weight = np.pad(weight, ((0, 0), (0, 0), (0, more), (0, 0)))
        look += more * p.time.dilation
    below, above = p.bins.before, p.bins.after
    for atom in p.along:
        below, above = below + x.pads.get(atom, (0, 0))[0], above + x.pads.get(atom, (0, 0))[1]
    if min(below, above) < 0:
        raise RefusedError("negative padding", "slice the bins off instead")
    times, bins = p.time.size(size(x, p.time)), p.bins.size(size(x, p.bins))
    placed = c.b.arrange(x, [*p.batch, *p.along], frame(x.axes[1]))
    bias = c.constant(2)
    edge = c.b.emit(
        "conv",
        placed.edge,
        channels=weight.shape[0],
        kernel=weight.shape[2:],
        stride=pair(p.time.stride, p.bins.stride),
        look=look or None,
        dilation=pair(p.time.dilation, p.bins.dilation),
        pad=below or (0 if above else None),
        pad_above=above if above != below else None,
        groups=groups if groups > 1 else None,
        tensors={"weight": weight} | ({} if bias is None else {"bias": bias}),
    )
    return outcome(placed, edge, p, times, bins, weight.shape[0])


def size(x: Value, window: Window) -> int:
    return x.shape[window.place] if window.place >= 0 else 1


def pair(time: int, bins: int) -> tuple[int, int] | None:
    return None if (time, bins) == (1, 1) else (time, bins)


def conv_transpose(c: Call) -> Value:
    """Frame j of the tensor is frame j + before of the full output: that is the crop in time."""
    weight, groups = c.weight(1), c.get("group", 1)  # [in, out / groups, spatial axes…]
    found = windows(c, list(weight.shape[2:]))
    extra, shape = c.get("output_padding", [0] * len(found)), c.get("output_shape")
    auto, sizes = c.get("auto_pad", "NOTSET"), {}
    for i, w in enumerate(found):
        full = (c.x.shape[w.place] - 1) * w.stride + w.span + 1 + extra[i]
        if shape or auto.startswith("SAME"):
            wanted = shape[i] if shape else c.x.shape[w.place] * w.stride
            total = max(full - wanted, 0)
            w.before = total // 2 if auto == "SAME_UPPER" else total - total // 2
            w.after = total - w.before
        sizes[w.place] = full - w.before - w.after
    p = plane(c, found)
    weight = ordered(weight, p)
    if p.time.stride == p.bins.stride == 1:
        for w, more in zip(found, extra, strict=True):
            w.before, w.after = w.span - w.before, w.span - w.after + more
        return convolved(c, p, mirrored(weight, groups))
    weight = spread(weight, p)
    x = c.b.settle(c.x)
    times, bins = sizes.get(p.time.place, 1), sizes.get(p.bins.place, 1)
    placed = c.b.arrange(x, [*p.batch, *p.along], frame(x.axes[1]))
    bias = c.constant(2)
    count = x.size(p.batch) * bins
    natural = (x.size([*p.batch, *p.along]) - 1) * p.bins.stride + weight.shape[3]
    edge = c.b.emit(
        "upconv",
        placed.edge,
        channels=groups * weight.shape[1],
        kernel=weight.shape[2:],
        stride=(p.time.stride, p.bins.stride),
        crop=None if p.time.before == p.bins.before == 0 else (p.time.before, p.bins.before),
        bins=count if count != natural - 2 * p.bins.before else None,
        groups=groups if groups > 1 else None,
        tensors={"weight": weight} | ({} if bias is None else {"bias": bias}),
    )
    return outcome(placed, edge, p, times, bins, groups * weight.shape[1])


def mirrored(weight: np.ndarray, groups: int) -> np.ndarray:
    """[in, out / groups, T, F] as the weights of the convolution that is the same at stride 1."""
    parts = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    return parts.reshape(-1, *parts.shape[2:])[:, :, ::-1, ::-1]


def spread(weight: np.ndarray, p: Plane) -> np.ndarray:
    """A dilated kernel written out, with zeros between its weights."""
    out = np.zeros((*weight.shape[:2], p.time.span + 1, p.bins.span + 1), np.float32)
    out[:, :, :: p.time.dilation, :: p.bins.dilation] = weight
    return out
