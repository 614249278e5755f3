"""The tables of the pattern detector: what identifiers and secrets look like, as data.

Each module holds one `PATTERNS` tuple of rows; `accord.detect.patterns` runs them all. A row says how a value
is written (an RE2 expression), which arithmetic proves it, which words beside it speak for it, and how sure
each of these makes us.
"""
