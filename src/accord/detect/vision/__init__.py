"""Detectors that look at pixels, and at text that was read from pixels."""
