"""Export, import, stream, compare: what the examples have in common."""

from __future__ import annotations

import logging
import pathlib
import sys
import time
import warnings
from collections.abc import Callable

TRAINING = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TRAINING))

from isolde_training.engine import LIBRARY  # noqa: E402
from isolde_training.importer import Options, import_onnx, summary  # noqa: E402

FOLDER = TRAINING.parent / "build" / "examples"


def show(export: Callable[[pathlib.Path], pathlib.Path], axes: dict[str, str]) -> None:
    """Into build/examples; ends with an error if the engine's output is not the framework's."""
    if not LIBRARY.exists():
        raise SystemExit("there is no build/libisolde.so: run `make` first")
    warnings.simplefilter("ignore")  # of the exporters
    logging.disable(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    path = export(FOLDER)
    print(
        f"{path.name}: {path.stat().st_size:,} bytes, exported in {time.monotonic() - start:.1f} s"
    )
    start, out = time.monotonic(), path.with_suffix(".isolde")
    brought = import_onnx(path, out, Options(axes=axes, engine=True))
    print(summary(brought, out, 512).replace(f"{FOLDER}/", ""))
    print(f"imported and compared in {time.monotonic() - start:.1f} s")
    if not brought.agreement.good:
        raise SystemExit(1)
