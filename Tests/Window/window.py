#!/usr/bin/env python3
"""window.py HOST SCRATCH: drives the window as a user and as a host; prints what run.sh counts."""

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

host_program, scratch = sys.argv[1], Path(sys.argv[2])
failures = 0

# Places in the window of a plug-in with faders, in points; the faders stand below the spectrogram.
TOP = 200
VOICE, REVERB = (78, 150 + TOP), (218, 180 + TOP)
SOLO, MUTE, REVERB_MUTE = (50, 294 + TOP), (112, 294 + TOP), (251, 294 + TOP)
SENSITIVITY, VALUE_OF_TRIM, DIFFERENCE = (543, 78 + TOP), (672, 134 + TOP), (643, 193 + TOP)
BYPASS, NOTHING = (666, 20), (600, 300 + TOP)
BEFORE, AFTER = (498, 54), (582, 54)
SPECTROGRAM = (20, 80, 700, 220)  # left, top, right, bottom, in pixels of the picture

PLUGINS = [
    f"urn:isolde:{kind}-{form}"
    for kind in ("dialogue", "live", "stems")
    for form in ("mono", "stereo")
]


def check(name, right, why=""):
    global failures
    if right:
        print("ok", name)
    else:
        failures += 1
        print(f"FAILED {name}: {why}")


class Server:
    """An X server without a screen."""

    def __init__(self):
        end, other = os.pipe()
        arguments = [
            "Xvfb",
            "-displayfd",
            str(other),
            "-screen",
            "0",
            "1600x1200x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]
        self.process = subprocess.Popen(arguments, pass_fds=[other], stderr=subprocess.DEVNULL)
        os.close(other)
        with os.fdopen(end) as answer:
            self.display = ":" + answer.readline().strip()

    def hand(self, *arguments):
        """xdotool."""
        subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=os.environ | {"DISPLAY": self.display},
            check=True,
        )

    def stop(self):
        self.process.kill()
        self.process.wait()


