"""Scores, and the harm that a separation does."""
