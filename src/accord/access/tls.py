"""TLS, served and used: TLS 1.2 or newer, keys that others can read are refused, peers are always verified."""

from __future__ import annotations

import ssl
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from accord.errors import ConfigError

_MAX_BYTES = 1 << 20
# Forward secrecy and authenticated encryption; TLS 1.3 has no others.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"

Now = Callable[[], int]


def server_context(
    certificate: Path,
    key: Path,
    *,
    password: bytes | None = None,
    client_ca: Path | None = None,
    clients_required: bool = True,
    now: Now | None = None,
) -> ssl.SSLContext:
    """What a server serves TLS with.

    Args:
        certificate: PEM, the server's own first, then what leads to the root.
        key: PEM, readable by its owner, at most by its group too.
        password: of the key, where it is encrypted.
        client_ca: PEM; clients show a certificate of these (mTLS).
        clients_required: whether a client without one is turned away; else it may show a key or token.
        now: the clock, ms since 1970.

    Raises:
        ConfigError: a file cannot be read, is readable by others, has expired, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_SINGLE_ECDH_USE
    context.set_alpn_protocols(["http/1.1"])
    renew(context, certificate, key, password=password, now=now)
    if client_ca is not None:
        _trust(context, client_ca)
        context.verify_mode = ssl.CERT_REQUIRED if clients_required else ssl.CERT_OPTIONAL
    return context


def client_context(
    *,
    ca: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    password: bytes | None = None,
    now: Now | None = None,
) -> ssl.SSLContext:
    """What an upstream or an issuer is reached with. Its certificate and name are verified; nothing turns that off.

    Args:
        ca: PEM of those to trust instead of the system's.
        certificate: PEM that we show, where the other side wants one.
        key: its key.
        password: of the key, where it is encrypted.
        now: the clock, ms since 1970.

    Raises:
        ConfigError: as `server_context`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    if ca is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        _trust(context, ca)
    if (certificate is None) != (key is None):
        raise ConfigError("a client certificate needs its key, and a key its certificate")
    if certificate is not None and key is not None:
        renew(context, certificate, key, password=password, now=now)
    return context


def renew(
    context: ssl.SSLContext, certificate: Path, key: Path, *, password: bytes | None = None, now: Now | None = None
) -> None:
    """Put a certificate in force, also in a context that is in use: connections made from now on show it.

    Raises:
        ConfigError: as `server_context`; the one before stays in force.
    """
    _check_private(key)
    _check_valid(certificate, now or _wall)

    def unlock() -> bytes:
        if password is None:  # OpenSSL would ask at the terminal
            raise ConfigError(f"{key}: the key is encrypted", hint="give its password")
        return password

    # Tried apart first: a failure half way would leave the context with a certificate and another's key.
    for target in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):
        try:
            target.load_cert_chain(certificate, key, unlock)
        except ssl.SSLError as error:
            reason = (error.reason or "").replace("_", " ").lower()
            raise ConfigError(
                f"{certificate}: not usable with {key}" + (f": {reason}" if reason else ""),
                hint="give a certificate and the key that belongs to it, in PEM form, at least RSA 2048 or P-256",
            ) from None
        except OSError as error:
            raise ConfigError(f"{certificate}: {error.strerror or type(error).__name__}") from None


def _harden(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION


def _trust(context: ssl.SSLContext, ca: Path) -> None:
    _read(ca)
    try:
        context.load_verify_locations(ca)
    except (ssl.SSLError, OSError):
        raise ConfigError(f"{ca}: no certificates to trust", hint="give them in PEM form") from None


def _check_private(key: Path) -> None:
    _read(key)
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & 0o027:
        raise ConfigError(
            f"{key}: others than its owner and group can read it, or others than its owner can change it",
            hint=f"chmod 600 {key}",
        )


def _check_valid(certificate: Path, now: Now) -> None:
    data = _read(certificate)
    if stat.S_IMODE(certificate.stat().st_mode) & 0o002:
        raise ConfigError(f"{certificate}: anyone can change it", hint=f"chmod 644 {certificate}")
    try:
        own = x509.load_pem_x509_certificates(data)[0]
        begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    except ValueError:
        raise ConfigError(f"{certificate}: no certificate", hint="give it in PEM form") from None
    at = datetime.fromtimestamp(now() / 1000, UTC)
    if at >= ends:
        raise ConfigError(f"{certificate}: expired on {ends:%Y-%m-%d}", hint="renew it")
    if at < begins:
        raise ConfigError(f"{certificate}: valid from {begins:%Y-%m-%d} on", hint="set the clock of this machine")


def _read(path: Path) -> bytes:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            raise ConfigError(f"{path}: no file, or a very large one", hint="give the path of a PEM file")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or type(error).__name__}") from None


def _wall() -> int:
    return time.time_ns() // 1_000_000
