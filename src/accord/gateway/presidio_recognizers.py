"""Recognisers that a request brings along: patterns and lists of words, matched in linear time.

Patterns are RE2's: what looks ahead, looks behind or refers back is refused, and no pattern takes longer than its
text is long. After Presidio's pattern recogniser and its raising of scores by words nearby.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from accord.gateway.presidio import wrong

MAX_RECOGNIZERS = 100
MAX_PATTERNS = 100
MAX_WORDS = 10_000
MAX_LENGTH = 10_000
MAX_ALL_PATTERNS = 500
MAX_SOURCE = 200_000
MAX_MATCHES = 20_000
MAX_WORK = 200_000_000
"""Characters times patterns of one request."""

FLAGS = int(re.DOTALL | re.MULTILINE | re.IGNORECASE)
"""What patterns mean unless said otherwise."""

_UNDERSTOOD = FLAGS | int(re.UNICODE)
_MEMORY = 8 << 20
_NEAR = 10  # words before a match in which one may support it
_REACH = 200  # characters in which those are looked for
_RAISED, _LEAST = 0.35, 0.4
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\\.|\[\^|.", re.DOTALL)
_SCRIPTS = {r"\w": r"\pL\pN_", r"\d": r"\p{Nd}", r"\s": r"\s\x{b}\x{85}\pZ"}
_FIELDS = frozenset(
    "name supported_language supported_entity supported_entities patterns deny_list deny_list_score context "
    "global_regex_flags version country_code".split()
)


@dataclass(slots=True)
class Result:
    """A stretch of text and what it is; `why` is what Presidio calls its explanation."""

    entity: str
    start: int
    end: int
    score: float
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class _Pattern:
    name: str
    source: str
    score: float
    expression: Any
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Recognizer:
    """A recogniser that came with a request.

    Attributes:
        name: its name.
        entity: what it finds.
        language: the language it is for.
        patterns: what it looks for.
        context: words that make a find likelier.
        flags: how its patterns are meant, as Python's `re` numbers them.
    """

    name: str
    entity: str
    language: str
    patterns: tuple[_Pattern, ...]
    context: tuple[str, ...]
    flags: int

    def find(self, text: str, said: Sequence[str], most: int) -> list[Result]:
        """What it finds in a text.

        Args:
            text: the text.
            said: words that were said to go with it, in small letters.
            most: how often it may match.

        Raises:
            Problem: 413: it matches more often.
        """
        found: list[Result] = []
        for pattern in self.patterns:
            for start, end in _matches(pattern, text, bool(self.flags & re.IGNORECASE)):
                if len(found) >= most:
                    raise wrong(f"Ad-hoc recognizers match more than {MAX_MATCHES} times.", 413)
                found.append(self._result(pattern, text, start, end, said))
        return found

    def _result(self, pattern: _Pattern, text: str, start: int, end: int, said: Sequence[str]) -> Result:
        score, support = pattern.score, ""
        if self.context:
            near = _WORD.findall(text[max(0, start - _REACH) : end].lower())[-_NEAR - 1 :]
            support = next((w for w in self.context if any(w.lower() in other for other in (*near, *said))), "")
        if support:
            score = min(1.0, max(pattern.score + _RAISED, _LEAST))
        why = explained(
            self.name,
            pattern.score,
            score,
            textual_explanation=f"Detected by `{self.name}` using pattern `{pattern.name}`",
            pattern_name=pattern.name,
            pattern=pattern.source,
            supportive_context_word=support,
            regex_flags=self.flags,
        )
        return Result(self.entity, start, end, score, why)


def explained(recognizer: str, original: float, score: float, **more: Any) -> dict[str, Any]:
    """An explanation, with every key there is."""
    return {
        "recognizer": recognizer,
        "pattern_name": None,
        "pattern": None,
        "original_score": original,
        "score": score,
        "textual_explanation": None,
        "score_context_improvement": round(score - original, 4),
        "supportive_context_word": "",
        "validation_result": None,
        "regex_flags": None,
        **more,
    }


def recognizers_of(given: Any) -> tuple[Recognizer, ...]:
    """The recognisers of a request.

    Raises:
        Problem: 400, saying what is wrong with one.
    """
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MAX_RECOGNIZERS:
        raise wrong(f"ad_hoc_recognizers must be a list of at most {MAX_RECOGNIZERS}.")
    made: list[Recognizer] = []
    for i, one in enumerate(given):
        made.append(_recognizer(one, f"ad_hoc_recognizers[{i}]"))
        patterns = [pattern for each in made for pattern in each.patterns]
        if len(patterns) > MAX_ALL_PATTERNS or sum(len(pattern.source) for pattern in patterns) > MAX_SOURCE:
            text = (
                f"ad_hoc_recognizers have more than {MAX_ALL_PATTERNS} patterns, or {MAX_SOURCE} characters of them."
            )
            raise wrong(text)
    return tuple(made)


def run(recognizers: Sequence[Recognizer], text: str, said: Sequence[str]) -> list[Result]:
    """What recognisers find in a text.

    Args:
        recognizers: those that came with the request.
        text: the text.
        said: words that were said to go with it, in small letters.

    Raises:
        Problem: 413: it would be more work, or more is found, than one request may cause.
    """
    found: list[Result] = []
    if sum(len(one.patterns) for one in recognizers) * len(text) > MAX_WORK:
        raise wrong("The text is too long for so many ad-hoc patterns.", 413)
    for one in recognizers:
        found += one.find(text, said, MAX_MATCHES - len(found))
    return found


def words_of(given: Any, where: str) -> tuple[str, ...]:
    """A list of words.

    Raises:
        Problem: 400: it is none.
    """
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MAX_WORDS or not all(isinstance(word, str) for word in given):
        raise wrong(f"{where} must be a list of at most {MAX_WORDS} strings.")
    if sum(map(len, given)) > 100 * MAX_LENGTH:
        raise wrong(f"{where} is too long.")
    return tuple(given)


def expression(source: str, flags: int, where: str) -> Any:
    """A pattern, compiled.

    Raises:
        Problem: 400: it is no pattern of RE2, or too large for one.
    """
    if len(source) > MAX_LENGTH:
        raise wrong(f"{where} is longer than {MAX_LENGTH} characters.")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    letters = "".join(
        letter for letter, flag in (("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL)) if flags & flag
    )
    plain = _of_all_scripts(source)
    try:
        return re2.compile(f"(?{letters}:{plain})" if letters else plain, options)
    except re2.error:
        text = f"Invalid regex pattern: {where} is no regular expression of RE2, which is matched in linear time."
        raise wrong(text) from None


def _of_all_scripts(source: str) -> str:
    """A pattern whose letters, digits and blanks are those of all scripts, as Python's are; RE2's are ASCII's.

    What stands for everything else within a class, and the borders of words, stay as RE2 has them.
    """
    if r"\Q" in source:
        return source
    made: list[str] = []
    inside = False
    tokens = _TOKEN.findall(source)
    for at, token in enumerate(tokens):
        if token in _SCRIPTS:
            made.append(_SCRIPTS[token] if inside else f"[{_SCRIPTS[token]}]")
        elif not inside and token.lower() in _SCRIPTS:
            made.append(f"[^{_SCRIPTS[token.lower()]}]")
        else:
            made.append(token)
        first = at and tokens[at - 1] in ("[", "[^")
        inside = token in ("[", "[^") or (inside and (token != "]" or bool(first)))  # noqa: S105
    return "".join(made)


def flags_of(given: Any, where: str) -> int:
    """Flags of Python's `re`, of which a few have a meaning here.

    Raises:
        Problem: 400: others are asked for.
    """
    if given is None:
        return FLAGS
    if not isinstance(given, int) or isinstance(given, bool) or given < 0 or given & ~_UNDERSTOOD:
        raise wrong(f"{where} may hold IGNORECASE, MULTILINE, DOTALL and UNICODE.")
    return given


def _recognizer(given: Any, where: str) -> Recognizer:
    if not isinstance(given, dict):
        raise wrong(f"{where} must be an object.")
    if any(key not in _FIELDS for key in given):
        raise wrong(f"{where} has a field that is not understood.")
    flags = flags_of(given.get("global_regex_flags"), f"{where}.global_regex_flags")
    entity = _entity(given, where)
    name = _short(given.get("name"), f"{where}.name") or "PatternRecognizer"
    patterns = _patterns(given.get("patterns"), flags, f"{where}.patterns")
    denied = tuple(word for word in words_of(given.get("deny_list"), f"{where}.deny_list") if word)
    if denied:
        score = _score(given.get("deny_list_score", 1.0), f"{where}.deny_list_score")
        patterns = (*patterns, _denied(denied, score, flags, where))
    if not patterns:
        raise wrong("Pattern recognizer should be initialized with patterns or with deny list")
    context = tuple(word for word in words_of(given.get("context"), f"{where}.context") if word)
    language = _short(given.get("supported_language"), f"{where}.supported_language") or "en"
    return Recognizer(name, entity, language, patterns, context, flags)


def _entity(given: Mapping[str, Any], where: str) -> str:
    one, several = given.get("supported_entity"), given.get("supported_entities")
    if one is not None and several is not None:
        raise wrong(f"{where}: only one of supported_entity and supported_entities should be provided.")
    entity = several[0] if isinstance(several, list) and several else one
    if not isinstance(entity, str) or not entity or len(entity) > 128:
        raise wrong("Pattern recognizer should be initialized with entity")
    return entity


def _patterns(given: Any, flags: int, where: str) -> tuple[_Pattern, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MAX_PATTERNS:
        raise wrong(f"{where} must be a list of at most {MAX_PATTERNS}.")
    made = []
    for i, one in enumerate(given):
        at = f"{where}[{i}]"
        if not isinstance(one, dict) or any(key not in ("name", "regex", "score") for key in one):
            raise wrong(f"{at} must be an object of name, regex and score.")
        source = one.get("regex")
        if not isinstance(source, str) or not source:
            raise wrong(f"{at}.regex must be a string.")
        score = _score(one.get("score"), f"{at}.score")
        name = _short(one.get("name"), f"{at}.name") or "pattern"
        made.append(_Pattern(name, source, score, expression(source, flags, f"{at}.regex")))
    return tuple(made)


def _denied(words: tuple[str, ...], score: float, flags: int, where: str) -> _Pattern:
    ordered = tuple(sorted(set(words), key=len, reverse=True))
    either = "|".join(re2.escape(word) for word in ordered)
    options = re2.Options()
    options.max_mem = 8 * _MEMORY
    options.log_errors = False
    insensitive = "(?i)" if flags & re.IGNORECASE else ""
    try:
        compiled = re2.compile(rf"{insensitive}(?:^|[^\pL\pN_])({either})", options)
    except re2.error:
        raise wrong(f"{where}.deny_list is too large.") from None
    return _Pattern("deny_list", f"({either})", score, compiled, ordered)


def _matches(pattern: _Pattern, text: str, insensitive: bool) -> Iterator[tuple[int, int]]:
    if not pattern.words:
        yield from (span for span in (m.span() for m in pattern.expression.finditer(text)) if span[0] < span[1])
        return
    for match in pattern.expression.finditer(text):
        start = match.start(1)
        end = match.end(1)
        if not _ends(text, end):  # a shorter word of the list may stand there on its own
            end = next((start + len(w) for w in pattern.words if _stands(text, start, w, insensitive)), start)
        if end > start:
            yield start, end


def _stands(text: str, start: int, word: str, insensitive: bool) -> bool:
    there = text[start : start + len(word)]
    same = there.lower() == word.lower() if insensitive else there == word
    return same and _ends(text, start + len(word))


def _ends(text: str, end: int) -> bool:
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_")


def _short(given: Any, where: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > 256:
        raise wrong(f"{where} must be a short string.")
    return given


def _score(given: Any, where: str) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 <= given <= 1:
        raise wrong(f"Invalid score: {where} should be between 0 and 1")
    return float(given)
