"""What was decided, on record before anything leaves."""
