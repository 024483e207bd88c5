"""Isolde's training: recordings in, a `.isolde` model file out."""

from __future__ import annotations

import argparse
import pathlib

from .config import CACHE, DATA, ROOT, TEST_SET, VALIDATION_SET, Config, read_config
from .importer import import_command

Path = pathlib.Path


def weights(run: Path) -> Path:
    """The weights of a run, or of one that was published."""
    return run / ("model.pt" if (run / "model.pt").exists() else "checkpoint.pt")


def prepare(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.packs import Pack
    from .data.rooms import build
    from .data.validation_set import build as build_validation_set

    for name in ("rir", "noise", "speech"):
        pack = Pack(a.data, name, a.cache / "packs")
        print(f"{name}: {len(pack)} recordings, {len(pack.samples) / 48000 / 60:.1f} min")
    if not (a.cache / "rooms" / "index.npy").exists():
        build(a.cache / "rooms", a.rooms)
    if not (a.no_validation or (a.cache / VALIDATION_SET).exists()):
        build_validation_set(a.cache / VALIDATION_SET, a.data, a.cache)


def slot(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.slot import lay_out, plan

    parts = lay_out(a.out, a.data, a.cache / "more", a.limit, a.wheels, a.python)
    print(plan(parts, a.config, a.minutes, a.call))


def train(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.train import start

    start(run, config, a.data, a.cache)


def experiments(a: argparse.Namespace, rows: list, folder: Path) -> None:
    from .train.experiments import run

    run(rows, folder, a.data, a.cache, not a.no_scores)


def export(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .model.export import export

    export(weights(run), a.out or ROOT / "Bundle/models" / f"{config.name}.isolde", config.model)


def evaluate(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.evaluate import evaluate_folder, evaluate_run

    clips = a.cache / VALIDATION_SET if a.validation else a.data / TEST_SET
    options = (clips, a.json, not a.no_untreated, a.jobs)
    if a.folder:
        evaluate_folder(a.folder, *options)
    else:
        evaluate_run(weights(run), *options)


def probe(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.probe import probe_run

    probe_run(weights(run), a.data / TEST_SET, a.cache, a.json)


def unheard(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.unheard import unheard

    unheard(weights(run), a.data, a.cache, a.groups)


def fetch(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.recordings import RECORDINGS, fetch

    failed = fetch(a.cache)
    print(f"{len(RECORDINGS) - len(failed)} of {len(RECORDINGS)} recordings are there")


def gather(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.gather import gather

    print(f"{gather(a.cache / 'more')} further packs; `prepare` decodes them with the others")


def curve(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.curve import draw

    draw(run / "log.csv", a.out or run / "curve.png", run / "checks.csv")


def separate(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.separate import separate

    separate(weights(run), a.sound, a.out)


def publish(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.publish import publish

    publish(run, ROOT / "Training" / "runs" / config.name)


def blend(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.blend import blend

    blend(weights(a.first), weights(run), a.share, a.out)


def prune(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.prune import prune

    prune(weights(run), a.units, a.out, a.data, a.cache)


def card(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.card import card

    name = config.name
    page = ROOT / "Bundle" / "models" / f"{name}.md"
    card(name, ROOT / "Training" / "runs", page, ROOT / "README.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="isolde_training", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with packs and test set")
    parser.add_argument("--cache", type=Path, default=CACHE, help="for decoded packs and rooms")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(work, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(work.__name__, help=text, description=text)
        one.add_argument("config", type=Path, help="settings, a file of configs/")
        one.add_argument("--run", type=Path, help="folder of the run (build/training/NAME)")
        one.add_argument("--set", nargs="*", default=[], metavar="section.key=value")
        one.set_defaults(work=work)
        return one

    one = command(prepare, "decode the packs and simulate the rooms, once")
    one.add_argument("--rooms", type=int, default=700, help="rooms to simulate (700)")
    one.add_argument("--no-validation", action="store_true", help="make no validation set")
    command(train, "train, or go on with a run that was stopped")
    one = command(experiments, "train and score each row of a table with the same budget")
    one.add_argument("--no-scores", action="store_true", help="train alone; scores come later")
    one = command(slot, "lay out all that a short loan of a GPU needs, and print the calls")
    one.add_argument("--out", type=Path, default=ROOT / "build" / "slot", help="build/slot")
    one.add_argument("--limit", type=float, default=64, help="MiB of a call, the repository's too")
    one.add_argument("--minutes", type=float, default=20, help="of training in all (20)")
    one.add_argument("--call", type=float, default=8.5, help="of training in a call (8.5)")
    one.add_argument("--python", default="3.12", help="the machine's version (3.12)")
    packages = ["soundfile==0.14.0", "cffi==2.0.0", "pycparser==2.23", "pyroomacoustics==0.10.1"]
    one.add_argument("--wheels", nargs="*", default=packages, metavar="NAME==VERSION")
    one = command(export, "write the model file of a run")
    one.add_argument("--out", type=Path, help="Bundle/models/NAME.isolde if left out")
    one = command(evaluate, "score a run on the test set")
    one.add_argument("--folder", type=Path, help="score the stems in this folder instead")
    one.add_argument("--validation", action="store_true", help="on the validation set instead")
    one.add_argument("--json", type=Path, help="write all scores here")
    one.add_argument("--no-untreated", action="store_true", help="leave the untreated mix out")
    one.add_argument("--jobs", type=int, default=2, help="processes (2)")
    one = command(probe, "check that a run does no harm, the section of the model card")
    one.add_argument("--json", type=Path, help="write all figures here")
    one = command(unheard, "compare the loss on recordings that were heard and were not")
    one.add_argument("--groups", type=int, default=12, help="of 8 clips for each row (12)")
    command(fetch, "bring open recordings of unusual voices for `probe` into the cache")
    command(gather, "bring further recordings to train on, before `prepare`; may be left out")
    one = command(curve, "draw the loss of a run")
    one.add_argument("--out", type=Path, help="RUN/curve.png if left out")
    command(publish, "copy what is worth keeping of a run to runs/NAME")
    one = command(blend, "write weights between those of two runs")
    one.add_argument("first", type=Path, help="the run that the other one began with")
    one.add_argument("--share", type=float, default=0.5, help="of the other one (0.5)")
    one.add_argument("--out", type=Path, required=True, help="folder of the result")
    one = command(prune, "leave out the units of the memory that do least")
    one.add_argument("--units", type=int, required=True, help="that stay")
    one.add_argument("--out", type=Path, required=True, help="folder of the result")
    command(card, "set the figures of a published run into the model's card and the README")
    one = command(separate, "write the three stems of a recording")
    one.add_argument("sound", type=Path)
    one.add_argument("--out", type=Path, default=Path("stems"), help="folder (stems)")

    text = "make a model file of an ONNX file or a module of PyTorch"
    one = commands.add_parser("import", help=text, description=text)
    import_command.add_arguments(one)
    one.set_defaults(work=import_command.run)

    a = parser.parse_args()
    if a.work is import_command.run:
        raise SystemExit(a.work(a))
    if a.work is experiments:
        from .train.experiments import read

        a.work(a, read(a.config, a.set), a.run or ROOT / "build" / "training" / a.config.stem)
        return
    config = read_config(a.config, a.set)
    a.work(a, config, a.run or ROOT / "build" / "training" / config.name)


if __name__ == "__main__":
    main()
