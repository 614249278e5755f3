"""Nouns only: frozen, without I/O."""
