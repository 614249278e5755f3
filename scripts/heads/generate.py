"""Phrases written for this project, spelled out: attacks, harms and the harmless texts that look like them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from heads.rows import HARM, HEADS, Row, benign

PHRASES = Path(__file__).parent / "phrases"

NAME = "own phrases"

_CHOICE = re.compile(r"\{([^{}]*)\}")

# What a harm often brings with it, so that its phrases say nothing about the other.
_AKIN = {
    "hate": ("harassment", "violence"),
    "harassment": ("hate", "violence", "selfharm", "sexual"),
    "violence": ("illicit", "weapons", "harassment"),
    "sexual": ("harassment",),
    "selfharm": ("harassment", "violence"),
    "illicit": ("harassment", "violence"),
    "weapons": ("illicit", "violence"),
}


def spell(template: str, draw: random.Random) -> str:
    r"""One way to read a template: a choice from each `{a|b}`; `\n` is a line break."""
    text = _CHOICE.sub(lambda found: draw.choice(found.group(1).split("|")), template)
    return text.replace("\\n", "\n").strip()


def templates() -> Iterator[tuple[str, str, str]]:
    """Head (or `benign`), language and template."""
    for path in sorted(PHRASES.glob("*.txt")):
        head, language = "benign", "en"
        for line in path.read_text("utf-8").split("\n"):
            if line.startswith("#") or not line.strip():
                continue
            if line.startswith("[") and line.endswith("]") and len(line) < 24 and "|" not in line:
                head, _, language = line.strip("[]").partition(" ")
                language = language or "en"
            else:
                yield head, language, line


def labels_of(head: str) -> dict[str, int]:
    """What a phrase of a head says about all heads."""
    if head == "benign":
        return benign()
    labels = dict.fromkeys(HEADS, 0)
    labels[head] = 1
    if head == "injection":
        return {"injection": 1}
    return {name: value for name, value in labels.items() if name not in _AKIN.get(head, ())}


def phrases(seed: int, each: int = 24) -> Iterator[Row]:
    """Every template up to `each` times, without repeats."""
    for head, language, template in templates():
        draw = random.Random(f"{seed}{template}")
        seen: set[str] = set()
        for _ in range(each * 2):
            text = spell(template, draw)
            if text and text not in seen:
                seen.add(text)
                weight = 0.5 if head in HARM or language == "en" else 0.7
                yield Row(_vary(text, draw), NAME, labels_of(head), weight, template)
            if len(seen) >= each:
                break


def _vary(text: str, draw: random.Random) -> str:
    """Now and then another case or no closing stop, as people write."""
    chance = draw.random()
    if chance < 0.08:
        return text.upper()
    if chance < 0.25:
        return text.lower()
    return text.rstrip(".") if chance < 0.4 else text


def carried(seed: int, count: int = 4000) -> Iterator[Row]:
    """Attacks, and harmless look-alikes, in the middle of harmless text.

    Both stand in the same surroundings, so that the surroundings say nothing.
    """
    draw = random.Random(seed)
    by_language: dict[str, dict[str, list[str]]] = {}
    for head, language, template in templates():
        if head in ("injection", "benign"):
            by_language.setdefault(language, {}).setdefault(head, []).append(template)
    languages = [name for name, heads in by_language.items() if len(heads) == 2]
    for number in range(count):
        language = "en" if number % 3 else draw.choice(languages)
        heads = by_language[language]
        attacked = draw.random() < 0.5
        chosen = draw.choice(heads["injection" if attacked else "benign"])
        around = [spell(draw.choice(heads["benign"]), draw) for _ in range(draw.randint(1, 5))]
        around.insert(draw.randint(0, len(around)), spell(chosen, draw))
        text = draw.choice((" ", "\n", "\n\n", " ")).join(around)
        yield Row(text, NAME, {"injection": 1} if attacked else benign(), 0.4, chosen)
