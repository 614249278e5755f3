"""E-mail addresses, handles and web addresses that lead to a person."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re

from accord.detect.tables.pattern import Edge, Pattern

EMAIL = "privacy.contact.email"
USERNAME = "privacy.person.username"
URL = "privacy.contact.url"

_LOCAL = r"[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.\-]"
_DOMAIN = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}.\-]*"
_LEADING = "'`{}|=/*&$!?#^.-"
_FILE_ENDINGS = frozenset(
    """
        png jpg jpeg gif svg webp css js ts py java md html json yaml yml lock min
        """.split()
)


_USERINFO = re.compile(r"://[^\s/@:]*:[^\s/@]*$")


def _address(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Trim what leans on an address: quotes, `mailto:`, an assignment, a dot that ends the sentence."""
    while start < end and text[start] in _LEADING:
        start += 1
    value = text[start:end]
    local = value.rpartition("@")[0]
    for mark in ("=", "/", "'", "|", "?", "&"):
        if mark in local and not local.startswith('"'):
            head = local.rpartition(mark)
            start += len(head[0]) + 1
            local = head[2]
    domain = text[start:end].rpartition("@")[2]
    top = domain.rpartition(".")[2]
    if _USERINFO.search(text[max(0, start - 64) : start]):
        return None
    if not local or top.isdigit() or top.casefold() in _FILE_ENDINGS or ".." in domain:
        return None
    if (start and text[start - 1] in "@") or text[end : end + 1] == "@":
        return None
    return start, end


_TOP_LEVEL = frozenset(
    """
        com org net edu gov mil int io co dev app ai me info biz name eu de at ch fr be nl lu es pt it uk ie
        dk se no fi is pl cz sk hu ro bg gr hr si ee lv lt ua ru tr us ca mx br ar cl pe au nz in pk cn jp kr
        tw hk sg my th id ph vn za ng ke eg ma il ae sa
        """.split()
)


_WORDS_TOO = frozenset(
    ["in", "it", "is", "no", "at", "be", "me", "us", "my", "id", "name", "de", "es", "se", "si", "co", "so", "fi"]
)


def _spelled(value: str) -> bool:
    """An address in words has a mark at one of its places, or ends in a domain of the top level."""
    folded = value.casefold()
    if re.search(
        r"[(\[{<]\s*(?:at|dot|punkt|punto|point|ponto|arroba|chiocciola|apestaartje|ät|@|\.)\s*[)\]}>]", folded
    ):
        return True
    words = folded.replace(".", " ").split()
    if words[-1] in _WORDS_TOO and not {"dot", "punkt", "kropka"} & set(words):
        return False
    return words[-1] in _TOP_LEVEL and any(
        word in ("dot", "punkt", "punto", "point", "ponto", "punt", "kropka") for word in words
    )


