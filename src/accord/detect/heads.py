"""Linear text heads: hashed n-grams, one pass for all heads, scores for every stretch of a text.

A head is a vector of weights over hashed character n-grams and word n-grams. Because the normalisation of a
window only counts its characters and words, the logit of *any* stretch of text is a difference of two prefix
sums. So one pass over a text gives the scores of all its sentences, paragraphs and pages, for all heads at once,
in time linear in its length; a single bad sentence is found in a long document, and where it stands is known.

Method: feature hashing (Weinberger et al., ICML 2009) with naive-Bayes-scaled logistic regression after
Wang and Manning, "Baselines and Bigrams" (ACL 2012). `scripts/train_heads.py` trains the weights.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.windows import Windows, cut
from accord.detect.ngrams import BITS, Grams, hash_text
from accord.errors import ModelError

WEIGHTS = Path(__file__).parent / "weights"
"""Where the shipped weights lie."""

CHAR_PRIOR = 16.0
WORD_PRIOR = 4.0
"""Added to the counts that normalise a window, so that a word or two cannot reach a high score."""
