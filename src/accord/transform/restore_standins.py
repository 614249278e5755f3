"""What the stand-ins of a scope stand for, and where they are in a text.

A model may change case, the spaces in numbers, put Markdown between the words, write one name of two, or inflect.
Whatever could mean another stand-in, somebody else's name or nothing of the kind is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from accord.core.pseudonym import Issued
from accord.transform.restore_tags import MAX, STRICT
from accord.transform.restore_view import View
from accord.transform.restore_words import RUN, Entry, Restored, Tokens, joined, parted, placed, stems
from accord.transform.standins_draw import TOKEN, compact, plain, spelt
from accord.transform.standins_names import all_words, base, locale_of, split

FULL = 42
"""How long a stand-in is at most."""

_WORDS = 8  # of a phrase
_HEAD, _START = 3, 6  # the first characters of a name, and of a number, by which all others are passed over
_GAP = re.compile(r"[ \-./()*_`~]{0,4}")
_CHUNK = re.compile(r"[^\s\"'<>,;()\[\]{}|`*~=/]+")


class Kind(Enum):
    """How a stand-in is known again."""

    NAME = "name"
    PHRASE = "phrase"
    NUMBER = "number"
    EXACT = "exact"


_KINDS = {
    "privacy.person.name": Kind.NAME,
    "privacy.metadata.author": Kind.NAME,
    "privacy.person.username": Kind.EXACT,
    "privacy.contact.email": Kind.EXACT,
    "privacy.contact.phone": Kind.NUMBER,
    "privacy.contact.address": Kind.PHRASE,
    "privacy.financial.card": Kind.NUMBER,
    "privacy.financial.iban": Kind.NUMBER,
    "privacy.financial.account": Kind.NUMBER,
    "privacy.financial.crypto": Kind.EXACT,
    "privacy.network.ip": Kind.EXACT,
    "privacy.network.mac": Kind.EXACT,
    "privacy.location.place": Kind.PHRASE,
    "privacy.location.gps": Kind.PHRASE,
    "privacy.date.birth": Kind.PHRASE,
    "privacy.date.date": Kind.PHRASE,
    "privacy.group.organisation": Kind.PHRASE,
}


def kind_of(category: str) -> Kind | None:
    """How stand-ins of a category are known again; None where there are none."""
    return Kind.NUMBER if category.startswith("privacy.id.") else _KINDS.get(category)


@dataclass(slots=True, repr=False)
class Index:
    """What the stand-ins of a scope stand for.

    Attributes:
        words: the stand-in of each word of a name, by the folded word.
        spellings: the same as e-mail addresses spell them.
    """

    words: dict[str, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    _parts: dict[str, dict[str, Entry]] = field(default_factory=dict)
    _real: set[str] = field(default_factory=set)
    _whole: dict[str, str] = field(default_factory=dict)
    _phrases: dict[tuple[str, ...], Entry] = field(default_factory=dict)
    _numbers: dict[str, Entry] = field(default_factory=dict)
    _exact: dict[str, Entry] = field(default_factory=dict)
    _unparted: dict[str, Entry] = field(default_factory=dict)
    _sizes: set[int] = field(default_factory=set)
    _firsts: set[str] = field(default_factory=set)
    _heads: set[str] = field(default_factory=set)
    _starts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, issued: Mapping[str, Issued]) -> Index:
        """The stand-ins among what was issued."""
        index = cls()
        for pseudonym, one in issued.items():
            index.add(pseudonym, one)
        return index

    def __bool__(self) -> bool:
        return bool(self._whole)

    def add(self, pseudonym: str, one: Issued) -> None:
        """Add what was issued; tags only for the value they stand for."""
        self._real.add(compact(one.value))
        kind = kind_of(one.category)
        if kind is Kind.NAME:
            self._real.update(TOKEN.findall(plain(one.value)))
        if kind is None or STRICT.fullmatch(pseudonym):
            return
        self._whole[compact(pseudonym)] = pseudonym
        entry = Entry(pseudonym, one.value, one)
        if kind is Kind.NUMBER:
            number = compact(pseudonym)
            self._numbers[number] = entry
            self._starts.update(number[:size] for size in range(1, _START + 1))
        elif kind is Kind.EXACT:
            self._exact[plain(pseudonym).strip("[]")] = Entry(pseudonym, one.value.strip("[]"), one)
            if pseudonym.startswith("@") and one.value.startswith("@"):
                self._exact[plain(pseudonym)[1:]] = Entry(pseudonym[1:], one.value[1:], one)
        elif RUN.fullmatch(plain(pseudonym)):
            self._unparted[plain(pseudonym)] = entry
            self._sizes.add(len(pseudonym))
        else:
            self._phrase(entry)
            if kind is Kind.NAME:
                self._name(pseudonym, one)

    def _phrase(self, entry: Entry) -> None:
        folded = plain(entry.pseudonym)
        found = list(TOKEN.finditer(folded))
        gaps = tuple(folded[a.end() : b.start()] for a, b in pairwise(found))
        if found and len(found) <= _WORDS:
            key = tuple(match[0] for match in found)
            self._firsts.add(key[0])
            self._phrases[key] = Entry(entry.pseudonym, entry.value, entry.issued, gaps)

    def _name(self, pseudonym: str, one: Issued) -> None:
        """Learn which word stands for which; a name without its title is the same name."""
        mine, theirs = split(pseudonym), split(one.value)
        if len(mine) != len(theirs):
            return
        locale = locale_of(one.value)
        for word, other in zip(mine, theirs, strict=True):
            if other.role not in ("given", "family"):
                continue
            pieces, others = word.text.split("-"), other.text.split("-")
            pairs = zip(pieces, others, strict=True) if len(pieces) == len(others) else ((word.text, other.text),)
            for piece, original in pairs:
                self._part(piece, original.strip(".'’"), other.role, locale, one)
        known = [index for index, word in enumerate(theirs) if word.role in ("given", "family")]
        if len(known) >= 2 and (known[0] > 0 or known[-1] < len(theirs) - 1):
            first, last = known[0], known[-1]
            bare = pseudonym[mine[first].start : mine[last].end], one.value[theirs[first].start : theirs[last].end]
            if tuple(TOKEN.findall(plain(bare[0]))) not in self._phrases:
                self._phrase(Entry(*bare, one))

    def _part(self, piece: str, original: str, role: str, locale: str, one: Issued) -> None:
        stem = piece.strip(".'’")
        root, other = (base(original, locale), base(stem, locale)) if role == "family" else (original, stem)
        if not stem or plain(stem) == plain(original):
            return
        self.words.setdefault(plain(root), other.capitalize() if other.isupper() or other.islower() else other)
        entry = Entry(stem, original, one)
        self._parts.setdefault(plain(stem), {})[plain(original)] = entry
        self._heads.add(plain(stem)[:_HEAD])
        if "-" in stem and tuple(TOKEN.findall(plain(stem))) not in self._phrases:
            self._phrase(entry)
        for word in {original, root}:
            if spelling := spelt(word):
                self.spellings.setdefault(spelling, spelt(stem))

    def free(self, made: str) -> bool:
        """Whether a stand-in is none yet, and no value of the scope."""
        folded = compact(made)
        return folded not in self._whole and folded not in self._real

    def uses(self, word: str) -> bool:
        """Whether a word is part of a stand-in already, or of a name of the scope."""
        folded = plain(word)
        return folded in self._parts or folded in self._real

    def itself(self, value: str) -> str | None:
        """The stand-in that a text is, as it is written where it was issued."""
        return self._whole.get(compact(value))

    def part(self, value: str) -> bool:
        """Whether a text is one word of a stand-in."""
        return plain(value.strip()) in self._parts

    def single(self, texts: Iterator[str]) -> set[str]:
        """The words of stand-ins that occur in texts by themselves: there, they mean something else."""
        found: set[str] = set()
        for text in texts:
            view = View.of(text)
            covered = [(one.start, one.end) for one in self.find(text, view, frozenset(self._parts))]
            at = 0
            for start, end in [*covered, (len(text), len(text))]:
                found.update(token for token in TOKEN.findall(plain(text[at:start])) if token in self._parts)
                at = max(at, end)
        return found

    def find(self, text: str, view: View, shared: frozenset[str] | set[str] = frozenset()) -> list[Restored]:
        """The stand-ins in a text, in order and apart.

        Args:
            text: the text.
            view: the text as it is meant.
            shared: words that are known to mean something else as well, so that alone they stand for nothing.
        """
        found = [*self._find_exact(text, view), *self._find_unparted(view), *self._find_words(text, view, shared)]
        kept: list[Restored] = []
        for one in sorted(found, key=lambda one: (one.start, -one.end)):
            if one.end - one.start <= MAX and (not kept or kept[-1].end <= one.start):
                kept.append(one)
        return kept

    def _find_exact(self, text: str, view: View) -> Iterator[Restored]:
        if not self._exact:
            return
        for match in _CHUNK.finditer(view.text):
            chunk = match[0]
            left = len(chunk) - len(chunk.lstrip("_.:"))
            bare = chunk.strip("_.:!?")
            for form in (bare, bare.rpartition(":")[0]):
                entry = self._exact.get(form) if form else None
                if entry is not None:
                    start = match.start() + left
                    yield placed(view, start, start + len(form), entry)
                    break

    def _find_unparted(self, view: View) -> Iterator[Restored]:
        """Names of scripts that do not part words: where what is around them is none of the name."""
        if not self._unparted:
            return
        for run in RUN.finditer(view.text):
            at = run.start()
            while at < run.end():
                entry = None
                for size in sorted(self._sizes, reverse=True):
                    end = at + size
                    if end <= run.end() and view.text[at:end] in self._unparted and parted(view.text, at, end):
                        entry = self._unparted[view.text[at:end]]
                        yield placed(view, at, end, entry)
                        at = end
                        break
                at += entry is None

    def _find_words(self, text: str, view: View, shared: frozenset[str] | set[str]) -> Iterator[Restored]:
        if not self._phrases and not self._numbers:
            return
        tokens = [(m.start(), m.end(), m[0]) for m in TOKEN.finditer(view.text)]
        words = Tokens(text, view, tokens)
        at = 0
        while at < len(tokens):
            token = tokens[at][2]
            if token not in self._firsts and token[:_HEAD] not in self._heads and token[:_START] not in self._starts:
                at += 1
                continue
            found = (
                self._number_at(words, at) or self._phrase_at(words, at, shared) or self._part_at(words, at, shared)
            )
            if found is not None:
                yield found[0]
            at = found[1] if found is not None else at + 1

    def _number_at(self, words: Tokens, at: int) -> tuple[Restored, int] | None:
        number, best = "", None
        for index in range(at, len(words.tokens)):
            if index > at and not _GAP.fullmatch(words.gap(index)):
                break
            number += words.tokens[index][2]
            if number[:_START] not in self._starts or words.length(at, index) > MAX:
                break
            if number in self._numbers and words.ends(at, index):
                best = self._numbers[number], index
        return words.restored(at, best[1], best[0]) if best else None

    def _phrase_at(self, words: Tokens, at: int, shared: frozenset[str] | set[str]) -> tuple[Restored, int] | None:
        key: tuple[str, ...] = ()
        best = None
        for index in range(at, min(at + _WORDS, len(words.tokens))):
            if words.length(at, index) > MAX:
                break
            token = words.tokens[index][2]
            forms = [(token, "")] if not key else [(token, ""), *stems(token)]
            for stem, tail in forms:
                entry = self._phrases.get((*key, stem))
                if entry is not None and words.fits(at, index, entry) and words.apart(at, index):
                    if index == at and (stem in shared or not words.capital(at, entry.pseudonym)):
                        continue
                    best = entry, index, joined(entry.value, tail) if tail else ""
                    break
            key = (*key, token)
        return words.restored(at, best[1], best[0], best[2]) if best else None

    def _part_at(self, words: Tokens, at: int, shared: frozenset[str] | set[str]) -> tuple[Restored, int] | None:
        token = words.tokens[at][2]
        known = self._parts.get(token)
        tail = ""
        if known is None and token not in all_words():
            for stem, ending in stems(token):
                if stem in self._parts:
                    token, known, tail = stem, self._parts[stem], ending
                    break
        if known is None or len(known) != 1 or token in shared or token.upper() == token:
            return None  # in scripts without capitals, nothing tells a name from a word
        [entry] = known.values()
        if not words.capital(at, entry.pseudonym) or not words.apart(at, at) or self._stranger(words, at):
            return None
        return words.restored(at, at, entry, joined(entry.value, tail) if tail else "")

    def _stranger(self, words: Tokens, at: int) -> bool:
        """Whether the name beside a name is nobody's here, so that both together are somebody else."""
        for index, other in ((at, at - 1), (at + 1, at + 1)):
            if 0 <= other < len(words.tokens) and words.gap(index) == " ":
                token = words.tokens[other][2]
                strange = not words.apart(other, other) if token in self._parts else token in all_words()
                if strange and words.capital(other, "X"):
                    return True
        return False
