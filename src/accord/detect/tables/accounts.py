"""Passwords and user names as commands, files, logs and sentences give them."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re
from collections.abc import Callable

from accord.detect.tables.keys import basic
from accord.detect.tables.pattern import Edge, Pattern
from accord.detect.tables.secret_value import password_like, placeholder, spoken

PASSWORD = "privacy.credential.password"  # noqa: S105 - a category
API_KEY = "privacy.credential.api_key"
USERNAME = "privacy.person.username"

SYSTEM_ACCOUNTS = frozenset(
    """
    root admin administrator system daemon nobody guest anonymous unknown user users service default test www-data git
    postgres mysql redis nginx ubuntu str string int integer bool boolean object any none null optional required
    ec2-user centos debian fedora rocky alpine vagrant runner runneradmin jenkins gitlab-runner circleci travis
    codespace vscode node app appuser worker deploy build builder ci bot apache httpd tomcat mongodb oracle hadoop
    elastic kibana grafana prometheus sshd ftp bin sys sync games man lp mail news uucp proxy backup list irc pi
    linuxbrew shared public all me you your name username youruser yourname your-user your_user myuser example foo bar
    demo localhost container docker nobody4 sa dbo account login usr owner web www http https home work password from via get post put head patch delete
    with by for on in at to and or the is not was has host self this request current_user cls ctx args config undefined
    """.split()
)
"""Accounts and words that belong to a system, a type or a sentence, and to nobody."""

_IDENTIFIER = re.compile(
    r"(?:self|this|request|req|user|users|current_user|cls|ctx|args|config|settings|os|env)[.\[(]"
)


def personal(value: str) -> bool:
    """Whether an account can be somebody's: no system account, no variable, at least one letter."""
    text = value.rstrip(".,:;-")
    if len(text) < 2 or text.casefold() in SYSTEM_ACCOUNTS or _IDENTIFIER.match(text):
        return False
    return any(c.isalpha() for c in text) and not ("." in text and placeholder(text.replace(".", "")))


def _marked(value: str) -> bool:
    text = value.rstrip(".,:;-")
    return personal(text) and any(c.isdigit() or c in "_.-" for c in text)


def _given(value: str) -> bool:
    return len(value.strip()) >= 3 and not placeholder(value)


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Without the marks that end its sentence or its clause."""
    while end > start and text[end - 1] in ".,;:?)]}":
        end -= 1
    return (start, end) if end - start >= 2 else None


_ABOUT = re.compile(
    r"(?i)\b(?:polic|fields?\b|manager|hash|length|column|variable|reset|algorithm|versions?\b|tables?\b|function|method|files?\b|rules?\b|expire|standard|richtlinie)"
)


def _told(text: str, start: int, end: int) -> tuple[int, int] | None:
    """What a sentence says a password is; not what it says of its policy, its field, its hash."""
    clause = text[max(0, start - 90) : start].rpartition("\n")[2].rpartition(". ")[2]
    return None if _ABOUT.search(clause) else _trim(text, start, end)


def _block(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A YAML block scalar: its first line and what follows at the same depth or deeper (YAML 1.2, 8.1)."""
    depth = start - (text.rfind("\n", 0, start) + 1)
    while text[end : end + 1] == "\n" and text[end + 1 : end + 1 + depth].strip(" \t") == "":
        line = text.find("\n", end + 1)
        stop = len(text) if line < 0 else line
        if not text[end + 1 : stop].strip() or stop - start > 4096:
            break
        end = stop
    return start, end


_KEYWORD = (
    r"(?:password|passwd|passwort|kennwort|passphrase|passcode|mot de passe|contraseña|contrasena|palavra-passe|senha|wachtwoord|"
    r"hasło|lösenord|salasana|adgangskode|passord|пароль|şifre|parola)"
)
_CODE = (
    r"(?:pin|puk|passcode|(?:door|gate|alarm|access|entry|lock|safe|unlock|voicemail)[ -]?(?:code|pin)|(?:tür|tuer|haus|alarm|zugangs|tresor|entsperr)-?code|"
    r"code (?:de la porte|d'accès|d'entrée|secret)|código (?:de acceso|de la puerta|secreto)|codice (?:d'accesso|segreto))"
)
_OPEN = r"[\"'`“„«]?"
_SHUT = r"[^\s\"'`“”„«»<>,;]"
_IS = r"(?:is|was|ist|lautet|war|est|es|era|è|é|jest|är|er)"
_STILL = (
    r"(?:\s(?:now|still|just|currently|noch|jetzt|nun|toujours|maintenant|ahora|todavía|ora|adesso|ancora|nu|nog))?"
)
_LOGIN = r"(?i)\b(?:login|log_in|sign_?in|authenticate|auth|basic_?auth|http_?basic_?auth|(?:set_?)?credentials)\s?(?:=\s?(?:\w+\s?)?)?\(\s?"
_PAIR = r"(?i)\b(?:login|credentials?|creds|zugangsdaten|zugang|identifiants)\s{0,2}[:=]\s{0,2}[\"'`]?"
_SSH = r"\b(?:Accepted|Failed) (?:password|publickey|none|keyboard-interactive(?:/pam)?) for (?:(?:invalid|illegal) user )?"


