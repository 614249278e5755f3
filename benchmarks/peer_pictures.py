"""Presidio's image redactor in its own interpreter: redacts a folder of pictures and says how long that took.

Run by the interpreter of an environment that has presidio-image-redactor; accord is not imported here.

    python peer_pictures.py FOLDER OUT [--nlp MODEL]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from peer_presidio import MODEL, engine
from PIL import Image


def redactor(nlp: str) -> Any:
    """Its redactor with its own OCR (Tesseract) and the analyzer the texts are measured with."""
    from presidio_image_redactor import ImageAnalyzerEngine, ImageRedactorEngine

    return ImageRedactorEngine(image_analyzer_engine=ImageAnalyzerEngine(analyzer_engine=engine(nlp)))


def main() -> None:
    """Redact, save, write a line of JSON; the first picture is done twice, and counted the second time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--nlp", default=MODEL)
    given = parser.parse_args()
    made, rows = redactor(given.nlp), []
    files = sorted(given.folder.glob("*.png"))
    made.redact(Image.open(files[0]).convert("RGB"), fill=(0, 0, 0))
    for file in files:
        wall, cpu = time.perf_counter(), sum(os.times()[:4])
        with Image.open(file) as opened:  # decoding and encoding are within the clock, as they are for accord
            done = made.redact(opened.convert("RGB"), fill=(0, 0, 0))
        done.save(given.out / file.name)
        rows.append({"file": file.name, "wall_s": time.perf_counter() - wall, "cpu_s": sum(os.times()[:4]) - cpu})
    print(json.dumps({"version": version("presidio-image-redactor"), "pictures": rows}))


if __name__ == "__main__":
    main()
