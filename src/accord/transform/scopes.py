"""What a scope has issued, as far as this process knows, and what keeps it.

A scope is loaded once and stays until it has not been used for long, is forgotten, or is changed by somebody else,
which its version tells. What is newly issued waits until it is flushed; a release that used what then turned out to
stand for something else must not leave, which the epoch tells.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import os
import re
import secrets
import threading
import time
import unicodedata
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from accord.core.content import Origin
from accord.core.pseudonym import Issued, PseudonymMap, Scope
from accord.errors import StoreError
from accord.transform.restore_standins import Index
from accord.transform.restore_tags import STRICT, label

_COMPACT = ("privacy.id.", "privacy.financial.", "privacy.contact.phone", "privacy.network.mac")
_SEPARATORS = re.compile(r"[\s.\-/():\u00ad\u2010-\u2015]+")
_SHORT = 6  # below this, separators are part of what an identifier says

_RELOAD = 300.0
"""Seconds after which a scope is loaded again even if nobody changed it: what was kept may have expired."""

_REFRESH = 900.0
"""Seconds after which a pseudonym in use is kept anew, so that it does not expire while it is used."""


_FORKED: weakref.WeakSet[MemoryMap | Scopes] = weakref.WeakSet()


def _after_fork() -> None:
    for one in list(_FORKED):
        one.after_fork()


os.register_at_fork(after_in_child=_after_fork)


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


class MemoryMap:
    """Keeps pseudonyms in memory, for as long as the process lives.

    Args:
        key: derives the keys of scopes, so that the same key issues the same pseudonyms; random when not given.
        scopes: how many scopes are kept; the one longest unused is forgotten first.
    """

    def __init__(self, key: bytes | None = None, *, scopes: int = 10_000) -> None:
        self._key = key or secrets.token_bytes(32)
        self._capacity = scopes
        self._kept: OrderedDict[Scope, tuple[int, dict[str, Issued]]] = OrderedDict()
        self._changes = 0
        self._lock = threading.Lock()
        _FORKED.add(self)

    def after_fork(self) -> None:
        """A lock that another thread held is held for good in a child."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<MemoryMap of {len(self._kept)} scopes>"

    def key(self, scope: Scope, subject: str = "") -> bytes:
        """The key of a scope: an HMAC-SHA256 of it. Subjects have none of their own here."""
        words = "\0".join(word.replace("\0", "\0\0") for word in ("scope", *scope))
        return hmac.digest(self._key, words.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def load(self, scope: Scope) -> Mapping[str, Issued]:
        """Everything kept for a scope."""
        with self._lock:
            kept = self._kept.get(scope)
            if kept is None:
                return {}
            self._kept.move_to_end(scope)
            return dict(kept[1])

    def keep(self, scope: Scope, issued: Mapping[str, Issued], subject: str = "") -> None:
        """Keep pseudonyms.

        Raises:
            StoreError: one of them stands for another value.
        """
        with self._lock:
            version, kept = self._kept.get(scope, (0, {}))
            for pseudonym, one in issued.items():
                if pseudonym in kept and not same(kept[pseudonym], one):
                    raise StoreError("a pseudonym stands for another value", hint="load the scope, and issue anew")
            kept.update(issued)
            self._changes += 1
            # A scope that was forgotten does not begin at a version it has had before.
            self._kept[scope] = (version + 1 if version else self._changes << 32), kept
            self._kept.move_to_end(scope)
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def version(self, scope: Scope) -> int:
        """Changes with every change of what is kept for the scope."""
        with self._lock:
            return self._kept[scope][0] if scope in self._kept else 0

    def forget(self, scope: Scope) -> None:
        """Forget everything of a scope."""
        with self._lock:
            self._kept.pop(scope, None)


def same(one: Issued, other: Issued) -> bool:
    """Whether two say the same: one kind and one value, however spelt."""
    return label(one.category) == label(other.category) and normalise(one.category, one.value) == normalise(
        other.category, other.value
    )


@dataclass(slots=True, repr=False, eq=False, weakref_slot=True)
class State:
    """What one scope has issued.

    Attributes:
        scope: whose pseudonyms.
        issued: what each pseudonym stands for.
        names: the pseudonym of a value, by style, label and normalised value.
        waiting: what is not durable yet, by data subject.
        kept: when a pseudonym was last kept, by the clock of this process.
        keys: the keys pseudonyms are derived from, by data subject.
        version: the keeper's version of what was loaded; None when it is to be loaded again.
        loaded: when it was.
        looked: when it was last asked for its version.
        epoch: rises whenever something issued is no more.
        index: the stand-ins among what was issued; made anew when None.
        shared: words of stand-ins that the content itself has used, for something else.
        lock: held while any of this is read or written.
    """

    scope: Scope
    issued: dict[str, Issued] = field(default_factory=dict)
    names: dict[tuple[bool, str, str], str] = field(default_factory=dict)
    waiting: dict[str, dict[str, Issued]] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    version: int | None = None
    loaded: float = 0.0
    looked: float = 0.0
    epoch: int = 0
    index: Index | None = None
    shared: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, pseudonym: str, one: Issued, subject: str) -> None:
        """Issue a pseudonym, or change what is known of the value it stands for."""
        self.issued[pseudonym] = one
        self.names[name_of(pseudonym, one)] = pseudonym
        self.waiting.setdefault(subject, {})[pseudonym] = one
        if self.index is not None:
            self.index.add(pseudonym, one)

    def standins(self) -> Index:
        """The stand-ins among what was issued."""
        if self.index is None:
            self.index = Index.of(self.issued)
        return self.index

    def used(self, pseudonym: str, subject: str) -> None:
        """Note that a pseudonym is in use: what was kept long ago is kept anew with the next flush."""
        if pseudonym in self.kept and time.monotonic() - self.kept[pseudonym] >= _REFRESH:
            self.waiting.setdefault(subject, {}).setdefault(pseudonym, self.issued[pseudonym])

    def replace(self, issued: dict[str, Issued]) -> None:
        """Put what was loaded in the place of what was known."""
        gone = any(name not in issued or not same(one, issued[name]) for name, one in self.issued.items())
        self.epoch += gone
        self.issued = issued
        self.names = {name_of(pseudonym, one): pseudonym for pseudonym, one in issued.items()}
        self.kept = {pseudonym: when for pseudonym, when in self.kept.items() if pseudonym in issued}
        self.keys.clear()
        self.index = None

    def clear(self) -> None:
        """Know nothing any more."""
        self.waiting.clear()
        self.replace({})
        self.version = None
        self.epoch += 1


