"""Measures of the safety checks: voice that is removed, and background that remains.

Sounds are float64 [N] at 48 kHz, levels in dB. Where voice and background were mixed, `share`
separates the effect on one part.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import ShortTimeFFT, butter, sosfiltfilt

from ..config import RATE
from .measures import power_db, spectra

Sound = np.ndarray
FRAME = RATE // 100  # samples, of the levels over time
FINE = ShortTimeFFT(np.hanning(1025)[:-1], 256, RATE, fft_mode="onesided")


def level(x: Sound, reference: Sound) -> float:
    """Power of x over that of the reference."""
    return power_db(float(np.mean(x**2)), float(np.mean(reference**2)), 1e-20)


def active(x: Sound) -> float:
    """Level in dBFS of the frames within 30 dB of the loudest 5 %."""
    db = levels(x)
    return float(10 * np.log10(np.mean(10 ** (db[db > np.percentile(db, 95) - 30] / 10))))


def levels(x: Sound) -> np.ndarray:
    """Levels of frames of 10 ms in dBFS, [N / 480]."""
    return 10 * np.log10((x[: len(x) // FRAME * FRAME].reshape(-1, FRAME) ** 2).mean(1) + 1e-15)


def share(part: Sound, mix: Sound, out: Sound) -> Sound:
    """The share of one part of the mix in `out`: the gain out / mix, at most 4, times the part.

    Windows of 1,024, so that word onsets stay where they are.
    """
    p, m, y = (FINE.stft(x) for x in (part, mix, out))
    live = np.abs(m) > np.abs(m).max() * 1e-6
    gain = np.where(live, y / np.where(live, m, 1), 0)
    size = np.abs(gain)
    return FINE.istft(p * gain * np.minimum(1, 4 / np.maximum(size, 1e-9)), k1=len(part))


def lost(x: Sound, y: Sound) -> float:
    """Percent of the active frames of x (window 2,048) that are more than 6 dB lower in y.

    Active are those within 25 dB of the loudest 5 %.
    """
    before, after = ((np.abs(spectra(s)) ** 2).sum(1) for s in (x, y))
    loud = before > np.percentile(before, 95) * 10**-2.5
    return float(100 * np.mean(after[loud] < before[loud] / 4))


def onsets(voice: Sound) -> np.ndarray:
    """First samples of words: 25 dB under the loud frames is passed after 80 ms below it."""
    db = levels(voice)
    loud = db > np.percentile(db, 95) - 25
    return np.array(
        [i * FRAME for i in range(8, len(db) - 5) if loud[i] and not loud[i - 8 : i].any()], int
    )


def onset_level(voice: Sound, kept: Sound, ambience: Sound) -> float:
    """Mean over the words of the change of level in their first 50 ms.

    Words that begin under the background are left out; nan if none is left.
    """
    words = [slice(i, i + RATE // 20) for i in onsets(voice)]
    heard = [w for w in words if np.sum(voice[w] ** 2) > np.sum(ambience[w] ** 2)]
    return float(np.mean([level(kept[w], voice[w]) for w in heard])) if heard else float("nan")


def fricative_level(voice: Sound, kept: Sound) -> float:
    """Change of the energy in 4 … 12 kHz, in the frames where more than half of it lies there.

    Frames of 10 ms, no more than 40 dB under the loud ones.
    """
    band = butter(4, (4000, 12000), "bandpass", fs=RATE, output="sos")
    high, treated = sosfiltfilt(band, voice), sosfiltfilt(band, kept)
    whole, part = levels(voice), levels(high)
    sharp = (part > whole - 3) & (whole > np.percentile(whole, 95) - 40)
    if not sharp.any():
        return float("nan")
    before, after = 10 ** (part[sharp] / 10), 10 ** (levels(treated)[sharp] / 10)
    return power_db(float(after.mean()), float(before.mean()), 1e-20)


def peakedness(power: np.ndarray) -> float:
    """The 99.9th percentile over the mean, dB; 8.4 for steady noise."""
    return float(10 * np.log10(np.quantile(power, 0.999) / power.mean()))


def bursts(x: Sound, y: Sound) -> float:
    """Musical noise: how much more the peaks of y stand out than those of the noise x, in dB.

    Of both the powers of time-frequency bins (2,048 / 512, 100 Hz … 16 kHz) are divided by the mean
    of x in their bin, so that colour does not count; what lies 50 dB under it is raised to there:
    noise of 60 dB SPL that is so much lower cannot be heard in a quiet room. Then `peakedness`,
    that of x taken off. A steady gain gives 0, holes without peaks little; power subtraction of 1,
    2 and 4 times white noise, the classic of musical noise, gives 3, 6 and 11. It plays the part of
    the kurtosis ratio (Uemura et al., IWAENC 2008) and depends less on a few bins. The first second
    is left out: it is measured on its own.
    """
    first, last = 100 * 2048 // RATE, 16000 * 2048 // RATE
    before, after = (np.abs(spectra(s[RATE:]))[:, first:last] ** 2 for s in (x, y))
    mean = before.mean(0) + 1e-20
    return peakedness(np.maximum(after / mean, 1e-5)) - peakedness(np.maximum(before / mean, 1e-5))
