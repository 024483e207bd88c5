"""`python -m isolde_training import MODEL.onnx -o NAME.isolde`."""

from __future__ import annotations

import argparse
import importlib.util
import pathlib
import sys

EPILOG = """\
MODEL is an ONNX file. Several files are joined: an output of one is the input of that name of a
later one. Or it is FILE.py:NAME: a function without arguments that returns a PyTorch module
and a tuple of example inputs, for instance `return net, (torch.zeros(1, 1, 64, 257),)`.
A layout has a letter for each axis: N the one clip, C channels, T frames, F bins, for instance
`--axes spectrum=NCTF`. docs/import.md explains it step by step."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pairs = {"nargs": "*", "default": []}
    parser.add_argument("model", nargs="+", help="MODEL.onnx, several of them, or FILE.py:NAME")
    parser.add_argument("-o", "--out", type=pathlib.Path, help="MODEL.isolde if left out")
    parser.add_argument("--axes", **pairs, metavar="INPUT=NCTF", help="layout of each input")
    parser.add_argument("--time-axis", type=int, help="axis of the frames in every input")
    parser.add_argument("--frames", type=int, help="length of the clip for the check")
    parser.add_argument("--outputs", **pairs, metavar="NAME", help="outputs to keep (all)")
    parser.add_argument(
        "--rename", **pairs, metavar="NAME=NEW", help="new names for inputs and outputs"
    )
    parser.add_argument(
        "--hop", type=int, default=512, help="samples between frames at 48 kHz (512)"
    )
    parser.add_argument("--window", type=int, help="samples of the window (4 hops)")
    parser.add_argument(
        "--synthesis", type=int, help="samples of the synthesis window (half the window)"
    )
    parser.add_argument("--half", action="store_true", help="store weights as fp16")
    parser.add_argument(
        "--no-check", action="store_true", help="skip the comparison with the original"
    )
    parser.add_argument("--text", action="store_true", help="print the graph")
    parser.add_argument(
        "--meta", **pairs, metavar="KEY=TEXT", help="author, license, description …"
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG


def split(pairs: list[str], what: str) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise SystemExit(f"{what} {pair}: write NAME=VALUE")
    return dict(pair.split("=", 1) for pair in pairs)


def module_of(text: str) -> tuple:
    """The module that FILE.py:NAME makes, and an example of its inputs."""
    path, _, name = text.rpartition(":")
    if not pathlib.Path(path).is_file():
        raise SystemExit(f"{path}: no such file")
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, name, None)):
        raise SystemExit(f"{path}: no function {name} in it")
    return getattr(module, name)()


def run(a: argparse.Namespace) -> int:
    """Run the command; 1 if the network was refused or does not agree."""
    from .bring import Options, import_files, import_module, summary
    from .refusal import RefusedError

    try:
        texts = {f"general.{key}": text for key, text in split(a.meta, "--meta").items()}
        model = a.model[0]
        stem = pathlib.Path(model.rpartition(":")[0] or model).with_suffix("")
        texts.setdefault("general.name", (a.out or stem).stem)
        options = Options(
            axes=split(a.axes, "--axes"),
            time=a.time_axis,
            frames=a.frames,
            names=split(a.rename, "--rename"),
            hop=a.hop,
            window=a.window,
            synthesis=a.synthesis,
            half=a.half,
            check=not a.no_check,
            texts=texts,
        )
        out = a.out or stem.with_suffix(".isolde")
        if ".py:" in model:
            brought = import_module(*module_of(model), out, options)
        else:
            brought = import_files([pathlib.Path(x) for x in a.model], a.outputs, out, options)
    except RefusedError as error:
        print(f"{', '.join(a.model)}: {error}", file=sys.stderr)
        return 1
    if a.text:
        print(brought.done.graph.text())
    print(summary(brought, out, a.hop))
    return 0 if brought.agreement is None or brought.agreement.good else 1
