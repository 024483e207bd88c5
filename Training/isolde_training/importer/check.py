"""Compares the imported network, frame by frame, with ONNX Runtime on a whole clip."""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from ..model.engine import Engine
from ..model.graph import Graph
from ..model.library import LIBRARY
from ..model.model_file import Model, write
from ..model.stream import Stream
from .axes import Value
from .onnx_file import File
from .refusal import RefusedError
from .walk import Imported

Reference = Callable[[list[np.ndarray]], list[np.ndarray]]  # inputs to outputs, whole clips
TOLERANCE = 1e-5  # of full scale: of the largest value of an output, at least 1
LEVELS = (1.0, 1.0, 1.0, 1.0, 1.0, 1e-3, 1e-6, 0.0)  # of the frames of a clip, in turn


@dataclass
class Agreement:
    """The difference between stream and whole clip."""

    difference: float  # the largest, as a share of full scale; infinite where one is no number
    frames: int  # compared
    delay: int
    runner: str
    reference: str
    silence: bool = True  # whether the original gives numbers at silence; else none was compared
    place: str = ""  # where they part, if they do

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
    """Noise with frames near zero and at zero, where floors and logarithms show."""
    rng = np.random.default_rng(seed)
    clips = {}
    for x in file.inputs:
        value = done.inputs[x.name]
        clip = rng.standard_normal(value.shape).astype(np.float32)
        place = next(i for i, axis in enumerate(value.axes) if any(atom.time for atom in axis))
        shape = [-1 if i == place else 1 for i in range(clip.ndim)]
        levels = np.resize(np.array(LEVELS, np.float32), clip.shape[place])
        clips[x.name] = clip * levels.reshape(shape)
    return clips


def loud(clips: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The clips without frames near zero, and without negative numbers."""
    return {name: np.abs(clip) + np.float32(0.1) for name, clip in clips.items()}


def whole_clip(
    file: File, clips: dict[str, np.ndarray], reference: tuple[str, Reference] | None
) -> dict[str, np.ndarray]:
    """The outputs by a reference, or by ONNX Runtime."""
    if reference is not None:
        return dict(zip(file.outputs, reference[1](list(clips.values())), strict=True))
    return run_onnx(file.model, file.outputs, clips)


def run_onnx(
    model: onnx.ModelProto, outputs: list[str], clips: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """These outputs of a file by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:  # onnxruntime has exceptions of its own
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        what = str(error).splitlines()[0][:200]
        raise RefusedError("ONNX Runtime cannot read it", what) from error
    try:
        return dict(zip(outputs, session.run(outputs, clips), strict=True))
    except Exception as error:
        frames = next(iter(clips.values())).shape
        what = f"ONNX Runtime cannot run a clip of shape {list(frames)}"
        raise RefusedError(what, "try another --frames") from error


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
    outputs = [value.edge for value in done.outputs.values()]
    given = frames_of(done, clips)
    if engine:
        with opened(path) as network:
            found = network.run(given, outputs)
            return {name: x.reshape(len(x), -1) for name, x in found.items()}, network.delay
    stream = streamed_in_python(done.graph, given)
    frames = max(0, stream.count - stream.delay)
    return {name: flat(stream, name)[:frames] for name in outputs}, stream.delay


def frames_of(done: Imported, clips: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Clips as the frames of our inputs, [T, bins, channels]."""
    edges = done.graph.edges()
    return {
        value.edge: rows(value, clips[name]).reshape(
            -1, edges[value.edge].bins, edges[value.edge].channels
        )
        for name, value in done.inputs.items()
    }


def streamed_in_python(graph: Graph, given: dict[str, np.ndarray]) -> Stream:
    """The stream after all frames, which has kept those of every edge."""
    stream = Stream(graph)
    for t in range(len(next(iter(given.values())))):
        stream.push({name: x[t].T for name, x in given.items()})
    return stream


def flat(stream: Stream, edge: str) -> np.ndarray:
    """The frames of an edge, [T, numbers]."""
    frames = stream.frames[edge]
    return np.reshape([frame.T.ravel() for frame in frames], (len(frames), stream.edges[edge].size))


def apart(whole: np.ndarray, stream: np.ndarray) -> float:
    """The largest difference relative to full scale; infinite where only the stream is infinite."""
    n = min(len(whole), len(stream))
    whole, stream = whole[:n], stream[:n]
    known = np.isfinite(whole)
    if n == 0 or not known.any():
        return 0.0
    if not np.isfinite(stream[known]).all():
        return float("inf")
    scale = max(1.0, float(np.abs(whole[known]).max()))
    return float(np.abs(whole[known] - stream[known]).max()) / scale


def parting(file: File, done: Imported, clips: dict[str, np.ndarray], reference: str) -> str:
    """The first node at which graph and file differ, or another likely cause."""
    last = {value.edge: name for name, (_, value) in done.between.items()}  # activations included
    names = [name for name in done.between if last[done.between[name][1].edge] == name]
    names = [name for name in names if name not in file.outputs]
    model = onnx.ModelProto()
    model.CopyFrom(file.model)
    model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    try:
        wanted = run_onnx(model, [*file.outputs, *names], clips)
    except RefusedError:
        return ""
    stream = streamed_in_python(done.graph, frames_of(done, clips))
    for name in [*names, *file.outputs]:
        node, value = done.between.get(name, (None, None))
        value = done.outputs.get(name, value)
        if value is None or value.pads or value.ahead or value.edge not in stream.frames:
            continue
        if apart(rows(value, wanted[name]), flat(stream, value.edge)) > TOLERANCE:
            return str(node) if node else f"output {name}"
    if reference != "ONNX Runtime":
        return f"{reference} and what it exports"
    return "the engine: its graph gives the right numbers in Python"


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
    wanted, silence = whole_clip(file, clips, reference), True
    if not finite(wanted):  # roots or logarithms of negatives
        clips = {name: np.abs(clip) for name, clip in clips.items()}
        wanted = whole_clip(file, clips, reference)
    if not finite(wanted):  # logarithms of zero
        clips, silence = loud(clips), False
        wanted = whole_clip(file, clips, reference)
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = pathlib.Path(folder) / "network.isolde"
            write(Model(done.graph, 512, 2048, 1024), path)
        found, delay = streamed(done, path, clips, engine)
    pairs = [(rows(x, wanted[name]), found[x.edge]) for name, x in done.outputs.items()]
    by = reference[0] if reference else "ONNX Runtime"
    agreement = Agreement(
        difference=max(apart(*pair) for pair in pairs),
        frames=min(min(map(len, pair)) for pair in pairs),
        delay=delay,
        runner="the engine" if engine else "stream.py",
        reference=by,
        silence=silence,
    )
    if agreement.difference > TOLERANCE:
        agreement.place = parting(file, done, clips, by)
    return agreement


def finite(tensors: dict[str, np.ndarray]) -> bool:
    return all(np.isfinite(x).all() for x in tensors.values())
