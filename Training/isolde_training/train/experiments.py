"""Experiments of equal budget: trains and scores each row of a table, then writes the table.

Rows are scored on the validation set, so that the test set stays unseen.

Finished rows are skipped, so the command may be stopped and started. FOLDER/table.md and
FOLDER/look-ahead.png are those of notes/diary.md.
"""

from __future__ import annotations

import csv
import pathlib
import tomllib
from dataclasses import dataclass
from typing import Any

from ..config import VALIDATION_SET, Config, config_from
from ..evaluate.evaluate import evaluate, stems_of
from ..model.export import cost
from ..model.lower import rounded
from ..network.checkpoint import load
from ..network.network import Network
from .train import start

KINDS = ("noise", "reverb", "reverb+noise", "all")
CELLS = (("pesq", 2), ("estoi", 3), ("sisdr", 1), ("lsd", 1), ("dovrl", 2), ("vkeep", 1))
COLUMNS = ("name", "kind", "look", "mega", *(name for name, _ in CELLS))


@dataclass
class Row:
    """One experiment: its question, its label and its settings."""

    name: str
    question: str
    says: str
    config: Config


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge nested dictionaries; the second one takes precedence."""
    out = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = merged(out[key], value) if both else value
    return out


def read(path: pathlib.Path, changes: list[str] = ()) -> list[Row]:
    """The rows of a file of `configs/`; `changes` (section.key=value) go to all of them."""
    values = tomllib.loads(path.read_text())
    for change in changes:
        key, _, text = change.partition("=")
        section, _, name = key.partition(".")
        values["base"].setdefault(section, {})[name] = tomllib.loads(f"v = {text}")["v"]
    rows = []
    for row in values["row"]:
        settings = {k: v for k, v in row.items() if isinstance(v, dict)}
        config = config_from(merged(values["base"], settings) | {"name": row["name"]})
        rows.append(Row(row["name"], row["question"], row["says"], config))
    return rows


def done(folder: pathlib.Path) -> bool:
    """Whether a run is complete (only then were its norms measured)."""
    return (folder / "model.pt").exists() and (folder / "done").exists()


def run(
    rows: list[Row],
    folder: pathlib.Path,
    data: pathlib.Path,
    cache: pathlib.Path,
    score: bool,
) -> None:
    """Train and, if asked, score whatever is missing; then write the table."""
    for row in rows:
        own = folder / row.name
        if not done(own):
            print(f"{row.name}: {row.says}", flush=True)
            start(own, row.config, data, cache)
            (own / "done").touch()
        if score and not (own / "scores.csv").exists():
            score_row(row, own, cache / VALIDATION_SET)
    if score:
        found = {row.name: scores(folder / row.name / "scores.csv") for row in rows}
        losses = {row.name: last_loss(folder / row.name) for row in rows}
        (folder / "table.md").write_text(table(rows, found, losses))
        draw(rows, found, losses, folder / "look-ahead.png")
        print((folder / "table.md").read_text())


def score_row(row: Row, folder: pathlib.Path, clips: pathlib.Path) -> None:
    """Write scores.csv: one line per kind of clip."""
    net, _ = load(folder / "model.pt")
    net = rounded(net)
    report = evaluate(clips, lambda clip, x: stems_of(net, x), row.name, False, 1)
    means = report["means"][row.name]
    mega = cost(Network(row.config.network).eval())
    with open(folder / "scores.csv", "w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for kind in KINDS:
            if kind in means:
                cells = (f"{means[kind][name]:.{digits}f}" for name, digits in CELLS)
                lines.writerow((row.name, kind, net.look, f"{mega:.0f}", *cells))


def scores(path: pathlib.Path) -> dict[str, dict[str, str]]:
    """Lines of a scores.csv by kind."""
    with open(path, newline="") as file:
        return {line["kind"]: line for line in csv.DictReader(file)}


def last_loss(folder: pathlib.Path, share: float = 0.4) -> float:
    """Mean loss over the last share of the steps: on the same mixtures in every row, so it tells
    smaller differences than scores of 24 clips do."""
    with open(folder / "log.csv", newline="") as file:
        losses = [float(line["loss"]) for line in csv.DictReader(file)]
    last = losses[-max(1, round(len(losses) * share)) :]
    return sum(last) / len(last)


def same_loss(row: Row, base: Row) -> bool:
    """Whether the losses of two rows can be compared."""
    a, b = (
        (r.config.network.law, r.config.train.phase, r.config.train.keep, r.config.mix.seed)
        for r in (row, base)
    )
    return a == b


def table(
    rows: list[Row], found: dict[str, dict[str, dict[str, str]]], losses: dict[str, float]
) -> str:
    """A table in Markdown, grouped by question: PESQ / ESTOI / SI-SDR by kind, the rest overall."""
    kinds = next(iter(found.values()))
    head = ["question", "row", "MMAC/s", "loss", *kinds, "LSD", "OVRL", "vkeep"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for question in dict.fromkeys(row.question for row in rows):
        for row in (r for r in rows if r.question == question):
            own = found[row.name]
            three = (f"{v['pesq']} / {v['estoi']} / {v['sisdr']}" for v in own.values())
            last = (own["all"][name] for name in ("lsd", "dovrl", "vkeep"))
            loss = f"{losses[row.name]:.4f}" if same_loss(row, rows[0]) else "-"
            cells = [question, row.says, own["all"]["mega"], loss, *three, *last]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def draw(
    rows: list[Row],
    found: dict[str, dict[str, dict[str, str]]],
    losses: dict[str, float],
    picture: pathlib.Path,
) -> None:
    """Loss, PESQ, ESTOI and SI-SDR over the look-ahead, of scores a line a kind of clip."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = [row.name for row in rows if row.question == "look-ahead"]
    names.sort(key=lambda name: int(found[name]["all"]["look"]))
    if not names:
        return
    look = [int(found[name]["all"]["look"]) for name in names]
    figure, axes = plt.subplots(1, 4, figsize=(15, 4), dpi=100)
    axes[0].plot(look, [losses[name] for name in names], marker="o", color="black")
    axes[0].set(ylabel="loss on the last mixtures, the same ones for all")
    titles = (("pesq", "PESQ"), ("estoi", "ESTOI"), ("sisdr", "SI-SDR (dB)"))
    for axis, (key, title) in zip(axes[1:], titles, strict=True):
        for kind in found[names[0]]:
            axis.plot(look, [float(found[n][kind][key]) for n in names], marker="o", label=kind)
        axis.set(ylabel=title)
    for axis in axes:
        axis.set(xlabel="look-ahead (frames of 10.7 ms)")
        axis.grid(True, alpha=0.3)
    axes[1].legend()
    figure.tight_layout()
    figure.savefig(picture)
    plt.close(figure)
