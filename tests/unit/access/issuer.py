"""An issuer of tokens with a real HTTPS server on this machine."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key

ISSUER = "https://issuer.test/realms/acme"
AUDIENCE = "accord"


def key(kid: str = "k1") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def b64(data: bytes | str) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(now: int, **more: Any) -> dict[str, Any]:
    """What a good token says; None takes a claim away."""
    seconds = now // 1000
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "anna",
        "iat": seconds,
        "exp": seconds + 600,
        "tenant": "acme",
        "role": "reviewer",
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(signer: Key, said: dict[str, Any], *, alg: str = "ES256", **header: Any) -> str:
    """A token signed by joserfc."""
    head = {"alg": alg, "kid": signer.kid, **header}
    return jwt.encode({name: value for name, value in head.items() if value is not None}, said, signer, [alg])


def signed(signer: ECKey, header: str, payload: str) -> str:
    """A token of any text at all, with a true ES256 signature."""
    from joserfc.jws import JWSRegistry

    body = f"{b64(header)}.{b64(payload)}"
    return f"{body}.{b64(JWSRegistry.algorithms['ES256'].sign(body.encode(), signer))}"


@dataclass
class Issuer:
    """What the server answers with; tests change it while it runs."""

    keys: list[Key]
    mode: str = "good"
    asked: int = 0
    sent: int = 0
    port: int = 0
    seen: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/jwks"

    def set(self) -> bytes:
        return json.dumps({"keys": [one.as_dict(private=False) for one in self.keys]}).encode()


@contextmanager
def running(issuer: Issuer, context: ssl.SSLContext) -> Iterator[Issuer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            issuer.seen.append(self.path)
            status = {"down": 503, "redirect": 302, "empty": 204}.get(issuer.mode, 200)
            self.send_response(status)
            if issuer.mode == "redirect":
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            body = {
                "good": issuer.set(),
                "garbage": b"<html>",
                "private": b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "k1"}]}',
                "huge": b'{"keys": [' + b" " * 3_000_000 + b"]}",
            }.get(issuer.mode, b"")
            self.wfile.write(body)
            while issuer.mode == "endless":
                issuer.sent += self.wfile.write(bytes(65_536))
            while issuer.mode == "slow":
                self.wfile.write(b" ")
                time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            return

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    issuer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.mode = "down"
        server.shutdown()
        server.server_close()
        thread.join(5)
