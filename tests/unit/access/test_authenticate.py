"""Who asks, whatever they show."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from accord.access import secrets
from accord.access.authenticate import Authenticator
from accord.access.certificates import Certificates, Granted
from accord.access.jwks import JwkSet
from accord.access.keys import ApiKeys
from accord.access.principals import Kind, Role, Unauthenticated
from accord.access.tokens import Tokens
from accord.store.engine import Store
from accord.vault.keys import KeyRing

from .conftest import Clock
from .issuer import AUDIENCE, ISSUER, Issuer, claims, key, token

PEER = {"subject": ((("commonName", "billing"),),), "notAfter": "Jan  1 00:00:00 2999 GMT"}


@pytest.fixture
def keys(plain: Store, clock: Clock, ring: KeyRing) -> ApiKeys:
    return ApiKeys(plain, ring, clock.now, ticks=clock.ticks)


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer  {}", "BEARER {} ", " {}\n"])
def test_a_key_in_any_form_that_clients_send(keys: ApiKeys, form: str) -> None:
    principal, made = keys.add("acme", "app")
    assert Authenticator(keys).who(form.format(made)) == principal


@pytest.mark.parametrize(
    "shown", [None, "", " ", "Bearer", "Bearer ", "Basic YTpi", "sk-123", "Bearer a b", "accord_", "x" * 100_000]
)
def test_anything_else_is_nobody(keys: ApiKeys, shown: str | None) -> None:
    keys.add("acme", "app")
    with pytest.raises(Unauthenticated) as caught:
        Authenticator(keys).who(shown)
    assert caught.value.hint and "sk-123" not in str(caught.value)


@pytest.mark.parametrize("form", ["any:{}", ":{}", "{}:", "{}"])
def test_a_key_as_the_password_of_an_address(keys: ApiKeys, form: str) -> None:
    principal, made = keys.add("acme", "app")
    shown = b64encode(form.format(made).encode()).decode()
    assert Authenticator(keys).who(f"Basic {shown}") == principal
    with pytest.raises(Unauthenticated):
        Authenticator(keys).who(f"Basic {shown}!")


@pytest.mark.parametrize("shown", [None, "Bearer sk-whatever", "unused"])
def test_a_server_without_keys_is_open_until_the_first_key(keys: ApiKeys, clock: Clock, shown: str | None) -> None:
    authenticator = Authenticator(keys, open_loopback=True)
    assert authenticator.who(shown).kind is Kind.OPEN
    principal, made = keys.add("acme", "app")
    with pytest.raises(Unauthenticated):
        authenticator.who(shown)
    assert authenticator.who(made) == principal
    keys.revoke(principal.id)
    clock.seconds += 60
    with pytest.raises(Unauthenticated):
        authenticator.who(shown)


def test_a_key_of_another_installation_is_refused_even_where_all_is_open(keys: ApiKeys) -> None:
    with pytest.raises(Unauthenticated, match="not known"):
        Authenticator(keys, open_loopback=True).who(secrets.new_key("A" * 12))


def test_not_open_means_nobody_without_a_key(keys: ApiKeys) -> None:
    with pytest.raises(Unauthenticated):
        Authenticator(keys).who(None)


def test_tokens_and_certificates_close_it_too(keys: ApiKeys, clock: Clock, tmp_path: Path) -> None:
    signer = key()
    (tmp_path / "jwks").write_bytes(Issuer([signer]).set())
    tokens = Tokens(ISSUER, AUDIENCE, JwkSet(tmp_path / "jwks", ticks=clock.ticks), now=clock.now)
    certificates = Certificates({"cn:billing": Granted("acme", Role.APP)})
    both = Authenticator(keys, tokens=tokens, certificates=certificates, open_loopback=True)
    assert both.who(f"Bearer {token(signer, claims(clock.ms))}").kind is Kind.TOKEN
    assert both.who(None, PEER).kind is Kind.CERTIFICATE
    for shown, peer in ((None, None), ("Bearer sk-1", None), ("Bearer sk-1", PEER), (None, {})):
        with pytest.raises(Unauthenticated):
            both.who(shown, peer)
    with pytest.raises(Unauthenticated):
        Authenticator(keys).who(None, PEER)
