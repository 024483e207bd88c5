#!/usr/bin/env python3
"""view.py ISOLDE SOUND SCRATCH JACK_PLAY: `isolde view` on an X server without a screen.

ALSA's output is a file, JACK's server has no sound card: what is heard is what `isolde clean`
writes. Prints what run.sh counts.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

isolde, sound, scratch, jack_play = (
    sys.argv[1],
    sys.argv[2],
    Path(sys.argv[3]),
    sys.argv[4],
)
sys.argv[1:] = ["", str(scratch)]
import window  # noqa: E402 (it reads the arguments)

LATENCY = 4096
heard = scratch / "heard.raw"
configuration = scratch / "asound.conf"
configuration.write_text(f"""
pcm.!default {{ type file slave.pcm "nothing" file "{heard}" format "raw" }}
pcm.nothing {{ type null }}
""")


def environment(display, alsa=configuration, jack="isolde-none"):
    rest = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    rest |= {"ALSA_CONFIG_PATH": str(alsa), "JACK_DEFAULT_SERVER": jack}
    return rest | ({"DISPLAY": display} if display else {})


def refused(display, *arguments):
    """The lines of a run that fails."""
    done = subprocess.run(
        [isolde, "view", *arguments],
        check=False,
        env=environment(display),
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr.splitlines()


def cleaned(*options):
    """The samples that `isolde clean` writes, as bytes of floats."""
    command = [isolde, "clean", sound, *options, "--encoding", "float", "-o"]
    result = scratch / "cleaned.wav"
    subprocess.run([*command, str(result), "--force"], check=True, capture_output=True)
    data = result.read_bytes()
    start = data.index(b"data") + 8
    return data[start : start + int.from_bytes(data[start - 4 : start], "little")]


def wait(condition):
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def find(server, name):
    done = subprocess.run(
        ["xdotool", "search", "--name", name],
        check=False,
        env=environment(server.display),
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


class Jack:
    """A JACK server without a sound card; None for `name` when it does not start here."""

    def __init__(self, rate=48000):
        self.name = f"isolde-view-{os.getpid()}-{rate}"
        command = [
            "jackd",
            "-n",
            self.name,
            "--no-realtime",
            "-d",
            "dummy",
            "-r",
            str(rate),
            "-p",
            "512",
        ]
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        waits = ["jack_wait", "-s", self.name, "-w", "-t", "10"]
        if subprocess.run(waits, check=False, capture_output=True).returncode != 0:
            self.stop()
            self.name = None

    def stop(self):
        """A killed server keeps its place among JACK's eight for good, so it is asked first."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def test_jack():
    """Where a JACK server runs at the recording's rate it is heard there, bit by bit."""
    check = window.check
    jack = Jack()
    if not jack.name:
        print("skipped view through JACK: jackd does not start here")
        return
    server = window.Server()
    heard.unlink(missing_ok=True)
    recorded = scratch / "recorded.raw"
    try:
        view = subprocess.Popen(
            [isolde, "view", sound],
            env=environment(server.display, jack=jack.name),
            stderr=subprocess.PIPE,
            text=True,
        )
        wait(lambda: find(server, Path(sound).name))
        expected = cleaned()
        time.sleep(len(expected) / 4 / 48000 + 1)  # until it has played all of it
        recorder = subprocess.Popen(
            [jack_play, "--record", "isolde", "5", str(recorded)],
            env=environment(None, jack=jack.name),
            stdout=subprocess.PIPE,
            text=True,
        )
        recorder.stdout.readline()
        server.hand("mousemove", *window.NOTHING, "click", 1)
        server.hand("key", "space")
        check("JACK's recorder ends well", recorder.wait(40) == 0)
        check("JACK hears what clean writes", expected in recorded.read_bytes())
        check("and ALSA nothing", not heard.exists())
        server.hand("key", "space")
        time.sleep(0.5)
        jack.stop()
        line = view.stderr.readline()
        check("a JACK server that ends is reported", "JACK server has ended" in line, line)
        check(
            "the window stays",
            view.poll() is None and bool(find(server, Path(sound).name)),
        )
        view.terminate()
        view.wait(10)

        jack = Jack(44100)
        view = subprocess.Popen(
            [isolde, "view", sound],
            env=environment(server.display, jack=jack.name),
            stderr=subprocess.PIPE,
            text=True,
        )
        line = view.stderr.readline()
        check("JACK at another rate leaves the sound to ALSA", "44100" in line, line)
        check("which is heard", wait(lambda: heard.exists() and heard.stat().st_size > 0))
        view.terminate()
        view.wait(10)
    finally:
        server.stop()
        jack.stop()


def main():
    check = window.check
    status, lines = refused(None, sound)
    check("without a display view says so", (status, len(lines)) == (1, 1), lines)
    status, lines = refused(":987", sound)
    check(
        "and with a display that is not there",
        status == 1 and ":987" in lines[0],
        lines,
    )
    status, lines = refused(None, "none.wav")
    check(
        "view names a file that is not there",
        status == 1 and "none.wav" in lines[0],
        lines,
    )

    server = window.Server()
    try:
        process = subprocess.Popen(
            [isolde, "view", sound],
            env=environment(server.display),
            stderr=subprocess.PIPE,
        )
        name = Path(sound).name
        check(
            "view opens a window with the recording's name",
            wait(lambda: find(server, name)),
        )
        expected = cleaned()
        size = LATENCY * 4 + len(expected)
        check(
            "it plays all of it",
            wait(lambda: heard.stat().st_size >= size),
            heard.stat().st_size,
        )
        played = heard.read_bytes()
        check("what is heard is what clean writes", played[LATENCY * 4 :] == expected)

        server.hand("mousemove", *window.REVERB_MUTE, "click", 1)
        server.hand("mousemove", *window.NOTHING, "click", 1)
        time.sleep(0.3)
        server.hand("key", "space")
        wait(lambda: heard.stat().st_size >= 2 * size)
        expected = cleaned("--reverb", "off")
        played = heard.read_bytes()[size + LATENCY * 4 :]
        check(
            "space plays it again, a moved fader is heard",
            played == expected,
            len(played),
        )

        [shown] = find(server, name)
        server.hand("windowclose", shown)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        check(
            "the program ends with its window",
            process.returncode == 0,
            process.returncode,
        )
        process.kill()

        process = subprocess.Popen(
            [isolde, "view", sound],
            env=environment(server.display, scratch / "none.conf"),
            stderr=subprocess.PIPE,
            text=True,
        )
        line = process.stderr.readline()
        check("without a sound output it plays silently", "without sound" in line, line)
        check("the window is there all the same", wait(lambda: find(server, name)))
        process.terminate()
        check("it ends when it is asked to", process.wait(10) == -15, process.returncode)
    finally:
        server.stop()

    test_jack()
    server = window.Server(resets=True)
    try:
        process = subprocess.Popen(
            [isolde, "view", sound],
            env=environment(server.display),
            stderr=subprocess.PIPE,
        )
        check("a server without other clients shows it", wait(lambda: find(server, name)))
        process.terminate()
        process.wait(10)
    finally:
        server.stop()
    return 1 if window.failures else 0


if __name__ == "__main__":
    sys.exit(main())
