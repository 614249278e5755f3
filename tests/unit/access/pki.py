"""A certificate authority of our own, and TLS servers and clients on this machine."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass
class Pair:
    certificate: Path
    key: Path


class Authority:
    """Makes certificates under one root."""

    def __init__(self, folder: Path, name: str = "root") -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = _builder(self.name, self.name, self.key, -1, 1).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = built.sign(self.key, hashes.SHA256())
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        name: str,
        *alternative: x509.GeneralName,
        begins: float = -1,
        ends: float = 1,
        password: bytes | None = None,
    ) -> Pair:
        """A certificate for a name; it begins and ends that many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = _builder(subject, self.name, key, begins, ends)
        if alternative:
            built = built.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        signed = built.sign(self.key, hashes.SHA256())
        return _written(self.folder, name, signed, key, password)


def here() -> x509.GeneralName:
    """The address that tests listen on."""
    return x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def self_signed(folder: Path, name: str) -> Pair:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = _builder(subject, subject, key, -1, 1).add_extension(
        x509.SubjectAlternativeName([here()]), critical=False
    )
    return _written(folder, name, built.sign(key, hashes.SHA256()), key, None)


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, begins: float, ends: float) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=begins))
        .not_valid_after(now + dt.timedelta(days=ends))
    )


def _written(folder: Path, name: str, signed: x509.Certificate, key: Key, password: bytes | None) -> Pair:
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pair.key.touch(mode=0o600)
    pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    return pair


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[tuple[int, list[dict[str, object]]]]:
    """A server that says `hello` over TLS; gives its port, and what clients showed."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[dict[str, object]] = []

    def work() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            raw.settimeout(5)
            try:
                with context.wrap_socket(raw, server_side=True) as connection:
                    seen.append(connection.getpeercert() or {})
                    connection.sendall(b"hello")
            except OSError:
                raw.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def greeted(context: ssl.SSLContext, port: int, name: str = "127.0.0.1") -> tuple[bytes, str]:
    """What a server says, and the version of TLS."""
    with socket.socket() as raw:
        raw.settimeout(5)
        raw.connect(("127.0.0.1", port))
        with context.wrap_socket(raw, server_hostname=name) as connection:
            return connection.recv(100), connection.version() or ""
