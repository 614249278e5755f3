"""The encoder for texts: personal data and heads in one pass."""
