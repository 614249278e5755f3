"""Letters of other scripts that look like Latin ones.

Our own table, put together letter by letter. *Twins* cannot be told apart in most typefaces; *cousins* are near
enough to be used by people who write in disguise, and are read as Latin only in the midst of a Latin word.
"""

from __future__ import annotations

import re

import re2


def _pairs(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters.split(), latin.split(), strict=True))


TWINS: dict[str, str] = {
    # Cyrillic
    **_pairs("а е о р с у х і ј ѕ ԁ ԛ ԝ һ ӏ ѵ ү", "a e o p c y x i j s d q w h l v y"),
    **_pairs("А В Е К М Н О Р С Т У Х І Ј Ѕ Ԛ Ԝ Ӏ Ѵ Ү Ԍ", "A B E K M H O P C T Y X I J S Q W I V Y G"),
    # Greek
    **_pairs("ο ν ι ϲ ϳ", "o v i c j"),
    **_pairs("Α Β Ε Ζ Η Ι Κ Μ Ν Ο Ρ Τ Υ Χ Ϲ", "A B E Z H I K M N O P T Y X C"),
    # Armenian
    **_pairs("օ ս հ ց զ ո ք Օ Տ Լ Ս", "o u h g q n p O S L U"),
    # Cherokee
    **_pairs("Ꭰ Ꭱ Ꭲ Ꭵ Ꭺ Ꭻ Ꭼ Ꮃ Ꮇ Ꮋ Ꮐ Ꮓ Ꮪ Ꮩ Ꮮ Ꮯ Ꮲ Ꮶ Ꮢ Ᏼ", "D R T i A J E W M H G Z S V L C P K R B"),
    # Lisu
    **_pairs(
        "ꓐ ꓑ ꓓ ꓔ ꓖ ꓗ ꓙ ꓚ ꓜ ꓝ ꓟ ꓠ ꓡ ꓢ ꓣ ꓦ ꓧ ꓪ ꓫ ꓬ ꓮ ꓰ ꓲ ꓳ ꓴ",
        "B P D T G K J C Z F M N L S R V H W X Y A E I O U",
    ),
    # Coptic
    **_pairs("ⲟ Ⲟ ⲣ Ⲣ ⲥ Ⲥ Ⲁ Ⲏ Ⲓ Ⲕ Ⲙ Ⲛ Ⲧ Ⲭ", "o O p P c C A H I K M N T X"),
    # Latin letters that are none of the alphabet: small capitals and phonetic signs
    **_pairs(
        "ᴀ ʙ ᴄ ᴅ ᴇ ꜰ ɢ ʜ ɪ ᴊ ᴋ ʟ ᴍ ɴ ᴏ ᴘ ʀ ꜱ ᴛ ᴜ ᴠ ᴡ ʏ ᴢ ɑ ɡ ɩ",
        "a b c d e f g h i j k l m n o p r s t u v w y z a g i",
    ),
}
COUSINS: dict[str, str] = {
    **_pairs("к н т м в г п и я з ь ш ц э ё ї й б", "k h t m b r n u r e b w u e e i u b"),
    **_pairs("Я И П Г З Ш Ё Ї Й Ь", "R N N R E W E I N b"),
    **_pairs("α ρ κ υ τ γ χ ε η ω σ β μ π θ δ ς", "a p k u t y x e n w o b u n o d s"),
    **_pairs("Σ Λ Ω Θ Δ", "E A O O A"),
    **_pairs("ա ւ ր ն ե ŀ ƒ", "w i n u t l f"),
}
LETTERS = (
    "\u0250-\u02af\u0370-\u03ff\u0400-\u052f\u0531-\u0587"
    "\u13a0-\u13ff\u1d00-\u1d2b\u2c80-\u2cff\ua4d0-\ua4ff\ua730-\ua731ŀƒ"
)
"""A character class of the letters above and their relatives."""

_ALL = {**COUSINS, **TWINS}
_WORD = re.compile(rf"(?<![A-Za-z0-9{LETTERS}])[A-Za-z0-9]*+[{LETTERS}][A-Za-z0-9{LETTERS}]*+")
_LOOKS = "".join(TWINS)
_GATE = re2.compile(
    rf"[A-Za-z][{LETTERS}]|[{LETTERS}][A-Za-z]"
    rf"|(?:^|[^A-Za-z0-9{LETTERS}])[A-Za-z0-9]*[{_LOOKS}][A-Za-z0-9]*[{_LOOKS}][A-Za-z0-9{_LOOKS}]*"
    rf"(?:$|[^A-Za-z0-9{LETTERS}])"
)
_FOREIGN = re.compile(rf"[{LETTERS}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2}")
_NEAR = 120  # characters to either side that say which script a text is in
_CHANGES = re.compile(rf"[A-Za-z](?=[{LETTERS}])|[{LETTERS}](?=[A-Za-z])")


def latin_words(text: str) -> list[tuple[int, int, str]]:
    """Words in disguise, with the Latin word each looks like (of the same length).

    A word that mixes Latin letters with twins is one; so is a word wholly of twins, unless a letter nearby shows
    that its own script is in use.
    """
    found: list[tuple[int, int, str]] = []
    if not _GATE.search(text):
        return found
    for match in _WORD.finditer(text):
        word = match.group()
        letters = [c for c in word if c.isalpha()]
        foreign = [c for c in letters if c > "\x7f"]
        if not all(c in _ALL for c in foreign):
            continue
        twins = all(c in TWINS for c in foreign)
        if len(foreign) < len(letters):
            hidden = _mixed(word, len(letters) - len(foreign), len(foreign), twins)
        else:
            hidden = twins and len(foreign) >= 2 and _among_latin(text, match.start(), match.end())
        if hidden:
            found.append((match.start(), match.end(), "".join(_ALL.get(c, c) for c in word)))
    return found


def _mixed(word: str, latin: int, foreign: int, twins: bool) -> bool:
    if twins:
        return latin + foreign >= 3
    changes = len(_CHANGES.findall(word))
    return latin >= 4 and (changes >= 2 or foreign >= 2) and latin >= foreign


def _among_latin(text: str, start: int, end: int) -> bool:
    near = text[max(0, start - _NEAR) : start] + " " + text[end : end + _NEAR]
    if not _LATIN_WORD.search(near) and (end - start) < 4:
        return False
    own = [c for c in _FOREIGN.findall(near) if c not in TWINS]
    return not own
