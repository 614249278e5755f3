"""Personal data: the sets with marked spans, the tables of identifiers, and numbers that concern nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accord.core.score import Score
from accord.core.taxonomy import matches
from accord.evaluate.metrics import proportion
from accord.evaluate.spans import Labelled, SpanDocument, span_scores
from figures.sets import Row, Sets
from figures.subject import Peer, Subject

NAME, PLACE, DATE, ID, ORG = "name", "place or address", "date", "identifier", "organisation"
EMAIL, PHONE, URL, IP, CARD, IBAN = "e-mail", "telephone", "web address", "ip", "card", "iban"
NATIONALITY = "nationality or religion"

TYPES: Mapping[str, str] = {
    "privacy.person.name": NAME,
    "privacy.location.*": PLACE,
    "privacy.contact.address": PLACE,
    "privacy.date.*": DATE,
    "privacy.id.*": ID,
    "privacy.contact.email": EMAIL,
    "privacy.contact.phone": PHONE,
    "privacy.contact.url": URL,
    "privacy.network.ip": IP,
    "privacy.financial.card": CARD,
    "privacy.financial.iban": IBAN,
    "privacy.group.nationality": NATIONALITY,
    "privacy.group.organisation": ORG,
}
"""What is measured as one type. Sets do not agree where an address ends and a place begins, so those are one."""


def type_of(category: str | None) -> str | None:
    """The type a category is measured as; itself where it is none of them."""
    return next((kind for pattern, kind in TYPES.items() if category and matches(pattern, category)), category)


def undetected(subject: Subject) -> frozenset[str]:
    """The types that no detector finds."""
    found = {type_of(category) for category in subject.categories}
    return frozenset(kind for kind in TYPES.values() if kind not in found)


@dataclass(frozen=True, slots=True)
class SpanSet:
    """A set with marked spans.

    Attributes:
        name: its folder.
        labels: its labels and the types they mean; a label left out is real but not asked for.
        english: whether the peer, which is set up for English, is asked too.
        limit: rows at most.
        document: from a row to the name of what rows are resampled with.
        handles: user names are marked as persons.
        split: from a row to the part it is shown under.
        aside: how a span may begin without identifying anybody (articles, titles); left out of it.
    """

    name: str
    labels: Mapping[str, str]
    english: bool = True
    limit: int | None = None
    document: Callable[[Row], str] = field(default=lambda row: "")
    handles: bool = False
    split: Callable[[Row], str] = field(default=lambda row: "")
    aside: re.Pattern[str] = re.compile("")


_TITLES = re.compile(
    r"((el|la|los|las|le|les|du|de|en|l'|sra?|sres|m|mm|mme|mlle|mes?|dr|d|dª|sir|lord)\b[ .]*)+(?=\w)", re.IGNORECASE
)
_PER_LOC_ORG = {"PER": NAME, "LOC": PLACE, "ORG": ORG}

SPAN_SETS = (
    SpanSet(
        "presidio_synth",
        {
            "PERSON": NAME, "STREET_ADDRESS": PLACE, "GPE": PLACE, "ZIP_CODE": PLACE, "ORGANIZATION": ORG,
            "CREDIT_CARD": CARD, "DOMAIN_NAME": URL, "EMAIL_ADDRESS": EMAIL, "PHONE_NUMBER": PHONE, "DATE_TIME": DATE,
            "IP_ADDRESS": IP, "NRP": NATIONALITY, "IBAN_CODE": IBAN,
        },
        limit=100_000,
        document=lambda row: str(row["template_id"]),
    ),
    SpanSet("wikigold", _PER_LOC_ORG),
    SpanSet("uner_en_ewt", _PER_LOC_ORG, document=lambda row: str(row["doc"])),
    SpanSet("wnut17", {"person": NAME, "location": PLACE, "corporation": ORG, "group": ORG}),
    SpanSet("broad_twitter", _PER_LOC_ORG, handles=True),
    SpanSet("sec_filings_ner", _PER_LOC_ORG),
    SpanSet(
        "meddocan_es",
        {
            "FECHAS": DATE, "CORREO_ELECTRONICO": EMAIL, "PAIS": PLACE, "TERRITORIO": PLACE, "CALLE": PLACE,
            "NOMBRE_PERSONAL_SANITARIO": NAME, "NOMBRE_SUJETO_ASISTENCIA": NAME, "ID_ASEGURAMIENTO": ID,
            "ID_TITULACION_PERSONAL_SANITARIO": ID, "ID_SUJETO_ASISTENCIA": ID, "ID_CONTACTO_ASISTENCIAL": ID,
            "ID_EMPLEO_PERSONAL_SANITARIO": ID, "HOSPITAL": ORG, "INSTITUCION": ORG, "CENTRO_SALUD": ORG,
            "NUMERO_TELEFONO": PHONE, "NUMERO_FAX": PHONE,
        },
        english=False,
        limit=60,
    ),
    SpanSet(
        "echr_anonymisation_es_fr",
        {
            "CODE": ID, "LOC": PLACE, "NATIONALITY": NATIONALITY, "ETHNIC_CATEGORY": NATIONALITY, "PER": NAME,
            "LEGAL_PROFESSIONAL": NAME, "DATE": DATE, "TIME": DATE, "DATETIME": DATE, "ORG": ORG,
        },
        english=False,
        limit=900,
        split=lambda row: row["lang"],
        aside=_TITLES,
    ),
)  # fmt: skip
"""Where a row of a set can be told apart by document or template, intervals are by that."""


@dataclass(frozen=True, slots=True)
class SpanResult:
    """The scores of one set, or of one language of it."""

    name: str
    texts: int
    ours: Mapping[str, Score]
    theirs: Mapping[str, Score] | None


def span_results(sets: Sets, subject: Subject, peer: Peer) -> Iterable[SpanResult]:
    """Every set with spans, scored."""
    for one in SPAN_SETS:
        rows = sets.rows(one.name, one.limit)
        parts: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            parts[one.split(row)].append(row)
        for part, members in sorted(parts.items()):
            texts = [row["text"] for row in members]
            labels = set(one.labels.values())
            ours = span_scores(_documents(one, members, [subject.spans(text) for text in texts]), labels)
            found = peer.spans(texts) if one.english else None
            theirs = None if found is None else span_scores(_documents(one, members, found), labels)
            yield SpanResult(f"{one.name} ({part})" if part else one.name, len(members), ours, theirs)


def _documents(one: SpanSet, rows: Sequence[Row], predicted: Sequence[tuple[Labelled, ...]]) -> list[SpanDocument]:
    made = []
    for row, found in zip(rows, predicted, strict=True):
        gold = tuple(_gold(one, row["text"], span) for span in row["spans"])
        kept = tuple(
            Labelled(
                s.start, s.end, NAME if one.handles and s.label == "privacy.person.username" else type_of(s.label)
            )
            for s in found
            if s.label and not s.label.startswith(("safety.", "fault."))
        )
        made.append(SpanDocument(row["text"], gold, kept, one.document(row)))
    return made


def _gold(one: SpanSet, text: str, span: Row) -> Labelled:
    aside = one.aside.match(text, span["start"], span["end"])
    start = aside.end() if aside else span["start"]
    return Labelled(start, span["end"], one.labels.get(span["label"]))


_CASES: Mapping[str, tuple[str, ...]] = {
    "CREDIT_CARD": ("privacy.financial.card",),
    "CRYPTO": ("privacy.financial.crypto",),
    "IBAN_CODE": ("privacy.financial.iban",),
    "US_BANK_NUMBER": ("privacy.financial.account",),
    "ABA_ROUTING_NUMBER": ("privacy.financial.account",),
    "EMAIL_ADDRESS": ("privacy.contact.email",),
    "PHONE": ("privacy.contact.phone",),
    "PH_MOBILE_NUMBER": ("privacy.contact.phone",),
    "TR_PHONE_NUMBER": ("privacy.contact.phone",),
    "URL": ("privacy.contact.url",),
    "IP_ADDRESS": ("privacy.network.ip",),
    "MAC_ADDRESS": ("privacy.network.mac",),
    "DATE_TIME": ("privacy.date.*",),
    "UK_POSTCODE": ("privacy.contact.address", "privacy.location.place"),
    "DE_PLZ": ("privacy.contact.address", "privacy.location.place"),
    "PERSON": ("privacy.person.name",),
}
_NO_CASES = ("PATTERN",)  # tests Presidio's own machinery


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One kind of identifier: found under the right family, hidden under any name, raised where it should not be."""

    kind: str
    found: Score
    hidden: Score
    raised: Score


