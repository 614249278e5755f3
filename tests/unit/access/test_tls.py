"""TLS over real sockets: what is served, what is trusted, and who a client certificate is."""

from __future__ import annotations

import inspect
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509

from accord.access.certificates import Certificates, Granted, names
from accord.access.principals import Kind, Role, Unauthenticated
from accord.access.tls import client_context, renew, server_context
from accord.errors import ConfigError

from .pki import Authority, Pair, greeted, here, self_signed, serving

DAY = 86_400_000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def pair(root: Authority) -> Pair:
    return root.issue("server", here())


def now() -> int:
    return time.time_ns() // 1_000_000


def test_it_is_served_and_verified(root: Authority, pair: Pair) -> None:
    with serving(server_context(pair.certificate, pair.key)) as (port, _):
        said, version = greeted(client_context(ca=root.path), port)
    assert said == b"hello" and version == "TLSv1.3"


def test_old_versions_are_refused(root: Authority, pair: Pair) -> None:
    with serving(server_context(pair.certificate, pair.key)) as (port, _):
        context = client_context(ca=root.path)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        assert greeted(context, port)[1] == "TLSv1.2"
        old = ssl.create_default_context(cafile=str(root.path))
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            greeted(old, port)


def test_a_cipher_without_authenticated_encryption_is_refused(root: Authority, pair: Pair) -> None:
    with serving(server_context(pair.certificate, pair.key)) as (port, _):
        weak = ssl.create_default_context(cafile=str(root.path))
        weak.maximum_version = ssl.TLSVersion.TLSv1_2
        weak.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
        with pytest.raises(OSError):
            greeted(weak, port)


def test_the_wrong_host_a_stranger_and_an_expired_certificate_are_refused(root: Authority, tmp_path: Path) -> None:
    context = client_context(ca=root.path)
    elsewhere = root.issue("elsewhere", x509.DNSName("elsewhere.test"))
    with serving(server_context(elsewhere.certificate, elsewhere.key)) as (port, _):
        assert greeted(context, port, "elsewhere.test")[0] == b"hello"
        with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
            greeted(context, port)
    stranger = self_signed(tmp_path, "stranger")
    with (
        serving(server_context(stranger.certificate, stranger.key)) as (port, _),
        pytest.raises(ssl.SSLCertVerificationError, match="self-signed"),
    ):
        greeted(context, port)
    with (
        serving(server_context(stranger.certificate, stranger.key)) as (port, _),
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        greeted(client_context(), port)  # the system's trust
    expired = root.issue("expired", here(), begins=-3, ends=-2)
    yesterday = now() - 2 * DAY - DAY // 2
    with (
        serving(server_context(expired.certificate, expired.key, now=lambda: yesterday)) as (port, _),
        pytest.raises(ssl.SSLCertVerificationError, match="expired"),
    ):
        greeted(context, port)


def test_verification_cannot_be_turned_off() -> None:
    context = client_context()
    assert context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
    assert set(inspect.signature(client_context).parameters) == {"ca", "certificate", "key", "password", "now"}


def test_the_floor_is_ours_and_not_the_system_s(pair: Pair) -> None:
    for context in (client_context(), server_context(pair.certificate, pair.key)):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2 and context.security_level >= 2
        for cipher in context.get_ciphers():
            assert cipher["aead"] and (cipher["protocol"] == "TLSv1.3" or cipher["name"].startswith("ECDHE-"))


def test_session_keys_are_never_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    assert client_context().keylog_filename is None and not (tmp_path / "keys.log").exists()


def test_own_certificates_replace_those_of_the_system(root: Authority) -> None:
    [only] = client_context(ca=root.path).get_ca_certs()
    assert "root" in str(only["subject"])


def test_clients_show_certificates(root: Authority, pair: Pair, tmp_path: Path) -> None:
    billing = root.issue("billing", x509.UniformResourceIdentifier("spiffe://acme/billing"))
    granted = Certificates({"uri:spiffe://acme/billing": Granted("acme", Role.APP, frozenset({"chat"}))})
    context = server_context(pair.certificate, pair.key, client_ca=root.path)
    with serving(context) as (port, seen):
        known = client_context(ca=root.path, certificate=billing.certificate, key=billing.key)
        assert greeted(known, port)[0] == b"hello"
        with pytest.raises(OSError):
            greeted(client_context(ca=root.path), port)
        false = Authority(tmp_path, "false").issue("billing", x509.UniformResourceIdentifier("spiffe://acme/billing"))
        with pytest.raises(OSError):
            greeted(client_context(ca=root.path, certificate=false.certificate, key=false.key), port)
    principal = granted.check(seen[0])
    assert (principal.tenant, principal.role, principal.kind) == ("acme", Role.APP, Kind.CERTIFICATE)
    assert principal.scopes == {"chat"} and principal.expires is not None and len(seen) == 1
    assert "spiffe" not in repr(principal) + principal.id


def test_clients_may_show_certificates(root: Authority, pair: Pair) -> None:
    context = server_context(pair.certificate, pair.key, client_ca=root.path, clients_required=False)
    with serving(context) as (port, seen):
        assert greeted(client_context(ca=root.path), port)[0] == b"hello"
    assert seen == [{}]


PEER = {
    "subject": ((("organizationName", "acme"),), (("commonName", "billing"),)),
    "notAfter": "Jan  1 00:00:00 2030 GMT",
    "subjectAltName": (("DNS", "billing.internal"), ("email", "a@example.org"), ("IP Address", "10.0.0.1")),
}
APP, ADMIN = Granted("acme", Role.APP), Granted("acme", Role.ADMIN)


def test_the_names_of_a_certificate() -> None:
    assert names(PEER) == ("dns:billing.internal", "email:a@example.org", "ip:10.0.0.1", "cn:billing")


@pytest.mark.parametrize(
    ("granted", "peer"),
    [
        ({"cn:billing": APP}, None),
        ({"cn:billing": APP}, {}),
        ({}, PEER),
        ({"billing": APP, "cn:Billing": APP, "dns:billing": APP}, PEER),
        ({"cn:billing": APP, "dns:billing.internal": ADMIN}, PEER),
        ({"cn:billing": APP}, {**PEER, "notAfter": "Jan  1 00:00:00 2020 GMT"}),
    ],
)
def test_other_certificates_are_not_let_in(granted: dict[str, Granted], peer: dict[str, object] | None) -> None:
    with pytest.raises(Unauthenticated) as caught:
        Certificates(granted).check(peer)
    assert "billing" not in str(caught.value)


def test_the_same_name_is_the_same_person() -> None:
    one = Certificates({"cn:billing": APP}, now=lambda: 0).check(PEER)
    other = Certificates({"cn:billing": APP}).check({**PEER, "notAfter": "Jan  1 00:00:00 2031 GMT"})
    assert one.person == other.person and one.expires != other.expires


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640 | 0o020, 0o602, 0o660])
def test_a_key_that_others_can_read_or_change_is_refused(root: Authority, mode: int) -> None:
    pair = root.issue("open", here())
    pair.key.chmod(mode)
    with pytest.raises(ConfigError, match="others") as caught:
        server_context(pair.certificate, pair.key)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o440])
