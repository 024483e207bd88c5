"""The graphs of the golden vectors. The seed of a case is its name."""

from __future__ import annotations

from isolde_training.model.kinds import KINDS


def conv(x: str, **keys: object) -> str:
    """A graph of one convolution; `x` holds the keys of the input."""
    text = ", ".join(f"{key}={value}" for key, value in keys.items())
    return f"x = input({x})\ny = conv(x, {text})\nz = output(y)"


def one(x: str, layer: str) -> str:
    """A graph of one layer."""
    return f"x = input({x})\ny = {layer}\nz = output(y)"


def two(layer: str) -> str:
    """A graph of one layer with two inputs."""
    inputs = "a = input(channels=3, bins=5)\nb = input(channels=3, bins=5)"
    return f"{inputs}\ny = {layer}\nz = output(y)"


def many(kind: str, count: int) -> str:
    """A graph of one layer with many inputs, each another channel."""
    lines = (f"c{i} = slice(x, first={i}, channels=1)\n" for i in range(count))
    inputs = ", ".join(f"c{i}" for i in range(count))
    x = f"x = input(channels={count}, bins=3)\n"
    return f"{x}{''.join(lines)}y = {kind}({inputs})\nz = output(y)"


def functions(kinds: str) -> str:
    """A graph of functions side by side."""
    lines = (f"y_{k} = {k}(x)\n{k} = output(y_{k})\n" for k in kinds.split())
    return "x = input(channels=2, bins=8)\n" + "".join(lines)


UNET = """
x = input(channels=2, bins=24)
e1 = conv(x, channels=5, kernel=3x5, stride=2, pad=2, look=1, activation=relu)
e2 = conv(e1, channels=7, kernel=3x3, stride=2, pad=1, look=1, activation=relu)
e3 = conv(e2, channels=8, kernel=3x3, stride=2, pad=1, look=2, activation=relu)
d = dense(e3, channels=16, activation=relu)
m = gru(d, hidden=16)
s = dense(m, channels=8, bins=3)
b = add(e3, s)
u3 = upconv(b, channels=7, kernel=4, stride=2, crop=1)
s2 = conv(e2, channels=7, kernel=1x1)
d2 = add(u3, s2, activation=relu)
u2 = upconv(d2, channels=5, kernel=4, stride=2, crop=1)
s1 = conv(e1, channels=5, kernel=1x1)
d1 = add(u2, s1, activation=relu)
mask = upconv(d1, channels=2, kernel=2, stride=2, activation=sigmoid)
masked = multiply(x, mask)
z = output(masked)
"""

JOIN = """
x = input(channels=2, bins=6)
a = conv(x, channels=3, kernel=1x1)
b = conv(a, channels=3, kernel=2x1, look=1)
c = conv(b, channels=3, kernel=3x3, pad=1, look=2)
ab = concat(a, b)
abc = concat(ab, c)
y = conv(abc, channels=2, kernel=1x1)
w = subtract(x, y)
z = output(w)
"""

