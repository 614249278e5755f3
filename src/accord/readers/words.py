"""Common English words by which text in disguise is recognised once it is read right.

A short list of our own: the function words that any sentence needs, and the words that instructions, threats and
requests for secrets are made of.
"""

from __future__ import annotations

_FUNCTION = (
    "the and you for that this with have not are was but from they will what when your can all how who "
    "where why which their there then them than would could should about into out over only also after "
    "before because please now here me my we us he she his her him it its is be been do does did don no "
    "yes if or so as at by in on to of an any some more most other our up down just like make made get "
    "got give gave take took want need know tell told say said see use used work first new one two time "
    "day way people person man woman good bad very much many never always again"
)
_CONTENT = (
    "ignore ignored previous instruction instructions system prompt rules rule follow following disregard "
    "forget reveal secret secrets password passwords passcode token key keys account bank credit card "
    "number numbers email mail phone address name names user login access admin administrator developer "
    "mode bypass override unlock jailbreak filter filters safety policy guidelines restriction "
    "restrictions answer respond response write create build explain describe show print output repeat "
    "step steps send message data database private confidential personal security code hack hacker "
    "hacking attack exploit malware virus ransomware phishing steal stolen fraud fake illegal drug drugs "
    "cocaine heroin meth weapon weapons gun guns bomb bombs explosive explosives poison kill killing "
    "murder die dead death suicide hurt harm shoot shooting stab rape porn sex sexual nude naked bitch "
    "fuck fucking shit whore slut idiot stupid hate terrorist terrorism nazi racist slave violence "
    "violent torture blood assault abuse threat hello world free money pay payment click buy sell winner "
    "urgent help test leet elite master expert"
)
WORDS: frozenset[str] = frozenset(f"{_FUNCTION} {_CONTENT}".split())
"""All of them, in lower case."""

TELLING: frozenset[str] = frozenset(word for word in WORDS if len(word) >= 4)
"""Those that are hardly met by chance."""


def known(word: str) -> bool:
    """Whether a lower-case word, or its stem, is on the list."""
    if word in WORDS:
        return True
    for suffix in ("s", "ed", "ing", "er", "ly", "d", "r"):
        if len(word) - len(suffix) >= 4 and word.endswith(suffix) and word.removesuffix(suffix) in WORDS:
            return True
    return False
