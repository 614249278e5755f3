"""Who asks, whatever they show: an API key, a token, a client certificate, or nothing on a server without keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from accord.access.certificates import Certificates
from accord.access.keys import ApiKeys
from accord.access.principals import Principal, Unauthenticated, open_loopback
from accord.access.tokens import Tokens

_KEY = "accord_"
_BASIC = "basic"
_BEARER = "bearer"


class Authenticator:
    """Finds out who asks. Safe for threads.

    Args:
        keys: the API keys.
        tokens: those of an issuer, where there is one.
        certificates: those that are let in, where TLS asks for them.
        open_loopback: whether the server was started open: `accord.access.listen.Listen.open`.
    """

    def __init__(
        self,
        keys: ApiKeys,
        *,
        tokens: Tokens | None = None,
        certificates: Certificates | None = None,
        open_loopback: bool = False,
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._certificates = certificates
        self._open = open_loopback and tokens is None and certificates is None

    def __repr__(self) -> str:
        return "<Authenticator>"

    def who(self, shown: str | None, peer: Mapping[str, Any] | None = None) -> Principal:
        """Who asks.

        Args:
            shown: an `Authorization` header, or a bare key from a header of its own; None where there is neither.
            peer: `getpeercert()` of a TLS connection.

        Raises:
            Unauthenticated: nothing was shown, or nothing that is valid.
            StoreError: it cannot be found out; nobody is let in then.
        """
        credential = _credential(shown)
        if credential.startswith(_KEY):
            return self._keys.check(credential)
        if self._open and not self._keys.any():
            return open_loopback()  # clients of model APIs always show some key; here none means anything
        if credential and self._tokens is not None:
            return self._tokens.check(credential)
        if credential:
            raise Unauthenticated(
                "what was shown is no API key of accord", hint="show the key that `accord keys add` printed, accord_…"
            )
        if peer and self._certificates is not None:
            return self._certificates.check(peer)
        raise Unauthenticated("no API key was shown", hint="send it as: Authorization: Bearer accord_…")


def _credential(shown: str | None) -> str:
    """The key or token of a header: bare, `Bearer` (RFC 6750), or the password of `Basic` (RFC 7617)."""
    words = (shown or "").split()
    if len(words) == 2 and words[0].lower() == _BEARER:
        return words[1]
    if len(words) == 2 and words[0].lower() == _BASIC:
        return _password(words[1])
    if len(words) > 1:
        raise Unauthenticated(
            "the Authorization header is not understood", hint="send: Authorization: Bearer accord_…"
        )
    return words[0] if words and words[0].lower() not in (_BASIC, _BEARER) else ""


def _password(encoded: str) -> str:
    """The password, or the name where only that is given: some clients can show a key in an address alone."""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated(
            "the Authorization header is not understood", hint="send: Authorization: Bearer accord_…"
        ) from None
    return password or name
