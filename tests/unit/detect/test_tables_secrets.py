"""Secrets: formats of issuers, blocks, headers, assignments; and the placeholders that stand for them.

Values are put together here at run time, so that this file holds nothing that looks like a leaked key.
"""

import base64
import json
import random

import pytest

from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector
from accord.detect.tables.secret_value import entropy, likely, placeholder

DETECTOR = PatternDetector()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def noise(size: int, alphabet: str = ALPHABET, seed: int = 7) -> str:
    chosen = random.Random(seed)
    return "".join(chosen.choice(alphabet) for _ in range(size))


def found(text: str) -> list[tuple[str, str]]:
    hits = DETECTOR.detect([Reading(text)], lambda: False)
    return [(hit.category.removeprefix("privacy.credential."), text[hit.span.start : hit.span.end]) for hit in hits]


HEX = "0123456789abcdef"
ISSUED = [
    ("AKIA" + noise(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), "api_key"),
    ("AIza" + noise(35), "api_key"),
    ("ghp_" + noise(36), "token"),
    ("github_pat_" + noise(60), "token"),
    ("glpat-" + noise(20), "token"),
    ("sk-proj-" + noise(60), "api_key"),
    ("sk-ant-api03-" + noise(80), "api_key"),
    ("hf_" + noise(34), "api_key"),
    ("gsk_" + noise(52), "api_key"),
    ("xai-" + noise(80), "api_key"),
    ("r8_" + noise(37), "api_key"),
    ("nvapi-" + noise(64), "api_key"),
    ("sk_live_" + noise(24), "api_key"),
    ("whsec_" + noise(32), "api_key"),
    ("xoxb-" + noise(12, "0123456789") + "-" + noise(24), "token"),
    ("SG." + noise(22) + "." + noise(43), "api_key"),
    ("npm_" + noise(36), "token"),
    ("pypi-AgE" + noise(80), "token"),
    ("shpat_" + noise(32, HEX), "token"),
    ("dop_v1_" + noise(64, HEX), "token"),
    ("hvs." + noise(40), "token"),
    ("dapi" + noise(32, HEX), "token"),
    ("lin_api_" + noise(40), "api_key"),
    ("ntn_" + noise(45), "api_key"),
    ("figd_" + noise(40), "token"),
    ("NRAK-" + noise(27), "api_key"),
    ("glsa_" + noise(41), "token"),
    ("SK" + noise(32, HEX), "api_key"),
    ("dckr_pat_" + noise(27), "token"),
    ("rubygems_" + noise(48, HEX), "api_key"),
    (noise(9, "123456789") + ":AA" + noise(33), "token"),
    ("1//0" + noise(40), "token"),
    ("GOCSPX-" + noise(28), "api_key"),
    ("tvly-" + noise(32), "api_key"),
    ("pcsk_" + noise(6) + "_" + noise(60), "api_key"),
    ("sq0atp-" + noise(22), "api_key"),
    ("key-" + noise(32, HEX), "api_key"),
    ("xkeysib-" + noise(64, HEX) + "-" + noise(16), "api_key"),
    ("PMAK"[:0] + "pscale_tkn_" + noise(43), "token"),
    ("sntrys_" + noise(60), "token"),
    (
        "dt0c01."
        + noise(24, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        + "."
        + noise(64, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        "token",
    ),
]


@pytest.mark.parametrize(("value", "kind"), ISSUED)
def test_a_key_is_known_by_its_prefix(value: str, kind: str) -> None:
    assert (kind, value) in found(f"use {value} for that")
    assert (kind, value) in found(f"日本語{value}です") or not value[0].isalnum()


@pytest.mark.parametrize(("value", "kind"), ISSUED)
def test_a_prefix_with_a_mask_is_no_key(value: str, kind: str) -> None:
    mask = value[:5] + "x" * (len(value) - 5)
    assert not [hit for hit in found(f"use {mask} for that") if hit[0] == kind]


@pytest.mark.parametrize(
    "label", ["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
)
def test_a_private_key_is_one_finding_from_first_to_last_line(label: str) -> None:
    body = "\n".join(noise(64, seed=line) for line in range(60))
    block = f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"
    assert found(f"key:\n{block}\nbye") == [("private_key", block)]


def test_a_private_key_without_its_end_is_found_as_far_as_it_goes() -> None:
    head = "-----BEGIN RSA PRIVATE KEY-----\n" + noise(64)
    assert found(head) == [("private_key", head)]
    assert found(head + "\nand so the story goes on") == [("private_key", head)]
    assert found("-----BEGIN PUBLIC KEY-----\n" + noise(64)) == []
    assert found("write -----BEGIN PRIVATE KEY----- there.") == []


def _encode(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def test_a_signed_token_needs_a_header_that_decodes() -> None:
    token = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode({'sub': 'ada', 'pad': 'x' * 2000})}.{noise(43)}"
    assert found(f"Authorization: Bearer {token}") == [("token", token)]
    assert found(f"cookie {_encode({'colour': 'red'})}.{_encode({'a': 1})}.{noise(43)}") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("postgres://svc:Tr0ub4dor@db.example.org/x", "password", "Tr0ub4dor"),
        ("Server=db;User Id=sa;Password=Tr0ub4dor&3;", "password", "Tr0ub4dor&3"),
        ("curl -u svc:Tr0ub4dor https://example.org", "password", "Tr0ub4dor"),
        ("password: hunter22", "password", "hunter22"),
        ('"db_password": "c0rrect-horse"', "password", "c0rrect-horse"),
        ("Passwort: Geheim!23", "password", "Geheim!23"),
        ("mot de passe : S3same-ouvre", "password", "S3same-ouvre"),
        ("contraseña: Abrete9!", "password", "Abrete9!"),
        ("my password is sw0rdf1sh", "password", "sw0rdf1sh"),
        ("your PIN is 4921", "password", "4921"),
        (
            "Authorization: Basic " + base64.b64encode(b"ada:lovelace").decode(),
            "password",
            base64.b64encode(b"ada:lovelace").decode(),
        ),
    ],
)
def test_a_password_is_the_value_and_not_its_name(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


def test_assignments_to_names_that_mean_a_secret() -> None:
    value = noise(40)
    for name in ("api_key", "SECRET_KEY", "client_secret", "x-api-key", "stripe_secret_key"):
        assert ("api_key", value) in found(f'{name} = "{value}"')
    assert ("token", value) in found(f"access_token: {value}")


@pytest.mark.parametrize(
    "text",
    [
        "password = os.environ['PASSWORD']",
        "password: ${DB_PASSWORD}",
        "password: <password>",
        "password=changeme",
        "password: ********",
        "api_key = 'your-api-key-here-0000'",
        "api_key: xxxxxxxxxxxxxxxxxxxxxxxx",
        "secret_key = get_secret('prod/key/2024')",
        "token = request.headers.get('Authorization')",
        "the password is incorrect",
        "password: str = None",
        "forgot your password? reset it",
        "max_tokens = 4096, token_count = 128000",
        "the secret is out: everyone knows",
        "postgres://user:password@localhost/db",
    ],
)
def test_what_stands_for_a_secret_is_none(text: str) -> None:
    assert [hit for hit in found(text) if hit[0] in ("password", "api_key", "token")] == []


def test_entropy_and_likelihood() -> None:
    assert entropy("aaaa") == 0.0
    assert entropy("abcd") == 2.0
    assert likely(noise(32))
    assert not likely("internationalization")
    assert placeholder("${TOKEN}")
    assert not placeholder(noise(20))
