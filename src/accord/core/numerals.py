"""Number words from nought to ninety-nine in seven languages, and words that stand for signs and letters.

Facts of the languages; spellings as speech recognisers write them, in lower case.
"""

from __future__ import annotations

from functools import cache

_UNITS = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
}
_TEENS = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "de": "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "fr": "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
    "es": "diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "it": "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    "pt": "dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove",
    "nl": "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante septante quatre-vingt nonante",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
}
_ALSO = {
    "nought": "0", "naught": "0", "niner": "9", "fower": "4", "zwo": "2", "ein": "1", "eine": "1", "une": "1",
    "una": "1", "uma": "1", "duas": "2", "meia": "6", "huitante": "80", "octante": "80", "één": "1",
    "quatre-vingts": "80", "dezasseis": "16", "dezassete": "17", "dezanove": "19", "quatorze": "14",
    "dreissig": "30", "dieciseis": "16",
}  # fmt: skip
AMBIGUOUS = {"oh": "0", "o": "0", "for": "4", "to": "2", "too": "2", "ate": "8", "won": "1"}
"""Words that are digits only among digits."""

TIMES = {
    "double": 2, "triple": 3, "treble": 3, "quadruple": 4, "doppel": 2, "doppelte": 2, "dreifach": 3, "triple-": 3,
    "doble": 2, "doppio": 2, "duplo": 2, "dubbel": 2, "dubbele": 2,
}  # fmt: skip
"""Words that repeat the digit or letter behind them."""

SIGNS = {
    "plus": "+", "dash": "-", "hyphen": "-", "minus": "-", "dot": ".", "point": ".", "period": ".", "slash": "/",
    "bindestrich": "-", "punkt": ".", "schrägstrich": "/", "tiret": "-", "guion": "-", "guión": "-", "punto": ".",
    "ponto": ".", "trattino": "-", "hífen": "-", "streepje": "-", "punt": ".", "space": "",
    "leerzeichen": "", "espace": "",
}  # fmt: skip
"""Words for signs within a number; a space says only that the number goes on."""

FILLERS = frozenset({"uh", "um", "er", "erm", "äh", "ähm", "euh", "eh"})
"""What is said while somebody thinks; `um` is one in Portuguese, too."""

LEADING_ON = frozenset(
    """
    and then next finally after that afterwards followed by pause comma dash hyphen space break stop again plus also
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth last digit digits number numbers
    it it's is the um uh er erm so okay ok point dot minus slash with goes on
    und dann danach gefolgt von als nächstes zuletzt pause komma strich leerzeichen erste zweite dritte vierte fünfte
    sechste siebte achte letzte ziffer zahl ist die äh ähm also
    et puis ensuite enfin après suivi de virgule tiret espace premier première deuxième troisième quatrième dernier
    dernière chiffre numéro est le euh
    y luego después seguido por coma guion guión espacio primero segundo tercero cuarto último dígito número es el eh
    e poi dopo infine seguito da pausa virgola trattino spazio prima seconda terza quarta ultima cifra numero è la
    depois em seguida finalmente seguido vírgula hífen espaço primeiro terceiro quarto dígito é
    en dan daarna gevolgd door tenslotte komma streepje spatie eerste tweede derde vierde laatste cijfer nummer de het
    """.split()
)
"""Words that may stand between the pieces of one number."""

ALPHABET = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f",
    "golf": "g", "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m",
    "november": "n", "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t",
    "uniform": "u", "victor": "v", "whiskey": "w", "whisky": "w", "x-ray": "x", "xray": "x", "yankee": "y",
    "zulu": "z",
}  # fmt: skip
"""The spelling alphabet of ICAO and the ITU (ICAO Annex 10, volume II)."""


@cache
def numbers() -> dict[str, str]:
    """Every number word, with its digits: `one` is 1, `einundzwanzig` 21, `soixante-dix-huit` 78."""
    found: dict[str, str] = {}
    for language, units in _UNITS.items():
        ones, teens, tens = units.split(), _TEENS[language].split(), _TENS[language].split()
        found |= {word: str(value) for value, word in enumerate(ones + teens)}
        for ten, word in enumerate(tens, 2):
            found.setdefault(word, str(10 * ten))
            for one, unit in enumerate(ones[1:], 1):
                for joined in _joined(language, word, unit):
                    found.setdefault(joined, str(10 * ten + one))
        if language == "fr":
            for value, teen in enumerate(teens):
                found |= {f"soixante-{teen}": str(70 + value), f"quatre-vingt-{teen}": str(90 + value)}
            found["soixante-et-onze"] = "71"
    return found | _ALSO


def _joined(language: str, ten: str, one: str) -> list[str]:
    """How a number between the tens is written as one word."""
    match language:
        case "en" | "fr":
            return [f"{ten}-{one}", f"{ten}-et-{one}"]
        case "de":
            return [f"{'ein' if one == 'eins' else one}und{ten}"]
        case "nl":
            return [f"{one}en{ten}", f"{one}ën{ten}"]
        case "es":
            stem = "veinti" if ten == "veinte" else ""
            return [stem + one.replace("dos", "dós").replace("tres", "trés"), stem + one] if stem else []
        case "it":
            return [(ten[:-1] if one[0] in "uo" else ten) + one, (ten[:-1] if one[0] in "uo" else ten) + one + "́"]
        case _:
            return []


@cache
def tens() -> frozenset[str]:
    """Number words behind which a unit belongs to the same number: `twenty one`, `vinte e um`."""
    return frozenset(word for language in ("en", "fr", "es", "pt", "it") for word in _TENS[language].split())


AND = frozenset({"and", "et", "e", "y"})
"""What may stand between tens and units."""
