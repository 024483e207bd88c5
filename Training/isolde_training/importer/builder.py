"""The graph under construction; layouts are changed only where necessary."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from ..model.graph import Graph
from ..model.kinds import edge_of
from ..model.kinds.functions import ACTIVATIONS
from ..model.layer import Edge, Layer
from .axes import Atom, Value
from .refusal import RefusedError

ACTIVE = ("conv", "upconv", "dense", "add", "subtract", "multiply")  # these take activation=
MOVES = ("reshape", "transpose", "shuffle")  # layers of arrange()
LONGEST = 42  # characters of a name: GGUF allows 63 bytes with the tensor's


class Builder:
    """Appends layers and tracks every edge and its remaining readers."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.edges: dict[str, Edge] = {}
        self.layers: dict[str, Layer] = {}
        self.used: Counter[str] = Counter()  # times an edge is the input of a layer
        self.waiting: Counter[str] = Counter()  # readers of the tensors on an edge still to come
        self.copies: dict[Atom, tuple[str, str]] = {}  # axes of equal numbers: edges before, after
        self.shared: set[str] = set()  # layers with weights that may come up again
        self.made: dict[tuple, str] = {}  # layers without weights, by what they do
        self.origin = ""  # name of the node at work

    def emit(
        self,
        kind: str,
        *inputs: str,
        name: str = "",
        tensors: Mapping[str, Any] | None = None,
        share: bool = False,
        **keys: Any,
    ) -> str:
        """Add a layer named after its node, unless an equal one exists; returns its edge.

        Layers with weights are taken to be different, unless they may be shared.
        """
        keys = {key: value for key, value in keys.items() if value is not None}
        same = (kind, inputs, tuple(keys.items()))
        if same in self.made:
            return self.made[same]
        moved = f".{kind}" if kind in MOVES and self.origin else ""
        name = self.free(name or (self.origin or kind) + moved)
        layer = Layer(name, kind, inputs, keys)
        try:
            self.edges[name] = edge_of(layer, [self.edges[x] for x in inputs])
        except ValueError as error:
            raise RefusedError(f"{layer} is no layer: {error}") from error
        self.graph.add(name, kind, *inputs, tensors=tensors, **keys)
        self.layers[name] = self.graph.layers[-1]
        self.used.update(inputs)
        if share:
            self.shared.add(name)
        if share or (kind not in (*ACTIVE, "output") and not tensors):
            self.made[same] = name
        return name

    def free(self, name: str) -> str:
        """An unused name in the characters that the graph allows."""
        name = re.sub(r"(?:^|/)([^/]+)(?=/\1\.)", "", name)  # "/down/down.0/conv": once is enough
        name = re.sub(r"[^\w.]+", ".", name, flags=re.ASCII).strip("._")
        while len(name) > LONGEST and "." in name:  # the end of a path says most
            name = name.partition(".")[2]
        name, number = name[-LONGEST:].strip("._") or "layer", 1
        first = name
        while name in self.layers:
            number += 1
            name = f"{first}_{number}"
        return name

    def alone(self, x: Value) -> Layer | None:
        """The layer that made a value if nothing else reads it: it may still be changed."""
        needed = self.used[x.edge] or self.waiting[x.edge] or x.edge in self.shared
        return None if needed else self.layers[x.edge]

    def tensor(self, edge: str, key: str) -> np.ndarray | None:
        return self.graph.tensors.get(f"{edge}.{key}")

    def set(self, edge: str, key: str, value: np.ndarray) -> None:
        self.graph.tensors[f"{edge}.{key}"] = np.asarray(value, np.float32)

    def retime(self, layer: Layer) -> None:
        """Compute again the edge of a layer that nothing reads yet."""
        self.edges[layer.name] = edge_of(layer, [self.edges[x] for x in layer.inputs])

    def prune(self) -> None:
        """Drop the layers on which no output depends."""
        wanted = {layer.name for layer in self.graph.layers if layer.kind in ("input", "output")}
        for layer in reversed(self.graph.layers):
            if layer.name in wanted:
                wanted.update(layer.inputs)
        self.graph.layers = [layer for layer in self.graph.layers if layer.name in wanted]
        kept = {name: w for name, w in self.graph.tensors.items() if owner(name) in wanted}
        self.graph.tensors = kept

    # ---- Layout ------------------------------------------------------------------------------

    def shaped(self, x: Value, bins: int, channels: int) -> str:
        """The edge of a value with its flattened numbers under that shape."""
        edge = self.edges[x.edge]
        if (edge.bins, edge.channels) == (bins, channels):
            return x.edge
        layer = self.alone(x)
        if layer and layer.kind == "dense":
            layer.keys |= {"channels": channels, "bins": bins}
            self.edges[x.edge] = replace(edge, channels=channels, bins=bins)
            return x.edge
        return self.emit("reshape", x.edge, channels=channels, bins=bins)

    def arrange(self, x: Value, bins: Sequence[Atom], channels: Sequence[Atom]) -> Value:
        """The value with these atoms as its bins and channels, and zeros before as they are."""
        x = self.ordered(x, [*bins, *channels])
        return replace(x, edge=self.shaped(x, x.size(bins), x.size(channels)))

    def ordered(self, x: Value, target: Sequence[Atom]) -> Value:
        """The value with its memory in that order; its edge may have any shape."""
        if x.memory != target and not self.permuted(x, target):
            for first, second in path(tuple(x.memory), tuple(target)):
                x = self.swap(x, first, second)
        return replace(x, memory=list(target))

    def swap(self, x: Value, first: int, second: int) -> Value:
        """Swap two neighbouring runs of atoms at the end of the memory."""
        outer = x.memory[:first]
        a, b = x.memory[first:second], x.memory[second:]
        if not outer:  # [a][b] -> [b][a]
            edge = self.emit("transpose", self.shaped(x, x.size(a), x.size(b)))
        else:  # [outer][a, b] -> [outer][b, a]
            edge = self.shaped(x, x.size(outer), x.size([*a, *b]))
            edge = self.emit("shuffle", edge, groups=x.size(a))
        return replace(x, edge=edge, memory=[*outer, *b, *a])

    def permuted(self, x: Value, target: Sequence[Atom]) -> bool:
        """Reorder the rows of a matrix instead of its output."""
        layer = self.alone(x)
        if layer is None or layer.kind != "dense" or "groups" in layer.keys:
            return False
        shape = [x.real(atom) for atom in x.memory]
        order = np.arange(prod(shape)).reshape(shape)
        order = order.transpose([x.memory.index(atom) for atom in target]).ravel()
        for key in ("weight", "bias"):
            value = self.tensor(x.edge, key)
            if value is not None:
                self.set(x.edge, key, value[order])
        return True

    # ---- Time and padding --------------------------------------------------------------------

    def settle(self, x: Value, time: bool = True) -> Value:
        """The value with all its zeros in the edge, and frame 0 where the edge has it."""
        for atom, (below, above) in list(x.pads.items()):
            x = self.arrange(x, [atom], x.rest([atom]))
            channels = self.edges[x.edge].channels
            if below:
                keys = {"channels": channels, "groups": channels, "kernel": (1, 1)}
                ones = {"weight": np.ones((channels, 1, 1, 1))}
                keys |= {"pad": below, "pad_above": above}
                edge = self.emit("conv", x.edge, **keys, tensors=ones, share=True)
            else:
                edge = self.emit("pad", x.edge, bins=atom.size)
            pads = {other: pad for other, pad in x.pads.items() if other is not atom}
            x = replace(x, edge=edge, pads=pads)
        if x.ahead < 0 or (time and x.ahead):
            x = replace(x, edge=self.shifted(x), ahead=0)
        return x

    def shifted(self, x: Value) -> str:
        """An edge whose frame j is frame j + ahead of the value's edge."""
        if x.ahead > 0:  # a pool of one number is a copy
            return self.emit("max_pool", x.edge, kernel=(1, 1), stride=(1, 1), look=x.ahead)
        channels, late = self.edges[x.edge].channels, -x.ahead
        weight = np.zeros((channels, 1, late + 1, 1))
        weight[:, :, 0] = 1
        keys = {"channels": channels, "groups": channels, "kernel": (late + 1, 1)}
        return self.emit("conv", x.edge, **keys, tensors={"weight": weight})

    # ---- Functions ---------------------------------------------------------------------------

    def function(self, x: Value, kind: str, **keys: Any) -> Value:
        """A function of every number: part of the layer before it where possible."""
        x, layer = self.settle(x, time=False), self.alone(x)
        plain = kind in ACTIVATIONS and not keys
        if plain and layer and layer.kind in ACTIVE and "activation" not in layer.keys:
            if layer.name == x.edge:
                layer.keys["activation"] = kind
                return x
        return replace(x, edge=self.emit(kind, x.edge, **keys))


def owner(tensor: str) -> str:
    """The layer of a tensor."""
    return tensor.rpartition(".")[0]


def path(start: tuple, goal: tuple) -> list[tuple[int, int]]:
    """The fewest swaps (see `Builder.swap`) that lead from one order of atoms to another."""
    found: dict[tuple, list] = {start: []}
    queue = deque([start])
    while goal not in found:
        order = queue.popleft()
        for second in range(1, len(order)):
            for first in range(second):
                after = (*order[:first], *order[second:], *order[first:second])
                if after not in found:
                    found[after] = [*found[order], (first, second)]
                    queue.append(after)
    return found[goal]
