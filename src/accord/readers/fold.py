"""Look-alikes and invisible characters: text as a plain reader of Latin script sees it.

Sources: Unicode Standard Annex 15 (compatibility forms), Technical Standard 39 (confusables, the idea, not its
data), Technical Standard 51 (tag characters and variation selectors).
"""

from __future__ import annotations

import re
import unicodedata

import re2

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned, mapped, realign
from accord.readers.confusables import latin_words

_ZEROS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040\u1090\u17e0"
    "\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0\U000104a0\U00011066"
)
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_DIGITS = "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in _ZEROS)
_FORMS = (
    "\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u207a-\u209c\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124"
    "\u2128\u212a\u212c-\u2131\u2133\u2134\u2139\u2145-\u2149\u2160-\u217f\u2460-\u249b\u249c-\u24ea\ufb00-\ufb06\ufe6b"
    "\uff0e\uff10-\uff19\uff20-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\U0001f100-\U0001f189\U0001fbf0-\U0001fbf9"
)
_RAISED = "\u00b2\u00b3\u00b9\u2070-\u2079"  # one alone is a square or a note
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_BLANKS = "\u00a0\u2000-\u200a\u202f\u205f\u2800\u3000"
_DASHES = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_DOTS = "\u3002\uff61\u2024\u00b7\u2022\ufe52"
_GATE = re2.compile(
    rf"[{_INVISIBLE}{_DIGITS}{_FORMS}{_MARKS}]|[{_RAISED}][{_RAISED}]|@[{_BLANKS}]|[{_BLANKS}]@"
    rf"|[a-z0-9][{_DOTS}][a-z0-9]"
    # one blank or dash in a number is a thousand, a unit or a range of years; what follows are longer numbers
    rf"|[0-9)][{_BLANKS}][0-9(][0-9() .\-]*[{_BLANKS}{_DASHES}][0-9]"
    rf"|[0-9][{_DASHES}][0-9]+[ \-{_BLANKS}{_DASHES}][0-9]|[0-9]{{5}}[{_DASHES}][0-9]|[0-9][{_DASHES}][0-9]{{5}}"
    rf"|(?:^|[^0-9])[0-9]{{3}}[{_DASHES}][0-9]{{4}}"
)
_PIECE = re.compile(
    f"(?P<keycap>[0-9A-Za-z#*]\ufe0f?\u20e3)"
    f"|(?P<invisible>[{_INVISIBLE}]+)"
    f"|(?P<form>[{_DIGITS}{_FORMS}\uff01-\uff5e]|[{_RAISED}](?=[{_RAISED}])|(?<=[{_RAISED}])[{_RAISED}])"
    f"|(?P<marks>.[{_MARKS}]+)"
    f"|(?P<blank>[{_BLANKS}](?=[0-9@])|(?<=[0-9@])[{_BLANKS}])"
    f"|(?P<dash>(?<=[0-9])[{_DASHES}](?=[0-9]))"
    f"|(?P<dot>(?<=[A-Za-z0-9])[{_DOTS}](?=[A-Za-z0-9]))"
)
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c\u034f\u180b\u180c\u180d\u180e\ufe0e\ufe0f")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_OVERLAYS = frozenset("\u0332\u0333\u0334\u0335\u0336\u0337\u0338\u0305\u033f\u0347\u0488\u0489")
_BREAKABLE = "/.-_?&=,;"  # where pages allow long addresses to break
_NEVER_MARKED = frozenset("0123456789@._-+=:/")  # no language puts an accent here
_ABSURD = re.compile(r"[0-9@._+=:/-][\u0300-\u0331\u0339-\u036f]")
_MAX_STACK = 2  # marks on one letter that a language may need


def read_folded(reading: Reading) -> Reading | None:
    """Fold what looks like something else, or say None where nothing does."""
    text = reading.text
    if text.isascii():
        return None
    swaps, disguise = _swaps(text) if _GATE.search(text) else ([], False)
    if swaps:
        folded, starts, ends = realign(text, swaps)
    else:
        folded, starts, ends = text, range(len(text)), range(1, len(text) + 1)
    words = latin_words(folded)
    if not swaps and not words:
        return None
    if not swaps:
        return aligned(reading, words, "folded", fields=reading.fields, disguise=True)
    if words:
        folded = realign(folded, words)[0]
    fields = tuple(mapped(reading.fields, starts))
    hidden = disguise or bool(words)
    return Reading(folded, "folded", reading, starts, ends, fields=fields, role=reading.role, disguise=hidden)


def _swaps(text: str) -> tuple[list[Swap], bool]:
    swaps: list[Swap] = []
    disguise = False
    bare = _ABSURD.search(text) is not None  # where digits carry accents, those on letters mean nothing either
    for match in _PIECE.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if kind == "invisible":
            hidden = _unseen(text, start, end, swaps)
            disguise = disguise or hidden
        elif kind == "keycap":
            swaps.append((start, end, text[start]))
        elif kind == "form":
            swaps.append((start, end, _plain(match.group())))
        elif kind == "marks":
            hidden = bare or _stack(match.group(), start, swaps)
            disguise = disguise or hidden
            if bare:
                swaps.append((start, end, text[start]))
        else:
            swaps.append((start, end, {"blank": " ", "dash": "-"}.get(kind or "", ".")))
    return swaps, disguise


