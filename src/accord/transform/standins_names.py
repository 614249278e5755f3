"""Names of persons that stand for names of persons.

A stand-in keeps the language and script, the gender as far as a title, a given name or an ending tells it, the number
of words, titles and initials, and who shares a family name with whom: every word of a name has one stand-in within a
scope, and every stand-in stands for one word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from accord.transform.standins_draw import HAN, Draw, cased, plain
from accord.transform.standins_tables import LOCALES, Names, also, names

_MEN = frozenset(
    "mr mister sir herr hr m monsieur sr señor senor sig signor signore dhr meneer pan bay г-н господин κύριος κ "
    "श्री श्रीमान".split()
)
_WOMEN = frozenset(
    "mrs ms miss madam lady frau fr mme madame mlle mademoiselle sra srta señora senora sig.ra signora mevr mevrouw "
    "pani bayan hanım г-жа госпожа κυρία κα श्रीमती सुश्री".split()
)
_TITLES = (
    _MEN
    | _WOMEN
    | frozenset(
        "dr doctor doktor prof professor med phd md jr sr ii iii iv esq hon rev fr st dipl ing mag msc bsc mba "
        "don doña "
        "dott dottssa drs ir lic inż inz dra д-р др др. डॉ".split()
    )
)
_PARTICLES = frozenset(
    "von van der den de del della di da dos das do du la le les los el al bin ibn bint abu ben zu zur zum ter ten te "
    "y e i und af av".split()
)
_WORD = re.compile(r"[^\s,;/()\"]+")
_INITIAL = re.compile(r"([^\W\d_])\.?")
_HAN_NAME = re.compile(rf"[{HAN}]{{2,4}}")
_TWO = frozenset("欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 南宫".split())
_MARKS = (
    ("ru", "\u0400-\u04ff"),
    ("el", "\u0370-\u03ff"),
    ("ar", "\u0600-\u06ff"),
    ("hi", "\u0900-\u097f"),
    ("ko", "\uac00-\ud7af"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u4e00-\u9fff"),
    ("pl", "łńśźżąęŁŚŻŹ"),
    ("tr", "ışğİŞĞ"),
    ("pt", "ãõÃÕ"),
    ("de", "ßäöüÄÖÜ"),
    ("es", "ñÑ"),
    ("fr", "çêèëîïôûœÇÊÈ"),
    ("es", "áíóúÁÍÓÚ"),
)

_DOUBLES = 100
_ENDINGS = (
    ("pl", re.compile(r"(?:sk[ia]|ck[ia]|wicz|czyk)$")),
    ("tr", re.compile(r"(?:oglu|gil)$")),
    ("nl", re.compile(r"(?:stra|sma|huis)$")),
    ("es", re.compile(r"(?:guez|ndez|nchez|tinez|arez)$")),
    ("de", re.compile(r"(?:mann|meier|maier|meyer|bauer|burger|stein)$")),
)

Words = Mapping[str, str]
Taken = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a name: its text and what it is, `given`, `family`, `initial` or `kept`."""

    start: int
    end: int
    text: str
    role: str


@cache
def table_words(locale: str, role: str) -> frozenset[str]:
    """The folded words of a locale's table: `men`, `women` or `family`."""
    return frozenset(plain(word) for word in (*pool(names(locale), role), *pool(also(locale), role)))


def pool(table: Names, role: str) -> tuple[str, ...]:
    """The names of one kind: `men`, `women` or `family`."""
    return table.men if role == "men" else table.women if role == "women" else table.family


@cache
def all_words() -> frozenset[str]:
    """The folded words of all tables."""
    return frozenset(
        chain.from_iterable(table_words(loc, role) for loc in LOCALES for role in ("men", "women", "family"))
    )


def locale_of(value: str) -> str:
    """The locale of a name: by its script, the names in it, its letters, and otherwise English."""
    marked = next((locale for locale, marks in _MARKS if re.search(f"[{marks}]", value)), "en")
    if marked in ("zh", "ja") and _HAN_NAME.fullmatch(value.replace(" ", "")):
        japanese = any(plain(value).startswith(word) for word in table_words("ja", "family"))
        given = any(plain(value).endswith(word) for role in ("men", "women") for word in table_words("ja", role))
        return "ja" if japanese or given else marked
    if marked in ("ru", "el", "ar", "hi", "ko", "ja", "zh"):
        return marked
    words = [plain(word.text) for word in split(value) if word.role in ("given", "family")]

    if marked == "en":
        marked = next((locale for locale, ending in _ENDINGS if any(ending.search(word) for word in words)), "en")

    def score(locale: str) -> int:
        known = sum(any(word in table_words(locale, role) for role in ("men", "women", "family")) for word in words)
        return 2 * known + 3 * (locale == marked and marked != "en")

    return max((locale for locale in LOCALES if locale not in ("ru", "el", "ar", "hi", "ko", "ja", "zh")), key=score)


