"""How registration plates are composed, by country, and what of it survives being read from a photo.

In a format, `L` is a letter, `D` a digit and `A` either; other characters, and what is in brackets, stand for
themselves; `L?` may be missing. The formats are facts: the rules of each country, as its authority publishes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_FORMATS: dict[str, str] = {
    "AL": "LLDDDLL",
    "AR": "LLLDDD LLDDDLL",
    "AT": "LL?DD?D?D?D?LL?L?",
    "AU": "LLLDDD LLLDDL LLDDLL DLLDLL DLLLDDD DDDLLL DDDLLD SDDDLLL",
    "BA": "LDDLDDD",
    "BE": "DLLLDDD LLLDDD DDDLLL",
    "BG": "LL?DDDDLL",
    "BR": "LLLDDDD LLLDLDD",
    "BY": "DDDDLLD",
    "CA": "LLLLDDD LLLDDDD LLLDDD DDDLLL LDDLLL LLDDDL LLDDDDD",
    "CH": "(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)DDD?D?D?D?",
    "CL": "LLLLDD LLDDDD",
    "CO": "LLLDDD",
    "CZ": "DLADDDD LLLDDDD",
    "DE": "LL?L?LL?DD?D?D?[EH]?",
    "DK": "LLDDDDD",
    "EE": "DDDLLL",
    "ES": "DDDDLLL LDDDDLL? LLDDDDLL?",
    "FI": "LLLDDD LLLDD",
    "FR": "LLDDDLL DDDDLLDD DDDLLLDD DDDDLLLDD",
    "GB": "LLDDLLL LDD?D?LLL LLLDD?D?L LLLDDDD",
    "GR": "LLLDDDD",
    "HR": "LLDDDD?LL?",
    "HU": "LLLDDD LLLLDDD",
    "ID": "LL?DDDDLL?L?",
    "IE": "DDD?LL?DD?D?D?D?D?",
    "IN": "LLDD?LL?L?DDDD DDBHDDDDLL?",
    "IT": "LLDDDLL",
    "KE": "KLLDDDL",
    "LT": "LLLDDD",
    "LV": "LLDDDD",
    "MD": "LLLDDD",
    "ME": "LLLLDDD",
    "MK": "LLDDDDLL",
    "MX": "LLLDDDD LLLDDDL LDDLLL",
    "MY": "LL?L?DDDDL?",
    "NG": "LLLDDDLL",
    "NL": "LLDDDL LDDDLL DLLLDD DDLLLD LLDDLL DDLLLL LLLLDD DDLLDD LLDDDD DDDDLL LLLDDL DDDLLD",
    "NO": "LLDDDDD LLDDDD",
    "NZ": "LLLDDD LLDDDD",
    "PE": "LDLDDD",
    "PH": "LLLDDDD LLLDDD",
    "PK": "LLLDDDD?",
    "PL": "LLDDDDD LLDDDDL LLDDDLL LLDLDDD LLDLLDD LLLLDDD LLLDDLL LLLDLDD LLLDDLD LLLDDL LLLDLL LLLDDDDD LLLDDDL",
    "PT": "LLDDLL DDLLDD DDDDLL LLDDDD",
    "RO": "LLDDLLL BDDD?LLL",
    "RS": "LLDDDD?LL",
    "RU": "LDDDLLDDD?",
    "SE": "LLLDDD LLLDDL",
    "SG": "SLL?DDDD?L",
    "SI": "LLDDDLL LLLLDDD LLDLDDD LLDDLDD",
    "SK": "LLDDDLL",
    "TR": "DDLDDDDD? DDLLDDDD? DDLLLDDD?D?",
    "UA": "LLDDDDLL",
    "US": "DLLLDDD LLLDDDD LLLDDD DDDLLL LDDLLL LLLLDD LLDDDDD DDDDLL DDDLLLL LDDDDDD DLLDDDD LLDDDLL LLDDDL "
    "DDLDDDD DDLLLDD LLDLDL LDDDDL LDLDDD DDLDDD DDDLDD DLLLDD DLLDDD DDLLDD",
    "ZA": "LLDDLLGP LLLDDDGP LLDDDDD? C[A]DDDDDD?",
}  # fmt: skip

_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_AS_DIGIT = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8", "|": "1"}

SHORTEST, LONGEST = 5, 10
"""How many letters and digits a plate has."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a mark may be.

    Attributes:
        known: some country composes its marks like that.
        mistaken: how many characters an OCR engine would have confused for that (O for 0, B for 8, …).
    """

    known: bool
    mistaken: int = 0


def shape(mark: str) -> Shape | None:
    """Judge letters and digits without what stands between them; None where they are no mark.

    A mark of an unknown format still has six to eight characters, two digits, a letter, and few changes from letters
    to digits and back.

    Args:
        mark: upper-case letters A to Z and digits.
    """
    if not SHORTEST <= len(mark) <= LONGEST:
        return None
    letters = sum(char.isalpha() for char in mark)
    if letters and letters < len(mark) and _machine(False).fullmatch(mark):
        return Shape(known=True)
    if _machine(True).fullmatch(mark) and letters < len(mark) and letters:
        return Shape(known=True, mistaken=1)
    changes = sum(a.isalpha() != b.isalpha() for a, b in pairwise(mark))
    if letters and len(mark) - letters >= 2 and 6 <= len(mark) <= 8 and changes <= 3:
        return Shape(known=False)
    return None


@cache
def _machine(tolerant: bool) -> re.Pattern[str]:
    """All formats as one expression; tolerant, a letter may stand for the digit it looks like and the other way."""
    classes = {
        "L": f"[A-Z{''.join(_AS_LETTER)}]" if tolerant else "[A-Z]",
        "D": f"[0-9{''.join(_AS_DIGIT)}]" if tolerant else "[0-9]",
        "A": "[A-Z0-9]",
    }
    written = {one for several in _FORMATS.values() for one in several.split(" ")}
    return re.compile("|".join(sorted({_expression(one, classes) for one in written})))


def _expression(written: str, classes: dict[str, str]) -> str:
    """Groups in brackets are literal; elsewhere L, D and A are classes."""
    pieces = re.split(r"(\(\?:[^)]*\)|\[[^\]]*\])", written)
    return "".join(
        piece if piece[:1] in ("(", "[") else "".join(classes.get(char, char) for char in piece) for piece in pieces
    )