def _plain(char: str) -> str:
    """The plain form of one character: a digit, a letter in another style."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    code = ord(char)
    for first in (0x1F150, 0x1F170):  # letters in black circles and squares have no decomposition
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    new = unicodedata.normalize("NFKC", char)
    if len(new) == 3 and new[0] == "(" and new[2] == ")":
        return new[1]
    return new


def _unseen(text: str, start: int, end: int, swaps: list[Swap]) -> bool:
    """Decide about a run of invisible characters; says whether it hides something."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    run = text[start:end]
    if before == "\U0001f3f4":
        return False  # the flags of England, Scotland and Wales are spelled in tags
    found = len(swaps)
    _smuggled(run, start, swaps)
    if len(swaps) > found:
        return True
    if len(run) <= 2 and _JOINERS.issuperset(run) and (_joins(before) or _joins(after)):
        return False
    if start == 0 or end == len(text):
        return False  # a byte-order mark, the end of a copied line
    if run == "\u200b" and (_unspaced(before) or _unspaced(after)):
        return False
    swaps.append((start, end, ""))
    if before.isspace() or after.isspace():
        return False
    return run.strip("\u00ad") != "" and not (run == "\u200b" and before in _BREAKABLE)


def _smuggled(run: str, start: int, swaps: list[Swap]) -> None:
    """Text spelled in tag characters, in variation selectors (a byte each) or in two widths of nothing."""
    for tags in _TAGS.finditer(run):
        new = "".join(chr(ord(c) - 0xE0000) for c in tags.group())
        _inserted(start + tags.start(), start + tags.end(), [new] if len(new) < 3 else [" ", new, " "], swaps)
    for selectors in _SELECTORS.finditer(run):
        data = bytes(ord(c) - 0xFE00 if c < "\uff00" else ord(c) - 0xE0100 + 16 for c in selectors.group())
        try:
            new = data.decode()
        except UnicodeDecodeError:
            continue
        if new.isprintable():
            _inserted(start + selectors.start(), start + selectors.end(), [" ", new, " "], swaps)
    if len(run) >= 24 and len(run) % 8 == 0 and len(set(run)) == 2:
        one, two = sorted(set(run))
        for zero in (one, two):
            bits = "".join("0" if c == zero else "1" for c in run)
            data = int(bits, 2).to_bytes(len(run) // 8, "big")
            if data.isascii() and data.decode("ascii").isprintable():
                swaps.append((start, start, " "))
                swaps.extend((start + 8 * i, start + 8 * i + 8, chr(byte)) for i, byte in enumerate(data))
                swaps.append((start + len(run), start + len(run), " "))
                return


def _inserted(start: int, end: int, pieces: list[str], swaps: list[Swap]) -> None:
    """Note smuggled text, kept apart from the words it hides between where blanks are given."""
    swaps.extend(
        (start if piece != " " else at, at if piece == " " else end, piece)
        for piece, at in zip(pieces, (start, end, end) if len(pieces) == 3 else (end,), strict=True)
    )


def _joins(char: str) -> bool:
    """Whether joiners and direction marks belong beside a character: cursive and Indic scripts, emoji."""
    code = ord(char)
    return (
        0x0590 <= code <= 0x109F
        or 0x1780 <= code <= 0x18AF
        or 0x2190 <= code <= 0x2BFF
        or 0xFB1D <= code <= 0xFEFE
        or code >= 0x1F000
        or code in {0x20E3, 0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299}
        or (code >= 0x3400 and unicodedata.category(char) == "Lo")
    )


def _unspaced(char: str) -> bool:
    """Whether a zero-width space is an ordinary word break beside a character (Thai, Lao, Khmer, Burmese, CJK)."""
    code = ord(char)
    return 0x0E00 <= code <= 0x0FFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or code >= 0x3040


def _stack(piece: str, start: int, swaps: list[Swap]) -> bool:
    """Compose a letter with its marks, or drop marks that no language puts there; says whether it hides."""
    base, marks = piece[0], piece[1:]
    if base in _NEVER_MARKED and marks != "\u20e3":
        swaps.append((start, start + len(piece), base))
        return True
    if not base.isalnum() and (not base.isascii() or _OVERLAYS.isdisjoint(marks)):
        return False
    composed = unicodedata.normalize("NFC", piece)
    end = start + len(piece)
    if len(marks) > _MAX_STACK or (base.isascii() and not _OVERLAYS.isdisjoint(marks)):
        swaps.append((start, end, base))
        return True
    if len(composed) == 1:
        swaps.append((start, end, composed))
    elif base.isascii() and marks == "\u20e3":
        swaps.append((start, end, base))
    elif base.isascii() and base.isalpha():
        swaps.append((start, end, composed[0] if not composed[0].isascii() else base))
        return True
    return False