def split(value: str) -> list[_Word]:
    """The words of a name and what each of them is."""
    found = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(value)]
    bare = [text.strip(".").casefold() for _, _, text in found]
    titled = bool(bare) and bare[0] in _TITLES
    kinds = []
    for (_, _, text), word in zip(found, bare, strict=True):
        initial = _INITIAL.fullmatch(text) is not None and text.isupper()
        kept = word in _TITLES or (word in _PARTICLES and len(found) > 1 and text.islower())
        kinds.append("initial" if initial else "kept" if kept or not any(c.isalpha() for c in text) else "")
    if (
        len(found) == 2
        and all(_HAN_NAME.fullmatch(text) or len(text) == 1 for _, _, text in found)
        and not any(kinds)
    ):
        kinds = ["family", "given"]  # a script in which the family name comes first
    open_ = [index for index, kind in enumerate(kinds) if not kind]
    comma = "," in value and value.index(",") < len(value) - 2 and value[: value.index(",")].count(" ") <= 1
    for index in open_:
        before_comma = comma and found[index][1] <= value.index(",") + 1
        last = index == open_[-1] and not comma
        alone = len(open_) == 1 and not titled and "initial" not in kinds and not _is_family(found[index][2])
        kinds[index] = "family" if (before_comma or last) and not alone else "given"
    return [_Word(*one, kind) for one, kind in zip(found, kinds, strict=True)]


def _is_family(word: str) -> bool:
    folded = plain(word)
    given = any(folded in table_words(loc, role) for loc in LOCALES for role in ("men", "women"))
    return not given and any(folded in table_words(loc, "family") for loc in LOCALES)


def gender_of(value: str, locale: str) -> str:
    """`men` or `women`: by a title, a given name, or how the words end."""
    words = split(value)
    kept = {word.text.strip(".").casefold() for word in words if word.role == "kept"}
    if kept & (_MEN - _WOMEN):
        return "men"
    if kept & (_WOMEN - _MEN):
        return "women"
    given = [plain(word.text) for word in words if word.role == "given"]
    for known in (locale, *LOCALES):
        for role in ("women", "men"):
            if any(part in table_words(known, role) for word in given for part in word.split("-")):
                return role
    family = [plain(word.text) for word in words if word.role == "family"]
    if any(base(word, locale) != word for word in family):
        return "women"
    ends = given[:1] or family[:1]
    return (
        "women"
        if any(word.endswith(("a", "e", "а", "я", "α", "η", "ة", "ी", "子", "美")) for word in ends)
        else "men"
    )


_FEMININE = {
    "ru": ((re.compile(r"(ов|ев|ёв|ин|ын)$"), r"\1а"), (re.compile(r"(с|ц)кий$"), r"\1кая")),
    "pl": ((re.compile(r"(s|c|dz)ki$"), r"\1ka"),),
    "el": ((re.compile(r"(ης)$"), "η"), (re.compile(r"(ος)$"), "ου")),
}
_BASE = {
    "ru": ((re.compile(r"(ов|ев|ёв|ин|ын)а$"), r"\1"), (re.compile(r"(с|ц)кая$"), r"\1кий")),
    "pl": ((re.compile(r"(s|c|dz)ka$"), r"\1ki"),),
}


def base(family: str, locale: str) -> str:
    """A family name in the form of men, where women have another."""
    return _changed(family, _BASE.get(locale, ()))


def feminine(family: str, locale: str) -> str:
    """A family name in the form of women, where they have another."""
    return _changed(family, _FEMININE.get(locale, ()))


