"""Tokens: good ones say who asks; every known attack is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from accord.access.jwks import JwkSet
from accord.access.principals import Kind, Role, Unauthenticated
from accord.access.tokens import MAX_CHARACTERS, Mapped, Tokens
from accord.errors import ConfigError

from .conftest import NOON, Clock
from .issuer import AUDIENCE, ISSUER, b64, claims, key, signed, token

SECONDS = NOON // 1000
SIGNER = key()
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})


def jwks_file(path: Path, *keys: Any) -> Path:
    path.write_text(
        json.dumps({"keys": [one if isinstance(one, dict) else one.as_dict(private=False) for one in keys]})
    )
    return path


@pytest.fixture
def tokens(tmp_path: Path, clock: Clock) -> Tokens:
    keys = JwkSet(jwks_file(tmp_path / "jwks.json", SIGNER, RSA, ED), ticks=clock.ticks)
    return Tokens(ISSUER, AUDIENCE, keys, algorithms=("ES256", "RS256", "PS256", "Ed25519", "EdDSA"), now=clock.now)


def refusal(tokens: Tokens, text: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        tokens.check(text)
    said = f"{caught.value} {caught.value.hint}"
    assert "anna" not in said and (len(text) < 8 or text not in said)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return said


def test_a_good_token_says_who_asks(tokens: Tokens) -> None:
    principal = tokens.check(token(SIGNER, claims(NOON)))
    assert (principal.tenant, principal.role, principal.kind) == ("acme", Role.REVIEWER, Kind.TOKEN)
    assert principal.end_user == "anna" and principal.expires == NOON + 660_000
    assert principal.id == principal.person == "token:" + hashlib.sha256(f"{ISSUER}\0anna".encode()).hexdigest()[:32]
    assert "anna" not in repr(principal)


def test_the_same_subject_is_the_same_person_and_another_is_not(tokens: Tokens) -> None:
    first = tokens.check(token(SIGNER, claims(NOON, jti="1")))
    second = tokens.check(token(SIGNER, claims(NOON, jti="2", role="officer")))
    assert first.person == second.person != tokens.check(token(SIGNER, claims(NOON, sub="ben"))).person


@pytest.mark.parametrize(
    ("signer", "alg"), [(SIGNER, "ES256"), (RSA, "RS256"), (RSA, "PS256"), (ED, "Ed25519"), (ED, "EdDSA")]
)
def test_every_accepted_algorithm(tokens: Tokens, signer: Any, alg: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old name of Ed25519 is deprecated, and still written
        made = token(signer, claims(NOON), alg=alg)
    assert tokens.check(made).tenant == "acme"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
def test_kinds_of_access_tokens(tokens: Tokens, typ: str | None) -> None:
    head = {"alg": "ES256", "kid": "k1", **({"typ": typ} if typ else {})}
    tokens.check(signed(SIGNER, json.dumps(head), json.dumps(claims(NOON))))


@pytest.mark.parametrize("typ", ["logout+jwt", "dpop+jwt", "secevent+jwt", "JWE", 7, ["JWT"]])
def test_tokens_for_something_else(tokens: Tokens, typ: Any) -> None:
    head = {"alg": "ES256", "kid": "k1", "typ": typ}
    assert "another kind" in refusal(tokens, signed(SIGNER, json.dumps(head), json.dumps(claims(NOON))))


def test_a_logout_token_without_a_telling_type(tokens: Tokens) -> None:
    said = claims(NOON, events={"http://schemas.openid.net/event/backchannel-logout": {}})
    assert "another kind" in refusal(tokens, token(SIGNER, said))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"iss": "https://issuer.test/realms/evil"}, "another issuer"),
        ({"iss": ISSUER + "/"}, "another issuer"),
        ({"iss": [ISSUER]}, "another issuer"),
        ({"iss": None}, "not all"),
        ({"aud": "another"}, "another audience"),
        ({"aud": ["a", "b"]}, "another audience"),
        ({"aud": AUDIENCE.upper()}, "another audience"),
        ({"aud": []}, "another audience"),
        ({"aud": {AUDIENCE: 1}}, "another audience"),
        ({"aud": None}, "not all"),
        ({"exp": SECONDS - 61}, "expired"),
        ({"exp": None}, "not all"),
        ({"exp": "9999999999"}, "expiry"),
        ({"exp": True}, "expiry"),
        ({"exp": 1e300}, "expiry"),
        ({"exp": 10**30}, "expiry"),
        ({"exp": SECONDS + 86_401}, "lives longer"),
        ({"iat": SECONDS + 61}, "future"),
        ({"iat": SECONDS - 10 * 86_400}, "lives longer"),
        ({"iat": None}, "not all"),
        ({"nbf": SECONDS + 61}, "not valid yet"),
        ({"nbf": "now"}, "not valid yet"),
        ({"sub": None}, "not all"),
        ({"sub": ""}, "subject"),
        ({"sub": 5}, "subject"),
        ({"tenant": None}, "tenant"),
        ({"tenant": ""}, "tenant"),
        ({"tenant": ["acme"]}, "tenant"),
        ({"tenant": "ac\nme"}, "tenant"),
        ({"tenant": "*", "role": "admin"}, "all tenants"),
        ({"role": None}, "role"),
        ({"role": "root"}, "role"),
        ({"role": ["reviewer", "admin"]}, "several"),
        ({"role": {"reviewer": 1}}, "role"),
        ({"sub": "a\x00b"}, "end user"),
    ],
)
def test_what_a_token_must_say(tokens: Tokens, more: dict[str, Any], says: str) -> None:
    made = token(SIGNER, claims(NOON, **more))
    assert says in refusal(tokens, made)


@pytest.mark.parametrize(
    "more",
    [{"exp": SECONDS - 59}, {"iat": SECONDS + 59}, {"nbf": SECONDS + 60}, {"aud": ["x", AUDIENCE]}, {"nbf": 0.5}],
)
def test_clocks_may_differ_a_little(tokens: Tokens, more: dict[str, Any]) -> None:
    tokens.check(token(SIGNER, claims(NOON, **more)))


def test_a_clock_that_jumps(tokens: Tokens, clock: Clock) -> None:
    made = token(SIGNER, claims(NOON))
    clock.ms += 3_600_000
    assert "expired" in refusal(tokens, made)
    clock.ms -= 7_200_000
    assert "future" in refusal(tokens, made)


def hs256(header: dict[str, Any], said: dict[str, Any], secret: bytes) -> str:
    body = f"{b64(json.dumps(header))}.{b64(json.dumps(said))}"
    return f"{body}.{b64(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def attacks() -> dict[str, str]:
    good = claims(NOON)
    true = token(SIGNER, good)
    head, body, mark = true.split(".")
    admin = b64(json.dumps({**good, "role": "admin"}))
    stranger = key()
    public = SIGNER.as_dict(private=False)
    pem = SIGNER.as_pem(private=False)
    rsa_pem = RSA.as_pem(private=False)
    none = [b64(json.dumps({"alg": alg, "kid": "k1"})) for alg in ("none", "None", "NONE", "nOnE")]
    return {
        **{f"none {number}": f"{one}.{admin}." for number, one in enumerate(none)},
        **{f"none signed {number}": f"{one}.{admin}.{mark}" for number, one in enumerate(none)},
        "payload changed": f"{head}.{admin}.{mark}",
        "signature dropped": f"{head}.{body}.",
        "signature cut": true[:-4],
        "signature of nulls": f"{head}.{body}.{b64(bytes(64))}",
        "signature of ones": f"{head}.{body}.{b64(bytes([0] * 31 + [1] + [0] * 31 + [1]))}",
        "signature in DER": f"{head}.{body}.{b64(bytes.fromhex('3006020101020101'))}",
        "HS256 with the public key": hs256({"alg": "HS256", "kid": "k1"}, good, pem),
        "HS256 with the RSA key": hs256({"alg": "HS256", "kid": "rsa"}, good, rsa_pem),
        "HS256 with the JWK": hs256({"alg": "HS256", "kid": "k1"}, good, json.dumps(public).encode()),
        "HS256 with nothing": hs256({"alg": "HS256", "kid": "k1"}, good, b""),
        "HS256 named ES256": hs256({"alg": "ES256", "kid": "k1"}, good, pem),
        "key of another algorithm": f"{b64(json.dumps({'alg': 'RS256', 'kid': 'k1'}))}.{body}.{mark}",
        "ES256 with an RSA key": f"{b64(json.dumps({'alg': 'ES256', 'kid': 'rsa'}))}.{body}.{mark}",
        "a stranger's key": token(stranger, good),
        "own key in the header": token(stranger, good, jwk=stranger.as_dict(private=False)),
        "own key elsewhere": token(stranger, good, jku="https://evil.test/jwks"),
        "own certificate": token(stranger, good, x5u="https://evil.test/x5c"),
        "critical extension": signed(SIGNER, '{"alg":"ES256","kid":"k1","crit":["exp"]}', json.dumps(good)),
        "unencoded payload": signed(SIGNER, '{"alg":"ES256","kid":"k1","b64":false}', json.dumps(good)),
        "path in the key's name": signed(SIGNER, '{"alg":"ES256","kid":"../../dev/null"}', json.dumps(good)),
        "SQL in the key's name": signed(SIGNER, json.dumps({"alg": "ES256", "kid": "x' UNION SELECT 1"}), json.dumps(good)),
        "list as the key's name": signed(SIGNER, '{"alg":"ES256","kid":["k1"]}', json.dumps(good)),
        "list of algorithms": signed(SIGNER, '{"alg":["ES256"],"kid":"k1"}', json.dumps(good)),
        "no algorithm": signed(SIGNER, '{"kid":"k1"}', json.dumps(good)),
        "algorithm twice": signed(SIGNER, '{"alg":"none","alg":"ES256","kid":"k1"}', json.dumps(good)),
        "claim twice": signed(
            SIGNER, '{"alg":"ES256","kid":"k1"}', json.dumps(good)[:-1] + ', "role": "admin"}'
        ),
        "claim within a claim twice": signed(
            SIGNER, '{"alg":"ES256","kid":"k1"}', json.dumps(good)[:-1] + ', "x": {"a": 1, "a": 2}}'
        ),
        "expiry is NaN": signed(
            SIGNER, '{"alg":"ES256","kid":"k1"}', json.dumps({**good, "exp": float("nan")})
        ),
        "expiry is infinite": signed(
            SIGNER, '{"alg":"ES256","kid":"k1"}', json.dumps({**good, "exp": float("inf")})
        ),
        "expiry has 5,000 digits": signed(
            SIGNER, '{"alg":"ES256","kid":"k1"}', json.dumps(good).replace(str(SECONDS + 600), "9" * 5000)
        ),
        "UTF-16": _utf16(good),
        "no object": signed(SIGNER, '{"alg":"ES256","kid":"k1"}', '["a"]'),
        "header is no object": signed(SIGNER, '"ES256"', json.dumps(good)),
        "deep": signed(SIGNER, '{"alg":"ES256","kid":"k1"}', "[" * 6000),
        "encrypted": "a.b.c.d.e",
        "two tokens": f"{true},{true}",
        "JSON serialisation": json.dumps({"payload": body, "protected": head, "signature": mark}),
        "huge": f"{head}.{b64(json.dumps({**good, 'x': 'x' * MAX_CHARACTERS}))}.{mark}",
        "huge header": token(SIGNER, good, x5t="x" * 8000),
        "no ASCII": "é.é.é",
        "line breaks": true.replace(".", ".\n"),
        "nothing": "",
        "dots": "..",
        "an API key": "accord_x_y",
    }  # fmt: skip


def _utf16(said: dict[str, Any]) -> str:
    from joserfc.jws import JWSRegistry

    body = f"{b64(json.dumps({'alg': 'ES256', 'kid': 'k1'}))}.{b64(json.dumps(said).encode('utf-16'))}"
    return f"{body}.{b64(JWSRegistry.algorithms['ES256'].sign(body.encode(), SIGNER))}"


ATTACKS = attacks()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(tokens: Tokens, name: str) -> None:
    assert refusal(tokens, ATTACKS[name])


def test_the_token_the_attacks_were_made_of_is_good(tokens: Tokens) -> None:
    tokens.check(token(SIGNER, claims(NOON)))


def test_an_encrypted_token_of_our_own_key_is_none(tokens: Tokens) -> None:
    from joserfc.jwe import JWERegistry

    oct_key = OctKey.generate_key(256)
    made = jwt.encode(
        {"alg": "dir", "enc": "A256GCM"}, claims(NOON), oct_key, registry=JWERegistry(algorithms=["dir", "A256GCM"])
    )
    assert "no signed token" in refusal(tokens, made)


def test_an_accepted_algorithm_is_not_an_accepted_key(tmp_path: Path, clock: Clock) -> None:
    """A key that says its algorithm is used with no other; one for encryption is not used at all."""
    pinned = {**RSA.as_dict(private=False), "alg": "PS256"}
    encrypting = {**SIGNER.as_dict(private=False), "use": "enc"}
    wrapping = {**ED.as_dict(private=False), "key_ops": ["wrapKey"]}
    keys = JwkSet(jwks_file(tmp_path / "j", pinned, encrypting, wrapping), ticks=clock.ticks)
    tokens = Tokens(ISSUER, AUDIENCE, keys, algorithms=("RS256", "PS256", "ES256", "Ed25519"), now=clock.now)
    tokens.check(token(RSA, claims(NOON), alg="PS256"))
    assert "does not publish" in refusal(tokens, token(RSA, claims(NOON), alg="RS256"))
    assert "does not publish" in refusal(tokens, token(SIGNER, claims(NOON)))
    assert "does not publish" in refusal(tokens, token(ED, claims(NOON), alg="Ed25519"))


def test_a_token_that_names_no_key_needs_one_that_is_alone(tmp_path: Path, clock: Clock) -> None:
    bare = signed(SIGNER, '{"alg":"ES256"}', json.dumps(claims(NOON)))
    alone = JwkSet(jwks_file(tmp_path / "a", SIGNER, RSA), ticks=clock.ticks)
    Tokens(ISSUER, AUDIENCE, alone, now=clock.now).check(bare)
    two = JwkSet(jwks_file(tmp_path / "b", SIGNER, key("k2")), ticks=clock.ticks)
    assert "does not publish" in refusal(Tokens(ISSUER, AUDIENCE, two, now=clock.now), bare)


def test_claims_are_found_where_the_configuration_says(tokens: Tokens, tmp_path: Path, clock: Clock) -> None:
    mapped = Mapped(
        tenant="https://acme.test/tenant",
        role="/realm_access/roles",
        end_user="/act/sub",
        roles={"privacy-officers": "officer", "privacy-reviewers": "reviewer"},
    )
    keys = JwkSet(jwks_file(tmp_path / "j", SIGNER), ticks=clock.ticks)
    configured = Tokens(ISSUER, AUDIENCE, keys, mapped=mapped, now=clock.now)
    said = claims(
        NOON,
        tenant=None,
        role="admin",
        realm_access={"roles": ["x", "privacy-reviewers", "privacy-officers"]},
        act={"sub": "ben"},
        **{"https://acme.test/tenant": "acme"},
    )
    principal = configured.check(token(SIGNER, said))
    assert (principal.role, principal.tenant, principal.end_user) == (Role.OFFICER, "acme", "ben")
    assert "no role" in refusal(configured, token(SIGNER, {**said, "realm_access": {"roles": ["admin"]}}))
    assert "no role" in refusal(configured, token(SIGNER, {**said, "realm_access": "privacy-officers"}))


def test_all_tenants_only_where_the_configuration_says(tmp_path: Path, clock: Clock) -> None:
    keys = JwkSet(jwks_file(tmp_path / "j", SIGNER), ticks=clock.ticks)
    every = Tokens(ISSUER, AUDIENCE, keys, mapped=Mapped(every_tenant=True), now=clock.now)
    assert every.check(token(SIGNER, claims(NOON, tenant="*", role="auditor"))).tenant == "*"
    assert "one tenant" in refusal(every, token(SIGNER, claims(NOON, tenant="*", role="officer")))
    only = Tokens(ISSUER, AUDIENCE, keys, mapped=Mapped(only_tenant="acme"), now=clock.now)
    assert only.check(token(SIGNER, claims(NOON, tenant="other"))).tenant == "acme"


@pytest.mark.parametrize(
    "more",
    [
        {"algorithms": ()},
        {"algorithms": ("none",)},
        {"algorithms": ("HS256", "ES256")},
        {"algorithms": ("ES256K",)},
        {"leeway": 301},
        {"leeway": -1},
        {"issuer": ""},
        {"audience": ""},
        {"mapped": Mapped(roles={"x": "root"})},
    ],
)
def test_a_configuration_that_would_not_be_safe(tmp_path: Path, more: dict[str, Any]) -> None:
    arguments = {"issuer": ISSUER, "audience": AUDIENCE, **more}
    with pytest.raises(ConfigError):
        Tokens(arguments.pop("issuer"), arguments.pop("audience"), JwkSet(tmp_path / "none"), **arguments)


def test_a_weak_or_strange_key_is_left_out(tmp_path: Path, clock: Clock) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
    strange: list[Any] = [
        {"kty": "oct", "k": "AAAA", "kid": "k1"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k1"},
        {"kty": "EC", "crv": ["P-256"], "kid": "k1"},
        {"kty": "RSA", "n": 5, "e": None, "kid": "k1"},
        {"kty": ["RSA"]},
        {"alg": ["ES256"], **SIGNER.as_dict(private=False)},
        {**SIGNER.as_dict(private=False), "alg": ["ES256"]},
        {**SIGNER.as_dict(private=False), "kid": 5},
        {**SIGNER.as_dict(private=False), "key_ops": 5},
        ECKey.generate_key("secp256k1", {"kid": "k1"}).as_dict(private=False),
        weak,
    ]  # fmt: skip
    keys = JwkSet(jwks_file(tmp_path / "j", *strange, RSA), ticks=clock.ticks)
    tokens = Tokens(ISSUER, AUDIENCE, keys, now=clock.now)
    tokens.check(token(RSA, claims(NOON), alg="RS256"))
    assert repr(keys) == "<JwkSet of 1>"
