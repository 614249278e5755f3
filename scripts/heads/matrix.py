"""Rows as a sparse matrix, by the same code that reads texts at run time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from accord.detect.heads import CHAR_PRIOR, WORD_PRIOR
from accord.detect.ngrams import BITS, NOTHING, hash_text


def featurise(texts: Sequence[str]) -> sparse.csr_matrix:
    """One row per text: counts of its n-grams, normalised as a window is."""
    indices, values, ends = [], [], [0]
    for text in texts:
        grams = hash_text(text)
        chars = np.concatenate(grams.chars)
        words = np.concatenate(grams.words)
        char_unit = 1 / np.sqrt(grams.codes.size + CHAR_PRIOR)
        word_unit = 1 / np.sqrt(grams.word_starts.size + WORD_PRIOR)
        found = np.concatenate((chars, words)).astype(np.int64)
        unit = np.concatenate((np.full(chars.size, char_unit), np.full(words.size, word_unit)))
        buckets, place = np.unique(found, return_inverse=True)
        buckets, sums = buckets[buckets != NOTHING], np.bincount(place, unit)[buckets != NOTHING]
        indices.append(buckets.astype(np.int32))
        values.append(sums.astype(np.float32))
        ends.append(ends[-1] + buckets.size)
    shape = (len(texts), 1 << BITS)
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), np.array(ends)), shape=shape)
