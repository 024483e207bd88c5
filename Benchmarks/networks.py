"""networks.py FOLDER: compares the engine with ONNX Runtime and tract: one thread, frame by frame.

Run it with Benchmarks/heap.c preloaded to count heap calls. All run alternately, and the best run
of each counts, in processor time of the thread. The time of an empty call from Python is subtracted
from all of them. Writes FOLDER/networks.records, one record a line.
"""

from __future__ import annotations

import ctypes
import json
import pathlib
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import yardsticks
from onnx_stream import stream_of

from isolde_training.config import ROOT
from isolde_training.model.engine import Engine
from isolde_training.model.graph import Graph
from isolde_training.model.model_file import Model, read, write

MODELS = ROOT / "Bundle" / "models"
TURNS = 600
FRAMES = 4  # of a turn; even, as ONNX Runtime's two bindings take turns
CHECKED = 40  # frames whose outputs are compared
LEVELS = {"AVX2": 1, "AVX-512": 2}
BARS = {"AVX2": 1.4, "AVX-512": 2.0}
TRACT_BAR = 5.0


Frames = dict[str, np.ndarray]  # [channels, bins], by the names of inputs or outputs


class Ours:
    """A network of the engine at a level."""

    def __init__(self, path: pathlib.Path, level: int):
        self.engine = Engine(path, level=level)
        self.handle = ctypes.c_void_p(self.engine.network)
        self.push = self.engine.library.isolde_network_push
        layers = read(path).graph.layers
        self.outputs = [layer.name for layer in layers if layer.kind == "output"]

    def take(self, frames: Frames) -> Frames:
        find = self.engine.library
        for name, x in frames.items():
            self.engine.row(find.isolde_network_input, name)[:] = x.T
        self.push(self.handle)
        rows = {name: self.engine.row(find.isolde_network_output, name) for name in self.outputs}
        return {name: row.T.copy() for name, row in rows.items()}

    def run(self) -> None:
        push, handle = self.push, self.handle
        for _ in range(FRAMES):
            push(handle)


