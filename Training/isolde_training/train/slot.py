"""A time-limited GPU session: packs what the machine needs into parts of limited size.

Such a machine reaches no network, takes a limited number of bytes a call and ends every command
after some minutes. So `slot` packs the recordings as they are (re-encoding would teach the codec)
in parts of at most `limit` bytes, the repository's own files included, with the Python packages
that the machine lacks as wheels, and prints the commands. `slot.sh` takes one part after the other,
simulates the rooms and compiles meanwhile, then decodes and trains for as long as there is time.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

from ..config import ROOT
from ..data.packs import drawn, open_recordings

PACKS = ("rir", "noise", "speech")
MEBI = 2**20
ALIGN = 4096  # bytes by which a file is rounded up, as a file system or an archive may
PLATFORMS = ("2_28", "2_27", "2_17")  # of manylinux


def travelling() -> int:
    """Bytes of the repository's files that git does not ignore: every call sends them."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    names = subprocess.run([*command, "--exclude-standard"], capture_output=True, check=True)
    paths = (ROOT / name for name in names.stdout.decode().split("\0") if name)
    return sum(size(path) for path in paths if path.is_file())


def size(path: pathlib.Path) -> int:
    return -(-path.stat().st_size // ALIGN) * ALIGN


def portions(files: list[pathlib.Path], room: int) -> list[list[pathlib.Path]]:
    """The files in order, in as few portions of at most `room` bytes as possible."""
    found, left = [], 0
    for path in files:
        if size(path) > room:
            raise SystemExit(f"{path}: {size(path)} bytes, a part holds {room}; raise --limit")
        if size(path) > left:
            found.append([])
            left = room
        found[-1].append(path)
        left -= size(path)
    return found


def wheels(folder: pathlib.Path, packages: list[str], python: str) -> None:
    """Wheels of the packages (NAME==VERSION) for 64-bit Linux and that version of Python."""
    if not packages:
        return
    kinds = [f"--platform=manylinux_{p}_x86_64" for p in PLATFORMS]
    kinds += [f"--platform=manylinux{p}_x86_64" for p in ("2014", "1")]
    choice = ["--no-deps", "--only-binary=:all:", f"--python-version={python}", *kinds]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *choice, "-d", str(folder)]
    subprocess.run([*command, *packages], check=True)


def lay_out(
    folder: pathlib.Path,
    data: pathlib.Path,
    more: pathlib.Path,
    limit: float,
    packages: list[str],
    python: str,
) -> list[pathlib.Path]:
    """Write the parts 1, 2 … below an emptied `folder`; `limit` in MiB. Returns their folders.

    A part holds some of what is drawn of `data` in data/ and of `more` in cache/more/.
    """
    shutil.rmtree(folder, ignore_errors=True)
    first = folder / "1"
    (first / "wheels").mkdir(parents=True)
    wheels(first / "wheels", packages, python)
    own = sum(size(path) for path in first.rglob("*") if path.is_file())
    goes = {}  # where each file goes
    for root, place in ((data, "data"), (more, "cache/more")):
        files = [root / "index.csv"] if (root / "index.csv").exists() else []
        found = [row for name in PACKS for row in open_recordings(root, name)]
        wanted = drawn([short for _, short, _ in found])
        files += [path for (path, _, _), heard in zip(found, wanted, strict=True) if heard]
        goes |= {path: f"{place}/{path.relative_to(root)}" for path in files}
    room = int(limit * MEBI) - travelling() - own
    parts = []
    for number, paths in enumerate(portions(list(goes), room), 1):
        parts.append(folder / str(number))
        for path in paths:
            copy = parts[-1] / goes[path]
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    return parts


def plan(parts: list[pathlib.Path], config: pathlib.Path, minutes: float, call: float) -> str:
    """The calls in order: what each carries, and its command."""

    def short(path: pathlib.Path) -> str:
        path = path.resolve()
        return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)

    lines = []
    for k, part in enumerate(parts, 1):
        mebi = sum(p.stat().st_size for p in part.rglob("*") if p.is_file()) / MEBI
        lines += [f"# carry {short(part)}, {mebi:.0f} MiB", f"Training/slot.sh take {short(part)}"]
        if k == 1:
            lines[-1] += f" && Training/slot.sh ahead {short(config)}"
        if k == len(parts):
            lines[-1] += f" && Training/slot.sh train {short(config)} {minutes:g} {call:g}"
    lines += ["# carry nothing; again until the minutes are over"]
    lines += [f"Training/slot.sh train {short(config)} {minutes:g} {call:g}"]
    return "\n".join(lines)
