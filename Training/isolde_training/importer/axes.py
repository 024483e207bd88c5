"""Maps the axes of an ONNX tensor to the channels and bins of an edge.

A tensor of the network has one axis that is time, or a part of one, and other axes that together
hold a frame. An edge holds the same frame flattened. Both are described by the same *atoms*: a
channel axis of 6 that is split into 2 x 3 is two atoms. Wherever a transpose or a reshape
moves them, their places in the frame are known. So most changes of layout cost nothing: only
the description changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from .refusal import RefusedError


@dataclass(eq=False)
class Atom:
    """An axis, or a factor of one, that is never 1 long unless it is time."""

    size: int
    time: bool = False

    def __repr__(self) -> str:
        return f"{'T' if self.time else ''}{self.size}"


Axis = tuple[Atom, ...]  # outermost first; () is an axis of 1


def axis_of(size: int) -> Axis:
    """A new axis within the frame."""
    return (Atom(size),) if size > 1 else ()


def size_of(atoms: Iterable[Atom]) -> int:
    return prod(atom.size for atom in atoms)


@dataclass
class Value:
    """A tensor of the network: an edge and how its frames are to be read."""

    edge: str
    memory: list[Atom]  # of a flattened frame, outermost first
    axes: list[Axis]  # of the tensor; all atoms of `memory`, and time, once each
    ahead: int = 0  # frame j of the tensor is frame j + ahead of the edge
    pads: dict[Atom, tuple[int, int]] = field(default_factory=dict)  # zeros not in the edge yet

    @property
    def shape(self) -> list[int]:
        return [size_of(axis) for axis in self.axes]

    @property
    def time(self) -> Atom:
        return next(atom for axis in self.axes for atom in axis if atom.time)

    def real(self, atom: Atom) -> int:
        """Size in the edge: without zeros that have not been added yet."""
        return atom.size - sum(self.pads.get(atom, (0, 0)))

    def size(self, atoms: Iterable[Atom]) -> int:
        return prod(self.real(atom) for atom in atoms)

    def axis(self, number: int) -> int:
        return number % len(self.axes)

    def rest(self, axis: Iterable[Atom]) -> list[Atom]:
        """The atoms of the frame that are not among these, in memory order."""
        given = set(axis)
        return [atom for atom in self.memory if atom not in given]


def frame(axis: Iterable[Atom]) -> Axis:
    """An axis without time."""
    return tuple(atom for atom in axis if not atom.time)


def transposed(x: Value, order: Sequence[int]) -> Value:
    return replace(x, axes=[x.axes[i] for i in order])


def split(x: Value, atom: Atom, inner: int) -> Value:
    """The value with an atom cut in two, `inner` numbers in the second."""
    parts = [Atom(atom.size // inner), Atom(inner)]

    def cut(atoms: Iterable[Atom]) -> list[Atom]:
        return [piece for a in atoms for piece in (parts if a is atom else [a])]

    return replace(x, memory=cut(x.memory), axes=[tuple(cut(axis)) for axis in x.axes])


def reshaped(x: Value, shape: Sequence[int]) -> Value:
    """The value with the same numbers, row by row, under other axes."""
    if prod(shape) != prod(x.shape):
        raise RefusedError(
            f"{x.shape} has not the numbers of {list(shape)}", "try another --frames"
        )
    left = [atom for axis in x.axes for atom in axis]  # outermost first
    axes: list[Axis] = []
    for size in shape:
        axis: list[Atom] = []
        while size_of(axis) != size:
            atom, need = left.pop(0), size // size_of(axis)
            if need % atom.size == 0 and need >= atom.size:
                axis.append(atom)
                continue
            if atom.time or atom.size % need or atom in x.pads:
                what = "the time axis" if atom.time else f"an axis of {atom.size}"
                raise RefusedError(f"the reshape from {x.shape} to {list(shape)} cuts {what}")
            flat = replace(x, axes=[(*axis, atom)])
            cut = split(flat, atom, atom.size // need)
            axis, rest = list(cut.axes[0][:-1]), cut.axes[0][-1]
            x, left = replace(x, memory=cut.memory), [rest, *left]
        axes.append(tuple(axis))
    return replace(x, axes=axes)


def merged(x: Value, axis: int) -> Value:
    """The value with the atoms of an axis, which are adjacent in memory, merged."""
    atoms = x.axes[axis]
    if len(atoms) < 2:
        return x
    one, at = Atom(size_of(atoms)), x.memory.index(atoms[0])
    memory = [*x.memory[:at], one, *x.memory[at + len(atoms) :]]
    return replace(x, memory=memory, axes=[*x.axes[:axis], (one,), *x.axes[axis + 1 :]])


def matched(a: Value, b: Value) -> tuple[Value, Value]:
    """Both with the same cuts in every axis that both have; axes are counted from the last."""
    for k in range(1, min(len(a.axes), len(b.axes)) + 1):
        i = 0
        while a.axes[-k] and b.axes[-k] and i < max(len(a.axes[-k]), len(b.axes[-k])):
            p, q = a.axes[-k][i], b.axes[-k][i]
            if p.time != q.time or (p.time and p.size != q.size):
                raise RefusedError("one input has time where the other has none")
            if p.size > q.size and p.size % q.size == 0:
                a = split(a, p, p.size // q.size)
            elif q.size > p.size and q.size % p.size == 0:
                b = split(b, q, q.size // p.size)
            elif p.size != q.size:
                raise RefusedError(f"axes of {a.shape} and {b.shape} do not fit")
            i += 1
    return a, b