class OnnxRuntime:
    """A session with all buffers bound once: the states that one run writes the next one reads."""

    def __init__(self, model: onnx.ModelProto):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

        def zeros(values: list[onnxruntime.NodeArg], frames: bool) -> Frames:
            return {
                x.name: np.zeros(x.shape, np.float32) for x in values if is_frame(x.name) == frames
            }

        # Bindings know addresses only: the arrays must be kept.
        self.inputs = zeros(self.session.get_inputs(), frames=True)
        self.outputs = zeros(self.session.get_outputs(), frames=True)
        self.states = [zeros(self.session.get_inputs(), frames=False) for _ in "ab"]
        self.bindings = [self.bind(*self.states), self.bind(*reversed(self.states))]

    def bind(self, old: Frames, new: Frames) -> onnxruntime.IOBinding:
        binding = self.session.io_binding()

        def place(bind: Callable, name: str, value: np.ndarray) -> None:
            bind(name, "cpu", 0, np.float32, value.shape, value.ctypes.data)

        for name, value in self.inputs.items():
            place(binding.bind_input, name, value)
        for name, value in self.outputs.items():
            place(binding.bind_output, name, value)
        for name in old:
            place(binding.bind_input, name, old[name])
            place(binding.bind_output, name.replace("state_", "next_", 1), new[name])
        return binding

    def take(self, frames: Frames) -> Frames:
        for name, x in frames.items():
            self.inputs[name][:] = x[:, None]
        self.session._sess.run_with_iobinding(self.bindings[0]._iobinding, None)
        self.bindings.reverse()
        return {name: value[0, :, 0].copy() for name, value in self.outputs.items()}

    def run(self) -> None:
        run = self.session._sess.run_with_iobinding
        first, second = (binding._iobinding for binding in self.bindings)
        for _ in range(FRAMES // 2):
            run(first, None)
            run(second, None)


def is_frame(name: str) -> bool:
    """Whether an input or output is of the network itself, not a state."""
    return not name.startswith(("state_", "next_"))


class Tract:
    """tract, which takes and gives its states as values."""

    def __init__(self, path: pathlib.Path, model: onnx.ModelProto):
        import tract

        onnx.save(model, path)
        loaded = tract.onnx().load(str(path))
        self.network = loaded.into_model().into_runnable()
        self.values = [
            tract.Tensor.from_numpy(
                np.zeros([d.dim_value for d in x.type.tensor_type.shape.dim], np.float32)
            )
            for x in model.graph.input
        ]
        self.from_numpy = tract.Tensor.from_numpy
        self.inputs, self.outputs = (
            [x.name for x in values if is_frame(x.name)]
            for values in (model.graph.input, model.graph.output)
        )

    def push(self) -> list:
        results = self.network.run(self.values)
        self.values[len(self.inputs) :] = results[len(self.outputs) :]
        return results

    def take(self, frames: Frames) -> Frames:
        for k, name in enumerate(self.inputs):
            self.values[k] = self.from_numpy(np.ascontiguousarray(frames[name][None, :, None]))
        results = zip(self.outputs, self.push(), strict=False)
        return {name: result.to_numpy()[0, :, 0] for name, result in results}

    def run(self) -> None:
        for _ in range(FRAMES):
            self.push()


def heap_calls() -> Callable[[], int]:
    """The preloaded counter."""
    try:
        function = ctypes.CDLL(None).heap_calls
    except AttributeError:
        sys.exit("heap calls cannot be counted: heap.so is not preloaded; run `make bench`")
    function.restype = ctypes.c_ulong
    return function


def measure(
    name: str, graph: Graph, engines: dict[str, object], empty: Callable[[], None]
) -> list[dict]:
    rng, edges = np.random.default_rng(2), graph.edges()
    shapes = {
        layer.name: (edges[layer.name].channels, edges[layer.name].bins)
        for layer in graph.layers
        if layer.kind == "input"
    }

    def noise() -> Frames:
        return {key: rng.standard_normal(shape, np.float32) for key, shape in shapes.items()}

    frames = [noise() for _ in range(CHECKED)]
    expected = [engines["ONNX Runtime"].take(frame) for frame in frames]
    wrong = {
        key: max(apart(engine.take(f), e) for f, e in zip(frames, expected, strict=True))
        for key, engine in engines.items()
        if key != "ONNX Runtime"
    }
    count = heap_calls()
    heap = {}
    for key, engine in engines.items():
        engine.run()
        before = count()
        engine.run()
        heap[key] = (count() - before) / FRAMES

    runs = {key: engine.run for key, engine in engines.items()} | {"": empty}
    times: dict[str, list[float]] = {key: [] for key in runs}
    for _ in range(TURNS):
        for key, run in runs.items():
            run()  # what the others have taken of the caches comes back
            start = time.thread_time_ns()
            run()
            times[key].append((time.thread_time_ns() - start) * 1e-3 / FRAMES)
    call = min(times.pop(""))
    best = {key: min(value) - call for key, value in times.items()}
    median = {key: statistics.median(value) - call for key, value in times.items()}
    return [
        {
            "part": "network",
            "network": name,
            "engine": key,
            "us": round(best[key], 2),
            "median_us": round(median[key], 2),
            "heap": round(heap[key], 2),
            "difference": wrong.get(key),
            "against_onnx": round(best["ONNX Runtime"] / best[key], 3),
            "against_tract": round(best["tract"] / best[key], 2) if "tract" in best else None,
            "bar": BARS.get(key.removeprefix("Isolde, ")),
        }
        for key in best
    ]


def apart(a: Frames, b: Frames) -> float:
    """The largest difference of any output."""
    return max(float(np.abs(a[name] - b[name]).max()) for name in b)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    records = []
    graphs = {
        "small": yardsticks.unet(is_large=False),
        "large": yardsticks.unet(is_large=True),
        "deepfilter": yardsticks.deepfilter(MODELS / "deepfilter.isolde"),
    }
    for name, graph in graphs.items():
        path = folder / f"{name}.isolde"
        write(Model(graph, 128, 512, 512, texts={"general.name": name}), path)
        model = stream_of(graph)
        engines: dict[str, object] = {}
        for level, number in LEVELS.items():
            try:
                engines[f"Isolde, {level}"] = Ours(path, number)
            except ValueError as error:  # the processor lacks the level
                print(f"{level}: {error}")
        engines["ONNX Runtime"] = OnnxRuntime(model)
        try:
            engines["tract"] = Tract(folder / f"{name}.onnx", model)
        except ImportError as error:
            print(f"tract: {error}")
        delay = engines["Isolde, AVX2"].engine.library.isolde_network_delay
        level_of = ctypes.c_void_p(engines["Isolde, AVX2"].engine.network)

        def empty(call: Callable = delay, handle: ctypes.c_void_p = level_of) -> None:
            for _ in range(FRAMES):
                call(handle)

        records += measure(name, graph, engines, empty)
    for r in records:
        bars = [("ONNX Runtime", r["against_onnx"], r["bar"])] if r["bar"] else []
        if r["bar"] and r["against_tract"]:
            bars.append(("tract", r["against_tract"], TRACT_BAR))
        verdict = ", ".join(
            f"{ratio:.2f} x {rival} (bar {bar}: {'met' if ratio >= bar else 'MISSED'})"
            for rival, ratio, bar in bars
        )
        same = "" if r["difference"] is None else f"  differs by {r['difference']:.1e}"
        cost = f"{r['us']:8.1f} us {r['heap']:7.1f} heap calls"
        print(f"{r['network']}  {r['engine']:16} {cost}{same}  {verdict}")
        if r["difference"] is not None and r["difference"] > 1e-5:
            sys.exit(f"{r['engine']} gives other outputs")
    with open(folder / "networks.records", "w") as file:
        file.writelines(json.dumps(r) + "\n" for r in records)


if __name__ == "__main__":
    main()
