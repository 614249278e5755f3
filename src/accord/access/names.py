"""Names of tenants and persons: shown as they are read, and compared as a person would compare them."""

from __future__ import annotations

import re
import unicodedata

from accord.errors import ConfigError

_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,255}")
# Letters and marks that show nothing though they are neither controls nor formats (Unicode: default ignorable).
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts with letters that look like those of another."""


def checked_name(value: str, what: str) -> str:
    """A name of a tenant or holder that can be stored, shown and compared, in NFC.

    Raises:
        ConfigError: it is empty, too long, padded, steers a terminal, or would look like another.
    """
    if not _NAME.fullmatch(value) or value != value.strip():
        raise ConfigError(f"{what} is 1 to 255 characters without control characters, and no space at its ends")
    if _BLANK.search(value) or any(unicodedata.category(character) in ("Cf", "Co", "Cn") for character in value):
        raise ConfigError(f"{what} has no characters that nobody sees", hint="type the name anew")
    if len(_scripts(value)) > 1:
        raise ConfigError(
            f"{what} mixes letters of scripts that look alike", hint="type the name anew, in one alphabet"
        )
    return unicodedata.normalize("NFC", value)


def folded(name: str) -> str:
    """The form in which two spellings of one name are equal (NFKC_Casefold, Unicode 16, section 3.13)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _scripts(name: str) -> set[str]:
    letters = unicodedata.normalize("NFKD", name)
    named = (unicodedata.name(letter, "").partition(" ")[0] for letter in letters if letter.isalpha())
    return {script for script in named if script in _SCRIPTS}
