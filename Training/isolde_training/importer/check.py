"""What was imported against ONNX Runtime: a whole clip there, frame by frame here."""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnxruntime

from ..model.engine import Engine
from ..model.library import LIBRARY
from ..model.model_file import Model, write
from ..model.stream import Stream
from .axes import Value
from .onnx_file import File
from .refusal import RefusedError
from .walk import Imported

Reference = Callable[[list[np.ndarray]], list[np.ndarray]]  # inputs to outputs, whole clips
TOLERANCE = 1e-5  # of full scale: of the largest value of an output, at least 1


@dataclass
class Agreement:
    """How far the stream is from the whole clip."""

    difference: float  # the largest, as a share of full scale
    frames: int  # compared
    delay: int
    runner: str
    reference: str

    @property
    def good(self) -> bool:
        return self.frames > 0 and self.difference <= TOLERANCE


def rows(x: Value, clip: np.ndarray) -> np.ndarray:
    """A tensor of a whole clip as frames [T, numbers], in the order of our edge."""
    atoms = [atom for axis in x.axes for atom in axis]
    order = [atoms.index(x.time), *(atoms.index(atom) for atom in x.memory)]
    clip = clip.reshape([atom.size for atom in atoms]).transpose(order)
    return clip.reshape(len(clip), -1)


def random_clips(file: File, done: Imported, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        x.name: rng.standard_normal(done.inputs[x.name].shape).astype(np.float32)
        for x in file.inputs
    }


def whole_clip(
    file: File, clips: dict[str, np.ndarray], reference: tuple[str, Reference] | None
) -> dict[str, np.ndarray]:
    """The outputs by a reference, or by ONNX Runtime."""
    if reference is not None:
        return dict(zip(file.outputs, reference[1](list(clips.values())), strict=True))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        file.model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    try:
        found = session.run(file.outputs, clips)
    except Exception as error:  # onnxruntime has exceptions of its own
        frames = next(iter(clips.values())).shape
        what = f"ONNX Runtime cannot run a clip of shape {list(frames)}"
        raise RefusedError(what, "try another --frames") from error
    return dict(zip(file.outputs, found, strict=True))


def opened(path: pathlib.Path) -> Engine:
    try:
        return Engine(path)
    except ValueError as error:
        text = str(error).removeprefix(f"{path}: ")
        raise RefusedError(f"the engine refuses the graph: {text}") from error


def streamed(
    done: Imported, path: pathlib.Path, clips: dict[str, np.ndarray], engine: bool
) -> tuple[dict[str, np.ndarray], int]:
    """The outputs [T, numbers] by our engine, or by `stream.py`, moved back by the delay."""
    edges = done.graph.edges()
    given = {}
    for name, value in done.inputs.items():
        edge = edges[value.edge]
        given[value.edge] = rows(value, clips[name]).reshape(-1, edge.bins, edge.channels)
    outputs = [value.edge for value in done.outputs.values()]
    if engine:
        with opened(path) as network:
            found = network.run(given, outputs)
            return {name: x.reshape(len(x), -1) for name, x in found.items()}, network.delay
    stream, found = Stream(done.graph), {name: [] for name in outputs}
    for t in range(len(next(iter(given.values())))):
        for name, frame in stream.push({k: x[t].T for k, x in given.items()}).items():
            found[name].append(frame.T.ravel())
    late = {name: stream.delay - edges[name].delay for name in outputs}
    size = {name: edges[name].size for name in outputs}
    return {
        name: np.reshape(x[: len(x) - late[name]], (-1, size[name])) for name, x in found.items()
    }, stream.delay


def compare(
    file: File,
    done: Imported,
    path: pathlib.Path | None = None,
    engine: bool | None = None,
    reference: tuple[str, Reference] | None = None,
) -> Agreement:
    """Random frames through both. The engine runs if libisolde has been built.

    The whole clip is ONNX Runtime's, or that of a `reference` with its name.
    """
    engine = LIBRARY.exists() if engine is None else engine
    clips = random_clips(file, done)
    wanted = whole_clip(file, clips, reference)
    if not all(np.isfinite(x).all() for x in wanted.values()):  # roots or logarithms of negatives
        clips = {name: np.abs(clip) for name, clip in clips.items()}
        wanted = whole_clip(file, clips, reference)
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = pathlib.Path(folder) / "network.isolde"
            write(Model(done.graph, 512, 2048, 1024), path)
        found, delay = streamed(done, path, clips, engine)
    worst, count = 0.0, []
    for name, value in done.outputs.items():
        whole, stream = rows(value, wanted[name]), found[value.edge]
        n = min(len(whole), len(stream))
        count.append(n)
        if n:
            scale = max(1.0, float(np.abs(whole[:n]).max()))
            worst = max(worst, float(np.abs(whole[:n] - stream[:n]).max()) / scale)
    runner = "the engine" if engine else "stream.py"
    return Agreement(
        worst, min(count), delay, runner, reference[0] if reference else "ONNX Runtime"
    )
