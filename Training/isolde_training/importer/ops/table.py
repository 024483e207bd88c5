"""Every supported operator, and the function that converts it to layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..axes import Value
from ..call import Call
from . import (
    arithmetic,
    attention,
    convolution,
    dense,
    elementwise,
    joining,
    norm,
    pool,
    recurrent,
    shape,
    slicing,
)

Operator = Callable[[Call], Value | list[Value]]

OPERATORS: dict[str, Operator] = {
    "Conv": convolution.conv,
    "ConvTranspose": convolution.conv_transpose,
    "Gemm": dense.gemm,
    "MatMul": dense.matmul,
    "Einsum": dense.einsum,
    "GRU": recurrent.recurrent,
    "LSTM": recurrent.recurrent,
    "BatchNormalization": norm.batch_norm,
    "LayerNormalization": norm.layer_norm,
    "RMSNormalization": norm.rms_norm,
    "MaxPool": pool.pool,
    "AveragePool": pool.pool,
    "ReduceMean": pool.reduced,
    "ReduceSum": pool.reduced,
    "ReduceMax": pool.reduced,
    "Resize": pool.resize,
    "Upsample": pool.resize,
    "Add": arithmetic.binary,
    "Sub": arithmetic.binary,
    "Mul": arithmetic.binary,
    "Div": arithmetic.binary,
    "Sum": arithmetic.many,
    "Relu": elementwise.function("relu"),
    "LeakyRelu": elementwise.leaky_relu,
    "Elu": elementwise.elu,
    "Selu": elementwise.selu,
    "Gelu": elementwise.gelu,
    "Sigmoid": elementwise.function("sigmoid"),
    "Tanh": elementwise.function("tanh"),
    "Softplus": elementwise.function("softplus"),
    "HardSigmoid": elementwise.hard_sigmoid,
    "HardSwish": elementwise.function("hard_swish"),
    "Clip": elementwise.clip,
    "Max": elementwise.limit,
    "Min": elementwise.limit,
    "PRelu": elementwise.prelu,
    "Abs": elementwise.absolute,
    "Neg": elementwise.negative,
    "Pow": elementwise.power,
    "Sqrt": elementwise.power,
    "Reciprocal": elementwise.power,
    "Log": elementwise.logarithm,
    "Softmax": elementwise.softmax,
    "Identity": elementwise.same,
    "Dropout": elementwise.same,
    "Cast": elementwise.cast,
    "CastLike": elementwise.cast_like,
    "Transpose": shape.transpose,
    "Reshape": shape.reshape,
    "Flatten": shape.flatten,
    "Squeeze": shape.squeeze,
    "Unsqueeze": shape.unsqueeze,
    "Expand": shape.expand,
    "Tile": shape.tile,
    "Concat": joining.concat,
    "Pad": joining.pad,
    "Slice": slicing.slice_,
    "Gather": slicing.gather,
    "Split": slicing.split,
    # made by patterns.py
    "isolde.PlainNorm": norm.plain_norm,
    "isolde.Attention": attention.attention,
}

SHAPES: dict[str, Callable[[object, Value], np.ndarray]] = {
    "Shape": shape.shape_of,
    "Size": shape.shape_of,
}
