"""Model files that ask for much or lie, and what opening them costs.

hostile.py OPEN_COST SCRATCH COUNT [SEED]: writes models of 60 MB that are dear to open, then COUNT
that begin as a golden vector and are changed at random in their graph, shapes, keys and counts,
their checksum right again. Each goes through OPEN_COST, which opens it in a process of its own.
Prints a line a test as Tests/run.sh counts them; the dearest is named. What fails stays in SCRATCH.
"""

import hashlib
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

OPEN_COST, SCRATCH = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
COUNT, SEED = int(sys.argv[3]), int((sys.argv[4:] or ["1"])[0])
ROOT = Path(__file__).resolve().parents[2]
LARGE = 61_000_000  # bytes
AT_ONCE = 100  # files of a call
UINT32, STRING, ARRAY = 4, 8, 9  # GGUF's types of keys
SIMPLE = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
SIZES = {0: 4, 1: 2, 26: 4}  # F32, F16, I32


# ---- The file -----------------------------------------------------------------------------------


def text(value):
    encoded = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def packed(kind, value):
    if kind == STRING:
        return text(value)
    return value if isinstance(value, bytes) else struct.pack("<" + SIMPLE[kind], value)


def aligned(contents):
    return contents + bytes(-len(contents) % 32)


def model(keys, tensors, counts=(0, 0)):
    """The bytes.

    Keys: name to (type, value); tensors: [name, shape, type, bytes, shift of the offset].
    """
    data, head = bytearray(), b""
    for name, shape, kind, contents, shift in tensors:
        data += bytes(-len(data) % 32)
        head += text(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", size % 2**64) for size in reversed(shape))
        head += struct.pack("<IQ", kind, (len(data) + shift) % 2**64)
        data += contents
    keys = dict(keys)
    sealed = keys.get("isolde.format") == (UINT32, 2)
    keys["isolde.sha256"] = (
        STRING,
        "0" * 64 if sealed else hashlib.sha256(data).hexdigest(),
    )
    listed = b"".join(
        text(name) + struct.pack("<I", kind) + packed(kind, value)
        for name, (kind, value) in keys.items()
    )
    start = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors) + counts[0], len(keys) + counts[1])
    whole = aligned(start + listed + head) + bytes(data)
    if sealed:
        place = whole.index(b"0" * 64)
        digest = hashlib.sha256(whole).hexdigest().encode()
        whole = whole[:place] + digest + whole[place + 64 :]
    return whole


def read(path):
    """Keys and tensors of a model, as `model` takes them."""
    whole, at = path.read_bytes(), 8

    def take(form):
        nonlocal at
        (value,) = struct.unpack_from("<" + form, whole, at)
        at += struct.calcsize(form)
        return value

    def take_text():
        nonlocal at
        length = take("Q")
        at += length
        return whole[at - length : at]

    tensor_count, key_count = take("Q"), take("Q")
    keys, tensors = {}, []
    for _ in range(key_count):
        name, kind = take_text().decode(), take("I")
        if kind == ARRAY:
            raise ValueError(f"{path}: key {name} is an array")
        keys[name] = (kind, take_text() if kind == STRING else take(SIMPLE[kind]))
    for _ in range(tensor_count):
        name = take_text().decode()
        shape = [take("Q") for _ in range(take("I"))][::-1]
        tensors.append([name, shape, take("I"), take("Q"), 0])
    start = (at + 31) // 32 * 32
    for tensor in tensors:
        count = SIZES[tensor[2]]
        for size in tensor[1]:
            count *= size
        tensor[3] = whole[start + tensor[3] : start + tensor[3] + count]
    return keys, tensors


# ---- Large ones ---------------------------------------------------------------------------------

ENDING = """half = scale(power, factor=0, offset=0.5)
both = concat(half, half)
mask = output(both)
"""


def large(lines, tensors=(), **more):
    """A model of 1,025 bins whose graph has `lines`; tensors: name, shape, type, all zeros."""
    keys = {
        "general.architecture": (STRING, "isolde"),
        "isolde.format": (UINT32, 2),
        "isolde.rate": (UINT32, 48_000),
        "isolde.hop": (UINT32, 512),
        "isolde.window": (UINT32, 2_048),
        "isolde.synthesis": (UINT32, 1_024),
        "isolde.graph": (STRING, "power = input(bins=1025)\n" + lines + ENDING),
        **{name.replace("_", ".", 1): value for name, value in more.items()},
    }
    filled = []
    for name, shape, kind in tensors:
        count = SIZES[kind]
        for size in shape:
            count *= size
        filled.append([name, shape, kind, bytes(count), 0])
    return model(keys, filled)


