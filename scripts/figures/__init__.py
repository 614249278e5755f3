"""What `scripts/accuracy.py` measures and how it writes it down."""
