"""Who shows a client certificate to a server that runs: what the configuration grants it, and nothing else."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path

import pytest
from tests.flow.test_serve import FAST, Local, Server, serving
from tests.unit.access.pki import Authority, Pair, here

CONFIG = """
gateway: {{tls: {{certificate: {chain}, key: {key}, clients: {clients}}}}}
access:
  certificates:
    "cn:billing": {{tenant: acme, role: app}}
    "cn:watch": {{tenant: "*", role: operator, scopes: [health]}}
"""


def asked(server: Server, authority: Authority, shown: Pair | None, path: str) -> tuple[int, str]:
    """The status and the body of an answer."""
    context = ssl.create_default_context(cafile=str(authority.path))
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    connection = Local("127.0.0.1", server.port, timeout=20)
    try:
        connection.connect()
        connection.sock = context.wrap_socket(connection.sock, server_hostname="127.0.0.1")
        connection.request("GET", path)
        got = connection.getresponse()
        return got.status, got.read().decode()
    finally:
        connection.close()


def test_a_client_certificate_opens_what_is_granted_to_it(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path), Authority(tmp_path, "theirs")
    own = ours.issue("server", here())
    named = CONFIG.format(chain=own.certificate, key=own.key, clients=ours.path)
    with serving(tmp_path, config=FAST + named) as server:
        assert server.line.startswith("https://")
        assert asked(server, ours, ours.issue("billing"), "/v1/models")[0] == 200
        assert asked(server, ours, ours.issue("billing"), "/metrics")[0] == 403
        assert asked(server, ours, ours.issue("watch"), "/metrics")[0] == 403, "a scope limits it"
        status, text = asked(server, ours, ours.issue("stranger"), "/v1/models")
        assert status == 401 and "certificate" in json.loads(text)["error"]["message"]
        for unknown in (None, theirs.issue("billing")):
            with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
                asked(server, ours, unknown, "/v1/models")
