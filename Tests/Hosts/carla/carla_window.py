#!/usr/bin/env python3
"""carla_window.py LIBRARY FRONTEND SCRATCH JACK_PLAY [PICTURE.png]: the window in Carla.

It is shown in Carla's own process, and by Carla's UI bridge. Prints what run.sh counts.
JACK_DEFAULT_SERVER names a server, LV2_PATH leads to the bundle; voice.wav is in SCRATCH, stereo.
PICTURE: the window in Carla.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

library, frontend, scratch, jack_play, *picture = sys.argv[1:]
here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "Window"))
sys.argv[1:] = ["", scratch]
import window  # noqa: E402 (it reads the arguments)


class Session:
    """carla_session.py with a plug-in, on a screen."""

    def __init__(self, server, uri, *options):
        command = [
            here / "carla_session.py",
            library,
            frontend,
            "make",
            f"{scratch}/window.carxp",
            uri,
            "",
            *options,
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"DISPLAY": server.display},
        )
        for line in self.process.stdout:
            if line.startswith("ready"):
                self.name = line.split(maxsplit=1)[1].strip()
                break

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def get(self, symbol):
        self.tell("get " + symbol)
        return round(float(self.process.stdout.readline()), 2)

    def quit(self):
        self.process.stdin.close()
        return self.process.wait(30)


def find(server, patience=20):
    """Place and size of the plug-in's window: that of Carla's which holds it, or None."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        search = ["xdotool", "search", "--onlyvisible", "--name", "Isolde"]
        environment = os.environ | {"DISPLAY": server.display}
        found = subprocess.run(search, check=False, env=environment, capture_output=True, text=True)
        for number in found.stdout.split():
            shape = subprocess.run(
                ["xdotool", "getwindowgeometry", "--shell", number],
                check=False,
                env=environment,
                capture_output=True,
                text=True,
            ).stdout
            values = dict(line.split("=") for line in shape.split())
            if int(values.get("WIDTH", 0)) > 200:
                return tuple(int(values[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
        time.sleep(0.3)
    return None


def pixels(server):
    """The whole screen, as window.py has pictures."""
    command = ["import", "-display", server.display, "-window", "root", "-depth", "8", "ppm:-"]
    return subprocess.run(command, check=True, capture_output=True).stdout.replace(b"\n", b" ", 2)


def main():
    check = window.check
    server = window.Server()
    # Without a window manager's atoms Carla's windows end with an error of X.
    manager = subprocess.Popen(
        ["openbox"],
        env=os.environ | {"DISPLAY": server.display},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for bridge, way in enumerate(("in Carla's process", "by Carla's UI bridge")):
            options = ["bridge=1"] if bridge else []
            session = Session(server, "urn:isolde:dialogue-stereo", *options)
            session.tell("window")
            place = find(server)
            check(f"the window opens {way}", place is not None)
            if not place:
                session.quit()
                continue
            left, top, *size = place
            check(f"in its own size, {way}", size == [760, 580], size)
            session.get("voice")
            server.hand(
                "mousemove",
                left + window.VOICE[0],
                top + window.VOICE[1],
                "click",
                5,
                "click",
                5,
            )
            time.sleep(1)
            check(
                f"a fader's move reaches Carla {way}",
                session.get("voice") == -2,
                session.get("voice"),
            )
            server.hand("mousemove", left + window.NOTHING[0], top + window.NOTHING[1])
            time.sleep(0.5)
            before = pixels(server)
            session.tell("set reverb -40")
            session.get("reverb")
            time.sleep(0.5)
            check(f"and Carla's the fader {way}", pixels(server) != before)
            subprocess.run(
                [jack_play, session.name, f"{scratch}/voice.wav", f"{scratch}/out.wav"],
                check=False,
                capture_output=True,
            )
            time.sleep(0.5)
            area = window.SPECTROGRAM
            place = (left + area[0], top + area[1], left + area[2], top + area[3])
            orange = window.colours(pixels(server), place)[0]
            check(f"the spectrogram shows a voice {way}", orange > 200, orange)
            if picture and not bridge:
                subprocess.run(
                    [
                        "import",
                        "-display",
                        server.display,
                        "-window",
                        "root",
                        picture[0],
                    ],
                    check=True,
                )
            session.tell("close")
            session.get("voice")
            check(f"Carla closes it {way}", find(server, 1) is None)
            session.tell("window")
            check(f"and opens it again {way}", find(server) is not None)
            check(f"Carla ends well with the window open {way}", session.quit() == 0)
    finally:
        manager.kill()
        manager.wait()
        server.stop()
    return 1 if window.failures else 0


if __name__ == "__main__":
    sys.exit(main())
