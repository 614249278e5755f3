"""Write NOTICE from the installed dependencies and the model register.

python scripts/make_notice.py           # write NOTICE
python scripts/make_notice.py --check   # 1 when it is not what would be written
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from accord.models.register import register

ROOT = Path(__file__).parents[1]
HEADER = """accord
Copyright The accord authors. Licensed under the Apache License, Version 2.0; see LICENSE.

This file is generated: `make notice`. It names what accord depends on at run time and the model weights it can fetch.
Nothing listed here is part of this repository, except the weights marked as shipped.
"""
# What the wheels carry besides their own code, as seen by listing them (Linux, x86-64, November 2026).
GCC = "GPL-3.0 with the GCC Runtime Library Exception"
BUNDLED = {
    "aiohttp": "llhttp (MIT)",
    "cedarpy": "the Cedar engine and other Rust crates (Apache-2.0, MIT, BSD, Unicode-3.0)",
    "cryptography": "OpenSSL (Apache-2.0) and Rust crates (Apache-2.0, MIT, BSD)",
    "ctranslate2": f"oneDNN (Apache-2.0), Intel MKL (Intel Simplified Software License), GNU libgomp ({GCC})",
    "httptools": "llhttp and http-parser (MIT)",
    "numpy": f"OpenBLAS (BSD-3-Clause), libgfortran and libquadmath ({GCC}, LGPL-2.1)",
    "opencv-python-headless": (
        "FFmpeg (LGPL-2.1), OpenSSL 1.1.1k (OpenSSL License; accord opens no socket and no video with it), "
        "libvpx and libaom (BSD), libavif (BSD-2-Clause), OpenBLAS (BSD-3-Clause), libpng, libdrm (MIT), "
        f"libgfortran and libquadmath ({GCC}, LGPL-2.1)"
    ),
    "orjson": "Rust crates (MPL-2.0, Apache-2.0, MIT, BSL-1.0)",
    "pillow": (
        "libjpeg-turbo, libtiff, libwebp, libavif, OpenJPEG, FreeType (FTL), HarfBuzz, Little CMS, libpng, zlib, "
        "liblzma, Zstandard, Brotli, libxcb (all permissive)"
    ),
    "pypdfium2": (
        "PDFium (BSD-3-Clause, Apache-2.0) with FreeType, Little CMS, libjpeg-turbo, OpenJPEG, Abseil and others"
    ),
    "soundfile": "libsndfile (LGPL-2.1) with FLAC, Ogg, Vorbis, Opus (BSD), mpg123 and LAME (LGPL-2.1)",
    "soxr": "libsoxr (LGPL-2.1)",
    "uvloop": "libuv (MIT)",
}
# Where the metadata is silent: what the licence file inside says.
STATED = {"cedarpy": "Apache-2.0"}
# A licence is accepted by what its metadata says; the python-stdnum library is used unmodified, as LGPL asks.
LESSER = frozenset({"python-stdnum"})
_STRONG = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)


def closure(name: str) -> dict[str, Distribution]:
    """A distribution's run-time dependencies, and theirs, by normalised name."""
    found: dict[str, Distribution] = {}
    queue = [name]
    while queue:
        current = distribution(queue.pop())
        for text in current.requires or ():
            requirement = Requirement(text)
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                continue
            key = re.sub(r"[-_.]+", "-", requirement.name).lower()
            if key not in found:
                try:
                    found[key] = distribution(key)
                except PackageNotFoundError:
                    continue
                queue.append(key)
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """What a distribution says its licence is, in one line."""
    meta = package.metadata
    if expression := meta.get("License-Expression"):
        return expression
    classifiers = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or () if c.startswith("License ::")]
    if classifiers:
        return ", ".join(sorted(set(classifiers)))
    first = (meta.get("License") or "").strip().splitlines()
    return first[0] if first else STATED.get(package.name, "not stated")


def refused(packages: dict[str, Distribution]) -> list[str]:
    """Packages whose licence accord does not build on."""
    return [
        name
        for name, package in packages.items()
        if _STRONG.search(re.sub(r"L(esser )?GPL|GNU Lesser General Public", "", licence(package)))
        and name not in LESSER
    ]


def notice() -> str:
    """The text of NOTICE."""
    lines = [HEADER, "Dependencies", "------------"]
    for name, package in closure("accord").items():
        lines.append(f"{name}: {licence(package)}")
        lines += [f"  carries {BUNDLED[name]}"] if name in BUNDLED else []
    lines += ["", "Model weights", "-------------"]
    for entry in register().entries:
        lines += [f"{entry.name} {entry.version} ({entry.kind}): {entry.licence}", f"  {entry.attribution}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check NOTICE."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    strong = refused(closure("accord"))
    if strong:
        print(f"these licences do not go together with ours: {', '.join(strong)}")
        return 1
    file, text = ROOT / "NOTICE", notice()
    if asked.check:
        return 0 if file.read_text(encoding="utf-8") == text else 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
