"""Linear text heads: one pass over hashed n-grams gives the scores of every stretch of a text, for all heads.

A head is a vector of weights over hashed character and word n-grams. The normalisation of a window only counts
its characters and words, so the logit of *any* stretch of text is a difference of prefix sums. One pass over a
text thus judges all its sentences, paragraphs and pages for all heads, in time linear in its length; a single bad
sentence is found in a long document, and where it stands is known.

Method: feature hashing (Weinberger et al., ICML 2009) and logistic regression over character and word n-grams
(after Wang and Manning, "Baselines and Bigrams", ACL 2012). `scripts/train_heads.py` trains the weights, and the
card beside them says on what.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.core.place import Span
from accord.core.roles import Stop
from accord.detect.ngrams import BITS, Grams, hash_text
from accord.detect.windows import LONGEST, segments, windows
from accord.errors import ModelError

WEIGHTS = Path(__file__).parent / "weights"
"""Where the shipped weights lie."""

FILE = "text-heads.npz"
SUMS = "SHA256SUMS"

HEADS = ("injection", "hate", "harassment", "violence", "sexual", "selfharm", "illicit", "weapons")
"""The heads of the shipped weights, one column each."""

CHAR_PRIOR = 16.0
WORD_PRIOR = 4.0
"""Added to the counts that normalise a window, so that a word or two alone cannot reach a high score."""

FLOOR = 0.5
"""Below this a hit shows in the scores of an inspection and is never judged."""

_BLOCK = 32_768  # characters scored at once: keeps the working set in the cache and answers `stop` in time
_MEMORY = 65_536  # windows whose scores are remembered; scores only, never text
_HINT = "reinstall accord, or train the weights again with scripts/train_heads.py"

Floats = NDArray[np.float32]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Scored:
    """The windows of a text and what each head says of them.

    Attributes:
        starts: where each window begins, in characters.
        ends: where each window ends.
        logits: calibrated log-odds, one row a window, one column a head.
    """

    starts: Index
    ends: Index
    logits: Floats


class TextHeads:
    """Weights, calibration and a short memory of scores.

    The two detectors of one process share one instance, so a text is read once for both. The memory is keyed by
    a digest under a key that is drawn anew in each process, and holds scores, never content.

    Args:
        arrays: what the weights file holds, by name.

    Raises:
        ModelError: an array is missing or has another shape.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        try:
            self._table = np.ascontiguousarray(arrays["weights"], dtype=np.int8).view(np.uint64).reshape(-1)
            self._scale = arrays["scale"].astype(np.float32)
            self._bias = arrays["bias"].astype(np.float32)
            self._raw = arrays["knots_raw"].astype(np.float64)
            self._fair = arrays["knots_fair"].astype(np.float64)
            self._length = arrays["length"].astype(np.float64)
        except (KeyError, ValueError) as error:
            raise ModelError(f"{FILE} does not hold the arrays of text heads", hint=_HINT) from error
        if tuple(arrays.get("heads", ())) != HEADS or self._table.size != 1 << BITS:
            raise ModelError(f"{FILE} was made for other heads", hint=_HINT)
        self._lock = threading.Lock()
        self._memory: OrderedDict[bytes, Scored] = OrderedDict()
        self._held = 0
        self._key = os.urandom(16)

    def score(self, text: str, stop: Stop) -> Scored:
        """Score all windows of a text, or those of its beginning when `stop` says so on the way."""
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        with self._lock:
            if digest in self._memory:
                self._memory.move_to_end(digest)
                return self._memory[digest]
        borders = segments(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
        found: list[tuple[Index, Index, Floats]] = []
        for block in _blocks(borders):
            if stop():
                return self._scored(found, len(text))
            found.append(self._judge(text, *block))
        scored = self._scored(found, len(text))
        self._remember(digest, scored)
        return scored

    def raw(self, text: str) -> Floats:
        """The logits of all windows before calibration, as training needs them."""
        borders = segments(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
        found = [self._judge(text, *block)[2] for block in _blocks(borders)]
        return np.concatenate(found) if found else np.zeros((0, len(HEADS)), dtype=np.float32)

    def calibrate(self, logits: Floats, characters: int) -> Floats:
        """Log-odds that mean the same for every head, given how long the whole text is.

        The best of many windows is high by chance alone; `length` takes that back, by the logarithm of how many
        pages the text has.
        """
        pages = np.log(max(1.0, characters / LONGEST))
        fair = np.empty(logits.shape, dtype=np.float32)
        for head in range(logits.shape[1]):
            shifted = logits[:, head] - self._length[head] * pages
            fair[:, head] = np.interp(shifted, self._raw[head], self._fair[head])
        return fair

    def _scored(self, found: list[tuple[Index, Index, Floats]], characters: int) -> Scored:
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return Scored(none, none, np.zeros((0, len(HEADS)), dtype=np.float32))
        starts, ends, logits = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Scored(starts, ends, self.calibrate(logits, characters))

    def _judge(self, text: str, first: int, starts: Index, ends: Index) -> tuple[Index, Index, Floats]:
        last = int(ends.max())
        grams = hash_text(text[first:last])
        chars = _prefix(self._sum(grams.chars, grams.codes.size))
        words = _prefix(self._sum(grams.words, grams.word_starts.size))
        left, right = _codes_at(grams, starts - first), _codes_at(grams, ends - first) + 1
        from_word = np.searchsorted(grams.word_starts, left + 1)
        to_word = np.searchsorted(grams.word_starts, right)
        by_char = (chars[right] - chars[left]) / np.sqrt(right - left + 1 + CHAR_PRIOR)[:, None]
        by_word = (words[to_word] - words[from_word]) / np.sqrt(to_word - from_word + WORD_PRIOR)[:, None]
        return starts, ends, ((by_char + by_word) * self._scale + self._bias).astype(np.float32)

    def _sum(self, rows: tuple[NDArray[np.uint32], ...], size: int) -> NDArray[np.int16]:
        total = np.zeros((size, len(HEADS)), dtype=np.int16)
        for row in rows:
            total[: row.size] += self._table[row].view(np.int8).reshape(-1, len(HEADS))
        return total

    def _remember(self, digest: bytes, scored: Scored) -> None:
        with self._lock:
            if digest in self._memory or scored.starts.size > _MEMORY // 2:
                return
            self._memory[digest] = scored
            self._held += scored.starts.size
            while self._held > _MEMORY or len(self._memory) > _MEMORY // 64:
                _, dropped = self._memory.popitem(last=False)
                self._held -= dropped.starts.size


@cache
def shared(folder: Path = WEIGHTS) -> TextHeads:
    """The heads of a folder, loaded once in a process.

    Raises:
        ModelError: the weights are missing, altered or of another shape.
    """
    return TextHeads(_load(folder))


def probability(logits: Floats) -> Floats:
    """Log-odds as probabilities."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))).astype(np.float32)


def stretches(scored: Scored, scores: Floats, floor: float) -> Iterator[tuple[Span, float]]:
    """The stretches of text that reach `floor`, each with its score; else the one that comes nearest to it.

    Windows overlap, so the highest is taken first, the shorter before the longer where they are equal, and what
    adds less than half of itself to what was taken is left out.
    """
    if not scores.size:
        return
    reached = np.flatnonzero(scores >= floor)
    if not reached.size:
        best = int(np.argmax(scores))
        yield Span(int(scored.starts[best]), int(scored.ends[best])), float(scores[best])
        return
    order = reached[np.lexsort((scored.starts[reached], (scored.ends - scored.starts)[reached], -scores[reached]))]
    taken = np.zeros(int(scored.ends.max()), dtype=bool)
    for window in order.tolist():
        start, end = int(scored.starts[window]), int(scored.ends[window])
        if np.count_nonzero(taken[start:end]) * 2 < end - start:
            taken[start:end] = True
            yield Span(start, end), float(scores[window])


def _blocks(borders: Index) -> Iterator[tuple[int, Index, Index]]:
    """Windows that begin within one block of text, with the block's first character."""
    starts, ends = windows(borders)
    at = 0
    while at < starts.size:
        first = int(starts[at])
        to = int(np.searchsorted(starts, first + _BLOCK))
        yield first, starts[at:to], ends[at:to]
        at = to


def _codes_at(grams: Grams, places: Index) -> Index:
    """The folded code point before the first one at or after each place."""
    return np.searchsorted(grams.places[1:-1], places).astype(np.int64)


def _prefix(rows: NDArray[np.int16]) -> NDArray[np.int32]:
    sums = np.zeros((rows.shape[0] + 1, rows.shape[1]), dtype=np.int32)
    np.cumsum(rows, axis=0, dtype=np.int32, out=sums[1:])
    return sums


def _load(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    try:
        data = path.read_bytes()
        sums = dict(line.split()[::-1] for line in (folder / SUMS).read_text("ascii").splitlines() if line.strip())
    except (OSError, ValueError):
        raise ModelError(f"the weights of the text heads are missing: {FILE} or {SUMS}", hint=_HINT) from None
    if sums.get(FILE) != hashlib.sha256(data).hexdigest():
        raise ModelError(f"{FILE} is not the file that {SUMS} names", hint=_HINT)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise ModelError(f"{FILE} cannot be read", hint=_HINT) from error
