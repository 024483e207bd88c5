"""The source of training batches: mixtures, and the output of a teacher for them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from ..config import Config, located
from ..data.mixer import APART, Mixer
from ..data.pool import Pool
from .loss import Lesson, Loss
from .teacher import Teacher, hearing


class Source:
    """Lessons: clips that every step pairs and levels again; `step` is the first one wanted."""

    def __init__(self, config: Config, mixer: Mixer, loss: Loss, rank: int = 0, step: int = 0):
        c, mix = config.train, config.mix
        self.c, self.mixer, self.loss, self.rank, self.teacher = c, mixer, loss, rank, None
        if c.second and not c.teacher:
            raise SystemExit("train.second: joins a teacher; name one, train.teacher=NETWORK")
        if c.teacher:
            teachers = [hearing(located(name), c.device) for name in (c.teacher, c.second) if name]
            self.teacher = Teacher(c.taught, *teachers)
        first = max(step // mix.reuse - mix.pool + 1, 0)
        numbers = range(first * c.ranks + rank, APART, c.ranks)
        cuda = torch.device(c.device).type == "cuda"
        loader = DataLoader(
            mixer, batch_size=None, sampler=numbers, num_workers=c.workers, pin_memory=cuda
        )
        self.pool = Pool(iter(loader), mix.pool, first, c.device)

    def mixed(self, clips: dict[str, Tensor], number: int) -> Lesson:
        stems, corners = self.mixer.combine(clips, number, self.rank)
        if self.teacher is not None:
            stems = self.teacher(stems)
        return self.loss.lesson(stems, corners)

    def lesson(self, step: int) -> Lesson:
        """The lesson of a step; steps must come in order."""
        return self.mixed(self.pool.until(step // self.mixer.c.reuse), step)

    def others(self, step: int, clips: int) -> Iterator[Lesson]:
        """Lessons of about so many clips, from mixtures that the steps do not use.

        Of the pool as it is at a step, or of clips rendered for this.
        """
        mix = self.mixer.c
        for i in range(APART, APART + clips // mix.batch):
            if mix.pool > 1:
                yield self.mixed(self.pool.until(step // mix.reuse), i)
            else:
                yield self.mixed(self.mixer.rendered(i, self.c.device), i)