CASES = {
    "conv_odd": conv("channels=3, bins=10", channels=7, kernel="3x3", pad=1),
    "conv_look": conv("channels=3, bins=10", channels=5, kernel="3x3", pad=1, look=1),
    "conv_ahead": conv("channels=7, bins=9", channels=3, kernel="3x1", look=2),
    "conv_future": conv("channels=4, bins=6", channels=4, kernel="2x1", look=4),
    "conv_valid": conv("channels=3, bins=11", channels=3, kernel="2x5"),
    "conv_stride": conv(
        "channels=4, bins=24", channels=16, kernel="3x5", stride=2, pad=2, activation="relu"
    ),
    "conv_stride_odd": conv("channels=3, bins=23", channels=7, kernel="1x4", stride=3, pad=1),
    "conv_wide": conv("channels=32, bins=12", channels=48, kernel="3x3", stride=2, pad=1, look=1),
    "conv_groups": conv("channels=6, bins=8", channels=9, kernel="2x3", pad=1, groups=3),
    "conv_depthwise": conv("channels=7, bins=9", channels=7, kernel="3x3", pad=1, groups=7),
    "conv_dilation": conv(
        "channels=3, bins=15", channels=4, kernel="3x3", pad=3, dilation="2x3", look=2
    ),
    "conv_pointwise": conv("channels=7, bins=9", channels=3, kernel="1x1", activation="elu"),
    "conv_slope": conv(
        "channels=7, bins=9", channels=3, kernel="1x1", activation="leaky_relu", slope=0.2
    ),
    "conv_no_bias": conv("channels=16, bins=5", channels=16, kernel="1x1"),
    "upconv_odd": one("channels=5, bins=6", "upconv(x, channels=3, kernel=3, stride=2)"),
    "upconv_crop": one("channels=7, bins=6", "upconv(x, channels=3, kernel=4, stride=2, crop=1)"),
    "upconv_relu": one(
        "channels=32, bins=6",
        "upconv(x, channels=32, kernel=4, stride=2, crop=1, activation=relu)",
    ),
    "upconv_pair": one("channels=16, bins=7", "upconv(x, channels=2, kernel=2, stride=2)"),
    "upconv_three": one("channels=3, bins=5", "upconv(x, channels=4, kernel=5, stride=3, crop=2)"),
    "upconv_gaps": one("channels=3, bins=5", "upconv(x, channels=2, kernel=1, stride=2)"),
    "dense": one("channels=3, bins=7", "dense(x, channels=5, bins=3, activation=tanh)"),
    "dense_wide": one("channels=16, bins=3", "dense(x, channels=33, activation=relu)"),
    "gru": one("channels=3, bins=5", "gru(x, hidden=7)"),
    "gru_wide": one("channels=16, bins=2", "gru(x, hidden=32)"),
    "layer_norm": one("channels=7, bins=6", "layer_norm(x)"),
    "layer_norm_epsilon": one("channels=16, bins=3", "layer_norm(x, epsilon=0.1)"),
    "running_norm_bin": one("bins=6", "running_norm(x, over=bin, rate=0.2, hold=-1)"),
    "running_norm_frame": one("bins=6", "running_norm(x, over=frame, rate=0.2, hold=-1)"),
    "running_norm_channels": one(
        "channels=2, bins=3", "running_norm(x, over=bin, rate=0.3, hold=-1)"
    ),
    "bands": one("bins=12", "bands(x, bins=5)"),
    "bands_channels": one("channels=3, bins=4", "bands(x, bins=9)"),
    "add": two("add(a, b, activation=relu)"),
    "subtract": two("subtract(a, b)"),
    "multiply": two("multiply(a, b, activation=sigmoid)"),
    "add_many": many("add", 64),
    "subtract_many": many("subtract", 3),
    "multiply_many": many("multiply", 5),
    "concat": two("concat(a, b)"),
    "concat_many": many("concat", 64),
    "slice": one("channels=5, bins=4", "slice(x, first=1, channels=3)"),
    "crop": one("channels=3, bins=9", "crop(x, first=2, bins=5)"),
    "pad": one("channels=3, bins=5", "pad(x, bins=8)"),
    "activations": functions("relu leaky_relu elu sigmoid tanh silu softplus hard_sigmoid")
    + "y_slope = leaky_relu(x, slope=0.2)\nslope = output(y_slope)",
    "clamp": one("channels=2, bins=8", "clamp(x, low=-0.5, high=1.25)"),
    "scale": one("channels=2, bins=8", "scale(x, factor=-1.5, offset=0.25)"),
    "log": one("channels=1, bins=16", "log(x, floor=0.0000000000001, factor=0.5)"),
    "power": one("channels=2, bins=8", "power(x, exponent=2.2222223)"),
    "join": JOIN,
    "unet": UNET,
    "unet_half": UNET,
}

TIME = """
x = input(channels=2, bins=11)
e1 = conv(x, channels=5, kernel=5x5, stride=2x2, pad=1, pad_above=2, look=3, activation=elu)
e2 = conv(e1, channels=6, kernel=5x5, stride=2x2, pad=1, pad_above=2, look=3, activation=elu)
u2 = upconv(e2, channels=5, kernel=5x5, stride=2x2, crop=1x1, bins=5, activation=relu)
j2 = concat(u2, e1)
u1 = upconv(j2, channels=3, kernel=5x5, stride=2x2, crop=1x1, bins=11, activation=sigmoid)
z = output(u1)
"""

ATTENTION = """
x = input(channels=6, bins=5)
q = conv(x, channels=6, kernel=1x1)
k = conv(x, channels=6, kernel=1x1)
v = conv(x, channels=6, kernel=1x1)
y = attention(q, k, v, {})
z = output(y)
"""


