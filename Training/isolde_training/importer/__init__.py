"""Networks of others: an ONNX file, or a module of PyTorch, becomes the graph of a `.isolde` file.

`onnx_file.py` reads, `layout.py` says what the axes of the inputs are, `walk.py` goes from node to
node, `ops/` makes layers, `axes.py` and `builder.py` keep track of layout, `check.py` compares.
"""

from .refusal import RefusedError
from .walk import Imported, walk

__all__ = ["Imported", "RefusedError", "walk"]
