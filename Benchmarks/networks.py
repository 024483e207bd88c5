"""networks.py FOLDER: the engine beside ONNX Runtime and tract, one thread, frame by frame.

Run with Benchmarks/heap.c preloaded to count heap calls. All take turns in one run, and the best
turn of each counts, in processor time of the thread. The time of an empty call from Python is taken
off all of them. Writes FOLDER/networks.records, one record a line.
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
from isolde_training.model.engine import Engine
from isolde_training.model.model_file import Model, write

TURNS = 600
FRAMES = 4  # of a turn; even, as ONNX Runtime's two bindings take turns
CHECKED = 40  # frames whose outputs are compared
LEVELS = {"AVX2": 1, "AVX-512": 2}
BARS = {"AVX2": 1.4, "AVX-512": 2.0}
TRACT_BAR = 5.0


class Ours:
    """A network of the engine at a level."""

    def __init__(self, path: pathlib.Path, level: int):
        self.engine = Engine(path, level=level)
        library, network = self.engine.library, self.engine.network
        self.input = np.ctypeslib.as_array(
            library.isolde_network_input(network, b"x"), (yardsticks.BINS,)
        )
        self.handle = ctypes.c_void_p(network)
        self.push = library.isolde_network_push

    def take(self, frame: np.ndarray) -> np.ndarray:
        self.input[:] = frame
        self.push(self.handle)
        pointer = self.engine.library.isolde_network_output(self.handle, b"mask")
        return np.ctypeslib.as_array(pointer, (yardsticks.BINS, 3)).T.copy()

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
        sizes = {x.name: x.shape for x in self.session.get_inputs()}
        self.x = np.zeros(sizes.pop("x"), np.float32)
        self.mask = np.zeros(self.session.get_outputs()[0].shape, np.float32)
        # Bindings know addresses only: the arrays must be kept.
        self.states = [
            {k.removeprefix("state_"): np.zeros(v, np.float32) for k, v in sizes.items()}
            for _ in "ab"
        ]
        self.bindings = [self.bind(*self.states), self.bind(*reversed(self.states))]

    def bind(self, old: dict[str, np.ndarray], new: dict[str, np.ndarray]) -> onnxruntime.IOBinding:
        binding = self.session.io_binding()

        def place(bind: Callable, name: str, value: np.ndarray) -> None:
            bind(name, "cpu", 0, np.float32, value.shape, value.ctypes.data)

        place(binding.bind_input, "x", self.x)
        place(binding.bind_output, "mask", self.mask)
        for name in old:
            place(binding.bind_input, f"state_{name}", old[name])
            place(binding.bind_output, f"next_{name}", new[name])
        return binding

    def take(self, frame: np.ndarray) -> np.ndarray:
        self.x[:] = frame
        self.session._sess.run_with_iobinding(self.bindings[0]._iobinding, None)
        self.bindings.reverse()
        return self.mask[0, :, 0].copy()

    def run(self) -> None:
        run = self.session._sess.run_with_iobinding
        first, second = (binding._iobinding for binding in self.bindings)
        for _ in range(FRAMES // 2):
            run(first, None)
            run(second, None)


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

    def take(self, frame: np.ndarray) -> np.ndarray:
        self.values[0] = self.from_numpy(np.ascontiguousarray(frame.reshape(1, 1, 1, -1)))
        results = self.network.run(self.values)
        self.values[1:] = results[1:]
        return results[0].to_numpy()[0, :, 0]

    def run(self) -> None:
        for _ in range(FRAMES):
            results = self.network.run(self.values)
            self.values[1:] = results[1:]


def heap_calls() -> Callable[[], int]:
    """The preloaded counter."""
    try:
        function = ctypes.CDLL(None).heap_calls
    except AttributeError:
        sys.exit("heap calls cannot be counted: heap.so is not preloaded; run `make bench`")
    function.restype = ctypes.c_ulong
    return function


def measure(name: str, engines: dict[str, object], empty: Callable[[], None]) -> list[dict]:
    rng = np.random.default_rng(2)
    frames = rng.standard_normal((CHECKED, yardsticks.BINS)).astype(np.float32)
    expected = [engines["ONNX Runtime"].take(frame) for frame in frames]
    wrong = {
        key: max(
            float(np.abs(engine.take(f) - e).max()) for f, e in zip(frames, expected, strict=True)
        )
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


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    records = []
    for name, is_large in (("small", False), ("large", True)):
        path = folder / f"{name}.isolde"
        write(
            Model(yardsticks.isolde_graph(is_large), 128, 512, 512, texts={"general.name": name}),
            path,
        )
        model = yardsticks.onnx_model(is_large)
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

        records += measure(name, engines, empty)
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
