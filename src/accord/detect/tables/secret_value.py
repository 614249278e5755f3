"""Whether a string looks like a secret or like a word that stands where one will go."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import math
import re
from collections import Counter

_PLACEHOLDER_WORDS = (
    "changeme", "change_me", "change-me", "placeholder", "example", "dummy", "redacted", "masked", "hidden", "removed", "your_", "your-", "yourpass",
    "yourtoken", "yourkey", "yoursecret", "yourapi", "insert", "replace", "todo", "fixme", "xxxx", "****", "••••", "....", "____", "<secret", "notset", "not_set",
    "undefined", "foobar", "dein_", "ihr_passwort", "mot_de_passe", "votre", "deinpasswort", "goes_here", "goes-here", "my_password", "my_secret", "sample",
)  # fmt: skip
_PLAIN_WORDS = frozenset(
    """
        password passwort passwd pass pwd secret token key apikey api_key true false null none nil string str
        int bool test required optional empty value username user login admin_password var env default unknown
        n/a na yes no on off contraseña motdepasse wachtwoord senha hasło text hash field input type is was
        has incorrect wrong invalid expired reset forgotten forgot strong weak protected manager policy must
        should will cannot can and or for the a an in to of with from that this it not please change your my
        our his her their are be been ist und oder nicht est et ou non es y o no è e oder
        """.split()
)
_REFERENCE = re.compile(
    r"^[$%<{\[(]|^[A-Za-z_][\w.$:>-]*\([\w\s.,=\"'\[]*\)*;?$|^[A-Za-z_][\w.]*\[|\$\{|\{\{|%\(|^(?:os\.|process\.|env\.|ENV\[|config[.\[]|settings[.\[]|self\.|this\.|args\.|request\.|secrets\.|vault:|ref:|arn:|"
    r"var\.|local\.|data\.|import |new |await |function|lambda|def |return |getenv|System\.|op://|ssm:|kms:|file:|/run/secrets)",
    re.IGNORECASE,
)

_ANNOTATION = re.compile(
    r"(?:str|string|int|number|bool|boolean|bytes|any|object|none|null|secretstr|optional|union|secret|void|unknown|never|charsequence|buffer|literal|char|varchar|text)"
    r"\s*(?:[\[<|()\]},;=?!&:>*].*)?",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@ -]+)+[/\\]?")


def entropy(value: str) -> float:
    """Shannon entropy of a string over its own characters, in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def placeholder(value: str) -> bool:
    """Whether a value only marks the place of a secret: a mask, a variable, a call, an example word."""
    text = value.strip("\"'`,;")
    folded = text.casefold()
    if len(set(folded)) < 2 or folded.rstrip(".,:;!?)") in _PLAIN_WORDS:
        return True
    if _REFERENCE.search(text) or _ANNOTATION.fullmatch(text):
        return True
    return any(word in folded for word in _PLACEHOLDER_WORDS) or bool(
        re.fullmatch(r"[a-z]+(?:\.[A-Za-z_]+){1,6}[:?]?", text)
    )


def pathlike(value: str) -> bool:
    """Whether a value is a path of a file system, as in `PWD=/srv/app`."""
    return _PATH.fullmatch(value) is not None


def likely(value: str) -> bool:
    """Whether a value looks random: length, kinds of character, entropy; words and paths do not."""
    if placeholder(value) or len(value) < 12:
        return False
    kinds = sum((any(c.isdigit() for c in value), any(c.islower() for c in value), any(c.isupper() for c in value)))
    hexadecimal = re.fullmatch(r"[0-9a-fA-F]+", value) is not None
    floor = 2.6 if hexadecimal else 3.0 if len(value) < 20 else 3.4
    return (kinds >= 2 or hexadecimal) and any(c.isdigit() for c in value) and entropy(value) >= floor


def _kinds(value: str) -> int:
    tests = (str.isdigit, str.islower, str.isupper)
    return sum(any(test(c) for c in value) for test in tests) + any(not c.isalnum() for c in value)


def password_like(value: str) -> bool:
    """Whether a value after `password:` is one: no placeholder, and not a plain word of a sentence."""
    if placeholder(value) or len(value) < 3 or pathlike(value):
        return False
    return _kinds(value) >= 2 or value.isdigit() or len(value) >= 8


_TERM = re.compile(
    r"(?i)(?:sha-?\d+|md\d|aes-?\d+[\w-]*|utf-?\d+|base-?\d+|oauth-?\d|2fa|mfa|bcrypt|argon2\w*|pbkdf2\w*|rfc-?\d+|v?\d+(?:[.,:/-]\d+)*[.,]?|"
    r"\d+(?:[.,]\d+)?[-–+]?(?:char(?:acter)?s?|digits?|bits?|bytes?|times?|days?|weeks?|months?|years?|hours?|minutes?|min|sec|letters?|words?|st|nd|rd|th|x|[smhdk]|ms|kb|mb|gb|%)"
    r"(?:-\w+)?|(?:https?|file)://\S*|\S+@\S+\.[a-z]{2,})"
)


def spoken(value: str) -> bool:
    """Whether what a sentence calls a password looks like one: letters with digits or with marks inside."""
    text = value.rstrip(".!?,:;)")
    if len(text) < 4 or placeholder(text) or _TERM.fullmatch(text) or pathlike(text):
        return False
    if not any(c.isalpha() for c in text):
        return False
    marks = any(c in "!@#$%^&*+=~?" for c in value.rstrip(".,:;)?")[1:])
    return any(c.isdigit() for c in text) or (marks and len(text) >= 6)
