"""The model file: its graph, the layers, and the engine that runs them."""
