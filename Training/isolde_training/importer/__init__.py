"""Import: converts an ONNX file or a PyTorch module to a `.isolde` file.

`bring.py` does it all. `onnx_file.py` reads, `layout.py` says what the axes of the inputs are,
`patterns.py` finds several operators that are one layer, `walk.py` goes from node to node, `ops/`
makes layers, `axes.py` and `builder.py` keep track of layout, `check.py` compares.
"""
