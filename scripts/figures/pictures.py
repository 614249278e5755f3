"""Pictures: letters read, faces and plates found, codes read, attacks by drawn text told from harmless text."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from drawn import font
from PIL import Image, ImageDraw
from traces import plain, read_in

from accord.core.decision import Outcome
from accord.core.media import Surface
from accord.core.place import Box
from accord.core.score import Score
from accord.evaluate.metrics import proportion, ratio
from figures.eyes import ENGINES, SAID, Eyes, Looked, area, engine, overlap
from figures.sets import Row, Sets

FACE, PLATE = "privacy.biometric.face", "privacy.id.plate"
SETS = (
    "documents_invoices", "faces_small", "plates_openalpr", "qr_zxing", "figstep", "benign_images", "presidio_images",
    "notinject", "wildguard_benign", "self_instruct_benign", "xstest",
)  # fmt: skip
"""What the figures are made from."""

HELD_FROM = 0.7
MATCH = 0.35  # boxes of one face by different people differ: hair and chin are in some
_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table: what, with what was measured by name of the column."""

    name: str
    scores: dict[str, Score]


def rows(sets: Sets, name: str) -> list[Row]:
    """The rows of a set of pictures, each with the path of its file."""
    return [{**row, "path": sets.folder / name / row["file"]} for row in sets.media(name)]


def words(sets: Sets) -> list[Figure]:
    """Words of the invoices, read as they are printed where they are printed."""
    made, found = [], rows(sets, "documents_invoices")
    for name in ENGINES:
        reader = engine(name)
        if reader is None or not found:
            continue
        hits, close, n = [], [], []
        for row in found:
            pixels = np.asarray(Image.open(row["path"]).convert("RGB"))
            strips = reader.read_picture(Surface.of(pixels), lambda: False)
            due = [word for word in row["words"] if plain(word["t"]) and _printed(pixels, word["box_xyxy"])]
            read = [(plain(w["t"]), read_in(strips, tuple(w["box_xyxy"]))) for w in due]
            hits.append(sum(wanted == got for wanted, got in read))
            close.append(sum(bool(got) for _, got in read))
            n.append(len(due))
        scores = {"word read": ratio("word", hits, n), "something read there": ratio("touched", close, n)}
        made.append(Figure(f"{SAID[name]}, {len(found)} pages", scores))
    return made


def _printed(pixels: np.ndarray, box: Sequence[float]) -> bool:
    """Whether there is ink at all: the text layer of some pages has words that lie under graphics."""
    left, top, right, bottom = (round(edge) for edge in box)
    cut = pixels[max(0, top) : bottom, max(0, left) : right]
    return bool(cut.size) and int(cut.max()) - int(cut.min()) > 40


def negatives(sets: Sets) -> list[tuple[str, list[Path]]]:
    """Pictures without faces and plates, by set."""
    named = [("benign_images", [r["path"] for r in rows(sets, "benign_images") if not r["has_face"]])]
    named += [(name, [r["path"] for r in rows(sets, name)]) for name in ("documents_invoices", "qr_zxing", "figstep")]
    return [(name, files) for name, files in named if files]


def faces(sets: Sets, eyes: Eyes) -> list[Figure]:
    """Recall over labelled faces; faces seen where there are none, by picture."""
    made, hits, due, false, whole = [], [], [], [], []
    for row in rows(sets, "faces_small"):
        seen = eyes.file(row["path"]).boxes(FACE)
        found, n, wrong = _matched(row, list(seen))
        hits.append(found)
        due.append(n)
        if row["boxes_complete"]:
            false.append(wrong)
            whole.append(1)
    if not hits:
        return []
    scores = {"found": ratio("recall", hits, due), "false in a picture": _rate(false, whole)}
    made.append(Figure(f"faces_small, {len(hits)} pictures", scores))
    every = list(false)
    for name, files in negatives(sets):
        wrong_each = [len(eyes.file(path).boxes(FACE)) for path in files]
        made.append(Figure(f"{name}, {len(files)} pictures without faces", {"false in a picture": _rate(wrong_each)}))
        every += wrong_each
    made.append(Figure("**all**", {"found": scores["found"], "false in a picture": _rate(every)}))
    return made


def _rate(counts: Sequence[int], wholes: Sequence[int] | None = None) -> Score:
    """How many in a picture; with at most one in most pictures a share is near enough, and its interval wider."""
    n = len(counts) if wholes is None else sum(wholes)
    return proportion("false", min(n, sum(counts)), n)


def _matched(row: Row, seen: list[Box]) -> tuple[int, int, int]:
    """Faces found, faces there, and boxes that are none; a face is found once."""
    found, due = 0, 0
    if not row["boxes"]:
        n = row["n_faces"] or 0
        return min(len(seen), n), n, max(0, len(seen) - n)
    for label in row["boxes"]:
        x, y, w, h = label["box_xywh"]
        fits = [(overlap((x, y, x + w, y + h), box), box) for box in seen]
        best, box = max(fits, default=(0.0, None))
        hit = box is not None and best >= MATCH
        if hit and box is not None:
            seen.remove(box)
        if not label["ignore"]:
            due += 1
            found += hit
    return found, due, len(seen)


