"""Text out of text: structure and disguises, each reading aligned with what it was read from."""
