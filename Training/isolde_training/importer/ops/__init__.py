"""Operators of ONNX as layers, a file for every family; `table.py` names them all."""
