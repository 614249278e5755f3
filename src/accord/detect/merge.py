"""From words to entities: which words belong together, what they are, and how sure that is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from accord.core.place import Span
from accord.detect.borders import Borders, tabular
from accord.detect.names import name_scores
from accord.detect.spans import Word

LABELS = (
    "O", "GIVEN_NAME", "SURNAME", "EMAIL", "PHONE", "URL", "TAX_ID", "BANK_ACCOUNT", "ROUTING_NUMBER",
    "GOVERNMENT_ID", "PASSPORT", "DRIVERS_LICENSE", "BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "CITY",
    "STATE", "ZIP_CODE",
)  # fmt: skip
"""The groups of labels, in the order of `Word.odds`; a label's `B-` and `I-` forms count together."""

NAME, ADDRESS, PLACE = "privacy.person.name", "privacy.contact.address", "privacy.location.place"

NUMBERS = {
    "PHONE": "privacy.contact.phone",
    "TAX_ID": "privacy.id.tax",
    "BANK_ACCOUNT": "privacy.financial.account",
    "ROUTING_NUMBER": "privacy.financial.account",
    "GOVERNMENT_ID": "privacy.id.national",
    "PASSPORT": "privacy.id.passport",
    "DRIVERS_LICENSE": "privacy.id.driver",
}
"""Labels of numbers, and what they mean in accord's categories."""

CATEGORIES = frozenset({NAME, ADDRESS, PLACE, *NUMBERS.values()})

_ADDRESS_PARTS = ("BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "CITY", "STATE", "ZIP_CODE")
_AT = {label: index for index, label in enumerate(LABELS)}
_ADDRESS_AT = [_AT[part] for part in _ADDRESS_PARTS]

# A word joins a name from `_WEAK` on; a name needs one word from `_STRONG` on.
_WEAK, _STRONG = 0.25, 0.5

# What may stand between two words of one entity.
_NAME_GAP = re.compile(r"[ \u00a0]{0,3}|[ ]?[-'’ʼ.·‐‑+][ ]?|%20")
_ADDRESS_GAP = re.compile(r"(?:(?![\t;|])[\s,.:#/\-–º°ª()]){0,6}")
_INITIALS = re.compile(r"[ ]?(?:[^\W\d_]\.?[ ]?){1,3}")
_LEADING = re.compile(r"(?:(?<=[^\w@#])|^)(?:[^\W\d_]\.[ \t]?){1,3}$")
_QUERY_REST = re.compile(r"(?:(?:\+|%20)[^\W\d_a-z][^\W\d_]{1,40}){1,3}")
_FEWEST_DIGITS = 5
_LONGEST_WORD = 64  # characters a finding is widened by; bounds the work on a text that is one word
_HEX = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F\-]{12,}")  # a digest, a commit, a UUID
# A number is believed without proof only where it is called something.
_BEFORE, _UNEXPLAINED = 48, 0.4
_EXPLAINS = re.compile(
    r"(?i)(?<![^\W\d_])(?:id|ids|identi\w+|number|numbers|num|no|nr|nº|n°|nro|número|numero|numéro|nummer|numer|номер"
    r"|account|acct|acc|routing|aba|tax|tin|itin|ein|vat|ssn|social|security|passport|licen[cs]e|driver|driving|permit"
    r"|phone|telephone|tel|tlf|call|ring|text|sms|fax|mobile|cell|whatsapp|reach|contact|dial"
    r"|dni|nie|nif|nuhsa|nhc|nass|cuit|cuil|curp|rfc|cpf|cnpj|rg|rut|cuenta|pasaporte|licencia|carnet|cédula|teléfono"
    r"|móvil|conta|passaporte|carteira|telefone|compte|passeport|permis|téléphone|portable|sécurité|konto\w*|steuer\w*"
    r"|ausweis\w*|reisepass\w*|führerschein\w*|telefon\w*|handy|patente|passaporto|codice|cellulare|bsn|rekening\w*"
    r"|aadhaar|pan|nino|nhs|mrn|patient|member|insurance|policy|beneficiary|customer|employee|карта|счет|счёт|паспорт"
    r"|инн|снилс|телефон)(?![^\W\d_])"
)
_GROUPS = re.compile(r"\(?\d{1,4}\)?(?:[ .\-/]\(?\d{2,4}\)?){2,5}")
_NUMBER_GAP = re.compile(r"[ .\-/()+]{0,3}")
_PARTICLES = frozenset(
    """
    de del della der den di da das do dos du la le van von zu zum zur bin ibn al el ben y e ten ter vom st
    """.split()
)


# Of the spans the model calls 90 % sure, 60 % are names on text it was not trained on. The line through the logits is
# fitted by `scripts/calibrate_names.py`; `docs/reference/detectors.md` has the table.
_SLOPE, _SHIFT = 0.43, -0.63


