"""Names beside values in lines and source code.

Assignments and keyword arguments (`api_key = "…"`), dictionary entries, settings, log lines (`user=…`), labels
(`Date of birth: …`), query strings and command-line options. Every `:` and `=` is looked at once: what stands left
of it is the name, what stands right of it, up to the next name, is the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from accord.readers.align import Scan
from accord.readers.escapes import backslashes

_WORD = re.compile(r"[\w.'’()/#\-@$]+")
_OPTION = re.compile(r"--([A-Za-z][\w\-]{1,40})[ \t]+(?=[^\s\-])")
_TYPE = re.compile(r"\s*[A-Za-z_][\w.\[\], |?<>*&]*\s*")
_SCALAR = re.compile(r"-?\d[\d.eE+\-_]*+(?!\w)|(?:true|false|null|None|True|False)\b")
_TOKEN = re.compile(r"[^\s,;&|)\]}<>\"'`]++")
_STRINGS = (
    re.compile(r'[bfruBFRU]{0,2}"""((?:[^"\\]|\\.|"(?!""))*+)"""', re.DOTALL),
    re.compile(r"[bfruBFRU]{0,2}'''((?:[^'\\]|\\.|'(?!''))*+)'''", re.DOTALL),
    re.compile(r'[bfruBFRU]{0,2}"((?:[^"\\\n]|\\.)*+)"', re.DOTALL),
    re.compile(r"[bfruBFRU]{0,2}'((?:[^'\\\n]|\\.)*+)'(?!\w)", re.DOTALL),
    re.compile(r"`((?:[^`\\]|\\.)*+)`", re.DOTALL),
)
_QUOTES = "\"'`"
_DECLARED = (
    "export set setx var let const val final static public private protected string str int long char auto "
    "local my our readonly declare env arg define"
)
_DECLARATIONS = frozenset(_DECLARED.split())
_BULLETS = "*_#>-+•–"
_LABEL_WORDS = 5
_LONGEST = 4_000  # characters of a value that no quotes end
_WINDOW = 96  # how far left of its mark a name may begin
_STOPPED = dict.fromkeys(map(ord, "([{,;&?|<>!\"'`\t="), "\t")  # what no name runs over


@dataclass(slots=True)
class _Pair:
    """A name and where its value may begin.

    Attributes:
        start: where the name begins.
        name: the name, lower-cased.
        at: where the mark stands.
        value: where the value may begin.
        kind: `=`, `:` (a label), `.` (a colon without a blank), `-` (an option).
        first: nothing but blanks and bullets precedes it on its line.
        quoted: the name stood in double quotes.
    """

    start: int
    name: str
    at: int
    value: int
    kind: str
    first: bool = False
    quoted: bool = False


def scan_lines(text: str, start: int, end: int) -> Scan:
    """Find named values in one text or a part of it."""
    scan = Scan()
    pairs = _pairs(text, start, end)
    parents: list[tuple[int, str]] = []
    done = start
    line = -1
    for index, pair in enumerate(pairs):
        if pair.at < done:
            continue
        following = pairs[index + 1].start if index + 1 < len(pairs) else end
        name = _under(text, pair, parents, start)
        if line < pair.value:
            newline = text.find("\n", pair.value, end)
            line = end if newline < 0 else newline
        done = max(done, _take(text, pair, name, following, line, end, scan))
    return scan


def _under(text: str, pair: _Pair, parents: list[tuple[int, str]], start: int) -> str:
    """The name with the names it is indented under (YAML); keeps the list of these up to date."""
    if not pair.first:
        return pair.name
    indent = pair.start - (text.rfind("\n", start, pair.start) + 1)
    while parents and parents[-1][0] >= indent:
        parents.pop()
    name = f"{parents[-1][1]}.{pair.name}"[-200:] if parents else pair.name
    if pair.kind == ":" and (pair.value >= len(text) or text[pair.value] in "\r\n"):
        parents.append((indent, name))
    return name


def _marks(text: str, start: int, end: int) -> list[int]:
    """Where `:`, `=` and `--` stand; found at the speed of `str.find`."""
    found: list[int] = []
    for mark in (":", "=", " --"):
        at = text.find(mark, start, end)
        while at >= 0:
            found.append(at)
            at = text.find(mark, at + len(mark), end)
    found.sort()
    return found


def _pairs(text: str, start: int, end: int) -> list[_Pair]:
    pairs: list[_Pair] = []
    for at in _marks(text, start, end):
        pair = _option(text, at + 1, end) if text[at] == " " else _pair(text, at, start, end)
        if pair is None:
            continue
        previous = pairs[-1] if pairs else None
        if previous is not None and pair.start <= previous.value < pair.at:
            if pair.kind == "=" and previous.kind != "=" and _TYPE.fullmatch(text, previous.value, at):
                pair.name, pair.start, pair.first = previous.name, previous.start, previous.first
                pairs.pop()  # an annotation: `email: str = …`
            elif pair.kind == ".":
                continue  # `MAC: aa:bb`, `Contact: user:name`
            elif " " in pair.name:
                pair.start += pair.name.rindex(" ") + 1  # `Name: John Smith Phone: …`
                pair.name = pair.name[pair.name.rindex(" ") + 1 :]
        pairs.append(pair)
    return pairs


def _option(text: str, at: int, end: int) -> _Pair | None:
    found = _OPTION.match(text, at, end)
    return None if found is None else _Pair(at, found[1].lower(), at, found.end(), "-")


def _pair(text: str, at: int, start: int, end: int) -> _Pair | None:
    """The name left of the mark at `at`, or None where this mark names nothing."""
    mark = text[at]
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    value = at + 1
    if mark == "=":
        if before in "=!<>:~+-*/|&^%" or after in "=~":
            return None
        value += after == ">"
    elif before == ":" or after in ":/\\" or (before.isdigit() and after.isdigit()):
        return None
    else:
        value += after == "="
    if text.startswith(("**", "__"), value) and mark == ":":
        value += 2  # `**Name:** value`
        after = text[value] if value < end else " "
    kind = "=" if mark == "=" or after == "=" else ":" if after in " \t\r\n\"'" else "."
    floor = max(start, at - _WINDOW)
    newline = text.rfind("\n", floor, at)
    low = newline + 1 if newline >= 0 else floor
    left = text[low:at].rstrip(" \t")
    while value < end and text[value] in " \t":
        value += 1
    if not left or (kind == "." and not (before.isalpha() or before in "_\"'`]")):
        return None
    pair = _named(left, low, at, value, kind)
    if pair is not None and newline < 0 and floor > start:
        pair.first = False  # its line begins further left than was looked
    return pair


def _named(left: str, low: int, at: int, value: int, kind: str) -> _Pair | None:
    close = left[:-1] if left[-1] == "]" else left
    if close and close[-1] in _QUOTES:
        opened = close.rfind(close[-1], 0, len(close) - 1)
        name = close[opened + 1 : -1]
        if opened < 0 or not 0 < len(name) <= 64:
            return None
        first = not left[:opened].strip(" \t{[,-")
        return _Pair(low + opened, name.strip().lower(), at, value, "=", first, close[-1] == '"' and close is left)
    words = _words(left, 1 if kind == "." else _LABEL_WORDS)
    if words.strip("_*.-") == "" or not any(c.isalpha() for c in words):
        return None
    begin = len(left) - len(words)
    first = not left[:begin].strip(" \t" + _BULLETS)
    if kind == "=" and not (first and " " in words and len(words.split()) <= 3):
        words = words[words.rfind(" ") + 1 :]
        begin = len(left) - len(words)
    if kind == "." and (len(words) < 3 or not words.replace("_", "").replace("-", "").isalpha()):
        return None
    if words[0].isdigit():
        return None
    while " " in words and words[: words.index(" ")].lower() in _DECLARATIONS:
        words = words[words.index(" ") + 1 :]
    return _Pair(low + begin, words.strip("*_.-$@()").lower(), at, value, kind, first)


def _words(left: str, most: int) -> str:
    """The last words of a line that can be a name: no punctuation between them, one blank at most."""
    end = begin = len(left)
    stop = left.translate(_STOPPED).rfind("\t")
    while most:
        blank = max(left.rfind(" ", 0, end), stop)
        word = left[blank + 1 : end].strip("*_")
        if not word.strip(_BULLETS) or not _WORD.fullmatch(word) or (end < len(left) and word[-1] in ".,;!?"):
            break
        begin = blank + 1
        most -= 1
        if blank == stop:
            break
        end = blank
    return left[begin:].lstrip("-#")


def _take(text: str, pair: _Pair, name: str, following: int, line: int, end: int, scan: Scan) -> int:
    """Note the value of one pair; returns where it ends."""
    at = pair.value
    if at >= end or text[at] in "\r\n":
        return at
    if text[at] in "\"'`bfruBFRU":
        for pattern in _STRINGS:
            literal = pattern.match(text, at, end)
            if literal is not None:
                inner = literal.span(1)
                json = pair.quoted and text[at] == '"'
                scan.add(*inner, name, "json.string" if json else "code.string")
                if text.find("\\", *inner) >= 0:
                    scan.swaps += backslashes(text, *inner)
                return literal.end()
    if text[at] in "{[(":
        return at
    scalar = _SCALAR.match(text, at, end) if pair.quoted else None
    if scalar is not None:
        scan.add(at, scalar.end(), name, "json.scalar")
        return scalar.end()
    stop = _value_end(text, pair, following, line)
    if stop > at:
        scan.add(at, stop, name, "value")
    return max(at, stop)


def _value_end(text: str, pair: _Pair, following: int, line: int) -> int:
    bounded = pair.value < following <= line
    if pair.kind == ":" or (pair.kind == "=" and pair.first and not (bounded and following < line)):
        stop = min(line, following) if bounded else line
        stop = min(stop, pair.value + _LONGEST)
        return pair.value + len(text[pair.value : stop].rstrip(" \t\r,;|&({[-*_\"'`"))
    token = _TOKEN.match(text, pair.value, line)
    return token.end() if token else pair.value
