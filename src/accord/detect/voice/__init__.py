"""Voices in recordings: that somebody speaks, and how many there are; nobody is recognised."""
