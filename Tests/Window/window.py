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

# Places in the window of a plug-in with faders, in points.
VOICE, REVERB = (83, 343), (231, 373)
SOLO, MUTE, REVERB_MUTE = (53, 536), (118, 536), (265, 536)
AMOUNT, VALUE_OF_AMOUNT = (512, 320), (590, 334)
SENSITIVITY, VALUE_OF_TRIM, DIFFERENCE = (576, 406), (713, 466), (679, 536)
MODEL, BYPASS, NOTHING = (302, 21), (706, 21), (600, 566)
PRESETS, A, B, COPY, UNDO = (107, 59), (218, 59), (250, 59), (294, 59), (350, 59)
BEFORE, AFTER = (538, 59), (622, 59)
# Left, top, right, bottom, in pixels of the picture.
SPECTROGRAM, STRIPS, KNOB = (
    (20, 100, 700, 265),
    (12, 280, 452, 554),
    (474, 284, 750, 356),
)
VALUE_IN_STEMS = (633, 321)
ROW = 22  # of a menu
TABS_TO_VOICE = ["Tab"] * 11

PLUGINS = ["urn:isolde:dialogue-5.1"] + [
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
    """An X server without a screen; one that `resets` begins anew when its last client leaves."""

    def __init__(self, resets=False):
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
            *([] if resets else ["-noreset"]),
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
        """Long enough for some frames: with each answer the host goes round once."""
        time.sleep(0.12)
        for _ in range(3):
            self.ask("get enabled")

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
    host.hand(
        "mousemove",
        x,
        y,
        "mousedown",
        1,
        "mousemove",
        x,
        y + 10,
        "mousemove",
        x,
        y + 29,
    )
    dragged = host.get("voice")
    host.hand("mouseup", 1)
    check("a drag moves the fader", -13 < dragged < -11, f"29 points: {dragged} dB")
    check("a drag is one gesture", host.touches() == ["+voice", "-voice"])

    host.tell("set voice 0")
    host.hand("mousemove", x, y, "mousedown", 1, "mousemove", x, y + 10)
    host.tell("set voice -50")
    host.hand("mousemove", x, y + 12)
    held = host.get("voice")
    host.hand("mouseup", 1)
    check("automation does not move a fader that is held", -6 < held < -4, held)

    host.touches()
    host.tell("set voice 0")
    host.hand(
        "keydown",
        "ctrl",
        "mousemove",
        x,
        y,
        "mousedown",
        1,
        "mousemove",
        x,
        y + 29,
        "mouseup",
        1,
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
    check(
        "with ctrl the wheel moves by 0.1 dB",
        host.get("voice") == -0.9,
        host.get("voice"),
    )
    time.sleep(0.8)
    touches = host.touches()
    check("turns of the wheel are one gesture", touches == ["+voice", "-voice"], touches)

    host.click(NOTHING)
    host.type(*TABS_TO_VOICE, "minus", "6", "period", "5", "Return")
    check("a value is typed", host.get("voice") == -6.5, host.get("voice"))
    host.type("Up", "Up", "ctrl+Down")
    check(
        "arrows move by 1 dB, with ctrl by 0.1 dB",
        host.get("voice") == -4.6,
        host.get("voice"),
    )
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
        "Solo lets a stem be heard alone, and the mix again",
        (soloed, host.get("listen")) == (1, 0),
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
        "a window that closes lets go of its fader",
        touches[-2:] == ["+voice", "-voice"],
        touches,
    )
    host.hand("mouseup", 1)
    check("the host ends well", host.quit() == 0)


def test_amount(server):
    """One knob moves the three faders, and shows where they stand."""
    host = Host(server)
    host.open()

    def faders():
        return tuple(host.get(symbol) for symbol in ("voice", "reverb", "ambience"))

    def typed(percent):
        host.click(VALUE_OF_AMOUNT)
        host.type(*percent, "Return")
        return faders()

    host.hand("mousemove", *NOTHING)
    defaults = part(host.picture(), KNOB)
    host.touches()
    half, full, nothing = typed("25"), typed("100"), typed("0")
    check("Amount at 25 % is half the defaults", half == (0, -6, -12), half)
    check("at 100 % only the voice is left", full == (0, -60, -60), full)
    check("at 0 % nothing is taken away", nothing == (0, 0, 0), nothing)
    touches = host.touches()
    check(
        "a move of Amount is one gesture of three faders",
        touches == ["+voice", "+reverb", "+ambience", "-voice", "-reverb", "-ambience"] * 3,
        touches,
    )
    host.type("ctrl+z", "ctrl+z", "ctrl+z")
    check("ctrl z takes all three back at once", faders() == (0, -12, -24), faders())
    host.click(AMOUNT, "--repeat", 2, "--delay", 60)
    check("a double click sets the defaults", faders() == (0, -12, -24), faders())

    x, y = AMOUNT
    host.hand(
        "mousemove",
        x,
        y,
        "mousedown",
        1,
        "mousemove",
        x,
        y + 10,
        "mousemove",
        x,
        y + 30,
    )
    host.hand("mouseup", 1)
    dragged = faders()
    check("a drag of 30 points is 20 %", dragged == (0, -7.2, -14.4), dragged)
    time.sleep(0.7)
    host.hand("mousemove", x, y, "click", 4, "click", 4)
    turned = faders()
    check("the wheel moves by 5 %", turned == (0, -9.6, -19.2), turned)
    host.hand("keydown", "ctrl", "click", 5, "keyup", "ctrl")
    turned = faders()
    check("with ctrl by 1 %", turned == (0, -9.4, -18.7), turned)

    # What the host does moves the knob; a balance of one's own stays.
    time.sleep(0.7)
    host.click(NOTHING)
    for symbol, value in (("voice", 0), ("reverb", -12), ("ambience", -24)):
        host.tell(f"set {symbol} {value}")
    host.hand("mousemove", *NOTHING)
    check("the knob follows the host", part(host.picture(), KNOB) == defaults)
    host.tell("set voice 6")
    host.tell("set reverb -6")
    host.tell("set ambience -36")
    start, less, more = faders(), typed("20"), typed("100")
    check(
        "the balance of the faders stays",
        less[1] == -2.6 and less[2] == -14,
        (start, less),
    )
    check("a raised voice comes back towards 0 dB", 0 < less[0] < 6, less)
    check("at 100 % the own balance ends, too", more[1:] == (-60, -60), more)
    check("the host ends well", host.quit() == 0)


def test_settings(server):
    """Presets, two settings to compare, undo."""
    host = Host(server)
    host.open()
    symbols = (
        "voice",
        "reverb",
        "ambience",
        "sensitivity",
        "trim",
        "listen",
        "enabled",
    )

    def values():
        return tuple(host.get(symbol) for symbol in symbols)

    host.hand("mousemove", *NOTHING)
    plain = host.picture()
    host.tell("set listen 2")
    host.tell("set trim 3")
    host.touches()
    x, y = PRESETS
    host.click(PRESETS)
    host.click((x, y + 27 + 6 * ROW))
    distant = values()
    check("a preset sets all but bypass", distant == (3, -15, -18, 40, 0, 0, 1), distant)
    touches = host.touches()
    check("a preset is one gesture", touches[:2] == ["+voice", "+reverb"], touches)
    host.click(NOTHING)
    host.type("ctrl+z")
    check("a preset is taken back as one", values() == (0, -12, -24, 0, 3, 2, 1), values())
    host.tell("set listen 0")
    host.tell("set trim 0")
    host.hand("mousemove", *NOTHING)
    check("the menu names the preset that the host has set", host.picture() == plain)
    host.tell("set reverb -13")
    check("other values have another name", host.picture() != plain)

    host.click(PRESETS)
    host.type("End", "Up", "Return")
    check("a menu goes by keys", values()[:3] == (0, -60, -60), values())
    host.click(PRESETS)
    host.type("Escape")
    host.click(PRESETS)
    host.click(NOTHING)
    check("a menu closes without a choice", values()[:3] == (0, -60, -60), values())

    host.click(A)
    host.click(B)
    check("B begins as A", values()[:3] == (0, -60, -60), values())
    host.tell("set voice -2")
    host.click(VALUE_OF_TRIM)
    host.type("4", "Return")
    host.click(A)
    first = values()
    host.click(B)
    check("A and B bring back their own", (first[0], first[4]) == (0, 0), first)
    check("B is as it was left", (values()[0], values()[4]) == (-2, 4), values())
    host.click(UNDO)
    check("Undo goes back to A", (values()[0], values()[4]) == (0, 0), values())
    host.click(B)
    check("B is still there", (values()[0], values()[4]) == (-2, 4), values())
    host.click(COPY)
    host.click(A)
    check("A becomes what B is", (values()[0], values()[4]) == (-2, 4), values())
    check("the host ends well", host.quit() == 0)


def test_stems(server):
    """Presets, two settings and undo where there are outputs instead of faders."""
    host = Host(server, "urn:isolde:stems-stereo")
    host.open()

    def sensitivity():
        return host.get("sensitivity")

    x, y = PRESETS
    host.click(PRESETS)
    host.click((x, y + 27 + ROW))
    check("a preset of Stems sets the sensitivity", sensitivity() == -30, sensitivity())
    touches = host.touches()
    check(
        "and no port that is not there",
        touches == ["+sensitivity", "-sensitivity"],
        touches,
    )
    host.click(B)
    host.click(VALUE_IN_STEMS)
    host.type("2", "5", "Return")
    host.click(A)
    first = sensitivity()
    host.click(B)
    check("A and B of Stems are kept", (first, sensitivity()) == (-30, 25), first)
    host.click(COPY)
    host.click(A)
    check("A of Stems becomes B", sensitivity() == 25, sensitivity())
    host.click(B)
    host.type(*["ctrl+z"] * 6)
    check("Undo of Stems leads back", sensitivity() == 0, sensitivity())
    check("the host ends well", host.quit() == 0)


def test_models(server):
    """The model is chosen in the window, and named as the plug-in says."""
    host = Host(server)
    host.open()
    host.ask("plain 0.5")
    x, y = MODEL
    models = Path(os.environ["LV2_PATH"]) / "isolde.lv2/models"
    # One that does not separate is not offered.
    names = sorted(
        path.stem
        for path in models.glob("*.isolde")
        if b"isolde.task" not in path.read_bytes()[:4096]
    )

    def choose(name):
        host.click(MODEL)
        host.click((x, y + 27 + names.index(name) * ROW))

    before = host.picture()
    choose("live")
    host.ask("plain 0.5")
    model = host.ask("model")
    check(
        "an installed model is chosen from the menu",
        model.endswith("/models/live.isolde"),
        model,
    )
    host.hand("mousemove", *NOTHING)
    check("the window names it", host.picture() != before)
    choose("studio")
    host.ask("plain 0.5")
    model = host.ask("model")
    check("and the plug-in's own again", model.endswith("/models/studio.isolde"), model)

    folder = scratch / "models of mine"
    folder.mkdir()
    own = folder / "mod\u00e8le.isolde"
    own.write_bytes((models / "live.isolde").read_bytes())
    (folder / "notes.txt").write_text("no model")
    host.click(MODEL)
    host.type("End", "Return")
    host.type(*["BackSpace"] * 200)
    host.hand("type", "--delay", "3", str(folder))
    host.type("Return")
    host.type("Down", "Down", "Return")  # parent folder, and the only model
    host.ask("plain 0.5")
    model = host.ask("model")
    check("a file is chosen in its folder", model == str(own), model)
    host.click(MODEL)
    host.type("End", "Return")
    host.type(*["BackSpace"] * 200)
    host.hand("type", "--delay", "3", str(folder / "none.isolde"))
    host.hand("mousemove", *NOTHING)
    host.type("Return")
    told = host.picture()
    host.ask("plain 0.5")
    check(
        "a file that is no model is refused",
        host.ask("model") == str(own),
        host.ask("model"),
    )
    check("and the window says so", host.picture() != told)

    # Two characters that DejaVu Sans lacks and DejaVu Sans Mono has: with one font both are boxes.
    own.unlink()
    pictures = []
    for character in "\u2336\u2337":
        named = folder / f"{3 * character}.isolde"
        named.touch()
        host.click(MODEL)
        host.type("End", "Return")
        pictures.append(part(host.picture(), (234, 60, 400, 110)))
        host.type("Escape")
        named.unlink()
    check("characters of other fonts are no boxes", pictures[0] != pictures[1])
    check("the host ends well", host.quit() == 0)


def test_keys(server):
    """Keys that the window has no use for are the host's; tooltips come by themselves."""
    host = Host(server)
    host.open()
    host.click(NOTHING)
    host.ask("keys")
    host.type("space", "Tab", "x")
    host.type("Escape", "space")
    keys = host.ask("keys").split()
    check("space, x and space go to the host, Tab and Escape do not", len(keys) == 3, keys)
    host.hand("mousemove", 20, 3)
    before = host.picture()
    host.hand("mousemove", *AMOUNT)
    time.sleep(1.2)
    shown = host.picture()
    check("a tooltip comes to the pointer that rests", shown != before)
    host.hand("mousemove", 20, 3)
    check("and goes with it", host.picture() == before)
    check("the host ends well", host.quit() == 0)


def test_host(server):
    """What the host does is seen."""
    host = Host(server)
    host.open()
    host.hand("mousemove", *NOTHING)
    before = part(host.picture(), STRIPS)
    host.tell("set voice -30")
    told = part(host.picture(), STRIPS)
    host.tell("set voice 0")
    again = part(host.picture(), STRIPS)
    host.hand("mousemove", *VOICE, "click", "--repeat", 30, 5, "mousemove", *NOTHING)
    turned = part(host.picture(), STRIPS)
    check("automation moves the fader", told != before and again == before)
    check(
        "a value looks the same, whoever set it",
        host.get("voice") == -30 and turned == told,
        host.get("voice"),
    )
    host.tell("set voice nan")
    check("a value that is no number is not shown", part(host.picture(), STRIPS) == told)
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
        size == "1520 1160" and host.get("voice") == -1,
        size,
    )
    host.quit()

    plain = Host(server)
    plain.open()
    coloured = Host(server, "urn:isolde:dialogue-stereo", "colours=303030,F0E0D0")
    coloured.open()
    pixel = coloured.picture()[-3:]
    check("the host's colours are used", pixel == b"\x30\x30\x30", pixel)
    coloured.quit()
    plain.quit()
    black = Host(server, "urn:isolde:dialogue-stereo", "colours=000001,FFFFFF")
    black.open()
    picture = black.picture()
    well = part(picture, (686, 470, 687, 471))
    check("fields are seen on a black ground, as Carla has", well[0] > picture[-3] + 20, well)
    black.quit()
    grey = Host(server, "urn:isolde:dialogue-stereo", "colours=808080,000000")
    grey.open()
    button = part(grey.picture(), (690, 536, 691, 537))
    check("buttons on a medium grey can be read: 4.5 with black text", button[0] >= 0x76, button)
    grey.quit()

    host = Host(server, "urn:isolde:dialogue-stereo", f"sound={scratch / 'speech.wav'}")
    host.open()
    before = host.picture()
    spent = float(host.ask("run 3"))
    check("meters move", host.picture() != before)
    check(
        "the window takes at most 3 % of a core",
        0 < spent <= 30,
        f"{spent} ms a second",
    )
    host.tell("hide 0")
    host.ask("run 4")
    host.ask("columns")
    hidden = float(host.ask("run 1"))
    check(
        "a hidden window takes nothing",
        hidden < spent / 10 and host.ask("columns") == "0",
        f"{hidden} ms a second, {spent} when shown",
    )
    host.tell("show 0")
    host.ask("run 3")
    check("it works again when it is shown", int(host.ask("columns")) > 30)
    host.quit()


