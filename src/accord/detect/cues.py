"""Names that are announced: by an introduction, a salutation, a title, a labelled line.

A complement to the model, which knows few scripts but Latin: `меня зовут …`, `私の名前は…です` and `Dear …` say what
follows, whatever its script. A rule takes one to four words, or a short run of letters where a script has no
spaces, and stops where the line, the sentence or the capitals do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.core.place import Span
from accord.detect.names import DETERMINERS, ORGANISATIONS, shape

SURE, LIKELY, KIN = 0.85, 0.7, 0.6
"""How sure a name is that was introduced, one that only stands where names stand, one that kin stands before."""

_LONGEST = 4
_LONGEST_UNCASED = 2

_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f\u0900-\u0dff]*(?:['’ʼ\-‐·.・][^\W\d_][\w\u0900-\u0dff]*)*")
_GAP = re.compile(r"\.?[ \u00a0]{1,2}")

# What introduces a name beyond doubt; the name follows. `I am` and its like are left to the model.
_INTRODUCTIONS = (
    "my name is", "my name's", "my name’s", "my full name is", "his name is", "her name is", "their name is",
    "name was", "i am called", "i'm called", "calls me", "call me", "calls himself", "calls herself",
    "me llamo", "mi nombre es", "se llama", "su nombre es", "je m'appelle", "je m’appelle", "mon nom est",
    "s'appelle", "s’appelle", "ich heiße", "ich heisse", "mein name ist", "sein name ist", "ihr name ist",
    "mi chiamo", "il mio nome è", "si chiama", "meu nome é", "me chamo", "chamo-me", "se chama", "mijn naam is",
    "ik heet", "jag heter", "jeg heter", "mitt navn er", "mit navn er", "nazywam się", "mam na imię",
    "jmenuji se", "volám sa", "benim adım", "numele meu este", "mă numesc", "nama saya", "tên tôi là",
    "tên của tôi là", "jina langu ni", "zovem se", "minu nimi on", "nimeni on",
    "меня зовут", "моё имя", "мое имя", "его зовут", "её зовут", "ее зовут", "мене звати", "моє ім'я", "моє ім’я",
    "казвам се", "зовем се", "με λένε", "ονομάζομαι", "το όνομά μου είναι", "τον λένε", "την λένε",
    "اسمي", "إسمي", "نام من", "اسم من", "میرا نام", "שמי", "קוראים לי",
    "मेरा नाम", "माझे नाव", "আমার নাম", "என் பெயர்", "నా పేరు", "ನನ್ನ ಹೆಸರು", "എന്റെ പേര്", "ਮੇਰਾ ਨਾਮ", "મારું નામ",
)  # fmt: skip
_INTRODUCE = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, _INTRODUCTIONS))})(?:[ \t\u00a0]++:?[ \t\u00a0]*+|:[ \t\u00a0]++)(?=\w)"
)
_INTRODUCE_HINT = re.compile("|".join(sorted({re.escape(words.split(" ")[0]) for words in _INTRODUCTIONS})))

# A line that says whose name follows. `name` alone also labels things, so it takes two words to be a person's.
_LABELS = (
    "first name", "last name", "full name", "family name", "given name", "middle name", "maiden name", "surname",
    "patient", "patient name", "customer name", "client name", "employee name", "contact name", "account holder",
    "cardholder", "holder", "attn", "attention", "signed", "signed by", "prepared by", "sincerely",
    "yours sincerely", "yours faithfully", "kind regards", "best regards", "warm regards", "regards",
    "best wishes", "cheers", "respectfully", "name", "nombre", "nombre y apellidos", "apellido", "apellidos",
    "paciente", "médico", "médica", "firmado", "atentamente", "saludos", "un saludo", "nom", "prénom", "patiente",
    "signé", "cordialement", "bien cordialement", "vorname", "nachname", "patientin", "kunde", "kundin",
    "mit freundlichen grüßen", "viele grüße", "liebe grüße", "naam", "achternaam", "voornaam",
    "met vriendelijke groet", "nome", "cognome", "cordiali saluti", "sobrenome", "atenciosamente", "имя", "фамилия",
    "фио", "пациент", "с уважением", "姓名", "氏名", "名前", "お名前", "이름", "성명", "الاسم", "नाम", "όνομα",
    "ім'я",
)  # fmt: skip
_LABEL = re.compile(
    rf"^[ \t>*|\-]*+(?P<label>{'|'.join(map(re.escape, _LABELS))})[ \t]*+[:：,，|](?P<rest>.*)$", re.MULTILINE
)
_NEEDS_TWO = frozenset(["name", "nom", "nome", "naam", "nombre", "holder"])

_SALUTE = re.compile(
    r"^[ \t>]*+(?:dear|hi|hello|hey|hola|querid[oa]|estimad[oa]|cher|chère|bonjour|lieber?|hallo|car[oa]|ciao"
    r"|prezad[oa]|olá|beste|kære|hej|уважаем(?:ый|ая)|дорог(?:ой|ая)|здравствуйте|привет|αγαπητ[έή])[ \t,]++(?=\w)",
    re.MULTILINE,
)
_TITLE = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herrn?|Frau|Sr|Sra|Dra|Srta|Señor|Señora|Señorita|Mme|Mlle|Monsieur|Madame"
    r"|Mademoiselle|Signor|Signora|Sig|Dott|Dottoressa|Doutora?|г-н|г-жа|господин|госпожа|κ|κύριος|κυρία)"
    r"[ ]?\.?[ \t\u00a0]++(?=\w)"
)
# Kin before a name. English and Romance have capitals for names only; German has them for all nouns, so there it
# takes a form of address, or a possessive and what cannot go on otherwise.
_KIN = re.compile(
    r"(?<!\w)(?:(?i:tante|onkel|oma|opa)|(?i:aunt|auntie|uncle|grandma|grandpa|granny)"
    r"|(?i:tía|tío|abuel[ao]|oncle|tonton|mamie|zi[ao]|nonn[ao]|oom)"
    r"|(?i:my|his|her|our|their|your)[ ](?i:son|daughter|brother|sister|husband|wife|cousin|nephew|niece)"
    r"|(?i:mi|su|tu|mon|ma|sa|son|minha|meu|sua|seu|mia|mio|sua|suo)[ ](?i:hij[ao]|herman[ao]|sobrin[ao]|frère|sœur"
    r"|fille|fils|filh[ao]|irmão|irmã|fratello|sorella|figli[ao])"
    r"|(?i:mein|dein|sein|ihr|unser)(?:e[mnrs]?)?[ ](?:Sohn(?:es)?|Tochter|Bruders?|Schwester|Neffen?|Nichte|Mannes))"
    r"[ \u00a0](?=[^\W\d_]{2})"
)
_CARD = re.compile(r"(?mi)^(?:item\d+\.)?(?P<part>FN|N)(?:;[^:\n]*)?:(?P<value>[^\n]*)")
_CARD_PARTS = 3  # surname, given names, further names (RFC 6350, section 6.2.2)

# Scripts without spaces: the name is what stands between its announcement and the end of the clause.
_UNSPACED = (
    r"(?:我叫|我的名字是|我的名字叫|我名叫)[ ]?(?P<a>[\u3400-\u9fff·]{2,4}?)(?=[\s，。,.!！?？;；、在是来今和住]|$)",
    r"(?:私の名前は|名前は)[ ]?(?P<b>[\u3400-\u9fff\u3040-\u30ff々・ ]{2,12}?)(?=です|といいます|と[申言])",
    r"(?:私は)(?P<c>[\u3400-\u9fff\u30a0-\u30ff々・ ]{2,12}?)(?=と申します|といいます|と言います)",
    r"(?:제 이름은|내 이름은)[ ]?(?P<d>[\uac00-\ud7a3]{2,5}?)(?=입니다|이에요|예요|이라고|라고)",
    r"(?:ฉันชื่อ|ผมชื่อ|ดิฉันชื่อ)[ ]?(?P<e>[\u0e00-\u0e7f]{2,20})(?=[\s,.]|$)",
    r"(?<![\u3400-\u9fff])(?P<f>[\u3400-\u9fff]{1,4})(?=さん|様|さま|くん|ちゃん)",
    r"(?P<g>[\u30a0-\u30ff・]{2,12})(?=さん|様|さま)",
    r"(?<![\u3400-\u9fff])(?P<h>[\u3400-\u9fff]{1,3})(?=先生|女士|小姐)",
    r"(?<![\uac00-\ud7a3])(?P<i>[\uac00-\ud7a3]{2,4})(?=[ ]?씨(?![\uac00-\ud7a3]))",
)
_UNSPACED_NAME = re.compile("|".join(_UNSPACED), re.MULTILINE)

_NOT_NAMES = (
    DETERMINERS
    | ORGANISATIONS
    | frozenset(
        """
    all everyone everybody team there sir madam folks friend friends customer customers colleague colleagues guys
    world ladies gentlemen hiring support assistant manager department again please thanks thank not on in at of to
    and or but so as if it is was are be been being very just also too only here now then when what who why how
    and i you he she we they me him us them yes well true unknown none null anonymous test user admin sales office
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december tomorrow today tonight later back maybe before after anytime whatever
    todos todas alle tous amigos kollegen kunde doktor doctor professor president präsident director google siri
    alexa claude chatgpt copilot है और और है nahi y e et und или и это та та і και و हूँ हूं है। আর
    """.split()
    )
)
_PARTICLES = frozenset("de del della di da van von der den bin ibn al el la le".split())
_INNER_CAPITAL = re.compile(r"(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz|Al)[A-Z]|[^\W\d_]+['’ʼ\-]")
_ENDS = re.compile(r"[ \t]*+(?:[.,!?;:)\n\r]|$|and\b|y\b|et\b|und\b|e\b|from\b|but\b)")


def announced(text: str) -> Iterator[tuple[Span, float]]:
    """The names a text announces, and how sure each is."""
    low = text.lower()
    if len(low) != len(text):  # a letter that changes length in lower case would shift what follows
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if _INTRODUCE_HINT.search(low):
        for found in _INTRODUCE.finditer(low):
            yield from _scored(name_at(text, found.end(), lower=True), SURE)
    for found in _SALUTE.finditer(low):
        yield from _scored(name_at(text, found.end()), LIKELY)
    for found in _LABEL.finditer(low):
        yield from _scored(_labelled(text, found), LIKELY)
    for found in _TITLE.finditer(text):
        yield from _scored(name_at(text, found.end()), LIKELY)
    for found in _KIN.finditer(text):
        if shape(text[found.end()] + "a") == "title":
            yield from _scored(name_at(text, found.end()), KIN)
    if "BEGIN:VCARD" in text:
        for found in _CARD.finditer(text):
            yield from _card(found)
    if not text.isascii():
        for found in _UNSPACED_NAME.finditer(text):
            group = found.lastgroup or "a"
            yield Span(*found.span(group)), SURE if group < "f" else LIKELY


def _card(found: re.Match[str]) -> Iterator[tuple[Span, float]]:
    """The names on a line of a vCard: `FN` is one, `N` has parts."""
    start = found.start("value")
    parts = [found["value"]] if found["part"].upper() == "FN" else found["value"].split(";")[:_CARD_PARTS]
    for part in parts:
        value = part.strip()
        if len(value) > 1 and any(map(str.isalpha, value)):
            begin = start + part.index(value)
            yield Span(begin, begin + len(value)), SURE
        start += len(part) + 1


def _scored(span: Span | None, score: float) -> Iterator[tuple[Span, float]]:
    if span is not None and len(span):
        yield span, score


def _labelled(text: str, found: re.Match[str]) -> Span | None:
    """The name behind a label: on the same line, or alone on the next one."""
    start, end = found.span("rest")
    if not text[start:end].strip():
        start = end + 1
        while start < len(text) and text[start] in " \t\r\n":
            start += 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
    while start < end and text[start] in " \t*_":  # `**Name:** **Ada**`
        start += 1
    span = name_at(text, start) if start < end else None
    if span is None:
        return None
    several = not text[span.start : span.end].isalpha()
    ends = not text[span.end : end].strip(" \t\r.*_") or text[span.end] in ",;|\t"
    if not several and not ends:
        return None  # the line goes on: it is a sentence, not a name
    return None if found["label"] in _NEEDS_TWO and not several and text.isascii() else span


def name_at(text: str, start: int, *, lower: bool = False) -> Span | None:
    """The name that begins at a character: words that are capitalised, or of a script without capitals.

    Args:
        text: the text.
        start: where the first word begins.
        lower: also take lower-case words, where what follows ends the clause.
    """
    end = at = start
    forms: list[str] = []
    while len(forms) < _LONGEST and (found := _WORD.match(text, at)):
        word = found[0]
        form = shape(word)
        particle = word.lower() in _PARTICLES and forms
        if word.lower() in _NOT_NAMES and not (particle and form == "lower"):
            break
        if form == "mixed" and not _INNER_CAPITAL.match(word):
            break
        if form == "uncased" and len(forms) >= _LONGEST_UNCASED:
            break
        if form == "lower" and not particle and not (lower and all(each == "lower" for each in forms)):
            break
        forms.append("particle" if particle else form)
        if not particle:
            end = found.end()
        gap = _GAP.match(text, found.end())
        if gap is None or (gap[0][0] == "." and len(word) > 1):
            break
        at = gap.end()
    kinds = [form for form in forms if form != "particle"]
    if not kinds or (kinds[0] == "lower" and not _ENDS.match(text, end)):
        return None
    if text[end - 2 : end] in ("'s", "’s"):
        end -= 2
    return Span(start, end)
