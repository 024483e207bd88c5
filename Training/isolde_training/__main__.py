"""Isolde's training: recordings in, a `.isolde` model file out. Training/README.md tells more."""

from __future__ import annotations

import argparse
import pathlib
from collections.abc import Callable

from .config import (
    CACHE,
    CONFIGS,
    DATA,
    ROOT,
    TEST_SET,
    VALIDATION_SET,
    Config,
    located,
    read_config,
)
from .importer import import_command

Path = pathlib.Path
BUILD = ROOT / "build" / "training"
RUNS = ROOT / "Training" / "runs"  # published
MODELS = ROOT / "Bundle" / "models"  # shipped
# What `slot` packs for machines that have PyTorch alone.
WHEELS = ["soundfile==0.14.0", "cffi==2.0.0", "pycparser==2.23", "pyroomacoustics==0.10.1"]


def weights(run: Path) -> Path:
    """The weights of a run, local or published."""
    for path in (run / "model.pt", run / "checkpoint.pt"):
        if path.exists():
            return path
    raise SystemExit(f"{run}: no weights here; train first, or name another run: --run DIR")


def prepare(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.prepare import prepare

    prepare(a.data, a.cache, a.rooms, not a.no_validation)


def slot(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.slot import lay_out, plan

    parts = lay_out(a.out, a.data, a.cache / "more", a.limit, a.wheels, a.python)
    print(plan(parts, a.config, a.minutes, a.call))


def train(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.train import start

    start(run, config, a.data, a.cache)


def experiments(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.experiments import read
    from .train.experiments import run as run_all

    folder = a.run or BUILD / a.config.stem
    run_all(read(a.config, a.set), folder, a.data, a.cache, not a.no_scores)


def export(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .model.export import export

    path = a.out or BUILD / config.name / f"{config.name}.isolde"
    if path.exists() and path.resolve().parent == MODELS and not a.replace:
        raise SystemExit(f"{path}: a model that ships; to write over it, say --replace")
    export(weights(run), path, config.model)
    print(f"{path}: {path.stat().st_size:,} bytes")


def begin(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .network.published import begin

    begin(a.folder, a.more, a.before, a.open, run)


def evaluate(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.evaluate import evaluate_folder, evaluate_run

    clips = a.cache / VALIDATION_SET if a.validation else a.data / TEST_SET
    options = (clips, a.json, not a.no_untreated, a.jobs)
    if config.task == "extend":
        from .evaluate import extend

        extend.evaluate_run(weights(run), clips, a.json)
    elif config.task == "split":
        from .evaluate import split

        split.evaluate_run(weights(run), a.cache, a.validation, a.json)
    elif a.folder:
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
    print(f"{len(RECORDINGS) - len(failed)} of {len(RECORDINGS)} recordings are in the cache")


def gather(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.gather import gather

    print(f"{gather(a.cache / 'more')} more packs; `prepare` decodes them with the others")


def songs(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .data.songs import gather

    print(f"{gather(a.folder, a.cache)} songs are in {a.cache / 'songs'}")


def curve(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.curve import draw

    draw(run / "log.csv", a.out or run / "curve.png", run / "checks.csv")


def separate(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.separate import separate

    separate(weights(run), a.sound, a.out)


def publish(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.publish import publish

    publish(run, RUNS / config.name)


def blend(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.blend import blend

    blend(weights(located(a.first)), weights(run), a.share, a.out)


def prune(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .train.prune import prune

    prune(weights(run), a.units, a.out, a.data, a.cache)


def card(a: argparse.Namespace, config: Config, run: Path) -> None:
    from .evaluate.card import card, put

    page = MODELS / f"{config.name}.md"
    if config.task != "separate":
        from .evaluate import extend, split

        table = {"extend": extend, "split": split}[config.task].table
        put(page, "scores", table(RUNS / config.name / "scores.json"))
        return
    card(config.name, RUNS, page, ROOT / "README.md", ROOT / "docs" / "models.md")


def named(text: str) -> Path:
    """A file of settings, or the name of one in configs/, such as `studio`."""
    for path in (located(text), CONFIGS / text, CONFIGS / f"{text}.toml"):
        if path.is_file():
            return path
    names = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.toml")))
    raise argparse.ArgumentTypeError(f"{text}: no such settings; there are {names}")


def add_runs(command: Callable) -> None:
    """The commands that prepare, train and continue runs."""
    one = command(prepare, "check and decode the recordings, simulate rooms; needed once")
    one.add_argument(
        "--rooms", type=int, default=700, help="rooms to simulate (700); a bank of fewer grows"
    )
    one.add_argument("--no-validation", action="store_true", help="make no validation set")
    command(gather, "download more training recordings, before `prepare` (optional)")
    one = command(songs, "read songs in stems, from which `split` learns")
    one.add_argument("folder", type=Path, help="a folder per song; its files say `stem`")
    command(train, "train a network, or resume a run that was stopped")
    one = command(experiments, "train and score every row of a table with the same budget")
    one.add_argument("--no-scores", action="store_true", help="only train; score later")
    one = command(slot, "pack all that a time-limited GPU session needs, and print its commands")
    one.add_argument("--out", type=Path, default=ROOT / "build" / "slot", help="build/slot")
    one.add_argument("--limit", type=float, default=64, help="MiB a call may carry (64)")
    one.add_argument("--minutes", type=float, default=20, help="minutes of training in all (20)")
    one.add_argument("--call", type=float, default=8.5, help="minutes of training a call (8.5)")
    one.add_argument("--python", default="3.12", help="Python version of the machine (3.12)")
    one.add_argument(
        "--wheels",
        nargs="*",
        default=WHEELS,
        metavar="NAME==VERSION",
        help="packages that the machine lacks",
    )
    one = command(begin, "start a run with the published weights of DeepFilterNet 2")
    one.add_argument("folder", type=Path, help="`dfn2` or `dfn2_ll`, with its ONNX files")
    one.add_argument("--more", type=int, default=0, help="frames of look-ahead to add (0)")
    one.add_argument("--before", type=int, default=0, help="taps to add before the frame (0)")
    open_help = "let the head of voice + reverb pass nearly all at first, to be trained"
    one.add_argument("--open", action="store_true", help=open_help)
    one = command(blend, "interpolate between the weights of two runs")
    one.add_argument("first", type=Path, help="the run that the other one started from")
    one.add_argument("--share", type=float, default=0.5, help="weight of the other run (0.5)")
    one.add_argument("-o", "--out", type=Path, required=True, help="folder of the result")
    one = command(prune, "remove the least active units of the recurrent layer")
    one.add_argument("--units", type=int, required=True, help="units to keep")
    one.add_argument("-o", "--out", type=Path, required=True, help="folder of the result")


def add_scores(command: Callable) -> None:
    """The commands that score a run and look at it."""
    one = command(evaluate, "score a run on the test set")
    one.add_argument("--folder", type=Path, help="score the stems in this folder instead")
    one.add_argument("--validation", action="store_true", help="score on the validation set")
    one.add_argument("--json", type=Path, help="write all scores to this file")
    one.add_argument("--no-untreated", action="store_true", help="leave out the untreated mixture")
    one.add_argument("--jobs", type=int, default=2, help="processes (2)")
    command(fetch, "download open recordings of unusual voices for `probe` (optional)")
    one = command(probe, "run the safety checks of the model card")
    one.add_argument("--json", type=Path, help="write all figures to this file")
    one = command(unheard, "compare the loss on training recordings and on held-out ones")
    one.add_argument("--groups", type=int, default=12, help="groups of 8 clips a row (12)")
    one = command(curve, "plot the loss of a run")
    one.add_argument("-o", "--out", type=Path, help="RUN/curve.png if left out")
    one = command(separate, "write the stems of a recording")
    one.add_argument("sound", type=Path, help="a WAV or FLAC file at 48 kHz")
    one.add_argument("-o", "--out", type=Path, default=Path("stems"), help="folder (stems)")


def add_results(command: Callable) -> None:
    """The commands that publish a run."""
    one = command(export, "write the model file of a run")
    one.add_argument("-o", "--out", type=Path, help="build/training/NAME/NAME.isolde if left out")
    one.add_argument("--replace", action="store_true", help="write over a model that ships")
    command(publish, "copy settings, log and weights of a run to runs/NAME")
    command(card, "write the scores of a published run into its card, README and docs/models.md")


def arguments() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(prog="isolde_training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=f"recordings and test set ({DATA})"
    )
    parser.add_argument(
        "--cache", type=Path, default=CACHE, metavar="DIR", help=f"what `prepare` makes ({CACHE})"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(work, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(work.__name__, help=text, description=text)
        one.add_argument(
            "config",
            type=named,
            help="settings: NAME for configs/NAME.toml, or a .toml or .json file",
        )
        one.add_argument("--run", type=located, metavar="DIR", help="the run (build/training/NAME)")
        one.add_argument(
            "--set", nargs="*", default=[], metavar="section.key=value", help="change settings"
        )
        one.set_defaults(work=work)
        return one

    add_runs(command)
    add_scores(command)
    add_results(command)
    text = "convert an ONNX file or a PyTorch module to a model file"
    one = commands.add_parser("import", help=text, description=text)
    import_command.add_arguments(one)
    one.set_defaults(work=import_command.run)
    return parser


def main() -> None:
    a = arguments().parse_args()
    if a.work is import_command.run:
        raise SystemExit(a.work(a))
    config = Config() if a.work is experiments else read_config(a.config, a.set)
    a.work(a, config, a.run or BUILD / config.name)


if __name__ == "__main__":
    main()
