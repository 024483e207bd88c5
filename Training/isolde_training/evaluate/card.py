"""The tables of a model's card, README and docs/models.md, from the scores of published runs.

A table replaces the text between `<!-- table NAME -->` and `<!-- end -->`; all other text is
written by hand. Peers were measured with the same measures on the same clips (`peers.csv`).
"""

from __future__ import annotations

import csv
import json
import pathlib
import re
import tomllib
from collections.abc import Iterable

from ..config import ROOT
from . import figures

PEERS = ROOT / "Training" / "peers.csv"
GOALS = ROOT / "Training" / "goals.toml"
SHOWN = ("HANCE denoise + dereverb 96 ms", "DeepFilterNet 3")  # in README and models.md
MODELS = {  # in the order of tables
    "studio": "Studio",
    "live": "Live",
    "deepfilter": "DeepFilter",
    "deepfilter_live": "DeepFilter Live",
}
NAMES = {  # of peers.csv
    "hance-dn-96ms": "HANCE denoise 96 ms",
    "hance-dr-96ms": "HANCE denoise + dereverb 96 ms",
    "hance-dr-96ms-s50": "the same, sensitivity -50 %",
    "hance-dr-32ms-tiny": "HANCE denoise + dereverb 32 ms tiny",
    "hance-dr-32ms-tiny-s50": "tiny, sensitivity -50 %",
    "deepfilternet3": "DeepFilterNet 3",
    "rnnoise": "RNNoise",
}
KINDS = {"noise": "with noise", "reverb": "with reverb", "reverb+noise": "with both", "all": "all"}
MEASURES = {  # digits, and the head of the column
    "pesq": (2, "PESQ"),
    "estoi": (3, "ESTOI"),
    "sisdr": (1, "SI-SDR, dB"),
    "lsd": (1, "LSD, dB"),
    "dovrl": (2, "DNSMOS OVRL"),
    "vkeep": (1, "vkeep, dB"),
    "rcut": (1, "reverb cut, dB"),
    "acut": (1, "background cut, dB"),
}
README = ("pesq", "estoi", "sisdr", "lsd", "dovrl")  # measures of its table
Means = dict[str, dict[str, float]]  # of a cleaner, by kind and measure


def peers() -> dict[str, Means]:
    """Scores of other cleaners."""
    found: dict[str, Means] = {}
    with open(PEERS, newline="") as file:
        for row in csv.DictReader(file):
            values = {name: float(row[name]) for name in MEASURES if row[name]}
            found.setdefault(NAMES[row["cleaner"]], {})[row["kind"]] = values
    return found


def spell(row: dict[str, float], name: str) -> str:
    return f"{row[name]:z.{MEASURES[name][0]}f}" if name in row else "-"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def scores(cleaners: dict[str, Means], kinds: Iterable[str], names: Iterable[str]) -> str:
    """A row for each kind of clip and each cleaner."""
    names, rows = list(names), []
    for kind in kinds:
        first = KINDS[kind]
        for cleaner, means in cleaners.items():
            rows.append([first, cleaner, *(spell(means[kind], name) for name in names)])
            first = ""
    return table(["recordings", "", *(MEASURES[name][1] for name in names)], rows)


def meets(name: str, value: float, goal: float) -> bool:
    """Compare as printed, to the digits of the table."""
    digits = MEASURES[name][0]
    value = round(value, digits)
    return value <= goal if name == "lsd" else value >= goal


def goals(model: str, means: Means) -> str:
    """A row for each kind of clip: score and goal of each measure, missed ones bold."""
    wanted = tomllib.loads(GOALS.read_text())[model]
    names = [n for n in MEASURES if any(n in kind for kind in wanted.values())]
    rows = []
    for kind, limits in wanted.items():
        cells = []
        for name in names:
            if name not in limits:
                cells.append("")
                continue
            text = spell(means[kind], name)
            met = meets(name, means[kind][name], limits[name])
            goal = f"{limits[name]:.{MEASURES[name][0]}f}"
            cells.append(f"{text if met else f'**{text}**'} / {goal}")
        rows.append([KINDS[kind], *cells])
    return table(["score / goal", *(MEASURES[name][1] for name in names)], rows)


def safety(path: pathlib.Path) -> str:
    """The section of `probe`, from its JSON."""
    found, used = figures.read(path)
    return figures.show(found) + "\n" + figures.credit(used)


def put(path: pathlib.Path, name: str, text: str) -> None:
    """Replace a table in a page; a page without its markers is an error."""
    page = path.read_text()
    begin, end = f"<!-- table {name} -->", "<!-- end -->"
    found = re.compile(f"({re.escape(begin)}\n\n).*?(\n\n{re.escape(end)})", re.DOTALL)
    if not found.search(page):
        raise SystemExit(f"{path.name}: no place for a table: {begin} … {end}")
    path.write_text(found.sub(lambda m: m[1] + text + m[2], page, count=1))


def card(
    model: str, runs: pathlib.Path, page: pathlib.Path, readme: pathlib.Path, models: pathlib.Path
) -> None:
    """Write the tables of a model to its card, those of all models to README and models.md."""
    published = {
        name: json.loads((runs / name / "scores.json").read_text())["means"]
        for name in MODELS
        if (runs / name / "scores.json").exists()
    }
    means = published[model]
    own = {"untreated": means["untreated"], f"**{MODELS[model]}**": means[model]}
    put(page, "scores", scores(own | peers(), KINDS, MEASURES))
    put(page, "goals", goals(model, means[model]))
    put(page, "safety", safety(runs / model / "probe.json"))
    short = {"untreated": means["untreated"]}
    short |= {f"**Isolde {MODELS[name]}**": found[name] for name, found in published.items()}
    short |= {name: found for name, found in peers().items() if name in SHOWN}
    put(readme, "scores", scores(short, list(KINDS)[:-1], README))
    put(models, "scores", scores(short, ["all"], README))