def up_again(x: str, layer: str, up: str) -> str:
    """A layer that has fewer frames than the input, and one that brings them back."""
    return f"x = input({x})\ny = {layer}\nw = {up}\nz = output(w)"


CASES |= {
    "functions": functions("gelu hard_swish hard_tanh"),
    "conv_hard_swish": conv(
        "channels=5, bins=7", channels=9, kernel="1x1", activation="hard_swish"
    ),
    "conv_pad_above": conv(
        "channels=3, bins=10", channels=5, kernel="3x5", stride="1x2", pad=1, pad_above=2, look=1
    ),
    "upconv_bins": one(
        "channels=5, bins=6", "upconv(x, channels=3, kernel=5, stride=2, crop=1, bins=12)"
    ),
    "upconv_bins_few": one(
        "channels=16, bins=5", "upconv(x, channels=2, kernel=3, stride=2, bins=10)"
    ),
    "upconv_time": one(
        "channels=3, bins=5", "upconv(x, channels=4, kernel=3x3, stride=1x2, crop=2x1)"
    ),
    "time_stride": up_again(
        "channels=3, bins=7",
        "conv(x, channels=5, kernel=3x3, stride=2x1, pad=1, look=1)",
        "upconv(y, channels=3, kernel=2x1, stride=2x1)",
    ),
    "time_stride_three": up_again(
        "channels=2, bins=9",
        "conv(x, channels=4, kernel=4x3, stride=3x2, pad=1, look=2, dilation=2x1)",
        "upconv(y, channels=3, kernel=5x4, stride=3x2, crop=2x1)",
    ),
    "time_unet": TIME,
    "softmax": one("channels=5, bins=6", "softmax(x)"),
    "softmax_even": one("channels=16, bins=3", "softmax(x)"),
    "layer_norm_frame": one("channels=7, bins=5", "layer_norm(x, over=frame)"),
    "layer_norm_frame_even": one("channels=4, bins=8", "layer_norm(x, over=frame, epsilon=0.001)"),
    "shuffle": one("channels=6, bins=5", "shuffle(x, groups=3)"),
    "shuffle_two": one("channels=10, bins=3", "shuffle(x, groups=2)"),
    "reshape": one("channels=3, bins=8", "reshape(x, channels=4, bins=6)"),
    "transpose": one("channels=3, bins=7", "transpose(x)"),
    "max_pool": one("channels=3, bins=9", "max_pool(x, kernel=2)"),
    "max_pool_look": one("channels=4, bins=8", "max_pool(x, kernel=3x3, stride=1x2, look=1)"),
    "max_pool_time": up_again(
        "channels=3, bins=6",
        "max_pool(x, kernel=2x2, look=1)",
        "upsample(y, factor=2x2)",
    ),
    "avg_pool": one("channels=3, bins=9", "avg_pool(x, kernel=1x3)"),
    "avg_pool_time": up_again(
        "channels=7, bins=6",
        "avg_pool(x, kernel=4x2, stride=3x1, look=2)",
        "upsample(y, factor=3x1)",
    ),
    "avg_pool_past": one("channels=5, bins=4", "avg_pool(x, kernel=3x1, stride=1x1)"),
    "upsample": one("channels=3, bins=5", "upsample(x, factor=3)"),
    "upsample_linear": one("channels=3, bins=5", "upsample(x, factor=2, mode=linear)"),
    "upsample_linear_three": one("channels=4, bins=4", "upsample(x, factor=1x3, mode=linear)"),
    "upsample_linear_time": up_again(
        "channels=3, bins=4",
        "conv(x, channels=3, kernel=1x1, stride=2x1)",
        "upsample(y, factor=2x2, mode=linear)",
    ),
    "upsample_linear_time_three": up_again(
        "channels=2, bins=3",
        "avg_pool(x, kernel=3x1, look=2)",
        "upsample(y, factor=3x1, mode=linear)",
    ),
    "lstm": one("channels=3, bins=5", "lstm(x, hidden=7)"),
    "lstm_groups": one("channels=4, bins=3", "lstm(x, hidden=8, groups=2)"),
    "lstm_bins": one("channels=5, bins=6", "lstm(x, hidden=4, over=bins, direction=both)"),
    "lstm_each": one("channels=3, bins=4", "lstm(x, hidden=5, over=each)"),
    "gru_groups": one("channels=6, bins=4", "gru(x, hidden=9, groups=3)"),
    "gru_bins": one("channels=5, bins=6", "gru(x, hidden=7, over=bins)"),
    "gru_bins_backward": one(
        "channels=4, bins=5", "gru(x, hidden=8, over=bins, direction=backward)"
    ),
    "gru_bins_both": one("channels=5, bins=6", "gru(x, hidden=3, over=bins, direction=both)"),
    "gru_bins_groups": one(
        "channels=6, bins=5", "gru(x, hidden=4, over=bins, direction=both, groups=2)"
    ),
    "gru_each": one("channels=3, bins=5", "gru(x, hidden=7, over=each)"),
    "gru_each_groups": one("channels=8, bins=4", "gru(x, hidden=16, over=each, groups=2)"),
    "attention_bins": ATTENTION.format("heads=1"),
    "attention_heads": ATTENTION.format("heads=3, over=bins"),
    "attention_time": ATTENTION.format("heads=2, over=time, window=4"),
    "attention_window": ATTENTION.format("over=time, window=1"),
    "join_rates": """
x = input(channels=2, bins=6)
a = conv(x, channels=3, kernel=3x1, stride=2x1, look=2)
b = conv(x, channels=3, kernel=2x1, stride=2x1)
ab = add(a, b, activation=tanh)
m = gru(ab, hidden=6)
n = reshape(m, channels=1, bins=6)
w = upsample(n, factor=2x1)
z = output(w)
""",
    "dense_groups": one("channels=4, bins=6", "dense(x, channels=32, groups=2, activation=relu)"),
    "dense_groups_odd": one("channels=5, bins=3", "dense(x, channels=7, bins=3, groups=3)"),
    "upconv_groups": one(
        "channels=6, bins=5", "upconv(x, channels=4, kernel=4, stride=2, crop=1, groups=2)"
    ),
    "upconv_depthwise": one(
        "channels=16, bins=5",
        "upconv(x, channels=16, kernel=3, stride=2, crop=1, bins=10, groups=16)",
    ),
    "upconv_depthwise_time": up_again(
        "channels=16, bins=7",
        "conv(x, channels=16, kernel=1x1, stride=2x1, groups=16)",
        "upconv(y, channels=16, kernel=5x1, stride=2x2, crop=1x0, groups=16)",
    ),
    "running_norm_weighted": one(
        "bins=6", "running_norm(x, over=bin, rate=0.2, start=weighted, hold=-1)"
    ),
    "running_norm_whole": one("bins=6", "running_norm(x, over=frame, rate=0.2, start=weighted)"),
    "running_norm_start": one("channels=2, bins=3", "running_norm(x, over=bin, rate=0.2)"),
    "unit_norm": one("channels=2, bins=7", "unit_norm(x, rate=0.2)"),
    "unit_norm_weighted": one(
        "channels=2, bins=7", "unit_norm(x, rate=0.2, start=weighted, floor=0.5)"
    ),
    "unit_norm_level": one("channels=2, bins=6", "unit_norm(x, rate=0.2, level=0.01)"),
    "unit_norm_start": one("channels=3, bins=5", "unit_norm(x, rate=0.2)"),
}

