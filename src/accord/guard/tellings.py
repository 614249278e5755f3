"""Words in which a value may be under way although they look plain: where a slow stream must not stop.

Numbers and addresses are said in words, and secrets are made of words; none of it can be told before it is whole.
"""

from __future__ import annotations

import re

_NUMBERS = frozenset(
    """zero oh nought two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand double triple
    null eins zwei zwo drei vier fünf fuenf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
    siebzehn achtzehn neunzehn zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig hundert
    tausend doppel zéro deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt
    trente quarante cinquante soixante cent mille cero dos tres cuatro cinco seis siete ocho nueve diez once doce
    trece catorce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento tre quattro
    cinque sei sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento dois duas três quatro oito
    dez doze vinte trinta quarenta nul twee drie vijf zes zeven negen tien""".split()
)
_ARTICLES = frozenset("one ein eine un une uno una um uma een due".split())
_SIGNS = frozenset(
    """at dot dash hyphen underscore slash arroba arobase chiocciola apenstaartje klammeraffe punkt bindestrich
    unterstrich punto guion guión barra tiret ponto punt""".split()
)
_SECRET = re.compile(
    r"\b(?:passwords?|passcode|passphrase|passwort|passwörter|kennwort|secrets?|seed|mnemonic|recovery|phrase|pin|puk"
    r"|otp|token|credentials?|contraseñas?|contrasena|clave|secreto|frase|mot de passe|senha|segredo|chiave|segreto"
    r"|wachtwoord|sleutel|geheim\w*|hasło|haslo|lösenord|passord|adgangskode|şifre)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?]\s")
_WORD = re.compile(r"[^\W\d_]+")
_FAR = 200


def under_way(text: str) -> bool:
    """Whether what a text ends with may be the beginning of a value that is said in words.

    Args:
        text: what would have been shown.
    """
    near = text[-_FAR:]
    words = [word.lower() for word in _WORD.findall(near[-80:])][-3:]
    numbers = sum(word in _NUMBERS for word in words)
    if numbers or sum(word in _ARTICLES for word in words) > 1 or not _SIGNS.isdisjoint(words[-2:]):
        return True
    secret = max((match.end() for match in _SECRET.finditer(near)), default=-1)
    return secret >= 0 and _SENTENCE.search(near, secret) is None
