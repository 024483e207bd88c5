"""DeepFilterNet 3 (Schröter et al., MIT or Apache-2.0): a denoiser, as a teacher.

Its graphs are fetched with git, as ONNX files; its features are computed by its own library. This
follows df/enhance.py of Rikorose/DeepFilterNet, without attenuation limit and post-filter.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass

import numpy as np

from ..config import RATE
from ..data.recordings import fetch

FFT, HOP, BANDS, LOW, ORDER, AHEAD = 960, 480, 32, 96, 5, 2
KEEP = 0.99  # a frame, of its running means: a second
LEVEL = 0.1  # RMS at which it is at its best; at a hundredth of it it mutes voices


@dataclass(frozen=True)
class Graph:
    """A file of a repository, as `fetch` takes it."""

    name: str
    repository: str = "shimondoodkin/deepfilter-rt"
    commit: str = "f1a1b27be767a5e62ccc8625017f1737c33a3bf9"

    @property
    def path(self) -> str:
        return f"models/dfn3/{self.name}.onnx"

    def file(self, cache: pathlib.Path) -> pathlib.Path:
        return cache / "deepfilter" / f"{self.name}.onnx"


GRAPHS = (Graph("enc"), Graph("erb_dec"), Graph("df_dec"))


class DeepFilter:
    """Whole recordings to their voice, in time with them."""

    def __init__(self, cache: pathlib.Path):
        import libdf
        import onnxruntime

        if failed := fetch(cache, wanted=GRAPHS):
            names = ", ".join(g.path for g in failed)
            raise SystemExit(f"no {names}; train without it: --set train.deepfilter=false")
        self.lib = libdf
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.encoder, self.gains, self.filter = (
            onnxruntime.InferenceSession(g.file(cache), options) for g in GRAPHS
        )

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Float32 [N] at 48 kHz to the same."""
        lib, level = self.lib, LEVEL / (x.std() + 1e-9)
        state = lib.DF(RATE, FFT, HOP, BANDS, 2)
        widths = state.erb_widths()
        spectra = state.analysis(np.pad(x * level, (0, -len(x) % HOP + FFT))[None])  # [1, T, K]
        low = lib.unit_norm(np.ascontiguousarray(spectra[..., :LOW]), KEEP)
        names = [one.name for one in self.encoder.get_outputs()]
        features = {
            "feat_erb": ahead(lib.erb_norm(lib.erb(spectra, widths), KEEP)[:, None]),
            "feat_spec": ahead(np.stack([low.real, low.imag], 1)),
        }
        seen = dict(zip(names, self.encoder.run(None, features), strict=True))
        gains, taps = (
            graph.run(None, {one.name: seen[one.name] for one in graph.get_inputs()})[0]
            for graph in (self.gains, self.filter)
        )
        frames = spectra.shape[1]
        taps = taps.reshape(frames, LOW, ORDER, 2) @ np.array([1, 1j], np.complex64)
        out = spectra * np.repeat(gains[0], widths.astype(int), axis=-1)
        near = np.pad(spectra[0, :, :LOW], ((ORDER - 1 - AHEAD, AHEAD), (0, 0)))
        out[0, :, :LOW] = sum(near[k : k + frames] * taps[:, :, k] for k in range(ORDER))
        y = state.synthesis(np.ascontiguousarray(out, np.complex64))[0]
        return y[FFT - HOP : FFT - HOP + len(x)] / level


def ahead(x: np.ndarray) -> np.ndarray:
    """Features [1, C, T, F] that a frame sees before they come; zeros at the end."""
    return np.pad(x[:, :, AHEAD:], ((0, 0), (0, 0), (0, AHEAD), (0, 0)))
