"""Weights: which there are, how they get here, and how they run."""
