"""The golden vectors, run frame by frame by the plain reading of the format in `stream.py`.

Each kind of layer says its shape, its frame, its clip and its cost in one file of `model/kinds/`;
the vectors come of the clip, so here the others are held against it and against the engine.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from isolde_training.config import ROOT
from isolde_training.model.kinds import KINDS
from isolde_training.model.model_file import read
from isolde_training.model.stream import Stream

FOLDER = ROOT / "Tests" / "Vectors"


def rows() -> list[dict[str, str]]:
    with open(FOLDER / "vectors.csv", newline="") as file:
        return [row for row in csv.DictReader(file) if row["inputs"] != "audio"]


def values(name: str, side: str, edges: list[str], graph_edges: dict) -> dict[str, np.ndarray]:
    """[T, F, C] of every edge."""
    out = {}
    for edge in edges:
        part = "" if len(edges) == 1 else f".{edge}"
        x = np.fromfile(FOLDER / f"{name}.{side}{part}.f32", "<f4")
        out[edge] = x.reshape(-1, graph_edges[edge].bins, graph_edges[edge].channels)
    return out


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"])
def test_frame_by_frame_equals_pytorch(row: dict[str, str]) -> None:
    graph = read(FOLDER / f"{row['name']}.isolde").graph
    stream, edges = Stream(graph), graph.edges()
    inputs = values(row["name"], "in", row["inputs"].split(), edges)
    wanted = values(row["name"], "out", row["outputs"].split(), edges)
    found: dict[str, list[np.ndarray]] = {edge: [] for edge in wanted}
    for t in range(int(row["frames"])):
        for edge, frame in stream.push({k: v[t].T for k, v in inputs.items()}).items():
            found[edge].append(frame.T)
    for edge, frames in found.items():
        assert len(frames) == int(row["frames"]) - int(row["delay"])
        np.testing.assert_allclose(np.stack(frames), wanted[edge], atol=1e-5)


def test_every_kind_of_layer_has_a_vector() -> None:
    graphs = [read(path).graph for path in FOLDER.glob("*.isolde")]
    assert {layer.kind for graph in graphs for layer in graph.layers} == set(KINDS)
