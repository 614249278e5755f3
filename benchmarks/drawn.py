"""Pages, screenshots and cards drawn from made-up text, so that every value and its place are known.

Nothing is taken from elsewhere: the sentences are those of `corpus`, the letters those of the fonts that are there;
without any, of the one that comes with Pillow.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from math import ceil, floor

import corpus
from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = tuple[int, int, int]
Edges = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""

FONTS = {
    "sans": ("DejaVuSans.ttf", "LiberationSans-Regular.ttf"),
    "serif": ("DejaVuSerif.ttf", "LiberationSerif-Regular.ttf"),
    "mono": ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf"),
    "bold": ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf"),
    "narrow": ("DejaVuSansCondensed.ttf", "LiberationSansNarrow-Regular.ttf"),
}
"""Files that hold a kind of letters; the first that is there is used."""

WHITE, INK = (255, 255, 255), (24, 26, 30)


@dataclass(frozen=True, slots=True)
class Value:
    """Characters of one value on one line.

    Attributes:
        kind: what it is.
        text: the characters.
        box: where they stand, before the picture was turned.
    """

    kind: str
    text: str
    box: Edges


@dataclass(slots=True)
class Drawn:
    """A picture and what was planted in it.

    Attributes:
        picture: RGB.
        values: planted values; one that runs over two lines counts twice.
        turned: degrees it was turned by, anticlockwise, after it was drawn.
    """

    picture: Image.Image
    values: list[Value] = field(default_factory=list)
    turned: float = 0.0

    def png(self) -> bytes:
        """The picture as a file."""
        out = BytesIO()
        self.picture.save(out, "PNG")
        return out.getvalue()


@cache
def font(kind: str, size: int) -> Font:
    """Letters of a kind; those that come with Pillow where there are none."""
    for name in FONTS[kind]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def card(source: random.Random) -> str:
    """A card number in groups, with a true check digit (Luhn, ISO/IEC 7812-1)."""
    digits = [int(d) for d in source.choice(("4", "51", "55", "2221"))]
    digits += [source.randrange(10) for _ in range(15 - len(digits))]
    total = sum(d if at % 2 else (2 * d - 9 if d > 4 else 2 * d) for at, d in enumerate(digits))
    whole = "".join(map(str, [*digits, -total % 10]))
    return source.choice((" ", " ", "-", "")).join(whole[at : at + 4] for at in range(0, 16, 4))


def iban(source: random.Random) -> str:
    """An account number with true check digits (ISO 13616, and the Belgian ones within)."""
    country = source.choice(("DE", "GB", "NL", "BE"))
    bank, digits = {"DE": ("", 18), "GB": ("BUKB", 14), "NL": ("ABNA", 10), "BE": ("320", 7)}[country]
    body = bank + "".join(source.choices(string.digits, k=digits))
    if country == "BE":
        body += f"{int(body) % 97 or 97:02d}"
    number = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{body}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if source.random() < 0.6 else whole


_KINDS = {"road": "address", "number": "address", "town2": "town", "ssn": "social security number", "mail": "e-mail"}


def sentence(source: random.Random) -> list[tuple[str, str]]:
    """Pieces of a sentence, each with the kind of value it is or nothing."""
    template, values, private = corpus.filled(source)
    values |= {"card": card(source), "iban": iban(source)}
    pieces = []
    for before, name, _, _ in string.Formatter().parse(template):
        pieces.append((before, ""))
        if name:
            known = private and name not in ("topic", "topic2", "verb")
            pieces.append((values[name], _KINDS.get(name, name) if known else ""))
    return [piece for piece in pieces if piece[0]]


LABELS: dict[str, Sequence[str]] = {
    "name": ("Name", "Contact", "Customer"),
    "e-mail": ("E-mail", "Mail"),
    "phone": ("Phone", "Tel.", "Mobile"),
    "card": ("Card number", "Credit card"),
    "iban": ("IBAN", "Account"),
    "social security number": ("SSN", "Social security number"),
    "ip": ("IP address", "Client IP"),
    "date of birth": ("Date of birth", "Born"),
    "address": ("Address", "Deliver to"),
    "passport": ("Passport no.", "Passport number"),
}
"""Kinds of values that are planted on lines of their own, and how a form calls them."""


def field_line(source: random.Random, kind: str) -> list[tuple[str, str]]:
    """A line of a form: its label, then the value."""
    _, values, _ = corpus.filled(source)
    made = {
        "name": values["name"],
        "e-mail": values["mail"],
        "phone": values["phone"],
        "card": card(source),
        "iban": iban(source),
        "social security number": values["ssn"],
        "ip": values["ip"],
        "date of birth": f"{source.randint(1, 28):02d}/{source.randint(1, 12):02d}/{source.randint(1940, 2005)}",
        "address": f"{values['number']} {values['road']}",
        "passport": f"{source.choice('CFGHJK')}{source.randrange(10**8):08d}",
    }
    return [(f"{source.choice(LABELS[kind])}: ", ""), (made[kind], kind)]


def width_of(text: str, letters: Font) -> float:
    """How long a text is, in pixels."""
    return float(letters.getlength(text))


def write(
    drawn: Drawn, at: tuple[float, float], pieces: Sequence[tuple[str, str]], letters: Font, ink: Colour
) -> float:
    """Write pieces on one line, remember the values, and say where the line ends."""
    draw, (x, y) = ImageDraw.Draw(drawn.picture), at
    for text, kind in pieces:
        draw.text((x, y), text, font=letters, fill=ink)
        end = x + width_of(text, letters)
        if kind and text.strip():
            _, top, _, bottom = draw.textbbox((x, y), text, font=letters)
            left = x + width_of(text, letters) - width_of(text.lstrip(), letters)
            drawn.values.append(Value(kind, text.strip(), (floor(left), floor(top), ceil(end), ceil(bottom))))
        x = end
    return x


def flow(drawn: Drawn, source: random.Random, area: Edges, letters: Font, size: int, ink: Colour) -> None:
    """Fill an area with sentences; a value that does not fit is broken at its blanks."""
    left, top, right, bottom = area
    x, y, line = float(left), float(top), list[tuple[str, str]]()
    while True:
        for text, kind in [*sentence(source), (" ", "")]:
            for word in _words(text):
                if x + width_of(word.rstrip(), letters) > right:
                    write(drawn, (left, y), line, letters, ink)
                    cut = bool(kind and line and line[-1][1] == kind)
                    x, y, line = float(left), y + size * 1.5, []
                    if y + size > bottom:
                        if cut:  # the rest of the value is not in the picture, and nobody could tell what it is
                            drawn.values.pop()
                        return
                if not line and not word.strip():
                    continue
                if line and line[-1][1] == kind:
                    line[-1] = (line[-1][0] + word, kind)
                else:
                    line.append((word, kind))
                x += width_of(word, letters)


def _words(text: str) -> list[str]:
    """Words, each with the blank behind it; a blank in front stands alone."""
    words = [word + " " for word in text.split(" ")]
    words[-1] = words[-1][:-1]
    return [word for word in words if word]


def page(seed: int) -> Drawn:
    """An A4 page at 150 dpi, densely written."""
    drawn, source = Drawn(Image.new("RGB", (1240, 1754), WHITE)), random.Random(f"page {seed}")
    write(drawn, (100, 80), [("Minutes, open items and correspondence", "")], font("sans", 38), INK)
    flow(drawn, source, (100, 170, 1140, 1650), font("sans", 24), 24, INK)
    return drawn


def screenshot(seed: int) -> Drawn:
    """A desktop of six panes in small letters."""
    drawn, source = Drawn(Image.new("RGB", (1920, 1080), (240, 242, 245))), random.Random(f"screen {seed}")
    draw = ImageDraw.Draw(drawn.picture)
    draw.rectangle((0, 0, 1920, 56), fill=(28, 38, 58))
    write(drawn, (24, 14), [("Otterway desk, open requests", "")], font("sans", 22), WHITE)
    for number in range(6):
        left, top = 20 + number % 3 * 632, 80 + number // 3 * 500
        draw.rectangle((left, top, left + 612, top + 480), fill=WHITE, outline=(205, 210, 218))
        write(drawn, (left + 16, top + 12), [(f"Request {number + 311}", "")], font("sans", 18), (30, 90, 200))
        flow(drawn, source, (left + 16, top + 46, left + 596, top + 468), font("sans", 17), 17, (35, 42, 55))
    return drawn


@dataclass(frozen=True, slots=True)
class Style:
    """How a form is drawn.

    Attributes:
        letters: kind of font.
        size: of the letters in pixels.
        ink: their colour.
        paper: what is behind them.
        turn: degrees, anticlockwise.
        after: what becomes of the picture at the end.
    """

    letters: str = "sans"
    size: int = 24
    ink: Colour = INK
    paper: Colour = WHITE
    turn: float = 0.0
    after: Callable[[Image.Image], Image.Image] | None = None


def _jpeg(picture: Image.Image) -> Image.Image:
    out = BytesIO()
    picture.save(out, "JPEG", quality=35)
    return Image.open(out).convert("RGB")


def _halved(picture: Image.Image) -> Image.Image:
    """As if photographed from too far away: half of the detail is lost."""
    small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.BICUBIC)


STYLES = {
    "sans, 24 px": Style(),
    "serif": Style("serif", 22),
    "mono": Style("mono", 20),
    "bold, on colour": Style("bold", 22, (16, 52, 88), (214, 232, 246)),
    "narrow": Style("narrow", 20),
    "small, 12 px": Style("sans", 12),
    "very small, 10 px": Style("sans", 10),
    "large, 56 px": Style("sans", 56),
    "faint": Style("sans", 22, (196, 196, 196)),
    "inverted": Style("sans", 22, (236, 238, 240), (22, 26, 34)),
    "faint, inverted": Style("serif", 22, (92, 96, 104), (34, 36, 42)),
    "tilted by 2°": Style("sans", 22, turn=2),
    "tilted by −7°": Style("serif", 22, turn=-7),
    "tilted by 20°": Style("sans", 24, turn=20),
    "on its side": Style("sans", 22, turn=90),
    "upside down": Style("serif", 22, turn=180),
    "JPEG, quality 35": Style("sans", 18, after=_jpeg),
    "blurred": Style("sans", 24, after=_halved),
}
"""How values are planted: what a scan, a screenshot or somebody who hides something may make of them."""


def form(style: Style, seed: int) -> Drawn:
    """Every kind of value on a line with its label, and a few sentences, in a style."""
    source = random.Random(f"form {seed} {style.letters} {style.size} {style.turn}")
    letters, step = font(style.letters, style.size), ceil(style.size * 1.7)
    kinds = [*LABELS, *LABELS]
    source.shuffle(kinds)
    columns = 2 if style.size <= 24 else 1
    wide = max(400, style.size * 26)
    side = columns * wide + 80
    if columns == 1:
        kinds = kinds[:10]
    rows = ceil(len(kinds) / columns)
    tall = rows * step + 6 * step
    size = (max(side, tall), max(side, tall)) if style.turn else (side, tall)
    drawn = Drawn(Image.new("RGB", size, style.paper), turned=style.turn)
    top = (drawn.picture.height - tall) / 2
    for at, kind in enumerate(kinds):
        place = (40 + at % columns * wide, top + at // columns * step)
        write(drawn, place, field_line(source, kind), letters, style.ink)
    below = ceil(top + (rows + 1) * step)
    area = (40, below, drawn.picture.width - 40, below + 4 * step)
    flow(drawn, source, area, letters, style.size, style.ink)
    return finished(drawn, style)


def finished(drawn: Drawn, style: Style) -> Drawn:
    """Turn what was drawn, and let happen to it what happens to pictures."""
    if style.turn:
        margin = 0 if style.turn % 90 == 0 else round(drawn.picture.width * 0.17)
        _grow(drawn, margin, style.paper)
        drawn.picture = turned(drawn.picture, style.turn, style.paper)
    if style.after:
        drawn.picture = style.after(drawn.picture)
    return drawn


def _grow(drawn: Drawn, margin: int, paper: Colour) -> None:
    """Paper on all sides, so that nothing is turned out of the picture."""
    width, height = drawn.picture.size
    larger = Image.new("RGB", (width + 2 * margin, height + 2 * margin), paper)
    larger.paste(drawn.picture, (margin, margin))
    drawn.picture = larger
    drawn.values = [
        Value(v.kind, v.text, (v.box[0] + margin, v.box[1] + margin, v.box[2] + margin, v.box[3] + margin))
        for v in drawn.values
    ]


def turned(picture: Image.Image, degrees: float, paper: Colour = WHITE) -> Image.Image:
    """Turn a square picture about its middle, anticlockwise."""
    if degrees % 90 == 0:
        return picture.rotate(degrees)
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper)
