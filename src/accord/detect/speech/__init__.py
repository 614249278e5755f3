"""Detectors of what is said: numbers that nobody announced, names as they sound."""
