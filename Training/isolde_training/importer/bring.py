"""Converts a file or a module to a `.isolde` file, and checks the result."""

from __future__ import annotations

import io
import logging
import pathlib
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from ..model.engine import multiply_adds
from ..model.library import LIBRARY
from ..model.model_file import Model, write
from .check import Agreement, Reference, compare
from .onnx_file import File, joined, read, selected
from .refusal import RefusedError
from .walk import FRAMES, Imported, walk


@dataclass
class Options:
    """The importer's options. Axes: {input: layout}, a letter for each axis (see layout.py)."""

    axes: dict[str, str] = field(default_factory=dict)
    time: int | None = None  # axis of the frames, for usual layouts
    frames: int | None = None  # of the clip that is checked, where the file leaves it open
    names: dict[str, str] = field(default_factory=dict)  # {ONNX's name: ours}
    hop: int = 512  # samples at 48 kHz
    window: int | None = None  # samples; None: four hops
    synthesis: int | None = None  # samples; None: half the window
    half: bool = False  # weights as fp16
    check: bool = True
    engine: bool | None = None  # None: if it has been built
    reference: tuple[str, Reference] | None = None  # to compare with, instead of ONNX Runtime
    texts: dict[str, str] = field(default_factory=dict)  # general.* of the model file


@dataclass
class Brought:
    """The result of an import."""

    done: Imported
    file: File
    agreement: Agreement | None
    bytes: int  # of the file; 0: it was not written
    work: int | None  # multiply-adds a frame, None without the engine


def import_onnx(source: pathlib.Path | onnx.ModelProto, out: pathlib.Path, o: Options) -> Brought:
    """Write the model file of an ONNX file, unless the check fails. Raises RefusedError."""
    file = read(source if isinstance(source, onnx.ModelProto) else opened(source))
    done = walk(file, o.axes, o.time, o.frames or FRAMES, o.names)
    delay = max(edge.delay for edge in done.graph.edges().values())
    if not o.frames and delay >= done.frames // 2:  # too long for a useful comparison
        done = walk(file, o.axes, o.time, FRAMES * -(-2 * delay // FRAMES), o.names)
    whole = None
    if o.check:  # with the weights as they are, before any rounding
        whole = compare(file, done, engine=o.engine, reference=o.reference)
    if o.half:
        done.graph.half()
    if whole and whole.frames and not whole.good:
        return Brought(done, file, whole, 0, None)
    window = o.window or 4 * o.hop
    write(Model(done.graph, o.hop, window, o.synthesis or window // 2, texts=o.texts), out)
    work = multiply_adds(out) if LIBRARY.exists() else None
    return Brought(done, file, whole, out.stat().st_size, work)


def import_files(
    paths: list[pathlib.Path], outputs: list[str], out: pathlib.Path, o: Options
) -> Brought:
    """Import several files joined; only some outputs if any are named."""
    models = {path.stem: opened(path) for path in paths}
    if len(models) < len(paths):
        raise RefusedError("two files of one name", "rename one: layers are named after them")
    model = joined(models) if len(paths) > 1 else models[paths[0].stem]
    return import_onnx(selected(model, outputs) if outputs else model, out, o)


def opened(path: pathlib.Path) -> onnx.ModelProto:
    try:
        return onnx.load(path)
    except OSError as error:
        raise RefusedError(error.strerror or "cannot be read") from error
    except Exception as error:  # protobuf has an exception of its own
        raise RefusedError("this is no ONNX file") from error


def import_module(
    module: nn.Module, example: Sequence[Tensor], out: pathlib.Path, o: Options, dynamo: bool = True
) -> Brought:
    """Import a PyTorch module, exported to ONNX for a clip like `example`."""
    model = exported(module, example, list(o.axes) or None, dynamo)
    return import_onnx(model, out, replace(o, reference=("PyTorch", pytorch(module))))


def pytorch(module: nn.Module) -> Reference:
    """A module as a function of whole clips."""

    @torch.no_grad()
    def run(clips: list[np.ndarray]) -> list[np.ndarray]:
        found = module.eval()(*map(torch.from_numpy, clips))
        return [x.numpy() for x in (found if isinstance(found, tuple | list) else [found])]

    return run


def exported(
    module: nn.Module, example: Sequence[Tensor], names: list[str] | None, dynamo: bool = True
) -> onnx.ModelProto:
    """The module as exported by torch.onnx.export."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        path = pathlib.Path(folder) / "network.onnx"
        # Its optimizer takes constants of 1e-8 and less for zero; the importer needs none.
        keys = {"external_data": False, "verbose": False, "optimize": False} if dynamo else {}
        try:
            torch.onnx.export(
                module.eval(), tuple(example), path, dynamo=dynamo, input_names=names, **keys
            )
        except Exception as error:
            if not dynamo:
                raise RefusedError(f"PyTorch cannot export the module: {error}") from error
            buffer = io.BytesIO()
            torch.onnx.export(module, tuple(example), buffer, dynamo=False, input_names=names)
            return onnx.load_from_string(buffer.getvalue())
        return onnx.load(path)


def summary(b: Brought, out: pathlib.Path, hop: int) -> str:
    """A summary for people."""
    graph, edges = b.done.graph, b.done.graph.edges()
    weights = sum(w.size for w in graph.tensors.values())
    delay = max(edge.delay for edge in edges.values())
    rate = 48000 / hop
    size = f"{b.bytes:,} bytes" if b.bytes else "NOT WRITTEN"
    lines = [f"{out}: {len(graph.layers)} layers, {weights:,} weights, {size}"]
    for side in ("input", "output"):
        for layer in graph.layers:
            if layer.kind == side:
                edge = edges[layer.name]
                lines.append(f"{side:6} {layer.name}: {edge.channels} channels x {edge.bins} bins")
    if b.work is not None:
        lines.append(
            f"work   {b.work / 1e6:,.2f} million multiply-adds a frame, "
            f"{b.work * rate / 1e6:,.0f} MMAC/s at {rate:g} frames a second"
        )
    lines.append(f"delay  {delay} frames, {1000 * delay / rate:.1f} ms")
    a = b.agreement
    if a is None:
        return "\n".join(lines)
    if not a.frames:
        lines.append(
            f"check  nothing to compare: a clip of {b.done.frames} frames is over before the first "
            "output; export a longer one"
        )
    else:
        verdict = "equal" if a.good else "NOT EQUAL"
        lines.append(
            f"check  {verdict}: {a.runner} and {a.reference} differ by {a.difference:.1e} of full "
            f"scale in {a.frames} frames"
        )
    if a.place:
        lines.append(f"differs first: {a.place}; --no-check writes it as it is")
    if not a.silence:
        lines.append(
            f"warning: at silence {a.reference} gives no number, so none was compared there; "
            "PyTorch drops constants of 1e-8 and less: export with optimize=False, or import "
            "FILE.py:NAME"
        )
    return "\n".join(lines)
