"""Rows of text become batches: cut into pieces, labelled, mixed by source, sorted by length.

Batch `n` depends on the seed and on `n` alone, so a run that was stopped goes on exactly where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ConfigError
from accord.learn.text.labels import SEQUENCE_HEADS, TOKEN_LABELS, beginning, unknown

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

POOL = 8
"""Batches drawn together, so that rows of like length can share one."""

_UNKNOWN = -1


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A text with what is known of it; see `accord.learn.text.rows` for how it stands in a file."""

    source: str
    text: str
    spans: tuple[tuple[int, int, str], ...] | None
    types: tuple[str, ...] | None
    heads: dict[str, float]
    weight: float
    split: str
    group: dict[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Window:
    """A stretch of a row that fits the encoder, in pieces without the ends around them.

    Attributes:
        ids: pieces.
        tokens: label of each piece, or -1 for all of them.
        allowed: labels that "outside" may stand for.
        heads: 0 to 1, or -1 where unknown.
        weight: how much it counts.
        offsets: first and last character of each piece in the row's text.
    """

    ids: Ints
    tokens: Ints
    allowed: NDArray[np.bool_]
    heads: Floats
    weight: float
    offsets: Ints


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Windows of one batch, padded to the longest; shapes as in `accord.learn.text.model.Targets`."""

    ids: Ints
    mask: NDArray[np.bool_]
    tokens: Ints
    allowed: NDArray[np.bool_]
    heads: Floats
    weights: Floats


def read_rows(folder: Path, leave_out: Iterable[str] = ()) -> list[Row]:
    """Read all rows of a folder of `*.jsonl` files, in the order of their names.

    Args:
        folder: where the files lie.
        leave_out: sources that are not read at all.

    Raises:
        ConfigError: a line is no row.
    """
    absent = frozenset(leave_out)
    rows: list[Row] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            if not line:
                continue
            try:
                row = _row(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigError(f"{path.name}, line {number}: not a row of text") from error
            if row.source not in absent:
                rows.append(row)
    return rows


def _row(given: dict[str, Any]) -> Row:
    spans, types = given.get("spans"), given.get("types")
    return Row(
        source=str(given["source"]),
        text=str(given["text"]),
        spans=None if spans is None else tuple((int(a), int(b), str(kind)) for a, b, kind in spans),
        types=None if types is None else tuple(types),
        heads={name: float(value) for name, value in (given.get("heads") or {}).items()},
        weight=float(given.get("weight", 1.0)),
        split=str(given.get("split", "train")),
        group=dict(given.get("group") or {}),
    )


def cut(row: Row, tokenizer: Any, room: int) -> list[Window]:
    """Cut a row into windows of at most `room` pieces.

    A row with spans gives all of its windows, one without gives the first. What is harmless is harmless in every
    window; of what is not, only the first window is known to be so, since nobody said where in a long text the fault
    stands, and most attacks begin where their text begins.
    """
    encoded = tokenizer.encode(row.text, add_special_tokens=False)
    ids = np.asarray(encoded.ids, dtype=np.int64)
    offsets = np.asarray(encoded.offsets, dtype=np.int64).reshape(-1, 2)
    labels = piece_labels(row, offsets)
    allowed = np.zeros(len(TOKEN_LABELS), dtype=bool)
    allowed[[0, *unknown(row.types)]] = True
    heads = np.array([row.heads.get(name, _UNKNOWN) for name in SEQUENCE_HEADS], dtype=np.float32)
    later = np.where(heads == 0, heads, np.float32(_UNKNOWN))
    starts = range(0, len(ids), room) if row.spans is not None else range(min(1, len(ids)))
    return [
        Window(
            ids[at : at + room], labels[at : at + room], allowed, later if at else heads, row.weight,
            offsets[at : at + room],
        )
        for at in starts
    ]  # fmt: skip


def piece_labels(row: Row, offsets: Ints) -> Ints:
    """The label of each piece; a piece that shares a character with a span belongs to it."""
    if row.spans is None:
        return np.full(len(offsets), _UNKNOWN, dtype=np.int64)
    labels = np.zeros(len(offsets), dtype=np.int64)
    for start, end, kind in sorted(row.spans):
        inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
        first = beginning(kind)
        labels[inside] = first + 1
        labels[inside[:1]] = first
    return labels


class Mixer:
    """Draws batches from rows of many sources.

    A source is drawn in proportion to its windows to the power `temperature`: 1 leaves sizes as they are, 0 makes all
    sources alike. Within a source all windows are alike.

    Args:
        rows: what to draw from.
        tokenizer: cuts text into pieces.
        room: pieces of a window, with the two ends.
        size: windows of a batch.
        seed: decides every draw.
        temperature: between 0 and 1.
        ends: ids put before and behind.
        blank: id that pads.

    Raises:
        ConfigError: there is nothing to draw from.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        tokenizer: Any,
        *,
        room: int,
        size: int,
        seed: int,
        temperature: float,
        ends: tuple[int, int],
        blank: int,
    ) -> None:
        self._windows: list[Window] = []
        owners: list[str] = []
        for row in rows:
            for window in cut(row, tokenizer, room - 2):
                self._windows.append(window)
                owners.append(row.source)
        if not self._windows:
            raise ConfigError("no rows to learn from")
        names, of, counts = np.unique(np.array(owners), return_inverse=True, return_counts=True)
        shares = counts.astype(np.float64) ** temperature
        self.shares = dict(zip(names.tolist(), (shares / shares.sum()).tolist(), strict=True))
        self._odds = (shares / shares.sum() / counts)[of]
        self._odds /= self._odds.sum()
        self._size, self._seed, self._ends, self._blank = size, seed, ends, blank

    def __len__(self) -> int:
        return len(self._windows)

    def batch(self, number: int) -> Batch:
        """Batch `number`, the same whenever it is asked for."""
        pool, place = divmod(number, POOL)
        random = np.random.default_rng((self._seed, pool))
        drawn = random.choice(len(self._windows), size=POOL * self._size, p=self._odds)
        lengths = np.array([len(self._windows[at].ids) for at in drawn])
        drawn = drawn[np.argsort(lengths, kind="stable")].reshape(POOL, self._size)
        chosen = drawn[random.permutation(POOL)[place]]
        return collate([self._windows[at] for at in chosen.tolist()], self._ends, self._blank)


def collate(windows: Sequence[Window], ends: tuple[int, int], blank: int) -> Batch:
    """Put windows side by side, with their ends, padded to the longest."""
    longest = max(len(window.ids) for window in windows) + 2
    ids = np.full((len(windows), longest), blank, dtype=np.int64)
    tokens = np.full((len(windows), longest), _UNKNOWN, dtype=np.int64)
    mask = np.zeros((len(windows), longest), dtype=bool)
    for at, window in enumerate(windows):
        end = len(window.ids) + 1
        ids[at, 0], ids[at, 1:end], ids[at, end] = ends[0], window.ids, ends[1]
        tokens[at, 1:end] = window.tokens
        mask[at, : end + 1] = True
    weights = np.array([window.weight for window in windows], dtype=np.float32)
    allowed = np.stack([window.allowed for window in windows])
    return Batch(ids, mask, tokens, allowed, np.stack([window.heads for window in windows]), weights)