def recognizer_cases(sets: Sets, subject: Subject) -> list[CaseResult]:
    """Presidio's tables of tests for its own recognizers, by entity."""
    cells: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for row in sets.rows("presidio_recognizer_cases", 100_000):
        if row["entity"] in _NO_CASES or row["recognizer"] == "transformers":
            continue
        wanted = _CASES.get(row["entity"], ("privacy.id.*",))
        found = [s for s in subject.spans(row["text"]) if (s.label or "").startswith("privacy.")]
        right = [s for s in found if any(matches(pattern, s.label or "") for pattern in wanted)]
        spans = [Labelled(start, end, None) for start, end in row["expected_spans"] or ()]
        if not row["expected_count"]:
            cells[row["entity"]].append((False, bool(right), False))
        elif spans:
            hit = all(any(s.touches(gold) for s in right) for gold in spans)
            hidden = all(_hidden(row["text"], gold, found) for gold in spans)
            cells[row["entity"]].append((True, hit, hidden))
        else:
            cells[row["entity"]].append((True, bool(right), bool(found)))
    results = [_case_result(kind, rows) for kind, rows in sorted(cells.items())]
    return [*results, _case_result("all", [row for rows in cells.values() for row in rows])] if results else []


def _case_result(kind: str, rows: Sequence[tuple[bool, bool, bool]]) -> CaseResult:
    due = [(hit, hidden) for wanted, hit, hidden in rows if wanted]
    quiet = [hit for wanted, hit, _ in rows if not wanted]
    return CaseResult(
        kind,
        proportion("found", sum(hit for hit, _ in due), len(due)),
        proportion("hidden", sum(hidden for _, hidden in due), len(due)),
        proportion("raised", sum(quiet), len(quiet)),
    )


