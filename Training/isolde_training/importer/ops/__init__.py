"""ONNX operators as layers, one file per family; `table.py` lists them all."""
