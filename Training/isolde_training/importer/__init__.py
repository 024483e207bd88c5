"""Import: converts an ONNX file or a PyTorch module to a `.isolde` file.

`bring.py` runs all steps. `onnx_file.py` reads, `layout.py` finds the axes of the inputs,
`patterns.py` finds several operators that are one layer, `walk.py` goes from node to node, `ops/`
makes layers, `axes.py` and `builder.py` keep track of layout, `check.py` compares.
"""
