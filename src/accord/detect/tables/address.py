"""Postal addresses by strong patterns: a house number with a word for street, a box, a postcode with a town."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re
from dataclasses import replace

from accord.detect.tables import words
from accord.detect.tables.pattern import Edge, Pattern

ADDRESS = "privacy.contact.address"

_EN_TYPES = (
    "street|avenue|road|boulevard|lane|drive|court|place|square|terrace|way|close|crescent|parkway|circle|highway|trail|alley|mews|gardens|grove|"
    "walk|row|hill|gate|quay|green|rise|wharf|plaza|loop|turnpike|freeway|expressway|bypass|esplanade|heights|park|ridge|run|vale|view|bend|parade|"
    "st|ave|av|rd|blvd|ln|dr|ct|pl|sq|ter|cres|pkwy|cir|hwy|trl|aly|gdns|grv|pde|tpke"
)
_NAME = r"[\p{Lu}][\p{L}\p{M}'’.\-]*"
_WORD = rf"(?:{_NAME}|[0-9]{{1,3}}(?:st|nd|rd|th)|of|the|de|la|le|les|du|des|del|di|da|do|dos|van|der|den|und|am|an|im|zu|zur|zum|St\.)"
_NUMBER = r"[1-9][0-9]{0,5}(?:[ -]?[A-Za-z]|[/-][0-9]{1,4})?"
_UNIT = r"(?:,?\s{1,2}(?:#|(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|app|apto|piso|int|étage|wohnung|top)\b\.?)\s?[A-Za-z0-9\-]{1,6})?"
_TOWN = rf"(?:,?\s{{1,2}}{_NAME}(?:[ \-]{_NAME}){{0,2}}(?:,?\s{{1,2}}[A-Z]{{2}})?(?:,?\s{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?)?)?"

_UK_POSTCODE = r"(?:GIR ?0AA|(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?) ?[0-9][ABD-HJLNP-UW-Z]{2})"
_CA_POSTCODE = r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]"
_STATES = "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR|GU|VI"

_NOT_STREETS = re.compile(
    r"(?i)^\d+\s+(?:.*\s)?(?:different|other|more|less|new|good|bad|easy|hard|long|short|best|only|same|whole|next|last|first|second|third|the|a|my|your|one|same)\s+\S+$"
)


_YEAR_NAME = re.compile(
    r"(?i)^(?:19|20)\d\d\s.*\b(?:park|green|run|view|walk|row|hill|gate|bend|ridge|rise|loop|heights|trail|court|place|way|close|drive|parade|square|circle)$"
)


def street(value: str) -> bool:
    """Whether words after a number are a name: `12 Other Way` is a sentence's, not a street's."""
    return _NOT_STREETS.match(value) is None and _YEAR_NAME.match(value) is None


def postcode_de(value: str) -> bool:
    """A German postcode between 01001 and 99998."""
    return 1001 <= int(value) <= 99998


_ROWS: tuple[Pattern, ...] = (
    Pattern(
        "address.en", ADDRESS,
        rf"\b(?:[0-9]{{3,6}} )?{_NUMBER},?\s{{1,2}}(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\s)?(?:{_WORD}\s){{1,4}}(?i:{_EN_TYPES})\b\.?{_UNIT}", 0.7, 0.9, 0.75,
        street, False, words.ADDRESS, None, Edge.WORD, rf"[0-9][A-Za-z]?,?\s{{1,2}}[\p{{Lu}}0-9NSEW].*\s(?i:{_EN_TYPES})\b",
    ),
    Pattern(
        "address.de", ADDRESS,
        r"\b(?:[\p{Lu}][\p{L}.\-]+(?:-|\s))?[\p{Lu}][\p{L}\-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|chaussee|promenade|brücke)\s{1,2}[0-9]{1,4}(?:\s?[a-zA-Z]\b|[-/][0-9]{1,4}[a-z]?)?(?:,?\s{1,3}(?:D-|A-|CH-)?[0-9]{4,5}\s[\p{Lu}][\p{L}\-.]+)?",
        0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD, r"(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|chaussee|promenade|brücke)\s{1,2}[0-9]",
    ),
    Pattern(
        "address.de.weak", ADDRESS,
        r"\b[\p{Lu}][\p{L}\-]*(?:ring|stieg|steig|markt|graben|hof|berg|wall|pfad|zeile|kamp|tor)\s{1,2}[0-9]{1,4}(?:\s?[a-z]\b)?(?:,?\s{1,3}(?:D-|A-|CH-)?[0-9]{4,5}\s[\p{Lu}][\p{L}\-.]+)?",
        0.0, 0.75, 0.0, None, False, words.ADDRESS, None, Edge.WORD,
    ),
    Pattern(
        "address.de.named", ADDRESS,
        r"\b(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der)(?:\s(?:der|des|dem|den|von|am))?(?:\s[\p{Lu}][\p{L}\-]{2,}){1,3}\s[0-9]{1,4}(?:\s?[a-z]\b)?,?\s{1,3}(?:D-)?[0-9]{5}\s[\p{Lu}][\p{L}\-]+",
        0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD,
    ),
    Pattern(
        "address.romance", ADDRESS,
        r"(?:\b[1-9][0-9]{0,5}\s)?(?:\b[1-9][0-9]{0,4}(?:\s?(?:bis|ter|quater)|[A-Z])?,?\s)(?i:rue|avenue|av\.|boulevard|bd|blvd|place|chemin|allée|allées|impasse|quai|route|cours|passage|square|faubourg|sentier|esplanade|via|viale|piazza|vicolo|largo|corso|calle|avenida|rua|carrer|plaza|paseo)\s(?:(?:de|du|des|de la|de l'|de las|de los|del|della|dei|delle|di|da|do|dos|das|la|le|les|l'|d')\s?){0,2}[\p{Lu}0-9][\p{L}\p{M}'’\-]+(?:[ \-](?:de |du |la |des |el )?[\p{Lu}][\p{L}\p{M}'’\-]+){0,3}(?:,?\s{1,3}[0-9]{5}\s[\p{Lu}][\p{L}\-' ]+[\p{L}])?",
        0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD,
    ),
    Pattern(
        "address.romance.after", ADDRESS,
        r"\b(?i:via|viale|piazza|piazzale|vicolo|largo|corso|strada|calle|c/|avenida|avda\.?|av\.|plaza|pza\.?|paseo|ronda|camino|carretera|carrer|travesía|rua|r\.|travessa|praça|estrada|alameda|ulica|ul\.|aleja|al\.|plac|os\.)\s(?:(?:de|del|de la|de las|de los|della|dei|delle|degli|di|da|do|dos|das|la|el|san|santa)\s){0,2}[\p{Lu}0-9][\p{L}\p{M}'’.\-]*(?:\s(?:de |di |da |y |e )?(?:la |los |las )?[\p{Lu}][\p{L}\p{M}'’.\-]*){0,3},?\s(?:n\.?º?°?\s?|nº\s?|núm\.?\s|número\s)?[0-9]{1,5}(?:[ /-]?[A-Za-z]\b|/[0-9]{1,4})?(?:,?\s{1,3}[0-9]{2}-?[0-9]{3}\s[\p{Lu}][\p{L}\-']+)?",
        0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD,
    ),
    Pattern(
        "address.nl", ADDRESS,
        r"\b[\p{Lu}][\p{L}\-' ]*(?:straat|laan|plein|gracht|kade|singel|dijk|dreef|steeg|vej|gade|vägen|gatan|gata|veien|katu|kuja|väg)\s[0-9]{1,4}(?:[ -]?[a-zA-Z]{1,3}\b|-[0-9]{1,4})?(?:,?\s{1,3}[1-9][0-9]{3}\s?[A-Z]{2}\s[\p{Lu}][\p{L}\-]+)?",
        0.7, 0.9, 0.7, None, False, words.ADDRESS, None, Edge.WORD, r"(?:straat|laan|plein|gracht|kade|singel|dijk|dreef|steeg|vej|gade|vägen|gatan|gata|veien|katu|kuja|väg)\s[0-9]",
    ),
    Pattern(
        "address.box", ADDRESS,
        r"(?i)\b(?:p\.?\s?o\.?\s?box|post office box|postfach|boîte postale|b\.?p\.|apartado(?: de correos| postal)?|casella postale|caixa postal|postbus|skrytka pocztowa|psc [0-9]{1,5},? box|unit [0-9]{1,5} box|cmr [0-9]{1,5},? box)\s{0,2}(?:no\.?|nr\.?|#)?\s{0,2}[0-9][0-9 ]{0,8}[0-9]?\b",
        0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD,
    ),
    Pattern("address.military", ADDRESS, r"(?i)\b(?:APO|FPO|DPO),?\s(?:AA|AE|AP)\s[0-9]{5}(?:-[0-9]{4})?\b", 0.9, edge=Edge.WORD),
    Pattern("postcode.uk", ADDRESS, rf"\b{_UK_POSTCODE}\b", 0.55, 0.85, 0.6, None, False, words.ADDRESS),
    Pattern("postcode.ca", ADDRESS, rf"\b{_CA_POSTCODE}\b", 0.5, 0.85, 0.6, None, False, words.ADDRESS),
    Pattern("postcode.us", ADDRESS, rf"\b[\p{{Lu}}][\p{{L}}.\-]+,?\s{{1,3}}(?:{_STATES})[ ,]{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?\b", 0.75, 0.9, 0.75, None, False, words.ADDRESS, None, Edge.WORD),
    Pattern("postcode.nl", ADDRESS, r"\b[1-9][0-9]{3} ?[A-Z]{2},?\s{1,2}[\p{Lu}][\p{L}\-]{2,}\b", 0.6, 0.85, 0.6, None, False, words.ADDRESS, None, Edge.WORD),
    Pattern("postcode.town", ADDRESS, r"\b(?:(?:D|A|CH|F|B|L|DK|SE|S|FIN|CZ|SK|PL|I|E|P)-[0-9]{4,5}|[0-9]{2}-[0-9]{3}|[0-9]{3}\s[0-9]{2})\s[\p{Lu}][\p{L}\-]{2,}", 0.0, 0.7, 0.0, None, False, words.ADDRESS, None, Edge.WORD),
    Pattern("postcode.labelled", ADDRESS, r"(?i)\b(?:zip(?: ?code)?|post ?code|postal code|plz|postleitzahl|code postal|código postal|codigo postal|cap|cep|postnummer|postcode)(?:\sis)?\s{0,2}[:#=]?\s{0,2}([0-9]{3,5}(?:[ -][0-9]{2,4}|\s?[A-Z]{2}\b)?)\b", 0.75, edge=Edge.NUMBER),
    Pattern("postcode.de", ADDRESS, r"\b[0-9]{5}\b", 0.0, 0.65, 0.4, postcode_de, False, ("plz", "postleitzahl", "zip", "zip code", "postal code", "postcode", "code postal", "código postal", "cap")),
    Pattern("postcode.jp", ADDRESS, r"〒 ?[0-9]{3}-?[0-9]{4}", 0.9, edge=Edge.WORD),
    Pattern("address.jp", ADDRESS, r"[\p{Han}]{2,3}[都道府県][\p{Han}\p{Hiragana}\p{Katakana}]{1,8}[市区町村郡][\p{Han}\p{Hiragana}\p{Katakana}0-9０-９丁目番地号ー−\-]{2,}", 0.75, edge=Edge.FREE),
    Pattern("address.cn", ADDRESS, r"[\p{Han}]{2,8}(?:省|市|区|县)[\p{Han}]{2,16}(?:路|街|道|巷|弄)[0-9]{1,5}号(?:[0-9A-Za-z]{1,5}[室楼栋单元]{1,2}){0,3}", 0.8, edge=Edge.FREE),
)  # fmt: skip

# A tab parts columns; no address runs over it.
_BLANK = r"[ \r\n\x{a0}]"
PATTERNS: tuple[Pattern, ...] = tuple(
    replace(row, regex=row.regex.replace(r"\s", _BLANK), gate=row.gate.replace(r"\s", _BLANK)) for row in _ROWS
)
"""Postal addresses in the forms of their countries (UPU S42), each by what only an address has."""
