"""Figures of harm and their bars: as the section of a model card, and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
from dataclasses import dataclass

import numpy as np

from ..data.recordings import Recording


@dataclass(frozen=True)
class Figure:
    """A measure of a case over its sounds; `every`: the bar is for each of them, not their mean."""

    case: str
    material: str
    measure: str
    values: list[float]
    low: float | None = None
    high: float | None = None
    every: bool = False

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def worst(self) -> float:
        if self.low is None and self.high is None:
            return math.nan
        if self.low is None or self.high is None:
            return max(self.values) if self.low is None else min(self.values)
        return max(self.values, key=lambda x: abs(x - (self.low + self.high) / 2))

    @property
    def held(self) -> bool:
        judged = self.worst if self.every else self.mean
        low = -math.inf if self.low is None else self.low
        return low <= judged <= (math.inf if self.high is None else self.high)

    @property
    def bar(self) -> str:
        if self.low is not None and self.high is not None:
            return f"± {self.high:g}"
        sign, bar = ("≥", self.low) if self.high is None else ("≤", self.high)
        return "" if bar is None else f"{sign} {bar:g}"


def show(figures: list[Figure]) -> str:
    """The section of the model card: a row a figure, the case named in its first."""
    held = sum(f.held for f in figures if f.bar)
    lines = [
        "## Does it do harm?",
        "",
        f"{held} of {sum(bool(f.bar) for f in figures)} bars are held; those missed are bold. "
        "Means are judged, of input levels the worst. The bars of clean speech, word onsets, input "
        "levels and noise alone are goals of the project, the others ours.",
        "",
        "| case | sounds | measure | mean | worst | bar |",
        "|---|---|---|---|---|---|",
    ]
    last = ()
    for f in figures:
        case = (f.case, f"{len(f.values)} {f.material}")
        first = ("", "") if case == last else case
        mean = f"{f.mean:z.2f}" if f.held else f"**{f.mean:z.2f}**"
        worst = "" if math.isnan(f.worst) or len(f.values) == 1 else f"{f.worst:z.2f}"
        lines.append(f"| {first[0]} | {first[1]} | {f.measure} | {mean} | {worst} | {f.bar} |")
        last = case
    return "\n".join(lines)


def credit(used: list[Recording]) -> str:
    """Where the recordings come from, one line an author."""
    if not used:
        return "\nAll unusual voices are made; `fetch` brings recordings of them."
    lines = ["", "Recorded, and not trained on (besides the clips of the test set):", ""]
    for case, author, licence, repository in dict.fromkeys(
        (r.case, r.author, r.licence, r.repository) for r in used
    ):
        lines.append(f"- {case}: {author}, {licence}, from {repository}")
    return "\n".join(lines)


def dump(figures: list[Figure], used: list[Recording]) -> str:
    names = [field.name for field in dataclasses.fields(Figure)] + ["mean", "worst", "held"]
    rows = [{name: getattr(f, name) for name in names} for f in figures]
    for row in rows:
        row["worst"] = None if math.isnan(row["worst"]) else row["worst"]
    return json.dumps({"figures": rows, "recordings": [vars(r) for r in used]}, indent=1) + "\n"


def read(path: pathlib.Path) -> tuple[list[Figure], list[Recording]]:
    """What `dump` wrote."""
    whole = json.loads(path.read_text())
    fields = [field.name for field in dataclasses.fields(Figure)]
    figures = [Figure(**{name: row[name] for name in fields}) for row in whole["figures"]]
    return figures, [Recording(**row) for row in whole["recordings"]]
