"""The training loop: seeded, resumable, logged.

RUN/config.json, RUN/log.csv, RUN/last.pt (all that is needed to go on) and RUN/model.pt (weights
and settings). Started again, a run goes on where it stopped.
"""

from __future__ import annotations

import csv
import json
import math
import pathlib
import sys
import time
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor, nn
from tqdm import tqdm

from ..config import VALIDATION_SET, Config, TrainConfig, located
from ..data.mixer import Mixer
from ..data.narrow import Narrow
from ..data.songs import Songs
from ..network.checkpoint import AnyNetwork, described, load, write
from ..network.deepfilter import DeepFilterNet
from ..network.extender import Extender, ExtenderConfig
from ..network.network import Network
from .adapt import adapted
from .extend import ExtendLoss, ExtendSource
from .loss import Lesson, Loss
from .muon import optimisers
from .relative import RelativeLoss
from .source import Source

COLUMNS = ("step", "minutes", "hours", "loss", "rate", "speed")


@torch.no_grad()
def measure_norms(net: Network, lessons: Iterable[Lesson]) -> None:
    """Measure the statistics of the batch norms again, as plain means over some batches."""
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    if not norms:
        return
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    for lesson in lessons:
        net.decide(lesson["features"])
    for norm in norms:
        norm.momentum = 0.02


def begun(folder: pathlib.Path, config: Config) -> AnyNetwork:
    """The network with which a run continues or starts."""
    if (folder / "last.pt").exists():
        return load(folder / "last.pt")[0]
    start = load(located(config.train.start))[0] if config.train.start else None
    if isinstance(start, DeepFilterNet | Extender):
        return start
    if config.task == "extend":
        return Extender(ExtenderConfig())
    net = Network(config.network)
    if start is not None:
        net.load_state_dict(adapted(start, net))
    return net


def by_part(net: DeepFilterNet, c: TrainConfig) -> torch.optim.Optimizer:
    """AdamW, which moves published weights less than Muon; the trunk at its share of the rate."""
    heads = list(net.heads.parameters())
    of_heads = {id(p) for p in heads}
    trunk = [p for p in net.parameters() if id(p) not in of_heads]
    if c.trunk == 0:
        for p in trunk:
            p.requires_grad_(False)
    groups = [{"params": heads, "share": 1.0}, {"params": trunk, "share": c.trunk}]
    return torch.optim.AdamW(groups, c.rate, betas=(0.9, 0.98), weight_decay=c.decay)


def material(config: Config, data: pathlib.Path, cache: pathlib.Path) -> Mixer | Narrow:
    """What a run hears."""
    kinds = {"separate": Mixer, "extend": Narrow, "split": Songs}
    if config.task not in kinds:
        raise SystemExit(f"task: {config.task} is none; there are {', '.join(kinds)}")
    return kinds[config.task](config.mix, data, cache)