# What a kind's own file gives.
for kind in KINDS.values():
    CASES |= {name: one(*example) for name, example in kind.examples.items()}

# A whole model with complex spectrum in and taps out, of which some weigh later frames.
FILTER = """
power = input(bins=65)
spectrum = input(channels=2, bins=16)
energy = bands(power, bins=12)
level = log(energy, floor=0.000001, factor=0.25)
levels = running_norm(level, over=bin, rate=0.05, start=weighted)
low = unit_norm(spectrum, rate=0.05, start=weighted)
bands = conv(levels, channels=16, kernel=3x3, pad=1, look=1, activation=relu)
half = conv(bands, channels=16, kernel=1x3, stride=2, pad=1, groups=16)
memory = dense(half, channels=32, groups=4, activation=relu)
state = gru(memory, hidden=32)
back = dense(state, channels=16, bins=6, groups=2, activation=relu)
up = upconv(back, channels=16, kernel=3, stride=2, crop=1, bins=12, groups=16)
sum = add(up, bands)
gain = conv(sum, channels=2, kernel=1x3, pad=1, activation=sigmoid)
wide = bands(gain, bins=65)
mask = output(wide)
near = conv(low, channels=16, kernel=2x3, pad=1, look=1, activation=tanh)
filter = conv(near, channels=16, kernel=1x1)
taps = output(filter)
"""
