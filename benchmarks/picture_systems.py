"""accord on pictures, in a process of its own: `python benchmarks/picture_systems.py TASK …` writes a line of JSON."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

import accord
from accord import plugins
from accord.core.content import Document
from accord.core.content import Image as ImagePart
from accord.core.decision import Decision
from accord.core.media import Surface
from accord.guard import Guard

MASK_ALL = """\
version: 1
default: block
rules:
  - {id: text, match: [privacy.*], except: [privacy.biometric.*, privacy.metadata.*], to: [dataset], action: transform, with: mask}
  - {id: face, match: [privacy.biometric.face], to: [dataset], action: transform, with: fill}
  - {id: voice, match: [privacy.biometric.voice], to: [dataset], action: transform, with: voice}
  - {id: metadata, match: [privacy.metadata.*], to: [dataset], action: transform, with: remove}
  - {id: safety, match: [safety.*], to: [dataset], action: allow}
  - {id: fault, match: ["fault.*"], to: [dataset], action: block}
"""
"""Everything personal is filled, as the peer does; nothing is held back."""

READERS = {"RapidOCR": "ocr", "Tesseract": "tesseract"}


def guard(reader: str, folder: Path, workers: int = 1) -> Guard:
    """All detectors and one OCR engine under a policy that hides all personal data from data sets."""
    readers = f"readers: [structure, encoded, {reader}, codes]\n"
    file = folder / "pictures.yaml"
    file.write_text(f"{MASK_ALL}{readers}limits: {{workers: {workers}, deadline: 600}}\n", encoding="utf-8")
    return accord.load(file, state=folder)


def redact(made: Guard, data: bytes) -> Decision:
    """Inspect a picture and release it to a data set."""
    return made.inspect([ImagePart(data, media_type="image/png")]).release(to="dataset")


def _family() -> list[int]:
    """This process and those it has started, at any depth."""
    known, waiting = [os.getpid()], [os.getpid()]
    while waiting:
        number = waiting.pop()
        try:
            tasks = list(Path(f"/proc/{number}/task").iterdir())
            below = [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
        known += below
        waiting += below
    return known


def cpu_seconds() -> float:
    """CPU time of this process, of those it waited for, and of those it has started and that still run."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = sum(os.times()[:4])
    for number in _family()[1:]:
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent += sum(int(field) for field in fields[11:15]) / ticks
    return spent


def peak_mb() -> float:
    """The most memory this process and those it has started have held, each at its own peak.

    Memory that several processes share counts once for each, so it is an upper bound.
    """
    total = 0.0
    for number in _family():
        try:
            lines = Path(f"/proc/{number}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    return total


def _clocked(run: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    run()
    return time.perf_counter() - wall, cpu_seconds() - cpu


def redact_task(reader: str, folder: Path, out: Path) -> dict[str, object]:
    """Redact every picture of a folder into another; the first one is done twice, and counted the second time."""
    rows = []
    with tempfile.TemporaryDirectory() as state:
        made = guard(reader, Path(state))
        files = sorted(folder.glob("*.png"))
        redact(made, files[0].read_bytes())
        for file in files:
            data, kept = file.read_bytes(), list[Decision]()
            wall, cpu = _clocked(lambda data=data, kept=kept: kept.append(redact(made, data)))
            content = kept[0].content
            if content is None:
                raise SystemExit(f"not released: {', '.join(kept[0].rules)}")
            Image.open(BytesIO(content[0].reveal())).convert("RGB").save(out / file.name)  # type: ignore[arg-type]
            rows.append({"file": file.name, "wall_s": wall, "cpu_s": cpu})
        memory = peak_mb()
        made.close()
    return {"pictures": rows, "peak_mb": memory}


def ocr_task(reader: str, folder: Path) -> dict[str, object]:
    """Read every picture and do nothing else: what no guard on this engine can be faster than."""
    engine, rows = plugins.load("accord.readers", reader), []
    files = sorted(folder.glob("*.png"))
    for number, file in enumerate([files[0], *files]):
        surface = Surface.of(np.asarray(Image.open(file).convert("RGB")))
        wall, cpu = _clocked(lambda surface=surface: engine.read_picture(surface, lambda: False))
        if number:
            rows.append({"file": file.name, "wall_s": wall, "cpu_s": cpu})
    return {"pictures": rows, "peak_mb": peak_mb()}


def faces_task(side: int, folder: Path) -> dict[str, object]:
    """Look for faces in pictures whose longer side has `side` pixels; seconds of one picture."""
    detector = plugins.load("accord.detectors", "faces")
    surfaces = []
    for file in sorted(folder.iterdir()):
        picture = Image.open(file).convert("RGB")
        scale = side / max(picture.size)
        small = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        surfaces.append(Surface.of(np.asarray(small)))
    list(detector.look(surfaces[0], lambda: False))
    rows = []
    for surface in surfaces:
        wall, cpu = _clocked(lambda surface=surface: list(detector.look(surface, lambda: False)))
        rows.append({"wall_s": wall, "cpu_s": cpu})
    return {"pictures": rows}


def pages_task(reader: str, file: Path, workers: int) -> dict[str, object]:
    """Inspect one document with as many threads."""
    with tempfile.TemporaryDirectory() as state:
        made = guard(reader, Path(state), workers)
        with Image.open(file) as first:
            small = first.convert("RGB").resize((300, 400))
        warm = BytesIO()
        small.save(warm, "PNG")
        redact(made, warm.getvalue())
        document = Document(file.with_suffix(".pdf").read_bytes(), media_type="application/pdf")
        wall, cpu = _clocked(lambda: made.inspect([document]))
        made.close()
    return {"wall_s": wall, "cpu_s": cpu}


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("redact", "ocr", "faces", "pages"))
    parser.add_argument("folder", type=Path, help="of pictures; for `pages` one picture with a PDF beside it")
    parser.add_argument("--reader", default="ocr")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--side", type=int, default=640)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    if given.task == "redact":
        print(json.dumps(redact_task(given.reader, given.folder, given.out)))
    elif given.task == "ocr":
        print(json.dumps(ocr_task(given.reader, given.folder)))
    elif given.task == "faces":
        print(json.dumps(faces_task(given.side, given.folder)))
    else:
        print(json.dumps(pages_task(given.reader, given.folder, given.workers)))


if __name__ == "__main__":
    main()
