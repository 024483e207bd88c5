"""Every operator that is known, and what makes layers of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..axes import Value
from ..call import Call
from . import attention, convolution, dense, elementwise, norm, pool, recurrent, shape

Operator = Callable[[Call], Value | list[Value]]

OPERATORS: dict[str, Operator] = {
    "Conv": convolution.conv,
    "ConvTranspose": convolution.conv_transpose,
    "Gemm": dense.gemm,
    "MatMul": dense.matmul,
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
    "Add": elementwise.binary,
    "Sub": elementwise.binary,
    "Mul": elementwise.binary,
    "Div": elementwise.binary,
    "Sum": elementwise.many,
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
    "CastLike": elementwise.same,
    "Transpose": shape.transpose,
    "Reshape": shape.reshape,
    "Flatten": shape.flatten,
    "Squeeze": shape.squeeze,
    "Unsqueeze": shape.unsqueeze,
    "Expand": shape.expand,
    "Tile": shape.tile,
    "Concat": shape.concat,
    "Pad": shape.pad,
    "Slice": shape.slice_,
    "Gather": shape.gather,
    "Split": shape.split,
    # made by patterns.py
    "isolde.PlainNorm": norm.plain_norm,
    "isolde.Attention": attention.attention,
}

SHAPES: dict[str, Callable[[object, Value], np.ndarray]] = {
    "Shape": shape.shape_of,
    "Size": shape.shape_of,
}
