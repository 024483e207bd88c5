"""The training loop, its targets and losses, and tools for finished runs."""
