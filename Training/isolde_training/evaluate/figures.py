"""Safety checks and their limits: a section of a model card, and JSON."""

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
    """A measure of a case over its sounds; `every`: the limit is for each, not for the mean."""

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
    def met(self) -> bool:
        judged = self.worst if self.every else self.mean
        low = -math.inf if self.low is None else self.low
        return low <= judged <= (math.inf if self.high is None else self.high)

    @property
    def limit(self) -> str:
        if self.low is not None and self.high is not None:
            return f"± {self.high:g}"
        sign, limit = ("≥", self.low) if self.high is None else ("≤", self.high)
        return "" if limit is None else f"{sign} {limit:g}"


def show(figures: list[Figure]) -> str:
    """The section of the model card: one row per figure, the case named in its first row."""
    met = sum(f.met for f in figures if f.limit)
    lines = [
        "## Safety checks",
        "",
        f"{met} of {sum(bool(f.limit) for f in figures)} checks passed; those missed are bold. The "
        "mean counts, for input levels the worst. Limits for clean speech, word onsets, input "
        "levels and noise alone are goals of the project; the others were chosen with the checks.",
        "",
        "| case | sounds | measure | mean | worst | limit |",
        "|---|---|---|---|---|---|",
    ]
    last = ()
    for f in figures:
        case = (f.case, f"{len(f.values)} {f.material}")
        first = ("", "") if case == last else case
        mean = f"{f.mean:z.2f}" if f.met else f"**{f.mean:z.2f}**"
        worst = "" if math.isnan(f.worst) or len(f.values) == 1 else f"{f.worst:z.2f}"
        lines.append(f"| {first[0]} | {first[1]} | {f.measure} | {mean} | {worst} | {f.limit} |")
        last = case
    return "\n".join(lines)


def credit(used: list[Recording]) -> str:
    """Where the recordings come from, one line an author."""
    if not used:
        return "\nAll unusual voices are synthetic; `fetch` downloads recordings of some."
    lines = ["", "Recordings, none of them trained on (nor are the clips of the test set):", ""]
    for case, author, licence, repository in dict.fromkeys(
        (r.case, r.author, r.licence, r.repository) for r in used
    ):
        lines.append(f"- {case}: {author}, {licence}, from {repository}")
    return "\n".join(lines)


def dump(figures: list[Figure], used: list[Recording]) -> str:
    names = [field.name for field in dataclasses.fields(Figure)] + ["mean", "worst", "met"]
    rows = [{name: getattr(f, name) for name in names} for f in figures]
    for row in rows:
        row["worst"] = None if math.isnan(row["worst"]) else row["worst"]
    return json.dumps({"figures": rows, "recordings": [vars(r) for r in used]}, indent=1) + "\n"


def read(path: pathlib.Path) -> tuple[list[Figure], list[Recording]]:
    """Read what `dump` wrote."""
    whole = json.loads(path.read_text())
    fields = [field.name for field in dataclasses.fields(Figure)]
    figures = [Figure(**{name: row[name] for name in fields}) for row in whole["figures"]]
    return figures, [Recording(**row) for row in whole["recordings"]]
