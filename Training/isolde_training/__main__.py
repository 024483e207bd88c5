"""Isolde's training: `python -m isolde_training prepare|train|export|evaluate|separate|curve`."""

from __future__ import annotations

import argparse
import pathlib

from .config import CACHE, DATA, ROOT, read_config


def main() -> None:
    parser = argparse.ArgumentParser(prog="isolde_training", description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, default=DATA, help="packs and set")
    parser.add_argument("--cache", type=pathlib.Path, default=CACHE, help="decoded packs, rooms")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on with a run")
    train.add_argument("config", type=pathlib.Path, help="a file of configs/")
    train.add_argument("--run", type=pathlib.Path, help="folder of the run")
    train.add_argument("--set", nargs="*", default=[], metavar="section.key=value")
    export = commands.add_parser("export", help="write the model file of a run")
    export.add_argument("config", type=pathlib.Path, help="a file of configs/")
    export.add_argument("--run", type=pathlib.Path, help="folder of the run")
    export.add_argument("--out", type=pathlib.Path, help="Bundle/models/NAME.isolde if left out")
    a = parser.parse_args()
    if a.command == "train":
        from .train import start

        config = read_config(a.config, a.set)
        start(a.run or ROOT / "build" / "training" / config.name, config, a.data, a.cache)
    elif a.command == "export":
        from .export import export

        config = read_config(a.config)
        run = a.run or ROOT / "build" / "training" / config.name
        out = a.out or ROOT / "Bundle" / "models" / f"{config.name}.isolde"
        export(run / "model.pt", out, config.model)


if __name__ == "__main__":
    main()