class Host:
    """window_host with one plug-in."""

    def __init__(self, server, uri="urn:isolde:dialogue-stereo", *options):
        self.server = server
        environment = os.environ | {"DISPLAY": server.display if server else ":987"}
        self.process = subprocess.Popen(
            [host_program, uri, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.process.stdout.readline().strip()

    def get(self, symbol):
        return round(float(self.ask("get " + symbol)), 3)

    def open(self):
        answer = self.ask("open")
        self.rest()
        return answer

    def rest(self):
        """Long enough for some frames."""
        time.sleep(0.15)

    def hand(self, *arguments):
        self.server.hand(*arguments)
        self.rest()

    def click(self, place, *more):
        self.hand("mousemove", *place, "click", *more, 1)

    def type(self, *keys):
        self.hand("key", *keys)

    def touches(self):
        return self.ask("touches").split()

    def picture(self, number=0):
        self.rest()
        path = scratch / "picture.ppm"
        self.ask(f"picture {number} {path}")
        return path.read_bytes()

    def quit(self):
        with contextlib.suppress(BrokenPipeError):
            self.tell("quit")
            self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(20)


def test_hands(server):
    """What the user does reaches the ports, and each move is one gesture."""
    host = Host(server)
    host.open()
    x, y = VOICE
    host.hand("mousemove", x, y, "mousedown", 1, "mousemove", x, y + 10, "mousemove", x, y + 28)
    dragged = host.get("voice")
    host.hand("mouseup", 1)
    check("a drag moves the fader", -13 < dragged < -11, f"28 points: {dragged} dB")
    check("a drag is one gesture", host.touches() == ["+voice", "-voice"])

    host.tell("set voice 0")
    host.hand(
        "keydown", "ctrl", "mousemove", x, y, "mousedown", 1, "mousemove", x, y + 28, "mouseup", 1
    )
    host.hand("keyup", "ctrl")
    check("with ctrl a drag is fine", host.get("voice") == -1.2, host.get("voice"))

    host.tell("set voice 3")
    host.click(VOICE, "--repeat", 2, "--delay", 60)
    check("a double click sets the default", host.get("voice") == 0, host.get("voice"))

    time.sleep(0.7)
    host.touches()
    host.hand("mousemove", *VOICE, "click", 5, "click", 5, "click", 4)
    check("the wheel moves by 1 dB", host.get("voice") == -1, host.get("voice"))
    host.hand("keydown", "ctrl", "click", 4, "keyup", "ctrl")
    check("with ctrl the wheel moves by 0.1 dB", host.get("voice") == -0.9, host.get("voice"))
    time.sleep(0.8)
    touches = host.touches()
    check("turns of the wheel are one gesture", touches == ["+voice", "-voice"], touches)

    host.click(NOTHING)
    host.type("Tab", "Tab", "Tab", "Tab", "minus", "6", "period", "5", "Return")
    check("a value is typed", host.get("voice") == -6.5, host.get("voice"))
    host.type("Up", "Up", "ctrl+Down")
    check("arrows move by 1 dB, with ctrl by 0.1 dB", host.get("voice") == -4.6, host.get("voice"))
    host.type("Home")
    top = host.get("voice")
    host.type("End")
    check("Home and End are the ends", (top, host.get("voice")) == (12, -60), top)
    host.type("Delete")
    check("Delete sets the default", host.get("voice") == 0, host.get("voice"))
    host.type("3", "Escape")
    check("Escape keeps the value", host.get("voice") == 0, host.get("voice"))
    host.type("9", "9", "9", "Return")
    check("what is typed is limited", host.get("voice") == 12, host.get("voice"))
    host.type("minus", "minus", "Return")
    check("what is no number is left", host.get("voice") == 12, host.get("voice"))
    host.type("Tab", "space")
    check("space pushes a button", host.get("listen") == 1, host.get("listen"))
    host.type("shift+Tab", "Down")
    check("shift and tab lead back", host.get("voice") == 11, host.get("voice"))
    host.type("ctrl+z", "ctrl+z")
    check(
        "ctrl z takes gestures back",
        (host.get("voice"), host.get("listen")) == (12, 0),
        host.get("voice"),
    )

    host.click(SOLO)
    soloed = host.get("listen")
    host.click(SOLO)
    check(
        "Solo lets a stem be heard alone, and the mix again", (soloed, host.get("listen")) == (1, 0)
    )
    host.tell("set reverb -7")
    host.click(REVERB_MUTE)
    muted = host.get("reverb")
    host.click(REVERB_MUTE)
    check(
        "Mute turns a fader off, and back",
        (muted, host.get("reverb")) == (-60, -7),
        host.get("reverb"),
    )
    host.click(DIFFERENCE)
    check("Difference is heard", host.get("listen") == 4, host.get("listen"))
    host.click(BYPASS)
    bypassed = host.get("enabled")
    host.click(BYPASS)
    check("Bypass is off and on", (bypassed, host.get("enabled")) == (0, 1))
    host.click(VALUE_OF_TRIM)
    host.type("minus", "2", "Return")
    check("a click on a value lets it be typed", host.get("trim") == -2, host.get("trim"))
    host.hand("mousemove", *SENSITIVITY, "click", 4)
    check(
        "the wheel moves the sensitivity by 5 %",
        host.get("sensitivity") == 5,
        host.get("sensitivity"),
    )

    host.touches()
    host.hand("mousemove", x, y, "mousedown", 1, "mousemove", x, y + 9)
    host.tell("close 0")
    touches = host.touches()
    check(
        "a window that closes lets go of its fader", touches[-2:] == ["+voice", "-voice"], touches
    )
    host.hand("mouseup", 1)
    check("the host ends well", host.quit() == 0)


def test_host(server):
    """What the host does is seen."""
    host = Host(server)
    host.open()
    host.hand("mousemove", *NOTHING)
    before = host.picture()
    host.tell("set voice -30")
    told = host.picture()
    host.tell("set voice 0")
    again = host.picture()
    host.hand("mousemove", *VOICE, "click", "--repeat", 30, 5, "mousemove", *NOTHING)
    turned = host.picture()
    check("automation moves the fader", told != before and again == before)
    check(
        "a value looks the same, whoever set it",
        host.get("voice") == -30 and turned == told,
        host.get("voice"),
    )
    host.tell("set voice nan")
    check("a value that is no number is not shown", host.picture() == told)
    host.tell("size 0 1000 700")
    host.rest()
    size = host.ask(f"picture 0 {scratch / 'large.ppm'}")
    check("the host resizes the window", size == "1000 700", size)
    host.tell("size 0 90 40")
    host.rest()
    size = host.ask(f"picture 0 {scratch / 'small.ppm'}")
    check("a size that is too small does no harm", size == "90 40", size)
    host.tell("set voice -30")

    host.open()
    first, second = host.picture(0), host.picture(1)
    host.hand("mousemove", 40 + REVERB[0], 20 + REVERB[1], "click", 5)
    check(
        "two windows at once, one of which tells the other",
        host.get("reverb") == -13 and (host.picture(1) != second),
        host.get("reverb"),
    )
    check("the host ends well with two windows", first and host.quit() == 0)


def test_looks(server):
    """Opening, size, model, meters, cost."""
    for uri in PLUGINS:
        host = Host(server, uri)
        check(f"a window opens for {uri}", host.open().isdigit())
        host.quit()
    host = Host(server)
    times = []
    for _ in range(5):
        start = time.monotonic()
        host.ask("open")
        times.append(time.monotonic() - start)
        host.tell("close 0")
    check("it opens within 200 ms", min(times) < 0.2, times)
    host.quit()

    host = Host(server, "urn:isolde:dialogue-mono", "scale=2")
    host.open()
    size = host.ask(f"picture 0 {scratch / 'two.ppm'}")
    host.hand("mousemove", 2 * VOICE[0], 2 * VOICE[1], "click", 5)
    check(
        "a point is two pixels where the host says so",
        size == "1440 1080" and host.get("voice") == -1,
        size,
    )
    host.quit()

    plain = Host(server)
    plain.open()
    coloured = Host(server, "urn:isolde:dialogue-stereo", "colours")
    coloured.open()
    pixel = coloured.picture()[-3:]
    check("the host's colours are used", pixel == b"\x30\x30\x30", pixel)
    coloured.quit()
    plain.quit()

    host = Host(server, "urn:isolde:dialogue-stereo", f"sound={scratch / 'speech.wav'}")
    host.open()
    before = host.picture()
    spent = float(host.ask("run 3"))
    check("meters move", host.picture() != before)
    check("the window takes at most 3 % of a core", 0 < spent <= 30, f"{spent} ms a second")
    host.quit()


def colours(picture, area):
    """Pixels of an area that are orange, blue, and grey but not dark."""
    head = re.match(rb"P6 (\d+) (\d+) 255\n", picture)
    width = int(head[1])
    orange = blue = grey = 0
    for y in range(area[1], area[3]):
        for x in range(area[0], area[2]):
            place = head.end() + 3 * (y * width + x)
            red, _, violet = picture[place : place + 3]
            if red > violet + 60:
                orange += 1
            elif violet > red + 40:
                blue += 1
            elif red > 60:
                grey += 1
    return orange, blue, grey


def test_spectrogram(server):
    """Sound is seen, only while there is a window, and is the same with one and without."""
    sound = f"sound={scratch / 'speech.wav'}"
    host = Host(server, "urn:isolde:dialogue-stereo", sound)
    host.ask("plain 3")
    without = host.ask("hash")
    host.quit()

    host = Host(server, "urn:isolde:dialogue-stereo", sound)
    host.open()
    host.ask("plain 3")
    check("the same samples with a window and without", host.ask("hash") == without)
    check("columns come while a window is open", int(host.ask("columns")) > 60)
    host.ask("run 2")
    orange, blue, grey = colours(host.picture(), SPECTROGRAM)
    check("voice is seen in its colour", orange > 1000, (orange, blue, grey))
    host.click(BEFORE)
    _, _, before = colours(host.picture(), SPECTROGRAM)
    host.click(AFTER)
    _, _, after = colours(host.picture(), SPECTROGRAM)
    check("there is more background before than after", before > 2 * after, (before, after))
    host.tell("close 0")
    host.ask("plain 3")
    host.ask("columns")
    host.ask("plain 2")
    columns = host.ask("columns")
    check("no column is made when no window is open", columns == "0", columns)
    host.quit()


def test_poor_hosts(server):
    """Hosts that lack features, and servers that go."""
    host = Host(server, "urn:isolde:dialogue-stereo", "no-features")
    host.open()
    host.hand("mousemove", *VOICE, "click", 5)
    check(
        "a host without features has a window that works",
        host.get("voice") == -1,
        host.get("voice"),
    )
    check("it ends well", host.quit() == 0)

    host = Host(server, "urn:isolde:dialogue-stereo", "no-idle", f"sound={scratch / 'speech.wav'}")
    host.open()
    host.hand("mousemove", *VOICE, "click", 5)
    host.ask("run 1")
    check("without idle the window lives by the meters", host.get("voice") == -1, host.get("voice"))
    check("a host without idle ends well", host.quit() == 0)

    host = Host(server, "urn:isolde:dialogue-stereo", "no-parent")
    check("a host without a parent gets a window of its own", host.open().isdigit())
    check("a host without a parent ends well", host.quit() == 0)

    host = Host(None)
    check("without a server there is no window", host.open() == "none")
    check("a host without a server goes on", host.get("voice") == 0 and host.quit() == 0)

    mortal = Server()
    host = Host(mortal)
    host.open()
    mortal.stop()
    closed = host.process.stdout.readline().strip()
    check("a server that goes away closes the window", closed == "closed 0", closed)
    check(
        "the host goes on without it",
        host.get("voice") == 0 and host.open() == "none" and host.quit() == 0,
    )

    host = Host(server)
    window = host.open()
    host.hand("windowkill", window)
    closed = host.process.stdout.readline().strip()
    check("a connection that is cut closes the window", closed == "closed 0", closed)
    check("the host goes on after it", host.get("voice") == 0 and host.quit() == 0)


def main():
    server = Server()
    try:
        for test in (test_hands, test_host, test_looks, test_spectrogram, test_poor_hosts):
            test(server)
    finally:
        server.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
