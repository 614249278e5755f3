"""Reads the letters in pictures."""
