"""page.py BENCH.json PICTURE.png PAGE.md…: writes a run's tables and the roofline picture.

A table replaces the text between `<!-- table NAME -->` and `<!-- end -->`, on every page that has
such markers; all other text is written by hand.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from collections.abc import Callable, Iterable

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from PIL import Image

Record = dict
LEVELS = ("baseline", "AVX2", "AVX-512")
COLOURS = {"baseline": "#7a7a7a", "AVX2": "#1f6fb4", "AVX-512": "#c4502a"}
MARKERS = {"convolution 3x3": "o", "pointwise": "s", "depthwise 3x3": "^", "dense": "D"}
MARKERS["dense fp16"] = "v"
HANCE_BARS = {
    ("studio", "speech-denoise-dereverb-96ms"): 10,
    ("live", "speech-denoise-dereverb-32ms-tiny"): 5,
    ("DeepFilter", "speech-denoise-dereverb-96ms"): 10,
    ("DeepFilter", "speech-denoise-dereverb-32ms-tiny"): 2,
}
LIBRARY_BARS = {("DeepFilter", "AVX2"): 130, ("DeepFilter", "AVX-512"): 200}  # times real time


class Run:
    """The records of one run."""

    def __init__(self, path: pathlib.Path):
        whole = json.loads(path.read_text())
        self.records: list[Record] = whole.pop("records")
        self.machine: dict[str, str] = whole

    def of(self, part: str, **wanted: object) -> list[Record]:
        return [
            r
            for r in self.records
            if r["part"] == part and all(r[key] == value for key, value in wanted.items())
        ]


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).strip() for cell in line) + " |" for line in lines)


def verdict(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def peak(run: Run, level: str) -> float:
    """Multiply-adds at a level, 10^9 a second: the largest that stood beside a kernel."""
    return max(r["peak"] for r in run.of("kernel", level=level))


def machine(run: Run) -> str:
    peaks = {level: peak(run, level) for level in LEVELS if run.of("kernel", level=level)}
    rows = [("processor", run.machine["processor"]), ("caches, all cores", run.machine["caches"])]
    for level in LEVELS:
        caches = run.of("cache", level=level)
        reads = ", ".join(f"{r['cache']} {r['gbytes']:.0f}" for r in caches)
        if level in peaks:
            rows.append((level, f"{peaks[level]:.0f} GMAC/s; reads, GB/s: {reads}"))
    rows.append(("date", run.machine["date"]))
    return table("machine|", rows)


def kernels(run: Run) -> str:
    rows = []
    for r in run.of("kernel", level="AVX-512") or run.of("kernel", level="AVX2"):
        row = [f"{r['kernel']}, {r['in']} > {r['out']}, {r['bins']} bins"]
        for level in LEVELS:
            same = {key: r[key] for key in ("kernel", "in", "out", "bins")}
            for other in run.of("kernel", level=level, **same):
                cell = f"{other['us']:.2f} µs, {other['percent']:.0f} %"
                if other["bar"] and other["percent"] < other["bar"]:
                    cell = f"**{cell}**"
                row.append(cell)
        row.append(f"{r['gbytes']:.0f}")
        row.append(f"{r['bound']}, {r['of_bound']:.0f} %")
        row.append(f"{r['bar']} %" if r["bar"] else "")
        rows.append(row)
    used = [level for level in LEVELS if run.of("kernel", level=level)]
    return table("one frame|" + "|".join(used) + "|GB/s|bound, reached|bar", rows)


def layers(run: Run, model: str) -> str:
    of = {level: run.of("layer", model=model, level=level) for level in LEVELS[1:]}
    us = {level: {r["layer"]: r["us"] for r in rs} for level, rs in of.items() if rs}
    fast = sorted(of["AVX-512"] or of["AVX2"], key=lambda r: -r["us"])
    shown = [r for r in fast if r["share"] >= 5]
    rest = [r for r in fast if r not in shown]

    def times(records: list[Record]) -> list[str]:
        return [f"{sum(by[r['layer']] for r in records):.1f}" for by in us.values()]

    rows = [
        (
            f"`{r['layer']}`, {r['kind']}",
            *times([r]),
            f"{r['share']:.0f} %",
            f"{r['gmacs']:.0f}" if r["gmacs"] >= 1 else "",
        )
        for r in shown
    ]
    rows.append((f"{len(rest)} others", *times(rest), f"{sum(r['share'] for r in rest):.0f} %", ""))
    rows.append(("all", *times(fast), "", ""))
    return table("layer|" + "".join(f"{level}, µs|" for level in us) + "share|GMAC/s", rows)


def layers_studio(run: Run) -> str:
    return layers(run, "studio")


def layers_live(run: Run) -> str:
    return layers(run, "live")


def layers_deepfilter(run: Run) -> str:
    return layers(run, "DeepFilter")


def networks(run: Run) -> str:
    rows = []
    for r in run.of("network"):
        bar, ratio = r["bar"], r["against_onnx"]
        rows.append(
            (
                r["network"],
                r["engine"],
                f"{r['us']:.1f}",
                f"{ratio:.2f} x" + (f" (bar {bar}: {verdict(ratio >= bar)})" if bar else ""),
                f"{r['against_tract']:.2f} x" if r["against_tract"] else "",
                f"{r['heap']:.0f}",
                "" if r["difference"] is None else f"{r['difference']:.0e}",
            )
        )
    head = "network|engine|µs a frame|ONNX Runtime|tract|heap calls a frame|largest difference"
    return table(head, rows)


def speed(run: Run) -> str:
    rows = []
    for r in run.of("speed"):
        own = r["bar"] if r["what"] == "plug-in" else LIBRARY_BARS.get((r["model"], r["level"]))
        bar = own if r["channels"] == 1 else None
        told = f" (bar {bar}: {verdict(r['times'] >= bar)})" if bar else ""
        kind = "mono" if r["channels"] == 1 else "stereo"
        rows.append((r["model"], r["what"], kind, r["level"], f"{r['times']:.0f} x{told}"))
    return table("model|in|channels|level|times real time", rows)


def callbacks(run: Run) -> str:
    rows = []
    for r in run.of("callback"):
        share, ratio = f"{r['share']:.1f} %", f"{r['ratio']:.2f} x"
        if r["frames"] == 64:
            share += f" (bar 10: {verdict(r['share'] <= 10)})"
            ratio += f" (bar 3: {verdict(r['ratio'] <= 3)})"
        kind = "mono" if r["channels"] == 1 else "stereo"
        times = [f"{r[key]:.1f}" for key in ("mean", "most", "worst")]
        rows.append(
            (r["model"], kind, f"{r['frames']:,}", *times, share, ratio, f"{r['seen']:.0f}")
        )
    head = "model|channels|samples|mean, µs|99.9 %, µs|worst, µs|of its time|of the mean|seen, µs"
    return table(head, rows)


def start(run: Run) -> str:
    rows = [
        (
            r["model"],
            "mono" if r["channels"] == 1 else "stereo",
            f"{r['first_ms']:.1f} ms (bar 50: {verdict(r['first_ms'] <= 50)})",
            f"{r['next_ms']:.2f} ms",
            f"{r['own_mb']:.2f} MB (bar 3: {verdict(r['own_mb'] <= 3)})",
            f"{r['shared_mb']:.2f} MB",
        )
        for r in run.of("start")
    ]
    return table("model|instance|first|next|its own memory|shared", rows)


def session(run: Run) -> str:
    rows = [
        (
            r["model"],
            r["instances"],
            f"{r['together']:.0f}",
            f"{r['timed']:.0f}",
            f"{r['share']:.1f} %",
        )
        for r in run.of("session")
    ]
    return table("model|instances|back to back, µs|at its time, µs|of the period", rows)


def hance(run: Run) -> str:
    rows = []
    for r in run.of("hance"):
        bar = HANCE_BARS.get((r["ours"], r["model"].split(".")[0]))
        told = f" (bar {bar}: {verdict(r['ratio'] >= bar)})" if bar else ""
        model = r["model"].removesuffix(".hance")
        times = f"{r['ms']:.1f}", f"{r['ours_ms']:.2f}"
        rows.append((model, r["ours"], *times, f"{r['ratio']:.1f} x{told}"))
    return table("HANCE 26, model|ours|its ms a second|ours|ratio", rows)


TABLES: dict[str, Callable[[Run], str]] = {
    f.__name__: f
    for f in (
        machine,
        kernels,
        layers_studio,
        layers_live,
        layers_deepfilter,
        networks,
        speed,
        callbacks,
        start,
        session,
        hance,
    )
}


def draw_roofline(run: Run, path: pathlib.Path) -> None:
    """Speed over arithmetic intensity, under the roofs of arithmetic and of each cache."""
    figure, axes = plt.subplots(figsize=(9, 5.6), dpi=120)
    intensities = [0.1, 300.0]
    for level in LEVELS:
        measured = run.of("kernel", level=level)
        if not measured:
            continue
        colour = COLOURS[level]
        roof = peak(run, level)
        for cache in run.of("cache", level=level):
            ridge = roof / cache["gbytes"]
            axes.plot(
                [intensities[0], ridge],
                [intensities[0] * cache["gbytes"], roof],
                color=colour,
                lw=0.8,
                ls={"L1": "-", "L2": "--", "L3": ":"}[cache["cache"]],
            )
        first = min(roof / c["gbytes"] for c in run.of("cache", level=level))
        axes.plot([first, intensities[1]], [roof, roof], color=colour, lw=1.4)
        axes.annotate(
            f"{level}: {roof:.0f} GMAC/s", (intensities[1], roof * 1.05), color=colour, ha="right"
        )
        for r in measured:
            x = r["macs"] / r["bytes"]
            axes.plot(x, r["gmacs"], MARKERS[r["kernel"]], color=colour, ms=5, mfc="none", mew=1.1)
    for kind, marker in MARKERS.items():
        axes.plot([], [], marker, color="black", mfc="none", label=kind)
    for cache, style in {"L1": "-", "L2": "--", "L3": ":"}.items():
        axes.plot([], [], style, color="black", lw=0.8, label=f"reads from {cache}")
    axes.set(xscale="log", yscale="log", xlim=intensities, ylim=(2, 200))
    axes.set_xlabel(
        "arithmetic intensity, multiply-adds per byte (weights, rows and output, each once)"
    )
    axes.set_ylabel("speed, 10⁹ multiply-adds a second (GMAC/s)")
    axes.set_title(f"Isolde's kernels on one core: {run.machine['processor']}", fontsize=10)
    axes.grid(which="major", lw=0.4, alpha=0.6)
    axes.legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    Image.open(path).convert("RGB").quantize(48).save(path)


def main() -> None:
    source, picture, *pages = (pathlib.Path(argument) for argument in sys.argv[1:])
    run = Run(source)
    texts = {page: page.read_text() for page in pages}
    for name, make in TABLES.items():
        between = re.compile(rf"(<!-- table {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        places = [page for page in pages if between.search(texts[page])]
        if not places:
            raise ValueError(f"no place for the table {name}")
        for page in places:
            texts[page] = between.sub(rf"\1\n{make(run)}\n\n\2", texts[page])
    for page, text in texts.items():
        page.write_text(text)
    draw_roofline(run, picture)


if __name__ == "__main__":
    main()
