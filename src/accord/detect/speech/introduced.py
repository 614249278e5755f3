"""Names and addresses that are announced in speech, however the recogniser wrote them down.

In writing, what is announced looks like a name or an address. In a transcript it is a guess at a word that the
recogniser may never have seen: `this is Godofeng speaking`, `write to maria.costuetexample.net`. What stands between
an announcement and what regularly follows it is taken for what was announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.repeats import COMMON

NAME, MAIL = "privacy.person.name", "privacy.contact.email"

_SURE, _LIKELY = 0.85, 0.7
_MOST = 4  # words of a name
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")

# Beyond doubt: whatever follows is a name, whether the recogniser took it for one or not.
_TOLD = re.compile(
    r"(?i)\b(?:(?:my|his|her|their|the|full|last|first|your)\s+name(?:'s|’s|\s+is|\s+was)|me llamo|mi nombre es"
    r"|je m['’]appelle|mon nom est|ich hei(?:ß|ss)e|mein name ist|mi chiamo|meu nome é|mijn naam is)\s+(?=\w)"
)
# A name or something else: told by a capital, or by what stands behind it.
_ASKED = re.compile(
    r"(?i)\b(?:this\s+is|it['’]?s|(?:is|am|are|['’]re|['’]m)\s+(?:now\s+)?(?:speaking|talking)\s+(?:with|to)"
    r"|(?:speak|talk|spoken|talked)\s+(?:with|to)"
    r"|(?:put|get|pass|connect|transfer)\s+(?:me|you|us|him|her|them)\s+(?:through\s+)?(?:to|with)"
    r"|(?:ask|asked|asking|looking|message|call)\s+for|on\s+behalf\s+of|make\s+(?:it|that|this)\s+out\s+to"
    r"|(?:aquí|al habla|le habla|habla|soy|ici|c['’]est|hier ist|hier spricht|parla|sono|aqui é|fala))\s+(?=\w)"
)
_BEHIND = re.compile(
    r"(?i)[\s,.]+(?:speaking|here|calling|on the (?:line|phone)|am apparat|à l['’]appareil|al aparato)\b"
)
_ENDS = frozenset(
    """
    and or but i i'm i’m i'd i've i'll he she it we you they from with of at in on to for by about as is was are has
    had have will would calling speaking here please again if so because who that when then there now how what thank
    thanks hello hi good y et und e ed mais pero aber je ich soy estoy
    """.split()
)
_NEVER = (
    frozenset(
        """
    a an the this that these those my your his her our their some any no not just all each every me him us them
    someone somebody anyone anybody everyone something anything help support customer customers sales service
    reception
    manager directions advice information time what why more less only very really too quite going trying calling
    being getting doing asking about like un una le la les der die das ein eine einen el los las il lo
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december english french german spanish italian christmas easter god
    """.split()
    )
    | _ENDS
)

_TOP = r"com|org|net|edu|gov|io|info|biz|eu|uk|de|fr|es|it|nl|be|ch|at|pl|pt|se|no|dk|fi|ie|us|ca|au|nz|br|mx|jp|za"
_HOST = re.compile(rf"(?i)[\w\-.@]*\w(?:\.|\s+dot\s+)(?:{_TOP})\b(?![\w\-])")
_MAIL_CUE = re.compile(
    r"(?i)\b(?:writ(?:e|ing)|e-?mails?|mails?|mailed|send|sent|forward|invoice|reply|address|reach|contact|correo|courriel"
    r"|adresse|schreib\w*|posta|endereço)\b"
)
_LEADS = frozenset("to too is on es est ist è é an".split())
_SKIPPED = frozenset("me us him her them at address mail email e-mail a to".split())
_SIGNS = re.compile(r"(?i)\bunderscore\b|\bat sign\b|\barroba\b|\bklammeraffe\b|\bunterstrich\b|\barobase\b")
_REACH = 90  # characters between a cue and the end of an address
_LEFT, _RIGHT, _SIGN_LEFT = 10, 5, 2  # words of an address


def introduced(readings: Sequence[Reading], stop: Stop) -> list[Hit]:
    """Hits for names and e-mail addresses that are announced in spoken readings."""
    found: list[Hit] = []
    for index, reading in enumerate(readings):
        if reading.reader != "speech":
            continue
        if stop():
            break
        found += [Hit(index, span, NAME, score) for span, score in names(reading.text)]
        found += [Hit(index, span, MAIL, _LIKELY) for span in addresses(reading.text)]
    return found


def names(text: str) -> Iterator[tuple[Span, float]]:
    """Names that are announced, and how sure each is."""
    for cue in _TOLD.finditer(text):
        span, _ = _run(text, cue.end())
        if span is not None:
            yield span, _SURE
    for cue in _ASKED.finditer(text):
        span, capitals = _run(text, cue.end())
        if span is None:
            continue
        if _BEHIND.match(text, span.end):
            yield span, _SURE
        elif capitals:
            yield Span(span.start, capitals), _LIKELY


def _run(text: str, start: int) -> tuple[Span | None, int]:
    """Up to four words that may be a name, and where those with a capital end; 0 where the first has none."""
    end, capitals, at = start, 0, start
    for number in range(_MOST):
        word = _WORD.match(text, at)
        if word is None or word[0].lower() in (_ENDS if number else _NEVER):
            break
        if word[0][0].isupper() and capitals == (end if number else 0):
            capitals = word.end()
        end = word.end()
        if text[end : end + 1] != " ":
            break
        at = end + 1
    if end - start < 2 or text[start:end] in COMMON:
        return None, 0
    return Span(start, end), capitals


def addresses(text: str) -> list[Span]:
    """E-mail addresses as recognisers write them: with `at` and `dot` as words, as signs, or run together."""
    found: list[Span] = []
    for host in _HOST.finditer(text):
        start = _after_cue(text, host.start(), host.end())
        dots = host[0].count(".") + host[0].lower().count(" dot ")
        run_together = dots > 1 and not host[0].lower().startswith("www")
        if start is not None or "@" in host[0] or run_together:
            found.append(Span(host.start() if start is None else start, host.end()))
    for sign in _SIGNS.finditer(text):
        start = _after_cue(text, sign.start(), sign.start())
        if start is None:
            before = list(_WORD.finditer(text, max(0, sign.start() - _REACH), sign.start()))[-_SIGN_LEFT:]
            start = before[0].start() if before else sign.start()
        words = list(_WORD.finditer(text, sign.end(), _clause(text, sign.end())))[:_RIGHT]
        found.append(Span(start, words[-1].end() if words else sign.end()))
    return _joined(found)


def _after_cue(text: str, before: int, end: int) -> int | None:
    """Where an address starts that a cue announces: behind the words that lead from it; None without a cue."""
    begin = max(0, before - _REACH, *(text.rfind(mark, 0, before) + 1 for mark in (". ", "? ", "! ", "\n")))
    cues = list(_MAIL_CUE.finditer(text, begin, before))
    if not cues:
        return None
    words = list(re.finditer(r"[^\s,:]+", text[cues[-1].end() : end]))
    starts = [word.start() + cues[-1].end() for word in words]
    low = [word[0].lower() for word in words]
    first = max((at + 1 for at, word in enumerate(low[:-1]) if word in _LEADS), default=0)
    while first < len(low) - 1 and low[first] in _SKIPPED:
        first += 1
    return starts[max(first, len(low) - _LEFT)] if low else before


def _clause(text: str, start: int) -> int:
    """Where the clause ends that goes on at a place."""
    ends = re.compile(r"[,;?!]|\.(?=\s|$)|\n").search(text, start)
    return ends.start() if ends else len(text)


def _joined(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if kept and span.start < kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, span.end))
        else:
            kept.append(span)
    return kept
