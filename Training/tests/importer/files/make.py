"""The ONNX files beside this one, as tf2onnx writes them: needs tensorflow 2.21 and tf2onnx 1.17.

They are kept because TensorFlow is no part of what the tests need. Run in an environment of its
own: `python make.py`.
"""

from __future__ import annotations

import pathlib

import keras
import tensorflow as tf
import tf2onnx
from keras import layers

FOLDER = pathlib.Path(__file__).parent


def unet(frames: int | None) -> keras.Model:
    """Three levels, stride 2 in time and frequency."""
    x = magnitude = keras.Input((frames, 16, 2), name="magnitude")
    skips = []
    for channels in (2, 3, 4):
        x = layers.Conv2D(channels, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
        skips.append(x)
    for channels, skip in zip((3, 2), skips[-2::-1], strict=True):
        x = layers.Conv2DTranspose(channels, 5, strides=2, padding="same")(x)
        x = layers.Concatenate()([layers.ReLU()(layers.BatchNormalization()(x)), skip])
    x = layers.Conv2DTranspose(2, 5, strides=2, padding="same", activation="sigmoid")(x)
    return keras.Model(magnitude, layers.Multiply()([x, magnitude]))


def mixed(frames: int) -> keras.Model:
    """Depthwise and separable convolutions, PReLU, layer norm, dense layers, pooling."""
    x = magnitude = keras.Input((frames, 8, 2), name="magnitude")
    x = layers.Conv2D(4, (3, 5), padding="same", activation="elu")(x)
    x = layers.SeparableConv2D(4, 3, padding="same")(layers.DepthwiseConv2D(3, padding="same")(x))
    x = layers.LayerNormalization()(layers.PReLU(shared_axes=[1, 2])(x))
    y = layers.Dense(32, activation="silu")(layers.Reshape((frames, 32))(x))
    x = layers.Add()([x, layers.Reshape((frames, 8, 4))(y)])
    x = layers.UpSampling2D((1, 2))(layers.AveragePooling2D((1, 2))(x))
    return keras.Model(magnitude, layers.Softmax()(layers.Conv2D(2, 1)(x)))


def write(model: keras.Model, name: str) -> None:
    spec = tf.TensorSpec((1, *model.inputs[0].shape[1:]), tf.float32, name="magnitude")
    tf2onnx.convert.from_function(
        tf.function(lambda x: model(x, training=False)),
        input_signature=[spec],
        opset=17,
        output_path=FOLDER / f"{name}.onnx",
    )


if __name__ == "__main__":
    keras.utils.set_random_seed(5)
    write(unet(None), "tf2onnx_unet")
    write(unet(64), "tf2onnx_unet_fixed")
    write(mixed(24), "tf2onnx_mixed")
