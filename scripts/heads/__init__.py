"""Training of the text heads; see `scripts/train_heads.py`."""
