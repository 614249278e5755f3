"""Pictures: every system redacts the same ones, and what it left is judged by ink and by another OCR engine."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import drawn
import numpy as np
import traces
from PIL import Image

from accord import plugins
from accord.errors import ModelError

HERE = Path(__file__).resolve().parent
KINDS: Mapping[str, tuple[Callable[[int], drawn.Drawn], int]] = {
    "page": (drawn.page, 5),
    "screenshot": (drawn.screenshot, 4),
}
"""How they are drawn, and how many: values enough for a bound of 2 %."""

ENGINES = {"ocr": "RapidOCR", "tesseract": "Tesseract"}
PEER = "Presidio"
_FLOOR_PICTURES = 2
_PDF_PAGES = 4

Call = Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(slots=True)
class Cell:
    """One system on one kind of picture.

    Attributes:
        cpu_s: by picture.
        wall_s: by picture.
        values: planted values in these pictures.
        ink: of these, how many still show their ink.
        read: how many the other engine reads.
        either: how many either way.
        kinds: those left, by kind of value.
    """

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    values: int = 0
    ink: int = 0
    read: int = 0
    either: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """Median CPU seconds of a picture."""
        return statistics.median(self.cpu_s)

    @property
    def wall(self) -> float:
        """Median seconds of a picture."""
        return statistics.median(self.wall_s)


@dataclass(slots=True)
class PictureResults:
    """Everything a run measured on pictures.

    Attributes:
        cells: by system and kind.
        peer: the version of the peer, or why there is none.
        peak_mb: by engine, the most memory the guard held with all its processes.
        faces_ms: CPU milliseconds to look for faces in a picture of 640 pixels, by what is in it.
        pages_s: seconds for one document, by number of threads.
        failed: what could not be measured, and why.
    """

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    peer: str = ""
    peak_mb: dict[str, float] = field(default_factory=dict)
    faces_ms: dict[str, float] = field(default_factory=dict)
    pages_s: dict[int, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def measure(call: Call, peer: str | None, why_not: str) -> PictureResults:
    """Everything on pictures.

    Args:
        call: runs one measurement in a process and gives back what it says.
        peer: the interpreter of the peer.
        why_not: why there is none.
    """
    results = PictureResults(peer=why_not)
    with tempfile.TemporaryDirectory() as folder:
        for kind, (draw, count) in KINDS.items():
            made = [draw(number) for number in range(count)]
            given = Path(folder) / kind
            given.mkdir()
            for number, one in enumerate(made):
                (given / f"{number}.png").write_bytes(one.png())
            _redact(results, call, peer, kind, given, made)
            _floor(results, call, kind, given)
        _faces(results, call, Path(folder))
        _document(results, call, Path(folder))
    return results


def _try(results: PictureResults, name: str, call: Call, command: Sequence[str]) -> Mapping[str, Any]:
    try:
        answer = call(command)
    except RuntimeError as error:
        results.failed[name] = str(error)
        print(f"{name}: failed: {error}", file=sys.stderr)
        return {}
    print(f"{name}: {_seconds(answer)}", file=sys.stderr)
    return answer


def _seconds(answer: Mapping[str, Any]) -> str:
    rows = answer.get("pictures", [answer])
    return ", ".join(f"{row['cpu_s']:.2f} s" for row in rows if "cpu_s" in row)


def _ours(task: str, *given: str) -> list[str]:
    return [sys.executable, str(HERE / "picture_systems.py"), task, *given]


def _redact(
    results: PictureResults, call: Call, peer: str | None, kind: str, given: Path, made: Sequence[drawn.Drawn]
) -> None:
    for engine, said in ENGINES.items():
        name, out = f"accord, {said}", given.parent / f"{kind} {engine}"
        out.mkdir()
        answer = _try(results, name, call, _ours("redact", str(given), "--reader", engine, "--out", str(out)))
        if answer:
            results.peak_mb[said] = max(results.peak_mb.get(said, 0.0), answer["peak_mb"])
            judge = "tesseract" if engine == "ocr" else "ocr"
            results.cells[name, kind] = _judged(answer, made, out, judge)
    if peer is None:
        return
    out = given.parent / f"{kind} peer"
    out.mkdir()
    answer = _try(results, PEER, call, [peer, str(HERE / "peer_pictures.py"), str(given), str(out)])
    if answer:
        results.peer = f"presidio-image-redactor {answer['version']}"
        results.cells[PEER, kind] = _judged(answer, made, out, "ocr")


def _judged(answer: Mapping[str, Any], made: Sequence[drawn.Drawn], out: Path, judge: str) -> Cell:
    cell = Cell([row["cpu_s"] for row in answer["pictures"]], [row["wall_s"] for row in answer["pictures"]])
    reader: Any = plugins.load("accord.readers", judge)
    for number, one in enumerate(made):
        after = Image.open(out / f"{number}.png").convert("RGB")
        shown = [share > traces.READABLE for share in traces.ink_left(one.picture, after, one.values)]
        try:
            read = traces.legible(reader, after, one.values)
        except ModelError:
            read = [False] * len(shown)
        for value, ink, legible in zip(one.values, shown, read, strict=True):
            cell.values += 1
            cell.ink += ink
            cell.read += legible
            if ink or legible:
                cell.either += 1
                cell.kinds[value.kind] = cell.kinds.get(value.kind, 0) + 1
    return cell


def _floor(results: PictureResults, call: Call, kind: str, given: Path) -> None:
    few = given.parent / f"{kind} few"
    few.mkdir()
    for number in range(_FLOOR_PICTURES):
        (few / f"{number}.png").write_bytes((given / f"{number}.png").read_bytes())
    for engine, said in ENGINES.items():
        name = f"{said} alone"
        answer = _try(results, name, call, _ours("ocr", str(few), "--reader", engine))
        if answer:
            rows = answer["pictures"]
            results.cells[name, kind] = Cell([row["cpu_s"] for row in rows], [row["wall_s"] for row in rows])


def _faces(results: PictureResults, call: Call, folder: Path) -> None:
    for name, picture in {"letters": drawn.screenshot(9).picture, "noise": _noise()}.items():
        at = folder / f"faces {name}"
        at.mkdir()
        for number in range(5):
            picture.save(at / f"{number}.png")
        answer = _try(results, f"faces, {name}", call, _ours("faces", str(at)))
        if answer:
            results.faces_ms[name] = statistics.median(row["cpu_s"] for row in answer["pictures"]) * 1e3


def _noise() -> Image.Image:
    """A photograph of nothing: soft spots of all sizes."""
    source, total = np.random.default_rng(3), np.zeros((480, 640, 3))
    for step in (8, 32, 96):
        spots = source.uniform(0, 85, (480 // step + 1, 640 // step + 1, 3)).astype(np.uint8)
        total += np.asarray(Image.fromarray(spots).resize((640, 480), Image.Resampling.BICUBIC))
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def _document(results: PictureResults, call: Call, folder: Path) -> None:
    pages = [drawn.page(50 + number).picture for number in range(_PDF_PAGES)]
    pages[0].save(folder / "document.png")
    pages[0].save(folder / "document.pdf", save_all=True, append_images=pages[1:], resolution=150)
    for threads in (1, 2) if (os.cpu_count() or 1) > 1 else (1,):
        given = (str(folder / "document.png"), "--workers", str(threads))
        answer = _try(results, f"document, {threads} threads", call, _ours("pages", *given))
        if answer:
            results.pages_s[threads] = answer["wall_s"]
