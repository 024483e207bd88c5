"""Exports a run as a model file: graph, weights and metadata."""

from __future__ import annotations

import datetime
import pathlib
import tempfile

from ..config import RATE, Config
from ..network.checkpoint import AnyNetwork, load
from .engine import multiply_adds
from .lower import graph_of, writer
from .model_file import Model, write


def model_of(net: AnyNetwork, config: Config) -> Model:
    """The network with the metadata of its file."""
    graph, c = graph_of(net), net.c
    graph.half()
    texts = {"general.name": config.name} | {
        key if "." in key else f"general.{key}": text for key, text in config.model.items()
    }
    texts.setdefault("general.version", datetime.date.today().isoformat())
    form = {"task": config.task} | writer(net).FORM
    return Model(graph, c.hop, c.window, c.synthesis, *net.around, texts, **form)


def cost(net: AnyNetwork) -> float:
    """Million multiply-adds a second: the engine counts those of the network's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "network.isolde"
        write(Model(graph_of(net), net.c.hop, net.c.window, net.c.synthesis, *net.around), path)
        return multiply_adds(path) * RATE / net.c.hop / 1e6


def export(checkpoint: pathlib.Path, path: pathlib.Path, texts: dict[str, str]) -> Model:
    """Write the model file of a checkpoint; `texts` name and describe it."""
    net, config = load(checkpoint)
    config.model = texts
    model = model_of(net, config)
    write(model, path)
    return model
