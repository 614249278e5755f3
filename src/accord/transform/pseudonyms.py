"""One name for one value, within one scope, and back again for that scope alone.

A pseudonym is a tag such as `[PERSON_K7QX]`, or a stand-in: another value that is like it. The letters of a tag are
an HMAC of the normalised value under a key of the scope, so that the same value gets the same tag in every turn, file
and process that shares the key, whatever the order. Where two values of a scope would share a tag, the later one gets
a longer tag. Pseudonyms are restored only in the scope that issued them; text that merely looks like a tag is
rewritten so that it never can be.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from enum import StrEnum

from accord.core.content import Context, Origin
from accord.core.place import Span
from accord.core.pseudonym import Issued, PseudonymMap
from accord.errors import StoreError
from accord.transform.restore import Grant, Source, apart, broken, put_back, restored_tags
from accord.transform.restore_settled import settled
from accord.transform.restore_tags import label, shaped
from accord.transform.restore_view import View
from accord.transform.scopes import MemoryMap, Scopes, normalise
from accord.transform.standins_draw import Present

__all__ = ["Batch", "Grant", "Issued", "MemoryMap", "Pseudonyms", "Style", "label", "normalise"]

_MIN, _MAX = 4, 16
_GRACE = 0.05  # seconds; asked of every finding, and what it says is true of the caller whoever forgets it
_KIN = {"AUTHOR": "PERSON", "PERSON": "AUTHOR"}

Texts = Callable[[], Iterable[str]]
"""Gives the texts of a content."""


class Style(StrEnum):
    """What pseudonyms look like."""

    TAGS = "tags"
    STAND_INS = "stand-ins"


def _nothing() -> Iterable[str]:
    return ()


class Pseudonyms:
    """Issues and restores pseudonyms.

    Every method looks whether its scope was changed by somebody else. Where several are called for one purpose, a
    `batch` does so once.

    Args:
        key: derives the keys of scopes where nothing keeps them; random when not given.
        keeper: keeps pseudonyms beyond the process; without one they live as long as it does.
        style: whether values become tags, or other values that are like them where there are any.
        scopes: how many scopes are known at a time; the least recently used goes first.
    """

    def __init__(
        self,
        key: bytes | None = None,
        *,
        keeper: PseudonymMap | None = None,
        style: Style | str = Style.TAGS,
        scopes: int = 10_000,
    ) -> None:
        self.style = Style(style)
        self._scopes = Scopes(keeper if keeper is not None else MemoryMap(key, scopes=scopes), scopes)

    def __repr__(self) -> str:
        return f"<Pseudonyms of {len(self._scopes)} scopes>"

    def batch(self, context: Context, texts: Texts = _nothing) -> Batch:
        """The pseudonyms of a scope, for several operations that belong together.

        Args:
            context: whose pseudonyms.
            texts: gives the texts that are to be released: what occurs in them stands for nothing else.

        Raises:
            StoreError: what is kept cannot be read.
        """
        return Batch(self._scopes, context, self.style, texts)

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
        return Batch(self._scopes, context, self.style, grace=_GRACE).knows(category, value)

    def names(self, context: Context) -> list[str]:
        """The names of persons that have a pseudonym in the scope."""
        return self.batch(context).names()

    def restore(
        self,
        context: Context,
        text: str,
        grant: Grant | None = None,
        before: str = "",
        after: str = "",
        *,
        json: bool | None = None,
    ) -> str:
        """Put the scope's own values back where its pseudonyms stand; see `Batch.restore`."""
        return self.batch(context).restore(text, grant, before, after, json=json)

    def settled(self, context: Context, text: str) -> int:
        """How much of a text that is still being written can be restored; see `Batch.settled`."""
        return self.batch(context).settled(text)

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
        style: what is issued.
        texts: gives the texts that are to be released.
        grace: for how many seconds after a look at what is kept no other is taken.

    Raises:
        StoreError: what is kept cannot be read.
    """

    def __init__(
        self,
        scopes: Scopes,
        context: Context,
        style: Style = Style.TAGS,
        texts: Texts = _nothing,
        *,
        grace: float = 0.0,
    ) -> None:
        self._scopes = scopes
        self._style = style
        self._texts = texts
        self._present: Present | None = None
        self._subject = context.person
        self._state = scopes.get(context.scope)
        with self._state.lock:
            scopes.refresh(self._state, grace)
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
            known = self._own(category, value, origin) or self._known(category, value)
            if known is None:
                known = self._stand_in(category, value) or self._issue(label(category), normalise(category, value))
                state.add(known, Issued(value, category, origin), self._subject)
            elif known not in state.issued:
                return known
            elif origin is Origin.CALLER and state.issued[known].origin is not Origin.CALLER:
                one = state.issued[known]
                state.add(known, Issued(one.value, one.category, origin), self._subject)
            else:
                state.used(known, self._subject)
            return known

    def _own(self, category: str, value: str, origin: Origin) -> str | None:
        """The pseudonym that a value is itself, so that what was released stays as it is when released again."""
        if value in self._state.issued:
            return value
        index = self._state.standins()
        if not index or self._known(category, value) is not None:
            return None
        if index.itself(value) is not None:
            return value
        # A caller never sees stand-ins: a single name it writes is a name. Models and tools write parts of stand-ins.
        return value if origin is not Origin.CALLER and index.part(value) else None

    def _known(self, category: str, value: str) -> str | None:
        """The pseudonym a value has: of the style that is issued, or of the other one."""
        word, plain = label(category), normalise(category, value)
        tags = self._style is Style.TAGS
        for style in (tags, not tags):
            for kin in (word, _KIN.get(word, word)):
                known = self._state.names.get((style, kin, plain))
                if known is not None and (kin == word or not style):
                    return known
        return None

    def _stand_in(self, category: str, value: str) -> str | None:
        if self._style is Style.TAGS:
            return None
        from accord.transform.standins import stand_in  # not needed unless asked for

        if self._present is None:
            self._look()
        key, index = self._scopes.key(self._state, self._subject), self._state.standins()
        return stand_in(category, value, key, index, self._present or Present())

    def _look(self) -> None:
        """See what occurs in the texts that are to be released."""
        texts = list(self._texts())
        self._present = Present.of(texts)
        if index := self._state.standins():
            self._state.shared |= index.single(iter(texts))

    def _issue(self, word: str, plain: str) -> str:
        key = self._scopes.key(self._state, self._subject)
        for letters in _letters(key, word, plain):
            tag = f"[{word}_{letters}]"
            if tag not in self._state.issued:
                return tag
        raise RuntimeError("two values share 80 bits of HMAC-SHA256")

    def knows(self, category: str, value: str) -> bool:
        """Whether this value has a pseudonym in the scope, or is a stand-in of it, and its caller brought it."""
        state = self._state
        with state.lock:
            known = self._known(category, value) or state.standins().itself(value)
            return known is not None and state.issued[known].origin is Origin.CALLER

    def names(self) -> list[str]:
        """The names of persons that have a pseudonym in the scope."""
        with self._state.lock:
            return [one.value for one in self._state.issued.values() if one.category == "privacy.person.name"]

    def restore(
        self,
        text: str,
        grant: Grant | None = None,
        before: str = "",
        after: str = "",
        *,
        json: bool | None = None,
    ) -> str:
        """Put the scope's own values back where its pseudonyms stand.

        Pseudonyms are known also where a model did not write them quite as they were. Nothing is restored inside
        URLs, links and tags of markup: a value there could be sent elsewhere by whoever wrote the address. In JSON,
        values are written as JSON needs them.

        Args:
            text: where the pseudonyms stand.
            grant: says which values may be put back; all when not given.
            before: what stands before the text, where the text goes on with it.
            after: what follows the text, as far as it is known: in a stream, what is held back.
            json: whether the text is part of a JSON text, as the arguments of a tool are; found out when None, which
                takes the whole of it.
        """
        state = self._state
        if not state.issued:
            return text
        source = Source(text, before, after)
        with state.lock:
            found = restored_tags(source, state.issued)
            if index := state.standins():
                found = apart(found, index.find(source.text, source.view, state.shared))
        return put_back(source, found, grant, json) if found else text

    def own(self, text: str) -> list[Span]:
        """Where stand-ins of the scope are in a text, whole or in part."""
        with self._state.lock:
            index = self._state.standins()
            found = index.find(text, View.of(text), self._state.shared) if index else []
        return [Span(one.start, one.end) for one in found]

    def settled(self, text: str) -> int:
        """How long the prefix of a text is that holds no unfinished pseudonym, however the text goes on.

        It can be restored and shown, with what was shown earlier as `before` and what is held back, at most 128
        characters, as `after`: what is shown is then what it would be if all of the text were restored at once.

        Args:
            text: what there is of the text, from its beginning or from well before what has been shown.
        """
        if not self._state.issued:
            return len(text)
        with self._state.lock:
            return settled(text, self._state.standins() or None)

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