def _handle(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A handle in prose; `@` also begins decorators, scoped packages, versions and rules of style sheets."""
    before = text[start - 1] if start else " "
    if not (before.isspace() or before in "(\"'[,:;>“‘/*_~-." or ord(before) >= 0x2E80):
        return None
    after = text[end : end + 1]
    if after in ("/", "(", "@", "{", "<") or (
        after == "." and text[end + 1 : end + 2].isalnum() and not text[end + 1 : end + 2].isupper()
    ):
        return None
    name = text[start + 1 : end].rstrip(".")
    if name.casefold() in _NOT_HANDLES or not any(c.isalpha() for c in name):
        return None
    line = text[max(0, start - 80) : start].rpartition("\n")[2]
    if line.strip() in ("/**", "///", "//", "--") or (line.strip() == "*" and line[:1].isspace()):
        return None  # a tag of a documentation comment
    if not line.strip() and text[end : end + 1] in ("\n", "(") and "\n" in text[end : end + 80]:
        following = text[end : end + 80].lstrip()
        if re.match(
            r"(?:async |public |private |protected |static |final |export )*(?:def|class|interface|enum|void|@)",
            following,
        ):
            return None
    return start, start + 1 + len(name)


_NOT_HANDLES = frozenset(
    """
        media import charset keyframes supports font-face page layer property namespace param return returns
        throws deprecated override author since see link todo staticmethod classmethod dataclass
        abstractmethod cache lru_cache contextmanager fixture override autowired bean component service inject
        input output nullable nonnull test before after beforeeach aftereach suppresswarnings
        functionalinterface safevarargs entity table column id everyone here channel types latest next beta
        home work office noon midnight params decorator decorators parameter parameters annotation wraps overload
        final abstract functools pytest mock patch click app router template typedef example examples internal readonly
        public private protected static type types typeparam version license copyright file fileoverview module default gmail hotmail yahoo outlook example a the all least most
        """.split()
)

_SITES = (
    r"(?:[a-z0-9-]+\.)?linkedin\.com/(?:in|pub)/|(?:www\.|m\.|[a-z]{2}-[a-z]{2}\.)?facebook\.com/(?:profile\.php\?id=|people/)?|(?:www\.)?instagram\.com/|"
    r"(?:www\.|mobile\.)?(?:twitter|x)\.com/|(?:www\.)?tiktok\.com/@|(?:www\.)?github\.com/|(?:www\.)?gitlab\.com/|t\.me/|(?:www\.)?reddit\.com/u(?:ser)?/|"
    r"(?:www\.)?youtube\.com/(?:@|user/)|(?:www\.)?medium\.com/@|(?:www\.)?xing\.com/profile/|(?:www\.)?pinterest\.[a-z.]{2,6}/|(?:www\.)?snapchat\.com/add/|"
    r"(?:www\.)?twitch\.tv/|(?:www\.)?flickr\.com/(?:people|photos)/|(?:www\.)?researchgate\.net/profile/|orcid\.org/|wa\.me/|(?:www\.)?quora\.com/profile/|"
    r"bsky\.app/profile/|(?:www\.)?threads\.net/@|mastodon\.[a-z]{2,10}/@|keybase\.io/|(?:www\.)?strava\.com/athletes/|(?:www\.)?stackoverflow\.com/users/"
)
_SITE_PAGES = frozenset(
    """
        about help explore login signup sign_up settings privacy terms legal search home jobs features pricing
        topics trending collections marketplace sponsors hashtag i intent share sharer sharer.php watch groups
        events pages p reel reels stories tv directory orgs organizations notifications new account apps
        enterprise customer-stories readme security docs blog tags policies developer developers business ads
        plugins dialog photo.php
        """.split()
)


def _profile(value: str) -> bool:
    """A page of a person on a site that gives everyone one: a single name after the site, no page of the site."""
    path = re.sub(r"^[a-z]+://", "", value, flags=re.IGNORECASE).partition("/")[2].rstrip("/.,;:!?)")
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if "profile.php?id=" in value:
        return True
    if not parts or parts[0].casefold() in _SITE_PAGES:
        return False
    site = value.casefold()
    single = any(
        name in site
        for name in tuple(
            """
        github.com gitlab.com facebook.com instagram.com twitter.com //x.com .x.com pinterest twitch
        """.split()
        )
    )
    return not single or len(parts) == 1


def _known(value: str) -> bool:
    """A user in a web address who is not the `user:pass` of a manual."""
    user = value.partition("://")[2].partition("@")[0].partition(":")[0].casefold()
    return user not in ("user", "username", "usr", "name", "git", "login", "foo")


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Without the punctuation of the sentence around it."""
    while end > start and text[end - 1] in ".,;:!?'\")]}>*":
        end -= 1
    return start, end


_TAIL = r"[^\s<>\"'`\\]"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "email", EMAIL, rf"{_LOCAL}+@{_DOMAIN}\.(?:xn--[a-zA-Z0-9-]+|[\p{{L}}][\p{{L}}\p{{M}}]+)", 0.95, 0.97, 0.95, None, True, (),
        _address, Edge.FREE, r"@[\p{L}\p{N}]",
    ),
    Pattern("email.quoted", EMAIL, rf'"[^"\n@]+"@{_DOMAIN}\.[\p{{L}}]{{2,}}', 0.85, edge=Edge.FREE, gate='"@'),
    Pattern("email.literal", EMAIL, rf"{_LOCAL}+@\[(?:IPv6:)?[0-9a-fA-F.:]{{3,}}\]", 0.85, edge=Edge.FREE, gate=r"@\["),
    Pattern("email.local_host", EMAIL, r"(?i)\bmailto:([^\s\"'<>?@]+@[a-z0-9.\-]+[a-z0-9])", 0.9, edge=Edge.FREE),
    Pattern(
        "email.encoded", EMAIL, r"(?i)[a-z0-9._+\-]+%40(?:[a-z0-9\-]+\.){1,8}[a-z]{2,24}", 0.9, edge=Edge.FREE, gate="%40",
    ),
    Pattern(
        "email.spelled", EMAIL,
        r"(?i)[\p{L}\p{N}_+\-]+(?:(?:\.|\s?[(\[{<]\s?(?:dot|punkt|punto|point|\.)\s?[)\]}>]\s?|\s(?:dot|punkt|punto|point|ponto)\s)[\p{L}\p{N}_+\-]+){0,3}"
        r"\s{0,2}(?:[(\[{<]\s?(?:at|@|ät|arroba|chiocciola|apestaartje)\s?[)\]}>]|\s(?:at|ät|arroba|chiocciola|arobase|apestaartje)\s)\s{0,2}"
        r"[\p{L}\p{N}\-]+(?:\s{0,2}(?:\.|[(\[{<]\s?(?:dot|punkt|punto|point|ponto|punt|kropka|\.)\s?[)\]}>]|\s(?:dot|punkt|punto|point|ponto|punt|kropka)\s)\s{0,2}[\p{L}\p{N}\-]{2,}){1,4}",
        0.8, 0.9, 0.8, _spelled, False, (), None, Edge.WORD,
        r"(?i)(?:[(\[{<]\s?(?:at|@|ät|arroba|chiocciola|apestaartje|dot|punkt|punto|point)\s?[)\]}>]|\s(?:at|ät|arroba|chiocciola|arobase|apestaartje)\s[\p{L}\p{N}\-]+\s(?:dot|punkt|punto|point|ponto|punt|kropka)\s)",
    ),
    Pattern("email.spaced", EMAIL, r"\b[A-Za-z0-9._+\-]+\s?@\s[A-Za-z0-9\-]+\s?\.\s?(?:com|org|net|edu|gov|io|de|fr|uk|co\.uk|es|it|nl|eu|ch|at|be|ca|au|in|br|jp)\b", 0.75, edge=Edge.WORD, gate=r"@\s"),
    Pattern("handle", USERNAME, r"@[\p{L}_][\p{L}\p{N}_.]+", 0.7, reach=_handle, edge=Edge.FREE),
    Pattern("handle.fediverse", USERNAME, r"@[A-Za-z0-9_]+@(?:[a-z0-9\-]+\.)+[a-z]{2,24}", 0.9, edge=Edge.FREE, gate=r"@[A-Za-z0-9_]+@"),
    Pattern(
        "handle.labelled", USERNAME,
        r"(?i)\b(?:user ?name|user id|userid|login|screen ?name|nick ?name|handle|gamertag|skype(?: id)?|telegram|discord|benutzername|nutzername|identifiant|nom d'utilisateur|usuario|nombre de usuario|nome utente|gebruikersnaam|nome de usuário)"
        r"(?:[\"'`]?\s?[:=]\s?|\s(?:is|ist|est|es|è|lautet)\s?:?\s)[\"'`]?([\p{L}0-9][\p{L}\p{N}_.\-#]{2,})", 0.6, check=lambda value: any(c.isdigit() or c in "_.#-" for c in value.rstrip(".")),
        edge=Edge.FREE, reach=_trim,
    ),
    Pattern("url.profile", URL, rf"(?i)(?:https?://|\b)(?:{_SITES})[\p{{L}}\p{{N}}_.%~@\-]{{2,}}(?:/{_TAIL}*)?", 0.75, check=_profile, reach=_trim, edge=Edge.FREE, gate=rf"(?i)(?:{_SITES})[^\s/]"),
    Pattern(
        "url.home", URL, rf"(?i)\bhttps?://[^\s/]{{3,}}/(?:{_TAIL}*/)?(?:~[a-z][a-z0-9_\-.]+|(?:(?:users?|u|profiles?|members?|people|author|team|staff)/|@)[\p{{L}}0-9@][\p{{L}}\p{{N}}_.\-%]+)(?:[/?#]{_TAIL}*)?",
        0.6, reach=_trim, edge=Edge.FREE, gate=r"(?i)/(?:~[a-z]|(?:(?:users?|u|profiles?|members?|people|author|team|staff)/|@)[\p{L}0-9@])",
    ),
    Pattern(
        "url.userinfo", URL, rf"(?i)\b[a-z][a-z0-9+.\-]{{1,20}}://[^\s/?#@:\"'<>]+(?::[^\s/?#@\"'<>]*)?@[a-z0-9\[\]._:\-]+(?:[/?#]{_TAIL}*)?", 0.7, check=_known, reach=_trim, edge=Edge.FREE,
        gate=r"://[^\s/]+@",
    ),
    Pattern(
        "url.query", URL,
        rf"(?i)\bhttps?://[^\s?\"'<>]{{3,}}\?(?:{_TAIL}*&)?(?:e?-?mail|user|username|user_?id|uid|login|name|first_?name|last_?name|phone|tel|token|access_token|auth|session|sid|key|api_?key|code|sig|signature|invite|reset)=[^&\s\"'<>]{{3,}}{_TAIL}*",
        0.6, reach=_trim, edge=Edge.FREE, gate=r"\?[^\s]*=",
    ),
    Pattern(
        "url.share", URL, rf"(?i)\bhttps?://(?:docs|drive|sheets|forms)\.google\.com/{_TAIL}{{10,256}}|\bhttps?://(?:[a-z0-9-]+\.)?(?:dropbox\.com/(?:s|scl)/|sharepoint\.com/:|1drv\.ms/|zoom\.us/j/|meet\.google\.com/|calendly\.com/){_TAIL}{{4,256}}",
        0.55, reach=_trim, edge=Edge.FREE, gate=r"(?i)(?:docs|drive|sheets|forms)\.google\.com/|dropbox\.com/s|sharepoint\.com/:|1drv\.ms/|zoom\.us/j/|meet\.google\.com/|calendly\.com/",
    ),
)  # fmt: skip
"""Addresses (RFC 5321, RFC 6531, RFC 5890), and web addresses (RFC 3986) only where they lead to a person."""