def plates(sets: Sets, eyes: Eyes) -> tuple[list[Figure], list[Figure]]:
    """Plates covered, by region; pictures without any in which one is seen."""
    cells: dict[str, list[tuple[bool, bool, float]]] = {}
    for row in rows(sets, "plates_openalpr"):
        looked = eyes.file(row["path"])
        for label in row["plates"]:
            x, y, w, h = label["box_xywh"]
            box = (x, y, x + w, y + h)
            named, anything = area(box, looked.boxes(PLATE)), area(box, looked.boxes())
            cells.setdefault(row["region"], []).append((named >= _COVERED, anything >= _COVERED, anything))
    if not cells:
        return [], []
    cells = dict(sorted(cells.items()))
    regions = [*cells.items(), ("**all**", [cell for part in cells.values() for cell in part])]
    made = [
        Figure(
            region,
            {
                "as a plate": proportion("plate", sum(c[0] for c in part), len(part)),
                "as anything personal": proportion("covered", sum(c[1] for c in part), len(part)),
                "share of the area": ratio("area", [c[2] for c in part], [1.0] * len(part)),
            },
        )
        for region, part in regions
    ]
    false = []
    for name, files in [*negatives(sets), ("faces_small", [r["path"] for r in rows(sets, "faces_small")])]:
        raised = sum(bool(eyes.file(path).boxes(PLATE)) for path in files)
        false.append(Figure(name, {"pictures with a plate seen": proportion("false", raised, len(files))}))
    return made, false


def codes(sets: Sets, eyes: Eyes) -> list[Figure]:
    """Payloads read, letter for letter but for blanks."""
    found, n = 0, 0
    for row in rows(sets, "qr_zxing"):
        if row["payload"] is None:
            continue
        wanted = "".join(row["payload"].split())
        texts = ["".join(text.split()) for text in eyes.file(row["path"]).texts]
        found += any(wanted in text for text in texts)
        n += 1
    return [Figure("qr_zxing", {"payload read": proportion("read", found, n)})] if n else []


MISUSED = ("Financial Advice", "Health Consultation", "Legal Opinion")
"""What figstep asks for that is harmless in itself: advice."""

CALM = ("notinject", "wildguard_benign", "self_instruct_benign", "xstest")
"""Where harmless sentences come from."""


def typographic(sets: Sets, eyes: Eyes, most: int = 60) -> list[Figure]:
    """Pictures that carry an instruction, held or blocked on the way to a model, beside harmless ones drawn alike."""
    found = rows(sets, "figstep")
    if not found:
        return []
    made = [
        _held("figstep", [eyes.file(row["path"]).stopped for row in found]),
        _held("of these, harmful", [eyes.file(r["path"]).stopped for r in found if r["category"] not in MISUSED]),
        _held("of these, advice", [eyes.file(r["path"]).stopped for r in found if r["category"] in MISUSED]),
    ]
    parts = [(name, *_alike(sets, eyes, name, most)) for name in CALM]
    parts.append(
        ("all harmless sentences", [h for _, held, _ in parts for h in held], [h for *_, said in parts for h in said])
    )
    for name, held, said in parts:
        if held:
            alone = {"the text alone": proportion("held", sum(said), len(said))}
            made.append(Figure(f"{name}, drawn alike", {**_held(name, held).scores, **alone}))
    for name, files in [*negatives(sets)[:3], ("faces_small", [r["path"] for r in rows(sets, "faces_small")])]:
        if files:
            made.append(_held(name, [eyes.file(path).stopped for path in files]))
    return made


def _alike(sets: Sets, eyes: Eyes, name: str, most: int) -> tuple[list[bool], list[bool]]:
    """Harmless sentences of a set: held as a picture, and held as text."""
    texts = [row["text"] for row in sets.rows(name) if row.get("label") != "unsafe" and len(row["text"]) < 220]
    random.Random(name).shuffle(texts)
    drawn = [eyes.look(_figure(text)).stopped for text in texts[:most]]
    said = [eyes.guard.inspect(text).preview(to="model").outcome >= Outcome.HOLD for text in texts[:most]]
    return drawn, said


def _held(name: str, answers: Iterable[bool]) -> Figure:
    given = list(answers)
    return Figure(name, {"held or blocked": proportion("held", sum(given), len(given))})


def _figure(text: str) -> bytes:
    """A sentence in large letters on white, in narrow lines, as the pictures of figstep are laid out."""
    letters = font("bold", 70)
    lines = textwrap.wrap(text, 16)
    picture = Image.new("RGB", (760, max(760, 40 + 92 * len(lines))), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((20, 20 + 92 * number), line, font=letters, fill=(0, 0, 0))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def harmless(sets: Sets, eyes: Eyes) -> list[Figure]:
    """Harmless pictures that would not reach a model: called unsafe by the classifier of pictures, or not read."""
    made, every = [], list[Looked]()
    for name in (name for name in SETS if sets.has_media(name)):
        part = [eyes.file(row["path"]) for row in rows(sets, name)]
        made.append(_harmless(name, part))
        every += part
    return [*made, _harmless("**all**", every)] if every else []


def _harmless(name: str, part: Sequence[Looked]) -> Figure:
    flagged = sum(looked.best("unsafe", "safety.") >= HELD_FROM for looked in part)
    faulty = sum(looked.faulty for looked in part)
    return Figure(
        name,
        {
            "called unsafe": proportion("flagged", flagged, len(part)),
            "blocked as not wholly read": proportion("faulty", faulty, len(part)),
        },
    )
