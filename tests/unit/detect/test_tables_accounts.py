"""Passwords and user names in commands, files, logs and sentences, and what only reads like one."""

import pytest

from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector
from accord.detect.tables.accounts import personal
from accord.detect.tables.secret_value import spoken

DETECTOR = PatternDetector()
PASSWORD = "credential.password"
USER = "person.username"


def found(text: str, floor: float = 0.6) -> list[tuple[str, str]]:
    hits = DETECTOR.detect([Reading(text)], lambda: False)
    return [(h.category.removeprefix("privacy."), text[h.span.start : h.span.end]) for h in hits if h.score >= floor]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('export PGPASSWORD=pgShell77', 'pgShell77'),
        ("CREATE USER 'report'@'%' IDENTIFIED BY 'R3port!ng';", 'R3port!ng'),
        ("ALTER ROLE app WITH PASSWORD 'pgAppRole1';", 'pgAppRole1'),
        ('bindpw: LdapS3cret', 'LdapS3cret'),
        ('client.login("svc-batch", "b@tchM0de");', 'b@tchM0de'),
        ('session.auth = ("jbaker", "bakers-dozen-13")', 'bakers-dozen-13'),
        ('db.example.org:5432:sales:reporter:pgpass-99', 'pgpass-99'),
        ('the server login: admin / Adm1n#Srv', 'Adm1n#Srv'),
        ('openssl enc -aes-256-cbc -k encKey55', 'encKey55'),
        ('mytool --password Gh4st-town', 'Gh4st-town'),
        ('docker login -u jo -p s3cr3tpw', 's3cr3tpw'),
        ('passcode 882911', '882911'),
        ('new PIN for the card: 9031', '9031'),
        ('the alarm code is 7719.', '7719'),
        ('Der Türcode ist 4482.', '4482'),
        ('wifi pw is still GuestAccess_2023 ?', 'GuestAccess_2023'),
        ('the password for the portal is Sommer2024!', 'Sommer2024!'),
        ('my password M0therGoose does not work', 'M0therGoose'),
        ('(Kennwort Gotthard17). Seine', 'Gotthard17'),
        ('Mi contraseña de la web es Perrito2019* por si', 'Perrito2019*'),
        ("La password dell'area clienti è Vesuvio_79.", 'Vesuvio_79'),
        ('wachtwoord voor wifi is Tulp3nveld', 'Tulp3nveld'),
        ('"auth": "YWNtZWJvdDpEMGNrZXJQdWxsIQ=="', 'YWNtZWJvdDpEMGNrZXJQdWxsIQ=='),
        ('variable "db_password" { default = "Terra-f0rm" }', 'Terra-f0rm'),
        ('<input type="password" name="p" value="hunter2x">', 'hunter2x'),
        ('<input value="hunter2x" type="password">', 'hunter2x'),
        ('<!-- old pw: Winter99 -->', 'Winter99'),
        ('echo "sudoPw!1" | sudo -S apt update', 'sudoPw!1'),
        ('jdbc:oracle:thin:scott/tiger77@db:1521:orcl', 'tiger77'),
        ('password: Sommer2024! Please change it soon.', 'Sommer2024!'),
    ],
)  # fmt: skip
def test_a_password_in_its_place(text: str, value: str) -> None:
    assert [v for c, v in found(text) if c == PASSWORD] == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('Accepted password for rkowalczyk from 10.0.0.1', 'rkowalczyk'),
        ('Failed password for invalid user beatrix.s from 10.0.0.1', 'beatrix.s'),
        ('File "/home/bnakagawa/app/views.py", line 41', 'bnakagawa'),
        ('C:\\Users\\hschroeder\\venv\\lib\\site.py', 'hschroeder'),
        ('ssh oliver@10.1.1.1', 'oliver'),
        ('curl -u deployer:abc https://ci.example/job', 'deployer'),
        ('level=audit actor=priya.r action=export', 'priya.r'),
        ('machine ftp.example.org login ftpuser password abc123', 'ftpuser'),
        ('Benutzername urs_s, Kennwort', 'urs_s'),
        ('lvermeer:x:1001:1001:Lotte,Room 12:/home/lvermeer:/bin/bash', 'lvermeer'),
        ("Access denied for user 'orders_rw'@'10.0.0.2'", 'orders_rw'),
        ("CREATE USER 'report'@'%'", 'report'),
    ],
)  # fmt: skip
def test_a_user_name_in_its_place(text: str, value: str) -> None:
    assert (USER, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        'Our password policy is NIST-800',
        'access: read / write2',
        'the password is required',
        'password must contain 8 characters',
        'password: str | None',
        'api_key: str) -> dict[str, Any]',
        'password: string;',
        'password: Optional[str] = None',
        'password = os.environ["DB_PASSWORD"]',
        'PWD=/home/user/build',
        'password = getpass.getpass()',
        'your password is 8-16 characters long',
        'the password was last changed in spring',
        'Password for user1 is expired',
        'set the password to 12 characters or more',
        'passwords are stored as SHA-256 hashes',
        'pass: 12, fail: 3',
        'ls /home/user/ and /home/runner/work',
        'ssh ubuntu@host',
        'user=root uid=0',
        'auth = ("GET", "/path")',
        'login: name / email',
        'if password == other.password:',
        'Passwort vergessen? Neues Passwort anfordern',
        'Accepted password for root from host',
        'actor=self.user',
        '/etc/passwd: root:x:0:0:root:/root:/bin/bash',
        ' * @params x',
    ],
)  # fmt: skip
def test_what_only_reads_like_one(text: str) -> None:
    assert [hit for hit in found(text) if hit[0].startswith(("credential", "person"))] == []


def test_a_block_of_yaml_is_one_password() -> None:
    text = "ldap:\n  password: |\n    first line of it\n    second line\n  port: 389\n"
    assert found(text) == [(PASSWORD, "first line of it\n    second line")]


def test_what_a_sentence_can_call_a_password() -> None:
    assert all(spoken(value) for value in ("Gotthard17", "Vesuvio_79.", "Adm1n#Srv", "b@tchMode"))
    assert not any(
        spoken(value)
        for value in ("8-character", "sha256", "2024-01-05", "12", "v2.1.0", "required", "/srv/a1", "24h")
    )


def test_brackets_in_a_password_are_no_call() -> None:
    assert found('"password": "a(b)c9!X"') == [(PASSWORD, "a(b)c9!X")]
    assert found('"password": "read_secret(name)"') == []


def test_accounts_of_a_system_are_nobodys() -> None:
    assert personal("priya.r")
    assert not any(personal(value) for value in ("root", "www-data", "self.user", "12", "runner"))