def _hidden(text: str, gold: Labelled, found: Iterable[Labelled]) -> bool:
    mask = {at for span in found for at in range(span.start, span.end)}
    return all(at in mask or not text[at].isalnum() for at in range(gold.start, min(gold.end, len(text))))


_FINANCE = ("privacy.financial.*",)
_NUMBERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "iban": (_FINANCE, "IBAN"),
    "be.iban": (_FINANCE, "IBAN"),
    "ar.cbu": (_FINANCE, "CBU"),
    "nz.bankaccount": (_FINANCE, "Bank account"),
    "cz.bankaccount": (_FINANCE, "Číslo účtu"),
    "bitcoin": (_FINANCE, "Bitcoin address"),
    "bic": (_FINANCE, "BIC"),
    "es.cae": (("privacy.id.*",), "CAE"),
    "es.referenciacatastral": (("privacy.id.*",), "Referencia catastral"),
}
_NOT_PERSONAL = frozenset(
    ("isil", "isin", "isbn", "de.wkn", "gb.sedol", "cusip", "figi", "cfi", "casrn", "eu.ecnumber", "eu.eic",
     "eu.banknote", "iso11649", "ch.esr", "de.leitweg")
)  # fmt: skip
_COMPANY = (("privacy.id.*",), "Company registration or tax number")


@dataclass(frozen=True, slots=True)
class NumberResult:
    """One type of number: standing alone, and in a line that says what it is."""

    kind: str
    alone: Score
    labelled: Score


def numbers(sets: Sets, subject: Subject) -> tuple[list[NumberResult], list[NumberResult]]:
    """Valid numbers of companies and banks by type, and numbers that concern nobody, where a finding is wrong."""
    due: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    not_due: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in sets.rows("stdnum_numbers"):
        kind, value = row["number_type"], row["text"]
        if kind in _NOT_PERSONAL:
            line = f"Have a look at {value} when you are in the archive."
            not_due[kind].append((_any(subject, value, ("privacy.*",)), _any(subject, line, ("privacy.*",))))
            continue
        wanted, words = _NUMBERS.get(kind, _COMPANY)
        line = f"{words}: {value}, as agreed."
        due[kind].append((_any(subject, value, wanted), _any(subject, line, wanted)))
    return _number_results(due), _number_results(not_due)


def _any(subject: Subject, text: str, wanted: tuple[str, ...]) -> bool:
    return any(matches(pattern, span.label or "") for span in subject.spans(text) for pattern in wanted)


def _number_results(cells: Mapping[str, Sequence[tuple[bool, bool]]]) -> list[NumberResult]:
    def result(kind: str, rows: Sequence[tuple[bool, bool]]) -> NumberResult:
        alone, labelled = (sum(row[at] for row in rows) for at in (0, 1))
        return NumberResult(kind, proportion("alone", alone, len(rows)), proportion("labelled", labelled, len(rows)))

    results = [result(kind, rows) for kind, rows in sorted(cells.items())]
    return [*results, result("all", [row for rows in cells.values() for row in rows])] if results else []