def _row(
    name: str, category: str, regex: str, score: float, check: Callable[[str], bool] = _given, gate: str = "",
    trim: bool = False,
) -> Pattern:  # fmt: skip
    reach = _told if name == "said" else _trim if trim else None
    return Pattern(
        f"account.{name}", category, regex, score, check=check, edge=Edge.FREE, gate=gate, reach=reach,
        proves=False,
    )  # fmt: skip


PATTERNS: tuple[Pattern, ...] = (
    _row("joined", PASSWORD, rf"(?i)\b(?:[a-z]{{1,12}}(?:password|passwd)|(?:bind|root|user|db|admin|ldap|my_?sql_?|smtp)_?pw|mysql_pwd|requirepass|pswd|pw)[\"']?\s{{0,2}}(?:=|:|\bis\b|\bist\b)\s{{0,2}}{_OPEN}({_SHUT}{{3,128}})", 0.8, password_like, r"(?i)(?:password|passwd|pw|pwd|pass)[\"']?\s{0,2}(?:[=:]|is)", trim=True),
    _row("pass", PASSWORD, rf"(?i)(?:^|[^\p{{L}}\p{{N}}])(?:pw|pass|psw)(?:{_STILL}\s{{0,2}}[:=]|\s{_IS}{_STILL})\s{{0,2}}{_OPEN}({_SHUT}{{4,128}})", 0.6, spoken, trim=True),
    _row("sql", PASSWORD, r"(?i)\b(?:identified (?:with \S{1,40} )?by|(?:with|encrypted) password|set password(?: for \S{1,80})?\s?=)\s{0,2}(?:password\()?'([^'\n]{3,128})'", 0.9),
    _row("call", PASSWORD, _LOGIN + r"[\"'][^\"'\n]{1,64}[\"'],\s?[\"']([^\"'\n]{3,128})[\"']", 0.85, password_like),
    _row("call.user", USERNAME, _LOGIN + r"[\"']([\w.@+\-]{2,64})[\"'],\s?[\"'][^\"'\n]{3,128}[\"']", 0.7, personal),
    _row("oracle", PASSWORD, r"\bjdbc:oracle:(?:thin|oci8?):[\w.\-]{1,64}/([^\s@\"']{3,64})@", 0.9),
    _row("oracle.user", USERNAME, r"\bjdbc:oracle:(?:thin|oci8?):([\w.\-]{2,64})/[^\s@\"']{3,64}@", 0.7, personal),
    _row("pgpass", PASSWORD, r"(?m)^[A-Za-z*][\w.\-]*:(?:[0-9]{4,5}|\*):[A-Za-z_*][\w\-]*:[A-Za-z_*][\w.@\-]*:(\S{3,128})$", 0.85),
    _row("pgpass.user", USERNAME, r"(?m)^[A-Za-z*][\w.\-]*:(?:[0-9]{4,5}|\*):[A-Za-z_*][\w\-]*:([A-Za-z_][\w.@\-]{1,63}):\S{3,128}$", 0.7, personal),
    _row("pair", PASSWORD, _PAIR + rf"[\w.@+\-]{{2,64}}[\"'`]?\s?/\s?{_OPEN}({_SHUT}{{4,128}})", 0.75, spoken, trim=True),
    _row("pair.user", USERNAME, _PAIR + r"([\w.@+\-]{2,64})[\"'`]?\s/\s\S{4,128}", 0.6, personal),
    _row("option", PASSWORD, r"(?i)\s--?(?:password|passwd|pass|passphrase|storepass|keypass|requirepass)[= ][\"']?([^\s\"'<>$\-][^\s\"'<>]{3,127})", 0.75, spoken),
    _row("openssl", PASSWORD, r"\bopenssl\b[^\n]{0,160}?\s-k [\"']?([^\s\"'<>$\-][^\s\"']{2,127})", 0.85),
    _row("openssl.pass", PASSWORD, r"\s-pass(?:in|out)? pass:([^\s\"']{3,127})", 0.85),
    _row("registry", PASSWORD, r"\b(?:docker|podman|helm registry) login\b[^\n]{0,160}?\s(?:-p\s?|--password[ =])[\"']?([^\s\"'$\-][^\s\"']{2,200})", 0.85),
    _row("redis", PASSWORD, r"\bredis-cli\b[^\n]{0,120}?\s-a [\"']?([^\s\"'$\-][^\s\"']{2,127})", 0.85),
    _row("sudo", PASSWORD, r"\becho (?:-n )?[\"']?([^\"'\s|]{3,64})[\"']?\s?\|\s?sudo\b[^\n]{0,40}\s-[A-Za-z]*S", 0.85),
    _row("said", PASSWORD, rf"(?i)(?:^|[^\p{{L}}]){_KEYWORD}(?:['’]s)?(?:\s[\p{{L}}\p{{N}}'’._\-]{{1,24}}){{0,6}}?\s(?:{_IS}|to){_STILL}\s?:?\s{_OPEN}({_SHUT}{{5,128}})", 0.65, spoken, rf"(?i){_KEYWORD}", trim=True),
    _row("beside", PASSWORD, rf"(?i)(?:^|[^\p{{L}}\-_]){_KEYWORD}\s{_OPEN}({_SHUT}{{6,128}})", 0.6, spoken, rf"(?i){_KEYWORD}", trim=True),
    _row("code", PASSWORD, rf"(?i)(?:^|[^\p{{L}}]){_CODE}(?:\s{{0,2}}[:=#]?\s{{0,2}}|(?:\s\p{{L}}{{1,14}}){{0,4}}(?:\s?[:=]|\s{_IS}{_STILL}\s?:?)\s{{0,2}})([0-9]{{4,8}})(?:$|[^0-9\p{{L}}_.,:/\-]|[.,](?:\s|$))", 0.65, lambda value: True),
    _row("docker", PASSWORD, r"\"auth\"\s{0,2}:\s{0,2}\"([A-Za-z0-9+/]{8,}={0,2})\"", 0.9, basic),
    _row("terraform", PASSWORD, r"(?i)\bvariable\s+\"[^\"\n]*(?:password|passwd|secret|token|api_?key)[^\"\n]*\"\s*\{[^}]{0,300}?\bdefault\s*=\s*\"([^\"\n]{3,256})\"", 0.85),
    _row("input", PASSWORD, r"(?i)<input\b[^>]{0,300}\b(?:type|name|id)=[\"']?[\w\-]{0,32}password\b[^>]{0,300}?\bvalue=[\"']([^\"'>]{3,128})[\"']", 0.9),
    _row("input.before", PASSWORD, r"(?i)<input\b[^>]{0,300}\bvalue=[\"']([^\"'>]{3,128})[\"'][^>]{0,300}?\b(?:type|name|id)=[\"']?[\w\-]{0,32}password\b", 0.9),
    Pattern("account.block", PASSWORD, r"(?i)(?:password|passwd|passphrase|secret)[\w\-]{0,40}:[ \t]*[|>][+\-]?[ \t]*\n[ \t]+(\S[^\n]*)", 0.8, check=_given, reach=_block, edge=Edge.FREE, gate=r"[|>][+\-]?[ \t]*\n"),
    _row("laravel", API_KEY, r"\bAPP_KEY\s?=\s?[\"']?(base64:[A-Za-z0-9+/]{40,}={0,2})", 0.95),
    _row("sshd", USERNAME, _SSH + r"([\w.@\\\-]{2,64})", 0.85, personal),
    _row("logged", USERNAME, r"\b(?:(?:[Ii]nvalid|[Ii]llegal|[Uu]nknown) user|session (?:opened|closed) for user|[Aa]ccess denied for user|authentication failure for) '?([\w.@\\\-]{2,64})", 0.75, personal),
    _row("home", USERNAME, r"(?:(?:^|[^\w.])/(?:home|Users|var/home|export/home)/|\b[A-Za-z]:(?:\\{1,2}|/)(?:Users|Documents and Settings)(?:\\{1,2}|/))([\w.\-]{2,64})", 0.7, personal, trim=True),
    _row("remote", USERNAME, r"\b(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id)(?:\s[^\s@]{1,60}){0,6}?\s([A-Za-z_][\w.\-]{1,31})@[\w.\[]", 0.75, personal),
    _row("client", USERNAME, r"\b(?:curl|docker|podman|mysql|mysqldump|mariadb|psql|mongosh?|smbclient)\b[^\n]{0,120}?(?:\s(?:-u|-U)\s?|\s--user(?:name)?[ =])[\"']?([A-Za-z_][\w.\-]{1,63})", 0.7, personal),
    _row("netrc", USERNAME, r"(?i)\b(?:machine\s+\S{1,128}|default)\s+login\s+(\S{2,64})", 0.85, personal),
    _row("actor", USERNAME, r"\b(?:actor|principal|remote_user|r?user|suser|duser|logname|acct|samaccountname|account_name)=[\"']?([A-Za-z_][\w.@\\\-]{1,63})(?:$|[\s\"',;&|)\]])", 0.65, personal, trim=True),
    _row("created", USERNAME, r"(?i)\b(?:create|alter|drop) (?:user|role|login) (?:if (?:not )?exists )?(?:['\"`\[]([\w.\-]{2,64})['\"`\]])", 0.75, personal),
    _row("named", USERNAME, rf"(?i)\b(?:user ?name|benutzername|nutzername|benutzer|identifiant|usuario|utente|gebruikersnaam|anmeldename)(?:\s{_IS})?\s{_OPEN}([A-Za-z][\w.\-]{{2,63}})", 0.6, _marked, trim=True),
    _row("passwd", USERNAME, r"(?m)^([a-z_][\w.\-]{1,31}):[x*!]?:[1-9][0-9]{3,9}:[0-9]{1,10}:[^:\n]*:/[^:\n]*:/\S*$", 0.8, personal),
)  # fmt: skip
"""Clients and shells by their options, files by their form, logs and sentences by their words."""
