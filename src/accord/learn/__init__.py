"""Detectors learn here: data, training, calibration, export. Nothing of it is needed to run accord."""