class Run:
    """One process of a run."""

    def __init__(self, folder: pathlib.Path, config: Config, mixer: Mixer | Narrow, rank: int = 0):
        c = self.c = config.train
        self.folder, self.config, self.mixer, self.rank = folder, config, mixer, rank
        torch.manual_seed(c.seed)
        net = begun(folder, config).to(c.device, memory_format=torch.channels_last).train()
        self.net = net
        if isinstance(net, DeepFilterNet):
            self.loss, self.optimisers = RelativeLoss(c, net), [by_part(net, c)]
        elif isinstance(net, Extender):
            adam = torch.optim.AdamW(net.parameters(), c.rate, (0.9, 0.98), weight_decay=c.decay)
            self.loss, self.optimisers = ExtendLoss(net, c.device), [adam]
        else:
            net.bf16 = c.bf16
            self.loss, self.optimisers = Loss(c, net), optimisers(net, c.rate, c.decay)
        self.learned = [p for p in net.parameters() if p.requires_grad]
        self.step, self.spent = 0, 0.0
        if (folder / "last.pt").exists():
            last = torch.load(folder / "last.pt", weights_only=True, map_location=c.device)
            for optimiser, state in zip(self.optimisers, last["best"], strict=True):
                optimiser.load_state_dict(state)
            self.step, self.spent = last["step"], last["spent"]
        source = ExtendSource if isinstance(net, Extender) else Source
        self.source = source(config, mixer, self.loss, rank, self.step)

    def save(self) -> None:
        best = [o.state_dict() for o in self.optimisers]
        values = described(self.net) | {"config": self.config.dump()}
        values |= {"step": self.step, "spent": self.spent}
        write(values | {"best": best}, self.folder / "last.pt")
        write(values, self.folder / "model.pt")

    def done(self, begin: float) -> float:
        """Share of the run that is over; all processes use the clock of the first."""
        spent = torch.tensor(time.time() - begin, dtype=torch.float64)
        if self.c.ranks > 1:
            dist.broadcast(spent, 0)
        self.spent = spent.item()
        return self.spent / 60 / self.c.minutes if self.c.minutes else self.step / self.c.steps

    def advance(self, done: float) -> tuple[Tensor, float]:
        """One step: its loss, perhaps still being computed, and its learning rate."""
        c = self.c
        cosine = (1 + c.final) / 2 + (1 - c.final) / 2 * math.cos(math.pi * done)
        rate = c.rate * min(1, (self.step + 1) / c.warm) * cosine
        for g in (group for o in self.optimisers for group in o.param_groups):
            g["lr"] = rate * g.get("share", 1)
        value = self.loss(self.source.lesson(self.step))
        self.net.zero_grad(set_to_none=True)
        value.backward()
        if c.ranks > 1:
            average([p.grad for p in self.learned], c.ranks)
        nn.utils.clip_grad_norm_(self.learned, 1.0)
        for p in self.learned:  # one overflow must not be the end of a run
            p.grad.nan_to_num_(0, 0, 0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        return value.detach(), rate

    def train(self, validation_set: pathlib.Path | None = None) -> None:
        """Run to the end, with a log line every `log` steps and regular checks."""
        c, mix, first = self.c, self.mixer.c, self.rank == 0
        begin, since, values = time.time() - self.spent, time.time(), []
        pause = self.spent + 60 * c.pause if c.pause else math.inf  # seconds
        if first:
            settings = json.dumps(self.config.dump(), indent=1)
            (self.folder / "config.json").write_text(settings + "\n")
            log = open_log(self.folder / "log.csv", self.step)
            checks = None
            if c.check and validation_set:  # needs the measures' packages, as training does not
                from .validate import Checks

                checks = Checks(self.folder, c.check, validation_set)
            count = sum(p.numel() for p in self.net.parameters())
            print(f"{count} weights, look-ahead {self.net.look} frames")
        bar = tqdm(
            total=1.0, disable=not (first and sys.stderr.isatty()), bar_format="{l_bar}{bar}"
        )
        while (done := self.done(begin)) < 1:
            if first and self.step % c.save == 0:
                self.save()
                if checks and checks.due(self.spent / 60):
                    checks.start(self.spent / 60, self.folder / "model.pt")
            value, rate = self.advance(done)
            values.append(value)
            if first and self.step % c.log == 0:
                now, heard = time.time(), mix.batch * c.ranks * mix.seconds  # seconds a step
                mean = torch.stack(values).mean().item()
                speed = len(values) * heard / (time.time() - since)
                minutes, hours = (now - begin) / 60, self.step * heard / 3600
                row = (self.step, f"{minutes:.2f}", f"{hours:.3f}", f"{mean:.5f}", f"{rate:.2e}")
                log.writerow((*row, f"{speed:.1f}"))
                text = f"step {self.step}  {hours:.1f} h heard  loss {mean:.4f}  rate {rate:.1e}"
                tqdm.write(f"{done:4.0%}  {text}  {speed:.0f} s/s")
                bar.set_description(text)
                bar.update(done - bar.n)
                since, values = now, []
            if self.spent >= pause:
                break
        bar.close()
        if first:
            self.save()
            if done < 1:
                print(f"paused at {done:.0%}; the same command resumes")
        if first and done >= 1:
            measure_norms(self.net, self.source.others(self.step, self.c.norms))
            self.save()
            if checks:
                checks.finish()
                checks.start(self.spent / 60, self.folder / "model.pt")
                checks.finish()
            print(self.summary())

    def summary(self) -> str:
        """A summary of the run, and what to do next."""
        mix, c = self.mixer.c, self.c
        hours = self.step * mix.batch * c.ranks * mix.seconds / 3600
        with open(self.folder / "log.csv", newline="") as file:
            losses = [float(row["loss"]) for row in csv.DictReader(file)]
        loss = f", loss from {losses[0]:.4f} to {losses[-1]:.4f}" if losses else ""
        return (
            f"done: {self.step} steps in {self.spent / 60:.1f} min, {hours:.1f} h of audio{loss}\n"
            f"weights: {self.folder / 'model.pt'}\n"
            f"next: evaluate, probe, curve, export; each takes --run {self.folder}"
        )


def open_log(path: pathlib.Path, step: int) -> csv.writer:
    """A log to continue; lines after `step` belong to work that was lost."""
    rows = []
    if path.exists():
        with open(path, newline="") as file:
            rows = [row for row in list(csv.reader(file))[1:] if int(row[0]) <= step]
    log = csv.writer(open(path, "w", buffering=1, newline=""), lineterminator="\n")
    log.writerows([COLUMNS, *rows])
    return log


def average(gradients: list[Tensor], ranks: int) -> None:
    """The mean over all processes, in place."""
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    parts = flat.div_(ranks).split([g.numel() for g in gradients])
    for g, part in zip(gradients, parts, strict=True):
        g.copy_(part.view_as(g))


def process(
    rank: int, folder: pathlib.Path, config: Config, data: pathlib.Path, cache: pathlib.Path
) -> None:
    """The work of one process."""
    if config.train.ranks > 1:
        meet = f"file://{(folder / 'meet').resolve()}"
        dist.init_process_group("gloo", init_method=meet, rank=rank, world_size=config.train.ranks)
        torch.set_num_threads(1)
    Run(folder, config, material(config, data, cache), rank).train(cache / VALIDATION_SET)


def fast_bf16() -> bool:
    """Whether the processor multiplies bf16; imitated, a step takes five times as long."""
    kinds = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, kind, bool)() for kind in kinds)


def start(folder: pathlib.Path, config: Config, data: pathlib.Path, cache: pathlib.Path) -> None:
    """Run in as many processes as the settings say."""
    folder.mkdir(parents=True, exist_ok=True)
    if config.train.device == "auto":
        config.train.device = "cuda" if torch.cuda.is_available() else "cpu"
    if config.train.device != "cpu":
        config.train.ranks, torch.backends.cudnn.benchmark = 1, True
    elif config.train.bf16 and not fast_bf16():
        print("no bf16 instructions on this processor: convolutions in float32")
        config.train.bf16 = False
    if config.train.ranks > 1:
        (folder / "meet").unlink(missing_ok=True)
        arguments = (folder, config, data, cache)
        torch.multiprocessing.spawn(process, arguments, config.train.ranks)
    else:
        process(0, folder, config, data, cache)
