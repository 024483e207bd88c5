"""Export, import, stream, compare: what the examples have in common."""

from __future__ import annotations

import logging
import pathlib
import sys
import time
import warnings
from collections.abc import Callable

import onnx

TRAINING = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TRAINING))

from isolde_training.importer.bring import (  # noqa: E402
    Brought,
    Options,
    import_onnx,
    pytorch,
    summary,
)
from isolde_training.importer.check import Reference  # noqa: E402
from isolde_training.model.library import LIBRARY  # noqa: E402

__all__ = ["Exported", "import_exported", "pytorch", "show"]

FOLDER = TRAINING.parent / "build" / "examples"


Exported = tuple[pathlib.Path, tuple[str, Reference]]  # the file, the framework's own output


def show(
    export: Callable[[pathlib.Path], Exported], axes: dict[str, str], outputs: tuple[str, ...]
) -> None:
    """Into build/examples; ends with an error if the engine's output is not the framework's."""
    if not LIBRARY.exists():
        raise SystemExit("there is no build/libisolde.so: run `make` first")
    warnings.simplefilter("ignore")  # of the exporters
    logging.disable(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    path, reference = export(FOLDER)
    print(
        f"{path.name}: {path.stat().st_size:,} bytes, exported in {time.monotonic() - start:.1f} s"
    )
    start, out = time.monotonic(), path.with_suffix(".isolde")
    brought = import_exported(path, out, axes, outputs, reference)
    print(summary(brought, out, 512).replace(f"{FOLDER}/", ""))
    print(f"imported and compared in {time.monotonic() - start:.1f} s")
    if not brought.agreement.good:
        raise SystemExit(1)


def import_exported(
    path: pathlib.Path,
    out: pathlib.Path,
    axes: dict[str, str],
    outputs: tuple[str, ...],
    reference: tuple[str, Reference],
) -> Brought:
    """Import a file whose outputs, in order, get these names."""
    model = onnx.load(path)
    names = dict(zip((x.name for x in model.graph.output), outputs, strict=True))
    return import_onnx(model, out, Options(axes=axes, names=names, reference=reference))
