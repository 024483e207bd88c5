"""The training loop, what it learns from, and what becomes of a run."""
