"""How likely a word is part of a person's name, given what the model thinks and what it cannot see.

The model lower-cases what it reads. How a word is written, what stands beside it and whether the writer uses
capitals at all is therefore news to it, and is added to its odds as evidence: a sum of logits, as in naive Bayes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from accord.detect.spans import Word

GIVEN, SURNAME = 1, 2
"""Where the odds of given names and surnames stand in `Word.odds`."""

_CASE = {"title": 1.5, "upper": 0.0, "mixed": 0.5, "lower": -2.0, "uncased": 0.0}
_LOWER_AMONG_CAPITALS = -2.0
_UPPER_AMONG_LOWER = -1.5
_AFTER_DETERMINER = -2.0
_BEFORE_ORGANISATION = -2.5
_AFTER_TITLE = 2.0
_NEIGHBOUR = 0.75
_NEAR = 12

DETERMINERS = frozenset(
    """
    the a an this that these those any each every some no my your his her our their its
    el la los las un una le les des une der die das ein eine einen einem dem den il lo gli o os as um uma het een
    """.split()
)
"""Words before a noun, in nine languages: what follows them is rarely a name."""

ORGANISATIONS = frozenset(
    """
    inc incorporated ltd limited llc llp corp corporation co company gmbh ag kg sa srl sarl bv nv plc oy ab as
    university college school institute hospital clinic foundation church bank group holdings partners associates
    airport station stadium county district province army navy party league fc
    theorem algorithm syndrome disease transform distribution method test razor
    universidad universität université hôpital klinik krankenhaus
    """.split()
)
"""Words that make what stands before them the name of a body or a thing."""

TITLES = frozenset(
    """
    mr mrs ms mx miss dr prof professor sir dame lord lady herr herrn frau sr sra srta señor señora señorita don doña
    mme mlle monsieur madame mademoiselle maître signor signora sig dott dottor dottoressa doutor doutora dhr mevr
    mevrouw pani shri smt kumari sensei rabbi imam sheikh captain judge justice sergeant officer detective nurse uncle
    aunt auntie brother sister grandma grandpa granny grandmother grandfather nephew niece cousin
    tante onkel oma opa bruder schwester sohn sohnes tochter neffe neffen nichte vetter cousine schwager schwägerin
    tía tío abuela abuelo hermana hermano hija hijo sobrina sobrino oncle tonton mamie papi frère sœur fille fils
    zia zio nonna nonno fratello sorella figlia figlio tia avó avô irmã irmão filha filho oom broer zus dochter zoon
    """.split()
)
"""Words that announce a name, without their full stop."""

_REACH = 80  # characters in which emphasis is closed, or a query begins
_OPENED = re.compile(r"(?<![\w*~\\])([*_]{1,3}|~~)$")
_CLOSED = re.compile(r"(_{1,3})(?!\w)")
_QUERY = re.compile(r"[?&][\w.\-\[\]]{1,40}=$|(?:^|[?&\s])[\w.\-\[\]]{1,40}=(?:[^\W\d_]+(?:\+|%20))+$")
_LIKE = re.compile(r"[^\W\d_]*%?[\w %]*['\"]")
_BRANCH = re.compile(r"[|`+\\├└][\-─]{1,3} $")  # of a tree of folders
_JOINERS = "@#_/\\=<$%&~^*"


def shape(word: str) -> str:
    """How a word is written: `title`, `upper`, `lower`, `mixed`, `uncased` (no letter has case) or `other`."""
    if not any(map(str.isalpha, word)):
        return "other"
    if word.lower() == word.upper():
        return "uncased"
    if word.islower():
        return "lower"
    if len(word) > 1 and word.isupper():
        return "upper"
    return "title" if len(word) == 1 or (word[0].isupper() and word[1:].islower()) else "mixed"


def name_scores(text: str, words: Sequence[Word]) -> list[float]:
    """For each word the probability that it belongs to a person's name."""
    scores = [0.0] * len(words)
    if not any(word.odds[GIVEN] + word.odds[SURNAME] > 0.02 for word in words):
        return scores
    shapes = [shape(text[word.start : word.end]) for word in words]
    for at, word in enumerate(words):
        odds = word.odds[GIVEN] + word.odds[SURNAME]
        if odds > 0.02 and shapes[at] != "other":
            scores[at] = _sigmoid(_logit(odds) + _evidence(text, words, shapes, at))
    return scores