def test_a_key_of_its_owner_and_group_is_taken(root: Authority, mode: int) -> None:
    pair = root.issue("closed", here())
    pair.key.chmod(mode)
    server_context(pair.certificate, pair.key)


def test_a_certificate_that_anyone_can_change_is_refused(root: Authority) -> None:
    pair = root.issue("loose", here())
    pair.certificate.chmod(0o666)
    with pytest.raises(ConfigError, match="anyone can change"):
        server_context(pair.certificate, pair.key)


def test_files_that_do_not_do_say_why(root: Authority, pair: Pair, tmp_path: Path) -> None:
    other, locked = root.issue("other", here()), root.issue("locked", here(), password=b"open sesame")
    ended, later = root.issue("ended", here(), begins=-3, ends=-2), root.issue("later", here(), begins=2, ends=3)
    junk = tmp_path / "junk.pem"
    junk.touch(mode=0o600)
    junk.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    cases = [
        (pair.certificate, other.key, "not usable"),
        (pair.certificate, locked.key, "encrypted"),
        (ended.certificate, ended.key, "expired on"),
        (later.certificate, later.key, "valid from"),
        (junk, pair.key, "no certificate"),
        (pair.certificate, junk, "not usable"),
        (tmp_path / "none", pair.key, "no file"),
        (pair.certificate, tmp_path / "none", "no file"),
        (tmp_path, pair.key, "no file"),
    ]
    for certificate, key, says in cases:
        with pytest.raises(ConfigError, match=says):
            server_context(certificate, key)
    with pytest.raises(ConfigError, match="not usable") as caught:
        server_context(locked.certificate, locked.key, password=b"wrong horse")
    assert "horse" not in str(caught.value) + caught.value.hint
    server_context(locked.certificate, locked.key, password=b"open sesame")
    for ca in (junk, tmp_path / "none"):
        with pytest.raises(ConfigError):
            client_context(ca=ca)
    with pytest.raises(ConfigError, match="needs its key"):
        client_context(certificate=pair.certificate)


def test_a_certificate_is_renewed_while_it_serves(root: Authority, pair: Pair) -> None:
    context, newer = server_context(pair.certificate, pair.key), root.issue("newer", x509.DNSName("newer.test"))
    client = client_context(ca=root.path)
    with serving(context) as (port, _):
        greeted(client, port)
        with pytest.raises(ConfigError):
            renew(context, newer.certificate, pair.key)
        greeted(client, port)  # the one before is still in force
        renew(context, newer.certificate, newer.key)
        assert greeted(client, port, "newer.test")[0] == b"hello"
