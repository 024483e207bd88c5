#!/usr/bin/env python3
"""audacity.py FOLDER PLUG-INS EFFECT INPUT.wav OUTPUT.wav [EFFECT INPUT OUTPUT]...

Audacity applies each effect to a recording. LV2_PATH and DISPLAY are set. FOLDER is for Audacity's
files; PLUG-INS is how many plug-ins of Isolde it must find.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

MODULE = Path("/usr/lib/audacity/modules/mod-script-pipe.so")
PIPES = [Path(f"/tmp/audacity_script_pipe.{way}.{os.getuid()}") for way in ("to", "from")]

# Neither the wizard for new users nor a question whether the module may be loaded.
SETTINGS = """PrefsVersion=1.1.1r1
[Version]
Major=3
Minor=2
Micro=4
[GUI]
ShowSplashScreen=0
[Update]
DefaultUpdatesChecking=0
UpdateNoticeShown=1
[Quality]
HQDitherAlgorithmChoice=None
[Directories]
TempDir={folder}/temporary
[Module]
mod-script-pipe=1
[ModulePath]
mod-script-pipe={module}
[ModuleDateTime]
mod-script-pipe={date:%Y-%m-%dT%H:%M:%S}
"""


@contextlib.contextmanager
def audacity(folder):
    for pipe in PIPES:
        pipe.unlink(missing_ok=True)
    # No project that was left open.
    shutil.rmtree(folder / "temporary", ignore_errors=True)
    (folder / "temporary").mkdir(parents=True)
    (folder / ".audacity-data").mkdir(exist_ok=True)
    date = datetime.fromtimestamp(MODULE.stat().st_mtime)
    settings = SETTINGS.format(folder=folder, module=MODULE, date=date)
    (folder / ".audacity-data/audacity.cfg").write_text(settings)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            ["audacity"],
            cwd=folder,
            env=os.environ | {"HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in PIPES:
            pipe.unlink(missing_ok=True)


def wait_until(condition, name):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.2)
    sys.exit(f"{name}: not within a minute")


def is_ready(group):
    """It shows its window, and no process of it looks for plug-ins any more."""
    find = ["xdotool", "search", "--onlyvisible", "--class", "audacity"]
    window = subprocess.run(find, stdout=subprocess.PIPE, check=False)
    processes = subprocess.run(["pgrep", "-g", str(group)], stdout=subprocess.PIPE, check=True)
    return bool(window.stdout) and len(processes.stdout.split()) == 1


def do(sent, answers, command):
    """Sends a command through the module's pipes and waits for the answer, which ends empty."""
    print(command, file=sent, flush=True)
    lines = []
    for line in answers:
        if line != "\n":
            lines.append(line)
        elif lines:
            break
    if not lines or lines[-1] != "BatchCommand finished: OK\n":
        sys.exit(f"{command}: {''.join(lines) or 'Audacity has gone'}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # Audacity ends with us
    folder, count, jobs = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]

    # First of all plug-ins are found: the process that does it loads the module, too, and takes
    # the pipes away.
    def is_found():
        with contextlib.suppress(FileNotFoundError):
            registry = (folder / ".audacity-data/pluginregistry.cfg").read_text()
            return registry.count("\nPath=urn:isolde:") >= count
        return False

    with audacity(folder) as group:
        wait_until(is_found, f"{count} plug-ins in Audacity's registry")
        wait_until(lambda: is_ready(group), "Audacity's window")
    with audacity(folder) as group:
        wait_until(lambda: all(pipe.is_fifo() for pipe in PIPES), "Audacity's pipes")
        # A command that comes before the window is never answered.
        wait_until(lambda: is_ready(group), "Audacity's window")
        time.sleep(2)
        with PIPES[0].open("w") as sent, PIPES[1].open() as answers:
            for effect, source, output in zip(*[iter(jobs)] * 3, strict=True):
                channels = 2 if effect.endswith("Stereo") else 1
                for command in (
                    f'Import2: Filename="{source}"',
                    "SelectAll:",
                    f"{effect}:",
                    f'Export2: Filename="{output}" NumChannels={channels}',
                    "RemoveTracks:",
                ):
                    do(sent, answers, command)


main()