def many(count, line, *parts):
    """`count` lines, # their number, and for each the tensors `parts`: name, shape, type."""
    lines = "".join(line.replace("#", str(k)) + "\n" for k in range(count))
    return lines, [
        (f"l{k}.{part}", shape, kind) for k in range(count) for part, shape, kind in parts
    ]


def large_models():
    """Valid or not: what is dear to read, to check, to pack or to plan."""
    rows = LARGE // 4 // 1025
    yield (
        "one matrix of floats",
        large(f"d = dense(power, channels={rows})\n", [("d.weight", [rows, 1025], 0)]),
    )
    yield (
        "one matrix of halves",
        large(
            f"d = dense(power, channels={2 * rows})\n",
            [("d.weight", [2 * rows, 1025], 1)],
        ),
    )
    yield (
        "a narrow matrix",
        large(
            "n = crop(power, bins=15)\nd = dense(n, channels=1000000)\n",
            [("d.weight", [1_000_000, 15], 0)],
        ),
    )
    yield (
        "a high matrix",
        large(
            "w = upsample(power, factor=1x3000)\nd = dense(w, channels=5)\n",
            [("d.weight", [5, 3_075_000], 0)],
        ),
    )
    yield (
        "a recurrent unit",
        large(
            "g = gru(power, hidden=2200)\n",
            [("g.weight_ih", [6600, 1025], 1), ("g.weight_hh", [6600, 2200], 1)]
            + [(f"g.bias_{side}", [6600], 0) for side in ("ih", "hh")],
        ),
    )
    yield (
        "a convolution",
        large(
            "r = reshape(power, channels=205, bins=5)\n"
            "c = conv(r, channels=1024, kernel=24x6, pad=3)\n",
            [("c.weight", [1024, 205, 24, 6], 1)],
        ),
    )
    yield (
        "groups without end",
        large(
            "w = pad(power, bins=4096)\nr = reshape(w, channels=4096, bins=1)\n"
            "c = conv(r, channels=4096, groups=4096, kernel=4000x1)\n",
            [("c.weight", [4096, 1, 4000, 1], 0)],
        ),
    )
    yield (
        "phases without end",
        large(
            "r = reshape(power, channels=1025, bins=1)\n"
            "c = upconv(r, channels=4, kernel=1x4096, stride=1x4096)\n",
            [("c.weight", [1025, 4, 1, 4096], 0)],
        ),
    )
    yield (
        "bands",
        large(
            "b = bands(power, bins=15000)\nc = crop(b, bins=15000)\n",
            [
                ("b.first", [15_000], 26),
                ("b.count", [15_000], 26),
                ("b.value", [15_000_000], 0),
            ],
        ),
    )
    lines, tensors = many(
        2000,
        "l# = dense(power, channels=7)",
        ("weight", [7, 1025], 0),
        ("bias", [7], 0),
    )
    yield "two thousand layers", large(lines, tensors)
    lines, tensors = many(
        4000,
        "l# = conv(power, channels=3820, kernel=1x1)",
        ("weight", [3820, 1, 1, 1], 0),
    )
    yield "four thousand convolutions", large(lines, tensors)
    names = [f"a_rather_long_name_{k:04}" for k in range(2500)]
    lines = "p = crop(power, bins=1)\n" + "".join(f"{name} = relu(p)\n" for name in names)
    yield (
        "names that differ at their ends",
        large(lines + "".join(f"c{k} = concat({','.join(names[-64:])})\n" for k in range(1500))),
    )
    lines, tensors = many(
        250,
        "l# = conv(w, channels=4095, groups=4095, kernel=1x1)",
        ("weight", [4095, 1, 1, 1], 0),
    )
    tensors.append(("x", [LARGE // 4 - 1_100_000], 0))
    yield (
        "parts without end",
        large(
            "v = pad(power, bins=4095)\nw = reshape(v, channels=4095, bins=1)\n" + lines,
            tensors,
        ),
    )
    yield "a comment", large("#" + "x" * LARGE + "\n")
    yield "empty lines", large("\n" * LARGE)
    yield "blanks", large(" " * LARGE + "\n")
    yield (
        "a description of no UTF-8",
        large("", general_description=(STRING, b"\xe2" * LARGE)),
    )
    yield (
        "a description of controls",
        large("", general_description=(STRING, b"\x1b" * LARGE)),
    )
    yield (
        "an array of texts",
        large(
            "",
            general_list=(ARRAY, struct.pack("<IQ", STRING, LARGE // 8) + bytes(LARGE)),
        ),
    )
    yield (
        "an array of arrays",
        large(
            "",
            general_list=(ARRAY, struct.pack("<IQ", ARRAY, LARGE // 12) + bytes(LARGE)),
        ),
    )
    yield "a tensor that nobody asks for", large("", [("x", [LARGE // 4], 0)])
    yield (
        "a name that is never found",
        large("a = relu(" + "z" * 60 + ")\n", [(f"t{k}", [3700], 0) for k in range(4000)]),
    )


# ---- Changed ones -------------------------------------------------------------------------------

NASTY = [
    "0", "1", "2", "3", "63", "64", "65", "127", "1023", "4095", "4096", "4097", "65535", "65536",
    "524289", "1000000", "4194304", "16777217", "2147483647", "2147483648", "4294967295",
    "4294967297", "9223372036854775807", "9223372036854775808", "18446744073709551616", "-1", "-0",
    "1e9", "1e39", "nan", "inf", "0.5", "1e-45", "", "0x10", "1x", "x1",
]  # fmt: skip
SMALL = [str(value) for value in range(1, 9)]
WHOLE = [int(text) for text in NASTY if text.isdigit()] + [
    2**62,
    2**63,
    2**64 - 1,
    2**61 + 1,
]


def change_graph(chance, keys, _):
    """A number, a word, a line or the order of two."""
    lines = keys.get("isolde.graph", (STRING, b""))[1].decode().splitlines()
    if not lines:
        return
    at = chance.randrange(len(lines))
    change = chance.randrange(9)
    if change < 5:
        numbers = list(re.finditer(r"(?<![\w.])[-\d.e]+(?!\w)|\d+(?=x)|(?<=x)\d+", lines[at]))
        if numbers:
            number = chance.choice(numbers)
            value = chance.choice(NASTY if chance.randrange(2) else SMALL)
            lines[at] = lines[at][: number.start()] + value + lines[at][number.end() :]
    elif change == 5:
        words = list(re.finditer(r"[a-z_]+", lines[at]))
        if words:
            word = chance.choice(words)
            other = re.findall(r"[a-z_]+", chance.choice(lines)) or [""]
            lines[at] = lines[at][: word.start()] + chance.choice(other) + lines[at][word.end() :]
    elif change == 6:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif change == 7:
        del lines[at]
    else:
        lines[at] = lines[at].replace(")", f", {chance.choice(OPTIONS)}={chance.choice(NASTY)})", 1)
    keys["isolde.graph"] = (STRING, ("\n".join(lines) + "\n").encode())


OPTIONS = [
    "channels",
    "bins",
    "kernel",
    "stride",
    "look",
    "dilation",
    "pad",
    "pad_above",
    "groups",
    "crop",
    "hidden",
    "over",
    "heads",
    "window",
    "factor",
    "first",
    "rate",
    "hold",
]


def change_tensor(chance, _, tensors):
    """A size, the type, the place, the name, the values, or as many bytes as a new size needs."""
    if not tensors:
        return
    tensor = chance.choice(tensors)
    change = chance.randrange(9)
    if change == 0 and tensor[1]:
        tensor[1][chance.randrange(len(tensor[1]))] = chance.choice(WHOLE)
    elif change == 1:
        tensor[1] = [chance.choice(WHOLE[:6] + WHOLE[-4:]) for _ in range(chance.randrange(6))]
    elif change == 2:
        tensor[2] = chance.choice([0, 1, 26, 2, 8, 2**32 - 1])
    elif change == 3:
        tensor[4] = chance.choice(WHOLE + [-32, 1, 31])
    elif change == 4:
        tensor[0] = chance.choice(tensors)[0]
    elif change in (5, 7, 8):
        value = chance.choice([b"\xff\xff\xff\x7f", b"\0\0\x80\x7f", b"\0\0\0\x80", b"\1\0\0\0"])
        tensor[3] = (value * (len(tensor[3]) // 4 + 1))[: len(tensor[3])]
    else:
        at = chance.randrange(len(tensor[1])) if tensor[1] else 0
        if tensor[1] and (factor := chance.choice([2, 3, 5])) and len(tensor[3]) < 1 << 18:
            tensor[1][at] *= factor
            tensor[3] *= factor


def change_key(chance, keys, _):
    name = chance.choice(sorted(keys))
    kind, _ = keys[name]
    if kind == UINT32:
        keys[name] = (kind, chance.choice([value for value in WHOLE if value < 2**32]))
    elif kind == STRING and name != "isolde.graph":
        keys[name] = (
            kind,
            chance.choice([b"", b"\x1b]0;x\7", b"\xff" * 300, "é".encode() * 900, b"2"]),
        )
    if not chance.randrange(4):
        del keys[name]


def changed_models():
    """Each has one to four changes; one in eight has some bytes of its header changed, too."""
    vectors = sorted((ROOT / "Tests/Vectors").glob("*.isolde"))
    sources = [path for path in vectors if path.stat().st_size < 300_000]
    for number in range(COUNT):
        chance = random.Random(f"{SEED} {number}")
        keys, tensors = read(chance.choice(sources))
        counts = (0, 0)
        for _ in range(chance.randint(1, 4)):
            chance.choice([change_graph, change_graph, change_tensor, change_tensor, change_key])(
                chance, keys, tensors
            )
        if not chance.randrange(20):
            counts = chance.choice([(1, 0), (0, 1), (2**40, 0), (0, 2**40), (2**63, 2**63)])
        try:
            whole = bytearray(model(keys, tensors, counts))
        except struct.error:
            continue
        if not chance.randrange(8):
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(min(len(whole), 3000))
                whole[at] = chance.choice(
                    [0, 1, 0x7F, 0x80, 0xFF, whole[at] ^ 1 << chance.randrange(8)]
                )
        yield f"changed-{SEED}-{number}", bytes(whole)


# ---- The tests ----------------------------------------------------------------------------------

wrong, dearest, largest, opened = [], (0.0, ""), (0.0, ""), 0


def open_all(paths):
    """Opens and removes files; what went wrong stays."""
    global dearest, largest, opened
    result = subprocess.run([OPEN_COST, *paths], capture_output=True, check=False)
    lines = result.stdout.decode(errors="replace").splitlines()
    if len(lines) != len(paths) or result.returncode not in (0, 1):
        wrong.append(f"status {result.returncode} with {lines[-1:]}")
    for path, line in zip(paths, lines, strict=False):
        found = re.search(r": (opens|refused|died), ([\d.]+) of ([\d.]+) MiB, ([\d.]+) s", line)
        opened += found[1] == "opens"
        dearest = max(dearest, (float(found[4]), f"{path.stem} ({found[1]})"))
        largest = max(largest, (float(found[2]) / float(found[3]), path.stem))
        if line.endswith("WRONG"):
            wrong.append(line)
        else:
            path.unlink()
        if "--verbose" in sys.argv:
            print(line)


def tell(name):
    global wrong, dearest, largest, opened
    figures = (
        f"{opened} open, dearest {dearest[0]:.2f} s: {dearest[1]}, "
        f"{largest[0]:.0%} of the memory: {largest[1]}"
    )
    print(f"FAILED {name}: {'; '.join(wrong)[:2000]}" if wrong else f"ok {name} ({figures})")
    failed = bool(wrong)
    wrong, dearest, largest, opened = [], (0.0, ""), (0.0, ""), 0
    return failed


def write_all(models, at_once):
    paths = []
    for name, contents in models:
        paths.append(SCRATCH / f"{name.replace(' ', '-')}.isolde")
        paths[-1].write_bytes(contents)
        if len(paths) == at_once:
            open_all(paths)
            paths = []
    if paths:
        open_all(paths)


SCRATCH.mkdir(exist_ok=True)
write_all(large_models(), 1)
failures = tell("models of 60 MB open or are refused within a second and their memory")
write_all(changed_models(), AT_ONCE)
failures |= tell(f"{COUNT} changed models take neither long nor much")
sys.exit(failures)
