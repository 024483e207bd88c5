"""A U-Net for singing voice, written in Keras, streamed by the engine.

Jansson et al. 2017, "Singing voice separation with deep U-Net convolutional networks": six levels
of 5 x 5 convolutions with stride 2 in time and frequency, batch norm, leaky ReLU 0.2; transposed
convolutions, dropout in the first three; skip connections; a mask between 0 and 1.

    python examples/keras_unet.py            # 512 bins, as in the paper
"""

from __future__ import annotations

import argparse
import os
import pathlib

import numpy as np
from show import Exported, show

os.environ.setdefault("KERAS_BACKEND", "torch")
CHANNELS = (16, 32, 64, 128, 256, 512)


def build(frames: int, bins: int, channels: tuple[int, ...] = CHANNELS):
    """[1, T, F, 1] to the same: the magnitude times its mask."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    x = magnitude = keras.Input((frames, bins, 1), name="magnitude")
    skips = []
    for count in channels:
        x = layers.Conv2D(count, 5, strides=2, padding="same")(x)
        x = layers.BatchNormalization()(x)
        skips.append(x := layers.LeakyReLU(0.2)(x))
    for level, count in enumerate(reversed((1, *channels[:-1]))):
        x = layers.Conv2DTranspose(count, 5, strides=2, padding="same")(x)
        if level == len(channels) - 1:
            break
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        if level < 3:
            x = layers.Dropout(0.5)(x)
        x = layers.Concatenate()([x, skips[-2 - level]])
    mask = layers.Activation("sigmoid")(x)
    model = keras.Model(magnitude, layers.Multiply()([magnitude, mask]))
    randomize(model)
    return model


def randomize(model) -> None:
    """Statistics for the batch norms as if they had been trained."""
    rng = np.random.default_rng(2)
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            gamma, beta, mean, variance = (np.shape(w) for w in layer.get_weights())
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, gamma),
                    0.3 * rng.standard_normal(beta),
                    0.1 * rng.standard_normal(mean),
                    rng.uniform(0.2, 1.0, variance),
                ]
            )


def export(folder: pathlib.Path, frames: int, bins: int, **keys) -> Exported:
    return exported(build(frames, bins, **keys), folder / "keras_unet.onnx")


def exported(model, path: pathlib.Path) -> Exported:
    """The ONNX file of a Keras model, and the model itself as a function of whole clips."""
    import keras

    def run(clips: list[np.ndarray]) -> list[np.ndarray]:
        found = model(clips[0], training=False)
        found = found if isinstance(found, list) else [found]
        return [keras.ops.convert_to_numpy(x) for x in found]

    run([np.zeros((1, *model.inputs[0].shape[1:]), np.float32)])  # Keras exports what was called
    model.export(path, format="onnx", verbose=False)
    return path, ("Keras", run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=384, help="of the exported clip")
    parser.add_argument("--bins", type=int, default=512)
    a = parser.parse_args()
    show(lambda folder: export(folder, a.frames, a.bins), {"magnitude": "NTFC"}, ("voice",))


if __name__ == "__main__":
    main()
