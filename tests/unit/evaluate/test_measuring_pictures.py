"""The scripts that draw, judge and count on pictures, on made-up ones."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from stdnum import iban, luhn

from accord.core.media import Strip
from accord.core.place import Box

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for folder in ("scripts", "benchmarks"):
        monkeypatch.syspath_prepend(str(ROOT / folder))
    yield
    ours = (
        "figures",
        "corpus",
        "drawn",
        "traces",
        "parts",
        "report",
        "picture_run",
        "picture_report",
        "picture_systems",
    )
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]


def test_numbers_that_are_planted_have_true_check_digits() -> None:
    import drawn

    source = random.Random(1)
    assert all(luhn.is_valid(drawn.card(source).replace(" ", "").replace("-", "")) for _ in range(50))
    assert all(iban.is_valid(drawn.iban(source)) for _ in range(50))


@pytest.mark.parametrize("draw", ["page", "screenshot"])
def test_planted_values_stand_where_they_are_said_to(draw: str) -> None:
    import drawn

    made = getattr(drawn, draw)(3)
    assert len(made.values) > 40
    grey = np.asarray(made.picture.convert("L"), np.int16)
    for value in made.values:
        left, top, right, bottom = value.box
        assert int(np.ptp(grey[top:bottom, left:right])) > 80, value.kind
    again = getattr(drawn, draw)(3)
    assert again.values == made.values
    assert again.png() == made.png()


def test_the_ink_of_a_value_is_left_covered_or_left_in_part() -> None:
    import drawn
    import traces

    made = drawn.form(drawn.Style(size=24), 1)
    value = next(v for v in made.values if v.kind == "e-mail")
    left, top, right, bottom = value.box

    def judged(*boxes: tuple[int, int, int, int], fill: str = "black") -> float:
        after = made.picture.copy()
        for box in boxes:
            ImageDraw.Draw(after).rectangle(box, fill=fill)
        return traces.ink_left(made.picture, after, [value])[0]

    assert judged() == 1
    assert judged(value.box) == 0
    assert judged(value.box, fill="white") == 0
    assert judged((left, bottom + 2, right, bottom + 20)) == 1  # beside it
    half = judged((left, top - 2, (left + right) // 2, bottom + 2))
    assert traces.READABLE < half < 0.7


@pytest.mark.parametrize("turn", [3.0, -20.0, 90.0, 180.0])
def test_a_turned_picture_is_judged_as_it_was_drawn(turn: float) -> None:
    import drawn
    import traces

    made = drawn.form(drawn.Style(size=24, turn=turn), 1)
    straight = traces.upright(made, made.picture)
    assert min(traces.ink_left(straight, straight, made.values)) == 1
    blank = Image.new("RGB", made.picture.size, (255, 255, 255))
    assert max(traces.ink_left(straight, traces.upright(made, blank), made.values)) == 0
    grey = np.asarray(straight.convert("L"), np.int16)
    assert all(np.ptp(grey[v.box[1] : v.box[3], v.box[0] : v.box[2]]) > 80 for v in made.values)


def test_a_value_is_legible_where_half_of_it_is_read_in_its_place() -> None:
    import drawn
    import traces

    class Reader:
        name = "stub"

        def __init__(self, text: str, left: int) -> None:
            boxes = [(left + 10 * n, 0, left + 10 * n + 10, 20, 0) for n in range(len(text))]
            self.strip = Strip(text, "stub", np.array(boxes, np.int32))

        def read_picture(self, surface: object, stop: object) -> list[Strip]:
            return [self.strip]

    picture, value = Image.new("RGB", (400, 40)), drawn.Value("name", "Ines Abbott", (100, 0, 210, 20))
    assert traces.legible(Reader("Ines Abbott", 100), picture, [value]) == [True]
    assert traces.legible(Reader("Abbott", 150), picture, [value]) == [True]
    assert traces.legible(Reader("xxes xxbxxt", 100), picture, [value]) == [False]
    assert traces.legible(Reader("Ines Abbott", 250), picture, [value]) == [False]  # another place


def test_boxes_are_compared_by_what_they_share() -> None:
    from figures.eyes import area, overlap

    assert overlap((0, 0, 10, 10), Box(0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), Box(5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), Box(10, 0, 20, 10)) == 0
    assert area((0, 0, 10, 10), [Box(0, 0, 5, 10), Box(0, 0, 10, 5)]) == pytest.approx(0.75)
    assert area((50, 50, 60, 60), [Box(0, 0, 5, 10)]) == 0


def test_a_face_counts_once_and_what_is_left_over_is_false() -> None:
    from figures.pictures import _matched

    row = {"boxes": [{"box_xywh": [0, 0, 10, 10], "ignore": False}, {"box_xywh": [50, 0, 10, 10], "ignore": True}]}
    assert _matched(row, [Box(0, 0, 10, 11), Box(1, 0, 10, 10)]) == (1, 1, 1)
    assert _matched(row, [Box(50, 0, 60, 10)]) == (0, 1, 0)  # ignored: neither found nor false
    assert _matched({"boxes": [], "n_faces": 2}, [Box(0, 0, 9, 9)] * 3) == (2, 2, 1)


def test_the_shares_of_planted_values_count_by_picture() -> None:
    from figures.planted import Planted, tables

    found = [
        Planted("page", "card", 0, 0.0, True, False),
        Planted("page", "card", 0, 0.9, True, True),
        Planted("page", "name", 1, 0.2, False, False),
    ]
    groups, kinds = tables(found, "ocr")
    assert [figure.name for figure in groups] == ["page", "**all**"]
    whole = groups[-1].scores
    assert whole["hidden"].value == pytest.approx(2 / 3)
    assert whole["without a trace"].value == pytest.approx(1 / 3)
    assert (whole["not read by Tesseract"].value, whole["not read by Tesseract"].n) == (0.5, 2)
    assert [figure.name for figure in kinds] == ["card", "name", "**all**"]


def test_parts_of_a_page_are_written_apart(tmp_path: Path) -> None:
    import parts

    page = tmp_path / "page.md"
    assert parts.read(page) == {}
    parts.write(page, {"pictures": "# P\n", "text": "# T\n\nwords\n"})
    assert page.read_text().startswith("# T\n")
    found = parts.read(page)
    parts.write(page, {**found, "pictures": "# New\n"})
    assert parts.read(page) == {"text": "# T\n\nwords\n\n", "pictures": "# New\n"}
    page.write_text(page.read_text() + "<!-- part: sound -->\n# S\n")
    parts.write(page, parts.read(page))
    assert parts.read(page)["sound"] == "# S\n"


def test_targets_on_pictures_are_missed_met_or_not_measured() -> None:
    import picture_report
    from picture_run import PEER, Cell, PictureResults

    results = PictureResults()
    assert {t.met for t in picture_report.targets(results)} == {None}
    results.cells["accord, RapidOCR", "page"] = Cell([5.0], [5.0], values=400, ink=1, read=2, either=2)
    results.cells["accord, Tesseract", "page"] = Cell(
        [2.5], [2.6], values=400, ink=9, read=0, either=9, kinds={"ip": 9}
    )
    results.cells[PEER, "page"] = Cell([2.0], [2.0], values=400, either=40)
    met = {t.name: t.met for t in picture_report.targets(results)}
    assert met["page, RapidOCR"] is True
    assert met["page, Tesseract"] is False
    assert met["values left, upper bound, page, RapidOCR"] is True
    assert met["values left, upper bound, page, Tesseract"] is False
    shown = picture_report.page(results, "3.11")
    assert "9 × ip" in shown
    assert "| Presidio | 2 | 2 | 1 | 400 | 40: 10.0 % (13.3 %) |" in shown
