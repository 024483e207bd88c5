#!/usr/bin/env python3
"""tables.py LIBRARY MODELS: the documentation's tables, against libisolde and the bundled models.

Prints a line a table, as report.sh does.
"""

import ctypes
import pathlib
import re
import sys
from ctypes import byref, c_char_p, c_float

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))
from isolde_training.model import library  # noqa: E402


class Control(ctypes.Structure):
    """isolde_control_info of isolde.h."""

    _fields_ = [(name, c_char_p) for name in ("id", "name", "unit", "comment")] + [
        (name, c_float) for name in ("initial", "minimum", "maximum")
    ]


LIBRARY = library.opened(pathlib.Path(sys.argv[1]))


def model(name):
    found = LIBRARY.isolde_model_open(f"{sys.argv[2]}/{name}.isolde".encode(), None)
    info = library.Info()
    LIBRARY.isolde_model_get_info(found, byref(info))
    return found, info


def latency(opened, rate):
    separator = LIBRARY.isolde_separator_new(opened, rate, 1, None)
    samples = LIBRARY.isolde_separator_latency(separator)
    LIBRARY.isolde_separator_free(separator)
    return samples


def controls():
    found, info = [], Control()
    while LIBRARY.isolde_control_get_info(len(found), byref(info)):
        found.append(info)
        info = Control()
    return found


def rows(page, head):
    """Cells of the table whose first line holds `head`, without that line."""
    lines = (ROOT / page).read_text().splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("|") and head in line), None)
    if start is None:
        raise AssertionError(f"{page} has no table with the columns {head}")
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("| ").split("|")])
    return found


def equal(page, said, true):
    for a, b in zip(said, true, strict=False):
        assert a == b, f"{page} says {a}; true is {b}"
    assert len(said) == len(true), f"{page} has {len(said)} rows; true are {len(true)}"


def signed(x):
    """With a minus as wide as a plus."""
    return f"{'−' if x < 0 else ''}{abs(x):g}"


def span(c):
    return f"{signed(c.minimum)} … +{c.maximum:g} {c.unit.decode()}"


def listen_choices():
    text = (ROOT / "Sources/Modules/CInterface/isolde_controls.h").read_text()
    table = text[text.index("#define ISOLDE_LISTEN_CHOICES(X)") :]
    return re.findall(r'X\(\w+, \d+, "(\w+)', table)


def controls_of_the_readme():
    true = []
    for c in controls():
        if c.id == b"enabled":
            text = "off, **on**" if c.initial else "**off**, on"
        elif c.id == b"listen":
            names = listen_choices()
            names[int(c.initial)] = f"**{names[int(c.initial)]}**"
            text = ", ".join(names)
        else:
            text = f"{span(c)}, **{signed(c.initial)}**"
        true.append([c.name.decode(), text])
    equal("README.md", [row[:2] for row in rows("README.md", "| control | range")], true)


def ports_of_the_plug_in():
    page = "docs/plug-in.md"
    table = rows(page, "| symbol | range")
    for c in controls():
        row = next((r for r in table if f"`{c.id.decode()}`" in r[0]), None)
        assert row, f"{page} does not list the control {c.id.decode()}"
        if c.unit:
            together = [x for x in controls() if f"`{x.id.decode()}`" in row[0]]
            initial = ", ".join(signed(x.initial) for x in together)
            equal(page, [row[1]], [f"{span(c)}{'; ' if len(together) > 1 else ', '}{initial}"])


def presets_of_the_plug_in():
    text = (ROOT / "Sources/Modules/CPresets/presets.def").read_text()
    value = r"\s*(-?\d+),"
    found = re.findall(rf'^PRESET\("\w+", "([^"]*)",{value * 4}', text, re.MULTILINE)
    true = []
    for label, *levels, sensitivity in found:
        cells = ["off" if x == "-60" else signed(int(x)) for x in levels]
        cells = [f"+{x}" if x.isdigit() and x != "0" else x for x in cells]
        more = signed(int(sensitivity))
        true.append([label, ", ".join(cells), f"+{more}" if int(sensitivity) > 0 else more])
    equal("docs/plug-in.md", rows("docs/plug-in.md", "| preset |"), true)
    found = re.findall(rf'^STEMS_PRESET\("\w+", "([^"]*)",{value}', text, re.MULTILINE)
    true = [[label, f"{signed(int(x))}".removesuffix(".0")] for label, x in found]
    true = [[label, f"+{x}" if x.isdigit() and x != "0" else x] for label, x in true]
    equal("docs/plug-in.md", rows("docs/plug-in.md", "| preset of Stems |"), true)


def latencies_of_the_plug_in():
    page = "docs/plug-in.md"
    for row in rows(page, "| plug-in | ports of | model |"):
        opened, info = model(row[2].strip("`"))
        equal(page, row[3:5], [f"{info.latency:,}", f"{latency(opened, 192000):,}"])


