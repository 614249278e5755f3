"""One name for one value, within one scope, and back again for that scope alone.

A pseudonym is a tag such as `[PERSON_K7QX]`. Its letters are an HMAC of the normalised value under a key of the
scope, so that the same value gets the same tag in every turn, file and process that shares the key, whatever the
order. Where two values of a scope would share a tag, the later one gets a longer tag. Tags are restored only in the
scope that issued them; text that merely looks like a tag is rewritten so that it never can be.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from accord.core.content import Context, Origin
from accord.transform.surroundings import in_link, writer

_LABELS = {
    "privacy.person.name": "PERSON",
    "privacy.person.username": "USER",
    "privacy.date.birth": "BIRTH_DATE",
    "privacy.date.date": "DATE",
    "privacy.location.place": "PLACE",
    "privacy.group.organisation": "ORG",
    "privacy.health.condition": "HEALTH",
    "privacy.id.national": "NATIONAL_ID",
    "privacy.id.social_security": "SOCIAL_SECURITY",
    "privacy.id.other": "ID",
}

_TAG = re.compile(r"\[([A-Z]+(?:_[A-Z]+)*)_([A-Z2-7]{4,16})\]")
_MIN, _MAX = 4, 16

_COMPACT = ("privacy.id.", "privacy.financial.", "privacy.contact.phone", "privacy.network.mac")
_SEPARATORS = re.compile(r"[\s.\-/():\u00ad\u2010-\u2015]+")
_SHORT = 6  # below this, separators are part of what an identifier says


def label(category: str) -> str:
    """The word a tag or mask uses for a category: `privacy.contact.email` is `EMAIL`."""
    return _LABELS.get(category) or category.rsplit(".", 1)[-1].upper()


def normalise(category: str, value: str) -> str:
    """The form in which two spellings of one value are equal.

    Case, width and spacing never count; in numbers, separators do not either; an IP address is its number.
    """
    # Folding case can undo composition, so compose again (Unicode 16, section 3.13, NFKC_Casefold).
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).strip()
    if category == "privacy.network.ip":
        try:
            return str(ip_address(folded.strip("[]")))
        except ValueError:
            return folded
    compact = _SEPARATORS.sub("", folded) if category.startswith(_COMPACT) else ""
    return compact if len(compact) >= _SHORT else " ".join(folded.split())


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """What a tag stands for.

    Attributes:
        value: the value.
        category: what it is.
        origin: who brought it: the caller, if the caller ever did.
    """

    value: str
    category: str
    origin: Origin


@dataclass(slots=True, repr=False)
class _Scope:
    """What one scope has issued."""

    key: bytes
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[str, Issued] = field(default_factory=dict)


Grant = Callable[[Issued], bool]
"""Whether what a tag stands for may be put back."""


class Pseudonyms:
    """Issues and restores pseudonyms, in memory.

    Args:
        key: derives the keys of scopes; random when not given, so that tags then hold for this process only.
        scopes: how many scopes are remembered; the least recently used is forgotten first.
    """

    def __init__(self, key: bytes | None = None, *, scopes: int = 10_000) -> None:
        self._key = key or secrets.token_bytes(32)
        self._capacity = scopes
        self._scopes: OrderedDict[tuple[str, ...], _Scope] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Pseudonyms of {len(self._scopes)} scopes>"

    def tag(self, context: Context, category: str, value: str, origin: Origin = Origin.CALLER) -> str:
        """The pseudonym of a value in the scope of a context."""
        word, plain = label(category), normalise(category, value)
        with self._lock:
            scope = self._scope(context)
            known = scope.tags.get((word, plain))
            if known is None:
                known = _issue(scope, word, plain)
                scope.tags[word, plain] = known
                scope.values[known] = Issued(value, category, origin)
            elif origin is Origin.CALLER and scope.values[known].origin is not Origin.CALLER:
                scope.values[known] = Issued(value, category, origin)
            return known

    def digest(self, context: Context, category: str, value: str) -> str:
        """A keyed hash of a value: equal values stay equal within a tenant, and nothing leads back."""
        key = hmac.digest(self._key, f"hash\0{context.tenant}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        mac = hmac.digest(key, f"{label(category)}\0{normalise(category, value)}".encode(), hashlib.sha256)
        return f"[{label(category)}_{mac.hex()[:16]}]"

    def knows(self, context: Context, category: str, value: str) -> bool:
        """Whether this value has a pseudonym in the scope and its caller brought it."""
        with self._lock:
            scope = self._scopes.get(context.scope)
            tag = scope.tags.get((label(category), normalise(category, value))) if scope else None
            return scope is not None and tag is not None and scope.values[tag].origin is Origin.CALLER

    def names(self, context: Context) -> list[str]:
        """The names of persons that have a pseudonym in the scope."""
        with self._lock:
            scope = self._scopes.get(context.scope)
            issued = list(scope.values.values()) if scope else []
        return [one.value for one in issued if one.category == "privacy.person.name"]

    def restore(self, context: Context, text: str, grant: Grant | None = None, before: str = "") -> str:
        """Put the scope's own values back where its tags stand.

        Nothing is restored inside URLs, links and tags of markup: a value there could be sent elsewhere by whoever
        wrote the address. In JSON, values are written as JSON needs them.

        Args:
            context: whose values.
            text: where the tags stand.
            grant: says which values may be put back; all when not given.
            before: what stands before the text, where the text goes on with it.
        """
        if "[" not in text:
            return text
        with self._lock:
            scope = self._scopes.get(context.scope)
            found = {m[0] for m in _TAG.finditer(text)} if scope else set()
            issued = {tag: scope.values[tag] for tag in found if tag in scope.values} if scope else {}
        values = {tag: known.value for tag, known in issued.items() if grant is None or grant(known)}
        if not values:
            return text
        whole, shift = before + text, len(before)
        write = writer(text, values.values())

        def one(match: re.Match[str]) -> str:
            value = values.get(match[0])
            if value is None or in_link(whole, match.start() + shift, match.end() + shift):
                return match[0]
            return write(value)

        return _TAG.sub(one, text)

    def escape(self, context: Context, text: str) -> str:
        """Rewrite text that looks like a tag and was not issued in this scope: `[X_ABCD]` becomes `(X_ABCD)`."""
        if "[" not in text:
            return text
        with self._lock:
            scope = self._scopes.get(context.scope)
            issued = scope.values.keys() if scope else {}.keys()
            return _TAG.sub(lambda m: m[0] if m[0] in issued else f"({m[0][1:-1]})", text)

    def forget(self, context: Context) -> None:
        """Forget everything the scope has issued."""
        with self._lock:
            self._scopes.pop(context.scope, None)

    def _scope(self, context: Context) -> _Scope:
        name = context.scope
        scope = self._scopes.get(name)
        if scope is None:
            key = hmac.digest(self._key, "\0".join(("scope", *name)).encode("utf-8", "surrogatepass"), hashlib.sha256)
            scope = self._scopes[name] = _Scope(key)
            if len(self._scopes) > self._capacity:
                self._scopes.popitem(last=False)
        self._scopes.move_to_end(name)
        return scope


def _issue(scope: _Scope, word: str, plain: str) -> str:
    mac = hmac.digest(scope.key, f"{word}\0{plain}".encode(), hashlib.sha256)
    letters = base64.b32encode(mac).decode().rstrip("=")
    for length in range(_MIN, _MAX + 1):
        tag = f"[{word}_{letters[:length]}]"
        if tag not in scope.values:
            return tag
    raise RuntimeError("two values share 80 bits of HMAC-SHA256")