def name_of(pseudonym: str, one: Issued) -> tuple[bool, str, str]:
    """How the pseudonym of a value is found: whether it is a tag, its label, and the normalised value."""
    return STRICT.fullmatch(pseudonym) is not None, label(one.category), normalise(one.category, one.value)


class Scopes:
    """The scopes this process knows, before what keeps them.

    Args:
        keeper: keeps them.
        capacity: how many are known at a time; the one longest unused goes first.
    """

    def __init__(self, keeper: PseudonymMap, capacity: int) -> None:
        self._keeper = keeper
        self._capacity = capacity
        self._recent: OrderedDict[Scope, State] = OrderedDict()
        # One that is in use stays the one for its scope, even where it is no more among the recent ones.
        self._alive: weakref.WeakValueDictionary[Scope, State] = weakref.WeakValueDictionary()
        self._tenants: dict[str, bytes] = {}
        self._lock = threading.Lock()
        _FORKED.add(self)

    def after_fork(self) -> None:
        """Begin anew in a child: threads that held a lock are not there to let go of it."""
        self._recent, self._alive, self._lock = OrderedDict(), weakref.WeakValueDictionary(), threading.Lock()

    def __len__(self) -> int:
        return len(self._recent)

    def get(self, scope: Scope) -> State:
        """What is known of a scope; see `refresh`."""
        with self._lock:
            state = self._alive.get(scope)
            if state is None:
                state = self._alive[scope] = State(scope)
            self._recent[scope] = state
            self._recent.move_to_end(scope)
            if len(self._recent) > self._capacity:
                self._recent.popitem(last=False)
            return state

    def key(self, state: State, subject: str = "") -> bytes:
        """The key pseudonyms of a scope are derived from.

        Raises:
            StoreError: it cannot be read or made.
        """
        if subject not in state.keys:
            state.keys[subject] = self._keeper.key(state.scope, subject)
        return state.keys[subject]

    def tenant_key(self, tenant: str) -> bytes:
        """The key from which hashes of a tenant are made.

        Raises:
            StoreError: it cannot be read or made.
        """
        key = self._tenants.get(tenant)
        if key is None:
            key = self._keeper.key(("hash", tenant))
            if len(self._tenants) >= self._capacity:
                self._tenants.clear()
            self._tenants[tenant] = key
        return key

    def refresh(self, state: State, grace: float = 0.0) -> None:
        """Load a scope if it was changed, or not loaded for long.

        Args:
            state: what is known of the scope.
            grace: for how many seconds after a look no other is taken.

        Raises:
            StoreError: it cannot be read.
        """
        if state.version is not None and time.monotonic() - state.looked < grace:
            return
        version = self._keeper.version(state.scope)  # read first: what changes meanwhile is seen the next time
        state.looked = now = time.monotonic()
        if state.version == version and now - state.loaded < _RELOAD:
            return
        loaded = self._keeper.load(state.scope)
        issued = dict(loaded)
        for waiting in state.waiting.values():
            for pseudonym, one in list(waiting.items()):
                other = loaded.get(pseudonym)
                if other is None and pseudonym not in state.kept:
                    issued[pseudonym] = one
                elif other is None or not same(other, one):
                    del waiting[pseudonym]  # it was forgotten, or somebody else was faster: issue it anew
                elif other.origin is Origin.CALLER:
                    waiting[pseudonym] = other
                else:
                    issued[pseudonym] = one
        state.replace(issued)
        state.kept = {pseudonym: state.kept.get(pseudonym, -math.inf) for pseudonym in loaded}
        state.version, state.loaded = version, now

    def flush(self, state: State) -> None:
        """Make what was issued durable.

        Raises:
            StoreError: it could not be; what was issued is no more.
        """
        for subject in list(state.waiting):
            waiting = state.waiting[subject]
            try:
                self._keeper.keep(state.scope, waiting, subject)
                version = self._keeper.version(state.scope)
            except Exception:
                state.clear()
                raise
            del state.waiting[subject]
            # Changed by exactly one, it was changed by this and by nobody else.
            known = state.version is not None and version - state.version == 1
            state.version = version if known else None
            state.kept.update(dict.fromkeys(waiting, time.monotonic()))

    def forget(self, scope: Scope) -> None:
        """Forget everything of a scope, here and where it is kept.

        Raises:
            StoreError: it could not be forgotten there; here it is.
        """
        with self._lock:
            state = self._alive.get(scope)
            self._recent.pop(scope, None)
        if state is not None:
            with state.lock:
                state.clear()
        self._keeper.forget(scope)
