"""Reading and writing `.isolde` files: GGUF with a graph inside, see docs/model-file.md."""

from __future__ import annotations

import hashlib
import pathlib
import struct
from dataclasses import dataclass, field

import numpy as np
from gguf import GGUFReader, GGUFWriter

from ..config import RATE
from .graph import Graph, parse

ALIGNMENT = 32  # bytes
FORMAT = 2
# How the digest's value begins in a file: the key, that it is a text, and its length.
DIGEST = struct.pack("<Q13sIQ", 13, b"isolde.sha256", 8, 64)


@dataclass
class Model:
    """The contents of a file."""

    graph: Graph
    hop: int
    window: int
    synthesis: int
    before: int = 0  # taps
    after: int = 0
    texts: dict[str, str] = field(default_factory=dict)  # general.* and isolde.data
    taps_of: str = "residual"  # or masked, input: what they weigh
    windows: str = "sine"  # or vorbis
    task: str = "separate"  # or extend, split


def seal(file: bytes) -> bytes:
    """The file with its digest: SHA-256 of the whole, taken while zeros stand for it."""
    start = file.index(DIGEST) + len(DIGEST)
    before, after = file[:start], file[start + 64 :]
    total = hashlib.sha256(before + b"0" * 64 + after).hexdigest()
    return before + total.encode() + after


def digest(graph: Graph) -> str:
    """Format 1: SHA-256 of the tensor data section, every tensor filled up to the alignment."""
    total = hashlib.sha256()
    for value in graph.tensors.values():
        raw = np.ascontiguousarray(value).tobytes()
        total.update(raw + bytes(-len(raw) % ALIGNMENT))
    return total.hexdigest()


def write(model: Model, path: pathlib.Path) -> None:
    """Check the graph, then write the file."""
    edges = model.graph.edges()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")  # never half a file under the name
    out = GGUFWriter(aside, "isolde")
    for key, text in model.texts.items():
        out.add_string(key, text)
    out.add_uint32("isolde.format", FORMAT)
    out.add_uint32("isolde.rate", RATE)
    out.add_uint32("isolde.hop", model.hop)
    out.add_uint32("isolde.window", model.window)
    out.add_uint32("isolde.synthesis", model.synthesis)
    if model.windows != "sine":
        out.add_string("isolde.windows", model.windows)
    if model.task != "separate":
        out.add_string("isolde.task", model.task)
    if "taps" in edges:
        out.add_uint32("isolde.taps.before", model.before)
        out.add_uint32("isolde.taps.after", model.after)
        if model.taps_of != "residual":
            out.add_string("isolde.taps.of", model.taps_of)
    out.add_string("isolde.graph", model.graph.text())
    out.add_string("isolde.sha256", "0" * 64)
    for name, value in model.graph.tensors.items():
        if len(name.encode()) > 63:
            raise ValueError(f"{name}: the name is longer than 63 bytes")
        out.add_tensor(name, np.ascontiguousarray(value))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    aside.write_bytes(seal(aside.read_bytes()))
    aside.rename(path)


def read(path: pathlib.Path) -> Model:
    """The model of a file; a wrong digest is a ValueError."""
    file = GGUFReader(path)
    values = {key: f.contents() for key, f in file.fields.items() if not key.startswith("GGUF.")}
    raw = path.read_bytes()
    if values["isolde.format"] > 1 and seal(raw) != raw:
        raise ValueError(f"{path}: the file is damaged")
    graph = parse(values["isolde.graph"])
    for t in file.tensors:
        # GGUF counts dimensions from the innermost one, numpy from the outermost
        graph.tensors[t.name] = np.array(t.data).reshape(tuple(int(n) for n in t.shape[::-1]))
    if values["isolde.format"] == 1 and digest(graph) != values["isolde.sha256"]:
        raise ValueError(f"{path}: the tensors are damaged")
    texts = {k: v for k, v in values.items() if k.startswith("general.") or k == "isolde.data"}
    texts.pop("general.architecture")
    return Model(
        graph,
        values["isolde.hop"],
        values["isolde.window"],
        values["isolde.synthesis"],
        values.get("isolde.taps.before", 0),
        values.get("isolde.taps.after", 0),
        texts,
        values.get("isolde.taps.of", "residual"),
        values.get("isolde.windows", "sine"),
        values.get("isolde.task", "separate"),
    )
