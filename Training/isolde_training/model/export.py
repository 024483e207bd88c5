"""The model file of a run: its graph, and what the file says about it."""

from __future__ import annotations

import datetime
import pathlib

from ..config import Config
from ..network.checkpoint import AnyNetwork, load
from .lower import graph_of, writer
from .model_file import Model, write


def model_of(net: AnyNetwork, config: Config) -> Model:
    """The network with all that a file says about it."""
    graph, c = graph_of(net), net.c
    graph.half()
    texts = {"general.name": config.name} | {
        key if "." in key else f"general.{key}": text for key, text in config.model.items()
    }
    texts.setdefault("general.version", datetime.date.today().isoformat())
    taps_of = writer(net).TAPS_OF
    return Model(graph, c.hop, c.window, c.synthesis, *net.around, texts, taps_of)


def export(checkpoint: pathlib.Path, path: pathlib.Path, texts: dict[str, str]) -> Model:
    """Write the model file of a checkpoint; `texts` name and describe it."""
    net, config = load(checkpoint)
    config.model = texts
    model = model_of(net, config)
    write(model, path)
    return model
