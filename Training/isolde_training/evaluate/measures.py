"""The measures of a cleaned voice against its reference; r is the reference, y the output.

pesq   PESQ wide-band (ITU-T P.862.2) at 16 kHz; 4.64 is the top.
estoi  Extended STOI at 16 kHz, 0 to 1.
sisdr  Scale-invariant SDR in dB at 48 kHz, means removed, limited to -100 … 100.
lsd    Log-spectral distance in dB, lower is better: periodic Hann of 2,048, hop 512, powers floored
       80 dB below the peak of r; mean over frames of the root mean square over bins. No gain is
       fitted, and pauses count. `lsd16`: the same below 8 kHz.
dsig, dbak, dovrl
       DNSMOS P.835 at 16 kHz (signal, background, overall), windows of 9.01 s each second; a
       shorter clip is repeated to fill one. No reference; 1 to 5.
vkeep, rcut, acut
       Change of each part, in dB, by the gain G = Y / M of the STFT above (M the mix,
       |G| limited to 4): level(X) = 10 log10(sum |G X|^2 / sum |X|^2). vkeep = level(voice), 0 is
       best; rcut = -level(reverb), acut = -level(ambience), higher is better. ddrr = vkeep + rcut.
resid  Level of the output over that of the mix in dB, for clips without voice.
sdr_rev, sdr_amb
       SI-SDR of the other two stems. `sumerr`: level of the stems' sum minus the mix, over the mix.

They are the measures of the project's scorer, to the digit, so figures can be compared.
"""

from __future__ import annotations

import functools
import importlib.util
import math
import pathlib

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

NAMES = (
    "pesq",
    "estoi",
    "sisdr",
    "lsd",
    "lsd16",
    "dsig",
    "dbak",
    "dovrl",
    "vkeep",
    "rcut",
    "acut",
    "ddrr",
    "resid",
    "sdr_rev",
    "sdr_amb",
    "sumerr",
)
DIGITS = {"pesq": 2, "estoi": 3, "dsig": 2, "dbak": 2, "dovrl": 2}
SILENT = 1e-9  # mean square under which a stem counts as silence, -90 dB

Sound = np.ndarray  # float64 [samples]


def power_db(x: float, reference: float, floor: float) -> float:
    return 10 * math.log10((x + floor) / (reference + floor))


def spectra(x: Sound, size: int = 2048, hop: int = 512) -> np.ndarray:
    """[frames, bins], whole frames only."""
    x = np.pad(x, (0, max(size - len(x), 0)))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.fft.rfft(sliding_window_view(x, size)[::hop] * window, axis=1)


def si_sdr(r: Sound, y: Sound) -> float:
    r, y = r - r.mean(), y - y.mean()
    rr = float(r @ r)
    if rr <= 0 or float(y @ y) <= 0:
        return -100.0
    target = (y @ r) / rr * r
    kept, lost = float(target @ target), float((y - target) @ (y - target))
    if kept <= 0:
        return -100.0
    if lost <= kept * 1e-10:
        return 100.0
    return float(np.clip(10 * math.log10(kept / lost), -100, 100))


def log_spectral_distance(r: np.ndarray, y: np.ndarray) -> float:
    """Distance of two power spectrograms [frames, bins]; the floor follows from all bins of r."""
    floor = 1e-8 * r.max()
    d = 10 * np.log10(np.maximum(y, floor)) - 10 * np.log10(np.maximum(r, floor))
    return float(np.sqrt((d * d).mean(axis=1)).mean())


def to_16k(x: Sound) -> Sound:
    from scipy.signal import resample_poly

    return resample_poly(x, 1, 3)


@functools.cache
def dnsmos_model():
    """The network of DNSMOS P.835, out of the package `speechmos`."""
    import onnxruntime

    spec = importlib.util.find_spec("speechmos")
    folder = pathlib.Path(list(spec.submodule_search_locations)[0])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = str(folder / "dnsmos_models" / "sig_bak_ovr.onnx")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def dnsmos(x: Sound) -> tuple[float, float, float]:
    """DNSMOS of a sound at 16 kHz: signal, background, overall."""
    model, rate, need = dnsmos_model(), 16000, int(9.01 * 16000)
    x = np.clip(x.astype(np.float32), -1, 1)
    windows = int(math.floor(len(x) / rate) - 9.01) + 1
    if len(x) < need:
        x, windows = np.tile(x, -(-need // len(x)))[:need], 1
    found = []
    for i in range(windows):
        part = x[i * rate : int((i + 9.01) * rate)]
        if len(part) == need:
            found.append(model.run(None, {model.get_inputs()[0].name: part[None]})[0][0])
    polynomials = (
        (-0.08397278, 1.22083953, 0.0052439),
        (-0.13166888, 1.60915514, -0.39604546),
        (-0.06766283, 1.11546468, 0.04602535),
    )
    scores = [[np.polyval(p, v) for p, v in zip(polynomials, raw, strict=True)] for raw in found]
    return tuple(float(v) for v in np.mean(scores, axis=0))


def measure(y: Sound, stems: dict[str, Sound]) -> dict[str, float]:
    """All measures of a voice output; `stems`: mix, voice, reverb, ambience, as long as y."""
    mix, voice = stems["mix"], stems["voice"]
    out = {"resid": power_db(np.mean(y**2), np.mean(mix**2), 1e-12)}
    if np.mean(voice**2) < SILENT:
        return out
    ys, ms, vs = (spectra(x) for x in (y, mix, voice))
    yp, vp, size = np.abs(ys) ** 2, np.abs(vs) ** 2, np.abs(ms)
    out["sisdr"] = si_sdr(voice, y)
    out["lsd"] = log_spectral_distance(vp, yp)
    out["lsd16"] = log_spectral_distance(vp[:, :341], yp[:, :341])
    live = size > size.max() * 1e-6
    gain = np.where(live, np.minimum(np.abs(ys) / np.where(live, size, 1), 4), 0) ** 2

    def level(p: np.ndarray) -> float:
        return power_db(float((gain * p).sum()), float(p.sum()), 1e-20)

    out["vkeep"] = level(vp)
    if np.mean(stems["reverb"] ** 2) >= SILENT:
        out["rcut"] = -level(np.abs(spectra(stems["reverb"])) ** 2)
        out["ddrr"] = out["vkeep"] + out["rcut"]
    if np.mean(stems["ambience"] ** 2) >= SILENT:
        out["acut"] = -level(np.abs(spectra(stems["ambience"])) ** 2)
    return out | by_ear(to_16k(voice), to_16k(y))


def nisqa(y: Sound) -> float | None:
    """NISQA's overall score of the whole band, 1 to 5; None without torchmetrics and librosa.

    torchmetrics downloads the weights at first use. They are not for commerce (CC-BY-NC-SA 4.0).
    """
    try:
        import torch
        from torchmetrics.functional.audio.nisqa import non_intrusive_speech_quality_assessment

        return float(non_intrusive_speech_quality_assessment(torch.from_numpy(y), 48000)[0])
    except ImportError:
        return None


def by_ear(r: Sound, y: Sound) -> dict[str, float]:
    """The measures at 16 kHz that model a listener; one that finds no speech is left out."""
    from pesq import NoUtterancesError, pesq
    from pystoi import stoi

    out = dict(zip(("dsig", "dbak", "dovrl"), dnsmos(y), strict=True))
    out["estoi"] = float(stoi(r, y, 16000, extended=True))
    try:
        out["pesq"] = float(pesq(16000, r.astype(np.float32), y.astype(np.float32), "wb"))
    except NoUtterancesError:
        pass
    return out
