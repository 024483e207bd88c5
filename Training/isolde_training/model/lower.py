"""From a network of PyTorch to the engine's graph."""

from __future__ import annotations

from types import ModuleType

from ..config import RATE
from ..network.checkpoint import AnyNetwork
from ..network.deepfilter import DeepFilterNet
from . import deepfilter, unet
from .graph import Graph


def writer(net: AnyNetwork) -> ModuleType:
    """The module that writes such a network."""
    return deepfilter if isinstance(net, DeepFilterNet) else unet


def graph_of(net: AnyNetwork) -> Graph:
    """The graph of a network."""
    return writer(net).graph_of(net)


def rounded(net: AnyNetwork) -> AnyNetwork:
    """The same network with the weights as the file holds them: matrices in fp16."""
    return writer(net).rounded(net)


def cost(net: AnyNetwork) -> tuple[float, int]:
    """Million multiply-adds a second of the graph, and the network's parameters."""
    frames = RATE / net.c.hop  # a second
    macs = sum(graph_of(net).macs().values()) * frames / 1e6
    return macs, sum(p.numel() for p in net.parameters())