def _evidence(text: str, words: Sequence[Word], shapes: Sequence[str], at: int) -> float:
    word = words[at]
    if _inside_code(text, word):
        return -9.0
    evidence = _CASE[shapes[at]] + _manner(shapes, at)
    before = _neighbour(text, words, at, -1)
    after = _neighbour(text, words, at, 1)
    if before in TITLES and shapes[at] != "lower":
        evidence += _AFTER_TITLE
    if before in DETERMINERS:
        evidence += _AFTER_DETERMINER
    if after in ORGANISATIONS:
        evidence += _BEFORE_ORGANISATION
    beside = max(_named(words, at - 1), _named(words, at + 1))
    return evidence + (_NEIGHBOUR if beside > 0.5 else 0.0)


def _inside_code(text: str, word: Word) -> bool:
    """Whether a word is part of a handle, a tag, a path or an identifier rather than of a sentence."""
    before = text[word.start - 1] if word.start else " "
    after = text[word.end] if word.end < len(text) else " "
    if (before in _JOINERS or after in "_@=\\") and not _set_off(text, word):
        return True
    if before == " " and _BRANCH.search(text, max(0, word.start - 6), word.start):
        return True
    follows = text[word.end + 1] if word.end + 1 < len(text) else " "
    precedes = text[word.start - 2] if word.start > 1 else " "
    called = after == "(" and follows != " " and before != " "
    return called or ((after == "." and follows.isalpha()) and (before == "." or word.start == 0 or precedes == "."))


def _set_off(text: str, word: Word) -> bool:
    """Whether the sign beside a word only sets it off: Markdown, a value of a query, a pattern of SQL."""
    left = text[max(0, word.start - _REACH) : word.start]
    right = text[word.end : word.end + _REACH]
    if opened := _OPENED.search(left):
        mark = opened[1]
        close = right.find(mark)
        return close >= 0 and "\n" not in right[:close] and (close == 0 or not right[close - 1].isspace())
    if right[:1] == "_":
        closed = _CLOSED.match(right)
        return closed is not None and re.search(rf"(?<![\w{closed[1][0]}]){closed[1]}[^\W_]", left) is not None
    if right[:1] in ("@", "=", "\\"):
        return False
    return _QUERY.search(left) is not None or (left[-2:] in ("'%", '"%') and _LIKE.match(right) is not None)


def _manner(shapes: Sequence[str], at: int) -> float:
    """What the words around say about how this writer writes."""
    near = [shape for shape in shapes[max(0, at - _NEAR) : at + _NEAR + 1] if shape in ("title", "upper", "lower")]
    if shapes[at] == "lower" and near.count("title") >= 2:
        return _LOWER_AMONG_CAPITALS
    if shapes[at] == "upper" and near.count("upper") < len(near) / 2:
        return _UPPER_AMONG_LOWER
    return 0.0


def _neighbour(text: str, words: Sequence[Word], at: int, step: int) -> str:
    """The next word in that direction, lower-cased, over at most a full stop."""
    for _ in range(2):
        at += step
        if not 0 <= at < len(words):
            return ""
        value = text[words[at].start : words[at].end].lower()
        if value != ".":
            return value
    return ""


def _named(words: Sequence[Word], at: int) -> float:
    return words[at].odds[GIVEN] + words[at].odds[SURNAME] if 0 <= at < len(words) else 0.0


def _logit(odds: float) -> float:
    bounded = min(max(odds, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _sigmoid(evidence: float) -> float:
    return 1 / (1 + math.exp(-evidence))
