"""Opening files that are no text, within bounds, and building them anew from what was inspected."""
