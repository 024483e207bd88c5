"""Settings of a run. A file in `configs/` holds those that differ from the defaults."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import tomllib
from dataclasses import dataclass, field
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]  # of the repository
TRAINING = ROOT / "Training"
CONFIGS = TRAINING / "configs"
DATA = ROOT.parent / "shared" / "data"
CACHE = pathlib.Path.home() / ".cache" / "isolde"
TEST_SET = "valid"  # its folder in the data; scored once, when a run is over
VALIDATION_SET = "validation"  # its folder in the cache; guides decisions during training
RATE = 48000  # Hz, of all training data
# Settings that exist only in old runs, with the value that had no effect.
GONE = {"network.lags": 0, "train.deepfilter": False}


def located(text: str | pathlib.Path) -> pathlib.Path:
    """A path, also looked for below Training/, so that `runs/studio` is found from anywhere."""
    path = pathlib.Path(text)
    inside = TRAINING / path
    return inside if inside.exists() and not path.exists() else path


@dataclass
class NetworkConfig:
    """Transform, bands and layers: everything that determines the shape of the network."""

    window: int = 2048  # samples analysed
    hop: int = 512  # samples between two frames
    synthesis: int = 2048  # samples under the synthesis window
    narrow: int = 128  # bands of one bin each
    wide: int = 64  # bands above them, which widen geometrically
    channels: tuple[int, ...] = (32, 32, 48, 64, 64)  # of the encoder; each layer halves the bands
    look: tuple[int, ...] = (1, 1, 1, 0, 0)  # frames of look-ahead of each; the sum is the delay
    kernel: int = 3  # frames under an encoder kernel
    hidden: int = 176  # units of the recurrent layer; 0 none
    filter: bool = True  # complex taps in the narrow bands, beside the gains
    before: int = 1  # filter taps before the frame
    after: int = 1  # and after it; with none at all, the single tap makes the mask complex
    tau: float = 1.0  # seconds of the running means
    hold: float = -6.0  # units of 20 dB; frames below leave the means unchanged
    law: float = 0.45  # the network predicts gain ** law, the loss compares magnitude ** law
    top: float = 1.1  # times the sigmoid, so that a gain of 1 can be reached
    limit: float = 1.0  # of gain ** law


@dataclass
class MixConfig:
    """How a mixture is drawn. Shares are probabilities."""

    seconds: float = 4.0  # of a clip
    batch: int = 4  # clips a step and process
    reuse: int = 2  # steps between two rendered groups; the clips are paired and levelled again
    pool: int = 1  # groups that every step draws from
    seed: int = 1
    room: float = 0.55  # talkers in a room; the others are dry
    measured: float = 0.3  # of the rooms are measured ones
    statistical: float = 0.0  # of the rooms are drawn from statistics; the others are simulated
    snr: tuple[float, float] = (-5.0, 25.0)  # dB
    clean: float = 0.15  # clips without background
    empty: float = 0.06  # clips without voice
    synthetic: float = 0.22  # synthetic background
    babble: float = 0.07  # background of many talkers
    together: float = 0.12  # clips in which one or two more people speak
    shout: float = 0.08  # talkers who raise their voice
    whisper: float = 0.03  # talkers who whisper
    clip: float = 0.04  # clipped mixtures
    lowpass: float = 0.12  # band-limited mixtures
    silence: float = 0.1  # clips that begin with silence
    ramp: float = 0.15  # clips whose level changes on the way


@dataclass
class TrainConfig:
    """Optimiser and learning rate."""

    steps: int = 2000  # length of the run, if `minutes` is 0
    minutes: float = 0.0  # length of the run by the clock
    pause: float = 0.0  # minutes after which to stop and save; starting again continues
    rate: float = 1e-2  # peak learning rate (Muon's); a cosine brings it down to `final` of it
    final: float = 0.005
    warm: int = 100  # steps of rise
    decay: float = 0.01  # of the weights
    phase: float = 0.35  # share of the complex part in the loss
    linear: float = 0.0  # share of the power of the narrow bins' error, as in SI-SDR
    loud: float = 0.0  # share of the loudness of the error, as in PESQ
    keep: tuple[float, float] = (1.5, 2.0)  # weight of missing voice + reverb, and missing voice
    bf16: bool = True  # convolutions in bfloat16
    compile: bool = True  # the sums of the loss
    ranks: int = 2  # processes of one thread each, on a processor
    device: str = "auto"  # cuda where there is one, with one process
    workers: int = 0  # more processes that only mix, for a GPU
    seed: int = 1
    log: int = 50  # steps between lines of the log
    save: int = 250  # steps between checkpoints
    norms: int = 600  # clips at the end to measure the batch norms' statistics
    check: float = 0.0  # minutes between scores on the validation set; 0 none
    start: str = ""  # weights to start from
    trunk: float = 1.0  # share of the rate that a DeepFilterNet's trunk learns at; 0 holds it
    teacher: str = ""  # network whose stems are part of the target: weights, or .isolde
    second: str = ""  # a second teacher, for the voice only; needs a first one
    taught: float = 0.75  # share of the teachers' stems in the target


@dataclass
class Config:
    """All settings of a run."""

    name: str = "studio"
    task: str = "separate"  # extend: restore highs; split: vocals and accompaniment of songs
    network: NetworkConfig = field(default_factory=NetworkConfig)
    mix: MixConfig = field(default_factory=MixConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    model: dict[str, str] = field(default_factory=dict)  # keys of the model file: author, license …

    def set(self, key: str, value: Any) -> None:
        """Set `section.key`; a wrong name or type is an error."""
        section, dot, name = key.partition(".")
        owner, name = (getattr(self, section), name) if dot else (self, section)
        if isinstance(owner, dict):
            owner[name] = str(value)
            return
        if not hasattr(owner, name):
            raise SystemExit(f"no such setting: {key}")
        old = getattr(owner, name)
        setattr(owner, name, tuple(value) if isinstance(old, tuple) else type(old)(value))

    def dump(self) -> dict[str, Any]:
        """The settings as plain values, for JSON and checkpoints."""
        return json.loads(json.dumps(dataclasses.asdict(self)))


def config_from(values: dict[str, Any]) -> Config:
    """Settings from nested dictionaries; the rest are defaults."""
    config = Config()
    for key, value in values.items():
        if isinstance(value, dict):
            for name, inner in value.items():
                if GONE.get(f"{key}.{name}", object()) != inner:
                    config.set(f"{key}.{name}", inner)
        else:
            config.set(key, value)
    return config


def read_config(path: pathlib.Path, changes: list[str] = ()) -> Config:
    """A TOML file, or the config.json of a run; then `section.key=value` in the order given."""
    parse = json.loads if path.suffix == ".json" else tomllib.loads
    config = config_from(parse(path.read_text()))
    for change in changes:
        key, _, text = change.partition("=")
        if not key or not text:
            raise SystemExit(f"--set {change}: write section.key=value")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        config.set(key, value)
    return config
