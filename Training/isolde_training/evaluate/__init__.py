"""Scores and safety checks of a separation."""
