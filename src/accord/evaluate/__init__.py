"""Measuring what accord finds: metrics with their uncertainty, cases, and runs stamped with what they measured."""