def part(picture, area):
    """The pixels of an area."""
    head = re.match(rb"P6 (\d+) (\d+) 255\n", picture)
    left, top, right, bottom = area
    places = [head.end() + 3 * (y * int(head[1]) + left) for y in range(top, bottom)]
    return b"".join(picture[place : place + 3 * (right - left)] for place in places)


def colours(picture, area):
    """Pixels of an area that are orange, blue, and grey but not dark."""
    orange = blue = grey = 0
    pixels = part(picture, area)
    for red, violet in zip(pixels[::3], pixels[2::3], strict=True):
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
    check(
        "there is more background before than after",
        before > 2 * after,
        (before, after),
    )
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

    host = Host(
        server,
        "urn:isolde:dialogue-stereo",
        "no-idle",
        f"sound={scratch / 'speech.wav'}",
    )
    host.open()
    host.hand("mousemove", *VOICE, "click", 5)
    host.ask("run 1")
    check(
        "without idle the window lives by the meters",
        host.get("voice") == -1,
        host.get("voice"),
    )
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
    server.hand("windowkill", window)
    closed = host.process.stdout.readline().strip()
    check("a connection that is cut closes the window", closed == "closed 0", closed)
    check("the host goes on after it", host.get("voice") == 0 and host.quit() == 0)


def main():
    server = Server()
    try:
        for test in (
            test_hands,
            test_amount,
            test_settings,
            test_stems,
            test_models,
            test_keys,
            test_host,
            test_looks,
            test_spectrogram,
            test_poor_hosts,
        ):
            test(server)
    finally:
        server.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
