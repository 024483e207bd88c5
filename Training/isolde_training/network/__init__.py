"""The network in PyTorch, its transform and its weights on disk."""
