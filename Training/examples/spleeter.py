"""The networks of Spleeter with two stems, full size, written in Keras, streamed by the engine.

Hennequin et al. 2020; one U-Net a stem: six levels of 5 x 5 convolutions with stride 2 and `same`
padding, batch norm, leaky ReLU (or ELU); the skips are taken before the norm, the norms of the
decoder stand after the activation; a convolution of 4 x 4 with dilation 2 gives the mask.

    python examples/spleeter.py              # 1,024 bins and 512 frames, 2 audio channels
"""

from __future__ import annotations

import argparse
import os
import pathlib

from keras_unet import CHANNELS, exported, randomize
from show import Exported, show

os.environ.setdefault("KERAS_BACKEND", "torch")
STEMS = ("vocals", "accompaniment")


def stem(x, name: str, activation: str, channels: tuple[int, ...]):
    """One U-Net: [1, T, F, 2] to the magnitude of a stem."""
    from keras import layers

    def active(y, decoder: bool = False):
        if activation == "ELU":
            return layers.ELU()(y)
        return layers.ReLU()(y) if decoder else layers.LeakyReLU(0.2)(y)

    magnitude, skips = x, []
    for level, count in enumerate(channels):
        x = layers.Conv2D(count, 5, strides=2, padding="same")(x)
        skips.append(x)
        if level < len(channels) - 1:
            x = active(layers.BatchNormalization()(x))
    for level, count in enumerate(reversed((1, *channels[:-1]))):
        x = layers.Conv2DTranspose(count, 5, strides=2, padding="same")(x)
        x = layers.BatchNormalization()(active(x, decoder=True))
        if level < 3:
            x = layers.Dropout(0.5)(x)
        if level < len(channels) - 1:
            x = layers.Concatenate()([skips[-2 - level], x])
    mask = layers.Conv2D(2, 4, dilation_rate=2, padding="same", activation="sigmoid")(x)
    return layers.Multiply(name=name)([mask, magnitude])


def build(frames: int, bins: int, activation: str, channels: tuple[int, ...] = CHANNELS):
    import keras

    keras.utils.set_random_seed(3)
    x = keras.Input((frames, bins, 2), name="mix")
    outputs = [stem(x, name, activation, channels) for name in STEMS]
    model = keras.Model(x, outputs)
    randomize(model)
    return model


def export(
    folder: pathlib.Path, frames: int, bins: int, activation: str = "LeakyReLU", **keys
) -> Exported:
    return exported(build(frames, bins, activation, **keys), folder / "spleeter.onnx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=512, help="of the exported clip")
    parser.add_argument("--bins", type=int, default=1024)
    parser.add_argument("--activation", choices=("LeakyReLU", "ELU"), default="LeakyReLU")
    a = parser.parse_args()
    show(lambda folder: export(folder, a.frames, a.bins, a.activation), {"mix": "NTFC"}, STEMS)


if __name__ == "__main__":
    main()
