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
from collections.abc import Iterable

from accord.core.content import Context, Origin
from accord.core.pseudonym import Issued, PseudonymMap
from accord.errors import StoreError
from accord.transform.restore import Grant, Source, broken, put_back, restored_tags
from accord.transform.restore_tags import label, shaped
from accord.transform.scopes import MemoryMap, Scopes, normalise

__all__ = ["Batch", "Grant", "Issued", "MemoryMap", "Pseudonyms", "label", "normalise"]

_MIN, _MAX = 4, 16


class Pseudonyms:
    """Issues and restores pseudonyms.

    Every method looks whether its scope was changed by somebody else. Where several are called for one purpose, a
    `batch` does so once.

    Args:
        key: derives the keys of scopes where nothing keeps them; random when not given.
        keeper: keeps pseudonyms beyond the process; without one they live as long as it does.
        scopes: how many scopes are known at a time; the least recently used goes first.
    """

    def __init__(self, key: bytes | None = None, *, keeper: PseudonymMap | None = None, scopes: int = 10_000) -> None:
        self._scopes = Scopes(keeper if keeper is not None else MemoryMap(key, scopes=scopes), scopes)

    def __repr__(self) -> str:
        return f"<Pseudonyms of {len(self._scopes)} scopes>"

    def batch(self, context: Context) -> Batch:
        """The pseudonyms of a scope, for several operations that belong together.

        Raises:
            StoreError: what is kept cannot be read.
        """
        return Batch(self._scopes, context)

    def tag(self, context: Context, category: str, value: str, origin: Origin = Origin.CALLER) -> str:
        """The pseudonym of a value in the scope of a context."""
        return self.batch(context).tag(category, value, origin)

    def digest(self, context: Context, category: str, value: str) -> str:
        """A keyed hash of a value: equal values stay equal within a tenant, and nothing leads back."""
        key = self._scopes.tenant_key(context.tenant)
        mac = hmac.digest(key, f"{label(category)}\0{normalise(category, value)}".encode(), hashlib.sha256)
        return f"[{label(category)}_{mac.hex()[:16]}]"

    def knows(self, context: Context, category: str, value: str) -> bool:
        """Whether this value has a pseudonym in the scope and its caller brought it."""
        return self.batch(context).knows(category, value)

    def names(self, context: Context) -> list[str]:
        """The names of persons that have a pseudonym in the scope."""
        return self.batch(context).names()

    def restore(self, context: Context, text: str, grant: Grant | None = None, before: str = "") -> str:
        """Put the scope's own values back where its pseudonyms stand; see `Batch.restore`."""
        return self.batch(context).restore(text, grant, before)

    def escape(self, context: Context, text: str) -> str:
        """Rewrite text that looks like a tag and was not issued in this scope; see `Batch.escape`."""
        return self.batch(context).escape(text)

    def flush(self, context: Context) -> None:
        """Make durable what was issued in the scope.

        Raises:
            StoreError: it could not be; nothing that holds what was issued may leave.
        """
        self.batch(context).flush()

    def forget(self, context: Context) -> None:
        """Forget everything of the scope."""
        self._scopes.forget(context.scope)


class Batch:
    """The pseudonyms of one scope, for several operations that belong together, such as a release.

    Args:
        scopes: where scopes are known.
        context: whose pseudonyms.

    Raises:
        StoreError: what is kept cannot be read.
    """

    def __init__(self, scopes: Scopes, context: Context) -> None:
        self._scopes = scopes
        self._subject = context.subject
        self._state = scopes.get(context.scope)
        with self._state.lock:
            scopes.refresh(self._state)
            self._epoch = self._state.epoch

    def __repr__(self) -> str:
        return f"<Batch of {len(self._state.issued)} pseudonyms>"

    def tag(self, category: str, value: str, origin: Origin = Origin.CALLER) -> str:
        """The pseudonym of a value; of a pseudonym of this scope, itself.

        Raises:
            StoreError: the key of the scope cannot be read.
        """
        state = self._state
        with state.lock:
            if value in state.issued:
                return value
            found = (True, label(category), normalise(category, value))
            known = state.names.get(found)
            if known is None:
                known = self._issue(*found[1:])
                state.add(known, Issued(value, category, origin), self._subject)
            elif origin is Origin.CALLER and state.issued[known].origin is not Origin.CALLER:
                state.add(known, Issued(state.issued[known].value, category, origin), self._subject)
            else:
                state.used(known, self._subject)
            return known

    def _issue(self, word: str, plain: str) -> str:
        key = self._scopes.key(self._state, self._subject)
        for letters in _letters(key, word, plain):
            tag = f"[{word}_{letters}]"
            if tag not in self._state.issued:
                return tag
        raise RuntimeError("two values share 80 bits of HMAC-SHA256")

    def knows(self, category: str, value: str) -> bool:
        """Whether this value has a pseudonym in the scope and its caller brought it."""
        state = self._state
        with state.lock:
            found = label(category), normalise(category, value)
            known = state.names.get((True, *found)) or state.names.get((False, *found))
            return known is not None and state.issued[known].origin is Origin.CALLER

    def names(self) -> list[str]:
        """The names of persons that have a pseudonym in the scope."""
        with self._state.lock:
            return [one.value for one in self._state.issued.values() if one.category == "privacy.person.name"]

    def restore(self, text: str, grant: Grant | None = None, before: str = "") -> str:
        """Put the scope's own values back where its pseudonyms stand.

        Pseudonyms are known also where a model did not write them quite as they were. Nothing is restored inside
        URLs, links and tags of markup: a value there could be sent elsewhere by whoever wrote the address. In JSON,
        values are written as JSON needs them.

        Args:
            text: where the pseudonyms stand.
            grant: says which values may be put back; all when not given.
            before: what stands before the text, where the text goes on with it.
        """
        state = self._state
        if not state.issued:
            return text
        source = Source(text, before)
        with state.lock:
            found = restored_tags(source, state.issued)
        return put_back(source, found, grant) if found else text

    def escape(self, text: str) -> str:
        """Rewrite text that looks like a tag and was not issued in this scope: `[X_ABCD]` becomes `(X_ABCD)`.

        Whatever `restore` would take for a tag is rewritten, and nothing that it would not.
        """
        source = Source(text)
        if not source.tags:
            return text
        with self._state.lock:
            return broken(source, self._state.issued)

    def flush(self) -> None:
        """Make durable what was issued in the scope, since this batch began and before.

        Raises:
            StoreError: it could not be, or somebody else issued or forgot the same meanwhile. Nothing that holds
                what this batch issued may leave; issuing it anew will do.
        """
        with self._state.lock:
            if self._state.epoch != self._epoch:
                raise StoreError("pseudonyms of the scope changed meanwhile", hint="try again")
            self._scopes.flush(self._state)


def _letters(key: bytes, word: str, plain: str) -> Iterable[str]:
    """The letters a tag may have, shortest first, each derived from the value alone.

    They begin and end with a letter and hold a digit: without its brackets, a tag is still no word and no number.
    """
    stream = ""
    for round_ in range(8):
        text = f"{word}\0{plain}" + ("" if round_ == 0 else f"\0{round_}")
        mac = hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        stream += base64.b32encode(mac).decode().rstrip("=")
    for length in range(_MIN, _MAX + 1):
        for at in range(len(stream) - length + 1):
            if shaped(stream[at : at + length]):
                yield stream[at : at + length]
                break
