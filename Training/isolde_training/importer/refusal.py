"""The error for what cannot be imported, with a remedy."""

from __future__ import annotations


class RefusedError(ValueError):
    """A network that cannot be imported as it is: the node by name, what is wrong, a hint."""

    def __init__(self, what: str, hint: str = ""):
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what, self.hint = what, hint


CAUSAL = "a stream has no end: use a running mean, or a norm within the frame"
LOOP = (
    "Keras 3 writes a GRU as a loop: put its weights into PyTorch's nn.GRU, which is one operator"
)
HINTS = {  # operators that have no row in the table of operators
    "InstanceNormalization": CAUSAL,
    "GroupNormalization": CAUSAL,
    "MeanVarianceNormalization": CAUSAL,
    "GlobalAveragePool": "pool over the bins alone (axis of frequency), or use a running mean",
    "GlobalMaxPool": "pool over the bins alone (axis of frequency)",
    "CumSum": "a GRU or a running mean remembers; a sum over all frames grows without end",
    "RNN": "use a GRU or an LSTM",
    "Loop": LOOP,
    "Scan": LOOP,
    "If": "export the branch that is used: model.eval(), no decisions on tensors in forward()",
    "STFT": "leave the transform out of the network: its input is the spectrogram",
    "DFT": "leave the transform out of the network: its input is the spectrogram",
    "Exp": "use softplus, or feed the network logarithms",
    "Attention": "write q, k, v and the softmax out (opset 20), over the bins of a frame",
    "GridSample": "there is no such layer; see docs/import.md for those there are",
    "TopK": "there is no such layer; see docs/import.md for those there are",
}
