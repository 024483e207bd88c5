"""Converts a PyTorch network to the engine's graph."""

from __future__ import annotations

from types import ModuleType

from ..network.checkpoint import AnyNetwork
from ..network.deepfilter import DeepFilterNet
from ..network.extender import Extender
from . import deepfilter, extender, unet
from .graph import Graph


def writer(net: AnyNetwork) -> ModuleType:
    """The module that lowers such a network."""
    writers = {DeepFilterNet: deepfilter, Extender: extender}
    return writers.get(type(net), unet)


def graph_of(net: AnyNetwork) -> Graph:
    """The graph of a network."""
    return writer(net).graph_of(net)


def rounded(net: AnyNetwork) -> AnyNetwork:
    """The same network with the weights as the file holds them: matrices in fp16."""
    return writer(net).rounded(net)
