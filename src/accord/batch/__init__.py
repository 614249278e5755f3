"""Many contents at once: files and folders made safe for a data set."""
