"""What a pseudonym stands for, and where that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from accord.core.content import Origin

Scope = tuple[str, ...]
"""Whose pseudonyms these are: `Context.scope`."""


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """What a pseudonym stands for.

    Attributes:
        value: the value.
        category: what it is.
        origin: who brought it: the caller, if the caller ever did.
    """

    value: str
    category: str
    origin: Origin

    def __repr__(self) -> str:
        return f"<Issued {self.category}>"


class PseudonymMap(Protocol):
    """Keeps pseudonyms beyond the process that issued them.

    One map serves many threads; several processes may keep theirs in the same place. What is kept is bound to its
    scope: nothing kept for one scope is ever given back for another.
    """

    def key(self, scope: Scope, subject: str = "") -> bytes:
        """The 32-byte key from which the pseudonyms of a scope are derived; made on first use.

        Args:
            scope: whose pseudonyms.
            subject: the data subject behind it, where known: forgetting the subject forgets this key.

        Raises:
            StoreError: it cannot be read or made.
        """
        ...

    def load(self, scope: Scope) -> Mapping[str, Issued]:
        """Everything kept for a scope and not expired, by pseudonym; empty when there is nothing.

        Raises:
            StoreError: it cannot be read.
        """
        ...

    def keep(self, scope: Scope, issued: Mapping[str, Issued], subject: str = "") -> None:
        """Keep pseudonyms; durable when this returns. One that is kept already is refreshed.

        Raises:
            StoreError: it cannot be written, or a pseudonym stands for another value there: load, and issue anew.
        """
        ...

    def version(self, scope: Scope) -> int:
        """A number that changes whenever what is kept for the scope was changed or forgotten, by any process.

        Raises:
            StoreError: it cannot be read.
        """
        ...

    def forget(self, scope: Scope) -> None:
        """Forget everything of a scope, its key as well."""
        ...