def _changed(word: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, other in rules:
        changed, count = pattern.subn(other, word)
        if count:
            return changed
    return word


def _names(items: tuple[str, ...], draw: Draw) -> Iterator[str]:
    """All of some names, and after them double names, up to a bound."""
    yield from draw.order(items)
    for _ in range(_DOUBLES):
        one, two = draw.pick(items), draw.pick(items)
        if one != two:
            yield f"{one}-{two}"


class Namer:
    """Finds stand-ins for names.

    Args:
        key: of the scope.
        words: the stand-ins of words that have one, folded, by the folded word.
        spellings: the same as e-mail addresses spell them.
        taken: whether a word may not be drawn: it stands for something else, or occurs.
    """

    def __init__(self, key: bytes, words: Words, spellings: Words, taken: Taken) -> None:
        self._key = key
        self._words = words
        self._taken = taken
        self._spellings = spellings

    def name(self, value: str) -> str | None:
        """A stand-in for a whole name; None where there is none left."""
        locale = locale_of(value)
        if locale in ("zh", "ja", "ko") and _HAN_NAME.fullmatch(value):
            return self._unparted(value, locale)
        gender = gender_of(value, locale)
        made, at = [], 0
        drawn: dict[str, str] = {}
        for word in split(value):
            other = self._word(word, locale, gender, drawn)
            if other is None:
                return None
            made += [value[at : word.start], other]
            at = word.end
        return "".join([*made, value[at:]])

    def _word(self, word: _Word, locale: str, gender: str, drawn: dict[str, str]) -> str | None:
        if word.role == "kept":
            return word.text
        if word.role == "initial":
            return self._initial(word.text, locale, gender)
        parts = []
        for part in word.text.split("-"):
            other = self.word(part, word.role, locale, gender, drawn) if part else ""
            if other is None:
                return None
            parts.append(other)
        return "-".join(parts)

    def _initial(self, text: str, locale: str, gender: str) -> str:
        letters = sorted({name[0] for name in pool(names(locale), gender)} - {text[0]})
        return Draw(self._key, "initial", text[0].casefold()).pick(letters) + text[1:]

    def word(self, text: str, role: str, locale: str, gender: str, drawn: dict[str, str] | None = None) -> str | None:
        """A stand-in for one word of a name, in the case of the word.

        Args:
            text: the word.
            role: `given` or `family`.
            locale: of the name.
            gender: `men` or `women`.
            drawn: what has been drawn for other words of the same name; added to.
        """
        drawn = {} if drawn is None else drawn
        stem = text.strip(".'’")
        root = base(stem, locale) if role == "family" else stem
        known = self._words.get(plain(root)) or self._words.get(plain(stem)) or drawn.get(plain(root))
        if known is None:
            items = pool(names(locale), "family" if role == "family" else gender)
            draw = Draw(self._key, "name", plain(root))
            never = {plain(root), plain(stem), *drawn.values()}
            known = next((w for w in _names(items, draw) if plain(w) not in never and not self._taken(w)), None)
        if known is None:
            return None
        drawn[plain(root)] = plain(known)
        shown = feminine(known, locale) if role == "family" and (gender == "women" or root != stem) else known
        return cased(shown, text)

    def spelt(self, written: str) -> str:
        """The stand-in of a word as e-mail addresses spell it, also after an initial; empty where there is none."""
        known = self._spellings.get(written, "")
        if not known and len(written) > 3 and (rest := self._spellings.get(written[1:], "")):
            return f"{Draw(self._key, 'initial', written[0]).pick('abcdefghjklmnprstvw')}{rest}"
        return known

    def _unparted(self, value: str, locale: str) -> str | None:
        """A name of a script that does not part words: the family name comes first."""
        table = names(locale)
        size = 2 if value[:2] in _TWO or (locale == "ja" and len(value) > 2) else 1
        family, given = value[:size], value[size:]
        gender = "women" if given in table.women else "men" if given in table.men else gender_of(value, locale)
        draw = Draw(self._key, "name", plain(value))
        firsts = list(self._surnames(family, table.family, size, draw))
        others = [name for name in pool(table, gender) if name != given]
        lasts = [name for name in others if len(name) == len(given)] or others
        if given == "":
            lasts = [""]
        for first in firsts:
            for last in draw.order(lasts) if lasts else iter(()):
                if first + last != value and first != family and not self._taken(first + last):
                    return first + last
        return None

    def _surnames(self, family: str, table: tuple[str, ...], size: int, draw: Draw) -> Iterator[str]:
        shared = Draw(self._key, "family", family).order([name for name in table if len(name) == size] or table)
        yield from (name for name, _ in zip(shared, range(3), strict=False))
        yield from (name for name, _ in zip(draw.order(table), range(8), strict=False))