def latencies_of_the_readme():
    page = "README.md"
    plug_ins = {r[0]: r[2].strip("`") for r in rows("docs/plug-in.md", "| plug-in | ports of |")}
    for row in rows(page, "| plug-in | URI |"):
        _, info = model(plug_ins[row[1]])
        ms = 1000 * info.latency / info.rate
        equal(page, [row[3]], [f"{info.latency:,} samples, {ms:.0f} ms"])


def rates_of_the_separation():
    page = "docs/separation.md"
    lines = rows(page, "| rate, Hz |")
    head = next(x for x in (ROOT / page).read_text().splitlines() if x.startswith("| rate, Hz |"))
    opened, info = model("studio")
    rates = [int(cell.replace(",", "")) for cell in head.strip("| ").split("|")[1:]]
    true = [latency(opened, rate) for rate in rates]
    hops = info.latency // info.hop
    equal(page, lines[0][1:], [f"{x // hops:,}" for x in true])
    equal(page, lines[1][1:], [f"{x:,}" for x in true])
    equal(page, lines[2][1:], [f"{1000 * x / r:.1f}" for x, r in zip(true, rates, strict=True)])


def models_of_the_models():
    page = "docs/models.md"
    text = (ROOT / page).read_text()
    head = next(line for line in text.splitlines() if line.startswith("| |"))
    names = re.findall(r"\]\(\.\./Bundle/models/(\w+)\.md\)", head)
    table = {row[0]: row[1:] for row in rows(page, head)}
    true = {"latency at 48 kHz": [], "look-ahead": [], "cost": [], "size": []}
    for name in names:
        _, info = model(name)
        ms = f"{1000 * info.latency / info.rate:.1f}".removesuffix(".0")
        true["latency at 48 kHz"].append(f"{info.latency:,} samples, {ms} ms")
        true["look-ahead"].append(info.look_ahead)
        true["cost"].append(round(info.macs * info.rate / info.hop / 1e6))
        size = pathlib.Path(sys.argv[2], f"{name}.isolde").stat().st_size
        true["size"].append((round(info.parameters, -3), f"{size / 1e6:.2f} MB"))
    equal(page, table["latency at 48 kHz"], true["latency at 48 kHz"])
    for cell, frames in zip(table["look-ahead"], true["look-ahead"], strict=True):
        equal(page, [cell.split()[0]], ["none" if not frames else str(frames)])
    for cell, mega in zip(table["cost"], true["cost"], strict=True):
        equal(page, [cell.split()[0]], [str(mega)])
    for cell, (weights, size) in zip(table["size"], true["size"], strict=True):
        equal(page, [cell], [f"{weights:,} weights, {size}"])


def presets_of_the_tutorial():
    page, text = "docs/tutorial.md", (ROOT / "Sources/Modules/CPresets/presets.def").read_text()
    labels = re.findall(r'^PRESET\("\w+", "([^"]*)"', text, re.MULTILINE)
    section = (ROOT / page).read_text().partition("preset\n")[2].partition("##")[0]
    named = re.findall(r"\*\*([^*]+)\*\*", section)
    assert len(named) > 3 and not set(named) - set(labels), f"{named}; there are {labels}"


def latency_of_the_tutorial():
    page = (ROOT / "docs/tutorial.md").read_text()
    for name, hops in (
        ("studio", r"(\d) hops: until.*(\d) hops: the network.*(\d) hop "),
        ("live", r"Live +├─ (\d) hops()[^\d]*(\d) hop "),
    ):
        _, info = model(name)
        shown = [int(x or 0) for x in re.search(hops, page).groups()]
        assert shown == [info.synthesis // info.hop, info.look_ahead, 1], f"{name}: {shown}"
        assert sum(shown) * info.hop == info.latency
        assert f"{1000 * info.latency / info.rate:.1f}".removesuffix(".0") + " ms" in page


def pages_are_short():
    pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
    pages += [f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))]
    long = [p for p in pages if len((ROOT / p).read_text().splitlines()) > 200]
    assert not long, f"more than 200 lines: {', '.join(long)}"


failed = False
for name, check in {
    "the README's controls are those of the library": controls_of_the_readme,
    "docs/plug-in.md has the controls of the library": ports_of_the_plug_in,
    "docs/plug-in.md has the presets": presets_of_the_plug_in,
    "docs/plug-in.md has the latencies of the models": latencies_of_the_plug_in,
    "the README has the latencies of the models": latencies_of_the_readme,
    "docs/separation.md has hop and latency at every rate": rates_of_the_separation,
    "docs/models.md has latency, look-ahead, cost and size of the models": models_of_the_models,
    "docs/tutorial.md names presets of the table": presets_of_the_tutorial,
    "docs/tutorial.md draws the latencies of the models": latency_of_the_tutorial,
    "no page is longer than 200 lines": pages_are_short,
}.items():
    try:
        check()
        print(f"ok {name}")
    except (AssertionError, KeyError, StopIteration) as error:
        failed = True
        print(f"FAILED {name}: {error!s}")
sys.exit(failed)
