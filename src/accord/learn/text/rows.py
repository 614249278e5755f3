"""Rows of text to learn from: what one is, when it is right, and how it stands in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from accord.errors import ConfigError
from accord.learn.text.labels import SEQUENCE_HEADS, TYPES

EVALUATION_ONLY = frozenset({
    "openai_moderation", "hatecheck_en", "hatecheck_multilingual", "harmbench", "xstest", "notinject",
    "wiki_toxicity_fuzzed", "bias_madlibs", "apeach_ko", "wildguard_benign", "uner_en_ewt", "figstep",
    "pyrit_refusal", "presidio_recognizer_cases", "stdnum_numbers",
})  # fmt: skip
"""Sets that measure: no row of them may be trained on, tuned or calibrated with."""

SPLITS = ("train", "dev")

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One text with what is known of it.

    Attributes:
        id: name of the row, its source before a colon.
        text: the text.
        source: where it is from.
        language: ISO 639-1 code, or "und".
        split: one of `SPLITS`.
        weight: how much it counts.
        spans: first character, one past the last, and type of each value, in code points; None where nobody looked.
        types: which types were looked for; None means all.
        heads: what is known, 0 to 1, of the heads it says something about.
        group: attributes for measuring bias, such as the group of people it names.
        family: rows of one template or document share it, and one side of every split.
    """

    id: str
    text: str
    source: str
    language: str = "en"
    split: str = "train"
    weight: float = 1.0
    spans: tuple[Span, ...] | None = None
    types: tuple[str, ...] | None = None
    heads: Mapping[str, float] = field(default_factory=dict)
    group: Mapping[str, str] = field(default_factory=dict)
    family: str = ""

    def draw(self, salt: str) -> float:
        """A number in [0, 1) that depends on the family (or the text) and the salt alone."""
        seen = hashlib.sha256(f"{salt}\0{self.source}\0{self.family or normal(self.text)}".encode()).digest()
        return int.from_bytes(seen[:6], "big") / 2**48


def normal(text: str) -> str:
    """The text without case, punctuation and runs of space: what two copies of it share."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def key(text: str) -> str:
    """Digest of the normal form of a text, in hexadecimal digits."""
    return hashlib.sha256(normal(text).encode("utf-8", "surrogatepass")).hexdigest()


def check(row: Row) -> None:
    """Refuse a row that nothing should learn from.

    Raises:
        ConfigError: a span outside the text, crossing another or with white space at its ends; an unknown type, head
            or split; a source that only measures.
    """
    if row.source in EVALUATION_ONLY:
        raise ConfigError(f"{row.source} is for evaluation only", hint="take it out of the sources to learn from")
    if row.split not in SPLITS or not row.text.strip() or not 0 < row.weight < 100:
        raise ConfigError(f"row {row.id}: no text, no such split or no such weight")
    for name, value in row.heads.items():
        if name not in SEQUENCE_HEADS or not 0 <= value <= 1:
            raise ConfigError(f"row {row.id}: no such head or value: {name}")
    if row.types is not None and (row.spans is None or set(row.types) - set(TYPES)):
        raise ConfigError(f"row {row.id}: types without spans, or unknown ones")
    _check_spans(row)


def _check_spans(row: Row) -> None:
    known = set(TYPES if row.types is None else row.types)
    last = 0
    for start, end, label in row.spans or ():
        if not last <= start < end <= len(row.text):
            raise ConfigError(f"row {row.id}: a span lies outside the text or crosses another")
        if label not in known:
            raise ConfigError(f"row {row.id}: a span of a type that was not looked for: {label}")
        if row.text[start].isspace() or row.text[end - 1].isspace():
            raise ConfigError(f"row {row.id}: a span begins or ends with white space")
        last = end


def to_json(row: Row) -> str:
    """One line for a file, without its end."""
    given = {
        "id": row.id, "text": row.text, "source": row.source, "language": row.language, "split": row.split,
        "weight": round(row.weight, 4), "spans": row.spans, "types": row.types, "heads": dict(row.heads),
        "group": dict(row.group), "family": row.family,
    }  # fmt: skip
    return json.dumps(given, ensure_ascii=False)


def from_json(line: str) -> Row:
    """Read one line.

    Raises:
        ConfigError: it is no row.
    """
    try:
        given = json.loads(line)
        spans, types = given["spans"], given["types"]
        row = Row(
            given["id"], given["text"], given["source"], given["language"], given["split"], float(given["weight"]),
            None if spans is None else tuple((int(a), int(b), str(kind)) for a, b, kind in spans),
            None if types is None else tuple(types), given["heads"], given.get("group") or {},
            given.get("family") or "",
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError("not a row of text to learn from") from error
    check(row)
    return row


def write(rows: Iterable[Row], path: Path) -> int:
    """Check rows and write them to a file, which is there whole or not at all; gives their number.

    Raises:
        ConfigError: a row is not right.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    count = 0
    with partial.open("w", encoding="utf-8", errors="strict", newline="\n") as file:
        for row in rows:
            check(row)
            file.write(to_json(row) + "\n")
            count += 1
    partial.replace(path)
    return count


def read(path: Path) -> Iterator[Row]:
    r"""Read the rows of a file; only "\n" ends one.

    Raises:
        ConfigError: a line is no row, or a row is not right.
    """
    for line in path.read_text("utf-8").split("\n"):
        if line:
            yield from_json(line)
