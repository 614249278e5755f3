"""Planted values: how many a released picture no longer shows, judged by their ink and by another OCR engine."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from drawn import LABELS, STYLES, Drawn, Style, field_line, finished, font, form, page, screenshot, width_of, write
from PIL import Image
from traces import READABLE, TOUCHED, ink_left, legible, upright

from accord.core.score import Score
from accord.evaluate.metrics import ratio
from figures.eyes import OTHER, SAID, Eyes, engine
from figures.pictures import Figure, rows
from figures.sets import Sets


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of one value.

    Attributes:
        where: the group of pictures.
        kind: of value.
        picture: which picture; values of one picture are not independent.
        left: the share of its columns that still show ink.
        was_read: whether the other engine read it before.
        read: whether it still does.
    """

    where: str
    kind: str
    picture: int
    left: float
    was_read: bool
    read: bool


INVOICE_STYLES = (
    Style("sans", 15),
    Style("serif", 17, (40, 40, 90)),
    Style("mono", 13),
    Style("sans", 18, (150, 150, 150)),
    Style("bold", 22, turn=0),
    Style("narrow", 12),
)
"""What is written into the free places of invoices: one kind of letters to a value."""


def pictures(sets: Sets, copies: int) -> Iterator[tuple[str, Drawn]]:
    """Everything that values are planted in, by group; each kind of picture so many times."""
    for number, row in enumerate(rows(sets, "documents_invoices")):
        for copy in range(copies):
            drawn = Drawn(Image.open(row["path"]).convert("RGB"))
            _scatter(drawn, random.Random(f"invoice {number} {copy}"))
            yield "invoices", drawn
    for name, style in STYLES.items():
        for seed in range(copies):
            yield name, form(style, seed)
    for seed in range(100, 100 + copies):
        yield "dense page, 24 px", page(seed)
    yield "screenshot, 17 px", screenshot(100)


def _scatter(drawn: Drawn, source: random.Random, most: int = 16) -> None:
    """Write labelled values where a page is empty."""
    kinds = list(LABELS) * 2
    source.shuffle(kinds)
    for kind in kinds[:most]:
        style = source.choice(INVOICE_STYLES)
        letters, line = font(style.letters, style.size), field_line(source, kind)
        wide = sum(width_of(text, letters) for text, _ in line) + 16
        at = _free(drawn, source, round(wide), round(style.size * 1.8))
        if at is not None:
            write(drawn, (at[0] + 8, at[1] + style.size * 0.3), line, letters, style.ink)
    finished(drawn, Style())


def _free(drawn: Drawn, source: random.Random, wide: int, high: int) -> tuple[int, int] | None:
    """A place on white paper with nothing in it, found by trying."""
    grey = np.asarray(drawn.picture.convert("L"))
    if wide >= grey.shape[1] or high >= grey.shape[0]:
        return None
    for _ in range(400):
        left, top = source.randrange(grey.shape[1] - wide), source.randrange(grey.shape[0] - high)
        if grey[top : top + high, left : left + wide].min() > 240:
            return left, top
    return None


def planted(sets: Sets, eyes: Eyes, copies: int) -> tuple[list[Planted], int]:
    """Every value of every picture, and how many pictures a data set would not have got.

    Args:
        sets: the public sets.
        eyes: the guard.
        copies: how often each kind of picture is drawn.
    """
    judge, kept, made = engine(OTHER[eyes.engine]), 0, list[Planted]()
    for number, (where, drawn) in enumerate(pictures(sets, copies)):
        released = eyes.released(drawn.png())
        if released is None:
            kept += 1
            continue
        before, after = upright(drawn, drawn.picture), upright(drawn, released)
        left = ink_left(before, after, drawn.values)
        nothing = [False] * len(left)
        was = legible(judge, before, drawn.values) if judge else nothing
        still = legible(judge, after, drawn.values) if judge else nothing
        made += [
            Planted(where, value.kind, number, ink, before_it, after_it)
            for value, ink, before_it, after_it in zip(drawn.values, left, was, still, strict=True)
        ]
    return made, kept


def tables(found: Sequence[Planted], engine_used: str) -> tuple[list[Figure], list[Figure]]:
    """By group of pictures, and by kind of value."""
    groups: Mapping[str, list[Planted]] = defaultdict(list)
    kinds: Mapping[str, list[Planted]] = defaultdict(list)
    for one in found:
        groups[one.where].append(one)
        kinds[one.kind].append(one)
    by_group = [_figure(name, part, engine_used) for name, part in groups.items()]
    by_kind = [_figure(name, part, engine_used) for name, part in sorted(kinds.items())]
    everything = _figure("**all**", found, engine_used)
    return [*by_group, everything], [*by_kind, everything]


def _figure(name: str, part: Sequence[Planted], engine_used: str) -> Figure:
    judge = SAID[OTHER[engine_used]]
    legible_before = [one for one in part if one.was_read]
    return Figure(
        name,
        {
            "hidden": _share(part, [one.left <= READABLE for one in part]),
            "without a trace": _share(part, [one.left <= TOUCHED for one in part]),
            f"not read by {judge}": _share(legible_before, [not one.read for one in legible_before]),
        },
    )


def _share(part: Sequence[Planted], good: Sequence[bool]) -> Score:
    """A share with an interval by picture."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one, fine in zip(part, good, strict=True):
        sums[one.picture][0] += fine
        sums[one.picture][1] += 1
    return ratio("hidden", [s for s, _ in sums.values()], [n for _, n in sums.values()])


def leaks(found: Sequence[Planted]) -> list[str]:
    """What was left, for whoever mends it: group, kind and share; never a value."""
    return [f"{o.where}: {o.kind}, {o.left:.0%} of its ink" + (", read" if o.read else "") for o in found
            if o.left > READABLE or (o.read and o.was_read)]  # fmt: skip
