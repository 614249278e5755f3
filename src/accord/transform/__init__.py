"""Making content safe to leave."""
