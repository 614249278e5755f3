"""Finding what is in it: privacy and safety, in readings of text."""