def calibrated(score: float) -> float:
    """The share of spans with this score that are right, as measured on text of several kinds."""
    bounded = min(max(score, 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-(_SLOPE * math.log(bounded / (1 - bounded)) + _SHIFT)))


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text, what it is and how sure."""

    span: Span
    category: str
    score: float


@dataclass(slots=True)
class _Run:
    """Neighbouring words of one kind."""

    kind: str
    start: int
    end: int
    scores: list[float]
    parts: set[str]


def entities(text: str, blocks: Iterable[Sequence[Word]], borders: Borders | None = None) -> Iterator[Entity]:
    """Join the words of a text to entities, in order; none runs over a border."""
    run: _Run | None = None
    for words in blocks:
        for word, kind, part, score in _kinds(text, words):
            apart = run is not None and borders is not None and borders.between(run.end, word.start)
            if run is not None and not apart and _joins(text, run, kind, word):
                run.end = word.end
                run.scores.append(score)
                run.parts.add(part)
                continue
            if run is not None:
                yield from _close(text, run)
            run = _Run(kind, word.start, word.end, [score], {part})
    if run is not None:
        yield from _close(text, run)


def united(names: Iterable[Entity]) -> list[Entity]:
    """One entity where two ways of looking found the same: their union, as sure as both together."""
    found: list[Entity] = []
    for name in sorted(names, key=lambda each: each.span):
        last = found[-1] if found else None
        if last is not None and last.span.touches(name.span):
            both = 1 - (1 - last.score) * (1 - name.score)
            found[-1] = Entity(last.span.join(name.span), name.category, both)
        else:
            found.append(name)
    return found


def _kinds(text: str, words: Sequence[Word]) -> Iterator[tuple[Word, str, str, float]]:
    """The words that belong to something: what kind, what part, how sure."""
    for word, name in zip(words, name_scores(text, words), strict=True):
        if word.odds[0] > 0.95 and name < _WEAK:
            continue
        if not any(map(str.isalnum, text[word.start : word.end])):
            continue
        address = sum(word.odds[at] for at in _ADDRESS_AT)
        number = max(NUMBERS, key=lambda label: word.odds[_AT[label]])
        kind, score = max(
            (("name", name), ("address", address), (number, word.odds[_AT[number]])), key=lambda pair: pair[1]
        )
        if score < _WEAK or word.odds[_AT["EMAIL"]] + word.odds[_AT["URL"]] > 0.5:
            continue
        part = max(_ADDRESS_PARTS, key=lambda label: word.odds[_AT[label]]) if kind == "address" else kind
        yield word, kind, part, score


def _joins(text: str, run: _Run, kind: str, word: Word) -> bool:
    if kind != run.kind:
        return False
    gap = text[run.end : word.start]
    if kind == "name":
        return bool(_NAME_GAP.fullmatch(gap)) or _inside_name(gap)
    if kind != "address":
        return bool(_NUMBER_GAP.fullmatch(gap))
    return bool(_ADDRESS_GAP.fullmatch(gap)) and not ("\n" in gap and tabular(text, run.end, word.start))


def _inside_name(gap: str) -> bool:
    """Whether what stands between two names belongs to them: `de la`, `van`, `J. R.`."""
    if len(gap) > 12 or "\n" in gap or "\t" in gap:
        return False
    inner = gap.strip(" ")
    if inner and inner.isupper() and _INITIALS.fullmatch(gap):
        return True
    return all(word.lower() in _PARTICLES for word in inner.split(" "))


def _close(text: str, run: _Run) -> Iterator[Entity]:
    start, end = _whole_words(text, run.start, run.end)
    score = calibrated((max(run.scores) + sum(run.scores) / len(run.scores)) / 2)
    value = text[start:end]
    if run.kind == "name":
        if sum(map(str.isalpha, value)) >= 2 and max(run.scores) >= _STRONG:
            if text[start - 1 : start] == "=" and (more := _QUERY_REST.match(text, end)):
                end = more.end()
            yield Entity(Span(_with_initials(text, start), end), NAME, score)
    elif run.kind == "address":
        yield from _address(run, Span(start, end), score)
    elif sum(map(str.isdigit, value)) >= _FEWEST_DIGITS and not _HEX.fullmatch(value):
        likely = _explained(text, start) or (run.kind == "PHONE" and _grouped(text, start, end))
        yield Entity(Span(start, end), NUMBERS[run.kind], score if likely else score * _UNEXPLAINED)


def _explained(text: str, start: int) -> bool:
    """Whether words before a number say what it is; times, sizes and versions have none that do."""
    return bool(_EXPLAINS.search(text, max(0, start - _BEFORE), start))


def _grouped(text: str, start: int, end: int) -> bool:
    """Whether a number is written in groups, or with the sign of an international one."""
    return text[max(0, start - 1) : start] == "+" or bool(_GROUPS.fullmatch(text, start, end))


def _with_initials(text: str, start: int) -> int:
    """Take initials before a name along: `J. R. R. Tolkien`."""
    found = _LEADING.search(text, max(0, start - 9), start)
    return found.start() if found and found[0].isupper() else start


def _address(run: _Run, span: Span, score: float) -> Iterator[Entity]:
    if "STREET_NAME" in run.parts or {"ZIP_CODE", "CITY"} <= run.parts:
        yield Entity(span, ADDRESS, score)
    elif run.parts & {"CITY", "STATE"}:
        yield Entity(span, PLACE, score)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen to whole words: what is taken out must not leave half a name standing."""
    first, last = max(0, start - _LONGEST_WORD), min(len(text), end + _LONGEST_WORD)
    while start > first and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < last and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end
