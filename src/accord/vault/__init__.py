"""Keys: wrapped by a master key, one for each purpose and person, destroyed to forget."""
